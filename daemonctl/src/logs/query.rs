//! What is asked: which entries, from where, and how they look.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use journal::catalog::substitute;
use journal::filter::Filter;
use journal::set::{Position, Set};
use journal::walk::FileDamage;
use present::log::Entry;

use super::grep::Grep;
use super::texts::TextSource;

/// Which entries, in which order.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Which entries of journal files.
    pub filter: Filter,
    /// What their messages have to match; the match is highlighted.
    pub grep: Option<Grep>,
    /// Leaves out what has one of these identifiers.
    pub excluded_identifiers: Vec<Vec<u8>>,
    /// Not before that, in microseconds since 1970.
    pub since_usec: Option<u64>,
    /// Not after that, in microseconds since 1970.
    pub until_usec: Option<u64>,
    /// Where to start.
    pub start: Start,
    /// Newest first.
    pub reverse: bool,
    /// At most so many entries. Forward, without [`Query::since_usec`] or a cursor, the last ones.
    pub lines: Option<u64>,
    /// [`Query::lines`] are the last of those that lie within the times and match [`Query::grep`]. With
    /// journalctl of systemd 252 they are the first since a time, and matches among the last so many.
    pub counts_matches: bool,
    /// Wait for more, until nobody reads any more.
    pub follow: bool,
    /// Tell with `-- Boot … --` where one boot's entries end and another's begin.
    pub boot_lines: bool,
}

impl Query {
    /// Whether entries are looked at one by one, and left out, after the filter.
    pub fn has_tests(&self) -> bool {
        self.grep.is_some() || !self.excluded_identifiers.is_empty()
    }
}

/// Where to start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// Where times, lines and direction have it.
    #[default]
    Edge,
    /// At the entry of that cursor.
    At(journal::cursor::Cursor),
    /// Beyond it.
    After(journal::cursor::Cursor),
}

/// Where entries come from.
pub struct Sources {
    /// Journal files.
    pub set: Set,
    /// What is text; merged by time.
    pub texts: Vec<TextSource>,
}

impl Sources {
    /// Journal files alone.
    pub fn of_journal(set: Set) -> Sources {
        Sources { set, texts: Vec::new() }
    }
}

/// How entries look.
#[derive(Clone)]
pub struct Rendering {
    /// By name.
    pub format: present::log::Format,
    /// What varies it.
    pub options: present::log::Options,
    /// The zone that times are shown in, unless the options say UTC.
    pub zone: TimeZone,
    /// The catalogue's words for entries that have a `MESSAGE_ID` (-x).
    pub explain: Option<Arc<Explanations>>,
    /// Before each entry stands the source that it is of.
    pub marks: bool,
    /// For people to read on a terminal, instead of the format.
    pub people: Option<present::log::Look>,
    /// It goes to a terminal: control characters of entries are made visible.
    pub cleans: bool,
}

/// The message catalogue, in a language.
#[derive(Debug)]
pub struct Explanations {
    /// All of it.
    pub catalog: journal::catalog::Catalog,
    /// As `$LC_MESSAGES` has it.
    pub language: String,
}

impl Explanations {
    /// The catalogue below that root, in the language of the locale. Where there is none it explains
    /// nothing.
    pub fn of_machine(root: &Path) -> Explanations {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let language = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG"));
        Explanations {
            catalog: journal::catalog::Catalog::open(root).unwrap_or_default(),
            language: language.unwrap_or_default(),
        }
    }

    /// What it says of an entry, by its `MESSAGE_ID`.
    pub fn of(&self, entry: &impl Entry) -> Option<Vec<u8>> {
        let field = |name: &[u8]| entry.fields().find(|field| field.name == name);
        let id = str::from_utf8(field(b"MESSAGE_ID")?.value).ok()?.parse().ok()?;
        let text = self.catalog.text(id, &self.language)?;
        Some(substitute(text, |name| field(name).map(|field| field.value.to_vec())))
    }
}

/// Where it is written to.
pub struct Output<'o> {
    /// Standard output, or a pager's input.
    pub sink: &'o mut (dyn Write + Send),
    /// Is told what was shown and what was in the way, before more is waited for.
    pub waits: Option<&'o dyn Fn(&Shown)>,
}

/// What was shown.
#[derive(Debug, Default)]
pub struct Shown {
    /// How many entries.
    pub entries: u64,
    /// Whether a line was cut to the terminal's width.
    pub cut: bool,
    /// The entry of a journal that was looked at last: what `--show-cursor` tells.
    pub last: Option<Position>,
    /// What is damaged; not more than a hundred.
    pub damage: Vec<FileDamage>,
    /// What of the text sources could not be read.
    pub troubles: Vec<journal::text::Trouble>,
    /// Nobody reads any more.
    pub is_closed: bool,
}

/// Damage that is remembered at most.
const MOST_DAMAGE: usize = 100;

impl Shown {
    /// Remembers damage, up to a bound.
    pub fn note_damage(&mut self, damage: Vec<FileDamage>) {
        let room = MOST_DAMAGE.saturating_sub(self.damage.len());
        self.damage.extend(damage.into_iter().take(room));
    }
}

/// Why nothing more can be shown.
#[derive(Debug)]
pub enum Stopped {
    /// It can't be written.
    Write(std::io::Error),
    /// New entries can't be waited for.
    Watch(std::io::Error),
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stopped::Write(error) => write!(f, "cannot write the output: {error}"),
            Stopped::Watch(error) => write!(f, "cannot wait for new entries: {error}"),
        }
    }
}
