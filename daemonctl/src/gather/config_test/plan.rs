//! The command line of a test, from the one of the service.

use insight::snapshot::Account;

use super::subject::{Command, Subject, base};
use super::table::{Row, TestCommand, Word};
use crate::gather::lookups::paths::Resolver;

/// Folders in which a test's program is looked for.
const FOLDERS: [&str; 6] =
    ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/sbin", "/bin"];

/// A test that can be run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its program, by path.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Files that it is told to read: they must be trustworthy too.
    pub files: Vec<String>,
    /// As whom; `None`: as the user that starts the service.
    pub user: Option<Account>,
    /// Its program is not there: that is why it can't be run.
    pub missing: bool,
    /// Where settings stand, besides the row's files.
    pub settings: Vec<String>,
}

/// A row's command for that service.
pub fn of_command(
    row: &Row,
    command: &TestCommand,
    program: &Command,
    subject: &Subject<'_>,
) -> Option<Plan> {
    let path = match command.program {
        // The daemon itself: what the service runs, if that is it and no wrapper of another name.
        [] => own_program(row, program, subject.resolver),
        names => names.iter().find_map(|name| locate(name, subject.resolver)),
    };
    let missing = path.is_none();
    let first = command.program.first().or(row.programs.first()).copied().unwrap_or(row.name);
    let (mut arguments, mut files) = (Vec::new(), Vec::new());
    for word in command.words {
        let added = of_word(word, &program.arguments, subject);
        files.extend(
            added
                .iter()
                .filter_map(|word| word.find('/').and_then(|at| word.get(at..)))
                .map(str::to_owned),
        );
        arguments.extend(added);
    }
    let program = path.unwrap_or_else(|| first.to_owned());
    Some(Plan { program, arguments, files, user: None, missing, settings: Vec::new() })
}

fn own_program(row: &Row, program: &Command, resolver: &Resolver) -> Option<String> {
    let is_own = program.program.starts_with('/') && row.is_program(program.name());
    if is_own && is_file(&program.program, resolver) {
        return Some(program.program.clone());
    }
    let names = row.programs.iter().filter(|name| !row.wrappers.contains(name));
    names.copied().find_map(|name| locate(name, resolver))
}

/// The path of a program by name; a path is its own.
pub fn locate(name: &str, resolver: &Resolver) -> Option<String> {
    if name.starts_with('/') {
        return is_file(name, resolver).then(|| name.to_owned());
    }
    let paths = FOLDERS.iter().map(|folder| format!("{folder}/{name}"));
    paths.into_iter().find(|path| is_file(path, resolver))
}

fn is_file(path: &str, resolver: &Resolver) -> bool {
    let fact = resolver.look(path).fact;
    fact.target().is_some_and(|entry| entry.kind == insight::snapshot::FileKind::File)
}

/// The arguments that stand for a word.
fn of_word(word: &Word, own: &[String], subject: &Subject<'_>) -> Vec<String> {
    let first_there = |files: &[&str]| {
        files
            .iter()
            .find(|file| subject.exists(file))
            .or(files.first())
            .map(|file| (*file).to_owned())
    };
    match word {
        Word::Is(text) => vec![(*text).to_owned()],
        Word::Same(option) => carried(option, own, subject),
        Word::SameOr(option, files) => {
            let carried = carried(option, own, subject);
            match (carried.is_empty(), first_there(files)) {
                (true, Some(file)) => vec![(*option).to_owned(), file],
                _ => carried,
            }
        }
        Word::ValueOf(options, files) => {
            let values = options.iter().flat_map(|option| values(option, own, subject));
            values.last().or_else(|| first_there(files)).into_iter().collect()
        }
    }
}

/// An option of the service's command line with its value, as often as it is there.
fn carried(option: &str, own: &[String], subject: &Subject<'_>) -> Vec<String> {
    let values = values(option, own, subject);
    values.into_iter().flat_map(|value| [option.to_owned(), value]).collect()
}

/// The values of an option: `-c x`, `-cx`, `--config x`, `--config=x`.
fn values(option: &str, own: &[String], subject: &Subject<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = own.iter();
    while let Some(word) = words.next() {
        let value = match word.strip_prefix(option) {
            Some("") => words.next().map(String::as_str),
            Some(rest) if option.starts_with("--") => rest.strip_prefix('='),
            // `-f` of `-foo`: taken as its value only for options of one letter.
            Some(rest) if option.len() == 2 => Some(rest),
            _ => None,
        };
        found.extend(value.and_then(|value| replaced(value, subject)));
    }
    found
}

/// A value whose variable is replaced; `None`: nobody knows it.
fn replaced(value: &str, subject: &Subject<'_>) -> Option<String> {
    let Some(name) = value.strip_prefix('$') else { return Some(value.to_owned()) };
    let name = name.trim_start_matches('{').trim_end_matches('}');
    subject.variable(name).filter(|value| !value.is_empty() && !value.contains('$'))
}

/// A command line as typed to a shell.
pub fn shown(program: &str, arguments: &[String]) -> String {
    let words = [program].into_iter().chain(arguments.iter().map(String::as_str));
    words.map(insight::finding::shell).collect::<Vec<_>>().join(" ")
}

/// A program's name without its version: `php-fpm` of `/usr/sbin/php-fpm8.2`.
pub fn unversioned(program: &str) -> &str {
    base(program)
        .trim_end_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '-'))
}
