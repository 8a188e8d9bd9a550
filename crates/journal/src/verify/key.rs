//! The verification key of sealed files, as `journalctl --setup-keys` prints it.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use super::fsprg::Generator;

/// A seed, and when its first interval began.
#[derive(Clone)]
pub struct Key {
    seed: [u8; 12],
    start_usec: u64,
    interval_usec: u64,
    /// What follows from the seed: two primes take a while, and serve for all files.
    generator: Arc<OnceLock<Generator>>,
}

/// Not a verification key: twelve bytes in hexadecimal digits (dashes between them do no harm), a
/// slash, and two hexadecimal numbers with a dash between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadKey;

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "not a verification key: one looks like 8b1b4c-2b67ed-8e9b22-f4b0a1/1a2b3c-35a4e900"
        )
    }
}

impl std::error::Error for BadKey {}

/// Its seed is a secret.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Key {{ start_usec: {}, interval_usec: {} }}",
            self.start_usec, self.interval_usec
        )
    }
}

impl FromStr for Key {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Key, BadKey> {
        let mut rest = text.as_bytes();
        let mut seed = [0; 12];
        for byte in &mut seed {
            while let Some((b'-', after)) = rest.split_first() {
                rest = after;
            }
            let (pair, after) = rest.split_first_chunk::<2>().ok_or(BadKey)?;
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
            rest = after;
        }
        let rest = rest.strip_prefix(b"/").ok_or(BadKey)?;
        let (start, rest) = number(rest)?;
        let (interval_usec, _) = number(rest.strip_prefix(b"-").ok_or(BadKey)?)?;
        let start_usec = start.wrapping_mul(interval_usec);
        Ok(Key { seed, start_usec, interval_usec, generator: Arc::default() })
    }
}

fn digit(byte: u8) -> Result<u8, BadKey> {
    char::from(byte).to_digit(16).map(|digit| digit as u8).ok_or(BadKey)
}

/// A number as `%llx` of sscanf(3) takes it: white space before it, `0x` before its digits; what
/// follows is left. (No sign: nobody writes a negative interval.)
fn number(text: &[u8]) -> Result<(u64, &[u8]), BadKey> {
    let text = text.trim_ascii_start();
    let text = match text {
        [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => rest,
        _ => text,
    };
    let length = text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (digits, rest) = text.split_at_checked(length).ok_or(BadKey)?;
    let digits = str::from_utf8(digits).map_err(|_| BadKey)?;
    Ok((u64::from_str_radix(digits, 16).map_err(|_| BadKey)?, rest))
}

impl Key {
    /// What makes the keys of all epochs.
    pub(super) fn generator(&self) -> &Generator {
        self.generator.get_or_init(|| Generator::new(&self.seed))
    }

    /// When the first epoch began: microseconds since 1970.
    pub(super) fn start_usec(&self) -> u64 {
        self.start_usec
    }

    /// How long an epoch lasts.
    pub(super) fn interval_usec(&self) -> u64 {
        self.interval_usec
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_as_they_are_printed() {
        let key: Key = "8b1b4c-2b67ed-8e9b22-f4b0a1/1a2b3c-35a4e900".parse().unwrap();
        assert_eq!(&key.seed, b"\x8b\x1b\x4c\x2b\x67\xed\x8e\x9b\x22\xf4\xb0\xa1");
        assert_eq!(key.interval_usec(), 900_000_000);
        assert_eq!(key.start_usec(), 0x1a_2b3c * 900_000_000);
        assert!(!format!("{key:?}").contains("8b"), "the seed is a secret");
    }

    #[test]
    fn what_is_no_key() {
        for bad in [
            "",
            "/",
            "8b1b4c",
            "8b1b4c-2b67ed-8e9b22-f4b0a1",
            "8b1b4c-2b67ed-8e9b22-f4b0a1/1",
            "8b1b4c-2b67ed-8e9b22-f4b0a1/-1",
            "8b1b4c-2b67ed-8e9b22-f4b0/1-1",
            "xb1b4c-2b67ed-8e9b22-f4b0a1/1-1",
            "8b1b4c-2b67ed-8e9b22-f4b0a1/fffffffffffffffff-1",
        ] {
            assert!(bad.parse::<Key>().is_err(), "{bad}");
        }
    }
}
