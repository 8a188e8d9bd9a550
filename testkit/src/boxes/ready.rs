//! Waiting until an init has brought everything up.

use super::{Error, Kind, Machine};
use std::time::{Duration, Instant};

/// Waits until the box's init says that its boot is over.
pub(super) fn wait(machine: &Machine, deadline: Instant) -> Result<(), Error> {
    let (what, script) = match machine.kind() {
        // "degraded" is up too: what failed is for the test to look at.
        Kind::Systemd | Kind::SystemdLogind => (
            "systemctl is-system-running to say running or degraded",
            "case $(systemctl is-system-running) in running|degraded) ;; *) false ;; esac",
        ),
        Kind::OpenRc => (
            "OpenRC's default runlevel",
            r#"test "$(rc-status --runlevel)" = default; test ! -e /run/openrc/rc.starting;
               ! pgrep -x "rc|openrc|startpar""#,
        ),
        Kind::Sysv => (
            "runlevel 2 with no script of it running",
            r#"test "$(runlevel)" = "N 2"; ! pgrep -x "rc|startpar|rcS""#,
        ),
        // Read once: of a program that can't be run and is just ending, the environment is empty.
        Kind::Bare => (
            "its program",
            r#"now=$(tr '\0' ' ' < /proc/1/environ); case $now in "" | *BOX_NAME=*) exit 1 ;; esac"#,
        ),
    };
    loop {
        let last = match machine.shell(script) {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        let gone = !machine.root().join("proc").exists();
        if gone || Instant::now() > deadline {
            let waiting_for =
                if gone { "its pid 1 ended".to_owned() } else { format!("{what}: {last}") };
            return Err(Error::Boot { waiting_for, console: machine.last_words() });
        }
        std::thread::sleep(Duration::from_millis(150));
    }
}
