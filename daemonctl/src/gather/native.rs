//! What systemd tells of a unit: all its properties by one question, by name.

use std::collections::HashMap;

use bus::wire::Value;
use host::NativeProperty;

/// Properties of a unit, as `org.freedesktop.systemd1` has them.
#[derive(Debug, Default)]
pub struct Native {
    values: HashMap<String, Value>,
}

impl Native {
    /// Of these.
    pub fn new(properties: Vec<NativeProperty>) -> Native {
        let values = properties.into_iter().map(|property| (property.name, property.value));
        Native { values: values.collect() }
    }

    /// A value.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// A text that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// The same, owned; nothing is the empty text.
    pub fn word(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_owned()
    }

    /// A number without sign.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.value(name)?.as_u64()
    }

    /// A number with sign.
    pub fn signed(&self, name: &str) -> Option<i64> {
        self.value(name)?.as_i64()
    }

    /// A flag; what is not told is off.
    pub fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A point in time in microseconds; 0 and "never" are none.
    pub fn time(&self, name: &str) -> Option<u64> {
        self.number(name).filter(|usec| *usec != 0 && *usec != u64::MAX)
    }

    /// A list of texts.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let texts = self.value(name).and_then(Value::as_strings).unwrap_or_default();
        texts.into_iter().map(str::to_owned).collect()
    }

    /// A list of anything.
    pub fn rows(&self, name: &str) -> &[Value] {
        self.value(name).and_then(Value::as_array).unwrap_or_default()
    }

    /// Bytes: an id.
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        match self.value(name)? {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}
