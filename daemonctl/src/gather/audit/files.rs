//! Files that matter to who can become a service: what it runs, what it is run by, what it reads and writes.

use insight::snapshot::{
    AuditFile, Command, CommandRole, Definition, FileRole, Language, Manager, PathUse, Place,
    Service,
};

/// Programs that run a script that is their first argument that is no option.
const INTERPRETERS: &[&str] = &[
    "sh", "bash", "dash", "zsh", "ksh", "python", "perl", "ruby", "node", "nodejs", "php", "lua",
    "java", "busybox",
];

/// Folders that are everybody's: what lies there is not one service's own.
const SHARED: &[&str] = &[
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/dev/shm",
    "/etc",
    "/home",
    "/lib",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/run/lock",
    "/run/user",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/sbin",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/cache",
    "/var/lib",
    "/var/log",
    "/var/mail",
    "/var/run",
    "/var/spool",
    "/var/tmp",
    "/var/lock",
    "/usr/libexec",
    "/var/www",
    "/nonexistent",
];

/// Whether a folder is everybody's.
pub fn is_shared(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path.is_empty()
        || SHARED.contains(&path)
        || path.starts_with("/usr/lib/x86_64-linux-gnu")
        || path.starts_with("/usr/lib/aarch64-linux-gnu")
}

/// The files of a service.
pub fn of_service(service: &Service) -> Vec<AuditFile> {
    let mut list = List { files: Vec::new(), is_users: service.manager == Manager::SystemdUser };
    let starts_as_root = starts_as_root(service);
    if let Some(definition) = &service.definition {
        list.of_definition(definition, starts_as_root);
    }
    for process in &service.processes {
        let by_root = process.uids[0] == 0 || process.uids[1] == 0;
        // Sessions and jobs below are other people's programs.
        let is_main = Some(process.pid) == service.main_pid || service.main_pid.is_none();
        if let Some(program) = process.program.known().filter(|_| is_main) {
            list.add(program, FileRole::Program, None, by_root);
        }
        if is_main {
            let words: Vec<&str> = process.command.split_whitespace().collect();
            let script = process.program.known().and_then(|program| script_of(program, &words));
            list.add(script.unwrap_or_default(), FileRole::Program, None, by_root);
        }
        let environment = process.environment.known().map_or(&[][..], Vec::as_slice);
        for (name, value) in environment.iter().filter(|_| is_main) {
            if matches!(name.as_str(), "LD_PRELOAD" | "LD_AUDIT" | "LD_LIBRARY_PATH") {
                value
                    .split([':', ' '])
                    .for_each(|path| list.add(path, FileRole::Library, None, by_root));
            }
        }
    }
    for (path, _) in &service.config_files {
        list.add(path, FileRole::Config, None, starts_as_root);
    }
    for named in &service.config_paths {
        let role = match named.purpose {
            PathUse::Read => FileRole::Config,
            PathUse::ReadSecret => FileRole::Secret,
            PathUse::DataDirectory => FileRole::Data,
            PathUse::Write if named.path.ends_with(".pid") => FileRole::PidFile,
            PathUse::Write => FileRole::Log,
            PathUse::Directory => continue,
        };
        let by_root = starts_as_root && named.user.as_deref().is_none_or(|user| user == "root");
        list.add(&named.path, role, named.place.as_ref(), by_root);
    }
    for file in &service.pid_files {
        list.add(&file.path, FileRole::PidFile, None, true);
    }
    list.files
}

/// Its main program is started as root.
pub fn starts_as_root(service: &Service) -> bool {
    let main = service.processes.iter().find(|process| Some(process.pid) == service.main_pid);
    match (main, &service.definition) {
        (Some(main), _) => main.uids[1] == 0,
        (None, Some(definition)) => definition.user.is_none() && !definition.dynamic_user,
        (None, None) => false,
    }
}

