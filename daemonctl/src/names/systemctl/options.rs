//! What systemctl's options ask for.

use super::failure::Failure;
use super::getopt;
use super::option_table::{Flow, TABLE};

/// Whose manager is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The machine's.
    #[default]
    System,
    /// The calling user's.
    User,
    /// None: unit files for all users' managers.
    Global,
}

/// Which dependencies `list-dependencies` follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// What a unit needs and wants.
    #[default]
    Forward,
    /// What needs and wants it.
    Reverse,
    /// What it is ordered after.
    After,
    /// What it is ordered before.
    Before,
}

/// How points in time are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeStyle {
    /// `Sun 2026-11-22 22:30:04 UTC`, in local time.
    #[default]
    Pretty,
    /// The same with microseconds.
    Us,
    /// In UTC.
    Utc,
    /// In UTC with microseconds.
    UsUtc,
    /// `@1795386604`
    Unix,
}

/// What the options of one command line ask for; each field is the option of that name.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of systemctl")]
pub struct Options {
    pub types: Vec<String>,
    pub states: Vec<String>,
    /// `-p`: which properties; `None` for all.
    pub properties: Option<Vec<String>>,
    pub all: bool,
    /// Empty properties too: `--all`, and those that were asked for by name.
    pub show_empty: bool,
    pub only_value: bool,
    pub direction: Direction,
    pub job_mode: Option<String>,
    pub scope: Scope,
    pub wait: bool,
    pub no_block: bool,
    /// `--legend`; not said: yes, unless `--quiet`.
    pub legend: Option<bool>,
    pub show_types: bool,
    pub dry_run: bool,
    pub quiet: bool,
    pub no_warn: bool,
    pub full: bool,
    pub recursive: bool,
    pub with_dependencies: bool,
    pub show_transaction: bool,
    pub force: u8,
    pub no_ask_password: bool,
    pub runtime: bool,
    pub no_reload: bool,
    pub preset_mode: Option<String>,
    pub kill_whom: Option<String>,
    pub signal: Option<i32>,
    pub root: Option<String>,
    pub image: Option<String>,
    pub host: Option<String>,
    pub lines: Option<u32>,
    pub output: Option<String>,
    pub plain: bool,
    pub now: bool,
    pub jobs_before: bool,
    pub jobs_after: bool,
    pub what: Vec<String>,
    pub time: TimeStyle,
    pub read_only: bool,
    pub mkdir: bool,
    pub marked: bool,
}

/// A command line that was understood.
#[derive(Debug)]
pub enum Understood {
    /// An option has answered already: this is to be printed.
    Answer(String),
    /// A verb with its arguments, or none.
    Run(Box<Options>, Vec<String>),
}

impl Options {
    /// Reads a command line. `program` is how the program was called.
    ///
    /// # Errors
    /// It can't be understood, in systemctl's words.
    pub fn parse(program: &str, args: &[String]) -> Result<Understood, Failure> {
        let parsed = getopt::parse(TABLE, program, args);
        let mut options = Box::new(Options::default());
        for (row, value) in &parsed.options {
            if row.is_dash_dot() {
                return Err(dash_dot(program, value.as_deref()));
            }
            match (row.apply)(&mut options, value.as_deref().unwrap_or_default())? {
                Flow::On => {}
                Flow::Answer(text) => return Ok(Understood::Answer(text)),
            }
        }
        match parsed.problem {
            Some(problem) => Err(Failure::new(problem)),
            None => {
                options.check(&parsed.words)?;
                Ok(Understood::Run(options, parsed.words))
            }
        }
    }

    /// What can't be said together.
    fn check(&self, words: &[String]) -> Result<(), Failure> {
        let refuse = |text: &str| Err(Failure::new(text));
        if self.host.is_some() {
            return refuse("--host and --machine are not supported: only this machine is managed.");
        }
        if self.image.is_some() {
            return refuse("--image is not supported: mount it, and give --root=PATH.");
        }
        if self.wait && self.no_block {
            return refuse("--wait may not be combined with --no-block.");
        }
        let reloads = words.first().is_some_and(|verb| verb == "reload-or-restart");
        if !self.marked {
            return match reloads && words.len() < 2 {
                true => refuse("List of units to restart/reload is required."),
                false => Ok(()),
            };
        }
        if !reloads {
            return refuse("--marked may only be used with 'reload-or-restart'.");
        }
        if words.len() > 1 {
            return refuse("No additional arguments allowed with 'reload-or-restart --marked'.");
        }
        if self.wait {
            return refuse("--marked --wait is not supported.");
        }
        if self.show_transaction {
            return refuse("--marked --show-transaction is not supported.");
        }
        Ok(())
    }

