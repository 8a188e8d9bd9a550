//! Entries as people like to read them on a terminal.

use std::ops::Range;

use super::bytes::push_size;
use super::clock::{Clock, Style as TimeStyle};
use super::entry::Entry;
use super::fold::{Fold, Repeats, Seen};
use super::found::{Found, Slot};
use super::options::Extras;
use super::renderer::{Wants, Written};
use super::strip::{self, strip};
use super::structured::{self, Structured};
use super::zone::{LocalTime, Utc};
use super::{shape, trace};
use crate::style::{Style, Theme, paint};
use crate::text;

/// Bytes of a message that are shown, unless all is asked for.
const LONGEST: usize = 16 << 10;
/// A line that continues a trace comes that soon.
const SOON_USEC: u64 = 1_000_000;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Colours and characters.
    pub theme: Theme,
    /// Times in UTC.
    pub utc: bool,
    /// The host's name before the sender's.
    pub host: bool,
    /// Leave out lines that [repeat](super::fold) the line before, and say how many.
    pub fold: bool,
    /// All of each message, however long.
    pub all: bool,
}

/// Writes entries for people: the time, who, and what; coloured by level, without control
/// characters. Objects of JSON are made [readable](super::structured), further lines of a message
/// stand below its first, and so do lines that [continue](super::trace::continues) the entry
/// before.
///
/// What it writes depends on the entry before, so that one renderer must see them all in their
/// order; and [`People::finish`] writes what is left to say at the end.
pub struct People {
    look: Look,
    clock: Clock,
    fold: Fold,
    /// The last line, if nothing else came between.
    last: Option<Last>,
    stripped: Vec<u8>,
    line: String,
}

/// A line that was written.
struct Last {
    sender: u64,
    realtime_usec: u64,
    /// Columns before its message.
    indent: usize,
}

const WANTED: [Slot; 9] = [
    Slot::Message,
    Slot::Identifier,
    Slot::Pid,
    Slot::Comm,
    Slot::SyslogPid,
    Slot::SourceRealtime,
    Slot::SourceMonotonic,
    Slot::Priority,
    Slot::Hostname,
];

impl People {
    /// A renderer that has seen nothing yet.
    #[must_use]
    pub fn new(look: Look, zone: impl LocalTime + Send + 'static) -> Self {
        let zone: Box<dyn LocalTime + Send> = if look.utc { Box::new(Utc) } else { Box::new(zone) };
        let clock = Clock::new(TimeStyle::Syslog, zone);
        let (fold, last, stripped, line) = Default::default();
        Self { look, clock, fold, last, stripped, line }
    }

    /// The fields that it looks at.
    #[must_use]
    pub fn wants(&self) -> Wants {
        Wants::These(WANTED.iter().map(|slot| slot.name().to_vec()).collect())
    }

    /// Appends `entry` to `out`, what was found in it highlighted.
    pub fn write(&mut self, entry: &impl Entry, extras: &Extras<'_>, out: &mut Vec<u8>) -> Written {
        let found = Found::of(entry, &WANTED);
        let Some(message) = found.message else { return Written::Nothing };
        let realtime_usec = found.times.realtime_usec(entry);
        let sender = sender(&found);
        if self.look.fold {
            match self.fold.see(&sender.to_le_bytes(), message, realtime_usec) {
                Seen::Again => return Written::Nothing,
                Seen::New(repeats) => self.push_repeats(repeats, out),
            }
        }
        self.line.clear();
        let joined = self.last.as_ref().filter(|last| {
            let soon = last.realtime_usec.abs_diff(realtime_usec) <= SOON_USEC;
            last.sender == sender && soon && trace::continues(message)
        });
        let indent = match joined {
            Some(last) => {
                self.line.extend(std::iter::repeat_n(' ', last.indent));
                last.indent
            }
            None => self.push_head(&found, realtime_usec),
        };
        self.last = Some(Last { sender, realtime_usec, indent });
        self.push_message(message, &found, extras, indent, out);
        Written::Whole
    }

