//! As much of the shell's language (POSIX.1, XCU 2) as init scripts are written in: its syntax, and
//! the values of variables that are assigned plainly. Nothing is run; what only running would tell
//! is not known.

mod expand;
mod field;
mod parse;
mod simple;
mod tree;
mod word;

pub(crate) use expand::Variables;
pub(crate) use field::Field;
pub(crate) use parse::{parse, plain_words, words_of};
pub(crate) use tree::{Item, Joiner, Node, Parameter, Part, ShWord, Simple};

/// A text as one word of the shell.
pub fn quote(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len().saturating_add(2));
    quoted.push('\'');
    quoted.push_str(&text.replace('\'', "'\\''"));
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests;
