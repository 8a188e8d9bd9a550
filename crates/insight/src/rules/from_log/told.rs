//! Which lines of a log tell a cause, and how sure they are.
//!
//! Only what is of the last run counts, and only for a service that is in trouble: a working service writes errors
//! too. A line for which a service ends outweighs one that it may survive; what was said for a moment outweighs
//! neither.

use crate::clues::{Clue, Grade, Kind, Said};
use crate::finding::Confidence;
use crate::rules::Case;
use crate::snapshot::{LogSource, State, TestEnd};

/// A clue that may be the cause, and how sure that is by the log alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'s> {
    /// The clue.
    pub(super) clue: &'s Clue<'s>,
    /// How sure.
    pub(super) sure: Confidence,
    /// A test that was run just now says something else, so that a line of a log file is never certain.
    is_doubted: bool,
}

impl<'s> Told<'s> {
    /// What the line names under a word.
    pub(super) fn get(&self, word: &str) -> Option<&'s str> {
        self.clue.get(word)
    }

    /// How sure it is once a look at the machine has confirmed it.
    pub(super) fn confirmed(&self) -> Confidence {
        match self.sure {
            Confidence::Possible => Confidence::Likely,
            _ if self.is_doubted => Confidence::Likely,
            _ => Confidence::Certain,
        }
    }

    /// How sure it is where a look at the machine speaks against it: it may have been so then.
    pub(super) fn contradicted(&self) -> Confidence {
        lower(self.sure)
    }
}

/// Kinds that only say that binding failed, or how: one confirms the other.
const BINDING: [Kind; 4] =
    [Kind::PortTaken, Kind::AddressUnavailable, Kind::BindDenied, Kind::BindFailed];

/// Kinds of a manager's words that explain nothing by themselves.
const HOW_IT_ENDED: [Kind; 8] = [
    Kind::ProcessEnded,
    Kind::StartLimit,
    Kind::StartTimeout,
    Kind::StopTimeout,
    Kind::Watchdog,
    Kind::Protocol,
    Kind::ConditionFailed,
    Kind::DependencyFailed,
];

/// Whether what the service's log says may be the cause of its trouble.
pub(super) fn is_in_trouble(case: &Case<'_>) -> bool {
    let is_down = case.is_broken() || matches!(case.service.state, State::Starting);
    is_down && case.service.ended_on_request().is_none()
}

/// What was said that long before the end did not cause it: a minute, in microseconds.
pub(super) const NEAR_USEC: u64 = 60_000_000;

/// A daemon that writes its pid file has started well; what it said up to so long before may belong to that start.
const START_USEC: u64 = 2_000_000;

/// When it last wrote a pid file that is still there: it has started well then, and what its log file says of an
/// earlier time is of an earlier run.
fn started_usec(case: &Case<'_>) -> Option<u64> {
    let named = case.definition().and_then(|definition| definition.pid_file.as_ref());
    let named = named.map(|(path, _)| path.as_str());
    let files = case.service.pid_files.iter().map(|file| file.path.as_str()).chain(named);
    let entries = files.filter_map(|path| case.path(path)?.target());
    entries.map(|entry| entry.modified_usec).max()
}

/// When its configuration was changed last, if its test passes by now.
fn mended_usec(case: &Case<'_>) -> Option<u64> {
    let passes = case.service.config_test.as_ref().is_some_and(|test| test.end == TestEnd::Passed);
    let changed = case.service.config_files.iter().map(|(_, modified)| *modified).max();
    changed.filter(|_| passes)
}

/// Nothing of the configuration was changed since a line was written that refuses it: whatever its test says (not every
/// test reads all of it), the daemon would refuse it again.
pub(super) fn is_unchanged(case: &Case<'_>, clue: &Clue<'_>) -> bool {
    let Some(time) = clue.time_usec().filter(|_| clue.kind == Kind::ConfigInvalid) else {
        return false;
    };
    let named = clue.get("file").and_then(|file| case.path(file)?.target());
    let all = case.service.config_files.iter().map(|(_, modified)| *modified);
    let changed = all.chain(named.map(|entry| entry.modified_usec)).max();
    changed.is_some_and(|changed| changed <= time)
}