    /// Appends what is left to say. More entries may follow.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let repeats = self.fold.end();
        self.push_repeats(repeats, out);
    }

    fn push_repeats(&mut self, repeats: Option<Repeats>, out: &mut Vec<u8>) {
        let Some(repeats) = repeats else { return };
        let dots = if self.look.theme.unicode { "…" } else { "..." };
        let indent = self.last.take().map_or(0, |last| last.indent);
        self.line.clear();
        self.line.extend(std::iter::repeat_n(' ', indent));
        paint(&format!("{dots} {repeats}"), Style::Dim, &self.look.theme, &mut self.line);
        self.line.push('\n');
        out.extend_from_slice(self.line.as_bytes());
    }

    /// Starts the line with time and sender, and returns how many columns that takes.
    fn push_head(&mut self, found: &Found<'_>, realtime_usec: u64) -> usize {
        let theme = self.look.theme;
        let mut time = Vec::new();
        self.clock.write(realtime_usec, &mut time);
        paint(&String::from_utf8_lossy(&time), Style::Dim, &theme, &mut self.line);
        let mut who = String::new();
        if let Some(host) = found.hostname.filter(|_| self.look.host) {
            text::clean_into(host, &mut who);
            who.push(' ');
        }
        let name = found.identifier.filter(|name| !name.is_empty()).or(found.comm);
        text::clean_into(name.unwrap_or(b"unknown"), &mut who);
        if let Some(pid) = found.pid.or(found.syslog_pid).filter(|pid| !pid.is_empty()) {
            who.push('[');
            text::clean_into(pid, &mut who);
            who.push(']');
        }
        self.line.push(' ');
        self.line.push_str(&who);
        self.line.push_str(": ");
        time.len() + 1 + text::width(&who) + 2
    }

    fn push_message(
        &mut self,
        message: &[u8],
        found: &Found<'_>,
        extras: &Extras<'_>,
        indent: usize,
        out: &mut Vec<u8>,
    ) {
        let highlight = extras.highlight.clone().filter(|range| !range.is_empty());
        let sought = highlight.as_ref().and_then(|range| message.get(range.clone()));
        let read = structured::read(message);
        let level = read.as_ref().and_then(|read| read.level).unwrap_or_else(|| found.level());
        let mut highlight = highlight.clone();
        let mut shown = message;
        if let Some(Structured { text, .. }) = &read {
            shown = text.as_bytes();
            highlight = None;
        } else if strip::is_needed(message) {
            strip(message, &mut (0, 0), &mut self.stripped);
            shown = &self.stripped;
            highlight = None;
        }
        // What was found may stand elsewhere now: at the first place that reads the same.
        if let (None, Some(sought)) = (&highlight, sought) {
            let at = memchr::memmem::find(shown, sought);
            highlight = at.map(|at| at..at + sought.len());
        }
        let shown = shown.trim_ascii_end();
        let cut = if self.look.all { shown } else { shown.get(..LONGEST).unwrap_or(shown) };
        push_lines(cut, indent, style(level), highlight, &self.look.theme, &mut self.line);
        if cut.len() < shown.len() {
            self.line.extend(std::iter::repeat_n(' ', indent));
            let mut left = b"[".to_vec();
            push_size((shown.len() - cut.len()) as u64, &mut left);
            left.extend_from_slice(b" more]");
            paint(&String::from_utf8_lossy(&left), Style::Dim, &self.look.theme, &mut self.line);
            self.line.push('\n');
        }
        out.extend_from_slice(self.line.as_bytes());
    }
}

/// The process that said it.
fn sender(found: &Found<'_>) -> u64 {
    let name = found.identifier.or(found.comm).unwrap_or_default();
    let pid = found.pid.or(found.syslog_pid).unwrap_or_default();
    shape::key(name, &String::from_utf8_lossy(pid))
}

/// How a message of that level of syslog(3) looks.
pub(super) const fn style(level: u8) -> Style {
    match level {
        0..=3 => Style::Bad,
        4 => Style::Warn,
        5 => Style::Bold,
        6 => Style::Plain,
        _ => Style::Dim,
    }
}

