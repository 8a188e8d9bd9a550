//! A value whose type is known only once it is read.

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
    Variant(Box<Value>),
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
}
