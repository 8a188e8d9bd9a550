//! Names of things outside of a unit: units, programs, users, files.

use super::Findings;
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    load::Catalogue,
    name::{Name, UnitType},
    table::{Group, Id, Kind, Merge},
    unit::{FolderKind, LoadState, Unit},
    values::Value,
};

/// What is known of a program's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// It is there and can be run.
    Found,
    /// It is not there.
    Missing,
    /// It is there and is not executable.
    NotExecutable,
    /// It is a folder or another thing that is no file.
    NotAFile,
    /// It could not be found out.
    Unknown,
}

/// What units refer to outside of the unit files, on the machine or in a tree that is no machine.
pub trait Surroundings {
    /// A program: an absolute path, or a name that is looked for in the folders of `$PATH`.
    fn program(&self, path: &str) -> Program;

    /// Whether there is a user of that name or number; `None` where that can't be known.
    fn user(&self, name: &str) -> Option<bool>;

    /// Whether there is a group of that name or number; `None` where that can't be known.
    fn group(&self, name: &str) -> Option<bool>;

    /// Whether the kernel has that mount or swap unit, or systemd always does.
    fn is_mounted(&self, unit: &Name) -> bool;

    /// Whether something exists at an absolute path; `None` where that can't be known.
    fn exists(&self, path: &str) -> Option<bool>;
}

const REQUIRES: Id = Id::of(Group::Unit, "Requires");
const BINDS_TO: Id = Id::of(Group::Unit, "BindsTo");
const REQUISITE: Id = Id::of(Group::Unit, "Requisite");
const USER: Id = Id::of(Group::Exec, "User");
const GROUP: Id = Id::of(Group::Exec, "Group");
const SUPPLEMENTARY: Id = Id::of(Group::Exec, "SupplementaryGroups");
const DYNAMIC_USER: Id = Id::of(Group::Exec, "DynamicUser");
const ENVIRONMENT_FILE: Id = Id::of(Group::Exec, "EnvironmentFile");
const ROOT_DIRECTORY: Id = Id::of(Group::Exec, "RootDirectory");
const ROOT_IMAGE: Id = Id::of(Group::Exec, "RootImage");
const SERVICE: Id = Id::of(Group::Socket, "Service");

/// What the unit refers to and is not there.
pub fn of(unit: &Unit, catalogue: &Catalogue, around: &dyn Surroundings) -> Vec<Diagnostic> {
    let mut findings = Findings::new(unit);
    units(&mut findings, catalogue, around);
    let is_installed = programs(&mut findings, around);
    accounts(&mut findings, around, is_installed);
    environment_files(&mut findings, around);
    findings.found
}

/// Whether a unit of that name is there only with a file: devices come from the kernel, slices and
/// scopes are made on demand. Mounts and swaps that the kernel knows already are there too: who
/// calls knows of those ([`Surroundings::is_mounted`]).
pub fn needs_a_file(name: &Name) -> bool {
    !matches!(name.unit_type(), UnitType::Device | UnitType::Slice | UnitType::Scope)
}

fn units(findings: &mut Findings<'_>, catalogue: &Catalogue, around: &dyn Surroundings) {
    let unit = findings.unit;
    let mut missing = Vec::new();
    for setting in unit.settings.settings() {
        let directive = setting.id.directive();
        if setting.id.group() != Group::Unit || directive.merge != Merge::Keep {
            continue;
        }
        if let (Kind::Units, Value::Names(names)) = (directive.kind, &setting.value) {
            missing.extend(names.iter().map(|name| (Some(setting), name)));
        }
    }
    let folders = unit.folders.iter();
    missing.extend(folders.clone().map(|(_, name)| (None, name)));
    let requires: Vec<&Name> =
        folders.filter(|(kind, _)| *kind == FolderKind::Requires).map(|(_, name)| name).collect();
    for (setting, name) in missing {
        if !needs_a_file(name) {
            continue;
        }
        let what = match catalogue.presence(name) {
            LoadState::Loaded => continue,
            LoadState::Masked => "is masked",
            _ => "does not exist",
        };
        let is_required = match setting {
            Some(setting) => [REQUIRES, BINDS_TO, REQUISITE].contains(&setting.id),
            None => requires.contains(&name),
        };
        if what == "does not exist" && around.is_mounted(name) {
            continue;
        }
        // A masked unit in an ordering or a Wants= is how masking is meant to be used.
        if !is_required && what == "is masked" {
            continue;
        }
        let severity = if is_required { Severity::Error } else { Severity::Hint };
        let key = setting.map_or("a link in a folder of the unit", |setting| setting.id.name());
        let message = match is_required {
            true => format!("{key}={name}: {name} {what}, so the unit can't start"),
            false => format!("{key}={name}: {name} {what}"),
        };
        let help = match is_required {
            true => "install what brings it, mend the name, or use Wants=",
            false => "fine where it comes with another package; else mend the name",
        };
        let place = setting.and_then(|setting| super::line(unit, setting.origin));
        let found = Diagnostic::new(severity, Code::NoSuchUnit, message);
        findings.found.push(found.at(place).about(unit.name.as_str()).with_help(help));
    }
    triggered(findings, catalogue);
}

