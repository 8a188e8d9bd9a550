//! `daemonctl logs`: what was logged, from everywhere.

mod args;
mod instead;
mod json;
pub mod last;
mod notes;
mod show;
mod sources;
mod subject;
mod window;

use std::process::ExitCode;

use jiff::tz::TimeZone;
use journal::Id128;
use journal::filter::{Filter, Matches};
use journal::set::{Access, Set};

pub use args::Args;
use args::SourceKind;
use notes::Notes;
use sources::Texts;
use subject::Lookup;
use window::{BootWord, Window};

use crate::context::Context;
use crate::failure::Failure;
use crate::logs::grep::{Case, Grep};
use crate::logs::{TextSource, matches};

/// What the command line came to.
struct Prepared {
    /// Journal files.
    set: Set,
    /// Other sources.
    texts: Vec<TextSource>,
    /// Which entries of journal files.
    filter: Filter,
    window: Window,
    grep: Option<Grep>,
    lines: Option<u64>,
    notes: Notes,
    zone: TimeZone,
    /// What to say if there is nothing.
    doubtful: Option<Failure>,
}

/// Shows it.
///
/// # Errors
/// Nothing can be read, or what was asked for makes no sense.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if let Some(status) = instead::journalctls(context, args)? {
        return Ok(status);
    }
    let prepared = prepare(context, args)?;
    match args.instead.histogram {
        Some(by) => instead::histogram(context, args, by, prepared),
        None if args.instead.errors => instead::errors(context, args, prepared),
        None if context.common.json => json::entries(args, prepared),
        None => show::run(context, args, prepared),
    }
}

fn prepare(context: &Context, args: &Args) -> Result<Prepared, Failure> {
    let mut words = args.what.clone();
    let boot = window::or_what(&args.which.boot, BootWord::One(None, 0), &mut words, |word| {
        BootWord::parse(word.to_str()?)
    });
    let lines = window::or_what(&args.which.lines, Some(10), &mut words, window::lines).flatten();
    let mut window = Window::of(args)?;
    let levels = match args.which.priority.as_deref() {
        Some(text) => window::levels(text)?,
        None if args.instead.errors => instead::ERROR_LEVELS,
        None => u8::MAX,
    };
    let grep = grep(args)?;
    let zone = crate::time::zone();

    let asked = &args.from.source;
    let has_journal = asked.is_empty() || asked.contains(&SourceKind::Journal);
    let set =
        Set::open(&if has_journal { sources::places(context, args) } else { sources::nowhere() });
    let is_journal_alone = sources::is_journal_alone(args);
    let is_this_machine = !is_journal_alone && args.from.root.is_none();
    let lookup = Lookup {
        context,
        managers: &args.managers,
        set: &set,
        is_this_machine,
        has_syslog: !is_journal_alone && (asked.is_empty() || asked.contains(&SourceKind::Syslog)),
    };
    let subjects = lookup.all(&words, &args.which.unit, &args.which.user_unit)?;
    // The kernel's last words are those of this boot, as dmesg's.
    let boot = boot.or(args.which.kernel.then_some(BootWord::One(None, 0)));
    let is_local =
        args.from.directory.is_none() && args.from.file.is_empty() && args.from.root.is_none();
    let boot = boot.map_or(Ok(None), |boot| boot.find(&set, is_local))?;

    let conditions = conditions(args, levels, &subjects.fields)?;
    let filter = filter(args, boot, &subjects.journal, subjects.are_some, &conditions);
    let mut notes = Notes::default();
    if has_journal {
        notes.lines = unread(&set);
    }
    let mut texts = Vec::new();
    if !is_journal_alone {
        let mut gathered =
            Texts { context, args, set: &set, zone: &zone, conditions, troubles: Vec::new() };
        texts = gathered.gather(&subjects);
        notes.troubles = gathered.troubles;
        if !texts.is_empty() {
            window = sources::text_window(window, &set, boot);
        }
    }
    notes.has_journal = !set.is_empty();
    notes.texts = texts.iter().map(|text| text.source.origin().path.clone()).collect();
    let doubtful = subjects.doubtful;
    Ok(Prepared { set, texts, filter, window, grep, lines, notes, zone, doubtful })
}

fn grep(args: &Args) -> Result<Option<Grep>, Failure> {
    let Some(pattern) = &args.which.grep else { return Ok(None) };
    let case = match args.which.case_sensitive {
        None => Case::Smart,
        Some(true) => Case::Sensitive,
        Some(false) => Case::Insensitive,
    };
    Grep::new(pattern, case).map(Some).map_err(|why| {
        Failure::usage(format_args!("--grep {pattern}: {why}"))
            .hint("patterns are regular expressions without look-around and back references")
    })
}

/// Conditions that text and journal can both be held to.
fn conditions(args: &Args, levels: u8, fields: &[Vec<u8>]) -> Result<Vec<Filter>, Failure> {
    let mut all = Vec::new();
    let mut found = Matches::default();
    matches::priorities(&mut found, levels);
    let mut push = |found: &Matches| {
        if !found.is_empty() {
            all.push(found.build());
        }
    };
    push(&found);
    let mut found = Matches::default();
    matches::identifiers(&mut found, &args.which.identifier);
    push(&found);
    let mut found = Matches::default();
    matches::words(&mut found, fields).map_err(Failure::usage)?;
    push(&found);
    Ok(all)
}

fn filter(
    args: &Args,
    boot: Option<Id128>,
    whose: &[Filter],
    is_somebodys: bool,
    conditions: &[Filter],
) -> Filter {
    let mut all = Vec::new();
    let mut found = Matches::default();
    if let Some(boot) = boot {
        matches::boot(&mut found, boot);
    }
    if args.which.kernel {
        matches::kernel(&mut found);
    }
    if !found.is_empty() {
        all.push(found.build());
    }
    if is_somebodys {
        all.push(Filter::any_of(whose.iter().cloned()));
    }
    all.extend(conditions.iter().cloned());
    match all.is_empty() {
        true => Filter::All,
        false => Filter::AllOf(all),
    }
}

/// What of the journal could not be read, and which group would help.
fn unread(set: &Set) -> Vec<String> {
    let is_denied = |why: &journal::set::Why| matches!(why, journal::set::Why::NotPermitted);
    let (denied, other): (Vec<_>, Vec<_>) =
        set.unread().iter().partition(|unread| is_denied(&unread.why));
    let mut lines: Vec<String> = other.into_iter().map(sources::unread_words).collect();
    let access = Access::of_caller();
    if let Some(first) = denied.first() {
        let more = match denied.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        lines.push(format!(
            "not permitted to read {}{more}: members of the group {} may, and root",
            first.path.display(),
            access.groups.join(" or of ")
        ));
    }
    lines
}
