//! Words for how bad it is, and process numbers, near the start of a line.

/// What programs write for the eight priorities of syslog(3).
const WORDS: &[(&str, u8)] = &[
    ("emerg", 0),
    ("emergency", 0),
    ("alert", 1),
    ("crit", 2),
    ("critical", 2),
    ("fatal", 2),
    ("panic", 2),
    ("dpanic", 2),
    ("error", 3),
    ("err", 3),
    ("severe", 3),
    ("eror", 3),
    ("warning", 4),
    ("warn", 4),
    ("wrn", 4),
    ("notice", 5),
    ("note", 5),
    ("info", 6),
    ("information", 6),
    ("informational", 6),
    ("log", 6),
    ("inf", 6),
    ("config", 6),
    ("debug", 7),
    ("trace", 7),
    ("dbg", 7),
    ("fine", 7),
    ("finer", 7),
    ("finest", 7),
    ("verbose", 7),
    ("debug1", 7),
    ("debug2", 7),
    ("debug3", 7),
    ("debug4", 7),
    ("debug5", 7),
];

/// The priority that a word stands for, in any case.
pub fn of_word(word: &[u8]) -> Option<u8> {
    let found = WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known.as_bytes()));
    found.map(|(_, level)| *level)
}

/// The priority of a letter: glog's and ruby's.
pub fn of_letter(letter: u8) -> Option<u8> {
    match letter {
        b'F' => Some(2),
        b'E' => Some(3),
        b'W' => Some(4),
        b'N' => Some(5),
        b'I' | b'A' => Some(6),
        b'D' | b'T' => Some(7),
        _ => None,
    }
}

/// Words are looked for among so many bytes behind the time.
const PRELUDE_BYTES: usize = 160;

/// And among so many words.
const PRELUDE_WORDS: usize = 12;

/// The level that a line names before its message: `[error]`, `ERROR:`, `[core:warn]`, `<info>`, `WARN`.
/// A word within a sentence is none.
pub fn in_prelude(rest: &[u8]) -> Option<u8> {
    let prelude = rest.get(..rest.len().min(PRELUDE_BYTES)).unwrap_or_default();
    words(prelude).take(PRELUDE_WORDS).find_map(|(start, end)| {
        let word = prelude.get(start..end)?;
        let level = of_word(word)?;
        let before = start.checked_sub(1).and_then(|at| prelude.get(at));
        let is_closed = matches!(prelude.get(end), Some(b']' | b':' | b'>' | b'|' | b')'));
        let is_opened = matches!(before, None | Some(b'[' | b'<' | b':' | b'|' | b'(' | b' '));
        let is_capital = word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let is_alone = matches!(prelude.get(end), None | Some(b' ' | b'\t' | b',' | b'\n'));
        (is_opened && (is_closed || is_capital && is_alone)).then_some(level)
    })
}

/// Where words start and end.
fn words(text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.iter().position(u8::is_ascii_alphanumeric)?;
        let word = text.get(start..)?;
        let length = word.iter().position(|byte| !byte.is_ascii_alphanumeric());
        at = start + length.unwrap_or(word.len());
        Some((start, at))
    })
}

/// A process number that a line names before its message: `[1234]`, `123#123:`, `[pid 123:tid 1]`,
/// `#123]`, as its place in the text.
pub fn pid_in_prelude(rest: &[u8]) -> Option<(usize, usize)> {
    let prelude = rest.get(..rest.len().min(PRELUDE_BYTES)).unwrap_or_default();
    words(prelude).take(PRELUDE_WORDS).find(|(start, end)| {
        let word = prelude.get(*start..*end).unwrap_or_default();
        let before = prelude.get(..*start).unwrap_or_default();
        let behind = prelude.get(*end);
        let is_number = word.len() <= 10 && word.iter().all(u8::is_ascii_digit);
        let is_marked = match before.last() {
            Some(b'[') => behind == Some(&b']'),
            Some(b'#') => behind == Some(&b']'),
            Some(b' ') if before.ends_with(b"[pid ") => matches!(behind, Some(b':' | b']')),
            _ => behind == Some(&b'#'),
        };
        is_number && is_marked
    })
}
