//! journalctl's options: one row each, which parsing and `--help` come from. The order is that in
//! which getopt_long(3) names the possibilities of an abbreviation.

use std::ffi::OsStr;

use journal::places::Namespace;

use super::super::getopt::{Opt, Takes};
use super::apply::{
    boot, case_sensitive, dmesg, exclude_identifier, facility, file, identifier, interval, lines,
    output, output_fields, pager_end, path, root, smart_relinquish_var, time, vacuum, verify_key,
};
use super::failure::Failure;
use super::grammar::Words;
use super::settings::{Action, BootChoice, Settings, text};
use super::{help, values};

/// What follows from an option.
pub enum Flow {
    /// The next option.
    On,
    /// The option itself asked something: this is the answer, and the end.
    Answer(String),
}

/// What comes of an option.
pub type Done = Result<Flow, Failure>;

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
