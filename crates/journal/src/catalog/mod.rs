//! The message catalogue, see catalog in journalctl(1): longer explanations by message id.
//!
//! [`Catalog::open`] takes the database that `journalctl --update-catalog` compiled, and where there is
//! none (packages are unpacked before it is run), what it is compiled from.

mod database;
mod source;

use std::io;
use std::path::Path;

use crate::id::Id128;

/// A language as the catalogue has it: at most 31 bytes, zeros behind. English, the first of all, has
/// none.
type Language = [u8; 32];

/// The longest field that is put into a text, its name and `=` counted.
const FIELD_MAX: usize = 4096;

/// Explanations of messages, in all languages that there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// By id and language.
    items: Vec<Item>,
    /// The explanations, each with a zero byte behind it.
    texts: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Item {
    id: Id128,
    language: Language,
    /// Of its explanation.
    offset: u64,
}

impl Catalog {
    /// The machine's catalogue under that root: the compiled database, or where there is none, what
    /// it is compiled from.
    ///
    /// # Errors
    /// What is there can't be read or is damaged; neither is there ([`io::ErrorKind::NotFound`]).
    pub fn open(root: &Path) -> io::Result<Catalog> {
        match Catalog::open_database(root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let catalog = Catalog::compile(root)?;
                if catalog.items.is_empty() { Err(error) } else { Ok(catalog) }
            }
            done => done,
        }
    }

    /// The compiled database alone, which is all that journalctl(1) looks at.
    ///
    /// # Errors
    /// It is not there, can't be read, or is damaged.
    pub fn open_database(root: &Path) -> io::Result<Catalog> {
        database::read(&root.join(database::PATH))
    }

    /// All `*.catalog` files of that root, compiled.
    ///
    /// # Errors
    /// One can't be read, or is not written as it should be: the error says where.
    pub fn compile(root: &Path) -> io::Result<Catalog> {
        source::compile(root)
    }

    /// Writes the database of that root anew, as `journalctl --update-catalog` does. Nothing is
    /// written where there are no explanations.
    ///
    /// # Errors
    /// It can't be written.
    pub fn save(&self, root: &Path) -> io::Result<()> {
        if self.items.is_empty() {
            return Ok(());
        }
        database::write(&root.join(database::PATH), &database::bytes(self))
    }

    /// The explanation of that message: in that language (`de_DE.UTF-8`, as [`language`] has it), in
    /// the same language of another place (`de`), or in English. Lines `Subject: …` and the like come
    /// first, then an empty line and the text; `@FIELD@` stands for a field of the entry, see
    /// [`substitute`].
    pub fn text(&self, id: Id128, language: &str) -> Option<&[u8]> {
        let name = language.split(['.', '@']).next().unwrap_or_default();
        let full = database::language(name.as_bytes());
        let short = name.split_once('_').and_then(|(name, _)| database::language(name.as_bytes()));
        let wanted = if matches!(language, "" | "C" | "POSIX") { [None; 2] } else { [full, short] };
        let mut languages = wanted.into_iter().flatten().chain([Language::default()]);
        languages.find_map(|language| self.find(id, language))
    }

    fn find(&self, id: Id128, language: Language) -> Option<&[u8]> {
        let at = self.items.binary_search_by(|item| (item.id, item.language).cmp(&(id, language)));
        let item = self.items.get(at.ok()?)?;
        let text = self.texts.get(usize::try_from(item.offset).ok()?..)?;
        text.get(..memchr::memchr(0, text)?)
    }

    /// All messages by their ids, each with its explanation, as [`Catalog::text`] has it.
    pub fn all<'c>(&'c self, language: &'c str) -> impl Iterator<Item = (Id128, &'c [u8])> {
        let runs = self.items.chunk_by(|a, b| a.id == b.id).filter_map(|run| run.first());
        runs.filter_map(move |item| Some((item.id, self.text(item.id, language)?)))
    }
}

/// The language of messages by the environment, see locale(7): `variable` looks one up.
pub fn language(variable: impl Fn(&str) -> Option<String>) -> String {
    let mut values = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable);
    values.find(|value| !value.is_empty()).unwrap_or_default()
}

/// The text with each `@FIELD@` replaced by what the entry says of that field, up to the first zero
/// byte. Where it says nothing, or more than 4096 bytes, the field's name is left, as journalctl(1)
/// does.
pub fn substitute(text: &[u8], mut field: impl FnMut(&[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut done = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'@', rest) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        done.extend_from_slice(before);
        let name = from.get(1..).unwrap_or_default();
        let length =
            name.iter().take_while(|byte| byte.is_ascii_uppercase() || **byte == b'_').count();
        let (name, behind) = name.split_at_checked(length).unwrap_or_default();
        if name.is_empty() || behind.first() != Some(&b'@') {
            done.push(b'@');
            rest = from.get(1..).unwrap_or_default();
            continue;
        }
        match field(name).filter(|value| name.len() + 1 + value.len() <= FIELD_MAX) {
            Some(value) => done.extend(value.iter().take_while(|byte| **byte != 0)),
            None => done.extend_from_slice(name),
        }
        rest = behind.get(1..).unwrap_or_default();
    }
    done.extend_from_slice(rest);
    done
}

/// What an explanation's line of that name says: `Subject`, `Defined-By`, `Documentation` …
pub fn header<'t>(text: &'t [u8], name: &str) -> Option<&'t [u8]> {
    let mut rest = text;
    loop {
        let value = rest.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b":"));
        if let Some(value) = value {
            let value = value.trim_ascii_start();
            let end = memchr::memchr2(b'\n', b'\r', value).unwrap_or(value.len());
            return value.get(..end);
        }
        rest = database::after_line(rest)?;
    }
}

/// A line of `journalctl --list-catalog` for that explanation, its end included.
pub fn one_line(id: Id128, text: &[u8]) -> Vec<u8> {
    let [by, subject] = ["Defined-By", "Subject"].map(|name| header(text, name).unwrap_or(b"n/a"));
    let id = id.to_string();
    [id.as_bytes(), b" ", by, b": ", subject, b"\n"].concat()
}

/// What `journalctl --dump-catalog` prints for that explanation.
pub fn dump(id: Id128, text: &[u8]) -> Vec<u8> {
    [b"-- ", id.to_string().as_bytes(), b"\n", text, b"\n"].concat()
}
