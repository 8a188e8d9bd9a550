//! The options of `logs`.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::managers::ManagerOptions;

const AFTER_HELP: &str = "\
WHAT is a service, a 'pattern*' of units, a pid, a :port, an identifier, a /path (a program, a device, a log
file), or FIELD=value. Values of one field are alternatives, different fields must all be there, `+` begins
another alternative. Without WHAT: everything.

The journal, syslog files, the kernel's ring buffer and the files that a service writes itself come as one
stream, by time. What several of them have is shown once: from the journal where it reaches back so far.
Times are as in systemd.time(7): '2026-11-22 14:05', 14:05, yesterday, '2h ago', -30min, @1395716396.

Examples:
  daemonctl logs nginx             what nginx said, on any init, its own log files included
  daemonctl logs -f nginx postgresql
  daemonctl logs --since '1h ago' -p warning
  daemonctl logs -b -1 -k          the kernel, in the boot before this one
  daemonctl logs -g 'timeout|refused' --histogram
  daemonctl logs --errors          what goes wrong, and what of it is new in this boot
  daemonctl logs sshd -n 20 -o json
  daemonctl logs /srv/app/app.log  a file of any program, with what rotation made of it

Exit status: 0 done, 1 nothing could be read, or nothing matches the pattern, 2 wrong usage, 4 no such thing.";

/// Options of `logs`.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Services, pids, :ports, /paths, identifiers, FIELD=value.
    #[arg(value_name = "WHAT")]
    pub what: Vec<OsString>,
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub from: From,
    #[command(flatten)]
    pub shown: Shown,
    #[command(flatten)]
    pub instead: Instead,
    #[command(flatten)]
    pub managers: ManagerOptions,
}

/// Which entries.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Which")]
pub struct Which {
    /// Go on with what comes.
    #[arg(short, long, conflicts_with = "reverse")]
    pub follow: bool,
    /// The last so many entries, or all; with -r the newest.
    #[arg(short = 'n', long, value_name = "COUNT|all", num_args = 0..=1, default_missing_value = "10")]
    pub lines: Option<OsString>,
    /// Newest first.
    #[arg(short, long)]
    pub reverse: bool,
    /// Not before that time.
    #[arg(short = 'S', long, value_name = "TIME", allow_hyphen_values = true)]
    pub since: Option<String>,
    /// Not after that time.
    #[arg(short = 'U', long, value_name = "TIME", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// Of this boot, of that one (0 is the last, -1 the one before, 1 the first), or of all.
    #[arg(short, long, value_name = "[ID][±N]|all", num_args = 0..=1, default_missing_value = "0", allow_negative_numbers = true)]
    pub boot: Option<OsString>,
    /// Of the kernel, in this boot.
    #[arg(short, long, visible_alias = "dmesg")]
    pub kernel: bool,
    /// Of these levels: one and all that are worse, or FROM..TO; by name or 0 to 7.
    #[arg(short, long, value_name = "LEVEL[..LEVEL]")]
    pub priority: Option<String>,
    /// Of this unit, or 'pattern*' of units.
    #[arg(short, long, value_name = "UNIT")]
    pub unit: Vec<String>,
    /// Of this unit of the calling user.
    #[arg(long, value_name = "UNIT")]
    pub user_unit: Vec<String>,
    /// With this identifier.
    #[arg(short = 't', long, value_name = "NAME")]
    pub identifier: Vec<String>,
    /// Without this identifier.
    #[arg(short = 'T', long, value_name = "NAME")]
    pub exclude_identifier: Vec<String>,
    /// Whose message matches the pattern. Case matters if it has a capital letter.
    #[arg(short, long, value_name = "PATTERN")]
    pub grep: Option<String>,
    /// Whether case matters in the pattern.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub case_sensitive: Option<bool>,
    /// From the entry of that cursor on.
    #[arg(long, value_name = "CURSOR", conflicts_with_all = ["after_cursor", "since"])]
    pub cursor: Option<String>,
    /// From behind the entry of that cursor.
    #[arg(long, value_name = "CURSOR", conflicts_with = "since")]
    pub after_cursor: Option<String>,
    /// From behind the entry of the cursor in that file, which is then written anew.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cursor", "after_cursor", "since"])]
    pub cursor_file: Option<PathBuf>,
}

