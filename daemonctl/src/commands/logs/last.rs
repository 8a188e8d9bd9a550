//! The last lines of single services, for `status`.

use jiff::tz::TimeZone;
use journal::filter::Filter;
use journal::set::Set;
use present::Theme;
use present::log::{Colours, Look};

use super::args::Args;
use super::sources::{Texts, usual_places};
use super::subject::{Lookup, Subjects};
use crate::context::Context;
use crate::logs::{self, Output, Query, Rendering, Sources};
use crate::service_view::{ServiceView, unix_now};
use crate::snapshot::Snapshot;

/// How far back texts are looked through: a week.
const TEXTS_BACK_USEC: u64 = 7 * 24 * 3600 * 1_000_000;

/// What services logged, opened once for all that are shown.
pub struct LastLines<'c> {
    context: &'c Context,
    sources: Sources,
    zone: TimeZone,
    lines: u64,
    theme: Theme,
}

impl<'c> LastLines<'c> {
    /// So many lines of each service.
    pub fn new(context: &'c Context, lines: u64, theme: Theme) -> LastLines<'c> {
        let set = Set::open(&usual_places(context));
        let zone = crate::time::zone();
        LastLines { context, sources: Sources::of_journal(set), zone, lines, theme }
    }

    /// The last lines that a service wrote, wherever to, each with its time, as text for a terminal. Empty:
    /// there are none, or they can't be read.
    pub fn of_service(&mut self, view: &ServiceView, snapshot: Option<&Snapshot>) -> String {
        if self.lines == 0 {
            return String::new();
        }
        let args = Args::default();
        let mut subjects = Subjects::default();
        let lookup = Lookup {
            context: self.context,
            managers: &args.managers,
            set: &self.sources.set,
            is_this_machine: true,
            has_syslog: true,
        };
        lookup.service(view, snapshot, &mut subjects);
        let mut texts = Texts {
            context: self.context,
            args: &args,
            set: &self.sources.set,
            zone: &self.zone,
            conditions: Vec::new(),
            troubles: Vec::new(),
        };
        self.sources.texts = texts.gather(&subjects);
        let has_texts = !self.sources.texts.is_empty();
        let query = Query {
            filter: Filter::any_of(subjects.journal),
            lines: Some(self.lines),
            since_usec: has_texts.then(recently_usec),
            ..Query::default()
        };
        let mut out = Vec::new();
        let rendering = self.rendering();
        // What can't be read is told by `logs`; here it is missing.
        match logs::show(
            &mut self.sources,
            &query,
            &rendering,
            Output { sink: &mut out, waits: None },
        ) {
            Ok(_) => String::from_utf8_lossy(&out).into_owned(),
            Err(_) => String::new(),
        }
    }

    fn rendering(&self) -> Rendering {
        let theme = self.theme;
        Rendering {
            format: present::log::Format::Short,
            options: present::log::Options {
                colours: if theme.colour { Colours::Many } else { Colours::Off },
                utf8: theme.unicode,
                ..present::log::Options::default()
            },
            zone: self.zone.clone(),
            explain: None,
            marks: !self.sources.texts.is_empty(),
            people: Some(Look { theme, utc: false, host: false, fold: false, all: false }),
            cleans: false,
        }
    }
}

/// A text has no index: of a service that says nothing for months, all of it would be read.
fn recently_usec() -> u64 {
    ((unix_now() * 1e6) as u64).saturating_sub(TEXTS_BACK_USEC)
}
