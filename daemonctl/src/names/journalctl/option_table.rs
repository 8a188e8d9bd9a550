//! journalctl's options: one row each, which parsing and `--help` come from. The order is that in
//! which getopt_long(3) names the possibilities of an abbreviation.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use journal::places::Namespace;

use super::super::getopt::{Opt, Takes};
use super::failure::Failure;
use super::settings::{Action, BootChoice, Lines, Settings, Words, text};
use super::{help, values};

/// What follows from an option.
pub enum Flow {
    /// The next option.
    On,
    /// The option itself asked something: this is the answer, and the end.
    Answer(String),
}

type Done = Result<Flow, Failure>;

/// Does what an option says.
type Apply = fn(&mut Settings, Option<&OsStr>, &mut Words<'_>) -> Done;

/// Under which heading of `--help` an option stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// Where entries come from.
    Source,
    /// Which entries.
    Filter,
    /// How they look.
    Output,
    /// The pager.
    Pager,
    /// Sealing.
    Sealing,
    /// What else can be done.
    Command,
}

/// An option.
pub struct Row {
    opt: Opt,
    /// Where `--help` has it.
    pub heading: Heading,
    /// The name of its argument, for help.
    pub argument: &'static str,
    /// Does what it says.
    pub apply: Apply,
}

impl AsRef<Opt> for Row {
    fn as_ref(&self) -> &Opt {
        &self.opt
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.opt.long)
    }
}

/// An option without a value.
const fn flag(
    short: char,
    long: &'static str,
    heading: Heading,
    help: &'static str,
    apply: Apply,
) -> Row {
    Row { opt: Opt { short, long, takes: Takes::Nothing, help }, heading, argument: "", apply }
}

