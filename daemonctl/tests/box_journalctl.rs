//! `journalctl` in a booted systemd: journald's own files of several boots, rotated, of users and of a
//! namespace, while they are written; root, users and members of the journal's group. Both programs say the
//! same.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod journalctl_support;

use std::path::Path;

use testkit::boxes::{Error, Machine, Output, Plan};
use testkit::journal::machine;

/// Where our `journalctl` is.
const OURS: &str = "/opt/names/journalctl";

fn boot() -> Machine {
    let with = |plan: Plan| {
        let program = Path::new(env!("CARGO_BIN_EXE_daemonctl"));
        Ok(plan.put(program, "/usr/bin/daemonctl")?.link(OURS, "/usr/bin/daemonctl"))
    };
    let first = |machine: &Machine| -> Result<(), Error> {
        machine::talk(machine)?;
        machine.shell("journalctl --rotate; journalctl --namespace=spare --rotate").map(drop)
    };
    let last = |machine: &Machine| -> Result<(), Error> {
        machine::talk(machine)?;
        machine.shell("journalctl --rotate; systemctl restart talker; journalctl --sync").map(drop)
    };
    machine::boot_each(with, &[&first, &machine::talk, &last]).unwrap().unwrap()
}

fn run(machine: &Machine, as_whom: &str, line: &str) -> Output {
    let line = format!("export LC_ALL=C.UTF-8 SYSTEMD_COLORS=0; {line}");
    let as_user = |user: &str| machine.exec(&["runuser", "-u", user, "--", "sh", "-c", &line]);
    match as_whom {
        "root" => machine.exec(&["sh", "-c", &line]).unwrap(),
        user => as_user(user).unwrap(),
    }
}

/// Both programs with the same arguments; what differs.
fn difference(machine: &Machine, as_whom: &str, args: &str) -> Option<String> {
    let theirs = run(machine, as_whom, &format!("journalctl {args}"));
    let ours = run(machine, as_whom, &format!("{OURS} {args}"));
    let is_same = theirs.status.code() == ours.status.code()
        && theirs.stdout == ours.stdout
        && theirs.stderr == ours.stderr;
    (!is_same).then(|| {
        format!(
            "{as_whom}: journalctl {args}\n  theirs: {}\n  ours: {}",
            theirs.describe(),
            ours.describe()
        )
    })
}

/// What is asked of a journal that nobody writes to meanwhile.
const QUESTIONS: &str = "
    -b -0
    -b
    -b all
    -b -1
    -b 1
    -b 2 -o verbose
    -b -2 -o export
    -b -9
    --list-boots
    -k
    -u talker
    -u talker -b -1
    -u 'tal*' -o with-unit
    -u failing -x
    -u failing -p err
    -u spare
    -u init.scope -n 20
    -p err
    -p warning..err -o short-full
    -t talker -o short-iso
    -t mine
    --user -n 20
    --system -n 20
    --user-unit=init.scope
    -o cat -n 30
    -o verbose -n 30
    -o export
    -o short-monotonic -b all
    -o short-delta -n 50
    -o short-unix -r -n 50
    -g 'by the' -o cat
    -g SEVERAL --case-sensitive=no
    MY_FIELD=mine -o verbose
    MY_FIELD='mine too' + _COMM=logger
    _UID=1000
    _UID=1001 -o short-precise
    /usr/bin/logger
    /usr/bin/logger /usr/bin/dash
    /usr/local/bin/talker
    /usr/sbin/sshd -n 5
    /dev/null
    -F _SYSTEMD_UNIT
    -F MESSAGE -n 3
    -N
    --header
    --disk-usage
    --namespace=spare
    --namespace=spare -o export
    --namespace=+spare -n 20
    --namespace='*' -n 40
    --namespace=nothing
    -m -n 20
    -q --since=-1h -t talker
    --since=today --until=tomorrow -o short-iso-precise
    --since=yesterday -n 5
    --facility=daemon
    --facility=auth,authpriv -p crit
    -n 5 --show-cursor
    -e --no-pager -n 5
    --no-hostname -n 5
    --utc -n 5 -o short-full
    -x -n 60
    --root=/
    --root=/ -n 5
    -D /var/log/journal -n 5
    -D /run/log/journal -n 5
    --file='/var/log/journal/*/system*.journal' -n 15
    --dump-catalog 7d4958e842da4a758f6c1cdc7b36dcc5
    --list-catalog
";

