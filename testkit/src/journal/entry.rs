//! One entry of a journal before it is in a file, and its text in the export format.

use std::fmt::Write as _;

/// What a journal shall have in one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Microseconds since 1970 by the wall clock.
    pub realtime_usec: u64,
    /// Microseconds since the machine's start.
    pub monotonic_usec: u64,
    /// Which start of the machine.
    pub boot: [u8; 16],
    /// Names and values in order; a name may come several times. `_BOOT_ID` is added by itself.
    pub fields: Vec<(String, Vec<u8>)>,
}

impl Entry {
    /// An entry without fields.
    #[must_use]
    pub const fn new(boot: [u8; 16], realtime_usec: u64, monotonic_usec: u64) -> Self {
        Self { realtime_usec, monotonic_usec, boot, fields: Vec::new() }
    }

    /// With one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.push(name, value);
        self
    }

    /// Adds a field.
    pub fn push(&mut self, name: &str, value: impl AsRef<[u8]>) {
        self.fields.push((name.to_owned(), value.as_ref().to_vec()));
    }

    /// Appends its text in the journal's export format.
    pub fn export(&self, into: &mut Vec<u8>) {
        let head = format!(
            "__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={}\n_BOOT_ID={}\n",
            self.realtime_usec,
            self.monotonic_usec,
            hex(&self.boot)
        );
        into.extend_from_slice(head.as_bytes());
        for (name, value) in &self.fields {
            into.extend_from_slice(name.as_bytes());
            if value.iter().all(|byte| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f)) {
                into.push(b'=');
            } else {
                into.push(b'\n');
                into.extend_from_slice(&(value.len() as u64).to_le_bytes());
            }
            into.extend_from_slice(value);
            into.push(b'\n');
        }
        into.push(b'\n');
    }
}

/// The text of all of them in the journal's export format.
#[must_use]
pub fn export_of(entries: &[Entry]) -> Vec<u8> {
    let mut text = Vec::new();
    entries.iter().for_each(|entry| entry.export(&mut text));
    text
}

/// An identifier as the journal writes it: 32 hexadecimal digits.
#[must_use]
pub fn hex(id: &[u8]) -> String {
    id.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