/// Where entries come from.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "From")]
pub struct From {
    /// Only these sources, comma-separated: journal, syslog, kernel, files.
    #[arg(long, value_name = "SOURCES", value_delimiter = ',')]
    pub source: Vec<SourceKind>,
    /// The journal files of this folder.
    #[arg(short = 'D', long, value_name = "DIR", conflicts_with_all = ["file", "root"])]
    pub directory: Option<PathBuf>,
    /// These journal files; may be a 'pattern*'.
    #[arg(long, value_name = "FILE", conflicts_with = "root")]
    pub file: Vec<String>,
    /// The files below this folder.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// The journal of this namespace; +NAME: and the usual one, *: all.
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// The journals of other machines too.
    #[arg(short, long)]
    pub merge: bool,
    /// The system's journal, not those of users.
    #[arg(long, conflicts_with = "user")]
    pub system: bool,
}

/// A kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SourceKind {
    /// systemd's journal.
    Journal,
    /// Files that syslogd writes.
    Syslog,
    /// The kernel's ring buffer.
    Kernel,
    /// Files that services write themselves.
    Files,
}

/// How entries are shown.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Shown")]
pub struct Shown {
    /// How an entry looks: short, short-iso, short-precise, short-full, short-monotonic, short-unix, verbose, cat, json, json-pretty, export, with-unit …
    #[arg(short, long, value_name = "FORMAT", conflicts_with_all = ["fold", "histogram", "errors"])]
    pub output: Option<present::log::Format>,
    /// Only these fields, comma-separated (verbose, json, export, cat).
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub output_fields: Vec<String>,
    /// Without the host's name.
    #[arg(long)]
    pub no_hostname: bool,
    /// Times in UTC.
    #[arg(long)]
    pub utc: bool,
    /// Everything of each field, long and unprintable ones too.
    #[arg(short, long)]
    pub all: bool,
    /// Cut lines to the terminal's width.
    #[arg(long)]
    pub no_full: bool,
    /// With explanations of the message catalogue.
    #[arg(short = 'x', long)]
    pub catalog: bool,
    /// Fold lines that repeat.
    #[arg(long, conflicts_with = "follow")]
    pub fold: bool,
    /// Start the pager at the end.
    #[arg(short = 'e', long)]
    pub pager_end: bool,
    /// No pager.
    #[arg(long)]
    pub no_pager: bool,
    /// No lines but entries.
    #[arg(short, long)]
    pub quiet: bool,
    /// Tell the cursor of the last entry at the end.
    #[arg(long)]
    pub show_cursor: bool,
}

/// What is done instead of showing entries.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Instead")]
#[group(multiple = false)]
pub struct Instead {
    /// List the boots that there are entries of.
    #[arg(long)]
    pub list_boots: bool,
    /// All values of a field.
    #[arg(short = 'F', long, value_name = "FIELD")]
    pub field: Option<String>,
    /// The names of all fields.
    #[arg(short = 'N', long)]
    pub fields: bool,
    /// A chart of how many entries there are, by time and level; or by service.
    #[arg(long, value_name = "level|service", num_args = 0..=1, require_equals = true, default_missing_value = "level", conflicts_with = "follow")]
    pub histogram: Option<ChartBy>,
    /// What goes wrong, by frequency, and what of it is new since the last boot.
    #[arg(long, conflicts_with = "follow")]
    pub errors: bool,
    /// How much space the journal takes.
    #[arg(long)]
    pub disk_usage: bool,
    /// What the journal files' headers say.
    #[arg(long)]
    pub header: bool,
    /// Check the journal files.
    #[arg(long)]
    pub verify: bool,
    /// Check sealed journal files with this key.
    #[arg(long, value_name = "KEY")]
    pub verify_key: Option<String>,
}

/// What the bars of a chart are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ChartBy {
    /// Levels.
    Level,
    /// Services.
    Service,
}
