//! Showing entries: with a pager, colours, and what is told besides.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use journal::cursor::Cursor;
use journal::set::Set;
use present::log::{Colours, Format, Look, NO_ENTRIES};

use super::Prepared;
use super::args::Args;
use super::notes::Notes;
use crate::context::Context;
use crate::failure::Failure;
use crate::logs::pager::{Choice, Sink};
use crate::logs::{self, Explanations, Output, Query, Rendering, Shown, Start};

/// Variables that name a pager.
const PAGERS: [&str; 3] = ["DAEMONCTL_PAGER", "SYSTEMD_PAGER", "PAGER"];
/// With `-e`: a terminal has no more pages to go back to than are worth it, as journalctl has it.
const LINES_AT_END: u64 = 1000;
/// With `-f`, from where something is to be seen.
const LINES_BEFORE_FOLLOWING: u64 = 10;

/// Shows entries.
///
/// # Errors
/// They can't be written, or a cursor makes no sense.
pub fn run(context: &Context, args: &Args, prepared: Prepared) -> Result<ExitCode, Failure> {
    let query = query(args, &prepared)?;
    let Prepared { set, texts, notes, zone, doubtful, .. } = prepared;
    let format = args.shown.output.unwrap_or_default();
    let mut sink = match args.which.follow || args.shown.no_pager {
        true => Sink::direct(),
        false => Sink::paged(&Choice { variables: &PAGERS, at_end: args.shown.pager_end }),
    }?;
    let rendering = rendering(context, args, format, zone, !texts.is_empty());
    let mut sources = logs::Sources { set, texts };
    // Who waits leaves with ^C, and would never learn it.
    let tell = |shown: &Shown| notes.tell(shown, args.shown.quiet);
    let output = Output { sink: &mut sink, waits: Some(&tell) };
    let shown = logs::show(&mut sources, &query, &rendering, output);
    let ended = shown.map_err(Failure::failed).and_then(|shown| {
        let is_quiet = args.shown.quiet
            || format.is_quiet()
            || doubtful.is_some()
            || notes.is_all_unread(&shown);
        end(args, &sources.set, &shown, is_quiet, &mut sink)?;
        Ok(shown)
    });
    sink.close();
    let shown = ended?;
    if !query.follow {
        notes.tell(&shown, args.shown.quiet);
    }
    outcome(&query, &notes, &shown, doubtful)
}

