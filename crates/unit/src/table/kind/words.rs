//! Words that a value may consist of, and their spellings.

/// Words that are allowed. One that may be spelt in several ways is written `us|usec|μs`: the first
/// is the canonical spelling. [`word`] looks one up, [`canonical`] lists them.
pub type Words = &'static [&'static str];

/// The canonical spelling of a word that is allowed.
pub fn word(words: Words, text: &str) -> Option<&'static str> {
    if text.contains('|') {
        return None;
    }
    words.iter().find_map(|entry| {
        let mut spellings = entry.split('|');
        let first = spellings.next()?;
        (first == text || spellings.any(|spelling| spelling == text)).then_some(first)
    })
}

/// The words that are allowed, in their canonical spelling, in the order of the table.
pub fn canonical(words: Words) -> impl Iterator<Item = &'static str> {
    words.iter().filter_map(|entry| entry.split('|').next())
}
