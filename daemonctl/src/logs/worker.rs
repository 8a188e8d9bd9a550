//! Batches turned into bytes: what each thread has of its own.

use std::sync::Arc;

use journal::Id128;
use journal::fields::{Fields, Wanted};
use journal::set::{Position, Set};
use present::log::{Colours, Entry, Extras, Format, People, Renderer, Wants, Written, push_boot};

use super::query::{Explanations, Query, Rendering};
use super::record::JournalEntry;
use super::sieve::Sieve;
use super::stream::{Batch, Item};
use super::zone::LocalZone;

/// What came of a batch, beside its bytes.
#[derive(Debug, Default)]
pub struct Rendered {
    /// Where entries end in the bytes, and where in a journal they are from; kept only where the entries are
    /// counted when they are written.
    pub ends: Vec<(usize, Option<Position>)>,
    /// How many entries there were.
    pub entries: u64,
    /// Whether a line was cut.
    pub cut: bool,
}

/// Renders batches: readers, renderers and what they keep of fields that come again.
pub struct Worker {
    fields: Fields,
    look: Look,
}

/// How entries look, apart from reading them.
struct Look {
    painter: Painter,
    sieve: Sieve,
    explain: Option<Arc<Explanations>>,
    colours: Colours,
    keeps_ends: bool,
    cleans: bool,
    /// What stands before the entries of each source, the journal's first.
    marks: Vec<Vec<u8>>,
    /// What stands before lines of an entry but the first.
    blank: Vec<u8>,
    scratch: Vec<u8>,
}

enum Painter {
    Exact(Box<Renderer>),
    People(Box<People>),
}

impl Painter {
    fn new(rendering: &Rendering) -> Painter {
        let zone = LocalZone::new(rendering.zone.clone());
        match rendering.people {
            Some(look) => Painter::People(Box::new(People::new(look, zone))),
            None => {
                let options = rendering.options.clone();
                Painter::Exact(Box::new(Renderer::new(rendering.format, options, zone)))
            }
        }
    }

    fn wants(&self) -> Wants {
        match self {
            Painter::Exact(renderer) => renderer.wants(),
            Painter::People(people) => people.wants(),
        }
    }

    #[inline]
    fn write(&mut self, entry: &impl Entry, extras: &Extras<'_>, out: &mut Vec<u8>) -> Written {
        match self {
            Painter::Exact(renderer) => renderer.write_with(entry, extras, out),
            Painter::People(people) => people.write(entry, extras, out),
        }
    }
}

/// Bytes of one batch that are kept at most before they are written.
const ENOUGH: usize = 1 << 20;

impl Worker {
    /// With nothing read yet.
    pub fn new(query: &Query, rendering: &Rendering, labels: &[String]) -> Worker {
        let painter = Painter::new(rendering);
        let sieve = Sieve::new(query);
        let wanted = match painter.wants() {
            Wants::All => Wanted::All,
            Wants::These(_) if rendering.explain.is_some() => Wanted::All,
            Wants::These(mut names) => {
                for name in sieve.wants() {
                    if !names.iter().any(|known| known == name) {
                        names.push(name.to_vec());
                    }
                }
                Wanted::These(names)
            }
        };
        let (marks, blank) = match rendering.marks {
            true => marks(labels, rendering.options.colours.is_on()),
            false => (Vec::new(), Vec::new()),
        };
        let look = Look {
            painter,
            sieve,
            explain: rendering.explain.clone(),
            colours: rendering.options.colours,
            keeps_ends: query.has_tests() && query.lines.is_some(),
            cleans: rendering.cleans && is_raw(rendering),
            marks,
            blank,
            scratch: Vec::new(),
        };
        Worker { fields: Fields::new(wanted), look }
    }

    /// Appends what a batch looks like to `out`, handing it to `flush` when it has become much.
    /// `flush` empties both and says whether to go on.
    pub fn render(
        &mut self,
        set: &Set,
        batch: &Batch,
        out: &mut Vec<u8>,
        flush: &mut dyn FnMut(&mut Vec<u8>, &mut Rendered) -> bool,
    ) -> Rendered {
        let mut rendered = Rendered::default();
        let mut boot = batch.boot_before;
        batch.tell_positions(&mut self.fields);
        for &at in &batch.positions {
            let tells = batch.tells_boots.then_some(&mut boot);
            self.journal(set, at, tells, out, &mut rendered);
            if out.len() >= ENOUGH && !flush(out, &mut rendered) {
                return rendered;
            }
        }
        for item in &batch.items {
            match item {
                Item::Journal(at) => self.journal(set, *at, None, out, &mut rendered),
                Item::Text(entry) => {
                    self.look.entry(entry, entry.source + 1, None, out, &mut rendered);
                }
                Item::Boot(id) => self.look.boot(*id, out),
            }
            if out.len() >= ENOUGH && !flush(out, &mut rendered) {
                return rendered;
            }
        }
        rendered
    }