    /// Whether headers and sums are printed.
    pub fn legend(&self) -> bool {
        self.legend.unwrap_or(!self.quiet)
    }

    /// The job mode, systemd's own default where none was given.
    pub fn job_mode(&self) -> &str {
        self.job_mode.as_deref().unwrap_or("replace")
    }

    /// ` --user` in texts that name a command, where that is what was asked for.
    pub fn scope_words(&self) -> &'static str {
        if self.scope == Scope::System { "" } else { " --user" }
    }

    /// Whether `-o` asks for JSON, and if so, whether for people.
    pub fn json(&self) -> Option<bool> {
        match self.output.as_deref() {
            Some("json" | "json-sse" | "json-seq") => Some(false),
            Some("json-pretty") => Some(true),
            _ => None,
        }
    }
}

fn dash_dot(program: &str, rest: Option<&str>) -> Failure {
    let rest = rest.unwrap_or("mount");
    Failure::new(format!(
        "{program}: invalid option -- '.'\nHint: to specify units starting with a dash, use \
         \"--\":\n      {program} [OPTIONS...] COMMAND -- -.{rest} ..."
    ))
}

#[cfg(test)]
mod tests {
    use super::{Options, Understood};

    fn parsed(line: &str) -> Result<(Options, Vec<String>), String> {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        match Options::parse("systemctl", &args) {
            Ok(Understood::Run(options, words)) => Ok((*options, words)),
            Ok(Understood::Answer(text)) => Err(text),
            Err(failure) => Err(failure.text),
        }
    }

    #[test]
    fn options_are_taken_wherever_they_stand() {
        let (options, words) = parsed("show nginx -pId,Names -P Type --no-pager ssh").unwrap();
        assert_eq!(words, ["show", "nginx", "ssh"]);
        assert_eq!(options.properties.unwrap(), ["Id", "Names", "Type"]);
        assert!(options.only_value && options.show_empty);
        let (options, words) = parsed("list-units -alt service,masked --state a,b").unwrap();
        assert_eq!((words.len(), options.all, options.full), (1, true, true));
        assert_eq!(options.types, ["service"]);
        assert_eq!(options.states, ["masked", "a", "b"]);
        let (options, _) = parsed("kill -s9 x -ff --kill-who=main").unwrap();
        assert_eq!((options.signal, options.force), (Some(9), 2));
        assert_eq!(options.kill_whom.as_deref(), Some("main"));
    }

    #[test]
    fn what_is_wrong_is_said_as_systemctl_says_it() {
        for (line, text) in [
            (
                "-t foo",
                "Unknown unit type or load state 'foo'.\nUse -t help to see a list of allowed \
                 values.",
            ),
            ("--type=", "--type= requires arguments."),
            ("--state=", "--state= requires arguments."),
            ("-o x", "Unknown output 'x'."),
            ("-n x", "Failed to parse lines 'x'"),
            ("--legend=x", "Failed to parse boolean argument to --legend: x."),
            ("-s FOO", "Failed to parse signal string \"FOO\"."),
            ("--preset-mode=x", "Failed to parse preset mode: x."),
            ("--wait --no-block start x", "--wait may not be combined with --no-block."),
            ("reload-or-restart", "List of units to restart/reload is required."),
            ("start --marked", "--marked may only be used with 'reload-or-restart'."),
            ("-o", "systemctl: option requires an argument -- 'o'"),
            (
                "-.mount",
                "systemctl: invalid option -- '.'\nHint: to specify units starting with a dash, \
                 use \"--\":\n      systemctl [OPTIONS...] COMMAND -- -.mount ...",
            ),
        ] {
            assert_eq!(parsed(line).unwrap_err(), text, "{line}");
        }
    }

    #[test]
    fn quiet_hides_the_legend_unless_it_is_asked_for() {
        assert!(parsed("list-units").unwrap().0.legend());
        assert!(!parsed("list-units -q").unwrap().0.legend());
        assert!(parsed("list-units -q --legend=yes").unwrap().0.legend());
        assert!(!parsed("list-units --no-legend").unwrap().0.legend());
    }
}
