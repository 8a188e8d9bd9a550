//! Names that stand for paths: those of mounts, automounts, swaps and devices.

use std::fmt;

use super::{MAX_NAME_BYTES, Name, NameError, UnitType};
use crate::escape::{self, EscapeError};

/// Why a path gives no name, or a name no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathError {
    /// It can't be escaped, or not come back.
    Escape(EscapeError),
    /// What it gives is no name.
    Name(NameError),
    /// The name holds a hash in place of a path that was too long for it.
    Hashed,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathError::Escape(error) => error.fmt(f),
            PathError::Name(error) => error.fmt(f),
            PathError::Hashed => {
                f.write_str("the name stands for a path that was too long for it, by its hash")
            }
        }
    }
}

impl std::error::Error for PathError {}

impl Name {
    /// The unit of a path: `home-me.mount` for `/home/me`. A path that is too long for a name gives
    /// one that ends in a hash, the same as systemd's.
    ///
    /// # Errors
    /// It is no path (it holds `..`, or is longer than paths can be).
    pub fn of_path(path: &[u8], unit_type: UnitType) -> Result<Name, PathError> {
        let stem = escape::escape_path(path).map_err(PathError::Escape)?;
        let name = format!("{stem}.{}", unit_type.suffix());
        let name = if name.len() > MAX_NAME_BYTES { hashed(&name, unit_type) } else { name };
        name.parse().map_err(PathError::Name)
    }

    /// The path of the unit's name: `/home/me` for `home-me.mount`.
    ///
    /// # Errors
    /// The name is no escaped path.
    pub fn to_path(&self) -> Result<Vec<u8>, PathError> {
        if self.is_hashed() {
            return Err(PathError::Hashed);
        }
        escape::unescape_path(self.prefix()).map_err(PathError::Escape)
    }

    /// Whether it stands for a path that was too long for a name: it ends in `_` and 16 digits of a
    /// hash, and the path can't be told from it.
    pub fn is_hashed(&self) -> bool {
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let stem = self.stem().as_bytes();
        let Some((_, [b'_', digits @ ..])) = stem.split_last_chunk::<17>() else { return false };
        self.instance().is_none() && digits.iter().all(is_digit)
    }
}

/// systemd's key, so that the names are the same on both.
const HASH_KEY: (u64, u64) = (0x324a_3258_fb37_f2ec, 0x9aeb_210d_9b06_9f84);

/// The start of a name that is too long, `_`, a hash of all of it, and the type.
fn hashed(name: &str, unit_type: UnitType) -> String {
    // Of the bytes with the zero that ends them in systemd.
    let hash = siphash(HASH_KEY, format!("{name}\0").as_bytes());
    let end = format!(".{}", unit_type.suffix());
    let kept = MAX_NAME_BYTES.saturating_sub(end.len() + 16 + 1);
    let mut out = name.get(..kept).unwrap_or(name).to_owned();
    out.push('_');
    for byte in hash.to_le_bytes() {
        out.push_str(&format!("{byte:02x}"));
    }
    out + &end
}

/// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF").
fn siphash(key: (u64, u64), bytes: &[u8]) -> u64 {
    let mut state = [
        key.0 ^ 0x736f_6d65_7073_6575,
        key.1 ^ 0x646f_7261_6e64_6f6d,
        key.0 ^ 0x6c79_6765_6e65_7261,
        key.1 ^ 0x7465_6462_7974_6573,
    ];
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    // The length, its lowest byte, stands at the end.
    let length = (bytes.len() as u64) << 56;
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    for word in words.chain([u64::from_le_bytes(last) | length]) {
        state[3] ^= word;
        state = sip_round(sip_round(state));
        state[0] ^= word;
    }
    state[2] ^= 0xff;
    for _ in 0..4 {
        state = sip_round(state);
    }
    state.into_iter().fold(0, |hash, part| hash ^ part)
}

fn sip_round([mut a, mut b, mut c, mut d]: [u64; 4]) -> [u64; 4] {
    a = a.wrapping_add(b);
    b = b.rotate_left(13) ^ a;
    a = a.rotate_left(32);
    c = c.wrapping_add(d);
    d = d.rotate_left(16) ^ c;
    a = a.wrapping_add(d);
    d = d.rotate_left(21) ^ a;
    c = c.wrapping_add(b);
    b = b.rotate_left(17) ^ c;
    c = c.rotate_left(32);
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::{Name, PathError, UnitType, siphash};
    use crate::escape::EscapeError;

    #[test]
    fn names_of_paths() {
        let of = |path: &str| Name::of_path(path.as_bytes(), UnitType::Mount).unwrap().to_string();
        assert_eq!(of("/"), "-.mount");
        assert_eq!(of("/home//me/"), "home-me.mount");
        assert_eq!(of("/a b-c"), r"a\x20b\x2dc.mount");
        assert_eq!(
            Name::of_path(b"/a/..", UnitType::Swap),
            Err(PathError::Escape(EscapeError::Dots))
        );
    }

    #[test]
    fn paths_of_names() {
        let of = |name: &str| name.parse::<Name>().unwrap().to_path();
        assert_eq!(of("-.mount").unwrap(), b"/");
        assert_eq!(of("home-me.mount").unwrap(), b"/home/me");
        assert_eq!(of(r"a\x20b.device").unwrap(), b"/a b");
        assert_eq!(of("a--b.mount"), Err(PathError::Escape(EscapeError::Slashes)));
        assert_eq!(of("a_0123456789abcdef.mount"), Err(PathError::Hashed));
        assert_eq!(of("a_0123456789abcdeF.mount").unwrap(), b"/a_0123456789abcdeF");
    }

    /// The vector of the paper's appendix, and one byte more than whole words.
    #[test]
    fn hashes() {
        let key = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        let bytes: Vec<u8> = (0..15).collect();
        assert_eq!(siphash(key, &bytes), 0xa129_ca61_49be_45e5);
        assert_eq!(siphash(key, &[]), 0x726f_db47_dd0e_0e31);
    }

    /// As `systemd-escape --mangle` of 252 prints it.
    #[test]
    fn long_paths() {
        let path = format!("/{}", "long/".repeat(60));
        let name = Name::of_path(path.as_bytes(), UnitType::Mount).unwrap();
        assert!(name.is_hashed());
        let expected = format!("{}lo_02f5d6b3504eb0b1.mount", "long-".repeat(46));
        assert_eq!(name.as_str(), expected);
        assert_eq!(name.as_str().len(), 255);
    }
}
