//! The command line of killall.

use std::ffi::{OsStr, OsString};

use process::signals::Signal;

use super::super::getopt::{self, Line, Opt, Order, flag, valued};

/// The original's usage.
pub const USAGE: &str = "\
Usage: killall [OPTION]... [--] NAME...
       killall -l, --list
       killall -V, --version

  -e,--exact          require exact match for very long names
  -I,--ignore-case    case insensitive process name match
  -g,--process-group  kill process group instead of process
  -y,--younger-than   kill processes younger than TIME
  -o,--older-than     kill processes older than TIME
  -i,--interactive    ask for confirmation before killing
  -l,--list           list all known signal names
  -q,--quiet          don't print complaints
  -r,--regexp         interpret NAME as an extended regular expression
  -s,--signal SIGNAL  send this signal instead of SIGTERM
  -u,--user USER      kill only process(es) running as USER
  -v,--verbose        report if the signal was successfully sent
  -V,--version        display version information
  -w,--wait           wait for processes to die
  -n,--ns PID         match processes that belong to the same namespaces
                      as PID
  -Z,--context REGEXP kill only process(es) having context
                      (must precede other arguments)

";

const OPTIONS: &[Opt] = &[
    flag('e', "exact", ""),
    flag('I', "ignore-case", ""),
    flag('g', "process-group", ""),
    valued('y', "younger-than", ""),
    valued('o', "older-than", ""),
    flag('i', "interactive", ""),
    flag('l', "list-signals", ""),
    flag('l', "list", ""),
    flag('q', "quiet", ""),
    flag('r', "regexp", ""),
    valued('s', "signal", ""),
    valued('u', "user", ""),
    flag('v', "verbose", ""),
    flag('V', "version", ""),
    flag('w', "wait", ""),
    valued('n', "ns", ""),
    valued('Z', "context", ""),
    flag('h', "help", ""),
];

/// What is to be done, with whom.
#[derive(Debug, Default, PartialEq)]
pub struct Settings {
    /// Names, paths, patterns, services.
    pub names: Vec<OsString>,
    /// A name that the kernel cut must still be proved to be the one.
    pub exact: bool,
    /// Large and small letters are the same.
    pub ignore_case: bool,
    /// The process group gets the signal.
    pub group: bool,
    /// At most so many seconds old.
    pub younger: Option<f64>,
    /// At least so many seconds old.
    pub older: Option<f64>,
    /// Each is asked about.
    pub interactive: bool,
    /// No complaints.
    pub quiet: bool,
    /// Names are patterns.
    pub regexp: bool,
    /// The signal's number; 0 sends nothing.
    pub signal: u32,
    /// Only this user's.
    pub user: Option<u32>,
    /// What was done is told.
    pub verbose: bool,
    /// Until they have ended.
    pub wait: bool,
    /// Only those in the pid namespace of this process; 0: of all.
    pub namespace_of: u32,
    /// Only those whose security context matches this pattern.
    pub context: Option<OsString>,
}

impl Settings {
    /// No name is needed to say who is meant.
    fn narrows(&self) -> bool {
        self.user.is_some() || self.context.is_some()
    }
}

/// What a command line asks for.
#[derive(Debug, PartialEq)]
pub enum Asked {
    /// It is shown how to ask, after a problem's text.
    Usage(String),
    /// Something can't be.
    Problem(String),
    /// The version.
    Version,
    /// The signals.
    Signals,
    /// Signals are sent.
    Kill(Box<Settings>),
}

/// What the arguments mean.
pub fn ask(args: &[OsString]) -> Asked {
    let usage = || Asked::Usage(String::new());
    let (args, numbered) = split_signal(args);
    let Ok(line) = getopt::parse(OPTIONS, &args, Order::Anywhere) else { return usage() };
    if line.has('h') {
        return usage();
    }
    if line.has('V') {
        return Asked::Version;
    }
    if line.has('l') {
        return if line.words.is_empty() { Asked::Signals } else { usage() };
    }
    let named = line.value('s').map(|text| text.to_string_lossy().into_owned()).or(numbered);
    let signal = match named.as_deref().map(signal).unwrap_or(Ok(15)) {
        Ok(signal) => signal,
        Err(problem) => return Asked::Problem(problem),
    };
    match settings(line, signal) {
        Ok(settings) if settings.names.is_empty() && !settings.narrows() => usage(),
        Ok(settings) => Asked::Kill(Box::new(settings)),
        Err(asked) => asked,
    }
}

fn settings(line: Line, signal: u32) -> Result<Settings, Asked> {
    let age = |letter| line.value(letter).map(seconds).transpose();
    let bad_time = |_| Asked::Usage("Invalid time format".to_owned());
    let user = match line.value('u') {
        None => None,
        Some(name) => Some(user(name).ok_or_else(|| {
            Asked::Problem(format!("Cannot find user {}", name.to_string_lossy()))
        })?),
    };
    let namespace_of = match line.value('n').map(|pid| pid.to_string_lossy().parse()) {
        None => 0,
        Some(Ok(pid)) => pid,
        Some(Err(_)) => return Err(Asked::Problem("Invalid namespace PID".to_owned())),
    };
    Ok(Settings {
        exact: line.has('e'),
        ignore_case: line.has('I'),
        group: line.has('g'),
        younger: age('y').map_err(bad_time)?,
        older: age('o').map_err(bad_time)?,
        interactive: line.has('i'),
        quiet: line.has('q'),
        regexp: line.has('r'),
        signal,
        user,
        verbose: line.has('v'),
        wait: line.has('w'),
        namespace_of,
        context: line.value('Z').map(OsStr::to_owned),
        names: line.words,
    })
}

