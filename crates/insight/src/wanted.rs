//! What should be looked up because a definition, a log line or a test's output names it.
//!
//! [`wanted`] reads a snapshot whose lookups may still be empty, or half filled: asked a second time, it names what
//! the first answers brought up (an interpreter, a directory of a socket).

use std::collections::BTreeSet;

use crate::clues::{Clue, Clues, Kind};
use crate::snapshot::{CommandRole, ConfigPath, Definition, Language, PathUse, Service, Snapshot};

/// No more of a kind than that: what a log names is foreign, and may name a great many things.
const MOST: usize = 400;

/// What should be looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Paths, for [`Lookups::paths`](crate::snapshot::Lookups).
    pub paths: BTreeSet<String>,
    /// Users by name or number.
    pub users: BTreeSet<String>,
    /// Groups by name or number.
    pub groups: BTreeSet<String>,
    /// Programs by path (their interpreters and libraries are followed).
    pub programs: BTreeSet<String>,
    /// Names of hosts.
    pub hosts: BTreeSet<String>,
    /// Everything that listens.
    pub listeners: bool,
    /// Libraries that are missing: which packages would bring them.
    pub libraries: BTreeSet<String>,
    /// Small text files whose lines are quoted.
    pub texts: BTreeSet<String>,
    /// Files whose locks' holders are asked for.
    pub lock_files: BTreeSet<String>,
    /// Directories of `LD_LIBRARY_PATH`, in which the loader looks for libraries first.
    pub library_paths: BTreeSet<String>,
}

/// What should be looked up.
pub fn wanted(snapshot: &Snapshot) -> Wanted {
    wanted_with(&Clues::new(), snapshot)
}

/// The same with a table of clues that is ready.
pub fn wanted_with(clues: &Clues, snapshot: &Snapshot) -> Wanted {
    let mut wanted = Wanted::default();
    for service in &snapshot.services {
        wanted.of_service(service);
        let found = clues.of_service(service);
        // The last lines count most, and are the ones to keep where there are too many.
        for clue in found.iter().rev().filter(|clue| clue.is_current()) {
            wanted.of_clue(service, clue);
        }
    }
    wanted
}

impl Wanted {
    fn path(&mut self, path: &str) {
        if path.starts_with('/') && path.len() < 4096 && !path.contains('\0') {
            insert(&mut self.paths, path);
        }
    }

    /// A path and the directory that it is in.
    fn path_and_directory(&mut self, path: &str) {
        self.path(path);
        if let Some((directory, _)) = path.rsplit_once('/') {
            self.path(directory);
        }
    }

    fn program(&mut self, path: &str) {
        if path.starts_with('/') {
            insert(&mut self.programs, path);
            self.path(path);
        }
    }

    fn of_service(&mut self, service: &Service) {
        if let Some(definition) = &service.definition {
            self.of_definition(definition);
        }
        for condition in &service.conditions {
            self.path(condition.parameter.trim_start_matches(['!', '|']));
        }
        for file in &service.pid_files {
            self.path_and_directory(&file.path);
        }
        for (path, _) in &service.config_files {
            self.path(path);
        }
        for path in &service.config_paths {
            self.of_config_path(path);
        }
        self.listeners |= !service.meant_to_listen.is_empty();
        for (address, _) in &service.meant_to_listen {
            self.path_and_directory(address);
        }
        if let Some(test) = &service.config_test {
            for (file, _, _) in &test.complaints {
                self.path(file.as_deref().unwrap_or_default());
            }
            insert_name(&mut self.users, test.user.as_deref());
        }
    }

