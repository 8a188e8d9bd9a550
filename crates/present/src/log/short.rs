//! `short` and its sisters: a line for each entry, its time and its sender before the message.

use super::ansi::{self, Paint};
use super::bytes::{is_plain, is_printable, push_micros, push_padded, push_size, until_nul};
use super::clock::{Clock, Style};
use super::entry::Entry;
use super::format::Format;
use super::found::{Found, Slot};
use super::links;
use super::multiline::{Layout, push_lines};
use super::options::{Extras, Options};
use super::renderer::Written;
use super::strip::{self, strip};

/// Names and numbers that are as long are left out, unless all is asked for.
const LONGEST: usize = 300;

/// Writes short lines.
pub(super) struct Short {
    format: Format,
    wanted: Vec<Slot>,
    clock: Clock,
    /// The entry before, for differences.
    previous: Moment,
    /// A message without escape sequences.
    stripped: Vec<u8>,
    /// A message with links.
    linked: Vec<u8>,
}

/// When an entry was.
#[derive(Clone, Copy, Default)]
struct Moment {
    realtime_usec: u64,
    monotonic_usec: u64,
    boot_id: [u8; 16],
}

/// The style of the format's times; none if it counts from boot.
pub(super) const fn style(format: Format) -> Style {
    match format {
        Format::ShortIso => Style::Iso,
        Format::ShortIsoPrecise => Style::IsoMicros,
        Format::ShortPrecise => Style::SyslogMicros,
        Format::ShortFull | Format::WithUnit => Style::Full,
        Format::ShortUnix => Style::Unix,
        _ => Style::Syslog,
    }
}

impl Short {
    pub(super) fn new(format: Format, options: &Options, clock: Clock) -> Self {
        let mut wanted = vec![Slot::Message, Slot::Identifier, Slot::Pid];
        wanted.extend([Slot::Comm, Slot::SyslogPid, Slot::SourceRealtime, Slot::SourceMonotonic]);
        if !options.no_hostname {
            wanted.push(Slot::Hostname);
        }
        if format == Format::WithUnit {
            wanted.extend([Slot::Unit, Slot::UserUnit]);
        }
        if options.colours.is_on() {
            wanted.extend([Slot::Priority, Slot::Transport]);
        }
        if options.links.is_some() {
            wanted.extend([Slot::ConfigFile, Slot::Documentation]);
        }
        let (previous, stripped, linked) = Default::default();
        Self { format, wanted, clock, previous, stripped, linked }
    }

    pub(super) fn wants(&self) -> Vec<Vec<u8>> {
        self.wanted.iter().map(|slot| slot.name().to_vec()).collect()
    }

    pub(super) fn write(
        &mut self,
        entry: &impl Entry,
        extras: &Extras<'_>,
        options: &Options,
        out: &mut Vec<u8>,
    ) -> Written {
        let found = Found::of(entry, &self.wanted);
        let moment = Moment {
            realtime_usec: found.times.realtime_usec(entry),
            monotonic_usec: found.times.monotonic_usec(entry),
            boot_id: entry.boot_id(),
        };
        let previous = std::mem::replace(&mut self.previous, moment);
        let Some(message) = found.message else { return Written::Nothing };
        let start = out.len();
        match self.format {
            Format::ShortMonotonic => push_monotonic(&moment, None, out),
            Format::ShortDelta => push_monotonic(&moment, Some(&previous), out),
            _ => self.clock.write(moment.realtime_usec, out),
        }
        let columns = out.len() - start + push_sender(&found, self.format, options, out);
        out.extend_from_slice(b": ");
        let simple = !options.all && options.full_width && is_plain(message);
        let mut written = Written::Whole;
        if simple && !options.colours.is_on() && options.links.is_none() {
            out.extend_from_slice(message);
            out.push(b'\n');
        } else if self.push_message(message, columns + 2, &found, extras, options, out) {
            written = Written::Cut;
        }
        if options.catalog
            && let Some(text) = extras.catalog
        {
            super::lines::push_catalog(text, options, out);
        }
        written
    }