/// `-HUP`, `-SIGHUP`, `-1`: a word that is a signal and no cluster of options. As the original, only
/// one that starts so is looked at.
fn split_signal(args: &[OsString]) -> (Vec<OsString>, Option<String>) {
    let mut kept = Vec::new();
    let mut found = None;
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let text = arg.to_string_lossy();
        if text == "--" {
            kept.push(arg.clone());
            kept.extend(rest.cloned());
            break;
        }
        let valued = text.len() == 2 && text.starts_with('-') && {
            let letter = text.chars().nth(1);
            OPTIONS
                .iter()
                .any(|option| option.takes == getopt::Takes::Value && Some(option.short) == letter)
        };
        let word = text.strip_prefix('-').filter(|word| !word.is_empty() && !word.starts_with('-'));
        match word {
            Some(word) if found.is_none() && looks_like_signal(word) => {
                found = Some(word.to_owned());
            }
            _ => {
                kept.push(arg.clone());
                if valued {
                    kept.extend(rest.next().cloned());
                }
            }
        }
    }
    (kept, found)
}

fn looks_like_signal(word: &str) -> bool {
    let capitals = word.len() > 1
        && word
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '+' | '-'));
    word.parse::<u32>().is_ok() || capitals && !word.chars().all(|c| "IV".contains(c))
}

/// The number of a signal by name or number; 0 is allowed, and sends nothing.
fn signal(text: &str) -> Result<u32, String> {
    if let Ok(number) = text.parse::<u32>() {
        return Ok(number);
    }
    let shown = text.strip_prefix("SIG").unwrap_or(text);
    let unknown = || format!("{shown}: unknown signal; killall -l lists signals.");
    text.parse::<Signal>().map(Signal::number).map_err(|_| unknown())
}

/// `1.5h`: a number and a unit, as seconds.
fn seconds(text: &OsStr) -> Result<f64, ()> {
    let text = text.to_string_lossy();
    let at = text.find(|c: char| c.is_ascii_alphabetic()).ok_or(())?;
    let (number, unit) = text.split_at(at);
    let number: f64 = number.trim().parse().map_err(|_| ())?;
    let factor = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        "w" => 604_800.0,
        "M" => 2_629_800.0,
        "y" => 31_557_600.0,
        _ => return Err(()),
    };
    if number < 0.0 { Err(()) } else { Ok(number * factor) }
}

fn user(name: &OsStr) -> Option<u32> {
    uzers::get_user_by_name(name).map(|user| user.uid())
}

#[cfg(test)]
mod tests {
    use super::super::super::hand_over::words;
    use super::*;

    fn kill(args: &[&str]) -> Settings {
        match ask(&words(args)) {
            Asked::Kill(settings) => *settings,
            other => panic!("{args:?}: {other:?}"),
        }
    }

    #[test]
    fn signals_are_given_in_three_ways() {
        assert_eq!(kill(&["x"]).signal, 15);
        assert_eq!(kill(&["-9", "x"]).signal, 9);
        assert_eq!(kill(&["-HUP", "x"]).signal, 1);
        assert_eq!(kill(&["-SIGUSR1", "x"]).signal, 10);
        assert_eq!(kill(&["-s", "INT", "x"]).signal, 2);
        assert_eq!(kill(&["--signal=0", "x"]).signal, 0);
        assert_eq!(kill(&["-q", "-e", "x"]).signal, 15);
        let unknown = |args: &[&str]| ask(&words(args));
        let said = "BOGUS: unknown signal; killall -l lists signals.".to_owned();
        assert_eq!(unknown(&["-BOGUS", "x"]), Asked::Problem(said.clone()));
        assert_eq!(unknown(&["-s", "SIGBOGUS", "x"]), Asked::Problem(said));
    }

    #[test]
    fn clusters_are_no_signals_and_values_no_names() {
        let settings = kill(&["-vI", "-o", "90m", "-y1.5d", "nginx"]);
        assert!(settings.verbose && settings.ignore_case);
        assert_eq!((settings.older, settings.younger), (Some(5400.0), Some(129_600.0)));
        assert_eq!(settings.names, ["nginx"]);
        assert_eq!(kill(&["--", "-9"]).names, ["-9"]);
        assert!(matches!(ask(&words(&["-y", "1x", "n"])), Asked::Usage(text) if !text.is_empty()));
        assert!(matches!(ask(&words(&[])), Asked::Usage(_)));
        assert_eq!(ask(&words(&["-l"])), Asked::Signals);
        assert_eq!(ask(&words(&["-V"])), Asked::Version);
        assert!(matches!(ask(&words(&["-u", "no-such-user", "x"])), Asked::Problem(_)));
    }
}
