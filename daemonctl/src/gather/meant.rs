//! What a service's configuration says: on which addresses it is to listen, and which files and directories it reads,
//! writes and makes. [`table`] has the daemons whose configuration is understood, simply: a directive and its values,
//! and files that are included. What follows from conditions is left out where they are not known to hold.

mod address;
mod glob;
mod read;
mod syntax;
mod table;

use insight::snapshot::{ConfigPath, PathUse, Place, Service};
use unit::table::{Group, Id};
use unit::values::Value;

use super::Gatherer;
use read::Reading;
use syntax::Statement;
use table::{Daemon, Meaning, daemons};

const LISTEN: [Id; 3] = [
    Id::of(Group::Socket, "ListenStream"),
    Id::of(Group::Socket, "ListenDatagram"),
    Id::of(Group::Socket, "ListenSequentialPacket"),
];
/// Options that name a configuration file, of programs that are in no table.
const CONFIG_OPTIONS: [&str; 5] =
    ["--config", "--config-file", "--conf", "--configfile", "--config.file"];
/// So much of each is enough.
const MOST: usize = 256;

/// Fills in what its sockets and its configuration say.
pub fn fill(gatherer: &Gatherer<'_>, service: &mut Service) {
    sockets(gatherer, service);
    let Some((daemon, arguments)) = daemon_of(service) else {
        return arguments_of_others(service);
    };
    let mut reading = Reading::new(gatherer, daemon, service, &arguments);
    reading.all();
    let Reading { statements, files, missing, .. } = reading;
    let mut said = Said { daemon, service, user: None, addresses: Vec::new(), ports: Vec::new() };
    for (key, path) in daemon.defaults {
        // Of several usual ones those count that are there, and none if others are said.
        let is_one_of_some = daemon.defaults.iter().filter(|(other, _)| other == key).count() > 1;
        let is_said = statements.iter().any(|statement| statement.key == *key);
        if is_one_of_some && (is_said || !gatherer.inside(path).exists()) {
            continue;
        }
        let values = vec![(*path).to_owned()];
        said.take(&Statement { key: (*key).to_owned(), values, ..Statement::default() });
    }
    for statement in &statements {
        said.take(statement);
    }
    for statement in table::of_arguments(daemon, &arguments) {
        said.take(&statement);
    }
    let has_no_tls = statements.iter().rev().find(|s| s.key == "ssl").is_some_and(|s| {
        s.values.first().is_some_and(|value| matches!(value.as_str(), "off" | "no" | "false" | "0"))
    });
    if has_no_tls {
        said.service.config_paths.retain(|path| !path.key.starts_with("ssl-"));
    }
    said.finish();
    service.config_paths.extend(missing);
    if let Some(user) = daemon.user
        && service.definition.as_ref().is_none_or(|definition| definition.user.is_none())
    {
        // What starts it is root's, and becomes this user before it reads anything.
        for path in service.config_paths.iter_mut().filter(|path| path.user.is_none()) {
            path.user = Some(user.to_owned());
        }
    }
    service.config_paths.truncate(MOST);
    service.meant_to_listen.truncate(MOST);
    for (path, modified) in files {
        if !service.config_files.iter().any(|(known, _)| *known == path) {
            service.config_files.push((path, modified));
        }
    }
}

/// The programs of the daemon that a service is known to be.
pub fn programs(service: &Service) -> Option<&'static [&'static str]> {
    daemon_of(service).map(|(daemon, _)| daemon.programs)
}

/// The row of its daemon, and the daemon's arguments.
fn daemon_of(service: &Service) -> Option<(&'static Daemon, Vec<String>)> {
    let commands = service.definition.as_ref()?.commands.iter();
    let mains = commands.filter(|c| c.role == insight::snapshot::CommandRole::Main);
    for command in mains {
        let name = command.program.rsplit('/').next().unwrap_or_default();
        if let Some(daemon) = daemons().find(|daemon| daemon.is_called(name)) {
            return Some((daemon, command.arguments.clone()));
        }
    }
    // A wrapper or a script that starts it: by the service's own name.
    let stem = service.name.strip_suffix(".service").unwrap_or(&service.name);
    let stem = stem.split('@').next().unwrap_or(stem);
    let daemon = daemons().find(|daemon| daemon.services.contains(&stem))?;
    Some((daemon, Vec::new()))
}

