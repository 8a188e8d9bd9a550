//! The journal export format.

use super::bytes::{is_name, is_printable, push_id, push_number};
use super::entry::{Entry, Field};
use super::fragments::Fragments;
use super::multiline::push_all;
use super::options::Options;
use super::selection::Selection;

/// Writes entries for programs to read.
pub(super) struct Export {
    pub(super) selection: Selection,
    fragments: Fragments,
}

impl Export {
    pub(super) const fn new(selection: Selection) -> Self {
        Self { selection, fragments: Fragments::new() }
    }

    pub(super) fn write(&mut self, entry: &impl Entry, options: &Options, out: &mut Vec<u8>) {
        out.extend_from_slice(b"__CURSOR=");
        entry.write_cursor(out);
        out.extend_from_slice(b"\n__REALTIME_TIMESTAMP=");
        push_number(entry.realtime_usec(), out);
        if entry.monotonic_usec() != u64::MAX {
            out.extend_from_slice(b"\n__MONOTONIC_TIMESTAMP=");
            push_number(entry.monotonic_usec(), out);
        }
        if options.seqnum {
            out.extend_from_slice(b"\n__SEQNUM=");
            push_number(entry.seqnum(), out);
            out.extend_from_slice(b"\n__SEQNUM_ID=");
            push_id(entry.seqnum_id(), out);
        }
        if entry.knows_boot() {
            out.extend_from_slice(b"\n_BOOT_ID=");
            push_id(entry.boot_id(), out);
        }
        out.push(b'\n');
        for field in entry.fields().filter(|field| self.selection.shows(field)) {
            self.fragments.push(field.id, out, |out| {
                push_field(&field, out);
                0
            });
        }
        out.push(b'\n');
    }
}

fn push_field(field: &Field<'_>, out: &mut Vec<u8>) {
    let Field { name, value, .. } = *field;
    // The head has the boot already.
    if name == b"_BOOT_ID" || !is_name(name) {
        return;
    }
    if is_printable(value, false) {
        push_all(out, &[name, b"=", value, b"\n"]);
    } else {
        let length = (value.len() as u64).to_le_bytes();
        push_all(out, &[name, b"\n", &length, value, b"\n"]);
    }
}