    fn of_definition(&mut self, definition: &Definition) {
        for command in &definition.commands {
            let is_run = !matches!(command.role, CommandRole::Reload | CommandRole::AfterStop);
            if is_run {
                self.program(&command.program);
            }
            for argument in command.arguments.iter().take(32) {
                self.of_argument(argument);
            }
        }
        insert_name(&mut self.users, definition.user.as_ref().map(|(name, _)| name.as_str()));
        insert_name(&mut self.groups, definition.group.as_ref().map(|(name, _)| name.as_str()));
        for (name, _) in &definition.groups {
            insert_name(&mut self.groups, Some(name));
        }
        if let Some((path, _, _)) = &definition.working_directory {
            self.path(path);
        }
        if let Some((path, _)) = &definition.root_directory {
            self.path(path);
        }
        for (path, _, _) in &definition.environment_files {
            self.path(path);
            if path.starts_with('/') {
                insert(&mut self.texts, path);
            }
        }
        if let Some((path, _)) = &definition.pid_file {
            self.path_and_directory(path);
        }
        for directory in &definition.directories {
            self.path(&directory.path);
        }
        for (_, path, _, _) in &definition.paths {
            self.path(path.trim_start_matches(['-', '+']).split(':').next().unwrap_or_default());
        }
        for setting in &definition.settings {
            self.of_setting(&setting.key, &setting.value);
        }
        for file in &definition.files {
            self.path(file);
        }
        // A script is a program itself: its first line, its mode.
        if definition.language != Language::Unit
            && let Some(script) = definition.files.first()
        {
            self.program(script);
        }
    }

    /// What an argument names: `-c /etc/x.conf`, `--config=/etc/x.conf`, and a script that an interpreter runs.
    fn of_argument(&mut self, argument: &str) {
        let value = argument.split_once('=').map_or(argument, |(_, value)| value);
        if value.starts_with('/') && !value.contains(char::is_whitespace) {
            self.path(value);
        }
    }

    fn of_setting(&mut self, key: &str, value: &str) {
        let variable = match key {
            "LD_LIBRARY_PATH" => Some(value),
            "Environment" => value.split_once("LD_LIBRARY_PATH=").map(|(_, value)| value),
            _ => None,
        };
        let words =
            variable.and_then(|value| value.split(['"', '\'', ' ']).find(|word| !word.is_empty()));
        for path in
            words.iter().flat_map(|paths| paths.split(':')).filter(|path| path.starts_with('/'))
        {
            insert(&mut self.library_paths, path);
        }
        if let "StandardOutput" | "StandardError" | "StandardInput" = key
            && let Some((_, path)) = value.split_once(':')
        {
            self.path_and_directory(path);
        }
        if value.starts_with('/') && !value.contains(char::is_whitespace) {
            self.path(value);
        }
    }

    fn of_config_path(&mut self, path: &ConfigPath) {
        self.path_and_directory(&path.path);
        insert_name(&mut self.users, path.user.as_deref());
        if path.purpose == PathUse::DataDirectory {
            for marker in ConfigPath::MARKERS {
                self.path(&format!("{}/{marker}", path.path.trim_end_matches('/')));
            }
        }
        if let Some(place) = &path.place {
            self.path(&place.path);
        }
    }

