//! `service --status-all`.
//!
//! The original runs every script with `status`. Here that is done only where the processes don't
//! tell, and for several at once; what is printed is the same.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;

use host::{Service, ServiceState};

use super::super::common::{Init, World, plain, unit_of};
use super::super::{hand_over, terminal};

/// Files among the scripts that are none, and scripts that are the machinery of runlevels: the
/// original leaves them out.
const LEFT_OUT: [&str; 12] = [
    "skeleton",
    "README",
    "rc",
    "rcS",
    "single",
    "reboot",
    "bootclean.sh",
    "functions",
    "halt",
    "killall",
    "linuxconf",
    "kudzu",
];

/// How a service is, in the original's three marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Running,
    NotRunning,
    Unknown,
}

/// Prints how all services are.
pub fn run(world: &World) -> ExitCode {
    let services = match world.services() {
        Ok(services) => services,
        Err(error) => {
            terminal::err(&format!("service: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let of: BTreeMap<&str, &Service> =
        services.iter().map(|service| (service.name.as_str(), service)).collect();
    let mut names = scripts(world);
    let systemd = world.init() == Init::Systemd;
    if names.is_empty() && systemd {
        names = of.keys().map(|name| plain(name).to_owned()).collect();
    }
    let key = |name: &str| if systemd { unit_of(name) } else { name.to_owned() };
    let known: Vec<Option<Mark>> = names
        .iter()
        .map(|name| of.get(key(name).as_str()).and_then(|service| mark_of(service, systemd)))
        .collect();
    for (name, mark) in names.iter().zip(ask_the_rest(world, &names, known)) {
        match mark {
            Mark::Running => terminal::out(&format!(" [ + ]  {name}")),
            Mark::NotRunning => terminal::out(&format!(" [ - ]  {name}")),
            Mark::Unknown => terminal::err(&format!(" [ ? ]  {name}")),
        }
    }
    ExitCode::SUCCESS
}

/// The scripts, by name.
fn scripts(world: &World) -> Vec<String> {
    let folder = world.root.join("etc/init.d");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| hand_over::is_executable(&entry.path()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !is_left_out(name))
        .collect();
    names.sort_unstable();
    names
}

fn is_left_out(name: &str) -> bool {
    name.starts_with('.')
        || name.ends_with(".dpkg-dist")
        || name.ends_with(".dpkg-old")
        || LEFT_OUT.contains(&name)
}

/// What the processes tell, where they do.
fn mark_of(service: &Service, systemd: bool) -> Option<Mark> {
    match service.state {
        ServiceState::Running if systemd || service.main_pid.is_some() => Some(Mark::Running),
        ServiceState::Exited if systemd => Some(Mark::Running),
        _ if systemd => Some(Mark::NotRunning),
        // Only of a script that is known to leave a pid file does its absence say something, and a
        // script that doesn't know `status` at all is told from one whose daemon is not there.
        ServiceState::Stopped | ServiceState::Crashed | ServiceState::Failed
            if !service.pid_files.is_empty() && knows_status(service.definition.as_deref()) =>
        {
            Some(Mark::NotRunning)
        }
        _ => None,
    }
}

fn knows_status(script: Option<&Path>) -> bool {
    let text = script.and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
    text.windows(6).any(|word| word == b"status")
}

/// Runs the scripts of which nothing is known yet, several at once.
fn ask_the_rest(world: &World, names: &[String], known: Vec<Option<Mark>>) -> Vec<Mark> {
    let open: Vec<usize> =
        known.iter().enumerate().filter(|(_, mark)| mark.is_none()).map(|(at, _)| at).collect();
    let next = Mutex::new(open.into_iter());
    let answers = Mutex::new(known);
    let workers = std::thread::available_parallelism().map_or(2, |count| count.get() * 2);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(at) = next.lock().ok().and_then(|mut next| next.next()) {
                    let Some(name) = names.get(at) else { continue };
                    let mark = ask(&world.root.join("etc/init.d").join(name));
                    if let Ok(mut answers) = answers.lock()
                        && let Some(answer) = answers.get_mut(at)
                    {
                        *answer = Some(mark);
                    }
                }
            });
        }
    });
    let answers = answers.into_inner().unwrap_or_default();
    answers.into_iter().map(|mark| mark.unwrap_or(Mark::Unknown)).collect()
}

/// What a script's own `status` comes to.
fn ask(script: &Path) -> Mark {
    let mut command = hand_over::script(script, &["status"]);
    let Ok(output) = command.stdin(std::process::Stdio::null()).output() else {
        return Mark::NotRunning;
    };
    let text = [output.stdout, output.stderr].concat().to_ascii_lowercase();
    if text.windows(6).any(|word| word == b"usage:") {
        return Mark::Unknown;
    }
    let says_something = text.iter().any(|byte| *byte != b'\n');
    if output.status.success() && says_something { Mark::Running } else { Mark::NotRunning }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(name: &str, body: &str) -> Mark {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mark = ask(&path);
        std::fs::remove_file(&path).unwrap();
        mark
    }

    #[test]
    fn a_scripts_answer_is_judged_as_the_original_judges_it() {
        assert_eq!(marked("running", "echo x is running"), Mark::Running);
        assert_eq!(marked("silent", "exit 0"), Mark::NotRunning);
        assert_eq!(marked("dead", "echo x is not running; exit 3"), Mark::NotRunning);
        assert_eq!(marked("usage", "echo 'Usage: x {start|stop}' >&2; exit 1"), Mark::Unknown);
    }

    #[test]
    fn the_machinery_is_left_out() {
        assert!(is_left_out("README") && is_left_out("x.dpkg-old") && is_left_out(".hidden"));
        assert!(!is_left_out("killprocs") && !is_left_out("nginx"));
    }
}
