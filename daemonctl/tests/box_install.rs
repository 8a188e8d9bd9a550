//! A service of our own on real systemd, OpenRC and SysV init: installed, running as it was asked
//! for, and taken away again without a trace.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use testkit::boxes::{Kind, Machine, Plan};

/// Writes its arguments, then answers on a port with its process ID.
const SERVER: &str = r#"#!/usr/bin/perl
use strict; use IO::Socket::INET; use Cwd;
open(my $f, '>', "/tmp/own.args") or die "arguments: $!";
print $f map { "$_\0" } @ARGV;
close $f;
$| = 1;
print "serving as $> in @{[getcwd()]} with $ENV{A}\n";
my $s = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => 8099, Listen => 5, ReuseAddr => 1) or die "listen: $!";
while (my $c = $s->accept) { print $c "HTTP/1.0 200 OK\r\n\r\n$$\n"; close $c }
"#;

/// It, as a unit.
const UNIT: &str = "[Unit]\nDescription=own\n[Service]\nUser=alice\nRestart=always\n\
    ExecStart=/usr/local/bin/own-server \"a  b\" $$x\nRuntimeDirectory=own\n\
    [Install]\nWantedBy=multi-user.target\n";

/// Asks it for its process ID; nothing where it does not answer.
const ASK: &str = r#"perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(
    PeerAddr => "127.0.0.1:8099") or exit; print $s "GET / HTTP/1.0\r\n\r\n";
    local $/; print $1 if <$s> =~ /(\d+)\n$/'"#;

/// Everything below /etc and /var/lib but what others write meanwhile.
const SNAPSHOT: &str = "find /etc /var/lib -xdev \\( -type f -o -type l -o -type d \\) \
    -printf '%p %m %u:%g %y %l\\n' | grep -v -e /var/lib/systemd -e random-seed -e rsyslog \
    -e logrotate | sort; find /etc -xdev -type f -exec sha1sum {} + | sort";

const ARGUMENTS: [&str; 12] = [
    "a b",
    "it's",
    "\"q\"",
    "$HOME",
    "%n",
    "",
    "-x",
    "*",
    "back\\slash",
    "new\nline",
    "semi;colon",
    "  two  spaces",
];

fn boot(kind: Kind) -> Machine {
    let plan = Plan::new(kind)
        .put(Path::new(env!("CARGO_BIN_EXE_daemonctl")), "/usr/bin/daemonctl")
        .unwrap()
        .file("/usr/local/bin/own-server", 0o755, SERVER)
        .file("/root/own.service", 0o644, UNIT);
    let machine = plan.boot().unwrap_or_else(|error| panic!("{error}"));
    shell(&machine, "mkdir -m 1777 /tmp/out");
    machine
}

fn shell(machine: &Machine, script: &str) -> String {
    machine.shell(script).unwrap_or_else(|error| panic!("{error}"))
}

fn ctl(machine: &Machine, arguments: &[&str]) -> (i32, String) {
    let mut all = vec!["sh", "-c", "exec daemonctl \"$@\" 2>&1", "sh"];
    all.extend(arguments);
    let output = machine.exec(&all).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().expect("a status"), text)
}

