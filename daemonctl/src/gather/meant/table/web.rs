//! Servers of the web, and what stands before them.

use insight::snapshot::PathUse::{Directory, Read, ReadSecret, Write};

use super::{Daemon, PLAIN, address, last, listen, path, port, user};
use crate::gather::meant::syntax::Syntax;

/// The rows.
pub const DAEMONS: &[Daemon] = &[
    Daemon {
        programs: &["nginx"],
        services: &["nginx"],
        options: &["-c"],
        configs: &["/etc/nginx/nginx.conf", "/usr/local/etc/nginx/nginx.conf"],
        syntax: Syntax::Braces,
        base: "/etc/nginx",
        port: 80,
        rows: &[
            listen("listen"),
            user("user"),
            path("access-log", Write),
            path("error-log", Write),
            path("pid", Write),
            path("ssl-certificate", Read),
            path("ssl-certificate-key", ReadSecret),
            path("ssl-trusted-certificate", Read),
            path("ssl-client-certificate", Read),
            path("ssl-dhparam", Read),
            path("ssl-password-file", ReadSecret),
        ],
        ..PLAIN
    },
    Daemon {
        programs: &["apache2", "httpd", "apache2ctl", "apachectl"],
        services: &["apache2", "httpd"],
        options: &["-f"],
        configs: &[
            "/etc/apache2/apache2.conf",
            "/etc/httpd/conf/httpd.conf",
            "/etc/apache2/httpd.conf",
        ],
        includes: &["include", "includeoptional"],
        base: "/etc/apache2",
        variables: "/etc/apache2/envvars",
        port: 80,
        rows: &[
            listen("listen"),
            user("user"),
            path("errorlog", Write),
            path("customlog", Write),
            path("transferlog", Write),
            path("pidfile", Write),
            path("sslcertificatefile", Read),
            path("sslcertificatekeyfile", ReadSecret),
            path("sslcertificatechainfile", Read),
            path("sslcacertificatefile", Read),
        ],
        ..PLAIN
    },
    Daemon {
        programs: &["haproxy"],
        services: &["haproxy"],
        options: &["-f"],
        configs: &["/etc/haproxy/haproxy.cfg"],
        includes: &[],
        rows: &[
            listen("bind"),
            path("chroot", Directory),
            path("pidfile", Write),
            last("errorfile", Read),
            path("stats socket", Write),
            path("ssl-dh-param-file", Read),
        ],
        ..PLAIN
    },
    Daemon {
        programs: &["php-fpm*"],
        services: &["php-fpm"],
        options: &["-y", "--fpm-config"],
        configs: &["/etc/php/*/fpm/php-fpm.conf", "/etc/php-fpm.conf"],
        syntax: Syntax::Equals,
        rows: &[
            listen("listen"),
            path("pid", Write),
            path("error-log", Write),
            path("access.log", Write),
            path("slowlog", Write),
        ],
        ..PLAIN
    },
    Daemon {
        programs: &["lighttpd"],
        services: &["lighttpd"],
        options: &["-f"],
        configs: &["/etc/lighttpd/lighttpd.conf"],
        syntax: Syntax::Equals,
        includes: &["include"],
        repeats: false,
        address: &["0.0.0.0"],
        port: 80,
        rows: &[
            port("server.port"),
            address("server.bind"),
            path("server.errorlog", Write),
            path("server.pid-file", Write),
            path("server.document-root", Directory),
            path("ssl.pemfile", ReadSecret),
        ],
        ..PLAIN
    },
    Daemon {
        programs: &["squid"],
        services: &["squid"],
        options: &["-f"],
        configs: &["/etc/squid/squid.conf"],
        port: 3128,
        rows: &[
            listen("http-port"),
            listen("https-port"),
            path("pid-filename", Write),
            path("coredump-dir", Directory),
        ],
        ..PLAIN
    },
];
