//! systemctl's options: one row each, which parsing and `--help` come from.

mod values;

use unit::values::scalar::parse_bool;

use super::failure::Failure;
use super::getopt::{Spelled, Takes};
use super::options::{Direction, Options, Scope};
use values::{output, preset_mode, properties, signal, states, timestamp, types, what};

/// What follows from an option.
pub enum Flow {
    /// The next option.
    On,
    /// The option itself asked something: this is the answer, and the end.
    Answer(String),
}

type Apply = fn(&mut Options, &str) -> Result<Flow, Failure>;

/// An option.
pub struct Row {
    long: &'static str,
    short: Option<char>,
    takes: Takes,
    /// The name of its argument, for help.
    pub argument: &'static str,
    /// What it is for; empty for those that are kept for old scripts only.
    pub help: &'static str,
    /// Does what it says.
    pub apply: Apply,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.long)
    }
}

impl Spelled for Row {
    fn long(&self) -> Option<&'static str> {
        Some(self.long).filter(|long| !long.is_empty())
    }

    fn short(&self) -> Option<char> {
        self.short
    }

    fn takes(&self) -> Takes {
        self.takes
    }

    fn abbreviates(&self) -> bool {
        self.long != Self::NEWEST
    }
}

impl Row {
    /// The newest option: abbreviations mean the older ones.
    const NEWEST: &str = "no-warn";

    /// `-.`, which is none: somebody forgot `--` before `-.mount`.
    pub fn is_dash_dot(&self) -> bool {
        self.short == Some('.')
    }
}

const fn flag(long: &'static str, help: &'static str, apply: Apply) -> Row {
    Row { long, short: None, takes: Takes::Nothing, argument: "", help, apply }
}

const fn with(long: &'static str, argument: &'static str, help: &'static str, apply: Apply) -> Row {
    Row { long, short: None, takes: Takes::Argument, argument, help, apply }
}

impl Row {
    const fn or(mut self, short: char) -> Row {
        self.short = Some(short);
        self
    }
}

macro_rules! set {
    ($($field:ident = $value:expr),+) => {
        |options, _| {
            $(options.$field = $value;)+
            Ok(Flow::On)
        }
    };
}

macro_rules! keep {
    ($field:ident) => {
        |options, value| {
            options.$field = Some(value.to_owned());
            Ok(Flow::On)
        }
    };
}

/// Nothing is to be done for it here: there is no pager, no wall message …
const IGNORED: Apply = |_, _| Ok(Flow::On);

