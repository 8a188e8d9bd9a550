//! What is read of OpenRC's and LSB's scripts, and what is told of the rest.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use support::{findings, one, told, write};
use translate::{
    Command, Definition, Format, Level, Link, Output, Readiness, RestartPolicy, Source, System,
};

fn openrc(text: &str) -> Definition {
    one(Format::OpenRc, "svc", &format!("#!/sbin/openrc-run\n{text}"))
}

fn lsb(text: &str) -> Definition {
    let header = "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: svc\n# Required-Start: $remote_fs\n\
                  # Required-Stop: $remote_fs\n# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n\
                  # Short-Description: a service\n### END INIT INFO\n";
    one(Format::Lsb, "/etc/init.d/svc", &format!("{header}{text}"))
}

fn argv(command: &Command) -> Vec<String> {
    command.known().unwrap_or_else(|| panic!("{command:?}"))
}

#[test]
fn a_supervised_openrc_script() {
    let definition = one(Format::OpenRc, "postgrest", include_str!("samples/postgrest.initd"));
    assert_eq!(definition.readiness, Readiness::Simple);
    assert_eq!(definition.user.as_deref(), Some("postgrest"));
    assert_eq!(definition.umask, Some(0o027));
    assert_eq!(definition.restart.policy, RestartPolicy::Always);
    assert_eq!(
        (definition.restart.delay_usec, definition.restart.burst),
        (Some(5_000_000), Some(0))
    );
    assert_eq!(definition.stop_signal.as_deref(), Some("SIGINT"));
    assert_eq!(definition.output, Some(Output::Append("/var/log/postgrest.log".to_owned())));
    assert!(definition.has(Link::Needs, "$network") && definition.has(Link::Needs, "postgresql"));
    assert!(definition.environment.contains(&("GHCRTS".to_owned(), "-N2".to_owned())));
    let folder = &definition.directories[0];
    assert_eq!((folder.path.as_str(), folder.mode), ("/run/postgrest", Some(0o750)));
    let variables: Vec<&str> = definition.start[0].variables().collect();
    assert_eq!(variables, ["cfgfile", "POSTGREST_OPTS"]);
    assert_eq!(
        told(&definition.lost),
        [
            "10: changed: $user",
            "38: lost: checkpath -f -m 0640 -o \"$command_user\" \"$output_log\"",
            "32: lost: extra_commands: checkconfig",
        ]
    );
    let written = write(&definition, System::Systemd);
    assert_eq!(findings(&written), []);
    // What only OpenRC has is told when it is left, and kept where it is not.
    let native = |system| {
        let lost = write(&definition, system).lost;
        lost.iter().filter(|lost| lost.why.starts_with("only OpenRC")).count()
    };
    assert_eq!((native(System::Systemd), native(System::OpenRc)), (3, 0));
}

#[test]
fn values_of_openrc_scripts() {
    let cases: [(&str, &[&str]); 8] = [
        ("command=/a\ncommand_args='-x \"y z\"'", &["/a", "-x", "y z"]),
        ("command=\"/a -b\"", &["/a", "-b"]),
        (
            "A=1\ncommand=/a\ncommand_args=\"--n ${A} --m=${RC_SVCNAME}\"",
            &["/a", "--n", "1", "--m=svc"],
        ),
        ("command=/a\ncommand_args='a\\ b'\\ c", &["/a", "a b", "c"]),
        ("command=/a\ncommand_args=\"\n -x\n -y\"", &["/a", "-x", "-y"]),
        ("w='a  b'\ncommand=/a\ncommand_args='\"${w}\"'", &["/a", "a  b"]),
        ("command=/a\ncommand_args=-x\ncommand_args_background=-b", &["/a", "-x", "-b"]),
        ("f=/etc/x.conf\ncommand=/a\ncommand_args=\"-c ${f##*/}\"", &["/a", "-c", "x.conf"]),
    ];
    for (text, expected) in cases {
        let definition = openrc(text);
        assert_eq!(argv(&definition.start[0]), expected, "{text}");
        assert_eq!(definition.lost, [], "{text}");
    }
}

#[test]
fn what_a_settings_file_gives_stays_open() {
    let definition = openrc(
        ": ${user:=\"www\"}\ncommand=/a\ncommand_args=\"\n  --one\n  ${command_args:-}\"\n\
         start_stop_daemon_args=\"--interpreted --user $user\"\npidfile=/run/x.pid\n",
    );
    let words: Vec<Option<String>> = definition.start[0].argv.iter().map(|w| w.known()).collect();
    assert_eq!(words, [Some("/a".to_owned()), Some("--one".to_owned()), None]);
    assert_eq!(definition.start[0].variables().collect::<Vec<_>>(), ["command_args"]);
    assert_eq!(definition.user.as_deref(), Some("www"));
    assert_eq!(definition.environment_files[0].path, "/etc/conf.d/svc");
    assert_eq!(told(&definition.lost), ["7: changed: $user"]);
}

