//! Reading command lines.

use std::{borrow::Cow, ops::Range};

use super::{Command, CommandLine, Prefixes, Privilege};
use crate::{
    diagnostic::{Problem, Severity},
    values::{
        Context, Parsed, Value,
        text::{expand_word, is_file_name, refused, simplify},
        words::{BLANKS, Rules, Word, Words, shown},
    },
};

pub(in crate::values) fn parse(
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let said = problems.len();
    let mut reader = Reader { text, words: Words::new(text, Rules::SHELL), context, problems };
    let mut lines = Vec::new();
    while let Some(line) = reader.line() {
        lines.push(line);
    }
    match Command::new(lines) {
        Some(command) => Parsed::Value(Value::Command(Box::new(command))),
        None => {
            // systemd passes over lone semicolons without a word.
            if problems.len() == said {
                problems.push(Problem {
                    severity: Severity::Hint,
                    ..Problem::value(0..text.len(), "there is no command here")
                        .with_help("write a command, or nothing to undo the commands before")
                });
            }
            Parsed::Ignored
        }
    }
}

struct Reader<'t, 'c> {
    text: &'t str,
    words: Words<'t>,
    context: &'c Context<'c>,
    problems: &'c mut Vec<Problem>,
}

/// The program: the first word of a line, its prefixes read.
struct Program<'t> {
    prefixes: Prefixes,
    has_argv0: bool,
    path: Cow<'t, str>,
    at: Range<usize>,
}

impl<'t> Reader<'t, '_> {
    /// The next command line; `None` at the end, or where nothing behind is read.
    fn line(&mut self) -> Option<CommandLine> {
        let first = loop {
            match self.words.next_lenient(self.problems)? {
                Ok(word) if word.text == ";" => {}
                Ok(word) => break word,
                Err(error) => {
                    // systemd ignores the line here, and refuses the unit for the same mistake in a
                    // later word.
                    self.problems.push(error.problem());
                    return None;
                }
            }
        };
        let (prefixes, has_argv0, length) = prefixes(&first.text);
        let program = self.program(first, prefixes, has_argv0, length);
        let line = program.and_then(|program| self.rest_of(program));
        let failed = |problem| if prefixes.ignores_failure { problem } else { refused(problem) };
        line.map_err(|problem| {
            self.problems.push(failed(problem));
            self.words.skip_bytes(self.text.len());
        })
        .ok()
    }

    fn program(
        &self,
        word: Word<'t>,
        prefixes: Prefixes,
        has_argv0: bool,
        length: usize,
    ) -> Result<Program<'t>, Problem> {
        let cut = |text: &str| text.get(length..).unwrap_or_default().to_owned();
        let is_quoted = word.text.len() != word.at.len();
        let text = match word.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(length..).unwrap_or_default()),
            Cow::Owned(text) => Cow::Owned(cut(&text)),
        };
        let start = if is_quoted { word.at.start } else { word.at.start.saturating_add(length) };
        let at = start..word.at.end;
        let whole = word.at;
        let word = Word { text, at: at.clone(), ended_by: None };
        let (path, _) = expand_word(word, self.context)?;
        check(&path, &prefixes)
            .map_err(|(what, help)| {
                let at = if at.is_empty() { whole } else { at.clone() };
                let message = match path.is_empty() {
                    true => what.to_owned(),
                    false => format!("{} {what}", shown(&path)),
                };
                Problem::value(at, message).with_help(help)
            })
            .map(|()| Program { prefixes, has_argv0, path, at })
    }

    /// The arguments, up to the end or to a lone semicolon.
    fn rest_of(&mut self, program: Program<'t>) -> Result<CommandLine, Problem> {
        let Program { prefixes, has_argv0, path, at } = program;
        let mut arguments: Vec<Box<str>> = Vec::new();
        while let Some(rest) = self.words.rest().filter(|rest| !rest.is_empty()) {
            if begins_with_word(rest, ";") {
                self.words.skip_bytes(1);
                break;
            }
            if begins_with_word(rest, "\\;") {
                self.words.skip_bytes(2);
                arguments.push(";".into());
                continue;
            }
            let Some(word) = self.words.next_lenient(self.problems) else { break };
            let (argument, _) = expand_word(word.map_err(|error| error.problem())?, self.context)?;
            arguments.push(argument.into());
        }
        let mut argv0 = None;
        if has_argv0 && prefixes.via_shell {
            argv0 = Some(Box::default());
        } else if has_argv0 {
            if arguments.is_empty() {
                return Err(Problem::value(at, "there is no name for the program behind @")
                    .with_help("write the name that the program is to find as argv[0]"));
            }
            argv0 = Some(arguments.remove(0));
        }
        let original = path;
        // What a shell is given is a word like the others, and its argv[0] is none of ours.
        let path: Box<str> = match original.is_empty() || prefixes.via_shell {
            true => original.as_ref().into(),
            false => simplify(Cow::Borrowed(&*original)).into(),
        };
        // The program sees its path as it was written.
        if argv0.is_none() && *path != *original {
            argv0 = Some(original.into());
        }
        Ok(CommandLine { prefixes, path, argv0, arguments: arguments.into() })
    }
}

/// Whether the text begins with a word that stands alone, not quoted.
fn begins_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word)
        .is_some_and(|rest| rest.bytes().next().is_none_or(|byte| BLANKS.contains(&byte)))
}

/// The prefixes of a program, whether `@` is one of them, and how many bytes they take.
fn prefixes(word: &str) -> (Prefixes, bool, usize) {
    let mut prefixes = Prefixes::default();
    let mut has_argv0 = false;
    let mut length = 0_usize;
    for byte in word.bytes() {
        match (byte, prefixes.privilege) {
            (b'-', _) if !prefixes.ignores_failure => prefixes.ignores_failure = true,
            (b'@', _) if !has_argv0 => has_argv0 = true,
            (b':', _) if !prefixes.keeps_variables => prefixes.keeps_variables = true,
            (b'|', _) if !prefixes.via_shell => prefixes.via_shell = true,
            (b'+', Privilege::Normal) => prefixes.privilege = Privilege::Full,
            (b'!', Privilege::Normal) => prefixes.privilege = Privilege::KeepUser,
            (b'!', Privilege::KeepUser) => prefixes.privilege = Privilege::Ambient,
            _ => break,
        }
        length = length.saturating_add(1);
    }
    (prefixes, has_argv0, length)
}

/// Whether a program can be named so; else why not, and what to do.
fn check(path: &str, prefixes: &Prefixes) -> Result<(), (&'static str, &'static str)> {
    /// The longest path, in bytes.
    const MAX_PATH_BYTES: usize = 4095;
    const HOW: &str = "write an absolute path, or a file's name without slashes";
    let is_unsafe = |byte: u8| byte.is_ascii_control() || b"\"'\\".contains(&byte);
    let last = path.rsplit('/').next().unwrap_or_default();
    if path.is_empty() {
        return match prefixes.via_shell {
            true => Ok(()),
            false => Err(("there is no program to run", HOW)),
        };
    }
    if path.bytes().any(is_unsafe) {
        return Err((
            "has a character in it that no program's path may have",
            "quotes, backslashes and control characters are not allowed there",
        ));
    }
    if matches!(last, "" | "." | "..") {
        return Err(("is a folder, not a program", "write the path of the program"));
    }
    let is_valid = match path.starts_with('/') {
        true => path.len() <= MAX_PATH_BYTES && path.split('/').all(|part| part.len() <= 255),
        false => is_file_name(path),
    };
    match is_valid {
        true => Ok(()),
        false => Err(("is neither an absolute path nor the name of a program", HOW)),
    }
}