/// The options, in the order in which systemctl names them where an abbreviation fits several.
pub const TABLE: &[Row] = &[
    flag("help", "show this help", |_, _| Ok(Flow::Answer(super::help::text()))).or('h'),
    flag("version", "show the version", |_, _| Ok(Flow::Answer(super::version::text()))),
    with("type", "TYPE,…", "only units of these types", types).or('t'),
    with("property", "NAME,…", "only these properties", properties).or('p'),
    Row {
        long: "",
        short: Some('P'),
        takes: Takes::Argument,
        argument: "NAME,…",
        help: "the same as --value --property=NAME",
        apply: |options, value| {
            options.only_value = true;
            properties(options, value)
        },
    },
    flag("all", "inactive units and empty properties too", set!(all = true, show_empty = true))
        .or('a'),
    flag("reverse", "list-dependencies: what needs the unit", set!(direction = Direction::Reverse)),
    flag(
        "after",
        "list-dependencies: what comes before; list-jobs: what they wait for",
        set!(direction = Direction::After, jobs_after = true),
    ),
    flag(
        "before",
        "list-dependencies: what comes after; list-jobs: what waits for them",
        set!(direction = Direction::Before, jobs_before = true),
    ),
    flag("show-types", "list-sockets: the types of sockets", set!(show_types = true)),
    flag("failed", "only failed units", |options, _| {
        options.states.push("failed".to_owned());
        Ok(Flow::On)
    }),
    flag("full", "cut no names", set!(full = true)).or('l'),
    with("job-mode", "MODE", "what becomes of jobs that are queued already", keep!(job_mode)),
    flag("fail", "", set!(job_mode = Some("fail".to_owned()))),
    flag("irreversible", "", set!(job_mode = Some("replace-irreversibly".to_owned()))),
    flag("ignore-dependencies", "", set!(job_mode = Some("ignore-dependencies".to_owned()))),
    flag("ignore-inhibitors", "", IGNORED).or('i'),
    with("check-inhibitors", "MODE", "", IGNORED),
    flag("value", "only the values of properties", set!(only_value = true)),
    flag("user", "the calling user's manager", set!(scope = Scope::User)),
    flag("system", "the machine's manager", set!(scope = Scope::System)),
    flag("global", "unit files for all users' managers", set!(scope = Scope::Global)),
    flag("wait", "start: until the unit has ended again", set!(wait = true)),
    flag("no-block", "do not wait until it is done", set!(no_block = true)),
    with("legend", "BOOL", "headers and sums, or none", |options, value| {
        let Some(legend) = parse_bool(value) else {
            return Err(Failure::new(format!(
                "Failed to parse boolean argument to --legend: {value}."
            )));
        };
        options.legend = Some(legend);
        Ok(Flow::On)
    }),
    flag("no-legend", "", set!(legend = Some(false))),
    flag("no-pager", "for systemctl's sake: there is no pager", IGNORED),
    flag("no-wall", "", IGNORED),
    flag("dry-run", "do not do it", set!(dry_run = true)),
    flag("quiet", "print less", set!(quiet = true)).or('q'),
    flag("no-warn", "print fewer warnings", set!(no_warn = true)),
    with("root", "DIR", "unit files below DIR", keep!(root)),
    with("image", "FILE", "", keep!(image)),
    flag("force", "replace links; shut down at once", |options, _| {
        options.force = options.force.saturating_add(1);
        Ok(Flow::On)
    })
    .or('f'),
    flag("no-reload", "do not reload the manager after changes", set!(no_reload = true)),
    with("kill-whom", "WHOM", "kill: main, control or all", keep!(kill_whom)),
    with("signal", "SIGNAL", "kill: which signal", signal).or('s'),
    flag("no-ask-password", "ask for no password", set!(no_ask_password = true)),
    with("host", "HOST", "", keep!(host)).or('H'),
    with("machine", "NAME", "", keep!(host)).or('M'),
    flag("runtime", "until the next boot only", set!(runtime = true)),
    with("lines", "NUMBER", "status: how many lines of the log", |options, value| {
        let Ok(lines) = value.parse() else {
            return Err(Failure::new(format!("Failed to parse lines '{value}'")));
        };
        options.lines = Some(lines);
        Ok(Flow::On)
    })
    .or('n'),
    with("output", "FORM", "json, json-pretty: lists as JSON", output).or('o'),
    flag("plain", "lists without marks and trees", set!(plain = true)),
    with("state", "STATE,…", "only units in these states", states),
    flag("recursive", "", set!(recursive = true)).or('r'),
    flag("with-dependencies", "with what they depend on", set!(with_dependencies = true)),
    with("preset-mode", "MODE", "preset: full, enable-only, disable-only", preset_mode),
    flag("firmware-setup", "", IGNORED),
    with("boot-loader-menu", "TIME", "", IGNORED),
    with("boot-loader-entry", "NAME", "", IGNORED),
    flag("now", "enable, disable, mask: start or stop it too", set!(now = true)),
    with("message", "TEXT", "", IGNORED),
    flag("show-transaction", "all jobs that a request leads to", set!(show_transaction = true))
        .or('T'),
    with("what", "WHAT,…", "clean: runtime, state, cache, logs, configuration", what),
    with("reboot-argument", "ARG", "", IGNORED),
    with("timestamp", "FORM", "times: pretty, unix, us, utc, us+utc", timestamp),
    flag("read-only", "bind: not to be written to", set!(read_only = true)),
    flag("mkdir", "bind: make the folder if it is missing", set!(mkdir = true)),
    flag("marked", "reload-or-restart: those that are marked", set!(marked = true)),
    Row { long: "", short: Some('.'), takes: Takes::MayBe, argument: "", help: "", apply: IGNORED },
];
