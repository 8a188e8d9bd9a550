//! OpenRC and SysV init in systemd's terms: each service `NAME` is a unit `NAME.service`, its script
//! the unit file, and there are no units of other types. What they do not know is left out.

mod act;
mod processes;
mod properties;

use bus::wire::Value;
use host::{HostError, ManagerKind, Service, ServiceManager};

use super::{CallError, JobRow, Object, Process, Property, Source, UnitFile, UnitRow};
use crate::names::systemctl::Tool;
use crate::names::systemctl::failure::Failure;
use crate::names::systemctl::source::systemd::Bus;
use crate::resolve::Pattern;

const SUFFIX: &str = ".service";

/// A manager that runs scripts.
pub struct Scripts {
    manager: Box<dyn ServiceManager>,
}

impl Scripts {
    /// Speaks for a manager.
    pub fn new(manager: Box<dyn ServiceManager>) -> Scripts {
        Scripts { manager }
    }

    /// The service of a unit's name; `None` where there is none.
    fn service(&self, unit: &str) -> Result<Option<Service>, CallError> {
        let Some(name) = unit.strip_suffix(SUFFIX) else { return Ok(None) };
        match self.manager.service(name) {
            Ok(service) => Ok(Some(service)),
            Err(HostError::NoSuchService { .. }) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }
}

fn failed(error: &HostError) -> CallError {
    let name = match error.is_not_permitted() {
        true => "org.freedesktop.DBus.Error.AccessDenied",
        false => "org.freedesktop.DBus.Error.Failed",
    };
    CallError { name: name.to_owned(), message: error.to_string() }
}

fn not_loaded(unit: &str) -> CallError {
    CallError::of_systemd("NoSuchUnit", format!("Unit {unit} not loaded."))
}

/// The unit of a service.
fn unit_of(service: &str) -> String {
    format!("{service}{SUFFIX}")
}

/// Whether a pattern fits a name. A backslash is part of names, and escapes nothing.
pub fn fits(pattern: &str, name: &str) -> bool {
    Pattern::new(&pattern.replace('\\', "\\\\")).matches(name)
}

fn chosen(patterns: &[&str], name: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| fits(pattern, name))
}

impl Source for Scripts {
    fn units(&self, states: &[&str], patterns: &[&str]) -> Result<Vec<UnitRow>, CallError> {
        let services = self.manager.services().map_err(|error| failed(&error))?;
        let row = |service: Service| {
            let words = service.unit_state();
            UnitRow {
                id: unit_of(&service.name),
                description: service.description,
                load: words.load,
                active: words.active,
                sub: words.sub,
                ..UnitRow::default()
            }
        };
        let mut rows: Vec<UnitRow> = services.into_iter().map(row).collect();
        rows.retain(|row| {
            let has =
                |state: &&str| [&row.load, &row.active, &row.sub].contains(&&(*state).to_owned());
            chosen(patterns, &row.id) && (states.is_empty() || states.iter().any(has))
        });
        Ok(rows)
    }

    fn unit_files(&self, states: &[&str], patterns: &[&str]) -> Result<Vec<UnitFile>, CallError> {
        let installed = self.manager.installed().map_err(|error| failed(&error))?;
        let file = |installed: host::Installed| UnitFile {
            path: unit_of(&installed.name),
            state: installed.enablement,
            preset: installed.preset,
        };
        let mut files: Vec<UnitFile> = installed.into_iter().map(file).collect();
        files.retain(|file| {
            chosen(patterns, &file.path) && (states.is_empty() || states.contains(&&*file.state))
        });
        Ok(files)
    }

    fn jobs(&self) -> Result<Vec<JobRow>, CallError> {
        let jobs = self.manager.jobs().map_err(|error| failed(&error))?;
        let row = |job: host::Job| JobRow {
            id: job.id.unwrap_or_default(),
            unit: unit_of(&job.name),
            kind: job.kind,
            state: job.state,
        };
        Ok(jobs.into_iter().map(row).collect())
    }

    fn properties(&self, object: Object<'_>) -> Result<Vec<Property>, CallError> {
        match object {
            Object::Manager => properties::of_manager(self),
            Object::Unit(unit) => match self.service(unit)? {
                Some(service) => Ok(properties::of_service(&service)),
                None => Ok(properties::of_nothing(unit)),
            },
            Object::Job(id) => Err(CallError {
                name: "org.freedesktop.DBus.Error.UnknownObject".to_owned(),
                message: format!("Unknown object '/org/freedesktop/systemd1/job/{id}'."),
            }),
        }
    }

    fn unit_property(&self, unit: &str, interface: &str, name: &str) -> Result<Value, CallError> {
        let properties = self.properties(Object::Unit(unit))?;
        let found = properties.into_iter().find(|property| property.name == name);
        found.map(|property| property.value.into_value()).ok_or_else(|| CallError {
            name: "org.freedesktop.DBus.Error.UnknownProperty".to_owned(),
            message: format!("Unknown interface {interface} or property {name}."),
        })
    }

    fn needs_reload(&self, _unit: &str) -> bool {
        false
    }

    fn unit_of_pid(&self, pid: u32) -> Result<String, CallError> {
        let services = self.manager.services().map_err(|error| failed(&error))?;
        let above = processes::ancestors(pid);
        let found = services
            .into_iter()
            .find(|service| service.main_pid.is_some_and(|main| above.contains(&main)));
        found.map(|service| unit_of(&service.name)).ok_or_else(|| {
            CallError::of_systemd(
                "NoUnitForPID",
                format!("PID {pid} does not belong to any loaded unit."),
            )
        })
    }

    fn processes(&self, unit: &str) -> Result<Vec<Process>, CallError> {
        let service = self.service(unit)?;
        Ok(service.map(|service| processes::of(&service)).unwrap_or_default())
    }

    fn unit_file_state(&self, unit: &str) -> Result<String, CallError> {
        let missing = || CallError::of_systemd("NoSuchUnit", "No such file or directory");
        let service = self.service(unit)?.ok_or_else(missing)?;
        service.enablement.ok_or_else(missing)
    }

    fn start(&self, tool: &Tool, verb: &str, names: &[String]) -> Result<u8, Failure> {
        act::start(self, tool, verb, names)
    }

    fn change_files(&self, tool: &Tool, verb: &str, names: &[String]) -> Result<u8, Failure> {
        act::change_files(self, tool, verb, names)
    }

    fn kill(&self, unit: &str, whom: &str, signal: i32) -> Result<(), CallError> {
        let service = self.service(unit)?.ok_or_else(|| not_loaded(unit))?;
        processes::kill(&service, whom, signal)
    }

    fn reset_failed(&self, unit: Option<&str>) -> Result<(), CallError> {
        act::reset_failed(self, unit)
    }

    fn reload(&self, _tool: &Tool, _execute: bool) -> Result<(), Failure> {
        match self.manager.reload_definitions() {
            Ok(_) => Ok(()),
            Err(refusal) => Err(Failure::new(format!("Reload daemon failed: {}", refusal.message))),
        }
    }

    fn bus(&self) -> Option<&Bus> {
        None
    }

    fn name(&self) -> &'static str {
        match self.manager.kind() {
            ManagerKind::OpenRc => "OpenRC",
            ManagerKind::SysV => "SysV init",
            ManagerKind::Systemd | ManagerKind::SystemdUser => "systemd",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_backslash_escapes_nothing() {
        assert!(fits("a\\x2d*", "a\\x2db.mount"));
        assert!(fits("[ab]?.service", "b1.service"));
        assert!(!fits("nginx", "nginx.service"));
    }
}
