//! Words: quotes, escapes, variables.

use super::tree::{Parameter, Part, ShWord};

/// Characters with the lines they stand on.
pub(super) struct Text {
    chars: Vec<char>,
    at: usize,
    pub line: u32,
}

/// A quote, a brace or a parenthesis that is not closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unclosed {
    /// The line on which it was opened.
    pub line: u32,
    /// What is missing.
    pub what: &'static str,
}

impl Text {
    pub fn new(text: &str, line: u32) -> Text {
        Text { chars: text.chars().collect(), at: 0, line }
    }

    pub fn peek(&self) -> Option<char> {
        self.ahead(0)
    }

    pub fn ahead(&self, count: usize) -> Option<char> {
        self.chars.get(self.at.saturating_add(count)).copied()
    }

    pub fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(count, char)| self.ahead(count) == Some(char))
    }

    pub fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at = self.at.saturating_add(1);
        if char == '\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(char)
    }

    pub fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.next();
        }
    }

    pub fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(char) = self.peek().filter(|char| wanted(*char)) {
            taken.push(char);
            self.next();
        }
        taken
    }

    pub fn offset(&self) -> usize {
        self.at
    }

    /// What stands between there and here.
    pub fn since(&self, offset: usize) -> String {
        self.chars.get(offset..self.at).unwrap_or_default().iter().collect()
    }
}

pub(super) fn is_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

pub(super) fn is_blank(char: char) -> bool {
    char == ' ' || char == '\t' || char == '\r'
}

/// Characters that end a word where they are not quoted.
pub(super) fn ends_word(char: char) -> bool {
    is_blank(char) || "\n;&|<>()".contains(char)
}

/// How deep words in words are read.
const DEEPEST: usize = 20;

/// Reads a word up to a character that ends it.
pub(super) fn word(text: &mut Text, ends: fn(char) -> bool) -> Result<ShWord, Unclosed> {
    nested(text, ends, 0)
}

fn nested(text: &mut Text, ends: fn(char) -> bool, depth: usize) -> Result<ShWord, Unclosed> {
    let mut word = ShWord::default();
    while let Some(char) = text.peek().filter(|char| !ends(*char)) {
        match char {
            '\\' => {
                text.next();
                match text.next() {
                    Some('\n') => {}
                    Some(char) => push(&mut word, char, true),
                    None => push(&mut word, '\\', true),
                }
            }
            '\'' => single(text, &mut word)?,
            '"' => double(text, &mut word, depth)?,
            '$' | '`' => dollar(text, &mut word, false, depth)?,
            _ => {
                text.next();
                push(&mut word, char, false);
            }
        }
    }
    Ok(word)
}

fn push(word: &mut ShWord, char: char, quoted: bool) {
    match word.parts.last_mut() {
        Some(Part::Text { text, is_quoted }) if *is_quoted == quoted => text.push(char),
        _ => word.parts.push(Part::Text { text: char.to_string(), is_quoted: quoted }),
    }
}

fn single(text: &mut Text, word: &mut ShWord) -> Result<(), Unclosed> {
    let line = text.line;
    text.next();
    let inside = text.take_while(|char| char != '\'');
    text.next().ok_or(Unclosed { line, what: "'" })?;
    word.parts.push(Part::Text { text: inside, is_quoted: true });
    Ok(())
}

fn double(text: &mut Text, word: &mut ShWord, depth: usize) -> Result<(), Unclosed> {
    let unclosed = Unclosed { line: text.line, what: "\"" };
    text.next();
    // The empty text is a word too.
    word.parts.push(Part::Text { text: String::new(), is_quoted: true });
    loop {
        match text.peek().ok_or_else(|| unclosed.clone())? {
            '"' => break,
            '\\' => {
                text.next();
                match text.next().ok_or_else(|| unclosed.clone())? {
                    '\n' => {}
                    char if "\"\\$`".contains(char) => push(word, char, true),
                    char => {
                        push(word, '\\', true);
                        push(word, char, true);
                    }
                }
            }
            '$' | '`' => dollar(text, word, true, depth)?,
            char => {
                text.next();
                push(word, char, true);
            }
        }
    }
    text.next();
    Ok(())
}

/// What begins with `$`, or a command in backquotes.
fn dollar(text: &mut Text, word: &mut ShWord, quoted: bool, depth: usize) -> Result<(), Unclosed> {
    let start = text.offset();
    let line = text.line;
    if text.next() == Some('`') {
        while text.next().ok_or(Unclosed { line, what: "`" })? != '`' {}
        word.parts.push(Part::Unknown { source: text.since(start) });
        return Ok(());
    }
    match text.peek() {
        Some('{') => braced(text, word, quoted, depth)?,
        Some('(') => {
            parenthesis(text)?;
            word.parts.push(Part::Unknown { source: text.since(start) });
        }
        Some(char) if char.is_ascii_alphabetic() || char == '_' => {
            let name = text.take_while(is_name);
            variable(word, name, None, quoted);
        }
        Some(char) if char.is_ascii_digit() || "@*#?$!-".contains(char) => {
            text.next();
            variable(word, char.to_string(), None, quoted);
        }
        _ => push(word, '$', true),
    }
    Ok(())
}

fn variable(word: &mut ShWord, name: String, modifier: Option<(String, ShWord)>, is_quoted: bool) {
    word.parts.push(Part::Variable(Parameter { name, modifier, is_quoted }));
}

fn braced(text: &mut Text, word: &mut ShWord, quoted: bool, depth: usize) -> Result<(), Unclosed> {
    let start = text.offset();
    let unclosed = Unclosed { line: text.line, what: "}" };
    text.next();
    let mut name = text.take_while(is_name);
    if name.is_empty()
        && let Some(sign) = text.peek().filter(|char| *char != '}')
    {
        name.push(sign);
        text.next();
    }
    if text.peek() == Some('}') {
        text.next();
        variable(word, name, None, quoted);
        return Ok(());
    }
    let mut modifier = String::new();
    while let Some(char) = text.peek().filter(|char| ":-=+?%#/^,".contains(*char)) {
        let is_whole = match modifier.as_str() {
            "" => false,
            ":" => !"-=+?".contains(char),
            one => one.len() > 1 || !one.starts_with(char) || !"%#/^,".contains(char),
        };
        if is_whole {
            break;
        }
        modifier.push(char);
        text.next();
    }
    if depth > DEEPEST {
        return Err(unclosed);
    }
    let operand = nested(text, |char| char == '}', depth.saturating_add(1))?;
    text.next().ok_or(unclosed)?;
    match modifier.is_empty() {
        // `${#x}`, `${!x}` and the like.
        true => word.parts.push(Part::Unknown { source: format!("${}", text.since(start)) }),
        false => variable(word, name, Some((modifier, operand)), quoted),
    }
    Ok(())
}

/// Passes over `( … )` and what is nested in it.
pub(super) fn parenthesis(text: &mut Text) -> Result<(), Unclosed> {
    let unclosed = Unclosed { line: text.line, what: ")" };
    let mut depth = 0_usize;
    let mut quote = None;
    loop {
        let char = text.next().ok_or_else(|| unclosed.clone())?;
        match (quote, char) {
            (None | Some('"'), '\\') => {
                text.next();
            }
            (Some(open), char) if open == char => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(char),
            (None, '(') => depth = depth.saturating_add(1),
            (None, ')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Ok(());
                }
            }
            _ => {}
        }
    }
}
