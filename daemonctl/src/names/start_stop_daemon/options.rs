//! The grammar.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use launch::detach::{IoClass, Policy};

use super::Trouble;
use super::schedule::{Schedule, signal_number};
use super::values::{io, leading_number, number, pid, processor, umask, variable};
use crate::names::getopt::{self, Line, Opt, Order, flag, valued};

/// Options; `--stdout` and what follows it are OpenRC's.
pub const OPTIONS: &[Opt] = &[
    flag('S', "start", "start a program, unless it runs"),
    flag('K', "stop", "send a signal to what runs"),
    flag('T', "status", "whether it runs"),
    flag('H', "help", "this text"),
    flag('V', "version", "the version"),
    valued('\u{1}', "pid", "match the process with this pid"),
    valued('\u{2}', "ppid", "match processes with this parent"),
    valued('p', "pidfile", "match the process whose pid is in this file"),
    valued('x', "exec", "match processes that run this executable; what --start starts"),
    valued('n', "name", "match processes with this name (15 characters)"),
    valued('u', "user", "match processes of this user"),
    valued('a', "startas", "start this instead of what --exec says"),
    valued('g', "group", "start it with this group"),
    valued('c', "chuid", "start it as USER[:GROUP]"),
    valued('r', "chroot", "start it with this root directory"),
    valued('d', "chdir", "start it in this directory (default /)"),
    valued('N', "nicelevel", "add to its nice level"),
    valued('P', "procsched", "its scheduling, POLICY[:PRIORITY]; other, fifo or rr"),
    valued('I', "iosched", "its I/O, CLASS[:PRIORITY]; real-time, best-effort or idle"),
    valued('k', "umask", "its umask"),
    flag('b', "background", "detach it"),
    flag('\u{3}', "notify-await", "wait until it says that it is ready"),
    valued('\u{4}', "notify-timeout", "seconds to wait for that (default 60)"),
    flag('C', "no-close", "let it keep open descriptors (with --background)"),
    valued('O', "output", "append its output to this file (with --background)"),
    flag('m', "make-pidfile", "write its pid into --pidfile"),
    flag('\u{5}', "remove-pidfile", "remove --pidfile after --stop"),
    valued('s', "signal", "what --stop sends (default TERM)"),
    valued('R', "retry", "wait for its end: seconds, or a schedule"),
    flag('t', "test", "say what would be done"),
    flag('o', "oknodo", "end with 0 where nothing was to be done"),
    flag('q', "quiet", "say nothing but errors"),
    flag('v', "verbose", "say more"),
    valued('\u{6}', "stdout", "append its standard output to this file (with --background)"),
    valued('\u{7}', "stderr", "append its standard error to this file (with --background)"),
    valued('\u{8}', "env", "put NAME=VALUE into its environment"),
    valued('\u{9}', "wait", "milliseconds in which it must not end (with --background)"),
];

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Start,
    Stop,
    Status,
}

/// A command line that makes sense.
pub enum Asked {
    Help,
    Version,
    Do(Box<Options>),
}

/// What was given.
#[derive(Debug)]
pub struct Options {
    pub action: Action,
    pub pid: Option<i32>,
    pub ppid: Option<i32>,
    pub pid_file: Option<PathBuf>,
    pub exec: Option<PathBuf>,
    pub name: Option<OsString>,
    pub user: Option<OsString>,
    pub start_as: Option<PathBuf>,
    pub arguments: Vec<OsString>,
    pub group: Option<OsString>,
    pub change_user: Option<OsString>,
    pub root: Option<PathBuf>,
    pub directory: PathBuf,
    pub nice: i32,
    pub processor: Option<(String, Policy, i32)>,
    pub io: Option<(String, IoClass, i32)>,
    pub umask: Option<u32>,
    pub is_background: bool,
    pub awaits: bool,
    pub notify_timeout_seconds: u32,
    pub closes: bool,
    pub output: Option<PathBuf>,
    pub errors: Option<PathBuf>,
    pub environment: Vec<(OsString, OsString)>,
    pub wait_milliseconds: u32,
    pub makes_pid_file: bool,
    pub removes_pid_file: bool,
    pub signal: i32,
    pub schedule: Option<Schedule>,
    pub is_test: bool,
    pub ok_if_nothing: bool,
    pub is_quiet: bool,
    pub is_verbose: bool,
}

/// Reads the command line.
///
/// # Errors
/// It makes no sense.
pub fn parse(args: &[OsString]) -> Result<Asked, Trouble> {
    let line = getopt::parse(OPTIONS, args, Order::Anywhere).map_err(Trouble::Usage)?;
    if line.has('H') {
        return Ok(Asked::Help);
    }
    if line.has('V') {
        return Ok(Asked::Version);
    }
    let options = read(&line)?;
    check(&line, &options)?;
    Ok(Asked::Do(Box::new(options)))
}

