//! Entries as JSON: an object each, its values text, lists of bytes, or null where they are long.

use std::borrow::Cow;
use std::collections::HashMap;

use super::ansi::{BOLD, BOLD_BLUE, GREEN, NORMAL};
use super::bytes::{is_name, is_printable, push_id, push_number};
use super::entry::{Entry, Field};
use super::format::Format;
use super::fragments::Fragments;
use super::multiline::push_all;
use super::options::Options;
use super::repeats::{self, Repeats};
use super::selection::Selection;

/// Fields (with their names) that are as long are null, unless all is asked for.
const LONGEST: usize = 4096;

/// Writes entries as JSON.
pub(super) struct Json {
    pub(super) selection: Selection,
    format: Format,
    style: Style,
    fragments: Fragments,
    repeats: Repeats,
}

/// How values look.
#[derive(Clone, Copy)]
struct Style {
    pretty: bool,
    colours: bool,
    all: bool,
}

/// The mark of a field that the quick way can't write.
const SPECIAL: u32 = u32::MAX;
/// The mark of a field that is left out.
const LEFT_OUT: u32 = 0;

impl Json {
    pub(super) fn new(selection: Selection, format: Format, options: &Options) -> Self {
        let style = Style {
            pretty: format == Format::JsonPretty,
            colours: options.colours.is_on(),
            all: options.all,
        };
        let (fragments, repeats) = (Fragments::new(), Repeats::new());
        Self { selection, format, style, fragments, repeats }
    }

    pub(super) fn write(&mut self, entry: &impl Entry, options: &Options, out: &mut Vec<u8>) {
        match self.format {
            Format::JsonSse => out.extend_from_slice(b"data: "),
            Format::JsonSeq => out.push(0x1e),
            _ => {}
        }
        out.push(b'{');
        let start = out.len();
        self.push_head(entry, options, out);
        if !self.push_fields(entry, out) {
            out.truncate(start);
            self.push_grouped(entry, options, out);
        }
        out.extend_from_slice(if self.style.pretty { b"\n}\n" } else { b"}\n" });
        if self.format == Format::JsonSse {
            out.push(b'\n');
        }
    }

    /// What stands in the entry itself, and first in the object.
    fn push_head(&self, entry: &impl Entry, options: &Options, out: &mut Vec<u8>) {
        for (at, name) in HEAD.iter().enumerate() {
            if is_told(at, entry, options) {
                self.style.push_key(name, at == 0, out);
                self.style.push_text_with(out, |out| push_own(entry, at, out));
            }
        }
    }

    /// The fields, as long as none comes twice.
    fn push_fields(&mut self, entry: &impl Entry, out: &mut Vec<u8>) -> bool {
        self.repeats.start();
        for field in entry.fields().filter(|field| self.selection.shows(field)) {
            let style = self.style;
            let mark = self.fragments.push(field.id, out, |out| style.push_field(&field, out));
            if mark == SPECIAL || (mark != LEFT_OUT && self.repeats.is_repeated(mark)) {
                return false;
            }
        }
        true
    }

    /// All, with the values of one name in a list.
    fn push_grouped(&self, entry: &impl Entry, options: &Options, out: &mut Vec<u8>) {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for (at, name) in HEAD.iter().enumerate() {
            if is_told(at, entry, options) {
                let mut value = Vec::new();
                push_own(entry, at, &mut value);
                groups.push((name, vec![Cow::Owned(value)]));
            }
        }
        let mut places: HashMap<&[u8], usize> =
            groups.iter().enumerate().map(|(at, (name, _))| (*name, at)).collect();
        for field in entry.fields().filter(|field| self.selection.shows(field)) {
            if field.name == BOOT_ID || !is_name(field.name) {
                continue;
            }
            let place = *places.entry(field.name).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, values)) => values.push(Cow::Borrowed(field.value)),
                None => groups.push((field.name, vec![Cow::Borrowed(field.value)])),
            }
        }
        for (at, (name, values)) in groups.iter().enumerate() {
            self.style.push_key(name, at == 0, out);
            match values.as_slice() {
                [value] => self.style.push_value(name, value, 1, out),
                several => self.style.push_list(several, 1, out, |style, value, out| {
                    style.push_value(name, value, 2, out);
                }),
            }
        }
    }
}

/// A name and its values.
type Group<'e> = (&'e [u8], Vec<Cow<'e, [u8]>>);

const BOOT_ID: &[u8] = b"_BOOT_ID";

