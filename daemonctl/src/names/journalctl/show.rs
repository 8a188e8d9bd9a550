//! Entries: which are asked for, from where on, and what is said when there are none.

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use journal::cursor::Cursor;
use journal::filter::{Filter, Matches};
use journal::set::Set;
use journal::walk::{Direction, Seek, Walk};
use present::log::Options;

use super::super::screen;
use super::super::systemctl::glyphs::Glyphs;
use super::failure::{Failure, words};
use super::settings::{Action, Settings};
use super::{Level, Tool};
use super::{boots, fields};
use crate::logs::cursor_file;
use crate::logs::matches::{self, BadMatch, UnitOf};
use crate::logs::{Explanations, Output, Query, Rendering, Sources, Start, Stopped, show};

/// Shows entries, or the values of a field.
///
/// # Errors
/// What is asked for makes no sense, or is not there; with `--grep`, nothing matches.
pub fn run(tool: &Tool, set: Set, words: &[OsString]) -> Result<(), Failure> {
    let settings = &tool.settings;
    let has_offset = settings.boot.is_some_and(|boot| boot.offset != 0);
    if has_offset && set.has_runtime_files() && !set.has_persistent_files() {
        tool.say(
            Level::Info,
            "Specifying boot ID or boot offset has no effect, no persistent journal was found.",
        );
        // Nothing was shown, and nothing matched.
        return match settings.grep {
            Some(_) => Err(Failure::silent()),
            None => Ok(()),
        };
    }
    let filter = filter(tool, &set, words)?;
    if settings.action == Action::Values {
        return fields::values(tool, &set);
    }
    entries(tool, set, filter)
}

/// The matches, in journalctl's order.
fn filter(tool: &Tool, set: &Set, words: &[OsString]) -> Result<Filter, Failure> {
    let settings = &tool.settings;
    let mut all = Matches::default();
    if let Some(id) = boots::chosen(tool, set)? {
        matches::boot(&mut all, id);
    }
    if settings.kernel {
        matches::kernel(&mut all);
    }
    units(tool, set, &mut all)?;
    for identifier in &settings.identifiers {
        // The name is ours: it is a good match.
        let _ = all.add(&[b"SYSLOG_IDENTIFIER=", identifier.as_bytes()].concat());
        all.disjunction();
    }
    all.conjunction();
    matches::priorities(&mut all, settings.priorities);
    for facility in &settings.facilities {
        let _ = all.add(format!("SYSLOG_FACILITY={facility}").as_bytes());
    }
    let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
    matches::words(&mut all, &words).map_err(|bad| of_bad_match(&bad))?;
    Ok(all.build())
}

fn units(tool: &Tool, set: &Set, all: &mut Matches) -> Result<(), Failure> {
    let settings = &tool.settings;
    if settings.units.is_empty() && settings.user_units.is_empty() {
        return Ok(());
    }
    let uid = rustix::process::getuid().as_raw();
    let mut count = 0;
    for (of, names) in
        [(UnitOf::System, &settings.units), (UnitOf::User(uid), &settings.user_units)]
    {
        if !settings.quiet {
            names.iter().for_each(|name| warn_of_escaping(tool, name));
        }
        count += matches::units(set, all, of, names).map_err(|bad| of_bad_match(&bad))?;
    }
    // Without a match at all everything would be shown.
    if count == 0 {
        return Err(Failure::new("Failed to add filter for units: No data available"));
    }
    all.conjunction();
    Ok(())
}

/// Says how a name is taken that can't be one.
fn warn_of_escaping(tool: &Tool, name: &str) {
    let service = unit::UnitType::Service;
    let Ok(taken) = unit::name::mangle(name.as_bytes(), service, true) else { return };
    if unit::name::is_pattern(&taken) || name.starts_with('/') {
        return;
    }
    let escaped = taken.strip_suffix(".service").unwrap_or(&taken);
    if taken != *name && escaped != name {
        let text = format!(
            "Invalid unit name \"{name}\" escaped as \"{escaped}\" (maybe you should use systemd-escape?)."
        );
        tool.say(Level::Notice, &text);
    }
}

fn of_bad_match(bad: &BadMatch) -> Failure {
    Failure::new(match bad {
        BadMatch::Unit { .. } => "Failed to add filter for units: Invalid argument".to_owned(),
        BadMatch::Word(word) => format!("Failed to add match '{word}': Invalid argument"),
        BadMatch::Plus => "\"+\" can only be used between terms".to_owned(),
        BadMatch::Path { doing, error, .. } => format!("Couldn't {doing}: {}", words(error)),
        BadMatch::NeitherProgramNorDevice(path) => format!(
            "File is neither a device node, nor regular file, nor executable: {}",
            path.display()
        ),
    })
}