/// The process ID that the server answers with, as soon as it is another than `not`.
fn server(machine: &Machine, not: &str) -> String {
    let until = Instant::now() + Duration::from_secs(15);
    while Instant::now() < until {
        let pid = shell(machine, ASK).trim().to_owned();
        if !pid.is_empty() && pid != not {
            return pid;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("it does not answer: {}", ctl(machine, &["status", "own"]).1);
}

fn install(machine: &Machine) {
    let mut arguments = vec![
        "install",
        "--name",
        "own",
        "--user",
        "alice",
        "--restart",
        "always",
        "--workdir",
        "/srv",
        "--env",
        "A=b \"c\" $d %e",
        "--log",
        "/tmp/out/own.log",
        "--after",
        "network",
        "--",
        "own-server",
    ];
    arguments.extend(ARGUMENTS);
    let (status, said) = ctl(machine, &arguments);
    assert_eq!(status, 0, "{said}");
}

fn works(machine: &Machine, is_supervised: bool) {
    let pid = server(machine, "");
    let arguments = machine.exec(&["cat", "/tmp/own.args"]).unwrap().stdout;
    let arguments = String::from_utf8(arguments).unwrap();
    let arguments: Vec<&str> = arguments.strip_suffix('\0').unwrap().split('\0').collect();
    assert_eq!(arguments, ARGUMENTS);
    let log = shell(machine, "cat /tmp/out/own.log");
    assert!(log.starts_with("serving as 1000 in /srv with b \"c\" $d %e"), "{log}");
    assert_eq!(shell(machine, &format!("ps -o user= -p {pid}")).trim(), "alice");
    for verb in ["is-active", "is-enabled"] {
        assert_eq!(ctl(machine, &[verb, "own"]).0, 0, "{verb}");
    }
    if is_supervised {
        shell(machine, &format!("kill -9 {pid}"));
        server(machine, &pid);
    }
    let (status, said) = ctl(machine, &["restart", "own"]);
    assert_eq!(status, 0, "{said}");
    server(machine, &pid);
}

fn refuses(machine: &Machine) {
    let (status, said) = ctl(machine, &["install", "--name", "own", "--", "/bin/true"]);
    assert!(status == 1 && said.contains("uninstall own"), "{said}");
    let (status, said) = ctl(machine, &["install", "--name", "nginx", "--", "/bin/true"]);
    assert!(status == 1 && said.contains("nginx is taken"), "{said}");
    let (status, said) = ctl(machine, &["install", "--after", "no-such", "--", "/bin/true"]);
    assert!(status == 1 && said.contains("no such service"), "{said}");
    let (status, _) = ctl(machine, &["uninstall", "nginx"]);
    assert_eq!(status, 4);
}

fn whole_life(kind: Kind, definition: &str, is_supervised: bool) {
    let machine = boot(kind);
    let before = shell(&machine, SNAPSHOT);
    install(&machine);
    works(&machine, is_supervised);
    refuses(&machine);
    shell(&machine, &format!("cp -p {definition} /tmp/kept; echo '# more' >> {definition}"));
    let (status, said) = ctl(&machine, &["uninstall", "own"]);
    assert!(status == 1 && said.contains("was changed"), "{said}");
    server(&machine, "");
    shell(&machine, &format!("cp -p /tmp/kept {definition}"));
    let (status, said) = ctl(&machine, &["uninstall", "own"]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(shell(&machine, ASK).trim(), "");
    assert_eq!(shell(&machine, SNAPSHOT), before);
    // What does not come up says so, stays to be looked at, or is taken away at once.
    let broken = ["install", "--name", "bad", "--", "/bin/sh", "-c", "exit 3"];
    let (status, said) = ctl(&machine, &broken);
    assert!(status == 1 && said.contains("daemonctl uninstall bad"), "{status} {said}");
    assert_eq!(ctl(&machine, &["uninstall", "bad"]).0, 0);
    let broken = ["install", "--rollback", "--name", "bad", "--", "/bin/sh", "-c", "exit 3"];
    let (status, said) = ctl(&machine, &broken);
    assert!(status == 1 && said.contains("taken away again"), "{status} {said}");
    let job = ["install", "--name", "job", "--schedule", "Mon..Fri 03:00", "--", "/bin/true", "5%"];
    let (status, said) = ctl(&machine, &job);
    assert_eq!(status, 0, "{said}");
    assert_eq!(ctl(&machine, &["uninstall", "job"]).0, 0);
    let not_started = ["install", "--no-start", "--no-enable", "--name", "own", "--", "own-server"];
    assert_eq!(ctl(&machine, &not_started).0, 0);
    assert_eq!(shell(&machine, ASK).trim(), "");
    assert_ne!(ctl(&machine, &["is-enabled", "own"]).0, 0);
    assert_eq!(ctl(&machine, &["uninstall", "own"]).0, 0);
    assert_eq!(shell(&machine, SNAPSHOT), before);
}

#[test]
fn on_systemd() {
    whole_life(Kind::Systemd, "/etc/systemd/system/own.service", true);
}

#[test]
fn on_openrc() {
    whole_life(Kind::OpenRc, "/etc/init.d/own", true);
}

#[test]
fn on_sysv() {
    whole_life(Kind::Sysv, "/etc/init.d/own", false);
}

/// Units of the machine's own packages, converted to OpenRC, run there.
#[test]
fn what_is_converted_runs() {
    let machine = boot(Kind::OpenRc);
    let script = "daemonctl convert /root/own.service --to openrc -o /etc/init.d && \
                  rc-service own start";
    let output = machine.exec(&["sh", "-c", &format!("({script}) 2>&1")]).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    server(&machine, "");
    let arguments = machine.exec(&["cat", "/tmp/own.args"]).unwrap().stdout;
    assert_eq!(String::from_utf8_lossy(&arguments), "a  b\0$x\0");
    assert_eq!(shell(&machine, "stat -c %U /run/own").trim(), "alice");
    // And back: the script, as a unit, says the same.
    let back = shell(&machine, "daemonctl convert /etc/init.d/own --to systemd 2>/dev/null");
    assert!(back.contains("ExecStart=/usr/local/bin/own-server \"a  b\" $$x\n"), "{back}");
    shell(&machine, "rc-service own stop");
}
