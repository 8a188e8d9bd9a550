//! `daemonctl convert` as it is used: what goes where, and how it ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use std::io::Write as _;
use std::process::{Command, Stdio};

use cmd_support::{Folder, code, daemonctl, errors, json, text};
use insta::assert_snapshot;

const UNIT: &str = "[Unit]\nDescription=A web server\nAfter=network-online.target db.service\n\
    Wants=network-online.target\nRequires=db.service\nDocumentation=man:web(8)\n\n[Service]\n\
    User=www\nExecStartPre=/usr/bin/web --check '/etc/my web.conf'\n\
    ExecStart=/usr/bin/web -c '/etc/my web.conf' $WEB_OPTS\nExecReload=/bin/kill -HUP $MAINPID\n\
    EnvironmentFile=-/etc/default/web\nRuntimeDirectory=web\nLimitNOFILE=4096\nRestart=always\n\
    RestartSec=2\nProtectSystem=full\n\n[Install]\nWantedBy=multi-user.target\n";

/// It, as an init script.
const SYSV: &str = r#"#!/bin/sh
### BEGIN INIT INFO
# Provides:          web
# Required-Start:    db
# Required-Stop:     db
# Should-Start:      $network
# Should-Stop:       $network
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: A web server
# Description:       A web server
### END INIT INFO

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
NAME=web
PIDFILE=/run/web.pid
set -a
[ ! -r /etc/default/web ] || . /etc/default/web
set +a

do_start() {
    start-stop-daemon --status --pidfile "$PIDFILE" && return 0
    install -d -m 0755 -o www /run/web || return 1
    ulimit -n 4096
    su -s /bin/sh -c 'exec "$0" "$@"' -- www /usr/bin/web --check '/etc/my web.conf' || return 1
    start-stop-daemon --start --quiet --pidfile "$PIDFILE" --make-pidfile --background --chuid www \
        --startas /usr/bin/web \
        -- -c '/etc/my web.conf' ${WEB_OPTS} || return 1
    sleep 1
    start-stop-daemon --status --pidfile "$PIDFILE" || { rm -f "$PIDFILE"; echo "$NAME has ended at once" >&2; return 1; }
    return 0
}

do_stop() {
    start-stop-daemon --stop --quiet --oknodo --remove-pidfile --retry=TERM/30/KILL/5 --pidfile "$PIDFILE"
}

do_reload() {
    MAINPID=$(cat "$PIDFILE" 2>/dev/null) || return 7
    export MAINPID
    kill -HUP ${MAINPID} || return 1
    return 0
}

do_status() {
    start-stop-daemon --status --pidfile "$PIDFILE"
    case $? in
        0) echo "$NAME is running"; return 0 ;;
        1) echo "$NAME is dead, and its PID file exists"; return 1 ;;
        3) echo "$NAME is not running"; return 3 ;;
        *) echo "$NAME: it could not be found out whether it runs"; return 4 ;;
    esac
}

case "$1" in
    start)
        echo "Starting $NAME"
        do_start
        ;;
    stop)
        echo "Stopping $NAME"
        do_stop
        ;;
    reload)
        echo "Reloading $NAME"
        do_reload
        ;;
    force-reload)
        do_status >/dev/null && do_reload
        ;;
    restart)
        echo "Restarting $NAME"
        do_stop && do_start
        ;;
    try-restart)
        do_status >/dev/null || exit 0
        do_stop && do_start
        ;;
    status)
        do_status
        ;;
    *)
        echo "Usage: $0 {start|stop|restart|try-restart|reload|force-reload|status}" >&2
        exit 2
        ;;
esac
"#;

