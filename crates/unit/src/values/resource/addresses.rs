//! Addresses and prefixes of networks: `IPAddressAllow=`, `IPAddressDeny=`.

use std::net::IpAddr;

use super::super::{
    Parsed,
    sandbox::{
        forms::unsigned,
        read::{Reader, list},
    },
    words::{Rules, Words},
};

/// An address and how many of its first bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    /// The address; bits that don't count are zero.
    pub address: IpAddr,
    /// 0 to 32, or 0 to 128.
    pub bits: u8,
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl std::str::FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Prefix, PrefixError> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| PrefixError::Address)?;
        let width: u8 = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => width,
            Some(bits) => unsigned(bits)
                .ok()
                .and_then(|bits| u8::try_from(bits).ok())
                .filter(|bits| *bits <= width)
                .ok_or(PrefixError::Length)?,
        };
        let spare = u32::from(width.saturating_sub(bits));
        let address = match address {
            IpAddr::V4(v4) => {
                IpAddr::V4((v4.to_bits() & u32::MAX.checked_shl(spare).unwrap_or(0)).into())
            }
            IpAddr::V6(v6) => {
                IpAddr::V6((v6.to_bits() & u128::MAX.checked_shl(spare).unwrap_or(0)).into())
            }
        };
        Ok(Prefix { address, bits })
    }
}

/// Why a text is no address with a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrefixError {
    /// There is no address of IPv4 or IPv6.
    Address,
    /// What stands behind the slash is no number of bits, or more than the address has.
    Length,
}

impl std::fmt::Display for PrefixError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            PrefixError::Address => "there is no address of IPv4 or IPv6",
            PrefixError::Length => {
                "behind the slash goes a number from 0 to 32, or to 128 for IPv6"
            }
        })
    }
}

impl std::error::Error for PrefixError {}

/// Words for several prefixes (systemd.resource-control(5), `IPAddressAllow=`).
const PREFIX_WORDS: &[(&str, [&str; 2])] = &[
    ("any", ["0.0.0.0/0", "::/0"]),
    ("localhost", ["127.0.0.0/8", "::1/128"]),
    ("link-local", ["169.254.0.0/16", "fe80::/64"]),
    ("multicast", ["224.0.0.0/4", "ff00::/8"]),
];

/// The prefixes that a word of the value stands for; none where it is neither a word nor a prefix.
pub fn prefixes(word: &str) -> Vec<Prefix> {
    match PREFIX_WORDS.iter().find(|(name, _)| *name == word) {
        Some((_, both)) => both.iter().filter_map(|prefix| prefix.parse().ok()).collect(),
        None => word.parse().into_iter().collect(),
    }
}

/// `localhost` and names that end in it (RFC 6761).
fn is_localhost(word: &str) -> bool {
    let word = word.strip_suffix('.').unwrap_or(word).to_ascii_lowercase();
    let word = word.strip_suffix(".localdomain").unwrap_or(&word);
    word == "localhost" || word.ends_with(".localhost")
}

/// `IPAddressAllow=`, `IPAddressDeny=`.
pub(super) fn allowed(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let mut found: Vec<Box<str>> = Vec::new();
    let mut words = Words::new(text, Rules::PLAIN);
    while let Some(word) = reader.next_word(&mut words) {
        if let Some((name, _)) = PREFIX_WORDS.iter().find(|(name, _)| *name == word.text) {
            found.push((*name).into());
        } else if is_localhost(&word.text) {
            found.push("localhost".into());
        } else {
            match word.text.parse::<Prefix>() {
                Ok(prefix) => found.push(prefix.to_string().into()),
                Err(error) => {
                    let message = format!("\"{}\" is no address: {error}", word.text);
                    let help = "write 10.0.0.0/8, 2001:db8::/32, any, localhost, link-local or \
                                multicast";
                    reader.advise(word.at, message, help);
                }
            }
        }
    }
    list(found)
}
