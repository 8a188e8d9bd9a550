//! Does it outlive the session that it was started in, and did it prepare for that?

use super::{DAEMON, List, NORMAL};
use crate::evidence::Aspect;
use crate::process::{Extra, Process};
use crate::sample::Sample;
use crate::verdict::Kind;

impl List {
    pub fn lifecycle(&mut self, sample: &Sample, process: &Process) {
        let stat = &process.stat;
        if stat.session == 0 {
            self.hard(
                Aspect::Lifecycle,
                None,
                "its session is led from outside this pid namespace",
                "stat",
            );
        } else if process.leads_session() {
            let kind = if stat.tty_nr == 0 { DAEMON } else { None };
            self.hard(Aspect::Lifecycle, kind, "leads a session of its own", "stat");
        } else if let Some(leader) = sample.by_pid(stat.session.unsigned_abs()) {
            let fact = format!(
                "in the session of {} ({})",
                String::from_utf8_lossy(&leader.comm),
                leader.pid()
            );
            self.hard(Aspect::Lifecycle, None, fact, "stat");
        } else {
            let fact = format!("its session's leader {} is gone, and it lives on", stat.session);
            self.hard(
                Aspect::Lifecycle,
                if stat.tty_nr == 0 { DAEMON } else { None },
                fact,
                "stat",
            );
        }
    }

    pub fn descriptors(&mut self, process: &Process) {
        let none = Extra::default();
        let extra = process.extra.as_deref().unwrap_or(&none);
        for (number, link) in extra.stdio.iter().enumerate() {
            let Some(link) = link.known() else { continue };
            let (kind, what) = stdio_meaning(link, process.stat.tty_nr);
            let fact = format!("descriptor {number} is {}{what}", String::from_utf8_lossy(link));
            self.soft(Aspect::Lifecycle, kind, fact, &format!("fd/{number}"));
        }
        if let Some(cwd) = extra.cwd.known() {
            let kind = if **cwd == *b"/" { DAEMON } else { None };
            self.soft(
                Aspect::Lifecycle,
                kind,
                format!("working directory {}", String::from_utf8_lossy(cwd)),
                "cwd",
            );
        }
        if process.exe_is_deleted() {
            self.hard(
                Aspect::Lifecycle,
                None,
                "its executable was removed or replaced since it started",
                "exe",
            );
        }
        if let Some(umask) = extra.status.known().and_then(|status| status.umask) {
            let kind = if umask == 0 { DAEMON } else { None };
            self.soft(Aspect::Lifecycle, kind, format!("umask {umask:04o}"), "status");
        }
    }

    pub fn signals(&mut self, process: &Process) {
        let stat = &process.stat;
        if stat.catches(1) {
            self.soft(
                Aspect::Lifecycle,
                DAEMON,
                "handles SIGHUP, which daemons take for `reload`",
                "stat",
            );
        } else if stat.ignores(1) {
            self.soft(
                Aspect::Lifecycle,
                None,
                "ignores SIGHUP: the end of a terminal does not end it",
                "stat",
            );
        }
        if stat.ignores(2) {
            self.soft(Aspect::Lifecycle, DAEMON, "ignores SIGINT (Ctrl-C)", "stat");
        }
    }
}

fn stdio_meaning(link: &[u8], tty_nr: u32) -> (Option<Kind>, &'static str) {
    if crate::verdict::is_terminal(link) {
        return if tty_nr == 0 {
            (NORMAL, ", a terminal that is not (or no longer) its controlling one")
        } else {
            (NORMAL, ", a terminal")
        };
    }
    match link {
        b"/dev/null" => (DAEMON, ""),
        _ if link.starts_with(b"socket:") => (DAEMON, ", a socket (the journal or a client)"),
        _ if link.starts_with(b"pipe:") => (None, ", a pipe"),
        _ if link.starts_with(b"/var/log/") => (DAEMON, ", a log file"),
        _ => (None, ""),
    }
}