/// Appends each line of `message` with a newline, all but the first with `indent` blanks before.
fn push_lines(
    message: &[u8],
    indent: usize,
    style: Style,
    highlight: Option<Range<usize>>,
    theme: &Theme,
    out: &mut String,
) {
    let highlight = highlight.unwrap_or(0..0);
    let mut at = 0;
    for line in message.split(|byte| *byte == b'\n') {
        if at > 0 {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        // What of the line was found; in the middle of a character it is not text, but clean.
        let place = |end: usize| end.saturating_sub(at).min(line.len());
        let (head, rest) = line.split_at_checked(place(highlight.start)).unwrap_or((line, b""));
        let length = place(highlight.end).saturating_sub(head.len());
        let (found, tail) = rest.split_at_checked(length).unwrap_or((rest, b""));
        for (part, style) in [(head, style), (found, Style::Heading), (tail, style)] {
            if !part.is_empty() {
                paint(&text::clean(part), style, theme, out);
            }
        }
        out.push('\n');
        at += line.len() + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Field, Utc};

    struct Line {
        second: u64,
        fields: Vec<(&'static str, Vec<u8>)>,
    }

    impl Entry for Line {
        fn realtime_usec(&self) -> u64 {
            self.second * 1_000_000
        }
        fn monotonic_usec(&self) -> u64 {
            u64::MAX
        }
        fn boot_id(&self) -> [u8; 16] {
            [0; 16]
        }
        fn seqnum(&self) -> u64 {
            0
        }
        fn seqnum_id(&self) -> [u8; 16] {
            [0; 16]
        }
        fn xor_hash(&self) -> u64 {
            0
        }
        fn fields(&self) -> impl Iterator<Item = Field<'_>> {
            self.fields.iter().map(|(name, value)| Field {
                index: Field::UNLISTED,
                name: name.as_bytes(),
                value,
                id: 0,
            })
        }
    }

    fn line(second: u64, name: &str, priority: &str, message: impl AsRef<[u8]>) -> Line {
        let fields = vec![
            ("SYSLOG_IDENTIFIER", name.as_bytes().to_vec()),
            ("_PID", b"7".to_vec()),
            ("_HOSTNAME", b"box".to_vec()),
            ("PRIORITY", priority.as_bytes().to_vec()),
            ("MESSAGE", message.as_ref().to_vec()),
        ];
        Line { second, fields }
    }

    fn look(colour: bool, fold: bool) -> Look {
        let theme = Theme { colour, unicode: true };
        Look { theme, utc: false, host: false, fold, all: false }
    }

    fn shown(look: Look, lines: &[Line], highlight: Option<&Range<usize>>) -> String {
        let mut people = People::new(look, Utc);
        let mut out = Vec::new();
        for line in lines {
            let extras = Extras { highlight: highlight.cloned(), catalog: None };
            people.write(line, &extras, &mut out);
        }
        people.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn traces_stand_below_their_first_line_and_json_is_readable() {
        let lines = [
            line(1, "web", "6", "GET /\tx\x1b[31m red\x1b[0m"),
            line(2, "app", "3", "Exception in main\n  at a\r\n  at b\n"),
            line(2, "app", "3", "\tat c"),
            line(2, "web", "6", "\tnot app's"),
            line(3, "app", "6", r#"{"level":"warn","msg":"slow","ms":7}"#),
            line(3, "e\x1b[2Jvil\n", "6", "forged\x1b]0;title\x07\u{9b}"),
        ];
        insta::assert_snapshot!(shown(look(false, false), &lines, None), @r"
        Jan 01 00:00:01 web[7]: GET /        x red
        Jan 01 00:00:02 app[7]: Exception in main
                                  at a
                                  at b
                                        at c
        Jan 01 00:00:02 web[7]:         not app's
        Jan 01 00:00:03 app[7]: slow ms=7
        Jan 01 00:00:03 e\e[2Jvil\n[7]: forged\x9b
        ");
    }

    #[test]
    fn repeated_lines_are_folded() {
        let mut lines: Vec<Line> = (0..42)
            .map(|at| line(at * 5, "sshd", "6", format!("Invalid user x from 10.0.0.{at}")))
            .collect();
        lines.push(line(300, "sshd", "6", "done"));
        lines.push(line(301, "sshd", "6", "done"));
        insta::assert_snapshot!(shown(look(false, true), &lines, None), @r"
        Jan 01 00:00:00 sshd[7]: Invalid user x from 10.0.0.0
                                 … 41 more like this in 3m25s
        Jan 01 00:05:00 sshd[7]: done
                                 … 1 more like this in 1.0s
        ");
    }

    #[test]
    fn levels_and_what_was_found_are_coloured() {
        let lines =
            [line(1, "a", "3", "disk\nfull"), line(1, "a", "7", "a fulx"), line(1, "a", "4", "fu")];
        let out = shown(look(true, false), &lines, Some(&(2..6))).replace('\x1b', "^");
        insta::assert_snapshot!(out, @r"
        ^[2mJan 01 00:00:01^[0m a[7]: ^[1;31mdi^[0m^[1;4msk^[0m
                              ^[1;4mf^[0m^[1;31mull^[0m
        ^[2mJan 01 00:00:01^[0m a[7]: ^[2ma ^[0m^[1;4mfulx^[0m
        ^[2mJan 01 00:00:01^[0m a[7]: ^[33mfu^[0m
        ");
    }

    #[test]
    fn long_messages_are_cut() {
        let lines = [line(1, "a", "6", "x".repeat(LONGEST + 5000))];
        let out = shown(look(false, false), &lines, None);
        assert!(out.ends_with("xx\n                      [4.8K more]\n"), "{}", out.len());
        let all = shown(Look { all: true, ..look(false, false) }, &lines, None);
        assert!(all.len() > LONGEST + 5000 && !all.contains("more]"));
        assert_eq!(shown(look(false, false), &[Line { second: 1, fields: vec![] }], None), "");
    }
}
