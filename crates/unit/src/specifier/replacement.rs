//! What one specifier is replaced by.

use std::borrow::Cow;

use crate::escape::EscapeError;

/// What became of one specifier.
pub enum Replacement<'a> {
    Text(Cow<'a, str>),
    /// Nobody knows: it stays.
    Stays,
    /// There is no such specifier.
    Unknown,
    /// There is one, and it means nothing here.
    Fails(String),
}

impl<'a> From<&'a str> for Replacement<'a> {
    fn from(text: &'a str) -> Replacement<'a> {
        Replacement::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<Option<&'a str>> for Replacement<'a> {
    fn from(text: Option<&'a str>) -> Replacement<'a> {
        text.map_or(Replacement::Stays, Replacement::from)
    }
}

impl From<String> for Replacement<'_> {
    fn from(text: String) -> Self {
        Replacement::Text(Cow::Owned(text))
    }
}

/// A number, if it is known.
pub fn number(number: Option<u32>) -> Replacement<'static> {
    number.map_or(Replacement::Stays, |number| number.to_string().into())
}

/// All before the last slash of an absolute path.
pub fn folder_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

/// What was escaped in a name, as a text.
pub fn unescaped(result: Result<Vec<u8>, EscapeError>) -> Replacement<'static> {
    match result.map(String::from_utf8) {
        Ok(Ok(text)) => text.into(),
        Ok(Err(_)) => Replacement::Fails("the name stands for bytes that are not UTF-8".into()),
        Err(error) => Replacement::Fails(error.to_string()),
    }
}
