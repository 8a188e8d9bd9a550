//! What could not be read, and what would help.

use std::io::Write as _;
use std::path::PathBuf;

use journal::text::{Trouble, Why as TextWhy};
use present::Why;
use present::json::Note;

use crate::logs::Shown;

/// Where there is nothing to read, and nothing that says why.
const NOTHING: &str = "there is no journal and no other log here that was asked for";

/// What is known of sources before they are read.
#[derive(Debug, Default)]
pub struct Notes {
    /// Of the journal, a line each.
    pub lines: Vec<String>,
    /// Of sources that can't be opened.
    pub troubles: Vec<Trouble>,
    /// There are journal files.
    pub has_journal: bool,
    /// The other sources.
    pub texts: Vec<PathBuf>,
}

impl Notes {
    /// Whether there was nothing at all that could be read.
    pub fn is_all_unread(&self, shown: &Shown) -> bool {
        let is_unread = |path: &PathBuf| {
            shown.troubles.iter().any(|t| t.path == *path && t.why == TextWhy::NotPermitted)
        };
        !self.has_journal && self.texts.iter().all(is_unread)
    }

    /// Tells it on standard error.
    pub fn tell(&self, shown: &Shown, is_quiet: bool) {
        let mut lines: Vec<String> = Vec::new();
        if !is_quiet {
            lines.extend(self.lines.iter().cloned());
            lines.extend(damage(shown).map(|(path, what)| format!("{path}: damaged {what}")));
        }
        lines.extend(self.troubles(shown).into_iter().map(|(_, line)| line));
        if lines.is_empty() && self.is_all_unread(shown) {
            lines.push(NOTHING.to_owned());
        }
        let mut error = std::io::stderr().lock();
        for line in lines {
            // Nothing is left to do when standard error itself is closed.
            let _ = writeln!(error, "daemonctl: {}", present::text::clean(line.as_bytes()));
        }
    }

    /// The same for the end of a document.
    pub fn document(&self, shown: &Shown) -> Vec<Note> {
        let note = |what: &str, reason, detail| Note { what: what.to_owned(), reason, detail };
        let journal = self.lines.iter().map(|line| {
            let is_refused = line.starts_with("not permitted");
            let why = if is_refused { Why::NotPermitted } else { Why::Unknown };
            note("the journal", why, line.clone())
        });
        let damage = damage(shown).map(|(path, what)| note(&path, Why::Unknown, what));
        let texts = self.troubles(shown).into_iter().map(|(why, line)| note("logs", why, line));
        let mut notes: Vec<Note> = journal.chain(damage).chain(texts).collect();
        if notes.is_empty() && self.is_all_unread(shown) {
            notes.push(note("logs", Why::NotApplicable, NOTHING.to_owned()));
        }
        notes
    }

    /// What sources of text have to say, what they say alike in one line.
    fn troubles(&self, shown: &Shown) -> Vec<(Why, String)> {
        let mut groups: Vec<(&Trouble, usize)> = Vec::new();
        for trouble in self.troubles.iter().chain(&shown.troubles) {
            let same = groups.iter_mut().find(|(first, _)| {
                first.why == trouble.why
                    && first.detail == trouble.detail
                    && first.hint == trouble.hint
                    && first.why == TextWhy::NotPermitted
            });
            match same {
                Some((first, _)) if first.path == trouble.path => {}
                Some((_, more)) => *more += 1,
                None => groups.push((trouble, 0)),
            }
        }
        let words = |(trouble, more): (&Trouble, usize)| {
            let path = trouble.path.display();
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let hint = trouble.hint.as_ref().map_or(String::new(), |hint| format!(" ({hint})"));
            let why = match trouble.why {
                TextWhy::NotPermitted => Why::NotPermitted,
                _ => Why::Unknown,
            };
            (why, format!("{path}{more}: {}{hint}", trouble.detail))
        };
        groups.into_iter().map(words).collect()
    }
}

fn damage(shown: &Shown) -> impl Iterator<Item = (String, String)> {
    shown
        .damage
        .iter()
        .map(|damage| (damage.path.to_string_lossy().into_owned(), damage.damage.to_string()))
}