fn read(line: &Line) -> Result<Options, Trouble> {
    let path = |letter| line.value(letter).map(PathBuf::from);
    let owned = |letter| line.value(letter).map(OsStr::to_owned);
    let (change_user, group) = user_and_group(line)?;
    let signal = match line.value('s') {
        Some(text) => signal_number(text).ok_or_else(|| {
            usage("signal value must be numeric or name of signal (KILL, INT, ...)")
        })?,
        None => libc_term(),
    };
    let schedule = line.value('R').map(|text| Schedule::parse(text, signal)).transpose();
    Ok(Options {
        action: action(line)?,
        pid: pid(line, '\u{1}', "pid")?,
        ppid: pid(line, '\u{2}', "ppid")?,
        pid_file: path('p'),
        exec: path('x'),
        name: owned('n'),
        user: owned('u'),
        start_as: path('a').or_else(|| path('x')),
        arguments: line.words.clone(),
        group,
        change_user,
        root: path('r'),
        directory: path('d').unwrap_or_else(|| "/".into()),
        nice: line.value('N').map_or(0, leading_number),
        processor: line.value('P').map(processor).transpose()?,
        io: line.value('I').map(io).transpose()?,
        umask: line.value('k').map(umask).transpose()?,
        is_background: line.has('b'),
        awaits: line.has('\u{3}'),
        notify_timeout_seconds: match line.value('\u{4}') {
            Some(text) => number(text).ok_or_else(|| usage("invalid notify timeout value"))?,
            None => 60,
        },
        closes: !line.has('C'),
        output: path('O').or_else(|| path('\u{6}')),
        errors: path('\u{7}'),
        environment: line.values('\u{8}').map(variable).collect::<Result<_, _>>()?,
        wait_milliseconds: match line.value('\u{9}') {
            Some(text) => number(text).ok_or_else(|| usage("invalid wait value"))?,
            None => 0,
        },
        makes_pid_file: line.has('m'),
        removes_pid_file: line.has('\u{5}'),
        signal,
        schedule: schedule?,
        is_test: line.has('t'),
        ok_if_nothing: line.has('o'),
        // Whichever comes last.
        is_quiet: line.options.iter().rfind(|(_, c, _)| matches!(c, 'q' | 'v')).is_some_and(is_q),
        is_verbose: line
            .options
            .iter()
            .rfind(|(_, c, _)| matches!(c, 'q' | 'v'))
            .is_some_and(|option| !is_q(option)),
    })
}

fn is_q((_, letter, _): &(&'static str, char, Option<OsString>)) -> bool {
    *letter == 'q'
}

fn libc_term() -> i32 {
    rustix::process::Signal::TERM.as_raw()
}

pub fn usage(text: &str) -> Trouble {
    Trouble::Usage(text.to_owned())
}

fn action(line: &Line) -> Result<Action, Trouble> {
    let mut found = None;
    for (_, letter, _) in &line.options {
        let action = match letter {
            'S' => Action::Start,
            'K' => Action::Stop,
            'T' => Action::Status,
            _ => continue,
        };
        if found.is_some_and(|other| other != action) {
            return Err(usage("only one command can be specified"));
        }
        found = Some(action);
    }
    found.ok_or_else(|| usage("need one of --start or --stop or --status"))
}

/// What must be given together, or not, in the order in which the original complains.
fn check(line: &Line, options: &Options) -> Result<(), Trouble> {
    let matches = ['\u{1}', '\u{2}', 'p', 'x', 'n', 'u'];
    let is_relative = |path: &PathBuf| !path.has_root();
    let complaints = [
        (
            options.output.as_ref().is_some_and(is_relative),
            "--output file needs to be an absolute filename",
        ),
        (
            !matches.iter().any(|letter| line.has(*letter)),
            "need at least one of --exec, --pid, --ppid, --pidfile, --user or --name",
        ),
        (
            options.action == Action::Start && options.start_as.is_none(),
            "--start needs --exec or --startas",
        ),
        (options.makes_pid_file && options.pid_file.is_none(), "--make-pidfile requires --pidfile"),
        (
            options.removes_pid_file && options.pid_file.is_none(),
            "--remove-pidfile requires --pidfile",
        ),
        (
            options.pid.is_some() && options.pid_file.is_some(),
            "need either --pid or --pidfile, not both",
        ),
        (
            options.is_background && options.action != Action::Start,
            "--background is only relevant with --start",
        ),
        (
            !options.closes && !options.is_background,
            "--no-close is only relevant with --background",
        ),
        (
            options.output.is_some() && !options.is_background,
            "--output is only relevant with --background",
        ),
    ];
    match complaints.iter().find(|(is_wrong, _)| *is_wrong) {
        Some((_, text)) => Err(usage(text)),
        None => Ok(()),
    }
}

/// `--chuid USER[:GROUP]` and `--group`; of two groups the later counts.
fn user_and_group(line: &Line) -> Result<(Option<OsString>, Option<OsString>), Trouble> {
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    let (mut user, mut group) = (None, None);
    for (_, letter, value) in &line.options {
        let Some(value) = value else { continue };
        match letter {
            'c' => {
                let mut parts = value.as_bytes().splitn(2, |byte| *byte == b':');
                user = parts.next().map(|name| OsString::from_vec(name.to_vec()));
                match parts.next() {
                    Some([]) => return Err(Trouble::fatal("missing group name")),
                    Some(name) => group = Some(OsString::from_vec(name.to_vec())),
                    None => {}
                }
            }
            'g' => group = Some(value.clone()),
            _ => {}
        }
    }
    Ok((user, group))
}