fn file(folder: &Folder, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What is said of a folder of the test's own.
fn placed(text: &str, folder: &Folder) -> String {
    text.replace(folder.path().to_str().unwrap(), "DIR")
}

#[test]
fn a_unit_for_openrc() {
    let folder = Folder::new();
    let unit = file(&folder, "web.service", UNIT);
    let output = daemonctl(&["convert", &unit, "--to", "openrc"]);
    assert_eq!(code(&output), 0);
    assert_snapshot!(text(&output), @r#"
    #!/sbin/openrc-run

    description='A web server'
    set -a
    [ ! -r /etc/default/web ] || . /etc/default/web
    set +a
    supervisor=supervise-daemon
    command=/usr/bin/web
    word_1='/etc/my web.conf'
    command_args='-c "${word_1}" ${WEB_OPTS}'
    command_user=www
    retry=TERM/90/KILL/5
    respawn_delay=2
    extra_started_commands=reload

    depend() {
        need db
        want net
    }

    start_pre() {
        checkpath -d -m 0755 -o www /run/web || return 1
        ulimit -n 4096
        su -s /bin/sh -c 'exec "$0" "$@"' -- www /usr/bin/web --check '/etc/my web.conf' || return 1
        return 0
    }

    reload() {
        ebegin "Reloading ${RC_SVCNAME}"
        MAINPID=$(service_get_value child_pid)
        export MAINPID
        kill -HUP ${MAINPID}
        eend $?
    }
    "#);
    assert_snapshot!(placed(&errors(&output), &folder), @r#"
    DIR/web.service:13: changed: EnvironmentFile=/etc/default/web: the shell reads it there: values with blanks need quotes, and $ and ` count
    DIR/web.service:6: lost: Documentation=man:web(8): a script has no place for it
    DIR/web.service:18: lost: ProtectSystem=full: only systemd confines a service so
    "#);
    let output = daemonctl(&["convert", &unit, "--to", "openrc", "--strict"]);
    assert_eq!(code(&output), 1);
}

#[test]
fn a_unit_for_sysv() {
    let folder = Folder::new();
    let unit = file(&folder, "web.service", UNIT);
    let output = daemonctl(&["convert", &unit, "--to", "sysv"]);
    assert_eq!(code(&output), 0);
    assert_eq!(text(&output), SYSV);
    let ended = Command::new("sh").arg("-n").arg(file(&folder, "s", &text(&output))).status();
    assert!(ended.unwrap().success());
}

#[test]
fn several_services_have_headers_or_a_folder() {
    let folder = Folder::new();
    let procfile = file(&folder, "Procfile", "web: a b\nworker: c\n");
    let output = daemonctl(&["convert", &procfile, "--to", "systemd", "--name", "shop"]);
    let said = text(&output);
    assert!(said.starts_with("# /etc/systemd/system/shop-web.service\n[Unit]\n"), "{said}");
    assert!(said.contains("\n\n# /etc/systemd/system/shop-worker.service\n[Unit]\n"), "{said}");
    let to = folder.path().join("units");
    let to = to.to_str().unwrap();
    let output = daemonctl(&["convert", &procfile, "--to", "systemd", "-o", to]);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert_eq!(text(&output), format!("{to}/web.service\n{to}/worker.service\n"));
    let again = daemonctl(&["convert", &procfile, "--to", "systemd", "-o", to]);
    assert_eq!(code(&again), 1);
    assert!(errors(&again).contains("nothing is overwritten"), "{}", errors(&again));
    // What was written is as verify wants it, but for the programs, which are not there.
    let output = daemonctl(&["verify", &format!("{to}/web.service"), "--json"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for finding in found["findings"].as_array().unwrap() {
        let code = finding["code"].as_str().unwrap();
        assert!(["not-executable", "no-such-file"].contains(&code), "{finding}");
    }
}

#[test]
fn timers_come_with_their_service() {
    let folder = Folder::new();
    let timer = file(
        &folder,
        "job.timer",
        "[Timer]\nOnCalendar=Mon 03:00\nPersistent=yes\n\
        [Install]\nWantedBy=timers.target\n",
    );
    let output = daemonctl(&["convert", &timer, "--to", "openrc"]);
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("job.service"), "{}", errors(&output));
    file(&folder, "job.service", "[Service]\nType=oneshot\nExecStart=/bin/job 5%%\nUser=bob\n");
    file(&folder, "job.service.d/more.conf", "[Service]\nEnvironment=A=b\n");
    let output = daemonctl(&["convert", &timer, "--to", "openrc"]);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let said = text(&output);
    assert!(said.ends_with("\n0 3 * * 1 bob export A=b && /bin/job 5\\%\n"), "{said}");
    assert!(errors(&output).contains("job.timer:2: lost: Persistent=yes"), "{}", errors(&output));
}

#[test]
fn standard_input_and_what_it_is_said_to_be() {
    let convert = |arguments: &[&str], input: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_daemonctl"))
            .args(["convert", "-"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let output = convert(&["--to", "systemd", "--name", "mine"], "*/5 * * * * poll\n");
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let said = text(&output);
    assert!(said.contains("# /etc/systemd/system/mine.timer\n"), "{said}");
    assert!(said.contains("\nOnCalendar=*-*-* *:00/5:00\n"), "{said}");
    let output = convert(&["--to", "systemd"], "nothing known\n");
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("--from"), "{}", errors(&output));
    let output = convert(&["--to", "systemd", "--from", "procfile", "--name", "x"], "a: b\n");
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let output = convert(&["--to", "klingon"], "");
    assert_eq!(code(&output), 2);
}

#[test]
fn json_says_the_same() {
    let folder = Folder::new();
    let unit = file(&folder, "web.service", UNIT);
    let document = json(&["convert", &unit, "--to", "openrc"]);
    assert_eq!(document["from"], "systemd");
    assert_eq!(document["to"], "openrc");
    assert_eq!(document["files"][0]["path"], "/etc/init.d/web");
    assert_eq!(document["files"][0]["mode"], "0755");
    let plain = daemonctl(&["convert", &unit, "--to", "openrc"]);
    assert_eq!(document["files"][0]["text"], text(&plain));
    let lost = document["lost"].as_array().unwrap();
    assert_eq!(lost.len(), errors(&plain).lines().filter(|l| !l.starts_with(' ')).count());
    let confined = lost.iter().find(|lost| lost["what"] == "ProtectSystem=full").unwrap();
    assert_eq!((confined["kind"].as_str(), confined["line"].as_u64()), (Some("lost"), Some(18)));
}

#[test]
fn what_can_not_be_converted_says_why() {
    let folder = Folder::new();
    let missing = folder.path().join("no.service");
    let output = daemonctl(&["convert", missing.to_str().unwrap(), "--to", "sysv"]);
    assert_eq!(code(&output), 4);
    let output = daemonctl(&["convert", folder.path().to_str().unwrap(), "--to", "sysv"]);
    assert_eq!(code(&output), 1);
    let output = daemonctl(&["convert", "/dev/zero", "--to", "sysv"]);
    assert_eq!((code(&output), text(&output)), (1, String::new()));
    let script = file(&folder, "odd", "#!/sbin/openrc-run\nstart() {\n\tmine \x1b[31m &\n}\n");
    let output = daemonctl(&["convert", &script, "--to", "systemd"]);
    assert_eq!(code(&output), 1);
    let said = placed(&errors(&output), &folder);
    assert!(said.contains("DIR/odd:2: start() is a program of its own"), "{said}");
    assert!(!said.contains('\x1b'), "{said:?}");
    let unit = file(&folder, "a.service", "[Service]\nExecStart=/a\nExecStart=/b\nType=simple\n");
    let output = daemonctl(&["convert", &unit, "--to", "openrc"]);
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("a.service:"), "{}", errors(&output));
}
