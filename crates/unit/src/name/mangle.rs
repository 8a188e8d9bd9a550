//! What people write for a unit's name on a command line, made into one as systemctl(1) does it.

use super::{Name, NameError, UnitType};
use crate::escape::push_hexadecimal;

/// A name for what was written: a path gives a mount or, below /dev and /sys, a device; what no name
/// may hold is escaped; where the type is missing it is the default one.
///
/// With `patterns` the wildcards `*`, `?` and `[…]` stay, and the result may be a pattern.
///
/// # Errors
/// Nothing was written, or the result is no name.
pub fn mangle(text: &[u8], default: UnitType, patterns: bool) -> Result<String, NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    let written = std::str::from_utf8(text).unwrap_or_default();
    let is_ready = || written.parse::<Name>().is_ok();
    let is_pattern_already = || is_pattern(written) && text.iter().all(|&byte| stays(byte, true));
    if is_ready() || (patterns && is_pattern_already()) {
        return Ok(written.to_owned());
    }
    if let Some(name) = of_path(text) {
        return Ok(name.as_str().to_owned());
    }
    let mut out = String::with_capacity(text.len() + default.suffix().len() + 1);
    for &byte in text {
        match byte {
            b'/' => out.push('-'),
            _ if stays(byte, patterns) => out.push(char::from(byte)),
            _ => push_hexadecimal(byte, &mut out),
        }
    }
    if patterns && is_pattern(&out) {
        return Ok(out);
    }
    if out.parse::<Name>().is_err() {
        out.push('.');
        out.push_str(default.suffix());
    }
    out.parse::<Name>().map(|_| out)
}

/// Whether it has wildcards, as glob(7).
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

fn stays(byte: u8, patterns: bool) -> bool {
    byte.is_ascii_alphanumeric()
        || b":-_.\\@".contains(&byte)
        || (patterns && b"[]!-*?".contains(&byte))
}

fn of_path(text: &[u8]) -> Option<Name> {
    if text.first() != Some(&b'/') {
        return None;
    }
    let mut components =
        text.split(|&byte| byte == b'/').filter(|component| !matches!(*component, b"" | b"."));
    // The folders themselves are mounts.
    let is_device =
        matches!(components.next(), Some(b"dev" | b"sys")) && components.next().is_some();
    let of = |unit_type| Name::of_path(text, unit_type).ok();
    is_device.then(|| of(UnitType::Device)).flatten().or_else(|| of(UnitType::Mount))
}

#[cfg(test)]
mod tests {
    use super::mangle;
    use crate::name::{NameError, UnitType};

    fn mangled(text: &str) -> Result<String, NameError> {
        mangle(text.as_bytes(), UnitType::Service, false)
    }

    #[test]
    fn names() {
        for (text, name) in [
            ("ssh", "ssh.service"),
            ("a.socket", "a.socket"),
            ("foo@bar", "foo@bar.service"),
            ("foo@", "foo@.service"),
            ("/home/me", "home-me.mount"),
            ("/dev/sda1", "dev-sda1.device"),
            ("/./sys//x", "sys-x.device"),
            ("/dev/.", "dev.mount"),
            ("/", "-.mount"),
            ("a b", r"a\x20b.service"),
            ("foo*", r"foo\x2a.service"),
            ("a/b", "a-b.service"),
            ("/a/../b", "-a-..-b.service"),
            ("x.service.d", "x.service.d.service"),
        ] {
            assert_eq!(mangled(text).as_deref(), Ok(name), "{text}");
        }
        assert_eq!(mangled(""), Err(NameError::Empty));
        assert_eq!(mangled("@.service"), Err(NameError::Prefix));
        assert_eq!(mangled(&"x".repeat(248)), Err(NameError::TooLong));
        assert_eq!(mangle(b"\xff", UnitType::Slice, false).as_deref(), Ok(r"\xff.slice"));
    }

    #[test]
    fn patterns() {
        let mangled = |text: &str| mangle(text.as_bytes(), UnitType::Service, true).unwrap();
        assert_eq!(mangled("foo*"), "foo*");
        assert_eq!(mangled("foo.[ab]?"), "foo.[ab]?");
        assert_eq!(mangled("a b*"), r"a\x20b*");
        assert_eq!(mangled("foo"), "foo.service");
        assert_eq!(mangled("/dev/sda"), "dev-sda.device");
    }
}
