//! Marshalling, as the D-Bus specification's chapter "Type system" has it.
//!
//! [`Reader`] reads bytes that another process wrote: every length is checked against what is
//! there before anything is allocated or skipped, nesting is bounded, and no input panics.
//! [`Writer`] writes little-endian only, which every peer must accept.

mod signature;
mod value;
mod writer;

use std::fmt;

pub use value::{Typed, Value};
pub use writer::Writer;

use signature::{DEEPEST, alignment, split_type};

/// Longest array that the specification allows, in bytes.
const LONGEST_ARRAY: u32 = 64 << 20;

/// Why bytes are not a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError {
    /// The value ends after the bytes do.
    Truncated,
    /// A text is not UTF-8, holds a NUL byte or is not ended by one.
    BadText,
    /// A signature names an unknown type, is unbalanced or too deeply nested.
    BadSignature,
    /// A number is not one of those that its type allows (a boolean of 2, padding that is not 0).
    BadValue,
    /// An array is longer than 64 MiB, or its elements do not end where it does.
    BadLength,
    /// The value is of another type than the one that was asked for.
    OtherType,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "a value is longer than its message",
            Self::BadText => "a text is not valid UTF-8 ended by a zero byte",
            Self::BadSignature => "a type signature is not valid",
            Self::BadValue => "a value is out of its type's range",
            Self::BadLength => "an array's length does not fit its elements",
            Self::OtherType => "a value is of another type than documented",
        })
    }
}

impl std::error::Error for WireError {}

/// A place in a run of marshalled bytes. Alignment counts from the first byte of the run.
#[derive(Clone, Debug)]
pub struct Reader<'m> {
    bytes: &'m [u8],
    at: usize,
    big_endian: bool,
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $type:ty, $size:literal) => {
        $(#[$doc])*
        pub fn $name(&mut self) -> Result<$type, WireError> {
            self.align($size)?;
            let bytes = self.take($size)?.first_chunk::<$size>().ok_or(WireError::Truncated)?;
            Ok(if self.big_endian {
                <$type>::from_be_bytes(*bytes)
            } else {
                <$type>::from_le_bytes(*bytes)
            })
        }
    };
}

impl<'m> Reader<'m> {
    /// Starts at the first of `bytes`.
    pub fn new(bytes: &'m [u8], big_endian: bool) -> Self {
        Self { bytes, at: 0, big_endian }
    }

    /// How many bytes have been read, padding included.
    pub fn position(&self) -> usize {
        self.at
    }

    fn take(&mut self, count: usize) -> Result<&'m [u8], WireError> {
        let end = self.at.checked_add(count).ok_or(WireError::Truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or(WireError::Truncated)?;
        self.at = end;
        Ok(taken)
    }

    /// Skips to the next multiple of `to` (a power of two); padding must be zero.
    pub fn align(&mut self, to: usize) -> Result<(), WireError> {
        let padding = self.at.wrapping_neg() & (to - 1);
        if self.take(padding)?.iter().any(|b| *b != 0) {
            return Err(WireError::BadValue);
        }
        Ok(())
    }

    /// Reads a `y`.
    pub fn u8(&mut self) -> Result<u8, WireError> {
        self.take(1)?.first().copied().ok_or(WireError::Truncated)
    }

    number!(/// Reads a `q`.
        u16, u16, 2);
    number!(/// Reads a `u`.
        u32, u32, 4);
    number!(/// Reads a `t`.
        u64, u64, 8);
    number!(/// Reads an `n`.
        i16, i16, 2);
    number!(/// Reads an `i`.
        i32, i32, 4);
    number!(/// Reads an `x`.
        i64, i64, 8);
    number!(/// Reads a `d`.
        f64, f64, 8);