    /// Appends the message, and says whether it was cut.
    fn push_message(
        &mut self,
        message: &[u8],
        prefix: usize,
        found: &Found<'_>,
        extras: &Extras<'_>,
        options: &Options,
        out: &mut Vec<u8>,
    ) -> bool {
        let mut highlight =
            extras.highlight.as_ref().map_or((0, 0), |range| (range.start, range.end));
        let mut message = message;
        if !options.all && strip::is_needed(message) {
            strip(message, &mut highlight, &mut self.stripped);
            message = &self.stripped;
        }
        if options.links.is_some() {
            let documentation = found.documentation.filter(|url| is_shown(url, options));
            links::push_documentation(documentation, extras.catalog, options.utf8, out);
        }
        if !options.all && !is_printable(message, true) {
            out.push(b'[');
            push_size(message.len() as u64, out);
            out.extend_from_slice(b" blob data]\n");
            return false;
        }
        if let (Some(links), Some(file)) = (&options.links, found.config_file)
            && links::link_start(message, file, links, &mut highlight, &mut self.linked)
        {
            message = &self.linked;
        }
        let cut = !options.all && !options.full_width;
        let layout = Layout {
            prefix,
            columns: cut.then_some(options.columns as usize),
            utf8: options.utf8,
            paint: paint(found, options),
            highlight: Some(highlight),
        };
        push_lines(message, &layout, out)
    }
}

fn paint(found: &Found<'_>, options: &Options) -> Paint {
    let paint = ansi::of_level(found.level(), options.colours);
    if options.colours.is_on() && found.transport == Some(b"audit") {
        // Whatever the level: only what was searched for has still the level's colour.
        return Paint { on: ansi::BLUE, off: ansi::NORMAL, ..paint };
    }
    paint
}

/// Whether a name or a number can stand in a line.
fn is_shown(value: &[u8], options: &Options) -> bool {
    options.all || (value.len() < LONGEST && is_printable(value, true))
}

/// Appends host, name and process and returns how many columns journalctl counts for that, which
/// are not always as many.
fn push_sender(found: &Found<'_>, format: Format, options: &Options, out: &mut Vec<u8>) -> usize {
    let mut columns = 0;
    // What is shown as text ends at a NUL, which only --all lets pass.
    let mut push = |before: u8, value: &[u8]| {
        out.push(before);
        out.extend_from_slice(if options.all { until_nul(value) } else { value });
    };
    let shown = |value: Option<_>| value.filter(|value: &&[u8]| is_shown(value, options));
    if !options.no_hostname
        && let Some(host) = shown(found.hostname)
    {
        push(b' ', host);
        columns += host.len() + 1;
    }
    let units = format == Format::WithUnit
        && (shown(found.unit).is_some() || shown(found.user_unit).is_some());
    if units {
        let length = found.unit.map_or(0, <[u8]>::len);
        if let Some(unit) = found.unit {
            push(b' ', unit);
            columns += length + 1;
        }
        if let Some(unit) = found.user_unit {
            push(if found.unit.is_some() { b'/' } else { b' ' }, unit);
            columns += length + 1;
        }
    } else if let Some(name) = shown(found.identifier).or_else(|| shown(found.comm)) {
        push(b' ', name);
        columns += name.len() + 1;
    } else {
        push(b' ', b"unknown");
    }
    if let Some(pid) = shown(found.pid).or_else(|| shown(found.syslog_pid)) {
        push(b'[', pid);
        out.push(b']');
        columns += pid.len() + 2;
    }
    columns
}

/// Appends `[   12.345678]`, with the time since `previous` if there is one.
fn push_monotonic(moment: &Moment, previous: Option<&Moment>, out: &mut Vec<u8>) {
    let seconds = |usec: u64, out: &mut Vec<u8>| {
        push_padded(usec / 1_000_000, 5, out);
        out.push(b'.');
        push_micros(usec, out);
    };
    out.push(b'[');
    if moment.monotonic_usec >= 1 << 55 {
        // No journal has such an entry, but a file of text has only such.
        out.extend_from_slice(b"            ");
    } else {
        seconds(moment.monotonic_usec, out);
    }
    if let Some(previous) = previous {
        let valid = 1..1 << 55;
        if previous.monotonic_usec < 1 << 55 && previous.boot_id == moment.boot_id {
            out.extend_from_slice(b" <");
            seconds(moment.monotonic_usec.saturating_sub(previous.monotonic_usec), out);
            out.extend_from_slice(b" >");
        } else if valid.contains(&moment.realtime_usec) && valid.contains(&previous.realtime_usec) {
            out.extend_from_slice(b" <");
            seconds(moment.realtime_usec.saturating_sub(previous.realtime_usec), out);
            out.extend_from_slice(b"*>");
        } else {
            out.extend_from_slice(b"                ");
        }
    }
    out.push(b']');
}
