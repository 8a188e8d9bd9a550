//! Words and lists of supervisord.conf.

use crate::shell::{Part, ShWord};

/// The text of a word, dollars and all.
pub(super) fn plain(word: &ShWord) -> String {
    let part = |part: &Part| match part {
        Part::Text { text, .. } => text.clone(),
        Part::Variable(parameter) => match &parameter.modifier {
            None => format!("${}", parameter.name),
            Some((operator, operand)) => {
                format!("${{{}{operator}{}}}", parameter.name, plain(operand))
            }
        },
        Part::Unknown { source } => source.clone(),
    };
    word.parts.iter().map(part).collect()
}

/// A number as a format of Python's has it: `02d`.
pub(super) fn padded(number: u32, form: &str) -> String {
    let digits = form.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let width = digits.parse::<usize>().unwrap_or(0).min(20);
    match digits.starts_with('0') {
        true => format!("{number:0width$}"),
        false => format!("{number:width$}"),
    }
}

/// One of the words for no.
pub(super) fn is_no(text: &str) -> bool {
    ["false", "no", "off", "0", "none"].iter().any(|no| text.eq_ignore_ascii_case(no))
}

/// `KEY="value",OTHER=value`
pub(super) fn environment(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, behind) = rest.split_once('=').ok_or_else(|| format!("\"{rest}\" has no ="))?;
        let behind = behind.trim_start();
        let mut value = String::new();
        let mut quote = None;
        let mut end = behind.len();
        let mut chars = behind.char_indices();
        while let Some((at, char)) = chars.next() {
            match (quote, char) {
                (Some(open), char) if open == char => quote = None,
                (Some('"') | None, '\\') => value.extend(chars.next().map(|(_, char)| char)),
                (Some(_), char) => value.push(char),
                (None, '"' | '\'') => quote = Some(char),
                (None, ',') => {
                    end = at;
                    break;
                }
                (None, '\n') => {}
                (None, char) => value.push(char),
            }
        }
        if quote.is_some() {
            return Err("a quote is not closed".to_owned());
        }
        let is_quoted = behind.starts_with(['"', '\'']);
        let value = if is_quoted { value } else { value.trim().to_owned() };
        pairs.push((name.trim().to_owned(), value));
        rest = behind.get(end..).unwrap_or_default().trim_start_matches(',').trim();
    }
    Ok(pairs)
}