#[test]
fn readiness_of_openrc_scripts() {
    let of = |text: &str| {
        let definition = openrc(text);
        (definition.readiness, definition.pid_file, definition.is_pid_file_made)
    };
    let pid = || Some("/run/x.pid".to_owned());
    assert_eq!(of("command=/a\npidfile=/run/x.pid"), (Readiness::Forking, pid(), false));
    let text = "command=/a\ncommand_background=yes\npidfile=/run/x.pid";
    assert_eq!(of(text), (Readiness::Simple, pid(), true));
    let text = "command=/a\nsupervisor=supervise-daemon\npidfile=/run/x.pid";
    assert_eq!(of(text), (Readiness::Simple, None, false));
    let text = "command=/a\nstart_stop_daemon_args='-b -m'\npidfile=/run/x.pid";
    assert_eq!(of(text), (Readiness::Simple, pid(), true));
}

#[test]
fn functions_of_openrc_scripts() {
    let definition = openrc(
        "command=/a\nstart_pre() {\n  checkpath -dm 0700 -o u:g /run/a /run/b\n  /bin/x 'y z'\n  \
         [ -f /q ] && /bin/w\n  /bin/v > /dev/null\n}\nstop_post() { rm -rf /run/a; }\n\
         status() { :; }\nreload() { kill -USR2 $(cat /run/x.pid); }\n\
         extra_started_commands=\"reload rotate\"\n",
    );
    let folders: Vec<&str> = definition.directories.iter().map(|folder| &*folder.path).collect();
    assert_eq!(folders, ["/run/a", "/run/b"]);
    assert_eq!(definition.directories[0].owner.as_deref(), Some("u"));
    assert_eq!(argv(&definition.pre[0]), ["/bin/x", "y z"]);
    assert_eq!(argv(&definition.after_stop[0]), ["rm", "-rf", "/run/a"]);
    assert_eq!(definition.reload[0].argv[1].known().as_deref(), Some("-USR2"));
    assert_eq!(
        told(&definition.lost),
        [
            "6: lost: /bin/w",
            "7: lost: /bin/v > /dev/null",
            "12: lost: extra_started_commands: rotate",
            "10: lost: status()",
        ]
        .map(|line| line.replace("12:", "1:"))
    );
}

#[test]
fn a_start_of_ones_own_is_read_as_far_as_it_states_facts() {
    let definition = openrc(
        "depend() { need net; }\nstart() {\n  ebegin \"Starting\"\n  mkdir -p /run/x\n  \
         start-stop-daemon --start --quiet -b -m -p /run/x.pid -u www -k 027 --exec /usr/bin/x \\\n    \
         -- --flag \"$OPTS\"\n  eend $?\n}\nstop() {\n  start-stop-daemon --stop --signal INT \
         --retry 20 --pidfile /run/x.pid\n}\n",
    );
    assert_eq!(definition.start[0].argv[1].known().as_deref(), Some("--flag"));
    assert_eq!(definition.user.as_deref(), Some("www"));
    assert_eq!((definition.umask, definition.readiness), (Some(0o027), Readiness::Simple));
    assert_eq!(definition.stop_signal.as_deref(), Some("SIGINT"));
    assert_eq!(definition.stop_timeout_usec, Some(20_000_000));
    assert_eq!(definition.lost, []);
    for text in ["start() { /usr/bin/mine & }\n", "depend() { need net; }\n", ""] {
        let text = format!("#!/sbin/openrc-run\n{text}");
        let source = Source { path: "svc", text: text.as_bytes() };
        let error = translate::read(Format::OpenRc, &source, &[], None).unwrap_err();
        assert!(error.place.is_some() && error.help.is_some(), "{error}");
    }
}

#[test]
fn a_debian_script() {
    let definition = one(Format::Lsb, "memcached", include_str!("samples/memcached.init"));
    assert_eq!(definition.user.as_deref(), Some("memcache"));
    assert_eq!(definition.nice, Some(5));
    assert_eq!(definition.limits[0].soft, 8192);
    assert_eq!(definition.provides, ["memcache"]);
    assert_eq!(definition.levels, [Level::Normal]);
    assert!(definition.has(Link::Needs, "mysql") && definition.has(Link::Before, "apache2"));
    assert_eq!(definition.stop_timeout_usec, Some(30_000_000));
    assert_eq!(definition.directories[0].owner.as_deref(), Some("memcache"));
    assert_eq!(definition.environment_files[0].path, "/etc/default/memcached");
    assert!(definition.environment_files[0].is_optional);
    assert_eq!(definition.start[0].argv[1].variables().next(), Some("DAEMON_ARGS"));
    let default = ("DAEMON_ARGS".to_owned(), "-m 64 -l 127.0.0.1".to_owned());
    assert_eq!(definition.environment, [default]);
    let told = told(&definition.lost);
    assert!(told.contains(&"67: lost: the action flush".to_owned()), "{told:?}");
    assert_eq!(findings(&write(&definition, System::Systemd)), []);
}

