//! All fields of an entry, a line each.

use super::ansi::{BOLD, NORMAL, Paint};
use super::bytes::{is_name, is_printable, push_size, until_nul};
use super::clock::Clock;
use super::entry::{Entry, Field};
use super::found::{Slot, Times};
use super::fragments::Fragments;
use super::links::push_path;
use super::multiline::{Layout, push_all, push_lines};
use super::options::{Extras, Options};
use super::selection::Selection;

/// Fields (with their names) that are as long are only measured, unless they are asked for in
/// full width.
const LONGEST: usize = 300;

/// The fields of which the entry's time is taken.
pub(super) const TIMES: [Slot; 2] = [Slot::SourceRealtime, Slot::SourceMonotonic];

/// Writes entries with all their fields.
pub(super) struct Verbose {
    pub(super) selection: Selection,
    clock: Clock,
    fragments: Fragments,
}

impl Verbose {
    pub(super) const fn new(selection: Selection, clock: Clock) -> Self {
        Self { selection, clock, fragments: Fragments::new() }
    }

    pub(super) fn write(
        &mut self,
        entry: &impl Entry,
        extras: &Extras<'_>,
        options: &Options,
        out: &mut Vec<u8>,
    ) {
        self.clock.write(times(entry).realtime_usec(entry), out);
        out.extend_from_slice(b" [");
        entry.write_cursor(out);
        out.extend_from_slice(b"]\n");
        for field in entry.fields().filter(|field| self.selection.shows(field)) {
            self.fragments.push(field.id, out, |out| {
                push_field(&field, options, out);
                0
            });
        }
        if options.catalog
            && let Some(text) = extras.catalog
        {
            super::lines::push_catalog(text, options, out);
        }
    }
}

fn times(entry: &impl Entry) -> Times<'_> {
    let mut times = Times::default();
    for field in entry.fields() {
        if let Some(slot) = TIMES.into_iter().find(|slot| slot.name() == field.name) {
            times.take(slot, field.value);
        }
    }
    times
}

fn push_field(field: &Field<'_>, options: &Options, out: &mut Vec<u8>) {
    let Field { name, value, .. } = *field;
    if !is_name(name) {
        return;
    }
    let bold = options.colours.is_on() && name == b"MESSAGE";
    let (on, off) = if bold { (BOLD, NORMAL) } else { ("", "") };
    push_all(out, &[b"    ", on.as_bytes(), name, b"="]);
    let short = options.full_width || name.len() + 1 + value.len() < LONGEST;
    let shown = options.all || (short && is_printable(value, true));
    if !shown {
        out.push(b'[');
        push_size(value.len() as u64, out);
        push_all(out, &[b" blob data]", off.as_bytes(), b"\n"]);
        return;
    }
    let layout = Layout {
        prefix: 4 + name.len() + 1,
        columns: None,
        utf8: options.utf8,
        paint: Paint::default(),
        highlight: None,
    };
    let mut linked = Vec::new();
    let link = name == b"CONFIG_FILE"
        && options
            .links
            .as_ref()
            .is_some_and(|links| push_path(until_nul(value), links, &mut linked));
    push_lines(if link { &linked } else { value }, &layout, out);
    // Behind the newline: that is where journalctl has it.
    out.extend_from_slice(off.as_bytes());
}
