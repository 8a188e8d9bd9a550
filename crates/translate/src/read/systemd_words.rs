//! Command lines of unit files.

use unit::values::Command as UnitCommand;
use unit::values::command::{CommandLine, Privilege};
use unit::values::environment::is_variable_name;

use crate::{Command, Piece, Word};

/// The commands of an assignment, and whether a prefix says what nothing else can.
pub(super) fn commands(command: &UnitCommand) -> (Vec<Command>, bool) {
    let is_odd = |line: &CommandLine| {
        matches!(line.prefixes.privilege, Privilege::KeepUser | Privilege::Ambient)
    };
    (command.lines().map(one).collect(), command.lines().any(is_odd))
}

fn one(line: &CommandLine) -> Command {
    let prefixes = line.prefixes;
    let mut argv: Vec<Word> = Vec::new();
    if prefixes.via_shell {
        let words = std::iter::once(&*line.path).chain(line.arguments.iter().map(|word| &**word));
        let text: Vec<&str> = words.collect();
        argv.extend(["/bin/sh", "-c"].map(Word::text));
        argv.push(Word::text(text.join(" ")));
    } else {
        argv.push(Word::text(&*line.path));
        argv.extend(line.arguments.iter().map(|text| word(text, prefixes.keeps_variables)));
    }
    let argv0 = line.argv0.as_deref().filter(|_| !prefixes.via_shell).map(str::to_owned);
    let as_root = prefixes.privilege != Privilege::Normal;
    Command { argv, argv0, ignores_failure: prefixes.ignores_failure, as_root }
}

/// An argument: `$NAME`, `${NAME}` and `$$` in it.
fn word(text: &str, is_plain: bool) -> Word {
    if is_plain {
        return Word::text(text);
    }
    if let Some(name) = text.strip_prefix('$').filter(|name| is_variable_name(name)) {
        return Word::split(name);
    }
    let mut word = Word::default();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        word.push(before);
        let braced = behind.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        rest = match (behind.strip_prefix('$'), braced) {
            (Some(behind), _) => {
                word.push("$");
                behind
            }
            (None, Some((name, behind))) if is_variable_name(name) => {
                word.pieces.push(Piece::Variable(name.to_owned()));
                behind
            }
            _ => {
                word.push("$");
                behind
            }
        };
    }
    word.push(rest);
    word
}
