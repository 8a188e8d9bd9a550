//! The last lines of single services, for `status`.

use journal::filter::Filter;
use journal::set::Set;
use present::Theme;
use present::log::{Colours, Look};

use super::args::Args;
use super::sources::{Texts, usual_places};
use super::subject::{Lookup, Subjects};
use crate::context::Context;
use crate::logs::{self, Output, Query, Rendering, Sources};
use crate::service_view::ServiceView;
use crate::snapshot::Snapshot;
use crate::zones::MachineZones;

/// The last lines that a service wrote, wherever to, each with its time, as text for a terminal. Empty: there
/// are none, or they can't be read.
pub fn of_service(
    context: &Context,
    view: &ServiceView,
    snapshot: Option<&Snapshot>,
    lines: u64,
    theme: Theme,
) -> String {
    let args = Args::default();
    let set = Set::open(&usual_places(context));
    let zone = MachineZones::system().local_zone().clone();
    let mut subjects = Subjects::default();
    let lookup = Lookup {
        context,
        managers: &args.managers,
        set: &set,
        is_this_machine: true,
        has_syslog: true,
    };
    lookup.service(view, snapshot, &mut subjects);
    let mut texts = Texts {
        context,
        args: &args,
        set: &set,
        zone: &zone,
        conditions: Vec::new(),
        troubles: Vec::new(),
    };
    let texts = texts.gather(&subjects);
    let query =
        Query { filter: Filter::any_of(subjects.journal), lines: Some(lines), ..Query::default() };
    let look = Look { theme, utc: false, host: false, fold: false, all: false };
    let options = present::log::Options {
        colours: if theme.colour { Colours::Many } else { Colours::Off },
        utf8: theme.unicode,
        ..present::log::Options::default()
    };
    let rendering = Rendering {
        format: present::log::Format::Short,
        options,
        zone: zone.clone(),
        explain: None,
        marks: !texts.is_empty(),
        people: Some(look),
        cleans: false,
    };
    let mut sources = Sources { set, texts };
    let mut out = Vec::new();
    // What can't be read is told by `logs`; here it is missing.
    match logs::show(&mut sources, &query, &rendering, Output { sink: &mut out }) {
        Ok(_) => String::from_utf8_lossy(&out).into_owned(),
        Err(_) => String::new(),
    }
}
