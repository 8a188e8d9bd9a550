//! 128-bit identifiers, see sd-id128(3).

use std::fmt;
use std::str::FromStr;

/// A boot, a machine, a file, a sequence of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id128(pub [u8; 16]);

impl fmt::Display for Id128 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Not 32 hexadecimal digits, with or without the dashes of a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl FromStr for Id128 {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Id128, NotAnId> {
        let is_uuid = text.len() == 36;
        let mut digits = Vec::with_capacity(32);
        for (at, byte) in text.bytes().enumerate() {
            if is_uuid && matches!(at, 8 | 13 | 18 | 23) {
                if byte != b'-' {
                    return Err(NotAnId);
                }
                continue;
            }
            digits.push(char::from(byte).to_digit(16).ok_or(NotAnId)? as u8);
        }
        let mut id = [0; 16];
        if digits.len() != 32 {
            return Err(NotAnId);
        }
        for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().fold(0, |sum, digit| sum << 4 | digit);
        }
        Ok(Id128(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_with_and_without_dashes() {
        let id: Id128 = "0123456789abcdefFEDCBA9876543210".parse().unwrap();
        assert_eq!(id.to_string(), "0123456789abcdeffedcba9876543210");
        assert_eq!("01234567-89ab-cdef-fedc-ba9876543210".parse(), Ok(id));
        for bad in
            ["", "0", "0123456789abcdeffedcba987654321g", "01234567-89abcdeffedcba9876543210-1"]
        {
            assert_eq!(bad.parse::<Id128>(), Err(NotAnId), "{bad}");
        }
    }
}