    fn text(&mut self, length: usize) -> Result<&'m str, WireError> {
        let bytes = self.take(length)?;
        if self.u8()? != 0 || bytes.contains(&0) {
            return Err(WireError::BadText);
        }
        std::str::from_utf8(bytes).map_err(|_| WireError::BadText)
    }

    /// Reads an `s` or an `o`.
    pub fn str(&mut self) -> Result<&'m str, WireError> {
        let length = self.u32()?;
        self.text(length as usize)
    }

    /// Reads a `g`.
    pub fn signature(&mut self) -> Result<&'m str, WireError> {
        let length = self.u8()?;
        self.text(usize::from(length))
    }

    /// Reads an array whose elements are aligned to `alignment`, calling `element` for each.
    pub fn array(
        &mut self,
        alignment: usize,
        mut element: impl FnMut(&mut Self) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        let length = self.u32()?;
        if length > LONGEST_ARRAY {
            return Err(WireError::BadLength);
        }
        self.align(alignment)?;
        let end = self.at.checked_add(length as usize).ok_or(WireError::Truncated)?;
        // An element may not look past its array's end.
        let within = self.bytes.get(..end).ok_or(WireError::Truncated)?;
        let whole = std::mem::replace(&mut self.bytes, within);
        let mut outcome = Ok(());
        while outcome.is_ok() && self.at < end {
            let before = self.at;
            outcome = element(self);
            if outcome.is_ok() && self.at == before {
                outcome = Err(WireError::BadLength);
            }
        }
        self.bytes = whole;
        outcome
    }

    /// Reads a `v`.
    pub fn variant(&mut self) -> Result<Value, WireError> {
        self.variant_at(0).map(|(_, value)| value)
    }

    /// Reads a `v` and keeps its type.
    pub fn typed_variant(&mut self) -> Result<Typed, WireError> {
        let (signature, value) = self.variant_at(0)?;
        Ok(Typed { signature: signature.to_owned(), value })
    }

    /// Reads one value for each complete type in `signature`: a message's body.
    pub fn values(&mut self, mut signature: &str) -> Result<Vec<Value>, WireError> {
        let mut values = Vec::new();
        while !signature.is_empty() {
            let (one, rest) = split_type(signature)?;
            values.push(self.value(one, 0)?);
            signature = rest;
        }
        Ok(values)
    }

    fn variant_at(&mut self, depth: u8) -> Result<(&'m str, Value), WireError> {
        let signature = self.signature()?;
        let (one, rest) = split_type(signature)?;
        if !rest.is_empty() {
            return Err(WireError::BadSignature);
        }
        Ok((signature, self.value(one, depth)?))
    }

    /// Reads one value of the complete type `signature`.
    fn value(&mut self, signature: &str, depth: u8) -> Result<Value, WireError> {
        if depth > DEEPEST {
            return Err(WireError::BadSignature);
        }
        Ok(match signature.as_bytes().first() {
            Some(b'y') => Value::Byte(self.u8()?),
            Some(b'b') => match self.u32()? {
                0 => Value::Bool(false),
                1 => Value::Bool(true),
                _ => return Err(WireError::BadValue),
            },
            Some(b'n') => Value::Signed(self.i16()?.into()),
            Some(b'i') => Value::Signed(self.i32()?.into()),
            Some(b'x') => Value::Signed(self.i64()?),
            Some(b'q') => Value::Unsigned(self.u16()?.into()),
            Some(b'u' | b'h') => Value::Unsigned(self.u32()?.into()),
            Some(b't') => Value::Unsigned(self.u64()?),
            Some(b'd') => Value::Float(self.f64()?),
            Some(b's' | b'o') => Value::Text(self.str()?.to_owned()),
            Some(b'g') => Value::Text(self.signature()?.to_owned()),
            Some(b'v') => {
                let (signature, value) = self.variant_at(depth + 1)?;
                Value::Variant(Box::new(Typed { signature: signature.to_owned(), value }))
            }
            Some(b'a') => self.array_value(signature.get(1..).unwrap_or_default(), depth + 1)?,
            Some(b'(' | b'{') => {
                let fields = signature.get(1..signature.len() - 1).unwrap_or_default();
                self.struct_value(fields, depth + 1)?
            }
            _ => return Err(WireError::BadSignature),
        })
    }

    fn array_value(&mut self, element: &str, depth: u8) -> Result<Value, WireError> {
        if element == "y" {
            let mut bytes = Vec::new();
            self.array(1, |r| {
                bytes.push(r.u8()?);
                Ok(())
            })?;
            return Ok(Value::Bytes(bytes));
        }
        let mut items = Vec::new();
        self.array(alignment(element), |r| {
            items.push(r.value(element, depth)?);
            Ok(())
        })?;
        Ok(Value::Array(items))
    }

    fn struct_value(&mut self, mut fields: &str, depth: u8) -> Result<Value, WireError> {
        self.align(8)?;
        let mut items = Vec::new();
        while !fields.is_empty() {
            let (one, rest) = split_type(fields)?;
            items.push(self.value(one, depth)?);
            fields = rest;
        }
        Ok(Value::Struct(items))
    }
}
