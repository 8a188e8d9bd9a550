//! Which daemon's configuration is tested how: the one table. A daemon more is a row more.

mod mail;
mod others;
mod web;

use super::plan::{Plan, unversioned};
use super::subject::{Command, Subject, base};
use super::{Complaint, Parsed, crontab, postgres, redis};

/// A daemon.
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Names of its program, without versions; the first one that is there is run.
    pub programs: &'static [&'static str],
    /// Those of them that only start it.
    pub wrappers: &'static [&'static str],
    /// Names of its services.
    pub services: &'static [&'static str],
    /// How its configuration is tested.
    pub test: Test,
    /// Patterns of lines that say what is wrong, with groups `file`, `line`, `message` (else the next line is the
    /// message) and `key`. The first one that fits counts.
    pub complaints: &'static [&'static str],
    /// Patterns of lines that say nothing.
    pub noise: &'static [&'static str],
    /// Texts of failures that are not the configuration's.
    pub inconclusive: &'static [&'static str],
    /// Complaints decide, and not the exit status.
    pub judged_by_output: bool,
    /// Texts in complaints about what it passes over: it starts all the same.
    pub passed_over: &'static [&'static str],
    /// Folders that it writes to, besides those of every test.
    pub scratch: &'static [&'static str],
    /// Where its settings stand (folders end with `/`), for complaints that name a setting alone.
    pub files: &'static [&'static str],
}

/// How a configuration is tested.
#[derive(Clone, Copy)]
pub enum Test {
    /// By these commands, one after the other.
    Run(&'static [TestCommand]),
    /// By commands that need more than words.
    Plan(fn(&Subject<'_>) -> Vec<Plan>),
    /// By reading the files here. `None`: it is not known where they are.
    Parse(fn(&Subject<'_>) -> Option<Parsed>),
}

/// A command.
pub struct TestCommand {
    /// Names of its program, or paths; none: the daemon itself.
    pub program: &'static [&'static str],
    /// Its arguments.
    pub words: &'static [Word],
}

/// An argument.
pub enum Word {
    /// As it is.
    Is(&'static str),
    /// This option as the service has it, with its value; as often as it has it, and not at all if it hasn't.
    Same(&'static str),
    /// The same; where the service has none, with the first of these files that is there.
    SameOr(&'static str, &'static [&'static str]),
    /// The last value that the service has for one of these options, without the option; else the first file that is
    /// there.
    ValueOf(&'static [&'static str], &'static [&'static str]),
}

/// What a row has if it says nothing.
const ROW: Row = Row {
    name: "",
    programs: &[],
    wrappers: &[],
    services: &[],
    test: Test::Run(&[]),
    complaints: &[],
    noise: &[],
    inconclusive: &[],
    judged_by_output: false,
    passed_over: &[],
    scratch: &[],
    files: &[],
};

/// The daemon itself, with these arguments.
const fn itself(words: &'static [Word]) -> TestCommand {
    TestCommand { program: &[], words }
}

/// Another program, with these arguments.
const fn another(program: &'static [&'static str], words: &'static [Word]) -> TestCommand {
    TestCommand { program, words }
}

/// Daemons whose files are read here, and those that need a plan of their own.
const READ: &[Row] = &[
    Row {
        name: "redis",
        programs: &["redis-server", "valkey-server", "keydb-server", "redis-sentinel"],
        services: &[
            "redis",
            "redis-server",
            "valkey",
            "valkey-server",
            "keydb-server",
            "redis-sentinel",
        ],
        test: Test::Parse(redis::parse),
        ..ROW
    },
    Row {
        name: "cron",
        programs: &["cron", "crond"],
        services: &["cron", "crond", "vixie-cron", "cronie"],
        test: Test::Parse(crontab::parse),
        ..ROW
    },
    Row {
        name: "postgres",
        programs: &["postgres", "pg_ctlcluster", "pg_ctl", "postmaster"],
        wrappers: &["pg_ctlcluster", "pg_ctl"],
        services: &["postgresql", "postgres"],
        test: Test::Plan(postgres::plans),
        complaints: &[
            r#"(?:LOG|FATAL|ERROR): +(?P<message>.*?) in file "(?P<file>[^"]+)" (?:near )?line (?P<line>\d+)"#,
            r#"(?:LOG|FATAL|ERROR): +(?P<message>could not open configuration file "(?P<file>[^"]+)".*)"#,
            r#"LOG: +(?P<message>.*parameter "(?P<key>[^"]+)".*)"#,
            r"(?:FATAL|ERROR): +(?P<message>.*)",
            r#"^postgres: (?P<message>could not access the server configuration file "(?P<file>[^"]+)".*)"#,
            r"^postgres: (?P<message>.*)",
        ],
        noise: &[
            r#"configuration file "[^"]+" contains errors"#,
            "skipping missing configuration file",
        ],
        ..ROW
    },
];

/// All rows.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [web::ROWS, mail::ROWS, others::ROWS, READ].into_iter().flatten()
}

/// The row of a service: by a program that it runs, else by its name. With that, the command that it runs.
pub fn find(subject: &Subject<'_>) -> Option<(&'static Row, Command)> {
    let commands = subject.commands();
    for command in &commands {
        if let Some(row) = rows().find(|row| row.is_program(command.name())) {
            return Some((row, command.clone()));
        }
    }
    let name = subject.name();
    let row = rows().find(|row| row.services.contains(&name) || row.is_service_version(name))?;
    // A service that runs something else under this name is not that daemon: `cron` that is a script.
    let is_wrapped = |command: &Command| {
        let path = command.program.as_str();
        path.starts_with("/etc/") || path.ends_with("sh") || base(path).contains(row.name)
    };
    if !commands.is_empty() && !commands.iter().any(is_wrapped) {
        return None;
    }
    let none = Command { program: String::new(), arguments: Vec::new() };
    Some((row, commands.first().cloned().unwrap_or(none)))
}

impl Row {
    /// Whether a program of that name is its own, a version behind it or not.
    pub fn is_program(&self, name: &str) -> bool {
        self.programs.contains(&name) || self.programs.contains(&unversioned(name))
    }

    /// `php8.2-fpm`.
    fn is_service_version(&self, name: &str) -> bool {
        let plain: String = name.chars().filter(|c| !c.is_ascii_digit() && *c != '.').collect();
        plain != name && self.services.contains(&&*plain)
    }

    /// A complaint as a line.
    pub fn say(&self, complaint: &Complaint) -> String {
        match complaint {
            (Some(file), Some(line), message) => format!("{file}:{line}: {message}"),
            (Some(file), None, message) => format!("{file}: {message}"),
            (None, _, message) => format!("{}: {message}", self.name),
        }
    }
}
