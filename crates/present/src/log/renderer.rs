//! One entry after another.

use super::cat::Cat;
use super::clock::{Clock, Style};
use super::entry::Entry;
use super::export::Export;
use super::format::Format;
use super::json::Json;
use super::options::{Extras, Options};
use super::selection::Selection;
use super::short::{self, Short};
use super::verbose::{self, Verbose};
use super::zone::{LocalTime, Utc};

/// Which fields a renderer looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wants {
    /// All.
    All,
    /// These; [`super::Field::index`] counts in this list.
    These(Vec<Vec<u8>>),
}

/// What came of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It was written.
    Whole,
    /// It was written, and cut to the width.
    Cut,
    /// There is nothing in it that this format shows.
    Nothing,
}

/// Writes entries in one format. One for each thread: it keeps what it rendered of fields that
/// repeat, in less than 4 MiB.
pub struct Renderer {
    options: Options,
    kind: Kind,
}

/// One for each family of formats.
enum Kind {
    Short(Short),
    Verbose(Verbose),
    Export(Export),
    Json(Json),
    Cat(Cat),
}

impl Renderer {
    /// A renderer that has seen nothing yet. With [`Options::utc`] the zone is not asked.
    #[must_use]
    pub fn new(format: Format, options: Options, zone: impl LocalTime + Send + 'static) -> Self {
        let zone: Box<dyn LocalTime + Send> =
            if options.utc { Box::new(Utc) } else { Box::new(zone) };
        let selection = Selection::new(&options.output_fields);
        let kind = match format {
            Format::Cat => Kind::Cat(Cat::new(&options)),
            Format::Export => Kind::Export(Export::new(selection)),
            Format::Json | Format::JsonPretty | Format::JsonSse | Format::JsonSeq => {
                Kind::Json(Json::new(selection, format, &options))
            }
            Format::Verbose => {
                Kind::Verbose(Verbose::new(selection, Clock::new(Style::FullMicros, zone)))
            }
            _ => Kind::Short(Short::new(format, &options, Clock::new(short::style(format), zone))),
        };
        Self { options, kind }
    }

    /// The fields that it looks at. A reader may look at more: behind these in the list, or
    /// without an index.
    #[must_use]
    pub fn wants(&self) -> Wants {
        match &self.kind {
            Kind::Short(short) => Wants::These(short.wants()),
            Kind::Verbose(verbose) => {
                verbose.selection.wants(&verbose::TIMES.map(|slot| slot.name()))
            }
            Kind::Export(export) => export.selection.wants(&[]),
            Kind::Json(json) => json.selection.wants(&[]),
            Kind::Cat(cat) => cat.wants(),
        }
    }

    /// Appends `entry` to `out`.
    pub fn write(&mut self, entry: &impl Entry, out: &mut Vec<u8>) -> Written {
        self.write_with(entry, &Extras::default(), out)
    }

    /// Appends `entry` to `out`, and what else is known of it.
    pub fn write_with(
        &mut self,
        entry: &impl Entry,
        extras: &Extras<'_>,
        out: &mut Vec<u8>,
    ) -> Written {
        let options = &self.options;
        match &mut self.kind {
            Kind::Short(short) => return short.write(entry, extras, options, out),
            Kind::Cat(cat) => return cat.write(entry, extras, options, out),
            Kind::Verbose(verbose) => verbose.write(entry, extras, options, out),
            Kind::Export(export) => export.write(entry, options, out),
            Kind::Json(json) => json.write(entry, options, out),
        }
        Written::Whole
    }
}
