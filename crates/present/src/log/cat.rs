//! The message alone, or chosen fields, without any names.

use super::ansi::{Paint, of_level};
use super::entry::{Entry, Field};
use super::multiline::push_all;
use super::options::{Extras, Options};
use super::renderer::{Wants, Written};
use super::selection::Selection;

/// Writes values.
pub(super) struct Cat {
    selection: Selection,
    /// The message alone: then it knows which part of it was found.
    is_plain: bool,
    colours: bool,
}

impl Cat {
    pub(super) fn new(options: &Options) -> Self {
        let is_plain = options.output_fields.is_empty();
        let message = [b"MESSAGE".to_vec()];
        let names = if is_plain { &message[..] } else { &options.output_fields };
        Self { selection: Selection::new(names), is_plain, colours: options.colours.is_on() }
    }

    pub(super) fn wants(&self) -> Wants {
        self.selection.wants(if self.colours { &[b"PRIORITY"] } else { &[] })
    }

    pub(super) fn write(
        &self,
        entry: &impl Entry,
        extras: &Extras<'_>,
        options: &Options,
        out: &mut Vec<u8>,
    ) -> Written {
        if self.is_plain && !self.colours {
            let Some(field) = first(entry, 0, b"MESSAGE") else { return Written::Nothing };
            push_all(out, &[field.value, b"\n"]);
            return Written::Whole;
        }
        let mut written = Written::Nothing;
        let paint = if self.colours { self.paint(entry, options) } else { Paint::default() };
        for (index, name) in self.selection.names().iter().enumerate() {
            let Some(field) = first(entry, index, name) else { continue };
            written = Written::Whole;
            let found = extras.highlight.as_ref().map_or((0, 0), |range| (range.start, range.end));
            let found = (self.is_plain || name == b"MESSAGE").then_some(found);
            push_value(field.value, paint, found.filter(|_| self.colours), out);
        }
        written
    }

    fn paint(&self, entry: &impl Entry, options: &Options) -> Paint {
        let names = self.selection.names();
        let index = names.iter().position(|name| name == b"PRIORITY").unwrap_or(names.len());
        let level = match first(entry, index, b"PRIORITY").map(|field| field.value) {
            Some([digit @ b'0'..=b'7']) => *digit - b'0',
            _ => 6,
        };
        of_level(level, options.colours)
    }
}

/// The first field that has that place in the list of what is wanted, or else that name.
fn first<'e>(entry: &'e impl Entry, index: usize, name: &[u8]) -> Option<Field<'e>> {
    entry.fields().find(|field| match field.index {
        Field::UNLISTED => field.name == name,
        listed => usize::from(listed) == index,
    })
}

fn push_value(value: &[u8], paint: Paint, found: Option<(usize, usize)>, out: &mut Vec<u8>) {
    let (on, off) = (paint.on.as_bytes(), paint.off.as_bytes());
    let Some((from, to)) = found else {
        push_all(out, &[on, value, off, b"\n"]);
        return;
    };
    let (head, rest) = value.split_at_checked(from).unwrap_or((value, &[]));
    let (middle, tail) = rest.split_at_checked(to.saturating_sub(from)).unwrap_or((rest, &[]));
    push_all(out, &[on, head, paint.highlight.as_bytes(), middle, on, tail, off, b"\n"]);
}
