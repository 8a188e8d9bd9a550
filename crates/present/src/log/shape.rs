//! What messages have in common: their shape, with the parts that vary replaced.

use crate::text;

/// Bytes of a message that its shape is made of: of its first line.
const LONGEST: usize = 512;

/// Appends the shape of `message` to `out`: its first line with numbers as `<n>`, hexadecimal
/// numbers as `<hex>`, UUIDs as `<id>`, addresses as `<ip>`, paths as `<path>` and quoted text as
/// `<text>`; [clean](text::clean).
///
/// ```
/// let mut shape = String::new();
/// present::log::shape::push(b"client 10.0.0.7:5123 asked for \"/a b\" 12 times", &mut shape);
/// assert_eq!(shape, "client <ip> asked for <text> <n> times");
/// ```
pub fn push(message: &[u8], out: &mut String) {
    let line = memchr::memchr(b'\n', message).and_then(|end| message.get(..end)).unwrap_or(message);
    let line = line.get(..LONGEST).unwrap_or(line).trim_ascii();
    let mut at = 0;
    let mut before = b' ';
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let (length, part) = part_of(rest, before);
        let bytes = rest.get(..length).unwrap_or(rest);
        match part {
            Part::As(name) => out.push_str(name),
            Part::Blank => out.push(' '),
            Part::Word => push_word(bytes, out),
            Part::Other => {
                text::clean_into(bytes, out);
            }
        }
        before = bytes.last().copied().unwrap_or(b' ');
        at += bytes.len().max(1);
    }
}

/// A number for a message's shape: the same for all messages of one shape and sender.
#[must_use]
pub fn key(sender: &[u8], shape: &str) -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for byte in sender.iter().chain(b"\0").chain(shape.as_bytes()) {
        sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    sum
}

