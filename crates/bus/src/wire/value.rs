//! A value whose type is known only once it is read.

use super::{WireError, Writer};

/// A value with its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    pub(super) signature: String,
    pub(super) value: Value,
}

impl Typed {
    /// A value of the complete type `signature`.
    ///
    /// # Errors
    /// As [`Writer::value`]: the value is not of that type.
    pub fn new(signature: impl Into<String>, value: Value) -> Result<Typed, WireError> {
        let signature = signature.into();
        Writer::default().value(&signature, &value)?;
        Ok(Typed { signature, value })
    }

    /// An `s`.
    pub fn text(text: impl Into<String>) -> Typed {
        Typed { signature: "s".to_owned(), value: Value::Text(text.into()) }
    }

    /// An `as`.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Typed {
        let texts = texts.into_iter().map(|text| Value::Text(text.into())).collect();
        Typed { signature: "as".to_owned(), value: Value::Array(texts) }
    }

    /// A `b`.
    pub fn flag(flag: bool) -> Typed {
        Typed { signature: "b".to_owned(), value: Value::Bool(flag) }
    }

    /// A `u`.
    pub fn u32(number: u32) -> Typed {
        Typed { signature: "u".to_owned(), value: Value::Unsigned(number.into()) }
    }

    /// A `t`.
    pub fn u64(number: u64) -> Typed {
        Typed { signature: "t".to_owned(), value: Value::Unsigned(number) }
    }

    /// An `i`.
    pub fn i32(number: i32) -> Typed {
        Typed { signature: "i".to_owned(), value: Value::Signed(number.into()) }
    }

    /// Its type.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value alone.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// Type and value, apart.
    pub fn into_parts(self) -> (String, Value) {
        (self.signature, self.value)
    }
}

/// Any D-Bus value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `y`
    Byte(u8),
    /// `b`
    Bool(bool),
    /// `n`, `i`, `x`
    Signed(i64),
    /// `q`, `u`, `t`, and `h` (the index of a descriptor that is not taken over)
    Unsigned(u64),
    /// `d`
    Float(f64),
    /// `s`, `o`, `g`
    Text(String),
    /// `ay`
    Bytes(Vec<u8>),
    /// `a…`; a dictionary is an array of structs of two.
    Array(Vec<Value>),
    /// `(…)`, and a dictionary's `{…}`
    Struct(Vec<Value>),
    /// `v`
    Variant(Box<Typed>),
}

impl Value {
    /// The number in a `q`, `u` or `t`.
    pub fn as_u64(&self) -> Option<u64> {
        if let Self::Unsigned(n) = self { Some(*n) } else { None }
    }

    /// The number in an `n`, `i` or `x`.
    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Signed(n) = self { Some(*n) } else { None }
    }

    /// The text in an `s`, `o` or `g`.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(s) = self { Some(s) } else { None }
    }

    /// The texts in an `as` or `ao`.
    pub fn as_strings(&self) -> Option<Vec<&str>> {
        if let Self::Array(items) = self { items.iter().map(Value::as_str).collect() } else { None }
    }

    /// The flag in a `b`.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The fields of a struct or of a dictionary's entry.
    pub fn as_struct(&self) -> Option<&[Value]> {
        if let Self::Struct(items) = self { Some(items) } else { None }
    }

    /// The numeric or textual field of a struct, for places where a struct is expected.
    pub fn field(&self, index: usize) -> Option<&Value> {
        self.as_struct()?.get(index)
    }
}