/// A socket, timer or path unit whose unit is not there can't do its work.
fn triggered(findings: &mut Findings<'_>, catalogue: &Catalogue) {
    let unit = findings.unit;
    let Some(name) = unit.triggered() else { return };
    let is_there = match name.is_template() {
        true => catalogue.has(&name),
        false => catalogue.presence(&name) == LoadState::Loaded,
    };
    if is_there || !needs_a_file(&name) {
        return;
    }
    let kind = unit.name.unit_type();
    let id = unit.settings.has(SERVICE).then_some(SERVICE);
    let message = format!("{name} is not there, so the {} can't start it", kind.suffix());
    let help = "write that unit, or name another one";
    // systemd-analyze says so of sockets alone.
    let severity = if kind == UnitType::Socket { Severity::Error } else { Severity::Warning };
    findings.add(severity, Code::NoSuchUnit, id, message, help);
}

/// Whether all programs are there.
fn programs(findings: &mut Findings<'_>, around: &dyn Surroundings) -> bool {
    let unit = findings.unit;
    // Paths within another root can't be looked up from here.
    if unit.settings.has(ROOT_DIRECTORY) || unit.settings.has(ROOT_IMAGE) {
        return true;
    }
    let mut is_installed = true;
    for setting in unit.settings.settings() {
        let Value::Command(command) = &setting.value else { continue };
        for line in command.lines() {
            if line.prefixes.via_shell {
                continue;
            }
            let program = around.program(&line.path);
            let what = match program {
                Program::Found | Program::Unknown => continue,
                Program::Missing => "does not exist",
                Program::NotExecutable => "is not executable",
                Program::NotAFile => "is no program",
            };
            is_installed = false;
            if line.prefixes.ignores_failure {
                continue;
            }
            let path = &line.path;
            let message = format!("{} runs {path}, which {what}", setting.id.name());
            let help = match (program, path.starts_with('/')) {
                (Program::NotExecutable, true) => format!("chmod +x {path}, or mend the path"),
                (_, true) => "install what brings it, or mend the path".to_owned(),
                (_, false) => "it is looked for in the system's folders of programs; install what \
                               brings it, or give its whole path"
                    .to_owned(),
            };
            let place = super::line(unit, setting.origin);
            let found = Diagnostic::new(Severity::Error, Code::NotExecutable, message);
            findings.found.push(found.at(place).about(unit.name.as_str()).with_help(help));
        }
    }
    is_installed
}

fn accounts(findings: &mut Findings<'_>, around: &dyn Surroundings, is_installed: bool) {
    let unit = findings.unit;
    if unit.settings.flag(DYNAMIC_USER) == Some(true) {
        return;
    }
    // Where the program is missing too, the package is: it brings the user along.
    let severity = if is_installed { Severity::Warning } else { Severity::Hint };
    let users = unit.settings.texts(USER).map(|(name, _)| (USER, name, around.user(name)));
    let groups = [GROUP, SUPPLEMENTARY].into_iter().flat_map(|id| {
        unit.settings.texts(id).map(move |(name, _)| (id, name, around.group(name)))
    });
    let missing: Vec<(Id, &str)> = users
        .chain(groups)
        .filter(|(_, _, is_there)| *is_there == Some(false))
        // An instance that only stands for a template is nobody's name.
        .filter(|(_, name, _)| unit.name.instance() != Some(*name))
        .map(|(id, name, _)| (id, name))
        .collect();
    for (id, name) in missing {
        let what = if id == USER { "user" } else { "group" };
        let message = format!("{}={name}: there is no such {what}", id.name());
        let help =
            format!("create the {what} (sysusers.d(5)), mend the name, or use DynamicUser=yes");
        findings.add(severity, Code::NoSuchUser, Some(id), message, help);
    }
}

fn environment_files(findings: &mut Findings<'_>, around: &dyn Surroundings) {
    let unit = findings.unit;
    for (path, origin) in unit.settings.texts(ENVIRONMENT_FILE) {
        let is_pattern = path.contains(['*', '?', '[']);
        if path.starts_with('-') || is_pattern || around.exists(path) != Some(false) {
            continue;
        }
        let message =
            format!("EnvironmentFile={path}: there is no such file, so the unit can't start");
        let found = Diagnostic::new(Severity::Hint, Code::NoSuchFile, message)
            .at(super::line(unit, origin))
            .about(unit.name.as_str())
            .with_help(format!("write the file, or EnvironmentFile=-{path} if it may be missing"));
        findings.found.push(found);
    }
}