/// How it ends: nothing that matches, or nothing that could be read, is a failure.
///
/// # Errors
/// There is nothing that is called so.
pub fn outcome(
    query: &Query,
    notes: &Notes,
    shown: &Shown,
    doubtful: Option<Failure>,
) -> Result<ExitCode, Failure> {
    if shown.entries > 0 || query.follow {
        return Ok(ExitCode::SUCCESS);
    }
    let is_unread = notes.is_all_unread(shown);
    match doubtful {
        Some(failure) if !is_unread => Err(failure),
        _ if is_unread || query.grep.is_some() => Ok(ExitCode::FAILURE),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// What is asked for.
///
/// # Errors
/// A cursor makes no sense.
pub fn query(args: &Args, prepared: &Prepared) -> Result<Query, Failure> {
    let which = &args.which;
    let (window, format) = (prepared.window, args.shown.output.unwrap_or_default());
    let start = start(args)?;
    let mut lines = prepared.lines;
    if args.shown.pager_end && lines.is_none() && !which.follow {
        lines = Some(LINES_AT_END);
    }
    let is_from_somewhere = window.since_usec.is_some() || start != Start::Edge;
    if which.follow && lines.is_none() && which.lines.is_none() && !is_from_somewhere {
        lines = Some(LINES_BEFORE_FOLLOWING);
    }
    Ok(Query {
        filter: prepared.filter.clone(),
        since_usec: window.since_usec,
        until_usec: window.until_usec,
        start,
        reverse: which.reverse,
        lines,
        counts_matches: true,
        grep: prepared.grep.clone(),
        excluded_identifiers: which.exclude_identifier.iter().map(|id| id.clone().into()).collect(),
        follow: which.follow,
        boot_lines: !args.shown.quiet && !format.is_quiet() && !args.from.merge,
    })
}

/// Where cursors have it start.
fn start(args: &Args) -> Result<Start, Failure> {
    let read = |text: &str| {
        text.trim().parse::<Cursor>().map_err(|error| {
            Failure::usage(format_args!("\"{}\" is no cursor: {error}", text.trim()))
                .hint("--show-cursor tells one")
        })
    };
    let which = &args.which;
    if let Some(text) = &which.cursor {
        return Ok(Start::At(read(text)?));
    }
    if let Some(text) = &which.after_cursor {
        return Ok(Start::After(read(text)?));
    }
    let Some(path) = &which.cursor_file else { return Ok(Start::Edge) };
    match std::fs::read_to_string(path) {
        Ok(text) if !text.trim().is_empty() => Ok(Start::After(read(&text)?)),
        Ok(_) => Ok(Start::Edge),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Start::Edge),
        Err(error) => Err(Failure::failed(format_args!("cannot read {}: {error}", path.display()))),
    }
}

fn rendering(
    context: &Context,
    args: &Args,
    format: Format,
    zone: jiff::tz::TimeZone,
    has_texts: bool,
) -> Rendering {
    let layout = context.layout();
    let shown = &args.shown;
    let is_terminal = std::io::stdout().is_terminal();
    let options = present::log::Options {
        utc: shown.utc,
        no_hostname: shown.no_hostname,
        all: shown.all,
        full_width: !shown.no_full,
        columns: layout.width.and_then(|width| width.try_into().ok()).unwrap_or(80),
        utf8: layout.theme.unicode,
        colours: if layout.theme.colour { Colours::Many } else { Colours::Off },
        output_fields: shown.output_fields.iter().map(|name| name.clone().into()).collect(),
        catalog: shown.catalog,
        ..present::log::Options::default()
    };
    let explain = shown.catalog.then(|| {
        let root = args.from.root.as_deref().unwrap_or(&context.common.system_root);
        Arc::new(Explanations::of_machine(root))
    });
    let marks = has_texts && !format.is_quiet() && format != Format::Verbose;
    // Neither explanations nor cut lines are known to the look for people.
    let is_plain = shown.catalog || shown.no_full;
    let for_people = shown.fold || shown.output.is_none() && is_terminal && !is_plain;
    let look = Look {
        theme: layout.theme,
        utc: shown.utc,
        host: !shown.no_hostname,
        fold: shown.fold,
        all: shown.all,
    };
    let people = for_people.then_some(look);
    Rendering { format, options, zone, explain, marks, people, cleans: is_terminal }
}

/// What is told behind the entries, where they go.
fn end(
    args: &Args,
    set: &Set,
    shown: &Shown,
    is_quiet: bool,
    sink: &mut Sink,
) -> Result<(), Failure> {
    let mut out = Vec::new();
    if shown.entries == 0 && !is_quiet && !args.which.follow {
        out.extend_from_slice(NO_ENTRIES.as_bytes());
    }
    let cursor = shown.last.and_then(|last| set.cursor(last).ok());
    if let Some(cursor) = cursor {
        let cursor = cursor.to_string();
        if args.shown.show_cursor {
            out.extend_from_slice(format!("-- cursor: {cursor}\n").as_bytes());
        }
        if let Some(path) = &args.which.cursor_file {
            write_cursor(path, &cursor)?;
        }
    }
    if !shown.is_closed {
        sink.write_all(&out)?;
    }
    Ok(())
}

fn write_cursor(path: &std::path::Path, cursor: &str) -> Result<(), Failure> {
    crate::logs::cursor_file::write(path, cursor)
        .map_err(|error| Failure::failed(format_args!("cannot write {}: {error}", path.display())))
}
