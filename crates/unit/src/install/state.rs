//! In which state a unit is: what `systemctl is-enabled` says.

use std::collections::HashMap;

use super::{
    Run,
    context::{Mode, Subject, Subjects},
    path,
    report::{Failure, Why},
    scene::Look,
};
use crate::{files::EntryKind, load::SearchPath, name::Name, unit::FolderKind};

/// The states of unit files (systemctl(1), `is-enabled`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Links below `/etc` pull it in, or are other names of it.
    Enabled,
    /// Links below `/run` do.
    EnabledRuntime,
    /// A link below `/etc` makes a file from elsewhere a unit.
    Linked,
    /// A link below `/run` does.
    LinkedRuntime,
    /// It is another name of a unit.
    Alias,
    /// It can't be started.
    Masked,
    /// It can't be started until the next boot.
    MaskedRuntime,
    /// It can't be enabled: it has no `[Install]` section, or an empty one.
    Static,
    /// It is not enabled, and could be.
    Disabled,
    /// It is not enabled itself, but units of its `Also=`, or other names of it, may be.
    Indirect,
    /// A generator made it.
    Generated,
    /// The service manager made it at somebody's request.
    Transient,
    /// It can't be read.
    Bad,
}

impl State {
    /// All of them.
    pub const ALL: [State; 13] = [
        State::Enabled,
        State::EnabledRuntime,
        State::Linked,
        State::LinkedRuntime,
        State::Alias,
        State::Masked,
        State::MaskedRuntime,
        State::Static,
        State::Disabled,
        State::Indirect,
        State::Generated,
        State::Transient,
        State::Bad,
    ];

    /// systemd's word for it.
    pub const fn word(self) -> &'static str {
        match self {
            State::Enabled => "enabled",
            State::EnabledRuntime => "enabled-runtime",
            State::Linked => "linked",
            State::LinkedRuntime => "linked-runtime",
            State::Alias => "alias",
            State::Masked => "masked",
            State::MaskedRuntime => "masked-runtime",
            State::Static => "static",
            State::Disabled => "disabled",
            State::Indirect => "indirect",
            State::Generated => "generated",
            State::Transient => "transient",
            State::Bad => "bad",
        }
    }

    /// Whether `systemctl is-enabled` ends with status 0 for it.
    pub const fn is_enabled(self) -> bool {
        matches!(
            self,
            State::Enabled
                | State::EnabledRuntime
                | State::Static
                | State::Alias
                | State::Indirect
                | State::Generated
        )
    }
}

/// Whether units in that folder were made at somebody's request.
pub(super) fn is_transient(folder: &str) -> bool {
    folder.ends_with("/transient")
}

fn is_runtime(search: &SearchPath, folder: &str) -> bool {
    folder == "/run"
        || path::below(folder, "/run")
        || folder == &**search.runtime()
        || SearchPath::is_generated(folder)
        || is_transient(folder)
}

/// A link and the last part of its target.
type Pair = (Box<str>, Box<str>);

/// The links in one folder of the search path.
#[derive(Debug, Default)]
struct Links {
    /// Links in its `.wants`, `.requires` and `.upholds` folders, by name and by the name of the
    /// template that they are of.
    pulled_in: HashMap<Box<str>, Vec<Box<str>>>,
    /// Links in itself, with the last part of their targets, by both.
    other: HashMap<Box<str>, Vec<Pair>>,
}

/// The links of the search path, folder by folder: looked through once for any number of units.
pub(super) struct Index(Vec<Links>);

impl Index {
    pub(super) fn read(run: &mut Run<'_>) -> Index {
        Index(run.search.folders().iter().map(|folder| links_in(run, folder)).collect())
    }
}

