//! Numbers, names and data as systemd takes them, and advice about words that are none.

use crate::{
    table::distance,
    values::{
        scalar::{NumberError, number},
        text,
    },
};

pub(in crate::values) use number::unsigned;
pub(in crate::values) use text::{is_descriptor_name, is_file_name};

/// The longest part of a path, and the longest name of a descriptor or credential.
pub(in crate::values) const NAME_BYTES: usize = 255;

/// A number within 32 bits.
pub(in crate::values) fn unsigned32(text: &str) -> Result<u32, NumberError> {
    u32::try_from(unsigned(text)?).map_err(|_| NumberError::Range)
}

/// `5`, or `5-9`: both ends, in the order written.
pub(in crate::values) fn range(text: &str) -> Option<(u32, u32)> {
    // A dash in front would be a sign.
    match text.split_once('-') {
        None => unsigned32(text).ok().map(|number| (number, number)),
        Some((low, high)) => Some((unsigned32(low).ok()?, unsigned32(high).ok()?)),
    }
}

/// A port of IP.
pub(in crate::values) fn port(text: &str) -> Option<u16> {
    if text.starts_with([' ', '\t', '\n', '\r']) {
        return None;
    }
    unsigned(text).ok().and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0)
}

/// Whether a credential may be called so.
pub(in crate::values) fn is_credential_name(name: &str) -> bool {
    is_file_name(name) && is_descriptor_name(name)
}

/// Whether a network interface may be called so; alternative names may have 127 bytes.
pub(in crate::values) fn is_interface_name(name: &str, alternative: bool, number: bool) -> bool {
    let index = unsigned(name).is_ok_and(|index| (1..=i32::MAX as u64).contains(&index));
    if index {
        return number;
    }
    let limit = if alternative { 128 } else { 16 };
    let plain = |byte: u8| (33..127).contains(&byte) && !b":/%".contains(&byte);
    !name.is_empty()
        && name.len() < limit
        && !matches!(name, "." | ".." | "all" | "default")
        && name.bytes().all(plain)
        && !name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it is Base64 with padding, blanks anywhere (RFC 4648, section 4).
pub(in crate::values) fn is_base64(text: &str) -> bool {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte.wrapping_sub(b'A')),
        b'a'..=b'z' => Some(byte.wrapping_sub(b'a').wrapping_add(26)),
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0').wrapping_add(52)),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut count, mut padding, mut last) = (0_usize, 0_usize, 0_u8);
    for byte in text.bytes().filter(|byte| !b" \t\n\r".contains(byte)) {
        count = count.saturating_add(1);
        if byte == b'=' {
            padding = padding.saturating_add(1);
            continue;
        }
        match value(byte) {
            Some(bits) if padding == 0 => last = bits,
            _ => return false,
        }
    }
    // Bits that no byte takes have to be zero.
    let spare = match padding {
        0 => 0,
        1 => 0b11,
        2 => 0b1111,
        _ => return false,
    };
    count.is_multiple_of(4) && count >= padding.saturating_mul(2) && last & spare == 0
}

/// The name that differs least from the word, if by few letters: one for every three, capitals not
/// counted.
fn suggest(word: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    if word.len() > 64 || word.is_empty() {
        return None;
    }
    let limit = word.len().div_ceil(3);
    names
        .filter(|name| name.len().abs_diff(word.len()) <= limit)
        .map(|name| (distance(name, word), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// What to do about an unknown word: what was probably meant, or all that is allowed.
pub(in crate::values) fn choices(
    word: &str,
    allowed: impl Iterator<Item = &'static str>,
) -> String {
    let names: Vec<&'static str> = allowed.collect();
    if let Some(near) = suggest(word, names.iter().copied()) {
        return format!("did you mean {near}?");
    }
    match names.len() {
        0..=24 => format!("allowed: {}", names.join(", ")),
        count => format!(
            "there are {count} names; the first are {}",
            names.get(..8).unwrap_or_default().join(", ")
        ),
    }
}
