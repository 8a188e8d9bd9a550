//! What a database is compiled from: files `*.catalog` that packages bring.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::{Catalog, Item, Language, database};
use crate::id::Id128;

/// Below the root. A file of an earlier folder hides those of its name in later ones.
const FOLDERS: [&str; 2] = ["usr/local/lib/systemd/catalog", "usr/lib/systemd/catalog"];
/// Larger ones are not read.
const SIZE_MAX: u64 = 64 << 20;

/// Explanations in the order in which they were first met.
#[derive(Default)]
struct Collection {
    places: HashMap<(Id128, Language), usize>,
    texts: Vec<((Id128, Language), Vec<u8>)>,
}

/// All files of that root.
pub fn compile(root: &Path) -> io::Result<Catalog> {
    let mut files: BTreeMap<OsString, PathBuf> = BTreeMap::new();
    for folder in FOLDERS {
        let folder = match std::fs::read_dir(root.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            folder => folder?,
        };
        for file in folder {
            let file = file?;
            let name = file.file_name();
            let bytes = name.as_encoded_bytes();
            if bytes.ends_with(b".catalog") && !bytes.starts_with(b".") && file.path().is_file() {
                files.entry(name).or_insert_with(|| file.path());
            }
        }
    }
    let mut collection = Collection::default();
    for path in files.values() {
        if std::fs::metadata(path)?.len() > SIZE_MAX {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{} is too large", path.display()),
            ));
        }
        let text = std::fs::read(path)?;
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        collection.read(&text, file_language(name)).map_err(|(line, what)| {
            let text = format!("[{}:{line}] {what}", path.display());
            io::Error::new(io::ErrorKind::InvalidData, text)
        })?;
    }
    Ok(collection.finish())
}

/// The language of a file named `systemd.de.catalog`.
fn file_language(name: &[u8]) -> Option<Language> {
    let name = name.strip_suffix(b".catalog")?;
    let dot = memchr::memrchr(b'.', name)?;
    let language = name.get(dot + 1..).filter(|language| !language.is_empty())?;
    database::language(language)
}

/// An explanation's first line: `-- ID`, or `-- ID LANGUAGE`.
fn begin(line: &[u8]) -> Option<(Id128, Option<&[u8]>)> {
    let (digits, rest) = line.strip_prefix(b"-- ")?.split_at_checked(32)?;
    let language = match rest.split_first() {
        None => None,
        Some((b' ', language)) => Some(language.trim_ascii()),
        Some(_) => return None,
    };
    Some((str::from_utf8(digits).ok()?.parse().ok()?, language))
}

impl Collection {
    /// One file; on failure the line and what is wrong there.
    fn read(
        &mut self,
        text: &[u8],
        of_file: Option<Language>,
    ) -> Result<(), (usize, &'static str)> {
        let mut current: Option<(Id128, Language)> = None;
        let mut body = Vec::new();
        let mut after_empty = true;
        let mut count = 0;
        for line in text.split(|byte| *byte == b'\n') {
            count += 1;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                after_empty = true;
                continue;
            }
            if matches!(line.first(), Some(b'#' | b';')) {
                continue;
            }
            if let Some((id, language)) = begin(line).filter(|_| after_empty) {
                if let Some(item) = current {
                    self.put(item, std::mem::take(&mut body)).map_err(|what| (count, what))?;
                }
                let language = match language {
                    None => None,
                    Some([] | [_]) => return Err((count, "Language too short.")),
                    Some(name) => {
                        Some(database::language(name).ok_or((count, "language too long."))?)
                    }
                };
                current = Some((id, language.or(of_file).unwrap_or_default()));
                after_empty = false;
                continue;
            }
            if current.is_none() {
                return Err((count, "Got payload before ID."));
            }
            if after_empty {
                body.push(b'\n');
            }
            body.extend_from_slice(line);
            body.push(b'\n');
            after_empty = false;
        }
        match current {
            Some(item) => self.put(item, body).map_err(|what| (count, what)),
            None => Ok(()),
        }
    }

    fn put(&mut self, item: (Id128, Language), text: Vec<u8>) -> Result<(), &'static str> {
        if text.is_empty() {
            return Err("No payload text.");
        }
        match self.places.get(&item).and_then(|place| self.texts.get_mut(*place)) {
            Some((_, old)) => *old = combined(&text, old),
            None => {
                self.places.insert(item, self.texts.len());
                self.texts.push((item, text));
            }
        }
        Ok(())
    }

    /// The texts one behind the other; what another one ends with is not written again.
    fn finish(self) -> Catalog {
        let mut catalog = Catalog { items: Vec::new(), texts: vec![0] };
        let mut written: Vec<(u64, &[u8])> = Vec::new();
        for ((id, language), text) in &self.texts {
            // What journalctl reads ends at a zero byte.
            let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
            let same = written.iter().find(|(_, other)| other.ends_with(text));
            let offset = match same {
                Some((offset, other)) => offset + (other.len() - text.len()) as u64,
                None => {
                    let offset = catalog.texts.len() as u64;
                    catalog.texts.extend_from_slice(text);
                    catalog.texts.push(0);
                    written.push((offset, text));
                    offset
                }
            };
            catalog.items.push(Item { id: *id, language: *language, offset });
        }
        catalog.items.sort_by_key(|item| (item.id, item.language));
        catalog
    }
}