fn links_in(run: &mut Run<'_>, folder: &str) -> Links {
    let mut links = Links::default();
    for (name, kind) in run.draft.list(folder).unwrap_or_default() {
        match kind {
            EntryKind::Link(target) => {
                let file: Box<str> = path::split(&target).1.into();
                let link = (name.clone(), file.clone());
                links.other.entry(name.clone()).or_default().push(link.clone());
                if file != name {
                    links.other.entry(file).or_default().push(link);
                }
            }
            EntryKind::Folder if FolderKind::ALL.iter().any(|k| name.ends_with(k.suffix())) => {
                let entries = run.draft.list(&path::join(folder, &name)).unwrap_or_default();
                for (link, _) in
                    entries.iter().filter(|(_, kind)| matches!(kind, EntryKind::Link(_)))
                {
                    let template = link.parse::<Name>().ok().and_then(|link| link.template());
                    if let Some(template) = template {
                        let links = links.pulled_in.entry(template.as_str().into()).or_default();
                        links.push(link.clone());
                    }
                    links.pulled_in.entry(link.clone()).or_default().push(link.clone());
                }
            }
            EntryKind::Folder | EntryKind::File | EntryKind::Other => {}
        }
    }
    links
}

pub(super) fn of(run: &mut Run<'_>, index: &Index, unit: &str) -> Result<State, Failure> {
    let refuse = |why: Why| why.about(unit);
    unit.parse::<Name>().map_err(|_| refuse(Why::Name))?;
    let mut subjects = Subjects::default();
    let id = subjects.discover(unit, Look::LOAD_AND_FOLLOW, &mut run.scene()).map_err(refuse)?;
    let subject = subjects.get(id).ok_or_else(|| refuse(Why::NoSuchUnit))?;
    let (folder, file) = path::split(&subject.path);
    if subject.mode == Mode::Masked {
        return Ok(match is_runtime(run.search, folder) {
            true => State::MaskedRuntime,
            false => State::Masked,
        });
    }
    if unit != file && !is_instance(&subject.name) {
        return Ok(State::Alias);
    }
    if SearchPath::is_generated(folder) {
        return Ok(State::Generated);
    }
    if is_transient(folder) {
        return Ok(State::Transient);
    }
    // First the links that `enable` would make, then others.
    if let Some(state) = by_links(run.search, index, subject, true) {
        return Ok(state);
    }
    if by_links(run.search, index, subject, false).is_some() {
        return Ok(State::Indirect);
    }
    Ok(match () {
        () if subject.section.has_links() => State::Disabled,
        () if !subject.section.also.is_empty() => State::Indirect,
        () => State::Static,
    })
}

fn is_instance(name: &Name) -> bool {
    name.instance().is_some_and(|instance| !instance.is_empty())
}

fn by_links(
    search: &SearchPath,
    index: &Index,
    subject: &Subject,
    only_known: bool,
) -> Option<State> {
    let (mut runtime, mut elsewhere, mut own, mut own_runtime) = (false, false, false, false);
    let mut is_below_unit = false;
    for (folder, links) in search.folders().iter().zip(&index.0) {
        let is_config = folder == search.config();
        let is_runtime = is_runtime(search, folder);
        let (enables, is_own) = links.of(subject, only_known, is_below_unit);
        if enables {
            if is_config {
                return Some(State::Enabled);
            }
            runtime |= is_runtime;
            elsewhere |= !is_runtime;
        } else if is_own {
            own |= is_config;
            own_runtime |= !is_config && is_runtime;
        }
        // Names in folders that come later are not those of this unit.
        is_below_unit |= path::below(&subject.path, folder);
    }
    match () {
        () if runtime => Some(State::EnabledRuntime),
        // An instance that the vendor links is enabled once and for all.
        () if elsewhere && is_instance(&subject.name) => Some(State::Static),
        () if own => Some(State::Linked),
        () if own_runtime => Some(State::LinkedRuntime),
        () => None,
    }
}

impl Links {
    /// Whether a link enables the unit, and whether there is the one that makes a file from
    /// elsewhere the unit. `only_known`: only links of names that its `[Install]` section knows.
    fn of(&self, subject: &Subject, only_known: bool, is_below_unit: bool) -> (bool, bool) {
        let unit = subject.name.as_str();
        let is_wanted = |name: &str| !only_known || subject.section.knows(&subject.name, name);
        let mut pulled_in = self.pulled_in.get(unit).into_iter().flatten();
        if pulled_in.any(|name| is_wanted(name)) {
            return (true, false);
        }
        let mut is_own = false;
        for (name, file) in self.other.get(unit).into_iter().flatten() {
            let has_name = !is_below_unit && **name == *unit;
            let leads_here = **file == *unit;
            if has_name && leads_here {
                is_own = true;
            } else if (has_name || leads_here) && is_wanted(name) {
                return (true, false);
            }
        }
        (false, is_own)
    }
}
