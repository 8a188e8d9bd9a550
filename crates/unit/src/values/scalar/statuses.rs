//! Sets of exit statuses and signals (systemd.service(5); the names are those of systemd.exec(5),
//! PROCESS EXIT CODES).

use std::fmt;

use super::{Parsed, Value, number, parse_signal, signal_name};
use crate::{
    diagnostic::Problem,
    values::words::{Rules, Words, shown},
};

/// The names of exit statuses: libc's, LSB's, BSD's and systemd's own.
const NAMES: [(u8, &str); 68] = [
    (0, "SUCCESS"),
    (1, "FAILURE"),
    (2, "INVALIDARGUMENT"),
    (3, "NOTIMPLEMENTED"),
    (4, "NOPERMISSION"),
    (5, "NOTINSTALLED"),
    (6, "NOTCONFIGURED"),
    (7, "NOTRUNNING"),
    (64, "USAGE"),
    (65, "DATAERR"),
    (66, "NOINPUT"),
    (67, "NOUSER"),
    (68, "NOHOST"),
    (69, "UNAVAILABLE"),
    (70, "SOFTWARE"),
    (71, "OSERR"),
    (72, "OSFILE"),
    (73, "CANTCREAT"),
    (74, "IOERR"),
    (75, "TEMPFAIL"),
    (76, "PROTOCOL"),
    (77, "NOPERM"),
    (78, "CONFIG"),
    (200, "CHDIR"),
    (201, "NICE"),
    (202, "FDS"),
    (203, "EXEC"),
    (204, "MEMORY"),
    (205, "LIMITS"),
    (206, "OOM_ADJUST"),
    (207, "SIGNAL_MASK"),
    (208, "STDIN"),
    (209, "STDOUT"),
    (210, "CHROOT"),
    (211, "IOPRIO"),
    (212, "TIMERSLACK"),
    (213, "SECUREBITS"),
    (214, "SETSCHEDULER"),
    (215, "CPUAFFINITY"),
    (216, "GROUP"),
    (217, "USER"),
    (218, "CAPABILITIES"),
    (219, "CGROUP"),
    (220, "SETSID"),
    (221, "CONFIRM"),
    (222, "STDERR"),
    (224, "PAM"),
    (225, "NETWORK"),
    (226, "NAMESPACE"),
    (227, "NO_NEW_PRIVILEGES"),
    (228, "SECCOMP"),
    (229, "SELINUX_CONTEXT"),
    (230, "PERSONALITY"),
    (231, "APPARMOR"),
    (232, "ADDRESS_FAMILIES"),
    (233, "RUNTIME_DIRECTORY"),
    (235, "CHOWN"),
    (236, "SMACK_PROCESS_LABEL"),
    (237, "KEYRING"),
    (238, "STATE_DIRECTORY"),
    (239, "CACHE_DIRECTORY"),
    (240, "LOGS_DIRECTORY"),
    (241, "CONFIGURATION_DIRECTORY"),
    (242, "NUMA_POLICY"),
    (243, "CREDENTIALS"),
    (244, "BPF"),
    (245, "KSM"),
    (255, "EXCEPTION"),
];

/// The name of an exit status, where it has one.
pub fn exit_status_name(status: u8) -> Option<&'static str> {
    NAMES.iter().find_map(|(number, name)| (*number == status).then_some(*name))
}

/// An exit status by name or number.
pub fn parse_exit_status(text: &str) -> Option<u8> {
    let named = NAMES.iter().find_map(|(number, name)| (*name == text).then_some(*number));
    named.or_else(|| number::unsigned(text).ok().and_then(|number| u8::try_from(number).ok()))
}

/// A set of exit statuses and signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statuses {
    /// One bit for each status.
    codes: [u64; 4],
    /// Bit 0 is signal 1.
    signals: u64,
}

impl Statuses {
    /// Adds an exit status.
    pub fn add_code(&mut self, code: u8) {
        if let Some(word) = self.codes.get_mut(usize::from(code / 64)) {
            *word |= 1_u64 << (code % 64);
        }
    }

    /// Adds a signal, 1 to 64; others are no signals and left out.
    pub fn add_signal(&mut self, signal: i32) {
        if let 1..=64 = signal {
            self.signals |= 1_u64 << signal.saturating_sub(1);
        }
    }

    /// Adds all of another set.
    pub fn add_all(&mut self, other: &Statuses) {
        for (word, more) in self.codes.iter_mut().zip(other.codes) {
            *word |= more;
        }
        self.signals |= other.signals;
    }

    /// Whether an exit status is in it.
    pub fn has_code(&self, code: u8) -> bool {
        let word = self.codes.get(usize::from(code / 64)).copied().unwrap_or_default();
        word & (1_u64 << (code % 64)) != 0
    }

    /// Whether a signal is in it.
    pub fn has_signal(&self, signal: i32) -> bool {
        matches!(signal, 1..=64) && self.signals & (1_u64 << signal.saturating_sub(1)) != 0
    }

    /// The exit statuses, ascending.
    pub fn codes(&self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).filter(|code| self.has_code(*code))
    }

    /// The signals, ascending.
    pub fn signals(&self) -> impl Iterator<Item = i32> {
        (1..=64).filter(|signal| self.has_signal(*signal))
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Statuses::default()
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for code in self.codes() {
            write!(f, "{gap}{code}")?;
            gap = " ";
        }
        for signal in self.signals() {
            write!(f, "{gap}{}", signal_name(signal))?;
            gap = " ";
        }
        Ok(())
    }
}

pub(super) fn parse(text: &str, problems: &mut Vec<Problem>) -> Parsed {
    let mut statuses = Statuses::default();
    for word in Words::new(text, Rules::PLAIN) {
        let word = match word {
            Ok(word) => word,
            Err(error) => {
                problems.push(error.problem());
                break;
            }
        };
        // A number is an exit status, never a signal.
        if let Some(code) = parse_exit_status(&word.text) {
            statuses.add_code(code);
        } else if let Some(signal) = parse_signal(&word.text) {
            statuses.add_signal(signal);
        } else {
            let message = format!("{} is neither an exit status nor a signal", shown(&word.text));
            let help = "write a number from 0 to 255, a name such as TEMPFAIL, or a signal's name";
            problems.push(Problem::value(word.at, message).with_help(help));
        }
    }
    match statuses.is_empty() {
        true => Parsed::Ignored,
        false => Parsed::Value(Value::Statuses(Box::new(statuses))),
    }
}
