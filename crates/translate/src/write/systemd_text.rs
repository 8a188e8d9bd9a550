//! The text of a unit file.

use unit::Value;
use unit::table::{Group, Id, Kind};
use unit::time::span::format_usec;
use unit::values::command::{CommandLine, Prefixes, Privilege};

use super::Unwritable;
use crate::{Command, Definition, Piece, System, Word};

/// Sections, and lines in them, in the order in which they are written.
#[derive(Default)]
pub(super) struct Text {
    text: String,
}

impl Text {
    pub fn section(&mut self, name: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&format!("[{name}]\n"));
    }

    /// A line as it is.
    pub fn raw(&mut self, key: &str, value: &str) {
        self.text.push_str(&format!("{key}={}\n", value.replace('\n', " ")));
    }

    /// A value in the syntax of its directive.
    ///
    /// # Errors
    /// A text that no line of a unit file can hold.
    pub fn put(&mut self, key: &str, kind: Kind, value: &Value) -> Result<(), Unwritable> {
        let text = value.written(kind).to_string();
        // Code points that stand for no character cost the whole file.
        let is_none =
            |c| matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe;
        let is_fit = !text.contains(|char: char| char.is_control() && char != '\t')
            && !text.contains(is_none)
            && !text.ends_with('\\')
            && text.trim() == text;
        if !is_fit {
            let shown = text.escape_debug().to_string();
            return Err(Unwritable::new(format!("{key}= can't have the value \"{shown}\"")));
        }
        self.raw(key, &text);
        Ok(())
    }

    /// A text of the kind that the directive has.
    pub fn text(&mut self, group: Group, key: &str, text: &str) -> Result<(), Unwritable> {
        let kind = Id::look_up(group, key).map_or(Kind::Text, |id| id.directive().kind);
        self.put(key, kind, &Value::Text(text.into()))
    }

    pub fn span(&mut self, key: &str, usec: u64) {
        self.raw(key, &format_usec(usec, 1));
    }

    pub fn natives(&mut self, definition: &Definition, section: &str) {
        for native in &definition.natives {
            if native.system == System::Systemd && native.section == section {
                self.raw(&native.key, &native.value);
            }
        }
    }

    /// A command line.
    ///
    /// # Errors
    /// A word that no unit file can hold.
    pub fn command(
        &mut self,
        definition: &Definition,
        key: &str,
        command: &Command,
    ) -> Result<(), Unwritable> {
        let (path, arguments) = match command.program().filter(|program| is_program(program)) {
            Some(program) => (program, command.arguments().iter().map(argument).collect()),
            None => {
                // A program by a relative path, or one that a variable names: a shell finds it.
                let mut words: Vec<Box<str>> = ["-c", "exec \"$$@\"", "sh"].map(Box::from).to_vec();
                words.extend(command.argv.iter().map(argument));
                ("/bin/sh".to_owned(), words)
            }
        };
        let needs_root = command.as_root && definition.user.is_some();
        let prefixes = Prefixes {
            ignores_failure: command.ignores_failure,
            privilege: if needs_root { Privilege::Full } else { Privilege::Normal },
            ..Prefixes::default()
        };
        let line = CommandLine {
            prefixes,
            path: path.into(),
            argv0: command.argv0.as_deref().map(|name| name.replace('$', "$$").into()),
            arguments: arguments.into(),
        };
        self.put(key, Kind::Command, &Value::Command(Box::new(line.into())))
    }

    pub fn done(self) -> String {
        self.text
    }
}

/// What systemd itself finds.
fn is_program(program: &str) -> bool {
    let is_name =
        !program.contains('/') && program.starts_with(|c: char| c.is_ascii_alphanumeric());
    (program.starts_with('/') || is_name) && !program.contains('$') && !program.ends_with('/')
}

/// A word in which dollars are doubled, but for variables.
fn argument(word: &Word) -> Box<str> {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.replace('$', "$$"),
        Piece::Variable(name) if word.is_split => format!("${name}"),
        Piece::Variable(name) => format!("${{{name}}}"),
    };
    word.pieces.iter().map(piece).collect::<String>().into()
}
