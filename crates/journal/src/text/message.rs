//! The text of a record, as it is given.

use super::Options;
use super::shape::Build;
use super::stamp;

/// Without the newline at its end, and empty lines in front of it.
pub fn without_newlines(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r'));
    text.get(..end.map_or(0, |end| end + 1)).unwrap_or_default()
}

/// Adds what the line does not say and the message, which comes last. syslogd writes control
/// characters in its own way.
pub fn finish(text: &[u8], is_syslog: bool, options: &Options, cut_bytes: u64, build: &mut Build) {
    if let Some(identifier) = &options.identifier
        && !build.has("SYSLOG_IDENTIFIER")
    {
        build.copy("SYSLOG_IDENTIFIER", identifier);
    }
    if let Some(hostname) = &options.hostname
        && !build.has("_HOSTNAME")
    {
        build.copy("_HOSTNAME", hostname);
    }
    let (start, end) = build.message();
    let message = text.get(start..end).unwrap_or_default();
    if is_syslog && (has_escape(message) || memchr::memchr(b'\n', message).is_some()) {
        build.computed("MESSAGE", |out| {
            unescape(message, out);
            mark_cut(cut_bytes, out);
        });
    } else if cut_bytes > 0 {
        build.computed("MESSAGE", |out| {
            out.extend_from_slice(message);
            mark_cut(cut_bytes, out);
        });
    } else {
        build.place("MESSAGE", start, end);
    }
}

fn mark_cut(cut_bytes: u64, out: &mut Vec<u8>) {
    if cut_bytes > 0 {
        out.extend_from_slice(format!(" … [{cut_bytes} bytes cut]").as_bytes());
    }
}

/// Whether rsyslog wrote a control character as `#` and three octal digits.
fn has_escape(message: &[u8]) -> bool {
    memchr::memchr_iter(b'#', message)
        .any(|at| message.get(at..).is_some_and(|rest| escape(rest).is_some()))
}

/// The control character that `#011` stands for.
fn escape(text: &[u8]) -> Option<u8> {
    let (b'#', [high, middle, low]) = (*text.first()?, *text.get(1..)?.first_chunk()?) else {
        return None;
    };
    let digit = |byte: u8| matches!(byte, b'0'..=b'7').then(|| u32::from(byte - b'0'));
    let code = digit(high)? * 64 + digit(middle)? * 8 + digit(low)?;
    u8::try_from(code).ok().filter(u8::is_ascii_control)
}

/// Turns escapes back into what they stand for, and shortens the note that a line was repeated.
fn unescape(message: &[u8], out: &mut Vec<u8>) {
    for (index, line) in message.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        let mut rest = if index > 0 { repetition(line).unwrap_or(line) } else { line };
        while let Some(at) = memchr::memchr(b'#', rest) {
            let (plain, marked) = rest.split_at_checked(at).unwrap_or((rest, b""));
            out.extend_from_slice(plain);
            let (taken, byte) = escape(marked).map_or((1, b'#'), |byte| (4, byte));
            out.push(byte);
            rest = marked.get(taken..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
    }
}

/// `last message repeated 3 times`, of sysklogd's line about the one before.
fn repetition(line: &[u8]) -> Option<&[u8]> {
    stamp::bsd(line).or_else(|| stamp::iso(line))?;
    let from = memchr::memmem::find(line, b"last message repeated ")?;
    line.get(from..)
}
