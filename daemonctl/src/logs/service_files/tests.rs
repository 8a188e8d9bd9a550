use std::fs;

use super::*;

/// A small tree of files, emptied first.
struct Tree(PathBuf);

impl Tree {
    fn new(name: &str) -> Tree {
        let root =
            std::env::temp_dir().join(format!("service-files-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        Tree(root)
    }

    fn put(self, path: &str, text: &str) -> Tree {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    #[track_caller]
    fn check(&self, name: &str, expected: &[&str]) {
        let found = configured(&self.0, &[name]);
        let found: Vec<_> = found
            .iter()
            .map(|file| file.strip_prefix(&self.0).unwrap().to_str().unwrap())
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn nginx_with_includes() {
    let tree = Tree::new("nginx")
        .put(
            "etc/nginx/nginx.conf",
            "error_log /var/log/nginx/error.log notice;\n# access_log /x;\nhttp {\n\
                access_log /var/log/nginx/access.log;\n include sites/*.conf;\n access_log off;\n}\n",
        )
        .put(
            "etc/nginx/sites/a.conf",
            "access_log '/srv/a/$host.log' main;\nerror_log syslog:server=x;\ninclude sites/*;\n",
        )
        .put("var/log/nginx/error.log", "")
        .put("var/log/nginx/other.log", "")
        .put("srv/a/example.org.log", "x")
        .put("srv/a/x.db.log", "a\0b");
    tree.check("nginx", &["srv/a/example.org.log", "var/log/nginx/error.log"]);
}

#[test]
fn what_a_daemon_writes_without_being_told() {
    let tree =
        Tree::new("usual").put("var/log/nginx/error.log", "x").put("var/log/nginx/a.txt", "x");
    tree.check("nginx", &["var/log/nginx/error.log"]);
    tree.check("no-such-daemon", &[]);
    tree.check("redis-server", &[]);
}

#[test]
fn web_servers_and_databases() {
    let tree = Tree::new("several")
        .put("etc/apache2/envvars", "export APACHE_LOG_DIR=/var/log/apache2$SUFFIX\n")
        .put(
            "etc/apache2/apache2.conf",
            "ErrorLog ${APACHE_LOG_DIR}/error.log\nIncludeOptional sites-enabled/*.conf\n",
        )
        .put(
            "etc/apache2/sites-enabled/x.conf",
            "<VirtualHost *:80>\n\tCustomLog \"|/usr/bin/rotatelogs\" combined\n\
                \tCustomLog ${APACHE_LOG_DIR}/access.log combined\n</VirtualHost>\n",
        )
        .put("var/log/apache2/error.log", "")
        .put("var/log/apache2/access.log", "")
        .put("etc/mysql/my.cnf", "[mysqld]\n!includedir /etc/mysql/mariadb.conf.d/\n")
        .put("etc/mysql/mariadb.conf.d/50.cnf", "log-error = /var/log/mysql/error.log\n")
        .put("var/log/mysql/error.log", "")
        .put(
            "etc/postgresql/15/main/postgresql.conf",
            "data_directory = '/d'\nlog_directory = 'log'\n",
        )
        .put("d/log/postgresql-2026-11-23.log", "")
        .put("etc/redis/redis.conf", "logfile \"/var/log/redis/redis.log\"\n")
        .put("var/log/redis/redis.log", "")
        .put(
            "etc/php/8.2/fpm/php-fpm.conf",
            "error_log = /var/log/php8.2-fpm.log\ninclude=/etc/php/8.2/fpm/pool.d/*.conf\n",
        )
        .put(
            "etc/php/8.2/fpm/pool.d/www.conf",
            ";slowlog = x\nphp_admin_value[error_log] = /srv/php.log\n",
        )
        .put("var/log/php8.2-fpm.log", "")
        .put("srv/php.log", "")
        .put(
            "etc/squid/squid.conf",
            "access_log daemon:/var/log/squid/a.log squid\ncache_log /var/log/squid/c.log\n",
        )
        .put("var/log/squid/a.log", "")
        .put("var/log/squid/c.log", "");
    tree.check("apache2", &["var/log/apache2/access.log", "var/log/apache2/error.log"]);
    tree.check("mariadb", &["var/log/mysql/error.log"]);
    tree.check("postgresql@15-main", &["d/log/postgresql-2026-11-23.log"]);
    tree.check("redis-server", &["var/log/redis/redis.log"]);
    tree.check("php8.2-fpm", &["srv/php.log", "var/log/php8.2-fpm.log"]);
    tree.check("squid", &["var/log/squid/a.log", "var/log/squid/c.log"]);
}

#[test]
fn syslogd_and_others() {
    let tree = Tree::new("others")
        .put(
            "etc/rsyslog.conf",
            "$IncludeConfig /etc/rsyslog.d/*.conf\n*.*;auth,authpriv.none\t-/var/log/syslog\n\
                *.emerg :omusrmsg:*\nmail.err /var/log/mail.err\n",
        )
        .put("etc/rsyslog.d/x.conf", "action(type=\"omfile\" file=\"/var/log/x.log\")\n")
        .put("var/log/syslog", "")
        .put("var/log/x.log", "")
        .put("etc/samba/smb.conf", "[global]\n   log file = /var/log/samba/log.%m\n")
        .put("var/log/samba/log.smbd", "")
        .put("etc/mongod.conf", "systemLog:\n  destination: file\n  path: /var/log/mongodb/m.log\n")
        .put("var/log/mongodb/m.log", "")
        .put("etc/mosquitto/mosquitto.conf", "log_dest file /var/log/mosquitto/m.log\n")
        .put("var/log/mosquitto/m.log", "");
    tree.check("rsyslog", &[]);
    let (families, _) = syslog_families(&tree.0);
    let found: Vec<_> = families.iter().map(|f| f.path.strip_prefix(&tree.0).unwrap()).collect();
    assert_eq!(found, [Path::new("var/log/syslog"), Path::new("var/log/x.log")]);
    let own =
        without_syslog(&tree.0, vec![tree.0.join("var/log/x.log"), tree.0.join("var/log/y.log")]);
    assert_eq!(own, [tree.0.join("var/log/y.log")]);
    tree.check("smbd", &["var/log/samba/log.smbd"]);
    tree.check("mongod", &["var/log/mongodb/m.log"]);
    tree.check("mosquitto", &["var/log/mosquitto/m.log"]);
}

#[test]
fn includes_in_circles_and_odd_files_end() {
    let tree = Tree::new("odd")
        .put(
            "etc/nginx/nginx.conf",
            "include nginx.conf;\ninclude /etc/nginx;\ninclude\ninclude *;\n\"\n'x\n=\n",
        )
        .put("etc/nginx/b", "\0\0\nerror_log\nerror_log ;\nerror_log \"/x\n error_log %;\n$ { }\n");
    tree.check("nginx", &[]);
}
