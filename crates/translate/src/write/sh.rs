//! Commands as text of a shell.

use crate::read::limit_letter;
use crate::shell::quote;
use crate::{Command, Definition, Lost, PathCondition, Piece, Word};

/// A word of a command line.
pub(super) fn word(word: &Word) -> String {
    if let (true, Some(Piece::Variable(name))) = (word.is_split, word.pieces.first()) {
        return format!("${{{name}}}");
    }
    if word.pieces.is_empty() {
        return "''".to_owned();
    }
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => quote(text),
        Piece::Variable(name) => format!("\"${{{name}}}\""),
    };
    word.pieces.iter().map(piece).collect()
}

/// A command line.
pub(super) fn line(argv: &[Word]) -> String {
    argv.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// A command of a step before or after the start: as the service's user, where systemd would.
pub(super) fn step(definition: &Definition, command: &Command) -> String {
    let mut text = line(&command.argv);
    // Not every machine has a kill(1) besides the shell's own.
    for path in ["/bin/kill ", "/usr/bin/kill "] {
        if let Some(rest) = text.strip_prefix(path) {
            text = format!("kill {rest}");
        }
    }
    match &definition.user {
        Some(user) if !command.as_root && !text.starts_with("kill ") => {
            format!("su -s /bin/sh -c 'exec \"$0\" \"$@\"' -- {} {text}", quote(user))
        }
        _ => text,
    }
}

/// Whether the main process's ID is asked for.
pub(super) fn wants_main_pid<'c>(commands: impl IntoIterator<Item = &'c Command>) -> bool {
    commands.into_iter().any(|command| {
        command.variables().any(|name| name == "MAINPID")
            || command.argv.iter().filter_map(Word::known).any(|word| word.contains("$MAINPID"))
    })
}

/// What follows a step: a failure ends the start, unless it counts as none.
pub(super) fn or_fail(command: &Command) -> &'static str {
    if command.ignores_failure { " || true" } else { " || return 1" }
}

/// A test of a path, as it holds where the start may go on.
pub(super) fn test(condition: &PathCondition) -> String {
    let negation = if condition.is_negated { "! " } else { "" };
    format!("[ {negation}-{} {} ]", condition.test, quote(&condition.path))
}

/// Lines that set limits, and what has no counterpart.
pub(super) fn limits(definition: &Definition, lost: &mut Vec<Lost>) -> Vec<String> {
    let mut lines = Vec::new();
    for limit in &definition.limits {
        let letter = limit_letter(&limit.name).filter(|(letter, _)| !"iq".contains(*letter));
        let Some((letter, scale)) = letter else {
            let why = "ulimit of a plain shell has no such limit";
            let unsaid = Lost::new(format!("Limit{}", limit.name), why);
            lost.push(unsaid.at(definition.place("limits")));
            continue;
        };
        let value = |value: u64| match value {
            u64::MAX => "unlimited".to_owned(),
            value => value.div_ceil(scale).to_string(),
        };
        let sets = match limit.soft == limit.hard {
            true => vec![("", limit.hard)],
            false => vec![("S", limit.soft), ("H", limit.hard)],
        };
        for (kind, number) in sets {
            let number = value(number);
            lines.push(match letter {
                // The letter differs between shells.
                'u' => {
                    format!("ulimit -{kind}u {number} 2>/dev/null || ulimit -{kind}p {number}")
                }
                letter => format!("ulimit -{kind}{letter} {number}"),
            });
        }
    }
    lines
}

/// Lines that make a definition's environment. Files win over what is said directly, so they are read
/// last.
pub(super) fn environment(definition: &Definition, lost: &mut Vec<Lost>) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, value) in &definition.environment {
        if !unit::values::environment::is_variable_name(name) {
            let why = "a shell has no variable of such a name";
            lost.push(Lost::new(format!("the variable {name}"), why));
            continue;
        }
        lines.push(format!("export {name}={}", quote(value)));
    }
    for file in &definition.environment_files {
        let path = quote(&file.path);
        lines.push("set -a".to_owned());
        lines.push(match file.is_optional {
            true => format!("[ ! -r {path} ] || . {path}"),
            false => format!(". {path}"),
        });
        lines.push("set +a".to_owned());
        if let Some(place) = definition.place("environment_files") {
            let why = "the shell reads it there: values with blanks need quotes, and $ and ` count";
            let change = Lost::change(format!("EnvironmentFile={}", file.path), why);
            lost.push(change.at(Some(place)));
        }
    }
    lines
}

/// A text in one line, without control characters: what stands in a comment.
pub(super) fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whole seconds of microseconds, upwards.
pub(super) fn seconds(usec: u64) -> u64 {
    usec.div_ceil(1_000_000)
}

/// start-stop-daemon's schedule of a stop: signal, time, kill.
pub(super) fn retry(definition: &Definition, usual_seconds: u64) -> String {
    let signal = definition.stop_signal.as_deref().unwrap_or("SIGTERM").trim_start_matches("SIG");
    match definition.stop_timeout_usec {
        // Both tools want a number: a day is as long as it takes.
        Some(u64::MAX) => format!("{signal}/86400"),
        Some(usec) => format!("{signal}/{}/KILL/5", seconds(usec).max(1)),
        None => format!("{signal}/{usual_seconds}/KILL/5"),
    }
}