/// An option with a value.
const fn valued(
    (short, argument): (char, &'static str),
    long: &'static str,
    heading: Heading,
    help: &'static str,
    apply: Apply,
) -> Row {
    Row { opt: Opt { short, long, takes: Takes::Value, help }, heading, argument, apply }
}

/// An option that may have a value.
const fn perhaps(
    (short, argument): (char, &'static str),
    long: &'static str,
    heading: Heading,
    help: &'static str,
    apply: Apply,
) -> Row {
    Row { opt: Opt { short, long, takes: Takes::PerhapsValue, help }, heading, argument, apply }
}

/// Sets fields and goes on.
macro_rules! set {
    ($($field:ident = $value:expr),+) => {
        |settings, _, _| {
            $(settings.$field = $value;)+
            Ok(Flow::On)
        }
    };
}

/// Sets a field to what is made of the value, and goes on.
macro_rules! take {
    ($field:ident, $make:expr) => {
        |settings, value, _| {
            settings.$field = $make(value);
            Ok(Flow::On)
        }
    };
}

use Heading::{Command, Filter, Output, Pager, Sealing, Source};

/// No letter.
const NONE: char = '\0';

/// The options.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    flag('h', "help", Command, "Shows this text", |_, _, _| Ok(Flow::Answer(help::text()))),
    flag(NONE, "version", Command, "Shows the version", |_, _, _| Ok(Flow::Answer(super::super::systemctl::version()))),
    flag(NONE, "no-pager", Pager, "Writes to the terminal itself", set!(no_pager = true)),
    flag('e', "pager-end", Pager, "Starts at the end of the last thousand lines of this boot", pager_end),
    flag('f', "follow", Output, "Waits for more", set!(follow = true, boot = Some(BootChoice::default()))),
    flag(NONE, "force", Sealing, "Replaces keys that there are, with --setup-keys", set!(force = true)),
    valued(('o', "FORMAT"), "output", Output, "How entries look; --output=help lists the formats", output),
    flag('a', "all", Output, "All of each field, long or not printable as it may be", set!(all = true)),
    flag('l', "full", Output, "", set!(full = true)),
    flag(NONE, "no-full", Output, "Cuts lines to the terminal's width", set!(full = false)),
    perhaps(('n', "COUNT"), "lines", Output, "The last ones: ten if no number follows", lines),
    flag(NONE, "no-tail", Output, "With --follow, all that was before too", set!(no_tail = true)),
    flag(NONE, "new-id128", Command, "", set!(action = Action::NewId)),
    flag('q', "quiet", Output, "No hints, no lines between boots", set!(quiet = true)),
    flag('m', "merge", Source, "Journals of other machines too", set!(merge = true)),
    flag(NONE, "this-boot", Filter, "", set!(boot = Some(BootChoice::default()))),
    perhaps(('b', "BOOT"), "boot", Filter, "Of one boot: 0 is this one, -1 the one before; or by its ID", boot),
    flag(NONE, "list-boots", Command, "Lists the boots that journals tell of", set!(action = Action::ListBoots)),
    flag('k', "dmesg", Filter, "What the kernel said in this boot", dmesg),
    flag(NONE, "system", Source, "The system's journal", set!(system = true)),
    flag(NONE, "user", Source, "The calling user's journal", set!(user = true)),
    valued(('D', "FOLDER"), "directory", Source, "Journals in that folder", take!(directory, path)),
    valued((NONE, "FILE"), "file", Source, "That journal file; may be a pattern", file),
    valued((NONE, "FOLDER"), "root", Source, "Journals of the system below that folder", root),
    valued((NONE, "IMAGE"), "image", Source, "", take!(image, path)),
    flag(NONE, "header", Command, "Shows what the headers of journal files say", set!(action = Action::Header)),
    valued(('t', "NAME"), "identifier", Filter, "Of that syslog identifier", identifier),
    valued(('T', "NAME"), "exclude-identifier", Filter, "Without those of that syslog identifier", exclude_identifier),
    valued(('p', "LEVEL"), "priority", Filter, "Of that level and worse, or FROM..TO", |settings, value, _| values::priorities(&text(value)).map(|mask| { settings.priorities = mask; Flow::On })),
    valued((NONE, "LIST"), "facility", Filter, "Of these syslog facilities; --facility=help lists them", facility),
    valued(('g', "PATTERN"), "grep", Filter, "With messages that match that regular expression", take!(pattern, |value| Some(text(value)))),
    perhaps((NONE, "BOOL"), "case-sensitive", Filter, "Whether case matters to --grep; else if it has capitals", case_sensitive),
    flag(NONE, "setup-keys", Sealing, "Makes a new pair of keys for sealing", set!(action = Action::SetupKeys)),
    valued((NONE, "TIME"), "interval", Sealing, "How often the sealing key changes", interval),
    flag(NONE, "verify", Command, "Checks that journal files hold together", set!(action = Action::Verify)),
    valued((NONE, "KEY"), "verify-key", Sealing, "Checks the seals with that key", verify_key),
    flag(NONE, "disk-usage", Command, "Shows how much journal files take up", set!(action = Action::DiskUsage)),
    valued(('c', "CURSOR"), "cursor", Filter, "From that entry on", take!(cursor, |value| Some(text(value)))),
    valued((NONE, "FILE"), "cursor-file", Filter, "From behind the cursor in that file on, which is then written anew", take!(cursor_file, path)),
    valued((NONE, "CURSOR"), "after-cursor", Filter, "From behind that entry on", take!(after_cursor, |value| Some(text(value)))),
    flag(NONE, "show-cursor", Output, "Tells the last entry's cursor at the end", set!(show_cursor = true)),
    valued(('S', "TIME"), "since", Filter, "Not older than that", |settings, value, _| time(settings, value).map(|usec| { settings.since_usec = Some(usec); Flow::On })),
    valued(('U', "TIME"), "until", Filter, "Not newer than that", |settings, value, _| time(settings, value).map(|usec| { settings.until_usec = Some(usec); Flow::On })),
    valued(('u', "UNIT"), "unit", Filter, "Of that unit; may be a pattern", |settings, value, _| { settings.units.push(text(value)); Ok(Flow::On) }),
    valued((NONE, "UNIT"), "user-unit", Filter, "Of that unit of the calling user", |settings, value, _| { settings.user_units.push(text(value)); Ok(Flow::On) }),
    valued(('F', "FIELD"), "field", Command, "Lists all values of a field", |settings, value, _| { settings.action = Action::Values; settings.field = value.unwrap_or_default().to_owned(); Ok(Flow::On) }),
    flag('N', "fields", Command, "Lists the names of all fields", set!(action = Action::Names)),
    flag('x', "catalog", Output, "Explains messages that the catalogue knows", set!(catalog = true)),
    flag(NONE, "list-catalog", Command, "Lists the messages that the catalogue explains", set!(action = Action::ListCatalog)),
    flag(NONE, "dump-catalog", Command, "Shows the catalogue's explanations", set!(action = Action::DumpCatalog)),
    flag(NONE, "update-catalog", Command, "Compiles the catalogue", set!(action = Action::UpdateCatalog)),
    flag('r', "reverse", Output, "Newest first", set!(reverse = true)),
    valued(('M', "NAME"), "machine", Source, "Journals of that local container", take!(machine, |value| Some(text(value)))),
    flag(NONE, "utc", Output, "Times in UTC", set!(utc = true)),
    flag(NONE, "flush", Command, "Has journald move its journal from /run to /var", set!(action = Action::Flush)),
    flag(NONE, "relinquish-var", Command, "Has journald write to /run again", set!(action = Action::RelinquishVar)),
    flag(NONE, "smart-relinquish-var", Command, "The same, unless /var is on the root file system", smart_relinquish_var),
    flag(NONE, "sync", Command, "Has journald write out all that it holds", set!(action = Action::Sync)),
    flag(NONE, "rotate", Command, "Has journald begin new files", |settings, _, _| { settings.action = if settings.action == Action::Vacuum { Action::RotateAndVacuum } else { Action::Rotate }; Ok(Flow::On) }),
    valued((NONE, "BYTES"), "vacuum-size", Command, "Deletes archived files until no more is used", |settings, value, _| values::size(&text(value)).map(|bytes| { settings.vacuum.bytes = bytes; vacuum(settings) })),
    valued((NONE, "COUNT"), "vacuum-files", Command, "Deletes archived files until there are no more", |settings, value, _| values::count(&text(value)).map(|files| { settings.vacuum.files = files; vacuum(settings) })),
    valued((NONE, "TIME"), "vacuum-time", Command, "Deletes archived files that are older", |settings, value, _| values::age(&text(value)).map(|usec| { settings.vacuum.age_usec = usec; vacuum(settings) })),
    flag(NONE, "no-hostname", Output, "Leaves out the host's name", set!(no_hostname = true)),
    valued((NONE, "LIST"), "output-fields", Output, "Only these fields, in formats that show them all", output_fields),
    valued((NONE, "NAMESPACE"), "namespace", Source, "Journals of that namespace, +NAME with the default's, or * for all", take!(namespace, |value| Namespace::parse(&text(value)))),
];

fn path(value: Option<&OsStr>) -> Option<PathBuf> {
    value.map(PathBuf::from)
}

fn pager_end(settings: &mut Settings, _: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.pager_end = true;
    if settings.lines == Lines::Unsaid {
        settings.lines = Lines::Last(1000);
    }
    settings.boot = settings.boot.or(Some(BootChoice::default()));
    Ok(Flow::On)
}

fn output(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    let name = text(value);
    if name == "help" {
        return Ok(Flow::Answer(help::formats()));
    }
    settings.format = values::format(&name)?;
    settings.quiet |= settings.format.is_quiet();
    Ok(Flow::On)
}

fn lines(settings: &mut Settings, value: Option<&OsStr>, words: &mut Words<'_>) -> Done {
    if let Some(value) = value {
        let value = value.to_string_lossy();
        settings.lines = values::lines(&value)
            .ok_or_else(|| Failure::new(format!("Failed to parse lines '{value}'")))?;
        return Ok(Flow::On);
    }
    settings.lines = Lines::Last(10);
    // No value in the same word: the next one may be meant for it.
    if let Some(lines) = words.following().and_then(|next| values::lines(next.to_str()?)) {
        settings.lines = lines;
        words.take();
    }
    Ok(Flow::On)
}

fn boot(settings: &mut Settings, value: Option<&OsStr>, words: &mut Words<'_>) -> Done {
    settings.boot = Some(BootChoice::default());
    if let Some(value) = value {
        let value = value.to_string_lossy();
        let bad = || Failure::new(format!("Failed to parse boot descriptor '{value}'"));
        settings.boot = values::boot(&value).ok_or_else(bad)?;
    } else if let Some(boot) = words.following().and_then(|next| values::boot(next.to_str()?)) {
        settings.boot = boot;
        words.take();
    }
    Ok(Flow::On)
}

fn dmesg(settings: &mut Settings, _: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.kernel = true;
    settings.boot = settings.boot.or(Some(BootChoice::default()));
    Ok(Flow::On)
}

fn file(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    let value = value.unwrap_or_default();
    if value == "-" {
        settings.standard_input = true;
        return Ok(Flow::On);
    }
    settings.files.extend(values::files(value));
    Ok(Flow::On)
}

fn root(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.root = values::root(value.unwrap_or_default())?;
    Ok(Flow::On)
}

fn identifier(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.identifiers.push(value.unwrap_or_default().to_owned());
    Ok(Flow::On)
}

fn exclude_identifier(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.excluded_identifiers.push(value.unwrap_or_default().as_bytes().to_vec());
    Ok(Flow::On)
}

fn facility(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    for word in text(value).split(',').filter(|word| !word.is_empty()) {
        if word == "help" {
            return Ok(Flow::Answer(help::facilities(settings.quiet)));
        }
        settings.facilities.push(values::facility(word)?);
    }
    Ok(Flow::On)
}

fn case_sensitive(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.case = values::case(value.map(|value| value.to_string_lossy()).as_deref())?;
    Ok(Flow::On)
}

fn interval(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.interval_usec = values::interval(&text(value))?;
    Ok(Flow::On)
}

fn verify_key(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.verify_key = Some(text(value));
    settings.action = Action::Verify;
    settings.merge = false;
    Ok(Flow::On)
}

fn time(settings: &Settings, value: Option<&OsStr>) -> Result<u64, Failure> {
    values::time(&text(value), settings.now_usec)
}

fn smart_relinquish_var(settings: &mut Settings, _: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    if values::is_on_root_file_system("/var/log/journal/") {
        return Ok(Flow::Answer(String::new()));
    }
    settings.action = Action::RelinquishVar;
    Ok(Flow::On)
}

fn vacuum(settings: &mut Settings) -> Flow {
    settings.action = match settings.action {
        Action::Rotate => Action::RotateAndVacuum,
        _ => Action::Vacuum,
    };
    Flow::On
}

fn output_fields(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    for word in text(value).split(',').filter(|word| !word.is_empty()) {
        let word = word.as_bytes().to_vec();
        if !settings.output_fields.contains(&word) {
            settings.output_fields.push(word);
        }
    }
    Ok(Flow::On)
}
