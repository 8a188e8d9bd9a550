//! Escaping for unit names, as systemd-escape(1) does it: any bytes become a part of a name, and
//! come back from it.
//!
//! A slash becomes a dash; what is no letter, digit or one of `:_.`, and a dot at the very start,
//! becomes `\x` and two hexadecimal digits. Paths are normalised first and lose the slash at their
//! start, so that `/` alone is `-`.

use std::fmt;

/// What paths hold at most, in bytes, with the zero at the end (PATH_MAX).
const PATH_MAX: usize = 4096;
/// What a component of a path holds at most, in bytes (NAME_MAX).
const COMPONENT_MAX: usize = 255;

/// Why a text can't be escaped as a path or unescaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscapeError {
    /// A backslash, at this byte, without `x` and two hexadecimal digits behind it.
    Sequence(usize),
    /// `\x00` at this byte: no argument and no path holds a zero byte.
    Zero(usize),
    /// Nothing at all, where a path was to come out.
    Empty,
    /// A path that comes out with a slash too many: `a-` or `-a` or `a--b`.
    Slashes,
    /// A path with `.` or `..` in it.
    Dots,
    /// A path, or a part of one, that is longer than paths can be.
    TooLong,
}

impl fmt::Display for EscapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EscapeError::Sequence(_) => {
                "a backslash stands only before x and two hexadecimal digits"
            }
            EscapeError::Zero(_) => "\\x00 stands for a zero byte, which no text can hold",
            EscapeError::Empty => "nothing can't be a path",
            EscapeError::Slashes => "a path comes out that has a slash too many",
            EscapeError::Dots => "a path can't hold . or .. as a component",
            EscapeError::TooLong => "that is longer than a path can be",
        })
    }
}

impl std::error::Error for EscapeError {}

/// A text as a part of a unit name. An empty text stays empty.
pub fn escape(text: impl AsRef<[u8]>) -> String {
    let text = text.as_ref();
    let mut out = String::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'/' => out.push('-'),
            b'.' if at == 0 => push_hexadecimal(byte, &mut out),
            _ if byte.is_ascii_alphanumeric() || b":_.".contains(&byte) => {
                out.push(char::from(byte));
            }
            _ => push_hexadecimal(byte, &mut out),
        }
    }
    out
}

pub(crate) fn push_hexadecimal(byte: u8, out: &mut String) {
    out.push_str("\\x");
    for digit in [byte >> 4, byte & 15] {
        out.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
    }
}

