//! Records of /dev/kmsg, as Documentation/ABI/testing/dev-kmsg describes them:
//! `priority,sequence,usec,flags;text\n KEY=value\n KEY=value\n`.

use crate::text::scan::Scan;
use crate::text::shape::Build;

/// A record that was read from /dev/kmsg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw {
    /// Facility and priority (syslog(2)).
    pub pri: u32,
    /// Numbers records since boot.
    pub sequence: u64,
    /// Microseconds on the kernel's monotonic clock.
    pub monotonic_usec: u64,
    /// Where the text starts.
    pub text: usize,
}

/// Fields of the dictionary are taken up to this many.
const FIELDS_MAX: usize = 64;

/// Reads the numbers in front of the text.
pub fn parse(bytes: &[u8]) -> Option<Raw> {
    let mut at = Scan::new(bytes);
    let pri = u32::try_from(at.digits(1, 10)?).ok()?;
    at.byte(b',')?;
    let sequence = at.digits(1, 19)?;
    at.byte(b',')?;
    let monotonic_usec = at.digits(1, 19)?;
    // Flags, and whatever later kernels add.
    let behind = memchr::memchr(b';', at.rest())?;
    at.advance(behind + 1);
    Some(Raw { pri, sequence, monotonic_usec, text: at.position() })
}

/// Takes a record apart into the fields that journald would give it.
pub fn fields(
    bytes: &[u8],
    raw: &Raw,
    boot_id: Option<&str>,
    hostname: Option<&[u8]>,
    build: &mut Build,
) {
    build.start(bytes.len());
    if let Some(hostname) = hostname {
        build.copy("_HOSTNAME", hostname);
    }
    if let Some(boot_id) = boot_id {
        build.copy("_BOOT_ID", boot_id.as_bytes());
    }
    build.fixed("_TRANSPORT", "kernel");
    build.number("PRIORITY", (raw.pri % 8) as u8);
    build.number("SYSLOG_FACILITY", u8::try_from(raw.pri / 8).unwrap_or(u8::MAX));
    build.copy("_SOURCE_MONOTONIC_TIMESTAMP", raw.monotonic_usec.to_string().as_bytes());
    let rest = bytes.get(raw.text..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let mut text = rest.get(..end).unwrap_or_default();
    dictionary(rest.get(end + 1..).unwrap_or_default(), build);
    if raw.pri / 8 == 0 {
        build.fixed("SYSLOG_IDENTIFIER", "kernel");
    } else {
        // Somebody wrote it to /dev/kmsg: `systemd[1]: text`.
        text = identifier(text, build);
    }
    build.computed("MESSAGE", |out| unescape(text, out));
}

/// `systemd[1]: ` in front of a text; returns what comes behind.
fn identifier<'a>(text: &'a [u8], build: &mut Build) -> &'a [u8] {
    let mut at = Scan::new(text);
    let Some(name) = at.until(b" :[") else { return text };
    let mut pid = None;
    if at.byte(b'[').is_some() {
        pid = at.until(b"] ").filter(|pid| pid.iter().all(u8::is_ascii_digit));
        if pid.is_none() || at.byte(b']').is_none() {
            return text;
        }
    }
    if at.byte(b':').is_none() || !at.rest().starts_with(b" ") {
        return text;
    }
    at.advance(1);
    build.copy("SYSLOG_IDENTIFIER", name);
    if let Some(pid) = pid {
        build.copy("SYSLOG_PID", pid);
    }
    at.rest()
}

/// ` SUBSYSTEM=pci` and ` DEVICE=+pci:0000:00:1f.0`, which journald names `_KERNEL_…`.
fn dictionary(lines: &[u8], build: &mut Build) {
    let pairs = lines.split(|byte| *byte == b'\n').filter_map(|line| {
        let line = line.strip_prefix(b" ")?;
        let (name, value) = line.split_at_checked(memchr::memchr(b'=', line)?)?;
        let name = match name {
            b"SUBSYSTEM" => "_KERNEL_SUBSYSTEM",
            b"DEVICE" => "_KERNEL_DEVICE",
            _ => return None,
        };
        Some((name, value.get(1..)?))
    });
    for (name, value) in pairs.take(FIELDS_MAX) {
        if !build.has(name) {
            build.computed(name, |out| unescape(value, out));
        }
    }
}

/// Turns `\x0a` back into what it stands for.
fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, marked) = rest.split_at_checked(at).unwrap_or((rest, b""));
        out.extend_from_slice(plain);
        let (taken, byte) = escape(marked).map_or((1, b'\\'), |byte| (4, byte));
        out.push(byte);
        rest = marked.get(taken..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

fn escape(text: &[u8]) -> Option<u8> {
    let [b'\\', b'x', high, low] = text.first_chunk::<4>()? else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