/// When the last run ended, in microseconds since 1970, if it has.
pub(super) fn end_usec(case: &Case<'_>) -> Option<u64> {
    let service = case.service;
    service.unit.main_exit_usec.or_else(|| service.runs.last().and_then(|run| run.end_usec))
}

/// Clues of these kinds that may be the cause, the last one first.
pub(super) fn told<'s>(case: &Case<'s>, kinds: &[Kind]) -> Vec<Told<'s>> {
    let causes = causes(case);
    let scale = Scale::of(case, &causes);
    let of_kinds = causes.iter().rev().filter(|clue| kinds.contains(&clue.kind));
    let test = case.service.config_test.as_ref();
    let fails = test.is_some_and(|test| matches!(test.end, TestEnd::Failed(_)));
    let tell = |clue: &&'s Clue<'s>| {
        Some(Told { clue, sure: scale.sure(clue)?, is_doubted: fails && clue.is_of_file() })
    };
    of_kinds.filter_map(tell).collect()
}

/// Clues that may be causes, of whatever kind.
fn causes<'s>(case: &Case<'s>) -> Vec<&'s Clue<'s>> {
    let in_trouble = is_in_trouble(case);
    let started = started_usec(case);
    let is_cause = |clue: &&Clue<'_>| {
        let is_earlier = clue.is_of_file()
            && started.zip(clue.time_usec()).is_some_and(|(then, time)| time + START_USEC < then);
        // Of a working service only the test of its configuration tells what would go wrong.
        let is_current = clue.is_current() && !is_earlier;
        is_current
            && !HOW_IT_ENDED.contains(&clue.kind)
            // Tests are run where nothing can be written.
            && !(clue.is_of_test() && clue.kind == Kind::ReadOnly)
            && (in_trouble || clue.is_of_test())
            && !is_overtaken(case, clue)
    };
    case.clues.iter().filter(is_cause).collect()
}

/// Kinds that come from the configuration, and that its own test would find again.
const OF_CONFIGURATION: [Kind; 6] = [
    Kind::ConfigInvalid,
    Kind::UserUnknown,
    Kind::GroupUnknown,
    Kind::HostUnknown,
    Kind::CertificateBad,
    Kind::ModuleMissing,
];

/// A line of a log file about a configuration that is another one by now.
fn is_overtaken(case: &Case<'_>, clue: &Clue<'_>) -> bool {
    if is_of_other_definition(case, clue) {
        return true;
    }
    if !clue.is_of_file() {
        return false;
    }
    let test = case.service.config_test.as_ref();
    let passes = test.is_some_and(|test| test.end == TestEnd::Passed);
    if OF_CONFIGURATION.contains(&clue.kind) && passes && !is_unchanged(case, clue) {
        return true;
    }
    let is_mended = mended_usec(case).zip(clue.time_usec()).is_some_and(|(then, at)| at < then);
    if is_mended && case.service.state == State::Stopped {
        // Nothing says that it was started with the configuration of now.
        return true;
    }
    let meant = &case.service.meant_to_listen;
    let binds = BINDING.contains(&clue.kind) || clue.message().contains("bind(");
    if !binds || meant.is_empty() {
        return false;
    }
    if let Some(path) = clue.get("path") {
        // Not every socket of every daemon is known: where none is, none is judged by that.
        let mut sockets = meant.iter().map(|(address, _)| address).filter(|a| a.starts_with('/'));
        return clue.message().contains("bind() to unix:") && !sockets.any(|socket| socket == path);
    }
    let host = clue.get("address").map(|address| address.trim_matches(['[', ']']));
    let is_named = |meant: &str| {
        let (at, port) = meant.rsplit_once(':').unwrap_or((meant, ""));
        let is_port = clue.get("port").is_none_or(|named| named == port);
        is_port && host.is_none_or(|host| !is_foreign(host) || at.trim_matches(['[', ']']) == host)
    };
    !meant.iter().any(|(address, _)| is_named(address))
}