/// A later explanation of the same message with an earlier one: its head's lines before the other's
/// (the first of a name counts), and its text, or the other's where it has none.
fn combined(later: &[u8], earlier: &[u8]) -> Vec<u8> {
    let (head, body) = parts(later);
    let (other_head, other_body) = parts(earlier);
    [head, other_head, if body.is_empty() { other_body } else { body }].concat()
}

/// The head's lines, and the rest with the empty line before it.
fn parts(text: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = text;
    while let Some(after) = database::after_line(rest) {
        rest = after;
    }
    text.split_at_checked(text.len() - rest.len()).unwrap_or((text, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "0123456789abcdef0123456789abcdef";

    fn read(files: &[(&str, &str)]) -> Result<Catalog, (usize, &'static str)> {
        let mut collection = Collection::default();
        for (name, text) in files {
            collection.read(text.as_bytes(), file_language(name.as_bytes()))?;
        }
        Ok(collection.finish())
    }

    #[test]
    fn languages_of_files_and_of_explanations() {
        let german = format!(
            "# comment\n-- {ONE}\nSubject: Deutsch\n\nText\n\n\n-- {ONE} pl\nSubject: Polski\n"
        );
        let english = format!("-- {ONE}\nSubject: English\n");
        let catalog = read(&[("a.de.catalog", &german), ("a.catalog", &english)]).unwrap();
        let id = ONE.parse().unwrap();
        let text =
            |language| String::from_utf8_lossy(catalog.text(id, language).unwrap()).into_owned();
        assert_eq!(text("de_AT.UTF-8"), "Subject: Deutsch\n\nText\n");
        assert_eq!(text("pl@latin"), "Subject: Polski\n");
        for other in ["", "C", "C.UTF-8", "en_GB", "xx_YY.UTF-8@long"] {
            assert_eq!(text(other), "Subject: English\n", "{other}");
        }
    }

    #[test]
    fn the_same_message_twice() {
        let first = format!("-- {ONE}\nSubject: one\nSupport: here\n\nBody\n");
        let second = format!("-- {ONE}\nSubject: two\n");
        let catalog = read(&[("a.catalog", &first), ("b.catalog", &second)]).unwrap();
        let text = catalog.text(ONE.parse().unwrap(), "C").unwrap();
        assert_eq!(str::from_utf8(text), Ok("Subject: two\nSubject: one\nSupport: here\n\nBody\n"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let line = |text: &str| read(&[("a.catalog", text)]).map(drop).unwrap_err();
        assert_eq!(line("\nhello\n"), (2, "Got payload before ID."));
        assert_eq!(line(&format!("-- {ONE}\n\n-- {ONE}\nx\n")), (3, "No payload text."));
        assert_eq!(line(&format!("-- {ONE} x\n")), (1, "Language too short."));
        assert_eq!(line(&format!("-- {ONE} {}\n", "x".repeat(32))), (1, "language too long."));
    }
}
