//! Which dependencies a unit has: those of its files, those that follow from its settings, and those
//! of every unit of its type.
//!
//! One function for each section of the man pages; what they give is held against a running systemd
//! by `daemonctl/tests/box_units_deps.rs`.

mod activation;
mod exec;
mod mount;
mod read;
mod slice;
mod written;

use super::{Dependency, Options, Rule, Why};
use crate::{
    escape,
    name::{Name, UnitType},
    table::{Group, Id},
    unit::{Definition, LoadState, Unit},
};

/// Takes what is found: the kind, as the unit says it; the other unit; the reason.
pub type Found<'f> = dyn FnMut(Dependency, &str, Why) + 'f;

/// Takes the paths that a unit needs.
pub type FoundPath<'f> = dyn FnMut(&str, Need, Why) + 'f;

/// How much a unit needs the mounts of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// As by `WantsMountsFor=`.
    Wants,
    /// As by `RequiresMountsFor=`.
    Requires,
}

const DEFAULT_DEPENDENCIES: Id = Id::of(Group::Unit, "DefaultDependencies");
const REQUIRES_MOUNTS_FOR: Id = Id::of(Group::Unit, "RequiresMountsFor");
const WANTS_MOUNTS_FOR: Id = Id::of(Group::Unit, "WantsMountsFor");
const OOM_SWAP: Id = Id::of(Group::Resource, "ManagedOOMSwap");
const OOM_PRESSURE: Id = Id::of(Group::Resource, "ManagedOOMMemoryPressure");

/// The root of all mounts.
const ROOT_MOUNT: &str = "-.mount";
/// The root of all slices.
const ROOT_SLICE: &str = "-.slice";
/// Where the system's services live.
const SYSTEM_SLICE: &str = "system.slice";
/// Where the manager itself lives.
const INIT_SCOPE: &str = "init.scope";

/// A unit and what its dependencies hang on.
#[derive(Clone, Copy)]
struct Subject<'a> {
    name: &'a Name,
    unit: Option<&'a Unit>,
    options: &'a Options,
}

impl<'a> Subject<'a> {
    fn unit_type(&self) -> UnitType {
        self.name.unit_type()
    }

    fn settings(&self) -> Option<&'a Definition> {
        self.unit.map(|unit| &unit.settings)
    }

    fn has_defaults(&self) -> bool {
        default_dependencies(self.unit, self.name)
    }

    fn flag(&self, id: Id) -> bool {
        self.settings().and_then(|settings| settings.flag(id)).unwrap_or(false)
    }

    fn text(&self, id: Id) -> Option<&'a str> {
        self.settings()?.text(id)
    }

    /// A rule because of the last assignment of a directive, if there is one.
    fn because(&self, rule: Rule, id: Id) -> Why {
        match self.settings().and_then(|settings| settings.get(id)) {
            Some(setting) => Why::because(rule, id, setting.origin),
            None => Why::rule(rule),
        }
    }

    /// Under the rules before version 256, where `WantsMountsFor=` came.
    fn is_old(&self) -> bool {
        self.options.version < 256
    }
}

/// Finds all dependencies of one unit, but for those that hang on other units: on mounts
/// ([`paths`]), and those of targets on what they pull in. Of a unit that has no definition there
/// are none.
pub fn apply(
    name: &Name,
    state: LoadState,
    unit: Option<&Unit>,
    options: &Options,
    found: &mut Found<'_>,
) {
    let subject = Subject { name, unit, options };
    if let Some(unit) = unit.filter(|_| state != LoadState::NotFound) {
        written::apply(unit, found);
    }
    if !matches!(state, LoadState::Loaded | LoadState::BadSetting) {
        return;
    }
    match subject.unit_type() {
        UnitType::Service => activation::service(&subject, found),
        UnitType::Socket => activation::socket(&subject, found),
        UnitType::Timer => activation::timer(&subject, found),
        UnitType::Path => activation::path(&subject, found),
        UnitType::Automount => mount::automount(&subject, found),
        UnitType::Mount => mount::mount(&subject, found),
        UnitType::Swap => mount::swap(&subject, found),
        UnitType::Target | UnitType::Slice | UnitType::Scope => shutdown(&subject, found),
        UnitType::Device => {}
    }
    exec::apply(&subject, found);
    slice::belongs(&subject, found);
    // systemd comes to these after it has found that settings do not fit together.
    if state == LoadState::Loaded {
        slice::needs(&subject, found);
        oomd(&subject, found);
    }
}