fn entries(tool: &Tool, set: Set, filter: Filter) -> Result<(), Failure> {
    let settings = &tool.settings;
    let query = Query {
        filter,
        grep: settings.grep.clone(),
        excluded_identifiers: settings.excluded_identifiers.clone(),
        since_usec: settings.since_usec,
        until_usec: settings.until_usec,
        start: start(settings)?,
        reverse: settings.reverse,
        lines: settings.lines.limit(),
        counts_matches: false,
        follow: settings.follow,
        boot_lines: !settings.merge && !settings.quiet,
    };
    let rendering = rendering(tool);
    let mut sink = tool.sink()?;
    let mut sources = Sources::of_journal(set);
    let shown = show(&mut sources, &query, &rendering, Output { sink: &mut sink, waits: None });
    let shown = shown.map_err(|stopped| of_stopped(&stopped))?;
    let mut last = Vec::new();
    if shown.entries == 0 && !settings.quiet && !settings.follow {
        last.extend_from_slice(b"-- No entries --\n");
    }
    let cursor = shown.last.and_then(|at| sources.set.cursor(at).ok());
    if let Some(cursor) = cursor.filter(|_| settings.show_cursor) {
        last.extend_from_slice(format!("-- cursor: {cursor}\n").as_bytes());
    }
    // Who does not read any more needs no last words.
    let _ = sink.write_all(&last);
    sink.close();
    if let (Some(file), Some(cursor)) = (&settings.cursor_file, cursor) {
        remember(file, &cursor)?;
    }
    let wants_cursor = settings.show_cursor || settings.cursor_file.is_some();
    if wants_cursor && cursor.is_none() {
        return Err(Failure::silent());
    }
    if settings.grep.is_none() || shown.entries > 0 {
        return Ok(());
    }
    // Where nothing was looked at, it is not the pattern's fault.
    match !wants_cursor && shown.last.is_some() && looks_at_nothing(&query, &sources.set) {
        true => Ok(()),
        false => Err(Failure::silent()),
    }
}

/// Whether no entry is shown whatever it says: none is asked for, or none is behind the cursor.
fn looks_at_nothing(query: &Query, set: &Set) -> bool {
    let Start::After(cursor) = query.start else { return query.lines == Some(0) };
    let direction = if query.reverse { Direction::Backward } else { Direction::Forward };
    let mut walk = Walk::new(query.filter.clone(), direction);
    walk.seek(Seek::Cursor(cursor));
    query.lines == Some(0) || walk.skip(set, direction, 2).0 < 2
}

/// Where to begin: cursors come before times and numbers of lines.
fn start(settings: &Settings) -> Result<Start, Failure> {
    let parse = |text: &str| {
        text.parse::<Cursor>()
            .map_err(|_| Failure::new("Failed to seek to cursor: Invalid argument"))
    };
    if let Some(file) = &settings.cursor_file {
        let text = match std::fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                let (file, why) = (file.display(), words(&error));
                return Err(Failure::new(format!("Failed to read cursor file {file}: {why}")));
            }
        };
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if !line.is_empty() {
            return Ok(Start::After(parse(&String::from_utf8_lossy(line))?));
        }
    }
    match (&settings.cursor, &settings.after_cursor) {
        (Some(cursor), _) => Ok(Start::At(parse(cursor)?)),
        (None, Some(cursor)) => Ok(Start::After(parse(cursor)?)),
        (None, None) => Ok(Start::Edge),
    }
}

fn rendering(tool: &Tool) -> Rendering {
    let settings = &tool.settings;
    let colours = screen::colours();
    let links = screen::links(colours);
    // Links to documentation are in the catalogue too.
    let explain = match settings.catalog || links.is_some() {
        // journalctl takes that of the machine it runs on.
        true => Some(Arc::new(Explanations::of_machine(Path::new("/")))),
        false => None,
    };
    Rendering {
        format: settings.format,
        options: Options {
            utc: settings.utc,
            no_hostname: settings.no_hostname,
            all: settings.all,
            full_width: settings.full,
            columns: screen::columns(),
            utf8: Glyphs::locale_is_utf8(),
            colours,
            output_fields: settings.output_fields.clone(),
            links,
            catalog: settings.catalog && explain.is_some(),
            seqnum: false,
        },
        zone: crate::time::zone(),
        explain,
        marks: false,
        people: None,
        cleans: std::io::stdout().is_terminal(),
    }
}

/// Writes the cursor for the next time.
fn remember(file: &Path, cursor: &Cursor) -> Result<(), Failure> {
    cursor_file::write(file, &cursor.to_string()).map_err(|error| {
        let (file, why) = (file.display(), words(&error));
        Failure::new(format!("Failed to write new cursor to {file}: {why}"))
    })
}

fn of_stopped(stopped: &Stopped) -> Failure {
    Failure::new(match stopped {
        Stopped::Write(error) => format!("Failed to write output: {}", words(error)),
        Stopped::Watch(error) => format!("Failed to get journal fd: {}", words(error)),
    })
}