/// What stands in the entry itself, by the name that it has in the object.
const HEAD: [&[u8]; 6] = [
    b"__CURSOR",
    b"__REALTIME_TIMESTAMP",
    b"__MONOTONIC_TIMESTAMP",
    BOOT_ID,
    // journalctl has these two since version 254.
    b"__SEQNUM",
    b"__SEQNUM_ID",
];

/// Whether the name at that place of [`HEAD`] is told. Only a source that is no journal doesn't
/// know the times since boot.
fn is_told(at: usize, entry: &impl Entry, options: &Options) -> bool {
    match at {
        0 | 1 => true,
        2 => entry.monotonic_usec() != u64::MAX,
        3 => entry.knows_boot(),
        _ => options.seqnum,
    }
}

/// What `entry` says of the name at that place of [`HEAD`].
fn push_own(entry: &impl Entry, at: usize, out: &mut Vec<u8>) {
    match at {
        0 => entry.write_cursor(out),
        1 => push_number(entry.realtime_usec(), out),
        2 => push_number(entry.monotonic_usec(), out),
        3 => push_id(entry.boot_id(), out),
        4 => push_number(entry.seqnum(), out),
        _ => push_id(entry.seqnum_id(), out),
    }
}

impl Style {
    /// Appends a comma, name and value, and returns the field's mark.
    fn push_field(self, field: &Field<'_>, out: &mut Vec<u8>) -> u32 {
        let Field { name, value, .. } = *field;
        if name == BOOT_ID || !is_name(name) {
            return LEFT_OUT;
        }
        if name.starts_with(b"__") {
            // It could be one of the entry's own.
            return SPECIAL;
        }
        self.push_key(name, false, out);
        self.push_value(name, value, 1, out);
        repeats::hash(name)
    }

    fn push_key(self, name: &[u8], is_first: bool, out: &mut Vec<u8>) {
        out.extend_from_slice(match (is_first, self.pretty) {
            (false, false) => b",",
            (true, true) => b"\n\t",
            (false, true) => b",\n\t",
            (true, false) => b"",
        });
        self.push_text_with(out, |out| out.extend_from_slice(name));
        out.extend_from_slice(if self.pretty { b" : " } else { b":" });
    }

    /// Appends the value of a field, at that depth of nesting.
    fn push_value(self, name: &[u8], value: &[u8], depth: usize, out: &mut Vec<u8>) {
        if !self.all && name.len() + 1 + value.len() >= LONGEST {
            self.push_painted(BOLD, out, |out| out.extend_from_slice(b"null"));
        } else if is_printable(value, true) {
            self.push_text_with(out, |out| push_escaped(value, out));
        } else {
            self.push_list(value, depth, out, |style, byte, out| {
                style.push_painted(BOLD_BLUE, out, |out| push_number((*byte).into(), out));
            });
        }
    }

    fn push_list<T>(
        self,
        items: &[T],
        depth: usize,
        out: &mut Vec<u8>,
        push: impl Fn(Self, &T, &mut Vec<u8>),
    ) {
        out.push(b'[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            self.push_line(depth + 1, out);
            push(self, item, out);
        }
        self.push_line(depth, out);
        out.push(b']');
    }

    fn push_line(self, depth: usize, out: &mut Vec<u8>) {
        if self.pretty {
            out.push(b'\n');
            out.resize(out.len() + depth, b'\t');
        }
    }

    fn push_text_with(self, out: &mut Vec<u8>, push: impl FnOnce(&mut Vec<u8>)) {
        out.push(b'"');
        self.push_painted(GREEN, out, push);
        out.push(b'"');
    }

    fn push_painted(self, on: &str, out: &mut Vec<u8>, push: impl FnOnce(&mut Vec<u8>)) {
        if self.colours {
            push_all(out, &[on.as_bytes()]);
        }
        push(out);
        if self.colours {
            push_all(out, &[NORMAL.as_bytes()]);
        }
    }
}

/// Appends printable text.
fn push_escaped(mut text: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = text.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\t')) {
        let (head, rest) = text.split_at_checked(at).unwrap_or((text, &[]));
        let Some((special, rest)) = rest.split_first() else { break };
        let letter = match special {
            b'\n' => b'n',
            b'\t' => b't',
            other => *other,
        };
        push_all(out, &[head, &[b'\\', letter]]);
        text = rest;
    }
    out.extend_from_slice(text);
}
