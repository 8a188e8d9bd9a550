//! Netlink's framing (netlink(7)): messages in a datagram, attributes in a message.
//!
//! Every length here comes from outside. What claims to be longer than what is there, or too
//! short to contain its own header, ends the walk: it neither panics nor goes round in circles.

const HEADER_BYTES: usize = 16;
const ATTRIBUTE_HEADER_BYTES: usize = 4;
/// `NLA_TYPE_MASK`: without the flags "nested" and "network byte order".
const ATTRIBUTE_TYPE_MASK: u16 = 0x3fff;

/// Bytes `at..at + N` of a slice, or nothing if they are not all there.
pub(super) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_ne_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_ne_bytes)
}

/// Network byte order, as ports are.
pub(super) fn be16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

/// One message of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub kind: u16,
    pub flags: u16,
    pub sequence: u32,
    pub port: u32,
    pub body: &'a [u8],
}

/// A length in a datagram that contradicts the datagram's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Garbled;

/// The messages of a datagram.
pub(super) struct Messages<'a>(pub &'a [u8]);

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, Garbled>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let parsed = split_message(self.0);
        self.0 = parsed.map_or(&[], |(_, rest)| rest);
        Some(parsed.map(|(message, _)| message).ok_or(Garbled))
    }
}

fn split_message(bytes: &[u8]) -> Option<(Message<'_>, &[u8])> {
    let length = usize::try_from(u32_at(bytes, 0)?).ok()?;
    let message = Message {
        kind: u16::from_ne_bytes(array(bytes, 4)?),
        flags: u16::from_ne_bytes(array(bytes, 6)?),
        sequence: u32_at(bytes, 8)?,
        port: u32_at(bytes, 12)?,
        body: bytes.get(HEADER_BYTES..length)?,
    };
    // The last message need not be padded.
    let rest = bytes.get(length.checked_next_multiple_of(4)?..).unwrap_or_default();
    Some((message, rest))
}

/// The attributes of a message: type and value. Ends at the first that is garbled.
pub(super) struct Attributes<'a>(pub &'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let length = usize::from(u16::from_ne_bytes(array(self.0, 0)?));
        let kind = u16::from_ne_bytes(array(self.0, 2)?) & ATTRIBUTE_TYPE_MASK;
        let value = self.0.get(ATTRIBUTE_HEADER_BYTES..length)?;
        self.0 = self.0.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    }
}

/// A request: header and body in one buffer.
pub(super) fn request(kind: u16, flags: u16, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER_BYTES + body.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(HEADER_BYTES + body.len());
    bytes.extend_from_slice(&length.to_ne_bytes());
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(&flags.to_ne_bytes());
    bytes.extend_from_slice(&sequence.to_ne_bytes());
    // Port 0: the kernel fills in the sender's.
    bytes.extend_from_slice(&0_u32.to_ne_bytes());
    bytes.extend_from_slice(body);
    bytes
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An attribute with its padding, as the kernel writes it.
    pub(crate) fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = u16::try_from(value.len() + 4).unwrap().to_ne_bytes().to_vec();
        bytes.extend_from_slice(&kind.to_ne_bytes());
        bytes.extend_from_slice(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn messages_are_split_and_the_last_needs_no_padding() {
        let mut bytes = request(20, 2, 7, b"abcde");
        bytes.resize(24, 0);
        bytes.extend(request(3, 0, 7, b"xyz"));
        let found: Vec<_> = Messages(&bytes).map(Result::unwrap).collect();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].kind, found[0].flags, found[0].sequence), (20, 2, 7));
        assert_eq!((found[0].body, found[1].body), (&b"abcde"[..], &b"xyz"[..]));
    }

    #[test]
    fn lying_lengths_end_the_walk() {
        for length in [0_u32, 1, 15, 22, u32::MAX] {
            let mut bytes = request(20, 0, 1, b"abcde");
            bytes[..4].copy_from_slice(&length.to_ne_bytes());
            assert_eq!(Messages(&bytes).collect::<Vec<_>>(), [Err(Garbled)], "length {length}");
        }
        assert_eq!(Messages(&[1, 2, 3]).count(), 1);
    }

    #[test]
    fn attributes_are_split_flags_masked_and_garbage_ends_them() {
        let mut bytes = attribute(2 | 0x8000, b"hello");
        bytes.extend(attribute(9, b""));
        bytes.extend(attribute(3, b"wxyz"));
        let all: Vec<_> = Attributes(&bytes).collect();
        assert_eq!(all, [(2, &b"hello"[..]), (9, b""), (3, b"wxyz")]);
        for length in [0_u16, 1, 3, 9, u16::MAX] {
            let mut bytes = attribute(3, b"wxyz");
            bytes[..2].copy_from_slice(&length.to_ne_bytes());
            assert_eq!(Attributes(&bytes).count(), 0, "length {length}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_always_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            // Each step consumes at least a header, a garbled one all.
            prop_assert!(Messages(&bytes).count() <= bytes.len() / HEADER_BYTES + 1);
            prop_assert!(Attributes(&bytes).count() <= bytes.len() / ATTRIBUTE_HEADER_BYTES);
        }
    }
}