    /// Appends what is left to say when there is nothing more for now.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if let Painter::People(people) = &mut self.look.painter {
            people.finish(out);
        }
    }

    /// An entry of a journal. `boot` is that of the entry before, if its change is to be told.
    fn journal(
        &mut self,
        set: &Set,
        at: Position,
        boot: Option<&mut Option<Id128>>,
        out: &mut Vec<u8>,
        rendered: &mut Rendered,
    ) {
        // Damaged entries are passed over, as by journalctl; verifying the files tells of them.
        let Ok(record) = self.fields.read(set, at) else { return };
        if let Some(boot) = boot {
            let before = boot.replace(record.entry.boot_id);
            if before.is_some_and(|before| before != record.entry.boot_id) {
                self.look.boot(record.entry.boot_id, out);
            }
        }
        let entry = JournalEntry { record: &record, set, at };
        self.look.entry(&entry, 0, Some(at), out, rendered);
    }
}

impl Look {
    /// Appends an entry, unless the pattern is not in its message. `source` is the place of its mark.
    fn entry(
        &mut self,
        entry: &impl Entry,
        source: usize,
        at: Option<Position>,
        out: &mut Vec<u8>,
        rendered: &mut Rendered,
    ) {
        let Some(highlight) = self.sieve.look(entry) else { return };
        let mut extras = Extras { highlight, ..Extras::default() };
        let explained = self.explain.as_ref().and_then(|explain| explain.of(entry));
        extras.catalog = explained.as_deref();
        let mark = self.marks.get(source);
        let written = match mark.is_none() && !self.cleans {
            true => self.painter.write(entry, &extras, out),
            false => {
                self.scratch.clear();
                let written = self.painter.write(entry, &extras, &mut self.scratch);
                let mut before = mark.map_or(&[][..], Vec::as_slice);
                for line in self.scratch.split_inclusive(|byte| *byte == b'\n') {
                    out.extend_from_slice(before);
                    before = &self.blank;
                    match self.cleans {
                        true => push_clean(line, out),
                        false => out.extend_from_slice(line),
                    }
                }
                written
            }
        };
        rendered.cut |= written == Written::Cut;
        rendered.entries += 1;
        if self.keeps_ends {
            rendered.ends.push((out.len(), at));
        }
    }

    fn boot(&self, id: Id128, out: &mut Vec<u8>) {
        push_boot(id.0, self.colours, out);
    }
}

/// Whether what an entry holds is written as it is. Other formats show no control characters.
fn is_raw(rendering: &Rendering) -> bool {
    rendering.options.all
        || matches!(rendering.format, Format::Cat | Format::Verbose | Format::Export)
}

/// Appends a line with its control characters made visible, but for the sequences that choose colours.
fn push_clean(line: &[u8], out: &mut Vec<u8>) {
    let (line, end) = match line.strip_suffix(b"\n") {
        Some(line) => (line, b"\n".as_slice()),
        None => (line, b"".as_slice()),
    };
    let mut rest = line;
    let mut is_coloured = false;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\x1b[") {
        let (before, sequence) = rest.split_at_checked(at).unwrap_or((rest, b""));
        let parameters = sequence.iter().skip(2).take_while(|b| matches!(b, b'0'..=b'9' | b';'));
        let length = 2 + parameters.count();
        // What is not one ends before its first byte that is none of it.
        let is_colour = sequence.get(length) == Some(&b'm');
        let (sequence, behind) =
            sequence.split_at_checked(length + usize::from(is_colour)).unwrap_or((sequence, b""));
        out.extend_from_slice(present::text::clean(before).as_bytes());
        match is_colour {
            true => out.extend_from_slice(sequence),
            false => out.extend_from_slice(present::text::clean(sequence).as_bytes()),
        }
        is_coloured |= is_colour;
        rest = behind;
    }
    out.extend_from_slice(present::text::clean(rest).as_bytes());
    if is_coloured {
        out.extend_from_slice(b"\x1b[0m");
    }
    out.extend_from_slice(end);
}

/// The marks of sources, all as wide as the widest, and as much blank.
fn marks(labels: &[String], colour: bool) -> (Vec<Vec<u8>>, Vec<u8>) {
    let width = labels.iter().map(|label| present::text::width(label)).max().unwrap_or(0);
    let (on, off) = if colour { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
    let mark = |label: &String| {
        let blank = " ".repeat(width.saturating_sub(present::text::width(label)) + 2);
        format!("{on}{label}{off}{blank}").into_bytes()
    };
    (labels.iter().map(mark).collect(), vec![b' '; width + 2])
}

#[cfg(test)]
mod tests {
    use super::push_clean;

    #[test]
    fn colours_stay_and_nothing_else_does() {
        for (line, clean) in [
            (&b"plain\n"[..], "plain\n"),
            (b"\x1b[1;31mred\x1b[0m\n", "\x1b[1;31mred\x1b[0m\x1b[0m\n"),
            (b"a\x1b[2Jb", "a\\e[2Jb"),
            (b"a\x1b]0;title\x07", "a\\e]0;title\\x07"),
            (b"\x1b[31", "\\e[31"),
            (b"", ""),
        ] {
            let mut out = Vec::new();
            push_clean(line, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), clean, "{line:?}");
        }
    }
}
