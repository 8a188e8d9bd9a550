//! The command line, read: options as they come, then what follows from several of them.

use std::ffi::OsString;

use journal::places::Whose;

use super::super::getopt::{Order, Reader};
use super::failure::Failure;
use super::option_table::{Flow, Row, TABLE};
use super::settings::{Action, Lines, Settings};
use crate::logs::grep::Grep;

/// A command line that was understood.
#[derive(Debug)]
pub enum Understood {
    /// An option has answered already: this is to be printed.
    Answer(String),
    /// What is to be done, and the words that are no options.
    Do(Box<Settings>, Vec<OsString>),
}

/// What stands beside the option that is being read: two of them look whether it is meant for them.
pub type Words<'a> = Reader<'a, Row>;

impl Settings {
    /// Reads a command line. `program` is how the program was called.
    ///
    /// # Errors
    /// It can't be understood, in journalctl's words.
    pub fn parse(program: &str, args: &[OsString], now_usec: u64) -> Result<Understood, Failure> {
        let mut settings = Box::new(Settings { now_usec, ..Settings::default() });
        let mut reader: Words<'_> = Reader::new(TABLE, args, order());
        while let Some(option) = reader.next_option() {
            let (row, value) =
                option.map_err(|problem| Failure::usage(format!("{program}: {problem}")))?;
            let value = value.as_deref();
            match (row.apply)(&mut settings, value, &mut reader)? {
                Flow::On => {}
                Flow::Answer(text) => return Ok(Understood::Answer(text)),
            }
        }
        let words = reader.into_words();
        settings.finish(&words)?;
        Ok(Understood::Do(settings, words))
    }

    /// What follows from several options, and what can't be said together.
    fn finish(&mut self, words: &[OsString]) -> Result<(), Failure> {
        if self.no_tail {
            self.lines = Lines::All;
        } else if self.follow && self.since_usec.is_none() && self.lines == Lines::Unsaid {
            self.lines = Lines::Last(10);
        }
        let refuse = |text: &str| Err(Failure::new(text));
        let count = |all: &[bool]| all.iter().filter(|is_said| **is_said).count();
        let places = [
            self.directory.is_some(),
            !self.files.is_empty(),
            self.machine.is_some(),
            self.root.is_some(),
            self.image.is_some(),
        ];
        if count(&places) > 1 {
            return refuse(
                "Please specify at most one of -D/--directory=, --file=, -M/--machine=, --root=, --image=.",
            );
        }
        if self.since_usec.zip(self.until_usec).is_some_and(|(since, until)| since > until) {
            return refuse("--since= must be before --until=.");
        }
        let starts =
            [self.cursor.is_some(), self.after_cursor.is_some(), self.since_usec.is_some()];
        if count(&starts) > 1 {
            return refuse("Please specify only one of --since=, --cursor=, and --after-cursor=.");
        }
        if self.follow && self.reverse {
            return refuse("Please specify either --reverse= or --follow=, not both.");
        }
        let takes_words =
            matches!(self.action, Action::Show | Action::DumpCatalog | Action::ListCatalog);
        if let Some(first) = words.first().filter(|_| !takes_words) {
            let first = first.to_string_lossy();
            return Err(Failure::new(format!("Extraneous arguments starting with '{first}'")));
        }
        if (self.boot.is_some() || self.action == Action::ListBoots) && self.merge {
            return refuse("Using --boot or --list-boots with --merge is not supported.");
        }
        if self.whose() == Whose::User {
            // The user's journal has entries of the user's units only.
            let units = std::mem::take(&mut self.units);
            let new = units.into_iter().filter(|unit| !self.user_units.contains(unit));
            let new: Vec<String> = new.collect();
            self.user_units.extend(new);
        }
        self.compile()
    }

    fn compile(&mut self) -> Result<(), Failure> {
        let Some(pattern) = &self.pattern else { return Ok(()) };
        let grep = Grep::new(pattern, self.case)
            .map_err(|error| Failure::new(format!("Bad pattern \"{pattern}\": {error}")))?;
        self.grep = Some(grep);
        // Which lines are the last ones that match is known only from the end.
        self.reverse |= self.lines.limit().is_some() && !self.follow;
        Ok(())
    }
}

/// Where options may stand: getopt_long(3) looks at the environment.
fn order() -> Order {
    match std::env::var_os("POSIXLY_CORRECT") {
        Some(_) => Order::First,
        None => Order::Anywhere,
    }
}
