//! Init scripts that misbehave, each in one way.

use testkit::boxes::Plan;

use crate::verbs_support::{Bed, CRON};

fn script(name: &str, before: &str, start: &str, stop: &str, more: &str) -> String {
    format!(
        "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: {name}\n# Required-Start:\n\
         # Required-Stop:\n# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n\
         # Short-Description: misbehaves\n### END INIT INFO\nPIDFILE=/run/{name}.pid\n{before}\n\
         case \"$1\" in\nstart)\n  {start}\n  ;;\nstop)\n  {stop}\n  ;;\n{more}\
         *) echo \"Usage: $0 {{start|stop}}\"; exit 1;;\nesac\n"
    )
}

/// The scripts, put into a machine.
pub fn put(plan: Plan) -> Plan {
    let start = "start-stop-daemon --start --background --make-pidfile --pidfile $PIDFILE \
                 --exec /bin/sleep -- 1001";
    let stop = "start-stop-daemon --stop --remove-pidfile --pidfile $PIDFILE";
    let leave = "start-stop-daemon --stop --pidfile $PIDFILE";
    let resist = "start-stop-daemon --start --background --make-pidfile --pidfile $PIDFILE \
                  --exec /bin/sh -- -c 'trap : TERM; while :; do sleep 1; done'";
    let scripts = [
        ("nostatus", script("nostatus", "", start, stop, "")),
        ("liar", script("liar", "", start, stop, "status) echo liar is running; exit 0 ;;\n")),
        ("hangs", script("hangs", "", "echo waiting for a bus; sleep 300", "", "")),
        ("slow", script("slow", "", &format!("sleep 2; {start}"), stop, "")),
        ("leaves", script("leaves", "", start, leave, "")),
        (
            "escapes",
            script("escapes", "", "printf '\\033[2J\\033]0;owned\\007 no\\n'; exit 1", stop, ""),
        ),
        ("crlf", script("crlf", "", start, stop, "").replace('\n', "\r\n")),
        ("halfway", script("halfway", "test -x /usr/sbin/halfway || exit 5", start, stop, "")),
        ("silent", script("silent", "test -x /usr/sbin/silent || exit 0", start, stop, "")),
        (
            "stubborn",
            script(
                "stubborn",
                "",
                resist,
                "start-stop-daemon --stop --retry TERM/1 --pidfile $PIDFILE",
                "",
            ),
        ),
    ];
    scripts
        .into_iter()
        .fold(plan, |plan, (name, text)| plan.file(format!("/etc/init.d/{name}"), 0o755, text))
}

/// What a person reads of them, and the exit status.
pub fn misbehave(bed: &Bed) {
    for name in ["nostatus", "liar"] {
        let started = bed.done(&format!("start {name}"));
        assert!(started.starts_with(&format!("started {name} (main pid ")), "{started}");
        assert_eq!(
            bed.done(&format!("start {name}")),
            format!("nothing to do: {name} runs already\n")
        );
        let stopped = bed.done(&format!("stop {name}"));
        assert!(stopped.starts_with(&format!("stopped {name}")), "{stopped}");
        // The script that lies says that it runs.
        assert_eq!(
            bed.done(&format!("stop {name}")),
            format!("nothing to do: {name} does not run\n")
        );
    }
    for (line, code, words) in [
        (
            "start hangs --timeout 1s",
            1,
            &["did not end in time", "waiting for a bus", "--timeout"][..],
        ),
        ("start escapes", 1, &["    \\e[2J\\e]0;owned\\x07 no"]),
        ("start escapes --verbose", 1, &["  escapes: \\e[2J\\e]0;owned\\x07 no"]),
        ("start crlf", 1, &["CR LF"]),
        ("start halfway", 5, &["not installed"]),
        ("start silent", 1, &["said success", "no process"]),
        ("mask nginx", 3, &["hint: daemonctl disable nginx"]),
        ("start nosuch", 5, &["nosuch"]),
        ("enable nginx --runtime", 3, &["until the next boot only"]),
        ("command nginx nosuch", 3, &["it has: ", "configtest"]),
    ] {
        let said = bed.ctl(line);
        assert_eq!(said.code, code, "{line}: {said:#?}");
        for word in words {
            assert!(said.err.contains(word), "{line}: {word}: {said:#?}");
        }
        assert!(!said.err.contains('\u{1b}') && !said.out.contains('\u{1b}'), "{line}: {said:#?}");
    }
    pid_files(bed);
    bed.done("start stubborn");
    bed.shell("sleep 0.3");
    let stopped = bed.ctl("stop stubborn");
    assert_eq!(stopped.code, 1, "{stopped:#?}");
    assert!(stopped.err.contains("still runs"), "{stopped:#?}");
    bed.shell("kill -9 $(cat /run/stubborn.pid)");
    let test = bed.done("command nginx configtest");
    assert!(test.contains("Testing nginx configuration"), "{test}");
}

/// A pid file that was left behind, and one whose number another process has by now.
fn pid_files(bed: &Bed) {
    bed.done("start leaves");
    let stopped = bed.ctl("stop leaves");
    assert_eq!(stopped.code, 0, "{stopped:#?}");
    assert!(stopped.err.contains("left a pid file behind: /run/leaves.pid"), "{stopped:#?}");
    assert_eq!(bed.json("stop leaves")[0]["result"], "nothing_to_do");
    bed.shell("cat /run/crond.pid > /run/leaves.pid; touch -d '1 hour ago' /run/leaves.pid");
    let started = bed.json("start leaves");
    assert_eq!(started[0]["result"], "done", "cron is no sleep: {started:#}");
    bed.done("stop leaves");
    bed.works(&CRON, true);
}
