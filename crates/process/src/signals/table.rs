//! The one table of signals; names, meanings and conventions come from nowhere else.

/// What the kernel does where a program has said nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DefaultAction {
    /// It ends the process.
    Terminate,
    /// It ends the process and leaves a core dump, where that is allowed (core(5)).
    Core,
    /// It stops the process until CONT.
    Stop,
    /// It lets a stopped process go on.
    Continue,
    /// Nothing.
    Ignore,
}

impl DefaultAction {
    /// One word, as JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            DefaultAction::Terminate => "terminate",
            DefaultAction::Core => "core",
            DefaultAction::Stop => "stop",
            DefaultAction::Continue => "continue",
            DefaultAction::Ignore => "ignore",
        }
    }
}

/// What is known of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// Its number.
    pub number: u32,
    /// Its name without `SIG`.
    pub name: &'static str,
    /// Further names of the same number.
    pub other_names: &'static [&'static str],
    /// What happens where it is neither caught nor ignored.
    pub default: DefaultAction,
    /// Why it is sent, in one line.
    pub meaning: &'static str,
    /// What daemons that handle it do by convention (daemon(7) and the daemons' manuals).
    pub convention: Option<&'static str>,
}

/// Everything of signal(7), ascending, without gaps.
pub static TABLE: [Definition; 31] = {
    use DefaultAction::{Continue, Core, Ignore, Stop, Terminate};
    [
        entry(
            1,
            "HUP",
            &[],
            Terminate,
            "the terminal was hung up",
            Some("reload the configuration"),
        ),
        entry(
            2,
            "INT",
            &[],
            Terminate,
            "interrupt from the keyboard (Ctrl-C)",
            Some("stop, as TERM or faster"),
        ),
        entry(
            3,
            "QUIT",
            &[],
            Core,
            "quit from the keyboard (Ctrl-\\)",
            Some("stop; nginx and others gracefully"),
        ),
        entry(4, "ILL", &[], Core, "illegal instruction", None),
        entry(5, "TRAP", &[], Core, "trace or breakpoint trap", None),
        entry(
            6,
            "ABRT",
            &["IOT"],
            Core,
            "the program gave up (abort(3)); the watchdog of systemd sends it",
            None,
        ),
        entry(7, "BUS", &[], Core, "memory access behind the end of a mapped file", None),
        entry(8, "FPE", &[], Core, "arithmetic error", None),
        entry(9, "KILL", &[], Terminate, "end at once, without clean-up", None),
        entry(
            10,
            "USR1",
            &[],
            Terminate,
            "means what the program says",
            Some("reopen log files, or write status"),
        ),
        entry(11, "SEGV", &[], Core, "invalid memory access", None),
        entry(
            12,
            "USR2",
            &[],
            Terminate,
            "means what the program says",
            Some("upgrade, rotate logs or toggle debugging"),
        ),
        entry(
            13,
            "PIPE",
            &[],
            Terminate,
            "write to a pipe or socket that nobody reads",
            Some("carry on, the write fails instead"),
        ),
        entry(14, "ALRM", &[], Terminate, "timer ran out (alarm(2))", Some("run what is due")),
        entry(15, "TERM", &[], Terminate, "please stop", Some("stop with clean-up")),
        entry(16, "STKFLT", &[], Terminate, "not used", None),
        entry(
            17,
            "CHLD",
            &["CLD"],
            Ignore,
            "a child ended or stopped",
            Some("collect the child's exit status"),
        ),
        entry(18, "CONT", &[], Continue, "go on after a stop", None),
        entry(19, "STOP", &[], Stop, "stop, without a chance to prepare", None),
        entry(20, "TSTP", &[], Stop, "stop from the keyboard (Ctrl-Z)", None),
        entry(
            21,
            "TTIN",
            &[],
            Stop,
            "background job read from its terminal",
            Some("add a worker (gunicorn, unicorn)"),
        ),
        entry(
            22,
            "TTOU",
            &[],
            Stop,
            "background job wrote to its terminal",
            Some("remove a worker (gunicorn, unicorn)"),
        ),
        entry(
            23,
            "URG",
            &[],
            Ignore,
            "urgent data on a socket",
            Some("switch goroutines (Go's runtime)"),
        ),
        entry(24, "XCPU", &[], Core, "CPU time limit reached", None),
        entry(
            25,
            "XFSZ",
            &[],
            Core,
            "file size limit reached",
            Some("carry on, the write fails instead"),
        ),
        entry(26, "VTALRM", &[], Terminate, "timer of CPU time ran out", None),
        entry(
            27,
            "PROF",
            &[],
            Terminate,
            "profiling timer ran out",
            Some("take a profile's sample"),
        ),
        entry(
            28,
            "WINCH",
            &[],
            Ignore,
            "the terminal's size changed",
            Some("stop workers gracefully (nginx, httpd)"),
        ),
        entry(29, "IO", &["POLL"], Terminate, "a descriptor is ready", None),
        entry(30, "PWR", &[], Terminate, "power is failing", Some("shut down (as process 1)")),
        entry(31, "SYS", &["UNUSED"], Core, "forbidden system call (seccomp)", None),
    ]
};

const fn entry(
    number: u32,
    name: &'static str,
    other_names: &'static [&'static str],
    default: DefaultAction,
    meaning: &'static str,
    convention: Option<&'static str>,
) -> Definition {
    Definition { number, name, other_names, default, meaning, convention }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_1_to_31_in_order() {
        assert!(TABLE.iter().map(|entry| entry.number).eq(1..=31));
    }

    #[test]
    fn names_are_the_machines() {
        // rustix has them from the kernel's headers of the target.
        use rustix::process::Signal;
        let known = [
            ("HUP", Signal::HUP),
            ("ABRT", Signal::ABORT),
            ("BUS", Signal::BUS),
            ("USR1", Signal::USR1),
            ("USR2", Signal::USR2),
            ("STKFLT", Signal::STKFLT),
            ("CHLD", Signal::CHILD),
            ("CONT", Signal::CONT),
            ("STOP", Signal::STOP),
            ("TSTP", Signal::TSTP),
            ("URG", Signal::URG),
            ("XFSZ", Signal::XFSZ),
            ("WINCH", Signal::WINCH),
            ("IO", Signal::IO),
            ("PWR", Signal::POWER),
            ("SYS", Signal::SYS),
        ];
        for (name, signal) in known {
            let entry = TABLE.iter().find(|entry| entry.name == name).unwrap();
            assert_eq!(entry.number, signal.as_raw().unsigned_abs(), "{name}");
        }
    }
}
