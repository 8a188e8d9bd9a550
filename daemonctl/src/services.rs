//! What the machine's service managers know, carried from the `host` room to the `process` room:
//! neither knows the other.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use host::{Service, ServiceState};
use process::machine::{Init, Machine};
use process::process::base_name;
use process::verdict::{KnownService, KnownServices};

use crate::context::Context;

/// Programs that run other people's programs, or start them: one of these as a service's program
/// would make every script that it runs a part of the service. Versions may follow (`python3.11`).
const RUNNERS: [&str; 24] = [
    "sh",
    "bash",
    "dash",
    "ash",
    "ksh",
    "zsh",
    "busybox",
    "python",
    "perl",
    "ruby",
    "node",
    "nodejs",
    "php",
    "java",
    "lua",
    "tclsh",
    "env",
    "nice",
    "ionice",
    "su",
    "sudo",
    "runuser",
    "setsid",
    "start-stop-daemon",
];
/// Runners whose names no version follows.
const SUPERVISORS: [&str; 5] = ["supervise-daemon", "daemon", "chpst", "setuidgid", "nohup"];

/// Services whose processes can't be told by a control group: those of SysV and OpenRC, which are
/// known by pid files and by the programs that their scripts start. Reads files only; where
/// systemd runs, or nothing, it reads none.
pub fn known(context: &Context, machine: &Machine) -> KnownServices {
    let root = &context.common.system_root;
    if !matches!(machine.init, Init::OpenRc | Init::SysV) {
        return KnownServices::default();
    }
    let index = host::script_index(root);
    let services = match machine.init {
        // A folder that can't be read leaves the verdicts to what the processes show themselves.
        Init::OpenRc => host::OpenRc::new(root).services_of(&index).unwrap_or_default(),
        _ => host::SysV::new(root).services_of(&index),
    };
    let mut known = KnownServices::default();
    for service in &services {
        if let Some(pid) = service.main_pid {
            known.add_main_pid(pid, known_service(service));
        }
    }
    if machine.init == Init::OpenRc {
        add_started_by_hand(&mut known, root, &index);
    }
    add_programs(&mut known, context, &services, &index);
    add_names(&mut known, &services, &index);
    add_inittab(&mut known, root);
    known
}

/// What services are called, and the programs that their scripts name in passing.
fn add_names(known: &mut KnownServices, services: &[Service], index: &host::ScriptIndex) {
    for script in &index.scripts {
        let Some(service) = services.iter().find(|service| service.name == script.name) else {
            continue;
        };
        if is_of_boot(script) {
            continue;
        }
        for name in script.provides.iter().chain([&script.name]) {
            known.add_name(name.as_bytes(), known_service(service));
        }
        for path in script.mentions.iter().filter(|path| !is_runner(path)) {
            known.add_mention(path.as_os_str().as_bytes(), known_service(service));
        }
    }
}

/// Scripts of the boot itself mount and set up; they start no daemons.
pub fn is_of_boot(script: &host::Script) -> bool {
    !script.default_start.is_empty() && script.default_start.iter().all(|level| level == "S")
}

/// Longest inittab that is read.
const INITTAB_BYTES: u64 = 64 * 1024;

/// Programs that sysvinit itself keeps running, inittab(5): `id:runlevels:action:process`.
fn add_inittab(known: &mut KnownServices, root: &Path) {
    use std::io::Read as _;
    let mut text = String::new();
    let file = std::fs::File::open(root.join("etc/inittab"));
    // Without inittab there is nothing to add.
    let _ = file.map(|file| file.take(INITTAB_BYTES).read_to_string(&mut text));
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let mut fields = line.splitn(4, ':');
        let (Some(_), Some(_), Some(action), Some(process)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let program = process.split_whitespace().next().unwrap_or_default().trim_start_matches('+');
        if matches!(action, "respawn" | "once" | "ondemand") && !is_runner(Path::new(program)) {
            let name = String::from_utf8_lossy(base_name(program.as_bytes())).into_owned();
            for path in spellings(root, Path::new(program)) {
                known.add_program(
                    path.as_os_str().as_bytes(),
                    KnownService { manager: "init", name: name.clone() },
                );
            }
        }
    }
}