/// What the manager said of a program that the definition does not have by now.
fn is_of_other_definition(case: &Case<'_>, clue: &Clue<'_>) -> bool {
    let by_manager = matches!(clue.said, Said::Log(line) if line.source == LogSource::Manager);
    let kinds = [Kind::ExecutableMissing, Kind::StepFailed, Kind::CommandMissing];
    if !by_manager || !kinds.contains(&clue.kind) {
        return false;
    }
    let Some(program) = clue.get("program").filter(|program| program.starts_with('/')) else {
        return false;
    };
    let commands = case.definition().map(|d| d.commands.as_slice()).unwrap_or_default();
    let has = |command: &crate::snapshot::Command| {
        command.program == program || command.arguments.iter().any(|word| word.contains(program))
    };
    !commands.is_empty() && !commands.iter().any(has)
}

/// An address of one interface, not of all or of this machine itself.
fn is_foreign(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    address.is_ok_and(|address| !address.is_unspecified() && !address.is_loopback())
}

/// What the clues of a run weigh beside each other.
struct Scale {
    /// It says that no address could be bound.
    bind_failed: bool,
    /// Kinds of which it says that it ends for one, and not for which file: lines before them name it.
    nameless: Vec<Kind>,
    /// The gravest there is.
    worst: Grade,
    /// What the last of the gravest is about.
    last: Option<Kind>,
    /// When the run ended.
    end: Option<u64>,
    /// When the configuration was mended.
    mended: Option<u64>,
}

impl Scale {
    fn of(case: &Case<'_>, causes: &[&Clue<'_>]) -> Self {
        let fatal =
            |kind: Kind| causes.iter().filter(move |c| c.kind == kind && c.grade == Grade::Fatal);
        let files = [Kind::MissingFile, Kind::PermissionDenied, Kind::TooOpen];
        let is_nameless = |kind: &Kind| fatal(*kind).any(|clue| clue.get("path").is_none());
        let mut scale = Scale {
            bind_failed: fatal(Kind::BindFailed).next().is_some(),
            nameless: files.into_iter().filter(is_nameless).collect(),
            worst: Grade::Nothing,
            last: None,
            end: end_usec(case),
            mended: mended_usec(case),
        };
        scale.worst = causes.iter().map(|clue| scale.grade(clue)).max().unwrap_or(Grade::Nothing);
        let last = causes.iter().rfind(|clue| scale.grade(clue) == scale.worst);
        scale.last = last.map(|clue| clue.kind);
        scale
    }

    fn grade(&self, clue: &Clue<'_>) -> Grade {
        match clue.grade {
            Grade::Hint | Grade::Failure if self.nameless.contains(&clue.kind) => Grade::Fatal,
            // What an exception is about is said on the same line, and a row of its own reads it.
            Grade::Fatal if clue.kind == Kind::Traceback => Grade::Failure,
            Grade::Failure if self.bind_failed && BINDING.contains(&clue.kind) => Grade::Fatal,
            grade => grade,
        }
    }

    /// How sure a clue is beside the others, whenever it was said.
    fn beside(&self, clue: &Clue<'_>) -> Option<Confidence> {
        match self.grade(clue) {
            Grade::Fatal => Some(Confidence::Certain),
            Grade::Failure if self.worst == Grade::Fatal => Some(Confidence::Possible),
            Grade::Failure if self.last == Some(clue.kind) => Some(Confidence::Likely),
            Grade::Failure => Some(Confidence::Possible),
            Grade::Hint if self.worst == Grade::Hint || clue.is_of_test() => {
                Some(Confidence::Possible)
            }
            Grade::Hint | Grade::Nothing => None,
        }
    }

    fn sure(&self, clue: &Clue<'_>) -> Option<Confidence> {
        let mut sure = self.beside(clue)?;
        let time = clue.time_usec();
        if self.mended.zip(time).is_some_and(|(then, time)| time < then) {
            // The configuration was changed since, and its test passes.
            sure = lower(sure);
        } else if clue.is_of_file() {
            sure = sure.min(Confidence::Likely);
        }
        let is_old = self.end.zip(time).is_some_and(|(end, time)| time + NEAR_USEC < end);
        match clue.grade {
            _ if !is_old => Some(sure),
            // It went on for a while after that line: it survived it.
            Grade::Fatal => Some(sure.min(Confidence::Likely)),
            Grade::Failure => Some(Confidence::Possible),
            Grade::Hint | Grade::Nothing => None,
        }
    }
}

fn lower(sure: Confidence) -> Confidence {
    if sure == Confidence::Certain { Confidence::Likely } else { Confidence::Possible }
}