fn questions_are_answered_the_same(machine: &Machine, as_whom: &str) {
    let wrong: Vec<String> = QUESTIONS
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        // Of root ours shows what journald has of root: that is in the system's files.
        .filter(|line| as_whom != "root" || !line.starts_with("--user "))
        .filter_map(|line| difference(machine, as_whom, line))
        .collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Files that nobody writes to: journald is stopped meanwhile.
fn quiet(machine: &Machine) {
    let stop = "journalctl --sync; systemctl stop systemd-journald.socket systemd-journald-dev-log.socket \
        systemd-journald-audit.socket systemd-journald 2>/dev/null; \
        systemctl stop 'systemd-journald@spare*' 2>/dev/null; true";
    machine.shell(stop).unwrap();
}

fn what_journald_does_is_done(machine: &Machine) {
    let shell = |line: &str| machine.shell(line).unwrap();
    let archived = || shell("ls /var/log/journal/*/*@*.journal | wc -l").parse::<u32>().unwrap();
    shell(&format!("{OURS} --flush"));
    let before = archived();
    shell(&format!("logger -t mine before; {OURS} --sync; {OURS} --rotate"));
    assert!(archived() > before, "nothing was rotated");
    shell(&format!("{OURS} --namespace=spare --sync"));
    // What is archived goes, the oldest first, in all folders.
    let said = machine.shell(&format!("{OURS} --vacuum-files=2 2>&1")).unwrap();
    assert!(said.contains("Deleted archived journal /var/log/journal/"), "{said}");
    assert!(said.contains("Vacuuming done, freed "), "{said}");
    assert_eq!(shell("journalctl --vacuum-files=2 -q 2>&1 | wc -l"), "0");
    let left = shell("ls /var/log/journal/b0c5b0c5b0c5b0c5b0c5b0c5b0c5b0c5/*.journal | wc -l");
    let theirs = shell(
        "journalctl --vacuum-files=2 2>&1; ls /var/log/journal/b0c5b0c5b0c5b0c5b0c5b0c5b0c5b0c5/*.journal | wc -l",
    );
    assert!(theirs.ends_with(&left) && !theirs.contains("Deleted"), "{left}: {theirs}");
    shell(&format!("systemctl restart talker; {OURS} --rotate --vacuum-time=1s -q"));
}

fn what_is_logged_is_followed(machine: &Machine) {
    let to = "/tmp/followed";
    let line = format!("{OURS} -f -n0 -t follow -o cat > {to} 2>&1 < /dev/null & echo $!");
    let pid = machine.shell(&line).unwrap();
    machine.shell("sleep 0.5; for i in 1 2 3; do logger -t follow line $i; done").unwrap();
    machine.shell(&format!("{OURS} --rotate")).unwrap();
    machine.shell("for i in 4 5 6; do logger -t follow line $i; done").unwrap();
    let wanted = "line 1\nline 2\nline 3\nline 4\nline 5\nline 6";
    let timeout = std::time::Duration::from_secs(10);
    machine.wait_for(&format!("test \"$(wc -l < {to})\" -ge 6"), timeout).unwrap();
    assert_eq!(machine.shell(&format!("kill {pid}; cat {to}")).unwrap(), wanted);
}

/// `systemctl status` has the last lines that a unit logged.
fn status_has_log_lines(machine: &Machine) {
    let systemctl = "/opt/names/systemctl";
    machine.shell(&format!("ln -s /usr/bin/daemonctl {systemctl}; journalctl --sync")).unwrap();
    for args in [
        "talker",
        "failing",
        "-n 3 talker",
        "-n0 talker",
        "cron",
        "-o cat talker",
        "-o verbose -n1 talker",
    ] {
        let [theirs, ours] = ["systemctl", systemctl]
            .map(|program| run(machine, "root", &format!("{program} status {args}")).text());
        let log = |text: &str| {
            let lines: Vec<&str> = text.lines().collect();
            let at = lines.iter().position(|line| line.is_empty());
            at.map_or(String::new(), |at| lines[at..].join("\n"))
        };
        assert_eq!(log(&ours), log(&theirs), "{args}");
    }
}

#[test]
fn journalctl_and_ours_say_the_same_of_a_machine() {
    let machine = boot();
    status_has_log_lines(&machine);
    what_is_logged_is_followed(&machine);
    quiet(&machine);
    for whom in ["root", "alice"] {
        questions_are_answered_the_same(&machine, whom);
    }
    machine.shell("usermod -aG systemd-journal bob").unwrap();
    questions_are_answered_the_same(&machine, "bob");
    machine
        .shell("systemctl start systemd-journald.socket systemd-journald systemd-journald@spare")
        .unwrap();
    what_journald_does_is_done(&machine);
}