/// LSB scripts that were run by hand: OpenRC does not count their services as started, and their pid
/// files say that they are.
fn add_started_by_hand(known: &mut KnownServices, root: &Path, index: &host::ScriptIndex) {
    for service in host::SysV::new(root).services_of(index) {
        let Some(pid) = service.main_pid.filter(|&pid| known.by_main_pid(pid).is_none()) else {
            continue;
        };
        let manager = host::ManagerKind::OpenRc.name();
        known.add_main_pid(pid, KnownService { manager, name: service.name });
    }
}

fn known_service(service: &Service) -> KnownService {
    KnownService { manager: service.manager.name(), name: service.name.clone() }
}

/// Programs that one script and only one starts. Left out are the program of a service that is
/// known not to be started, and the one that a service's main process runs: a second process of
/// that program was started by somebody else.
fn add_programs(
    known: &mut KnownServices,
    context: &Context,
    services: &[Service],
    index: &host::ScriptIndex,
) {
    let mut claims: HashMap<PathBuf, Vec<&Service>> = HashMap::new();
    for script in &index.scripts {
        let Some(service) = services.iter().find(|service| service.name == script.name) else {
            continue;
        };
        for path in
            script.daemon_paths.iter().flat_map(|path| spellings(&context.common.system_root, path))
        {
            let claimants = claims.entry(path).or_default();
            if !claimants.iter().any(|other| other.name == service.name) {
                claimants.push(service);
            }
        }
    }
    for (path, claimants) in &claims {
        let [service] = claimants.as_slice() else { continue };
        let stopped =
            service.manager == host::ManagerKind::OpenRc && service.state == ServiceState::Stopped;
        if stopped || is_runner(path) || runs(context, service.main_pid, path) {
            continue;
        }
        known.add_program(path.as_os_str().as_bytes(), known_service(service));
    }
}

/// The path as a script spells it, and as the kernel does, which follows links (`/sbin` is
/// `/usr/sbin`).
pub fn spellings(root: &Path, path: &Path) -> Vec<PathBuf> {
    let inside = root.join(path.strip_prefix("/").unwrap_or(path));
    let real = std::fs::canonicalize(inside).ok();
    let real = real.and_then(|real| Some(Path::new("/").join(real.strip_prefix(root).ok()?)));
    let mut found = vec![path.to_owned()];
    // A link to a runner makes the link's own name one too: no process has it as its executable.
    found.extend(real.filter(|real| real != path));
    found
}

/// Whether a path leads to a program that runs others.
pub fn is_runner(path: &Path) -> bool {
    let name = String::from_utf8_lossy(base_name(path.as_os_str().as_bytes())).into_owned();
    let unversioned = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    RUNNERS.contains(&name.as_str())
        || RUNNERS.contains(&unversioned)
        || SUPERVISORS.contains(&name.as_str())
}

fn runs(context: &Context, pid: Option<u32>, path: &Path) -> bool {
    let link = pid.map(|pid| context.common.proc_root.join(pid.to_string()).join("exe"));
    link.and_then(|link| std::fs::read_link(link).ok()).is_some_and(|exe| exe == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreters_are_nobodys_program() {
        for path in [
            "/bin/sh",
            "/usr/bin/python3",
            "/usr/bin/python3.11",
            "/usr/bin/perl5.36.0",
            "/sbin/start-stop-daemon",
            "/usr/bin/php8.2",
        ] {
            assert!(is_runner(Path::new(path)), "{path}");
        }
        for path in [
            "/usr/sbin/sshd",
            "/usr/sbin/php-fpm8.2",
            "/usr/sbin/nginx",
            "/usr/bin/pythond",
            "/usr/bin/mysh",
        ] {
            assert!(!is_runner(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn links_are_followed_inside_the_root() {
        let root = std::env::temp_dir().join(format!("daemonctl-services-{}", std::process::id()));
        std::fs::create_dir_all(root.join("usr/sbin")).unwrap();
        std::fs::write(root.join("usr/sbin/exim4"), "").unwrap();
        let _ = std::os::unix::fs::symlink("usr/sbin", root.join("sbin"));
        let root = std::fs::canonicalize(root).unwrap();
        let found = spellings(&root, Path::new("/sbin/exim4"));
        assert_eq!(found, [PathBuf::from("/sbin/exim4"), PathBuf::from("/usr/sbin/exim4")]);
        assert_eq!(spellings(&root, Path::new("/sbin/none")), [PathBuf::from("/sbin/none")]);
        std::fs::remove_dir_all(root).unwrap();
    }
}
