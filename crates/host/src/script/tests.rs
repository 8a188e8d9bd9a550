use std::path::Path;

use proptest::prelude::*;

use super::{Script, parse};

fn read(name: &str, text: &str, defaults: &str) -> Script {
    parse(name, Path::new("/etc/init.d").join(name), text, defaults)
}

fn paths(paths: &[std::path::PathBuf]) -> Vec<&str> {
    paths.iter().filter_map(|p| p.to_str()).collect()
}

#[test]
fn an_lsb_script_is_read() {
    let script = read(
        "webd",
        "#!/bin/sh\n### BEGIN INIT INFO\n# Provides:          webd httpd\n\
         # Default-Start:     2 3 4 5\n# Short-Description: serves pages: all of them\n\
         ### END INIT INFO\nNAME=webd\nDAEMON=\"/usr/sbin/$NAME\"\n\
         PID=$(grep pid /etc/webd.conf)\nif [ -z \"$PID\" ]; then\n\tPID=/run/${NAME}.pid\nfi\n\
         start-stop-daemon --start --quiet --pidfile $PID --exec $DAEMON -- --pidfile /not/this\n",
        "",
    );
    assert_eq!(script.provides, ["webd", "httpd"]);
    assert_eq!(script.description.as_deref(), Some("serves pages: all of them"));
    assert_eq!(script.default_start, ["2", "3", "4", "5"]);
    assert_eq!(paths(&script.daemon_paths), ["/usr/sbin/webd"]);
    assert_eq!(paths(&script.pid_files), ["/run/webd.pid"]);
}

#[test]
fn chkconfigs_comments_are_read() {
    let script = read(
        "httpd",
        "#!/bin/bash\n# chkconfig: 2345 85 15\n# description: A web server \\\n\
         #  of some kind\n# processname: httpd\n# pidfile: /var/run/httpd/httpd.pid\n\
         prog=/usr/sbin/httpd\ndaemon --pidfile=${pidfile} $prog $OPTIONS\n",
        "",
    );
    assert_eq!(script.description.as_deref(), Some("A web server"));
    assert_eq!(script.process_names, ["httpd"]);
    assert_eq!(paths(&script.pid_files), ["/var/run/httpd/httpd.pid"]);
    assert_eq!(paths(&script.daemon_paths), ["/usr/sbin/httpd"]);
}

#[test]
fn settings_from_outside_are_used() {
    let script = read(
        "dbd",
        "#!/bin/sh\nDAEMON=/usr/sbin/dbd\nPIDFILE=${PIDFILE:-/run/dbd.pid}\n\
         : ${LOG:=/var/log/dbd}\nstart_daemon -p \"$PIDFILE\" $DAEMON $OPTS\n",
        "PIDFILE=/srv/dbd/pid # moved\nOPTS='-x `reboot`'\n",
    );
    assert_eq!(paths(&script.pid_files), ["/run/dbd.pid", "/srv/dbd/pid"]);
    assert_eq!(paths(&script.daemon_paths), ["/usr/sbin/dbd"]);
}

#[test]
fn an_openrc_script_is_read() {
    let script = read(
        "net.d",
        "#!/sbin/openrc-run\ndescription=\"A net daemon\"\ncommand=/usr/bin/netd\n\
         pidfile=\"/run/${RC_SVCNAME}.pid\"\n",
        "",
    );
    assert!(script.is_openrc);
    assert_eq!(script.description.as_deref(), Some("A net daemon"));
    assert_eq!(paths(&script.pid_files), ["/run/net.d.pid"]);
    assert_eq!(paths(&script.daemon_paths), ["/usr/bin/netd"]);
}

#[test]
fn what_only_running_would_tell_is_not_taken() {
    let script = read(
        "x",
        "#!/bin/sh\nDAEMON=$(which xd)\nPIDFILE=`cat /etc/x`\nPID_FILE=/run/${0#/etc/}.pid\n\
         BIN='/opt/$NAME'\nEXEC=/opt/${UNSET}/x\nPROG=/bin/sh\n\
         echo PIDFILE=/not/assigned\ntest a = b && DAEMON=\n",
        "",
    );
    assert_eq!((paths(&script.daemon_paths), paths(&script.pid_files)), (vec![], vec![]));
}

#[test]
fn names_of_instances_and_of_the_script_itself_are_known() {
    // As Debian's dnsmasq and apache-htcacheclean have them.
    let script = read(
        "webd",
        "#!/bin/sh\nNAME=\"${0##*/}\"\nNAME=\"${NAME##[KS][0-9][0-9]}\"\nOTHER=b\n\
         start-stop-daemon --start --pidfile /run/w/${NAME}${INSTANCE:+.${INSTANCE}}.pid\n\
         start-stop-daemon --start --pidfile /run/w/x${OTHER:+.$OTHER}.pid\n\
         start-stop-daemon --start --pidfile /run/w/y${OTHER:+.${INSTANCE}}.pid\n",
        "",
    );
    assert_eq!(paths(&script.pid_files), ["/run/w/webd.pid", "/run/w/x.b.pid"]);
}

#[test]
fn variables_that_grow_are_bounded() {
    let mut text =
        String::from("#!/bin/sh\nA=/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n");
    for _ in 0..200 {
        text.push_str("A=$A$A$A$A\n");
    }
    text.push_str("PIDFILE=$A\n");
    let script = read("bomb", &text, "");
    assert!(script.pid_files.iter().all(|p| p.as_os_str().len() <= 4096));
}

proptest! {
    #[test]
    fn any_text_is_read(text: String, defaults: String) {
        let _ = read("any", &text, &defaults);
        let _ = super::source_of("any", &text);
    }

    #[test]
    fn any_script_is_read(
        parts in prop::collection::vec(prop::sample::select(vec![
            "case $1 in", "case ", " in ", "esac", ";;", ")", "(", "start", "stop|", "\n", "'", "\"",
            "\\", "#", "# Provides: a\n", "### BEGIN INIT INFO\n", "# Description: x\n", "#\t",
            "### END INIT INFO\n", "depend() {", "}", "need ", "extra_commands=\"", "é", "{", "&&",
            "Usage: {start|stop}", "# chkconfig: ", "- 1", "\r\n",
        ]), 0..60),
    ) {
        let text = parts.concat();
        for first in ["#!/bin/sh\n", "#!/sbin/openrc-run\n", ""] {
            let source = super::source_of("any", &format!("{first}{text}"));
            prop_assert!(source.commands.names.iter().all(|n| !n.is_empty() && n.len() <= 64));
        }
    }

    #[test]
    fn any_shell_like_text_is_read(
        parts in prop::collection::vec(prop::sample::select(vec![
            "A=", "$A", "${A", "}", ":-", "$(", ")", "`", "'", "\"", "\\", "\n", " ", "#", "PIDFILE=",
            "/run/x", "start-stop-daemon", " --pidfile ", " -p", "--exec=", ";", "é", "\u{1b}[2J",
            "# pidfile:", "export ", "${A:-$A}", "\0",
        ]), 0..60),
    ) {
        let script = read("any", &parts.concat(), "");
        let _ = super::source_of("any", &format!("#!/sbin/openrc-run\n{}", parts.concat()));
        prop_assert!(script.pid_files.iter().all(|p| p.is_absolute()));
    }
}