/// What its sockets' units say.
fn sockets(gatherer: &Gatherer<'_>, service: &mut Service) {
    let is_user = service.manager == insight::snapshot::Manager::SystemdUser;
    let names = service
        .dependencies
        .iter()
        .filter(|d| d.relation == insight::snapshot::Relation::TriggeredBy)
        .map(|d| d.name.clone())
        .chain([service.name.clone()])
        .filter(|name| name.ends_with(".socket"));
    let mut found = Vec::new();
    for name in names {
        let Some((_, unit)) = gatherer.trees.unit(gatherer.context, is_user, &name) else {
            continue;
        };
        for setting in unit.settings.settings().iter().filter(|s| LISTEN.contains(&s.id)) {
            let Value::Listen(listen) = &setting.value else { continue };
            if let Some(text) = address::of_socket(&listen.address) {
                let path = unit.file(setting.origin).map(|file| file.to_string());
                let line = setting.origin.line();
                found.push((text, path.map(|path| Place { path, line })));
            }
        }
    }
    service.meant_to_listen.extend(found);
}

/// A configuration file that is named on the command line has to be there.
fn arguments_of_others(service: &mut Service) {
    let mut found = Vec::new();
    for command in service.definition.iter().filter_map(|definition| definition.main_command()) {
        let mut words = command.arguments.iter();
        while let Some(word) = words.next() {
            let (option, value) = match word.split_once('=') {
                Some((option, value)) => (option, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            if !CONFIG_OPTIONS.contains(&option) {
                continue;
            }
            let value = value.or_else(|| words.next().cloned()).unwrap_or_default();
            if value.starts_with('/') {
                found.push(ConfigPath {
                    path: value,
                    purpose: PathUse::Read,
                    key: option.to_owned(),
                    place: Some(command.place.clone()),
                    user: None,
                });
            }
        }
    }
    service.config_paths.extend(found);
}

/// What statements come to.
struct Said<'s> {
    daemon: &'static Daemon,
    service: &'s mut Service,
    /// As which user it reads and writes, once it has given up root.
    user: Option<String>,
    addresses: Vec<(String, Option<Place>)>,
    ports: Vec<(String, Option<Place>)>,
}

impl Said<'_> {
    fn take(&mut self, statement: &Statement) {
        let rows = self.daemon.rows.iter().filter(|row| row.is_of(statement));
        for row in rows {
            let place = statement.place.clone();
            match row.meaning {
                Meaning::Listen => {
                    let words = statement.values.first().map(String::as_str).unwrap_or_default();
                    for word in words.split(',').filter(|word| !word.is_empty()) {
                        if let Some(text) = address::listening(word, self.daemon.port) {
                            self.service.meant_to_listen.push((text, place.clone()));
                        }
                    }
                }
                Meaning::Address => {
                    let words = statement.values.iter().flat_map(|value| value.split(','));
                    let words = words.map(str::trim).filter(|word| !word.is_empty());
                    if !self.daemon.repeats {
                        self.addresses.clear();
                    }
                    self.addresses.extend(words.map(|word| (word.to_owned(), place.clone())));
                }
                Meaning::Port => {
                    self.ports.extend(statement.values.first().map(|v| (v.clone(), place)));
                }
                Meaning::User => self.user = statement.values.first().cloned(),
                Meaning::Path(purpose) => {
                    self.path(statement, row.value(statement), purpose);
                }
            }
        }
    }

    fn path(&mut self, statement: &Statement, value: Option<&String>, purpose: PathUse) {
        let Some(value) = value else { return };
        for value in value.split(',').map(str::trim) {
            let is_path = value.starts_with('/') && !value.contains(['$', '%', '*', '|']);
            if !is_path || value.starts_with("/dev/") {
                continue;
            }
            // The last assignment of what can be set once holds.
            let paths = &mut self.service.config_paths;
            if !self.daemon.repeats {
                paths.retain(|known| known.key != statement.key);
            }
            let user = self.daemon.drops.then(|| self.user.clone()).flatten();
            paths.push(ConfigPath {
                path: value.to_owned(),
                purpose,
                key: statement.key.clone(),
                place: statement.place.clone(),
                user,
            });
        }
    }

    /// Joins addresses and ports that are said apart.
    fn finish(self) {
        let daemon = self.daemon;
        if daemon.address.is_empty() {
            return;
        }
        let mut ports = self.ports;
        if !daemon.adds_ports {
            ports = ports.pop().into_iter().collect();
        }
        if ports.is_empty() {
            ports.push((daemon.port.to_string(), None));
        }
        let mut addresses = self.addresses;
        if addresses.is_empty() {
            addresses = daemon.address.iter().map(|text| ((*text).to_owned(), None)).collect();
        }
        for (address, at) in &addresses {
            for (port, port_at) in &ports {
                let Some(text) = address::joined(address, port) else { continue };
                let place = port_at.clone().or_else(|| at.clone());
                if !self.service.meant_to_listen.iter().any(|(known, _)| *known == text) {
                    self.service.meant_to_listen.push((text, place));
                }
            }
        }
    }
}