/// What stands at one place of a message.
enum Part {
    /// Something that varies.
    As(&'static str),
    /// Blanks, however many.
    Blank,
    /// Letters and digits.
    Word,
    /// Anything else.
    Other,
}

/// The length of the part that `rest` begins with, and what it is. `before` stands before it.
fn part_of(rest: &[u8], before: u8) -> (usize, Part) {
    let Some(first) = rest.first() else { return (0, Part::Other) };
    let opens = !before.is_ascii_alphanumeric() && before != b'_';
    if first.is_ascii_whitespace() {
        return (run(rest, u8::is_ascii_whitespace), Part::Blank);
    }
    if matches!(first, b'"' | b'\'' | b'`')
        && opens
        && let Some(length) = quoted(rest, *first)
    {
        return (length, Part::As("<text>"));
    }
    if *first == b'/' && opens {
        let length = run(rest, |byte| byte.is_ascii_alphanumeric() || b"/._-+@~%\\".contains(byte));
        let path = rest.get(..length).unwrap_or_default();
        let length = length - path.iter().rev().take_while(|byte| **byte == b'.').count();
        if length > 1 {
            return (length, Part::As("<path>"));
        }
    }
    if opens && let Some((length, name)) = number(rest) {
        return (length, Part::As(name));
    }
    let word = run(rest, |byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    if word > 0 {
        return (word, Part::Word);
    }
    // Characters outside ASCII must stay together for them to be clean.
    (run(rest, |byte| !byte.is_ascii()).max(1), Part::Other)
}

fn run(bytes: &[u8], belongs: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().position(|byte| !belongs(byte)).unwrap_or(bytes.len())
}

/// The length of the quoted text that `rest` begins with, its quotes included.
fn quoted(rest: &[u8], quote: u8) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in rest.iter().enumerate().skip(1) {
        match byte {
            b'\\' if !escaped => escaped = true,
            _ if *byte == quote && !escaped => return Some(at + 1),
            _ => escaped = false,
        }
    }
    None
}

/// The address, identity or number that `rest` begins with, if a boundary is behind it.
fn number(rest: &[u8]) -> Option<(usize, &'static str)> {
    let dashed = run(rest, |byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let token = run(rest, |byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'));
    let ends = |length: usize| {
        !rest.get(length).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let text = |length: usize| rest.get(..length).unwrap_or_default();
    if dashed == 36 && is_uuid(text(dashed)) && ends(dashed) {
        return Some((dashed, "<id>"));
    }
    let trimmed =
        token - text(token).iter().rev().take_while(|byte| matches!(byte, b':' | b'.')).count();
    if ends(trimmed) && is_address(text(trimmed)) {
        return Some((trimmed, "<ip>"));
    }
    if rest.starts_with(b"0x") || rest.starts_with(b"0X") {
        let length = 2 + run(rest.get(2..).unwrap_or_default(), u8::is_ascii_hexdigit);
        return (length > 2).then_some((length, "<hex>"));
    }
    let hex = run(rest, u8::is_ascii_hexdigit);
    let varied =
        text(hex).iter().any(u8::is_ascii_digit) && text(hex).iter().any(u8::is_ascii_alphabetic);
    if hex >= 7 && ends(hex) && varied {
        return Some((hex, "<hex>"));
    }
    let digits = run(rest, u8::is_ascii_digit);
    let fraction = match rest.get(digits..).and_then(<[u8]>::split_first) {
        Some((b'.', rest)) => run(rest, u8::is_ascii_digit),
        _ => 0,
    };
    let length = if fraction > 0 { digits + 1 + fraction } else { digits };
    (digits > 0).then_some((length, "<n>"))
}

fn is_uuid(text: &[u8]) -> bool {
    let mut groups = text.split(|byte| *byte == b'-').map(<[u8]>::len);
    [8, 4, 4, 4, 12].into_iter().all(|length| groups.next() == Some(length))
}

/// Whether it is an address of IPv4, perhaps with a port, or of IPv6.
fn is_address(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    text.parse::<std::net::IpAddr>().is_ok() || text.parse::<std::net::SocketAddrV4>().is_ok()
}

/// A word with its numbers replaced: `eth0` is `eth<n>`.
fn push_word(word: &[u8], out: &mut String) {
    let mut in_number = false;
    for byte in word {
        if !byte.is_ascii_digit() {
            out.push(char::from(*byte));
        } else if !in_number {
            out.push_str("<n>");
        }
        in_number = byte.is_ascii_digit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(message: &str) -> String {
        let mut out = String::new();
        push(message.as_bytes(), &mut out);
        out
    }

    #[test]
    fn what_varies_is_replaced() {
        for (message, expected) in [
            ("took 12ms", "took <n>ms"),
            ("took 1.5 s.", "took <n> s."),
            ("worker-12 on eth0: link up", "worker-<n> on eth<n>: link up"),
            ("Failed to open /var/lib/a b: No such file", "Failed to open <path> b: No such file"),
            ("can't open 'x y' or \"z\\\"\"", "can't open <text> or <text>"),
            ("from ::1 and fe80::1 port 22", "from <ip> and <ip> port <n>"),
            ("[10.1.2.3]:80, 10.0.0.1:443.", "[<ip>]:<n>, <ip>."),
            ("id 123e4567-e89b-12d3-a456-426614174000 gone", "id <id> gone"),
            ("at 0xdeadBEEF commit 1a2b3c4d5e", "at <hex> commit <hex>"),
            ("deadline faced", "deadline faced"),
            ("12:30:45 x", "<n>:<n>:<n> x"),
            ("  a \t b\nc", "a b"),
            ("größe 5\x1b[m", "größe <n>\\e[m"),
            ("pid=77 uid=0", "pid=<n> uid=<n>"),
            ("v1.2.3", "v<n>.<n>"),
            ("", ""),
        ] {
            assert_eq!(shape(message), expected, "{message:?}");
        }
    }

    #[test]
    fn numbers_do_not_change_the_key() {
        let of = |sender: &str, message: &str| key(sender.as_bytes(), &shape(message));
        assert_eq!(of("a", "lost 1"), of("a", "lost 22"));
        assert_ne!(of("a", "lost 1"), of("b", "lost 1"));
    }

    proptest! {
        #[test]
        fn any_message_has_a_shape(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
            let mut out = String::new();
            push(&bytes, &mut out);
            prop_assert!(!out.chars().any(char::is_control));
        }
    }
}