#[test]
fn ways_to_start_a_daemon() {
    let case = |start: &str| lsb(&format!("case \"$1\" in\nstart)\n{start}\n;;\nesac\n"));
    let definition = case("start-stop-daemon -Sbmqp /run/x.pid -x /usr/bin/x -- 'a b'");
    assert_eq!(argv(&definition.start[0]), ["/usr/bin/x", "a b"]);
    assert_eq!(definition.pid_file.as_deref(), Some("/run/x.pid"));
    let definition = case("daemon --user=www --pidfile=/run/x.pid /usr/bin/x -d");
    assert_eq!(argv(&definition.start[0]), ["/usr/bin/x", "-d"]);
    assert_eq!(
        (definition.user.as_deref(), definition.readiness),
        (Some("www"), Readiness::Forking)
    );
    let definition = case("startproc -u www /usr/bin/x -d\nrc_status -v");
    assert_eq!(argv(&definition.start[0]), ["/usr/bin/x", "-d"]);
    let definition = case("start_daemon -p /run/x.pid /usr/bin/x");
    assert_eq!(definition.pid_file.as_deref(), Some("/run/x.pid"));
    let definition = case("start-stop-daemon --start --startas /usr/bin/y --exec /usr/bin/x");
    assert_eq!(argv(&definition.start[0]), ["/usr/bin/y"]);
    let definition = case("mkdir -p /run/x\n/bin/pre\n/usr/bin/x -d");
    assert_eq!(argv(&definition.start[0]), ["/usr/bin/x", "-d"]);
    assert_eq!((&definition.readiness, definition.pre.len()), (&Readiness::Forking, 1));
    assert_eq!(told(&definition.lost), ["14: changed: /usr/bin/x -d"]);
    let definition = case("/usr/bin/x -d >/var/log/x 2>&1 &");
    assert_eq!(definition.readiness, Readiness::Simple);
}

#[test]
fn scripts_of_variables_alone() {
    let text = "#!/usr/bin/env /lib/init/init-d-script\n### BEGIN INIT INFO\n# Provides: svc\n\
                # Default-Start: 2 3 4 5\n### END INIT INFO\nDESC=\"a thing\"\n\
                DAEMON=/usr/sbin/thingd\nDAEMON_ARGS='-f /etc/x'\nSTART_ARGS='--chuid www'\n";
    let definition = one(Format::Lsb, "/etc/init.d/svc", text);
    assert_eq!(argv(&definition.start[0]), ["/usr/sbin/thingd", "-f", "/etc/x"]);
    assert_eq!(definition.pid_file.as_deref(), Some("/run/thingd.pid"));
    assert_eq!(definition.user.as_deref(), Some("www"));
}

#[test]
fn chkconfig_headers() {
    let text = "#!/bin/bash\n#\n# chkconfig: 345 85 15\n# description: A daemon \\\n#   of old.\n\
                # pidfile: /run/x.pid\n. /etc/rc.d/init.d/functions\n[ -f /etc/sysconfig/x ] && \
                . /etc/sysconfig/x\nstart() {\n  daemon /usr/sbin/x $OPTIONS\n  touch \
                /var/lock/subsys/x\n}\ncase \"$1\" in start) start;; esac\n";
    let definition = one(Format::Lsb, "x", text);
    assert_eq!(definition.description.as_deref(), Some("A daemon of old."));
    assert_eq!(definition.pid_file.as_deref(), Some("/run/x.pid"));
    assert_eq!(definition.environment_files[0].path, "/etc/sysconfig/x");
    assert_eq!(told(&definition.lost), ["3: lost: chkconfig: 345 85 15"]);
}

#[test]
fn what_a_script_asks_before_is_told() {
    let definition =
        lsb("DAEMON=/usr/bin/x\ntest -x $DAEMON || exit 0\n[ -e /etc/x.conf ] || exit 0\n\
         [ \"$ENABLED\" = yes ] || exit 0\ncase \"$1\" in start) start-stop-daemon --start \
         --exec $DAEMON;; esac\n");
    assert_eq!(definition.conditions.len(), 1);
    assert_eq!(definition.conditions[0].path, "/etc/x.conf");
    assert_eq!(told(&definition.lost), ["13: lost: [ \"$ENABLED\" = yes ]"]);
}

#[test]
fn carriage_returns_and_wrong_bytes() {
    let text = "#!/sbin/openrc-run\r\ncommand=/a\r\ncommand_args=\"b c\"\r\n";
    let definition = one(Format::OpenRc, "svc", text);
    assert_eq!(argv(&definition.start[0]), ["/a", "b", "c"]);
    let source = Source { path: "svc", text: b"#!/sbin/openrc-run\ncommand=/a\n# \xff\n" };
    let reading = translate::read(Format::OpenRc, &source, &[], None).unwrap();
    assert_eq!(told(&reading.definitions[0].lost), ["3: lost: bytes that are no UTF-8"]);
    let source = Source { path: "svc", text: b"a\0b" };
    assert!(translate::read(Format::OpenRc, &source, &[], None).is_err());
}

#[test]
fn a_script_that_breaks_off_is_read_up_to_there() {
    let definition = openrc("command=/a\nfoo() {\n  if true; then\n");
    assert_eq!(argv(&definition.start[0]), ["/a"]);
    assert_eq!(told(&definition.lost), ["5: lost: the script from here on"]);
}
