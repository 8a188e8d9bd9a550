//! What is left out after the filter: entries whose message does not match, or whose identifier is not wanted.

use std::ops::Range;

use present::log::Entry;

use super::grep::Grep;
use super::query::Query;

/// Looks at entries one by one.
#[derive(Clone)]
pub struct Sieve {
    grep: Option<Grep>,
    excluded: Vec<Vec<u8>>,
}

impl Sieve {
    /// That of a query.
    pub fn new(query: &Query) -> Sieve {
        Sieve { grep: query.grep.clone(), excluded: query.excluded_identifiers.clone() }
    }

    /// The fields that it looks at.
    pub fn wants(&self) -> impl Iterator<Item = &'static [u8]> {
        let message = self.grep.as_ref().map(|_| b"MESSAGE".as_slice());
        let identifier = (!self.excluded.is_empty()).then_some(b"SYSLOG_IDENTIFIER".as_slice());
        message.into_iter().chain(identifier)
    }

    /// Whether an entry is wanted, and if so, what of its message matches.
    #[inline]
    pub fn look(&self, entry: &impl Entry) -> Option<Option<Range<usize>>> {
        if !self.excluded.is_empty() {
            let identifier = entry.fields().find(|field| field.name == b"SYSLOG_IDENTIFIER");
            if identifier.is_some_and(|field| self.excluded.iter().any(|id| id == field.value)) {
                return None;
            }
        }
        let Some(grep) = &self.grep else { return Some(None) };
        let message = entry.fields().find(|field| field.name == b"MESSAGE")?;
        grep.find(message.value).map(Some)
    }
}
