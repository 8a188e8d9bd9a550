//! Words about processes: pids, `:ports`, and `/paths` that no definition lies at.

use std::path::{Path, PathBuf};

use process::needs::Needs;
use process::sockets::{self, Wanted};

use super::names;
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{Chosen, Managers};
use crate::snapshot::{Row, Snapshot};
use crate::what::What;

/// Longest pid file that is read, in bytes.
const LONGEST_PID_FILE: u64 = 64;

/// The processes, looked at when a word is about one.
#[derive(Default)]
pub(super) struct Processes {
    all: Option<Snapshot>,
}

impl Processes {
    /// The services of the processes that a word means.
    pub(super) fn of_word(
        &mut self,
        context: &Context,
        managers: &Managers,
        word: &str,
    ) -> Result<Vec<Chosen>, Failure> {
        let what = match word.starts_with('.') {
            false => What::parse(word)?,
            true => {
                let path = std::path::absolute(word)
                    .map_err(|error| Failure::failed(format_args!("{word} is no path: {error}")))?;
                What::Path(path.to_string_lossy().into_owned().into_bytes())
            }
        };
        match what {
            What::Pid(pid) => of_pid(context, managers, pid),
            What::Port(port) => self.of_port(context, managers, port),
            What::Path(path) => {
                let path = PathBuf::from(String::from_utf8_lossy(&path).into_owned());
                self.of_path(context, managers, &path)
            }
            What::Name(name) => Err(super::unknown(context, managers, &name)),
        }
    }

    fn all(&mut self, context: &Context) -> Result<&Snapshot, Failure> {
        let snapshot = match self.all.take() {
            Some(snapshot) => snapshot,
            None => Snapshot::take(context, Needs::NOTHING)?,
        };
        Ok(self.all.insert(snapshot))
    }

    /// Who listens on the port. Who is only connected from it is not meant: that port was given to
    /// it by chance.
    fn of_port(
        &mut self,
        context: &Context,
        managers: &Managers,
        port: u16,
    ) -> Result<Vec<Chosen>, Failure> {
        let dump = sockets::dump(&Wanted::listeners())
            .map_err(|error| Failure::failed(format_args!("cannot list sockets: {error}")))?;
        let listens = dump.sockets.iter().any(|s| s.local.port() == Some(port) && s.is_listening());
        if !listens {
            return Err(Failure::not_found(format_args!("nothing listens on port {port}"))
                .hint("`daemonctl ports` lists what listens"));
        }
        let snapshot = self.all(context)?;
        let indices = crate::owners::of_port(context, snapshot, port)?;
        services(managers, snapshot, &indices, &format!("who listens on port {port}"))
    }

    fn of_path(
        &mut self,
        context: &Context,
        managers: &Managers,
        path: &Path,
    ) -> Result<Vec<Chosen>, Failure> {
        if let Some((manager, name)) = names::of_definition(context, managers, path)? {
            return Ok(vec![Chosen { manager, name }]);
        }
        if let Some(chosen) = by_pid_file(context, managers, path) {
            return Ok(vec![chosen]);
        }
        let shown = path.to_string_lossy();
        let snapshot = self.all(context)?;
        let indices =
            crate::owners::of_path(context, snapshot, path.as_os_str().as_encoded_bytes())?;
        if indices.is_empty() {
            if let Some(chosen) = by_program(context, managers, path) {
                return Ok(vec![chosen]);
            }
            let hint = match std::fs::symlink_metadata(path).is_ok() {
                true => {
                    "it is no service's definition, and no process that may be seen has it open"
                }
                false => "there is no such file",
            };
            return Err(
                Failure::not_found(format_args!("no service belongs to {shown}")).hint(hint)
            );
        }
        services(managers, snapshot, &indices, &format!("who uses {shown}"))
    }
}

