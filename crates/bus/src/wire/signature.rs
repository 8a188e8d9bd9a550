//! Signatures: the types of values, one letter for each, taken apart.

use super::WireError;

/// Deepest nesting that is followed: the specification allows 32 arrays and 32 structs, and a
/// variant at each level.
pub(super) const DEEPEST: u8 = 64;

/// Where a value of this type starts: on a multiple of how many bytes.
pub(super) fn alignment(signature: &str) -> usize {
    match signature.as_bytes().first() {
        Some(b'n' | b'q') => 2,
        Some(b'b' | b'i' | b'u' | b'h' | b's' | b'o' | b'a') => 4,
        Some(b'x' | b't' | b'd' | b'(' | b'{') => 8,
        _ => 1,
    }
}

/// The first complete type of a signature, and the rest.
pub(super) fn split_type(signature: &str) -> Result<(&str, &str), WireError> {
    let mut open = Vec::new();
    for (at, byte) in signature.bytes().enumerate() {
        match byte {
            b'(' => open.push(b')'),
            b'{' => open.push(b'}'),
            b')' | b'}' => {
                let previous = at.checked_sub(1).and_then(|p| signature.as_bytes().get(p));
                // An empty struct, or an array of nothing.
                if open.pop() != Some(byte) || matches!(previous, Some(b'(' | b'{' | b'a')) {
                    return Err(WireError::BadSignature);
                }
            }
            b'a' => {
                if open.len() > usize::from(DEEPEST) {
                    return Err(WireError::BadSignature);
                }
                continue;
            }
            b'y' | b'b' | b'n' | b'q' | b'i' | b'u' | b'x' | b't' | b'd' | b's' | b'o' | b'g'
            | b'v' | b'h' => {}
            _ => return Err(WireError::BadSignature),
        }
        if open.is_empty() {
            return signature.split_at_checked(at + 1).ok_or(WireError::BadSignature);
        }
    }
    Err(WireError::BadSignature)
}
