//! What every tool needs: the machine's managers, and one service of them by the name that the tool's
//! users give it.

use std::path::PathBuf;

use host::{Done, Event, HostError, ManagerKind, Refusal, Request, Service, ServiceManager, Verb};

use super::terminal;

/// Exit statuses of the LSB's init script actions ("Init Script Actions", LSB Core 22.2).
pub mod lsb {
    /// Something failed.
    pub const FAILED: u8 = 1;
    /// The script has no such action.
    pub const UNIMPLEMENTED: u8 = 3;
    /// The caller may not.
    pub const NOT_PERMITTED: u8 = 4;
    /// There is no such program or service.
    pub const NOT_INSTALLED: u8 = 5;
    /// `status`: can't be known.
    pub const UNKNOWN: u8 = 4;
}

/// The machine, as the tools see it.
pub struct World {
    managers: Vec<Box<dyn ServiceManager>>,
    /// Where its tree is: `/`.
    pub root: PathBuf,
}

/// What a family of tools makes of the manager that runs the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Init {
    /// systemd, or what answers as it does.
    Systemd,
    /// OpenRC.
    OpenRc,
    /// Init scripts, with sysvinit or with nothing at all: in a container their tools work too.
    Scripts,
}

impl World {
    /// Finds the managers. Where none runs, there may still be init scripts.
    pub fn open() -> World {
        let root = PathBuf::from("/");
        let mut managers = host::managers(&root, &host::Options::default());
        managers.retain(|manager| manager.kind() != ManagerKind::SystemdUser);
        if managers.is_empty() {
            managers.push(Box::new(host::SysV::new(&root)));
        }
        World { managers, root }
    }

    /// What runs the machine.
    pub fn init(&self) -> Init {
        match self.managers.first().map(|manager| manager.kind()) {
            Some(ManagerKind::Systemd | ManagerKind::SystemdUser) => Init::Systemd,
            Some(ManagerKind::OpenRc) => Init::OpenRc,
            Some(ManagerKind::SysV) | None => Init::Scripts,
        }
    }

    fn first(&self) -> Option<&dyn ServiceManager> {
        self.managers.first().map(Box::as_ref)
    }

    /// Its service of that name.
    ///
    /// # Errors
    /// There is none, or it can't be asked.
    pub fn service(&self, name: &str) -> Result<Service, Box<HostError>> {
        let name = self.native(name);
        let Some(manager) = self.first() else { return Err(none(&name)) };
        let found = manager.service(&name).map_err(Box::new)?;
        // systemd answers for anything that could be a unit's name.
        match found.unit_state().load.as_str() {
            "not-found" if found.manager == ManagerKind::Systemd => Err(none(&name)),
            _ => Ok(found),
        }
    }

    /// All its services, by name.
    ///
    /// # Errors
    /// It can't be asked.
    pub fn services(&self) -> Result<Vec<Service>, Box<HostError>> {
        self.first().map_or(Ok(Vec::new()), |it| it.services().map_err(Box::new))
    }

    /// All services that it has a definition of, by the names that the tools use, with whether they
    /// are enabled and where.
    ///
    /// # Errors
    /// It can't be asked.
    pub fn installed(&self) -> Result<Vec<host::Installed>, Box<HostError>> {
        self.first().map_or(Ok(Vec::new()), |it| it.installed().map_err(Box::new))
    }

    /// Has it read its definitions again.
    ///
    /// # Errors
    /// It did not do it.
    pub fn reload_definitions(&self) -> Result<Done, Refusal> {
        self.first().map_or_else(|| Ok(Done::default()), ServiceManager::reload_definitions)
    }

    /// Does something with one service; what its script or tool writes is passed on as it comes.
    ///
    /// # Errors
    /// Why it was not done.
    pub fn act(&self, verb: Verb, name: &str, runlevels: &[String]) -> Result<Done, Refusal> {
        self.run(&Asked { verb, name, runlevels }, &mut |event: &Event<'_>| {
            if let Event::Output { line, is_error, .. } = *event {
                let line = present::text::clean(line);
                if is_error { terminal::err(&line) } else { terminal::out(&line) }
            }
        })
    }

    /// Does something with one service, and shows nothing. What was written is in what it comes to.
    ///
    /// # Errors
    /// Why it was not done.
    pub fn act_quietly(
        &self,
        verb: Verb,
        name: &str,
        runlevels: &[String],
    ) -> Result<Done, Refusal> {
        self.run(&Asked { verb, name, runlevels }, &mut |_: &Event<'_>| ())
    }

    fn run(&self, asked: &Asked<'_>, watch: &mut dyn host::Watch) -> Result<Done, Refusal> {
        let names = [self.native(asked.name)];
        let mut request = Request::new(asked.verb, &names);
        request.runlevels = asked.runlevels;
        let outcomes = match self.first() {
            Some(manager) => manager.act(&request, watch),
            None => Vec::new(),
        };
        let nothing = || {
            let kind = host::RefusalKind::ManagerUnavailable;
            Err(Refusal::new(kind, "the manager gave no answer"))
        };
        outcomes.into_iter().next().map_or_else(nothing, |outcome| outcome.result)
    }

    /// The name that the manager has for a service: systemd's have a suffix, scripts have none.
    pub fn native(&self, name: &str) -> String {
        match self.init() {
            Init::Systemd => unit_of(name),
            Init::OpenRc | Init::Scripts => plain(name).to_owned(),
        }
    }
}

struct Asked<'a> {
    verb: Verb,
    name: &'a str,
    runlevels: &'a [String],
}

fn none(name: &str) -> Box<HostError> {
    let name = name.to_owned();
    Box::new(HostError::NoSuchService { manager: ManagerKind::Systemd, name })
}

/// A service's name without the suffix that units have.
pub fn plain(name: &str) -> &str {
    name.strip_suffix(".service").unwrap_or(name)
}

/// The unit of a service: scripts may be called `NAME.sh`, their units are not.
pub fn unit_of(name: &str) -> String {
    if name.parse::<unit::Name>().is_ok() {
        return name.to_owned();
    }
    format!("{}.service", name.strip_suffix(".sh").unwrap_or(name))
}

/// A refusal in the manner of a tool: its sentence, then what to do.
pub fn explain(refusal: &Refusal) -> String {
    match &refusal.hint {
        Some(hint) => format!("{} ({hint})", refusal.message),
        None => refusal.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_units_and_of_scripts() {
        assert_eq!(unit_of("nginx"), "nginx.service");
        assert_eq!(unit_of("bootmisc.sh"), "bootmisc.service");
        assert_eq!(unit_of("nginx.service"), "nginx.service");
        assert_eq!(unit_of("dbus.socket"), "dbus.socket");
        assert_eq!(unit_of("getty@tty1"), "getty@tty1.service");
        assert_eq!(plain("nginx.service"), "nginx");
        assert_eq!(plain("bootmisc.sh"), "bootmisc.sh");
    }
}