fn of_pid(context: &Context, managers: &Managers, pid: u32) -> Result<Vec<Chosen>, Failure> {
    let snapshot = Snapshot::near(context, &[pid], Needs::NOTHING)?;
    let Some(index) = snapshot.sample.index_of(pid) else {
        return Err(Failure::not_found(format_args!("there is no process {pid}"))
            .hint("it has ended, or it was never there (hidepid can hide others' processes)"));
    };
    services(managers, &snapshot, &[index], &format!("process {pid}"))
}

/// The services of these processes.
///
/// # Errors
/// One of them belongs to no service, or to one of a manager that is not spoken with.
fn services(
    managers: &Managers,
    snapshot: &Snapshot,
    indices: &[usize],
    what: &str,
) -> Result<Vec<Chosen>, Failure> {
    let mut found: Vec<Chosen> = Vec::new();
    let mut refused = None;
    for row in indices.iter().filter_map(|&index| snapshot.row(index)) {
        match service(managers, &row, what) {
            Ok(chosen) if found.contains(&chosen) => {}
            Ok(chosen) => found.push(chosen),
            Err(failure) => refused = refused.or(Some(failure)),
        }
    }
    match (found.is_empty(), refused) {
        (false, _) => Ok(found),
        (true, Some(failure)) => Err(failure),
        (true, None) => Err(Failure::not_found(format_args!("{what}: no process is left"))),
    }
}

fn service(managers: &Managers, row: &Row<'_>, what: &str) -> Result<Chosen, Failure> {
    // A name may hold line ends, which an error's text keeps.
    let name = present::text::clean(&row.process.comm);
    let process = format!("{name} (pid {})", row.process.pid());
    let Some(service) = row.service() else {
        return Err(Failure::not_found(format_args!("{what} is {process}, of no service"))
            .hint(format_args!("daemonctl explain {} says why it runs", row.process.pid())));
    };
    let membership = row.snapshot.sample.membership(row.process);
    let user = membership.and_then(|member| member.user_manager);
    let own = rustix::process::geteuid().as_raw();
    let is_anothers = service.manager == "systemd-user" && user.is_some_and(|user| user != own);
    match managers.called(service.manager).filter(|_| !is_anothers) {
        Some(manager) => Ok(Chosen { manager, name: service.name.clone() }),
        None => {
            let whose = match user.filter(|_| is_anothers) {
                Some(user) => format!("{} of user {user}", service.manager),
                None => service.manager.to_owned(),
            };
            Err(Failure::not_found(format_args!(
                "{what} is {process} of {}, a service of {whose}",
                service.name
            ))
            .hint(format_args!("spoken with is only {}", managers.words(" and "))))
        }
    }
}

/// The service that says that this is its pid file, or that the process in the file belongs to.
fn by_pid_file(context: &Context, managers: &Managers, path: &Path) -> Option<Chosen> {
    use std::io::Read as _;

    let inside = context.common.system_root.join(path.strip_prefix("/").unwrap_or(path));
    for manager in managers.indices() {
        let services = managers.ask(manager, |m| m.services()).unwrap_or_default();
        let owns = |service: &host::Service| service.pid_files.iter().any(|file| file == path);
        if let Some(service) = services.into_iter().find(owns) {
            return Some(Chosen { manager, name: service.name });
        }
    }
    let meta = std::fs::metadata(&inside).ok()?;
    if !meta.is_file() || meta.len() > LONGEST_PID_FILE {
        return None;
    }
    let mut text = String::new();
    std::fs::File::open(&inside).ok()?.take(LONGEST_PID_FILE).read_to_string(&mut text).ok()?;
    let pid = text.trim().parse().ok()?;
    of_pid(context, managers, pid).ok()?.into_iter().next()
}

/// The script that starts the program, where only one does.
fn by_program(context: &Context, managers: &Managers, path: &Path) -> Option<Chosen> {
    let manager = managers.called("openrc").or_else(|| managers.called("sysv"))?;
    let index = host::script_index(&context.common.system_root);
    let name = index.by_program(path)?.name.clone();
    Some(Chosen { manager, name })
}
