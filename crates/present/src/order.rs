//! One total order over values, for sorting and for the filter language.

use crate::value::Value;
use std::cmp::Ordering;

/// A number of whatever unit, compared exactly: no integer is rounded to a float on the way, since
/// an order with such ties is not transitive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    /// The number in a value, if it is one. NaN and infinities are not.
    pub(crate) fn of(value: &Value<'_>) -> Option<Self> {
        let float = |number: f64| number.is_finite().then_some(Self::Float(number));
        match value {
            Value::Bool(truth) => Some(Self::Int((*truth).into())),
            Value::Int(number) => Some(Self::Int((*number).into())),
            Value::Uint(number) | Value::Bytes(number) => Some(Self::Int((*number).into())),
            Value::Float(number) | Value::Percent(number) | Value::Seconds(number) => {
                float(*number)
            }
            Value::Timestamp(time) => float(time.unix_seconds),
            Value::Missing(_) | Value::Text(_) | Value::Raw(_) | Value::List(_) => None,
        }
    }

    pub(crate) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(&b),
            (Self::Float(a), Self::Float(b)) => {
                a.partial_cmp(&b).unwrap_or_else(|| a.total_cmp(&b))
            }
            (Self::Int(a), Self::Float(b)) => int_and_float(a, b),
            (Self::Float(a), Self::Int(b)) => int_and_float(b, a).reverse(),
        }
    }
}

fn int_and_float(int: i128, float: f64) -> Ordering {
    // The cast saturates far outside what 64 bits hold, so it loses nothing that matters.
    let whole = float.trunc();
    int.cmp(&(whole as i128)).then_with(|| 0.0_f64.total_cmp(&(float - whole + 0.0)))
}

/// Numbers, then texts, then lists, then what is missing. Texts compare by bytes.
pub(crate) fn compare(a: &Value<'_>, b: &Value<'_>) -> Ordering {
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return a.compare(b);
    }
    if let (Some(a), Some(b)) = (bytes(a), bytes(b)) {
        return a.cmp(b);
    }
    if let (Value::List(a), Value::List(b)) = (a, b) {
        return a
            .iter()
            .zip(b)
            .map(|(a, b)| compare(a, b))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| a.len().cmp(&b.len()));
    }
    class(a).cmp(&class(b))
}

/// The bytes of a text.
pub(crate) fn bytes<'v>(value: &'v Value<'_>) -> Option<&'v [u8]> {
    match value {
        Value::Text(text) => Some(text.as_bytes()),
        Value::Raw(bytes) => Some(bytes),
        _ => None,
    }
}

fn class(value: &Value<'_>) -> u8 {
    match value {
        _ if value.is_missing() => 3,
        Value::Text(_) | Value::Raw(_) => 1,
        Value::List(_) => 2,
        _ => 0,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::value::{Timestamp, Why};
    use proptest::prelude::*;

    pub(crate) fn any_value() -> impl Strategy<Value = Value<'static>> {
        let near = prop_oneof![
            any::<f64>(),
            Just(f64::NAN),
            Just(9_007_199_254_740_992.0),
            (-3..3_i32).prop_map(f64::from),
            Just(-0.0),
        ];
        let int =
            prop_oneof![9_007_199_254_740_990..9_007_199_254_740_995_u64, 0..4_u64, any::<u64>()];
        let leaf = prop_oneof![
            (0..5_usize).prop_map(|why| Value::Missing(Why::ALL[why])),
            any::<bool>().prop_map(Value::Bool),
            (-4..4_i64).prop_map(Value::Int),
            int.clone().prop_map(Value::Uint),
            int.prop_map(Value::Bytes),
            near.clone().prop_map(Value::Float),
            near.clone().prop_map(Value::Seconds),
            near.prop_map(|unix_seconds| Value::Timestamp(Timestamp {
                unix_seconds,
                text: "then".into()
            })),
            "[ab\u{202e}]{0,3}".prop_map(Value::from),
            prop::collection::vec(any::<u8>(), 0..4).prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            prop::collection::vec(inner, 0..3).prop_map(Value::List)
        })
    }

    #[test]
    fn large_integers_are_not_rounded() {
        let (big, bigger) = (9_007_199_254_740_992_u64, 9_007_199_254_740_993_u64);
        assert_eq!(compare(&Value::Uint(bigger), &Value::Float(big as f64)), Ordering::Greater);
        assert_eq!(compare(&Value::Uint(big), &Value::Float(big as f64)), Ordering::Equal);
        assert_eq!(compare(&Value::Int(0), &Value::Float(-0.0)), Ordering::Equal);
        assert_eq!(compare(&Value::Int(-1), &Value::Float(-1.5)), Ordering::Greater);
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in any_value(), b in any_value(), c in any_value()) {
            prop_assert_eq!(compare(&a, &a), Ordering::Equal);
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
                prop_assert!(compare(&a, &c).is_le(), "{a:?} {b:?} {c:?}");
            }
        }
    }
}
