//! Values into bytes.

use super::signature::{DEEPEST, alignment, split_type};
use super::{Value, WireError};

/// Marshals into a growing buffer, little-endian. Alignment counts from the buffer's start.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How many bytes were written.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Nothing was written.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Pads with zeros to the next multiple of `to` (a power of two).
    pub fn align(&mut self, to: usize) {
        let padding = self.bytes.len().wrapping_neg() & (to - 1);
        self.bytes.resize(self.bytes.len() + padding, 0);
    }

    /// Writes a `y`.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Writes a `u`.
    pub fn u32(&mut self, value: u32) {
        self.align(4);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Writes a `q`.
    pub fn u16(&mut self, value: u16) {
        self.align(2);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Writes a `t`; an `x` and a `d` are written as the same bits.
    pub fn u64(&mut self, value: u64) {
        self.align(8);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Writes an `s` or an `o`. A NUL byte cannot be sent: the text ends before it.
    pub fn str(&mut self, text: &str) {
        let text = text.split('\0').next().unwrap_or_default();
        self.u32(u32::try_from(text.len()).unwrap_or(u32::MAX));
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(0);
    }

    /// Writes a `g`.
    pub fn signature(&mut self, text: &str) {
        self.u8(u8::try_from(text.len()).unwrap_or(u8::MAX));
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(0);
    }

    /// Writes an array whose elements are aligned to `alignment` and written by `elements`.
    pub fn array(&mut self, alignment: usize, elements: impl FnOnce(&mut Self)) {
        self.u32(0);
        let length_at = self.bytes.len() - 4;
        self.align(alignment);
        let start = self.bytes.len();
        elements(self);
        let length = u32::try_from(self.bytes.len() - start).unwrap_or(u32::MAX);
        if let Some(place) = self.bytes.get_mut(length_at..length_at + 4) {
            place.copy_from_slice(&length.to_le_bytes());
        }
    }

    /// Writes a value of the complete type `signature`.
    ///
    /// # Errors
    /// [`WireError::OtherType`] where the value is not of that type, [`WireError::BadValue`] where
    /// it is a number that the type has no room for, [`WireError::BadSignature`] where the
    /// signature is none. What was written until then stays written.
    pub fn value(&mut self, signature: &str, value: &Value) -> Result<(), WireError> {
        let (one, rest) = split_type(signature)?;
        if !rest.is_empty() {
            return Err(WireError::BadSignature);
        }
        self.value_at(one, value, 0)
    }

    fn value_at(&mut self, signature: &str, value: &Value, depth: u8) -> Result<(), WireError> {
        if depth > DEEPEST {
            return Err(WireError::BadSignature);
        }
        let within = signature.get(1..).unwrap_or_default();
        match (signature.as_bytes().first(), value) {
            (Some(b'y'), Value::Byte(byte)) => self.u8(*byte),
            (Some(b'b'), Value::Bool(flag)) => self.u32(u32::from(*flag)),
            (Some(b'n'), Value::Signed(n)) => self.u16(fit::<i16>(*n)?.cast_unsigned()),
            (Some(b'i'), Value::Signed(n)) => self.u32(fit::<i32>(*n)?.cast_unsigned()),
            (Some(b'x'), Value::Signed(n)) => self.u64(n.cast_unsigned()),
            (Some(b'q'), Value::Unsigned(n)) => self.u16(fit(*n)?),
            (Some(b'u'), Value::Unsigned(n)) => self.u32(fit(*n)?),
            (Some(b't'), Value::Unsigned(n)) => self.u64(*n),
            (Some(b'd'), Value::Float(n)) => self.u64(n.to_bits()),
            (Some(b's' | b'o'), Value::Text(text)) => self.str(text),
            (Some(b'g'), Value::Text(text)) => self.signature(text),
            (Some(b'v'), Value::Variant(typed)) => {
                self.signature(&typed.signature);
                self.value_at(&typed.signature, &typed.value, depth + 1)?;
            }
            (Some(b'a'), Value::Bytes(bytes)) if within == "y" => {
                self.array(1, |w| bytes.iter().for_each(|byte| w.u8(*byte)));
            }
            (Some(b'a'), Value::Array(items)) => {
                let mut outcome = Ok(());
                self.array(alignment(within), |w| {
                    outcome = items.iter().try_for_each(|item| w.value_at(within, item, depth + 1));
                });
                outcome?;
            }
            (Some(b'(' | b'{'), Value::Struct(items)) => {
                let fields = signature.get(1..signature.len() - 1).unwrap_or_default();
                self.fields(fields, items, depth + 1)?;
            }
            _ => return Err(WireError::OtherType),
        }
        Ok(())
    }

    fn fields(&mut self, mut fields: &str, items: &[Value], depth: u8) -> Result<(), WireError> {
        self.align(8);
        for item in items {
            let (one, rest) = split_type(fields).map_err(|_| WireError::OtherType)?;
            self.value_at(one, item, depth)?;
            fields = rest;
        }
        if fields.is_empty() { Ok(()) } else { Err(WireError::OtherType) }
    }
}

fn fit<To>(number: impl TryInto<To>) -> Result<To, WireError> {
    number.try_into().map_err(|_| WireError::BadValue)
}