/// What was escaped: [`escape`] the other way round.
///
/// # Errors
/// A backslash that starts no escape, or an escaped zero byte.
pub fn unescape(text: impl AsRef<[u8]>) -> Result<Vec<u8>, EscapeError> {
    let text = text.as_ref();
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied().enumerate();
    while let Some((at, byte)) = bytes.next() {
        out.push(match byte {
            b'-' => b'/',
            b'\\' => {
                let mut next = || bytes.next().map(|(_, byte)| byte);
                let escaped = match (next(), next(), next()) {
                    (Some(b'x'), Some(high), Some(low)) => hexadecimal(high, low),
                    _ => None,
                };
                match escaped {
                    None => return Err(EscapeError::Sequence(at)),
                    Some(0) => return Err(EscapeError::Zero(at)),
                    Some(byte) => byte,
                }
            }
            _ => byte,
        });
    }
    Ok(out)
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

/// A path as a part of a unit name: slashes that stand for nothing and `.` components fall away.
/// It comes back as an absolute path, so a relative one does not come back as it was.
///
/// # Errors
/// `..` in it, nothing but `.`, or too long.
pub fn escape_path(path: impl AsRef<[u8]>) -> Result<String, EscapeError> {
    let path = path.as_ref();
    let mut kept = Vec::with_capacity(path.len());
    for component in path.split(|&byte| byte == b'/') {
        match component {
            b"" | b"." => continue,
            b".." => return Err(EscapeError::Dots),
            _ if component.len() > COMPONENT_MAX => return Err(EscapeError::TooLong),
            _ => {}
        }
        if !kept.is_empty() {
            kept.push(b'/');
        }
        kept.extend_from_slice(component);
    }
    let is_absolute = path.first() == Some(&b'/');
    if kept.len() + usize::from(is_absolute) >= PATH_MAX {
        return Err(EscapeError::TooLong);
    }
    match kept.is_empty() {
        // `.` names whatever folder one is in.
        true if !is_absolute && !path.is_empty() => Err(EscapeError::Dots),
        true => Ok("-".to_owned()),
        false => Ok(escape(&kept)),
    }
}

/// The absolute path that was escaped: [`escape_path`] the other way round.
///
/// # Errors
/// Those of [`unescape`], and what is no normalised path.
pub fn unescape_path(text: impl AsRef<[u8]>) -> Result<Vec<u8>, EscapeError> {
    let text = text.as_ref();
    match text {
        b"" => return Err(EscapeError::Empty),
        b"-" => return Ok(b"/".to_vec()),
        _ => {}
    }
    let below = unescape(text)?;
    for component in below.split(|&byte| byte == b'/') {
        match component {
            b"" => return Err(EscapeError::Slashes),
            b"." | b".." => return Err(EscapeError::Dots),
            _ if component.len() > COMPONENT_MAX => return Err(EscapeError::TooLong),
            _ => {}
        }
    }
    let mut path = Vec::with_capacity(below.len() + 1);
    path.push(b'/');
    path.extend_from_slice(&below);
    if path.len() >= PATH_MAX { Err(EscapeError::TooLong) } else { Ok(path) }
}

#[cfg(test)]
mod tests {
    use super::{EscapeError, escape, escape_path, unescape, unescape_path};

    #[test]
    fn texts() {
        assert_eq!(escape("Hallöchen, Meister".as_bytes()), r"Hall\xc3\xb6chen\x2c\x20Meister");
        assert_eq!(escape(b".a.b"), r"\x2ea.b");
        assert_eq!(escape(b"a-b/c@d"), r"a\x2db-c\x40d");
        assert_eq!(escape(b""), "");
        assert_eq!(unescape(br"a\xC3\xbc-b@").unwrap(), "aü/b@".as_bytes());
        for (bad, at) in [(r"ab\", 2), (r"\x", 0), (r"\x2", 0), (r"\y20", 0), (r"\x2g", 0)] {
            assert_eq!(unescape(bad.as_bytes()), Err(EscapeError::Sequence(at)), "{bad}");
        }
        assert_eq!(unescape(br"a\x00"), Err(EscapeError::Zero(1)));
    }

    #[test]
    fn paths() {
        for (path, name) in [
            ("/", "-"),
            ("", "-"),
            ("//.//", "-"),
            ("/tmp//waldi/foobar/", "tmp-waldi-foobar"),
            ("relative/./x", "relative-x"),
            ("/.a/.b", r"\x2ea-.b"),
            ("/...", r"\x2e.."),
        ] {
            assert_eq!(escape_path(path.as_bytes()).as_deref(), Ok(name), "{path}");
        }
        for (path, error) in
            [(".", EscapeError::Dots), ("./.", EscapeError::Dots), ("/a/../b", EscapeError::Dots)]
        {
            assert_eq!(escape_path(path.as_bytes()), Err(error), "{path}");
        }
        let long = |length: usize| vec![b'a'; length];
        assert!(escape_path(long(255)).is_ok());
        assert_eq!(escape_path(long(256)), Err(EscapeError::TooLong));
        let deep = b"/a".repeat(2047);
        assert!(escape_path(&deep).is_ok());
        assert!(escape_path(b"/a".repeat(2048)).is_err());
    }

    #[test]
    fn paths_back() {
        assert_eq!(unescape_path(b"-").unwrap(), b"/");
        assert_eq!(unescape_path(br"\x2ea-b").unwrap(), b"/.a/b");
        for (text, error) in [
            ("", EscapeError::Empty),
            ("a-", EscapeError::Slashes),
            ("-a", EscapeError::Slashes),
            ("a--b", EscapeError::Slashes),
            (r"\x2fa", EscapeError::Slashes),
            (r"a-\x2e", EscapeError::Dots),
            ("..-a", EscapeError::Dots),
        ] {
            assert_eq!(unescape_path(text.as_bytes()), Err(error), "{text}");
        }
    }
}
