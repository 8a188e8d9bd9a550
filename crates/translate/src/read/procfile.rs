//! A Procfile, as foreman and Heroku read it: `name: command`, one process a line.

use super::{ReadError, Reading, Source};
use crate::shell::{self, Node, words_of};
use crate::{Command, Definition, Level, Link, Lost, Word};

/// The port of the first process; foreman adds 100 for each after it.
const FIRST_PORT: u32 = 5000;

/// Words that only a shell knows.
const OF_THE_SHELL: [&str; 16] = [
    "exec", "cd", "export", "eval", "source", ".", "set", "test", "[", "while", "for", "if",
    "case", "ulimit", "umask", "until",
];

/// Reads a Procfile. Its folder is the services' working directory, where the path names one.
pub(super) fn read(source: &Source<'_>, name: Option<&str>) -> Result<Reading, ReadError> {
    let (text, wrong) = source.text();
    let mut reading = Reading { lost: wrong.into_iter().collect(), ..Reading::default() };
    let folder = source.path.rsplit_once('/').map(|(folder, _)| folder);
    let folder = folder.filter(|folder| folder.starts_with('/'));
    let mut entries = Vec::new();
    for (line, number) in text.lines().zip(1_u32..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match entry(line) {
            Some(entry) => entries.push((entry, number)),
            None => {
                let lost = Lost::new(line, "it is no \"name: command\"");
                reading.lost.push(lost.at(source.place(number)));
            }
        }
    }
    if entries.is_empty() {
        let error = ReadError::new("it has no \"name: command\" line").at(source.place(1));
        return Err(error.with(reading.lost));
    }
    let is_one = entries.len() == 1;
    for (((key, command), number), port) in entries.into_iter().zip((FIRST_PORT..).step_by(100)) {
        let place = source.place(number);
        let full = match name {
            Some(name) if is_one => name.to_owned(),
            Some(name) => format!("{name}-{key}"),
            None => key.to_owned(),
        };
        let mut definition = Definition::new(full);
        definition.description = Some(format!("{key} of the Procfile"));
        definition.levels = vec![Level::Normal];
        definition.depends(Link::After, "$net", None);
        definition.directory = folder.map(str::to_owned);
        if folder.is_none() {
            let why = "the Procfile's folder is the working directory, and it is not known";
            let lost = Lost::new("the working directory", why).at(place.clone());
            definition.lost.push(lost.instead("add WorkingDirectory="));
        }
        definition.start = vec![match plain(&mut definition, command) {
            Some(argv) => Command { argv, ..Command::default() },
            // foreman hands every line to a shell.
            None => Command::shell(&with_exec(command)),
        }];
        let is_asked = command.contains("$PORT") || command.contains("${PORT");
        if is_asked && !definition.environment.iter().any(|(known, _)| known == "PORT") {
            definition.environment.push(("PORT".to_owned(), port.to_string()));
            let why = format!("who runs a Procfile chooses the port; {port} is foreman's choice");
            definition.lost.push(Lost::change("$PORT", why).at(place.clone()));
        }
        definition.places.extend(place.map(|place| ("start", place)));
        reading.definitions.push(definition);
    }
    Ok(reading)
}

fn entry(line: &str) -> Option<(&str, &str)> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let (key, command) = line.split_once(':')?;
    let (key, command) = (key.trim(), command.trim());
    let is_fit = !key.is_empty() && key.bytes().all(is_name) && !command.is_empty();
    is_fit.then_some((key, command))
}

/// The words of a command that needs no shell; assignments in front go to the environment.
fn plain(definition: &mut Definition, command: &str) -> Option<Vec<Word>> {
    let (items, wrong) = shell::parse(command);
    let [item] = items.as_slice() else { return None };
    let Node::Simple(simple) = &item.node else { return None };
    let needs_a_shell = wrong.is_some()
        || !simple.redirections.is_empty()
        || command.contains(['*', '?', '[', '~', '&', ';'])
        || command.contains(" #");
    if needs_a_shell {
        return None;
    }
    let argv: Option<Vec<Word>> = simple.words.iter().map(word).collect();
    let argv = argv?;
    let program = argv.first()?.known()?;
    // A program in the working directory, and those that are the shell's own.
    let is_relative = program.contains('/') && !program.starts_with('/');
    if is_relative || OF_THE_SHELL.contains(&program.as_str()) {
        return None;
    }
    let mut variables = Vec::new();
    for (name, value) in &simple.assignments {
        variables.push((name.clone(), value.literal()?));
    }
    definition.environment.append(&mut variables);
    Some(argv)
}

fn word(word: &shell::ShWord) -> Option<Word> {
    let mut found = Word::default();
    for part in &word.parts {
        match part {
            shell::Part::Text { text, is_quoted } => {
                if !is_quoted && text.contains(['*', '?', '[', '~', '{']) {
                    return None;
                }
                found.push(text);
            }
            shell::Part::Variable(shell::Parameter { name, modifier: None, is_quoted })
                if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') =>
            {
                if !is_quoted && word.parts.len() == 1 {
                    return Some(Word::split(name.clone()));
                }
                found.push_variable(name);
            }
            _ => return None,
        }
    }
    Some(found)
}

/// So that signals reach the program and not a shell in front of it, where there is just one.
fn with_exec(command: &str) -> String {
    let plain = command.replace("2>&1", "").replace(">&2", "").replace("${", "$");
    let is_one = words_of(command).is_ok() && !plain.contains([';', '&', '|', '\n', '(', '{']);
    let first = command.split_whitespace().next().unwrap_or_default();
    let is_program = !first.contains('=') && !OF_THE_SHELL.contains(&first);
    if is_one && is_program { format!("exec {command}") } else { command.to_owned() }
}