/// Finds the paths whose mounts a unit needs: `RequiresMountsFor=`, `WantsMountsFor=` and the
/// settings that do the same. Call it for loaded units.
pub fn paths(name: &Name, unit: Option<&Unit>, options: &Options, found: &mut FoundPath<'_>) {
    let subject = Subject { name, unit, options };
    if let Some(settings) = subject.settings() {
        for (id, need) in [(REQUIRES_MOUNTS_FOR, Need::Requires), (WANTS_MOUNTS_FOR, Need::Wants)] {
            for (path, origin) in settings.texts(id) {
                found(path, need, Why::because(Rule::MountsFor, id, origin));
            }
        }
    }
    exec::paths(&subject, found);
    activation::paths(&subject, found);
    mount::paths(&subject, found);
}

/// The names of the mounts that a path may lie on, from the root down. A path that is not absolute
/// or not normal lies on none.
pub fn mounts_of(path: &str) -> Vec<String> {
    let Some(rest) = path.strip_prefix('/') else { return Vec::new() };
    let parts: Vec<&str> =
        rest.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Vec::new();
    }
    let mut found = vec![ROOT_MOUNT.to_owned()];
    let mut stem = String::new();
    for part in parts {
        if !stem.is_empty() {
            stem.push('-');
        }
        // A dot is escaped at the start of the whole only.
        match stem.is_empty() {
            true => stem.push_str(&escape::escape(part.as_bytes())),
            false => {
                let escaped = escape::escape(format!("_{part}").as_bytes());
                stem.push_str(escaped.get(1..).unwrap_or_default());
            }
        }
        if stem.len() > crate::name::MAX_NAME_BYTES {
            break;
        }
        found.push(format!("{stem}.mount"));
    }
    found
}

/// A unit's state: slices, devices and what systemd makes itself need no file.
pub fn state(name: &Name, state: LoadState) -> LoadState {
    let needs_none =
        matches!(name.unit_type(), UnitType::Slice | UnitType::Device) || is_perpetual(name);
    if state == LoadState::NotFound && needs_none { LoadState::Loaded } else { state }
}

/// Whether systemd makes the unit itself, file or not, and never stops it.
pub fn is_perpetual(name: &Name) -> bool {
    [ROOT_MOUNT, ROOT_SLICE, SYSTEM_SLICE, INIT_SCOPE].contains(&name.as_str())
}

/// The units that systemd makes itself.
pub fn perpetual(options: &Options) -> Vec<Name> {
    let all = [ROOT_MOUNT, ROOT_SLICE, INIT_SCOPE];
    let system = (!options.is_user).then_some(SYSTEM_SLICE);
    all.into_iter().chain(system).filter_map(|name| name.parse().ok()).collect()
}

/// Whether a unit has the default dependencies of its type.
pub fn default_dependencies(unit: Option<&Unit>, name: &Name) -> bool {
    match unit {
        _ if is_perpetual(name) => false,
        Some(unit) => unit.settings.flag(DEFAULT_DEPENDENCIES).unwrap_or(true),
        None => true,
    }
}

/// "Conflicts= and Before= on shutdown.target", which all types but mounts have.
fn shutdown(subject: &Subject<'_>, found: &mut Found<'_>) {
    if subject.has_defaults() && subject.name.as_str() != "shutdown.target" {
        let why = Why::rule(Rule::ShutdownDefault);
        found(Dependency::Before, "shutdown.target", why);
        found(Dependency::Conflicts, "shutdown.target", why);
    }
}

/// "Requires= and After= on sysinit.target", which a user's manager has not.
fn sysinit(subject: &Subject<'_>, found: &mut Found<'_>) {
    if !subject.options.is_user {
        let why = Why::rule(Rule::BootDefault);
        found(Dependency::Requires, "sysinit.target", why);
        found(Dependency::After, "sysinit.target", why);
    }
}

fn oomd(subject: &Subject<'_>, found: &mut Found<'_>) {
    let kills = |id: &&Id| subject.text(**id) == Some("kill");
    let Some(id) = [OOM_SWAP, OOM_PRESSURE].iter().find(kills) else { return };
    if subject.has_defaults() && slice::has_cgroup(subject.unit_type()) {
        let why = subject.because(Rule::Oomd, *id);
        found(Dependency::Wants, "systemd-oomd.service", why);
        found(Dependency::After, "systemd-oomd.service", why);
    }
}

#[cfg(test)]
mod tests {
    use super::mounts_of;

    #[test]
    fn mounts_of_a_path() {
        let found = |path| mounts_of(path).join(" ");
        assert_eq!(found("/"), "-.mount");
        assert_eq!(
            found("/var/lib//a-b/."),
            "-.mount var.mount var-lib.mount var-lib-a\\x2db.mount"
        );
        assert_eq!(found("/.a/.b"), "-.mount \\x2ea.mount \\x2ea-.b.mount");
        assert_eq!(found("var"), "");
        assert_eq!(found("/var/../etc"), "");
        assert!(mounts_of(&"/a".repeat(100_000)).len() < 200);
    }
}
