//! Values with their types: written, read back, and refused where they do not fit.

#![allow(clippy::expect_used, reason = "a test may panic")]

use bus::wire::{Reader, Typed, Value, WireError, Writer};
use proptest::prelude::*;

/// A type and a value of it.
fn typed() -> impl Strategy<Value = (String, Value)> {
    let plain = prop_oneof![
        any::<u8>().prop_map(|n| ("y".to_owned(), Value::Byte(n))),
        any::<bool>().prop_map(|b| ("b".to_owned(), Value::Bool(b))),
        any::<i16>().prop_map(|n| ("n".to_owned(), Value::Signed(n.into()))),
        any::<i32>().prop_map(|n| ("i".to_owned(), Value::Signed(n.into()))),
        any::<i64>().prop_map(|n| ("x".to_owned(), Value::Signed(n))),
        any::<u16>().prop_map(|n| ("q".to_owned(), Value::Unsigned(n.into()))),
        any::<u32>().prop_map(|n| ("u".to_owned(), Value::Unsigned(n.into()))),
        any::<u64>().prop_map(|n| ("t".to_owned(), Value::Unsigned(n))),
        (-1e300..1e300).prop_map(|n| ("d".to_owned(), Value::Float(n))),
        "[^\0]{0,12}".prop_map(|text| ("s".to_owned(), Value::Text(text))),
        prop::collection::vec(any::<u8>(), 0..9)
            .prop_map(|bytes| ("ay".to_owned(), Value::Bytes(bytes))),
    ];
    plain.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|fields| {
                let (types, values): (Vec<String>, Vec<Value>) = fields.into_iter().unzip();
                (format!("({})", types.concat()), Value::Struct(values))
            }),
            (inner.clone(), 0..4_usize)
                .prop_filter("ay is bytes", |((t, _), _)| t != "y")
                .prop_map(|((signature, value), count)| {
                    (format!("a{signature}"), Value::Array(vec![value; count]))
                }),
            inner.prop_map(|(signature, value)| {
                let typed = Typed::new(signature, value).expect("of its type");
                ("v".to_owned(), Value::Variant(Box::new(typed)))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back((signature, value) in typed(), before in 0..8_usize) {
        let mut w = Writer::default();
        // Wherever in a message it starts.
        (0..before).for_each(|_| w.u8(7));
        w.value(&signature, &value).expect("of its type");
        let bytes = w.into_bytes();
        let mut r = Reader::new(&bytes, false);
        for _ in 0..before {
            r.u8().expect("what came before");
        }
        let values = r.values(&signature).expect("what was written");
        prop_assert_eq!(values, vec![value]);
        prop_assert_eq!(r.position(), bytes.len());
    }

    #[test]
    fn a_value_is_written_whole_under_another_type_or_not_at_all(
        (_, value) in typed(),
        other in prop::sample::select(vec!["b", "s", "as", "a{sv}", "(uo)", "t", "", "(", "uu"]),
    ) {
        let mut w = Writer::default();
        if w.value(other, &value).is_ok() {
            let bytes = w.into_bytes();
            let read = Reader::new(&bytes, false).values(other).expect("what was written");
            prop_assert_eq!(read, vec![value]);
        }
    }
}

#[test]
fn numbers_have_to_fit() {
    let signed = |kind: &str, n: i64| Typed::new(kind, Value::Signed(n)).map(drop);
    assert_eq!(signed("i", 1 << 40), Err(WireError::BadValue));
    assert_eq!(signed("n", -40_000), Err(WireError::BadValue));
    assert_eq!(signed("x", i64::MIN), Ok(()));
    assert_eq!(signed("u", 1), Err(WireError::OtherType));
    assert!(Typed::new("(ss)", Value::Struct(vec![Value::Text("one".into())])).is_err());
}

#[test]
fn a_variant_keeps_its_type() {
    let mut w = Writer::default();
    w.signature("as");
    w.array(4, |w| w.str("x"));
    let bytes = w.into_bytes();
    let typed = Reader::new(&bytes, false).typed_variant().expect("a variant");
    assert_eq!(typed, Typed::texts(["x"]));
    assert_eq!(typed.signature(), "as");
}
