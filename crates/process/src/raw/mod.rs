//! Parsers of the kernel's texts: bytes in, values out, no system calls.
//!
//! Every parser takes whatever bytes come (truncated, garbage) and gives `None`, or a value with
//! what could be made out; none can panic.

pub mod cgroup;
pub mod fdinfo;
pub mod io;
pub mod limits;
pub mod maps;
pub mod mountinfo;
pub mod stat;
pub mod status;

/// Fields of a line that are separated by blanks.
pub(crate) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty())
}

/// The lines of a text, without their line ends.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty())
}

/// An unsigned decimal number, whole.
pub(crate) fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |sum, &byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// An unsigned hexadecimal number, whole, without prefix.
pub(crate) fn hex(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 16 {
        return None;
    }
    text.iter().try_fold(0u64, |sum, &byte| {
        let digit = (byte as char).to_digit(16)?;
        Some(sum << 4 | u64::from(digit))
    })
}

/// Splits at the first `byte`.
pub(crate) fn split_at_byte(text: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(byte, text)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}