    fn of_clue(&mut self, service: &Service, clue: &Clue<'_>) {
        for word in ["path", "file", "program", "place"] {
            if let Some(path) = clue.get(word).and_then(|path| absolute(service, path)) {
                self.path_and_directory(&path);
            }
        }
        if clue.kind == Kind::PortTaken && clue.get("port").is_none() {
            // A script may tell which port it wants.
            let commands = service.definition.iter().flat_map(|definition| &definition.commands);
            let words = commands
                .flat_map(|command| std::iter::once(&command.program).chain(&command.arguments));
            let is_script = |word: &&String| {
                let ends = [".py", ".sh", ".js", ".pl", ".rb", ".php"];
                word.starts_with('/') && ends.iter().any(|end| word.ends_with(end))
            };
            for word in words.filter(is_script).take(4) {
                insert(&mut self.texts, word);
            }
        }
        if clue.kind == Kind::ConfigInvalid && clue.get("line").is_none() {
            // The line is found by what it says.
            for (path, _) in service.config_files.iter().take(32) {
                insert(&mut self.texts, path);
            }
        }
        insert_name(&mut self.users, clue.get("user"));
        insert_name(&mut self.groups, clue.get("group"));
        if let Some(host) = clue.get("host") {
            insert(&mut self.hosts, host);
        }
        if let Some(library) = clue.get("library") {
            insert(&mut self.libraries, library);
        }
        match clue.kind {
            Kind::PortTaken | Kind::BindFailed | Kind::Unreachable | Kind::AlreadyRunning => {
                self.listeners = true;
            }
            Kind::LockHeld => {
                if let Some(path) = clue.get("path").and_then(|path| absolute(service, path)) {
                    insert(&mut self.lock_files, &path);
                }
            }
            Kind::ExecFormat | Kind::InterpreterMissing | Kind::LibraryMissing => {
                self.program(clue.get("program").unwrap_or_default());
            }
            _ => {}
        }
        self.listeners |= matches!(clue.kind, Kind::LockHeld);
    }
}

/// A path as the machine has it: a relative one is meant from the service's data or working directory.
pub(crate) fn absolute(service: &Service, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return Some(clean(path));
    }
    let data = service.config_paths.iter().find(|path| path.purpose == PathUse::DataDirectory);
    let definition = service.definition.as_ref();
    let working = definition.and_then(|definition| definition.working_directory.as_ref());
    let base = data.map(|path| path.path.as_str()).or(working.map(|(path, _, _)| path.as_str()))?;
    let path = path.trim_start_matches("./");
    (base.starts_with('/') && !path.is_empty()).then(|| clean(&format!("{base}/{path}")))
}

fn clean(path: &str) -> String {
    let mut clean = path.replace("//", "/");
    while clean.len() > 1 && clean.ends_with('/') {
        clean.pop();
    }
    clean
}

fn insert(set: &mut BTreeSet<String>, value: &str) {
    if set.len() < MOST {
        set.insert(value.to_owned());
    }
}

fn insert_name(set: &mut BTreeSet<String>, name: Option<&str>) {
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        insert(set, name);
    }
}

#[cfg(test)]
mod tests {
    use super::wanted;
    use crate::snapshot::{Command, CommandRole, Definition, Place, Service, Setting, Snapshot};

    #[test]
    fn a_definition_names_programs_paths_and_accounts() {
        let command = Command {
            role: CommandRole::Main,
            key: "ExecStart".to_owned(),
            program: "/usr/sbin/nginx".to_owned(),
            arguments: vec![
                "-c".to_owned(),
                "/etc/nginx/n.conf".to_owned(),
                "--x=/srv/y".to_owned(),
            ],
            ignores_failure: false,
            privileged: false,
            place: Place::default(),
        };
        let setting = Setting {
            section: "Service".to_owned(),
            key: "StandardOutput".to_owned(),
            value: "append:/var/log/x/y.log".to_owned(),
            place: Place::default(),
        };
        let definition = Definition {
            user: Some(("www-data".to_owned(), Place::default())),
            commands: vec![command],
            settings: vec![setting],
            pid_file: Some(("/run/x/x.pid".to_owned(), Place::default())),
            ..Definition::default()
        };
        let service = Service { definition: Some(definition), ..Service::default() };
        let wanted = wanted(&Snapshot { services: vec![service], ..Snapshot::default() });
        assert!(wanted.programs.contains("/usr/sbin/nginx"));
        for path in [
            "/etc/nginx/n.conf",
            "/srv/y",
            "/run/x",
            "/run/x/x.pid",
            "/var/log/x",
            "/usr/sbin/nginx",
        ] {
            assert!(wanted.paths.contains(path), "{path} of {:?}", wanted.paths);
        }
        assert!(wanted.users.contains("www-data"));
        assert!(!wanted.listeners);
    }
}
