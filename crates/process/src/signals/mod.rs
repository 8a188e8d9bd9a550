//! Signals: their names, what they do, and what one would do to a process.
//!
//! [`TABLE`] holds all that is known of each; [`Signal`] is one of them or a real-time signal.
//! [`consequence`] says what would happen, without sending anything.
//!
//! Numbers are those of Linux on x86, arm, riscv and most others (signal(7)); alpha, mips, parisc
//! and sparc number some differently and are not supported.

mod consequence;
mod table;

pub use consequence::{Consequence, Outcome, Receiver, Wait, blocked_in_all_threads, consequence};
pub use table::{DefaultAction, Definition, TABLE};

/// First real-time signal that programs use: the C libraries keep 32 and 33 (nptl(7)).
const RT_MIN: u32 = 34;
/// Last real-time signal.
const RT_MAX: u32 = 64;

/// A signal, 1 to 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(u32);

impl Signal {
    /// SIGHUP.
    pub const HUP: Signal = Signal(1);
    /// SIGINT.
    pub const INT: Signal = Signal(2);
    /// SIGQUIT.
    pub const QUIT: Signal = Signal(3);
    /// SIGKILL.
    pub const KILL: Signal = Signal(9);
    /// SIGUSR1.
    pub const USR1: Signal = Signal(10);
    /// SIGUSR2.
    pub const USR2: Signal = Signal(12);
    /// SIGTERM.
    pub const TERM: Signal = Signal(15);
    /// SIGCONT.
    pub const CONT: Signal = Signal(18);
    /// SIGSTOP.
    pub const STOP: Signal = Signal(19);

    /// The signal with a number; `None` unless it is 1 to 64.
    pub const fn from_number(number: u32) -> Option<Signal> {
        if number >= 1 && number <= RT_MAX { Some(Signal(number)) } else { None }
    }

    /// Its number.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Its place in the masks of `/proc/PID/status`.
    pub const fn bit(self) -> u64 {
        1 << (self.0 - 1)
    }

    /// All signals, ascending.
    pub fn all() -> impl Iterator<Item = Signal> {
        (1..=RT_MAX).map(Signal)
    }

    /// The signals in a mask of `/proc/PID/status`, ascending.
    pub fn in_mask(mask: u64) -> impl Iterator<Item = Signal> {
        Signal::all().filter(move |signal| mask & signal.bit() != 0)
    }

    /// What is known of it; `None` for real-time signals, which mean what a program says.
    pub fn definition(self) -> Option<&'static Definition> {
        TABLE.iter().find(|entry| entry.number == self.0)
    }

    /// What happens where it is neither caught nor ignored.
    pub fn default_action(self) -> DefaultAction {
        self.definition().map_or(DefaultAction::Terminate, |entry| entry.default)
    }

    /// One line of what it means.
    pub fn meaning(self) -> &'static str {
        match self.definition() {
            Some(entry) => entry.meaning,
            None if self.0 < RT_MIN => "used by the C library's threads",
            None => "real-time signal: means what the program says",
        }
    }

    /// What daemons that handle it do by convention.
    pub fn convention(self) -> Option<&'static str> {
        self.definition()?.convention
    }

    /// Neither caught, blocked nor ignored by any process: KILL and STOP.
    pub fn is_irresistible(self) -> bool {
        matches!(self, Signal::KILL | Signal::STOP)
    }
}

impl std::fmt::Display for Signal {
    /// Without `SIG`: `TERM`, `RTMIN+3`, or the number of those that have no name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.definition() {
            Some(entry) => f.write_str(entry.name),
            None if self.0 == RT_MIN => f.write_str("RTMIN"),
            None if self.0 == RT_MAX => f.write_str("RTMAX"),
            None if self.0 > RT_MIN => write!(f, "RTMIN+{}", self.0 - RT_MIN),
            None => write!(f, "{}", self.0),
        }
    }
}

/// A text that names no signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSignal {
    /// The text.
    pub text: String,
}

impl std::fmt::Display for UnknownSignal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "`{}` is no signal: give a name (TERM, SIGHUP), a number from 1 to 64, or RTMIN+3",
            self.text
        )
    }
}

impl std::error::Error for UnknownSignal {}

impl std::str::FromStr for Signal {
    type Err = UnknownSignal;

    /// `TERM`, `SIGTERM`, `sigterm`, `15`, `RTMIN+3`, `SIGRTMAX-1`.
    fn from_str(text: &str) -> Result<Signal, UnknownSignal> {
        let unknown = || UnknownSignal { text: text.to_owned() };
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().and_then(Signal::from_number).ok_or_else(unknown);
        }
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        real_time(name).or_else(|| named(name)).ok_or_else(unknown)
    }
}

fn named(name: &str) -> Option<Signal> {
    let entry = TABLE.iter().find(|entry| entry.name == name || entry.other_names.contains(&name));
    entry.map(|entry| Signal(entry.number))
}

fn real_time(name: &str) -> Option<Signal> {
    let offset = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| digits)
    };
    let number = if let Some(rest) = name.strip_prefix("RTMIN") {
        match rest.strip_prefix('+') {
            Some(digits) => RT_MIN.checked_add(offset(digits)?)?,
            None if rest.is_empty() => RT_MIN,
            None => return None,
        }
    } else {
        let rest = name.strip_prefix("RTMAX")?;
        match rest.strip_prefix('-') {
            Some(digits) => RT_MAX.checked_sub(offset(digits)?)?,
            None if rest.is_empty() => RT_MAX,
            None => return None,
        }
    };
    Signal::from_number(number).filter(|signal| signal.0 >= RT_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_numbers() {
        for text in ["TERM", "SIGTERM", "sigterm", "Term", "15"] {
            assert_eq!(text.parse(), Ok(Signal::TERM), "{text}");
        }
        assert_eq!("RTMIN+3".parse::<Signal>().unwrap().number(), 37);
        assert_eq!("SIGRTMAX-1".parse::<Signal>().unwrap().number(), 63);
        assert_eq!("RTMIN".parse::<Signal>().unwrap().number(), 34);
        assert_eq!("IOT".parse::<Signal>().unwrap().to_string(), "ABRT");
        assert_eq!("POLL".parse::<Signal>().unwrap().to_string(), "IO");
        for text in [
            "",
            "0",
            "65",
            "-1",
            "+1",
            "1.5",
            "RTMIN+31",
            "RTMIN+",
            "RTMIN-1",
            "RTMAX-31",
            "RTMIN++1",
            "SIG",
            "nginx",
            "99999999999999",
        ] {
            assert!(text.parse::<Signal>().is_err(), "{text}");
        }
        let error = "HOP\u{1b}".parse::<Signal>().unwrap_err();
        assert!(error.to_string().contains("RTMIN+3"), "{error}");
    }

    #[test]
    fn what_is_shown_can_be_read_back() {
        for signal in Signal::all() {
            assert_eq!(signal.to_string().parse(), Ok(signal));
        }
    }

    #[test]
    fn masks_hold_what_the_kernel_puts_in_them() {
        let signals: Vec<_> = Signal::in_mask(0x0000_0000_0001_4202).collect();
        assert_eq!(signals.iter().map(|s| s.number()).collect::<Vec<_>>(), [2, 10, 15, 17]);
        assert_eq!(Signal::in_mask(1 << 63).next().unwrap().number(), 64);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(SIG)?(RT)?(MIN|MAX)?[+-]?[0-9A-Z]{0,20}") {
            if let Ok(signal) = text.parse::<Signal>() {
                prop_assert!((1..=64).contains(&signal.number()));
            }
        }
    }
}