struct List {
    files: Vec<AuditFile>,
    is_users: bool,
}

impl List {
    fn add(&mut self, path: &str, role: FileRole, place: Option<&Place>, by_root: bool) {
        let is_known = self.files.iter_mut().find(|file| file.path == path && file.role == role);
        match is_known {
            Some(known) => known.by_root |= by_root && !self.is_users,
            None if path.starts_with('/') && path.len() < 4096 => self.files.push(AuditFile {
                path: path.to_owned(),
                role,
                place: place.filter(|place| !place.path.is_empty()).cloned(),
                by_root: by_root && !self.is_users,
            }),
            None => {}
        }
    }

    fn of_definition(&mut self, definition: &Definition, starts_as_root: bool) {
        for (place, file) in definition.files.iter().enumerate() {
            let is_settings = definition.language != Language::Unit && place > 0;
            let role = if is_settings { FileRole::Settings } else { FileRole::Definition };
            self.add(file, role, None, true);
        }
        for (path, _, place) in &definition.environment_files {
            self.add(path, FileRole::Settings, Some(place), true);
        }
        let declared_root = definition.user.is_none() && !definition.dynamic_user;
        for command in &definition.commands {
            let by_root = command.privileged
                || declared_root
                || (command.role == CommandRole::Main && starts_as_root);
            self.of_command(command, by_root);
        }
        if let Some((path, place)) = &definition.pid_file {
            self.add(path, FileRole::PidFile, Some(place), true);
        }
        for directory in &definition.directories {
            let role =
                if directory.key == "StateDirectory" { FileRole::Data } else { FileRole::Folder };
            self.add(&directory.path, role, Some(&directory.place), false);
        }
    }

    fn of_command(&mut self, command: &Command, by_root: bool) {
        self.add(&command.program, FileRole::Program, Some(&command.place), by_root);
        let words: Vec<&str> = std::iter::once(command.program.as_str())
            .chain(command.arguments.iter().map(String::as_str))
            .collect();
        if let Some(script) = script_of(&command.program, &words) {
            self.add(script, FileRole::Program, Some(&command.place), by_root);
        }
        for (at, word) in words.iter().enumerate().skip(1) {
            let value = word.split_once('=').map_or(*word, |(_, value)| value);
            let is_config = value.starts_with("/etc/")
                || (matches!(
                    words.get(at.wrapping_sub(1)),
                    Some(&("-c" | "-f" | "--config" | "--config-file"))
                ) && value.starts_with('/'));
            if is_config {
                self.add(value, FileRole::Config, Some(&command.place), by_root);
            }
        }
    }
}

/// The script that an interpreter runs.
fn script_of<'w>(program: &str, words: &[&'w str]) -> Option<&'w str> {
    let name = program.rsplit('/').next().unwrap_or_default();
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    if !INTERPRETERS.contains(&bare) {
        return None;
    }
    let mut rest = words.iter().skip(1).copied();
    let first = if bare == "java" {
        rest.by_ref().find(|word| *word == "-jar")?;
        rest.next()
    } else {
        // `sh -c` and `python -m` run no file.
        let mut rest =
            rest.skip_while(|word| word.starts_with('-') && !matches!(*word, "-c" | "-m" | "-e"));
        rest.next()
    };
    first.filter(|word| word.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_of_an_interpreter_is_a_program_too() {
        let of = |line: &'static str| {
            let words: Vec<&str> = line.split(' ').collect();
            script_of(words[0], &words)
        };
        assert_eq!(
            of("/usr/bin/python3.11 -u /home/alice/x.py --port 1"),
            Some("/home/alice/x.py")
        );
        assert_eq!(of("/usr/bin/java -Xmx1g -jar /srv/a.jar"), Some("/srv/a.jar"));
        assert_eq!(of("/bin/sh -c /srv/x"), None);
        assert_eq!(of("/usr/sbin/nginx /etc/x"), None);
    }
}
