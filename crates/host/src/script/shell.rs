//! As much of the shell's language as init scripts need to be read: words, quotes, assignments of
//! plain values, and variables in them. Nothing is run: a value that comes from a command is not
//! known.

use std::collections::BTreeMap;

/// Most values that are kept of a variable that is assigned several times.
const MOST_VALUES: usize = 8;
/// Most variables that are kept.
const MOST_VARIABLES: usize = 512;
/// Longest value that is kept, in bytes: no path is longer.
const LONGEST: usize = 4096;

/// The variables of a script and every value that it assigns to them.
#[derive(Debug)]
pub(super) struct Variables {
    values: BTreeMap<String, Vec<String>>,
}

impl Variables {
    /// Those that are set before a script runs: its own name, for OpenRC.
    pub fn new(script: &str) -> Self {
        let own = ["RC_SVCNAME", "SVCNAME"].map(|n| (n.to_owned(), vec![script.to_owned()]));
        Self { values: BTreeMap::from(own) }
    }

    pub fn all(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.values.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// The value that was assigned last.
    pub fn last(&self, name: &str) -> Option<String> {
        self.values.get(name)?.last().cloned()
    }

    /// Takes the assignments that a line starts with: `A=b`, `export A=b`, `: ${A:=b}`.
    pub fn assign(&mut self, line: &str) {
        if !line.contains('=') || starts_with_other_word(line) {
            return;
        }
        for word in words(line) {
            if goes_before_assignment(&word) {
                continue;
            }
            let default = word.strip_prefix("${").and_then(|w| w.strip_suffix('}'));
            let Some((name, value)) = default.unwrap_or(&word).split_once('=') else { return };
            let name = if default.is_some() { name.trim_end_matches(':') } else { name };
            if name.is_empty() || !name.bytes().all(is_name_byte) {
                return;
            }
            let Some(value) = self.expand_once(value) else { continue };
            if self.values.len() >= MOST_VARIABLES && !self.values.contains_key(name) {
                return;
            }
            let values = self.values.entry(name.to_owned()).or_default();
            if !values.contains(&value) && values.len() < MOST_VALUES {
                values.push(value);
            }
        }
    }

    /// What a word may stand for: all values of a variable where it is nothing but that variable,
    /// else the one text with the last value of each.
    pub fn expand(&self, word: &str) -> Vec<String> {
        let inner = word
            .strip_prefix('$')
            .map(|w| w.strip_prefix('{').and_then(|w| w.strip_suffix('}')).unwrap_or(w));
        match inner.and_then(|name| self.values.get(name)) {
            Some(values) => values.clone(),
            None => self.expand_once(word).into_iter().collect(),
        }
    }

    /// `None` where a value is not known without running something.
    fn expand_once(&self, word: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = word;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let (value, tail) = if let Some(braced) = after.strip_prefix('{') {
                let (inside, tail) = split_braced(braced)?;
                (self.parameter(inside)?, tail)
            } else {
                let end = after.bytes().take_while(|b| is_name_byte(*b)).count();
                let (name, tail) = after.split_at_checked(end)?;
                (self.last(name)?, tail)
            };
            out.push_str(&value);
            rest = tail;
            if out.len() > LONGEST {
                return None;
            }
        }
        out.push_str(rest);
        (!out.contains('`') && out.len() <= LONGEST).then_some(out)
    }

    /// What stands in `${…}`: a name, or a name and a default.
    fn parameter(&self, inside: &str) -> Option<String> {
        let end = inside.bytes().take_while(|b| is_name_byte(*b)).count();
        let (name, modifier) = inside.split_at_checked(end)?;
        if inside == "0##*/" {
            // The script itself.
            return self.last("RC_SVCNAME");
        }
        match (self.last(name), modifier) {
            (Some(value), modifier) if modifier.trim_start_matches(':').starts_with('+') => {
                let other = modifier.trim_start_matches(':').strip_prefix('+')?;
                match (value.is_empty(), other.contains("${")) {
                    (true, _) => Some(String::new()),
                    (false, true) => None,
                    (false, false) => self.expand_once(other),
                }
            }
            (Some(value), _) if modifier.is_empty() || modifier.starts_with([':', '-']) => {
                Some(value)
            }
            (Some(value), "##*/") => value.rsplit('/').next().map(str::to_owned),
            // What a link in a runlevel has before the name. Read from /etc/init.d there is
            // nothing to cut off.
            (Some(value), "#[KS][0-9][0-9]" | "##[KS][0-9][0-9]" | "#[SK][0-9][0-9]") => {
                Some(value)
            }
            // Other trimming.
            (Some(_), _) => None,
            // `${INSTANCE:+.$INSTANCE}`: nothing where there is no such instance.
            (None, modifier) if modifier.trim_start_matches(':').starts_with('+') => {
                Some(String::new())
            }
            (None, modifier) => {
                let default = modifier.strip_prefix(':').unwrap_or(modifier);
                let default = default.strip_prefix(['-', '='])?;
                // A default may hold a variable; braces in braces are not followed.
                if default.contains("${") { None } else { self.expand_once(default) }
            }
        }
    }
}

/// Splits behind the brace that closes the one before the text, past pairs inside.
fn split_braced(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Words that may stand before an assignment.
fn goes_before_assignment(word: &str) -> bool {
    matches!(word, "export" | "readonly" | "local" | "declare" | ":" | "then")
}

/// Whether the first word, as plain as it stands there, is a command: nothing is assigned, and the
/// line need not be taken apart.
fn starts_with_other_word(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    let plain = first.bytes().all(|b| is_name_byte(b) || matches!(b, b'[' | b'-' | b'.' | b'/'));
    plain && !goes_before_assignment(first)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The words of a line, quotes removed, up to a comment. Separators of commands are words of
/// their own, so that an option's value never includes one.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut started = false;
    let mut quote = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                started = true;
            }
            (None | Some('"'), '\\') => {
                word.extend(chars.next());
                started = true;
            }
            (None, '#') if !started => break,
            (None, _) if c.is_whitespace() => flush(&mut words, &mut word, &mut started),
            (None, ';' | '|' | '&' | '>' | '<' | '(' | ')') => {
                // `$(` is part of a value that is not known.
                if c == '(' && word.ends_with('$') {
                    word.push('`');
                }
                flush(&mut words, &mut word, &mut started);
                if matches!(c, ';' | '|' | '&') {
                    words.push(c.to_string());
                }
            }
            // Literal in single quotes: not to be expanded later.
            (Some('\''), '$') => {
                word.push('`');
                started = true;
            }
            _ => {
                word.push(c);
                started = true;
            }
        }
    }
    flush(&mut words, &mut word, &mut started);
    words
}

fn flush(words: &mut Vec<String>, word: &mut String, started: &mut bool) {
    if std::mem::take(started) {
        words.push(std::mem::take(word));
    }
}
