//! Marshalling: what is written is read back, and bytes from anywhere do no harm.

#![allow(clippy::expect_used, reason = "a test may panic")]

use bus::wire::{Reader, Typed, Value, WireError, Writer};
use proptest::prelude::*;

fn variant(signature: &str, body: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::default();
    w.signature(signature);
    body(&mut w);
    w.into_bytes()
}

fn read(bytes: &[u8]) -> Result<Value, WireError> {
    Reader::new(bytes, false).variant()
}

#[test]
fn the_specifications_types_are_read() {
    let bytes = variant("a(sv)", |w| {
        w.array(8, |w| {
            w.align(8);
            w.str("key");
            w.signature("u");
            w.u32(7);
        });
    });
    let item =
        Value::Struct(vec![Value::Text("key".into()), Value::Variant(Box::new(Typed::u32(7)))]);
    assert_eq!(read(&bytes), Ok(Value::Array(vec![item])));
    assert_eq!(read(b"\x02ay\0\x02\0\0\0\x01\x02"), Ok(Value::Bytes(vec![1, 2])));
    assert_eq!(read(b"\x01i\0\0\xff\xff\xff\xff"), Ok(Value::Signed(-1)));
    assert_eq!(read(b"\x01b\0\0\x02\0\0\0"), Err(WireError::BadValue));
    assert_eq!(Reader::new(b"\0\0\0\x05", true).u32(), Ok(5));
}

#[test]
fn signatures_that_are_none_are_refused() {
    for signature in ["", "a", "(", ")", "()", "(u", "u)", "{}", "(u}", "a)", "(a)", "z", "uu", "é"]
    {
        let bytes = variant(signature, |w| (0..8).for_each(|_| w.u32(0)));
        assert_eq!(read(&bytes), Err(WireError::BadSignature), "{signature:?}");
    }
    let deep = format!("{}u", "a".repeat(200));
    let bytes = variant(&deep, |w| (0..300).for_each(|_| w.u32(4)));
    assert!(read(&bytes).is_err());
    // A variant in a variant in a variant …: as deep as a message is long, were it followed.
    let nested = b"\x01v\0".repeat(100_000);
    assert_eq!(read(&nested), Err(WireError::BadSignature));
}

#[test]
fn lengths_that_lie_are_refused() {
    assert_eq!(read(b"\x01s\0\0\xff\xff\xff\xff"), Err(WireError::Truncated));
    assert_eq!(read(b"\x02as\0\xff\xff\xff\xff"), Err(WireError::BadLength));
    // The array ends in the middle of its element.
    assert_eq!(read(b"\x02au\0\x02\0\0\0\x01\0\0\0"), Err(WireError::Truncated));
    assert_eq!(read(b"\x01s\0\0\x01\0\0\0ab"), Err(WireError::BadText));
    assert_eq!(read(b"\x01s\0\0\x01\0\0\0\xff\0"), Err(WireError::BadText));
}

proptest! {
    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes: Vec<u8>, big_endian: bool) {
        let mut reader = Reader::new(&bytes, big_endian);
        let _ = reader.variant();
        prop_assert!(reader.position() <= bytes.len());
    }

    #[test]
    fn any_bytes_under_a_valid_signature(
        signature in prop::sample::select(vec![
            "a(ssssssouso)", "a{sv}", "aav", "(yv)", "a(yyya{s(ii)}d)", "aaaas", "v", "g", "x",
        ]),
        body: Vec<u8>,
    ) {
        let mut bytes = variant(signature, |_| {});
        bytes.extend(body);
        let _ = read(&bytes);
    }

    #[test]
    fn texts_come_back(texts in prop::collection::vec("[^\0]{0,40}", 0..20)) {
        let bytes = variant("as", |w| w.array(4, |w| texts.iter().for_each(|t| w.str(t))));
        let value = read(&bytes).expect("what was written");
        prop_assert_eq!(value.as_strings().expect("texts"), texts);
    }

    #[test]
    fn a_changed_byte_does_no_harm(at in 0usize..200, to: u8) {
        let mut bytes = variant("a(sv)", |w| w.array(8, |w| (0..5).for_each(|n| {
            w.align(8);
            w.str("some name");
            w.signature("u");
            w.u32(n);
        })));
        if let Some(byte) = bytes.get_mut(at) {
            *byte = to;
        }
        let _ = read(&bytes);
    }
}
