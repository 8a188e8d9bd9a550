//! The definitions of the journal file format
//! (<https://systemd.io/JOURNAL_FILE_FORMAT/>): numbers, places, hashes. Reader and writer share them;
//! nothing here opens a file.

pub mod flags;
pub mod hash;
pub mod layout;
