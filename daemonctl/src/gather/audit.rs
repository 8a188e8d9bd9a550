//! What `audit` asks for beyond what `diagnose` does, and without what that asks for: logs, dependencies, tests.
//!
//! Services of one machine are gathered together: processes, sockets and deleted files are read once for all of them.

mod accounts;
mod declared;
mod files;
mod folders;
mod jobs;
mod options;
mod read;
mod secrets;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use host::ManagerKind;
use insight::exposure::Facts;
use insight::snapshot::{FileRole, Manager, Place, Process, Secret, SecretKind, Seen, Service, Snapshot, State, Unseen};
use insight::wanted::Wanted;

use super::definition::{self, Decided};
use super::lookups::{self, paths::Resolver};
use super::native::Native;
use super::processes::{self, Depth};
use super::service::{manager_of, pid_files, pids, scripts, systemd};
use super::{Gatherer, Options, meant, one, script};
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{Chosen, Managers};
use crate::service_view::fill::{self, need};
use crate::service_view::ServiceView;
use folders::Aim;
use read::Reader;

/// More processes of one service are not looked at one by one.
const PIDS_MAX: usize = 256;
/// Files below a service's own folder of configurations are looked for so deep.
const CONFIG_DEPTH: u32 = 3;

/// A daemon that no manager looks after.
#[derive(Debug, Clone)]
pub struct Loose {
    /// What it is called.
    pub name: String,
    /// Its processes, the main one first.
    pub pids: Vec<u32>,
}

/// The snapshot that `audit` judges: services, and behind them daemons that no manager looks after.
///
/// # Errors
/// A manager that does not answer.
pub fn gather(
    context: &Context,
    managers: &Managers,
    chosen: &[Chosen],
    loose: &[Loose],
) -> Result<Snapshot, Failure> {
    let options = Options::audit();
    let gatherer = Gatherer::new(context, managers, &options);
    let mut found = services(&gatherer, chosen)?;
    found.extend(loose.iter().map(of_loose));
    attach_processes(context, &mut found);
    let mut snapshot = Snapshot {
        now_usec: gatherer.now_usec,
        asker_uid: rustix::process::geteuid().as_raw(),
        asked: found.len(),
        machine: gatherer.machine().clone(),
        ..Snapshot::default()
    };
    for one in &mut found {
        meant::fill(&gatherer, &mut one.service);
    }
    if let Some(resolver) = Resolver::open(context) {
        snapshot.accounts = accounts::read(&resolver);
        let mut reader = Reader::new(&resolver);
        for one in &mut found {
            look(&mut reader, one, &snapshot.accounts);
        }
        snapshot.unseen.extend(unread(&reader));
    }
    snapshot.services = found.into_iter().map(|one| one.service).collect();
    same_users(&mut snapshot.services);
    look_up(context, &mut snapshot);
    for service in &mut snapshot.services {
        drop_others_sockets(service);
    }
    snapshot.unseen.extend(gatherer.take_unseen());
    Ok(snapshot)
}

/// A service, and its processes' pids until these are read.
struct Found {
    service: Service,
    pids: Vec<u32>,
}

fn services(gatherer: &Gatherer<'_>, chosen: &[Chosen]) -> Result<Vec<Found>, Failure> {
    let mut views = script_views(gatherer, chosen)?;
    let levels = gatherer.levels();
    let mut versions: HashMap<usize, u16> = HashMap::new();
    let mut found = Vec::new();
    for one in chosen {
        let Some(kind) = gatherer.managers.of(one).map(|manager| manager.kind()) else { continue };
        match kind {
            ManagerKind::Systemd | ManagerKind::SystemdUser => {
                let version = *versions.entry(one.manager).or_insert_with(|| version(gatherer, one.manager));
                found.push(of_systemd(gatherer, one, manager_of(kind), version)?);
            }
            _ => {
                let Some(view) = views.remove(one) else { continue };
                found.push(of_script(gatherer, &view, manager_of(kind), &levels));
            }
        }
    }
    Ok(found)
}

/// The version of a systemd, by what it says of itself.
fn version(gatherer: &Gatherer<'_>, manager: usize) -> u16 {
    let systemd = gatherer.managers.get(manager).and_then(|manager| manager.as_systemd());
    let told = systemd.and_then(|systemd| {
        let property = bus::Property {
            path: "/org/freedesktop/systemd1",
            interface: "org.freedesktop.systemd1.Manager",
            name: "Version",
        };
        let answers = systemd.open(false).ok()?.properties(&[property]).ok()?;
        answers.into_iter().next()?.ok()?.as_str().map(str::to_owned)
    });
    let digits: String = told.unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(252)
}

fn of_systemd(
    gatherer: &Gatherer<'_>,
    chosen: &Chosen,
    manager: Manager,
    version: u16,
) -> Result<Found, Failure> {
    let asked = gatherer.managers.ask(chosen.manager, |manager| {
        manager.native_properties(&chosen.name).transpose()
    });
    let native = Native::new(asked.map_err(Failure::from)?.unwrap_or_default());
    let mut service = systemd::service(&chosen.name, manager, &native);
    let is_user = manager == Manager::SystemdUser;
    if let Some((tree, unit)) = gatherer.trees.unit(gatherer.context, is_user, &service.name)
        && (unit.fragment().is_some() || !unit.drop_ins().is_empty())
    {
        service.definition = Some(definition::of_unit(tree, &unit, Decided::default(), false));
    }
    service.audit.declared = Some(declared::of_native(&native));
    service.audit.systemd_version = version;
    let group = native.text("ControlGroup").unwrap_or_default();
    let pids = pids::of_group(gatherer.context, group, service.main_pid);
    Ok(Found { service, pids })
}

/// Services of managers that run scripts, looked at together.
fn script_views(gatherer: &Gatherer<'_>, chosen: &[Chosen]) -> Result<HashMap<Chosen, ServiceView>, Failure> {
    let mut views = HashMap::new();
    for manager in gatherer.managers.indices() {
        let kind = gatherer.managers.get(manager).map(|manager| manager.kind());
        let wanted: BTreeSet<&str> =
            chosen.iter().filter(|one| one.manager == manager).map(|one| one.name.as_str()).collect();
        if wanted.is_empty() || !matches!(kind, Some(ManagerKind::OpenRc | ManagerKind::SysV)) {
            continue;
        }
        let listed = gatherer.managers.ask(manager, |manager| manager.services()).map_err(Failure::from)?;
        let listed = listed.into_iter().filter(|service| wanted.contains(service.name.as_str())).collect();
        let filled = fill::fill(gatherer.context, listed, need::PROCESSES)?;
        for view in filled.views {
            views.insert(Chosen { manager, name: view.name.clone() }, view);
        }
    }
    Ok(views)
}

fn of_script(gatherer: &Gatherer<'_>, view: &ServiceView, manager: Manager, levels: &[String]) -> Found {
    let mut service = scripts::service(view, manager, levels);
    service.definition = script::definition(gatherer, view);
    let pids = view.seen.as_ref().map(|seen| seen.pids.clone()).unwrap_or_default();
    let told = view.service.iter().flat_map(|service| &service.pid_files);
    let mut files: Vec<String> = told.map(|path| path.to_string_lossy().into_owned()).collect();
    files.extend(service.definition.iter().filter_map(|d| d.pid_file.as_ref().map(|(path, _)| path.clone())));
    files.dedup();
    service.pid_files = files.iter().map(|path| pid_files::look(gatherer.context, path, &pids)).collect();
    Found { service, pids }
}

fn of_loose(loose: &Loose) -> Found {
    let service = Service {
        name: loose.name.clone(),
        manager: Manager::Nobody,
        state: State::Running,
        native: "of no service".to_owned(),
        main_pid: loose.pids.first().copied(),
        ..Service::default()
    };
    Found { service, pids: loose.pids.clone() }
}

/// Reads the processes of all services at once.
fn attach_processes(context: &Context, found: &mut [Found]) {
    let pids: Vec<u32> =
        found.iter().flat_map(|one| one.pids.iter().take(PIDS_MAX)).copied().collect();
    let read = processes::gather(context, &pids, Depth::Audit);
    let mut by_pid: HashMap<u32, Process> = read.into_iter().map(|process| (process.pid, process)).collect();
    let gone = processes::gone_files(context, &pids);
    for one in found {
        one.service.processes = one.pids.iter().filter_map(|pid| by_pid.remove(pid)).collect();
        let own = |pids: &[u32]| -> Vec<u32> {
            pids.iter().filter(|pid| one.pids.contains(pid)).copied().collect()
        };
        let files = gone.iter().filter_map(|file| {
            let pids = own(&file.pids);
            (!pids.is_empty()).then(|| insight::snapshot::GoneFile { pids, ..file.clone() })
        });
        one.service.gone_files = files.collect();
    }
}

/// Looks at the files of a service.
fn look(reader: &mut Reader<'_>, one: &mut Found, accounts: &insight::snapshot::Accounts) {
    reader.begin();
    let service = &mut one.service;
    let mut names = one::names(service);
    for process in &service.processes {
        names.push(process.name.clone());
        let program = process.program.known().and_then(|path| path.rsplit('/').next());
        names.extend(program.map(str::to_owned));
    }
    names.sort();
    names.dedup();
    let mut files = files::of_service(service);
    let by_root = files::starts_as_root(service);
    for path in configs(reader, service, &names) {
        if !files.iter().any(|file| file.path == path && file.role != FileRole::Program) {
            files.push(insight::snapshot::AuditFile { path, role: FileRole::Config, place: None, by_root });
        }
    }
    if jobs::is_cron(&names) && service.manager != Manager::Nobody {
        files.extend(jobs::files(reader));
    }
    service.audit.options = options::of_service(reader, service, &names);
    service.audit.secrets = secrets_of(reader, service, &files);
    service.audit.folders = folders_of(reader, service, &files, accounts);
    for core in core_dumps(reader, service) {
        if !files.iter().any(|file| file.path == core) {
            files.push(insight::snapshot::AuditFile { path: core, role: FileRole::CoreDump, place: None, by_root: false });
        }
    }
    service.audit.files = files;
}

/// Files of configurations: in the folder of the service's name below /etc, and the file of that name.
fn configs(reader: &Reader<'_>, service: &Service, names: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let stem = service.name.trim_end_matches(".service").split('@').next().unwrap_or_default().to_owned();
    let mut tried = BTreeSet::new();
    for name in std::iter::once(&stem).chain(names) {
        let plain = name.trim_end_matches("-server").trim_end_matches('d');
        for name in [name.as_str(), name.trim_end_matches("-server"), plain] {
            // Shells and interpreters have configurations that are nobody's in particular.
            let is_general = matches!(name, "sh" | "bash" | "python3" | "perl" | "systemd" | "syste" | "init" | "ssl" | "pam" | "");
            if is_general || name.contains('/') || !tried.insert(name.to_owned()) {
                continue;
            }
            found.extend(reader.files_below(&format!("/etc/{name}"), CONFIG_DEPTH));
            for path in [format!("/etc/{name}.conf"), format!("/etc/default/{name}"), format!("/etc/conf.d/{name}")] {
                if reader.kind(&path) == Some(insight::snapshot::FileKind::File) {
                    found.push(path);
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn secrets_of(
    reader: &mut Reader<'_>,
    service: &Service,
    files: &[insight::snapshot::AuditFile],
) -> Vec<Secret> {
    let mut found = Vec::new();
    for file in files {
        let is_text = matches!(file.role, FileRole::Config | FileRole::Settings | FileRole::Secret | FileRole::Definition);
        if !is_text {
            continue;
        }
        let Some(text) = reader.text(&file.path) else { continue };
        let mut of_file = secrets::of_text(&file.path, &text);
        if file.role == FileRole::Definition {
            of_file.clear();
        }
        // A file of a key whose form is not known is one all the same.
        if file.role == FileRole::Secret && of_file.is_empty() && file.path.contains("key") && text.contains("KEY") {
            let place = Place { path: file.path.clone(), line: 0 };
            of_file.push(Secret { kind: SecretKind::Key, name: "private key".to_owned(), place, pid: None });
        }
        found.extend(of_file);
    }
    let settings = service.definition.iter().flat_map(|definition| &definition.settings);
    for setting in settings.filter(|setting| setting.key == "Environment") {
        for word in setting.value.split_whitespace() {
            let Some((name, value)) = word.trim_matches(['"', '\'']).split_once('=') else { continue };
            if secrets::is_secret_name(name) && secrets::is_secret_value(value) {
                let place = setting.place.clone();
                found.push(Secret { kind: SecretKind::Password, name: name.to_owned(), place, pid: None });
            }
        }
    }
    for process in &service.processes {
        let words: Vec<&str> = process.command.split_whitespace().collect();
        if let Some(name) = secrets::of_words(&words) {
            found.push(Secret { kind: SecretKind::Password, name, place: Place::default(), pid: Some(process.pid) });
        }
    }
    found
}

/// The folders that are the service's own.
fn folders_of(
    reader: &Reader<'_>,
    service: &Service,
    files: &[insight::snapshot::AuditFile],
    accounts: &insight::snapshot::Accounts,
) -> Vec<insight::snapshot::FolderLook> {
    let mut own: Vec<u32> = service.processes.iter().map(|process| process.uids[1]).collect();
    let declared = service.definition.as_ref().and_then(|definition| definition.user.as_ref());
    own.extend(declared.and_then(|(name, _)| accounts.users.iter().find(|user| user.name == *name)).map(|user| user.uid));
    own.sort_unstable();
    own.dedup();
    let homes = accounts.users.iter().filter(|user| own.contains(&user.uid) && user.uid != 0 && !user.is_person());
    let groups: Vec<u32> = homes.clone().map(|user| user.gid).collect();
    let mut wanted: BTreeMap<String, Aim> = BTreeMap::new();
    for user in homes.filter(|user| user.home.starts_with("/var/lib/")) {
        wanted.insert(user.home.clone(), Aim::Own);
    }
    for file in files {
        match file.role {
            FileRole::Folder => drop(wanted.entry(file.path.clone()).or_insert(Aim::Own)),
            FileRole::Data => drop(wanted.insert(file.path.clone(), Aim::Data)),
            FileRole::Program => {
                let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                wanted.entry(folder.to_owned()).or_insert(Aim::Programs);
            }
            _ => {}
        }
    }
    let looks = wanted.into_iter().filter(|(path, _)| !files::is_shared(path)).filter_map(|(path, aim)| {
        folders::look(&path, &reader.look(&path), aim, &own, &groups)
    });
    looks.filter(|look| look.looked > 0).collect()
}

/// Core dumps in the working directories of its processes.
fn core_dumps(reader: &Reader<'_>, service: &Service) -> Vec<String> {
    let folders: BTreeSet<&String> =
        service.processes.iter().filter_map(|process| process.working_directory.known()).collect();
    let folders = folders.into_iter().filter(|path| *path != "/");
    folders.flat_map(|folder| {
        let mut found = reader.matching(&format!("{folder}/core"));
        found.extend(reader.matching(&format!("{folder}/core.*")));
        found
    }).collect()
}

/// Who runs as the same user, and as which.
fn same_users(services: &mut [Service]) {
    let user = |service: &Service| {
        let main = service.processes.iter().filter(|process| process.uids[1] != 0);
        main.map(|process| process.uids[1]).next()
    };
    let of: Vec<(String, Option<u32>)> = services.iter().map(|service| (service.name.clone(), user(service))).collect();
    for (service, (own, uid)) in services.iter_mut().zip(&of) {
        if uid.is_none() || service.manager == Manager::SystemdUser {
            continue;
        }
        let others = of.iter().filter(|(name, other)| other == uid && name != own);
        service.audit.same_user = others.map(|(name, _)| name.clone()).collect();
    }
}

fn look_up(context: &Context, snapshot: &mut Snapshot) {
    let mut wanted = Wanted { listeners: true, ..Wanted::default() };
    for service in &snapshot.services {
        let audit = &service.audit;
        wanted.paths.extend(audit.files.iter().map(|file| file.path.clone()));
        wanted.paths.extend(audit.folders.iter().map(|look| look.path.clone()));
        let open = audit.folders.iter().flat_map(|look| look.open.iter().take(5));
        wanted.paths.extend(open.cloned());
        wanted.paths.extend(audit.secrets.iter().map(|secret| secret.place.path.clone()).filter(|path| !path.is_empty()));
    }
    lookups::fill(context, &wanted, &mut snapshot.lookups, &mut snapshot.unseen);
    let own: BTreeSet<u32> =
        snapshot.services.iter().flat_map(|service| service.processes.iter().map(|process| process.pid)).collect();
    let Seen::Known(listeners) = &snapshot.lookups.listeners else { return };
    let sockets = listeners.iter().filter(|listener| listener.holders.iter().any(|holder| own.contains(&holder.pid)));
    let paths = sockets.filter_map(|listener| listener.path.clone()).filter(|path| path.starts_with('/'));
    let further = Wanted { paths: paths.collect(), ..Wanted::default() };
    lookups::fill(context, &further, &mut snapshot.lookups, &mut snapshot.unseen);
}

/// What its configuration names and is no folder of its own says nothing of it.
fn drop_others_sockets(service: &mut Service) {
    service.audit.files.retain(|file| {
        let is_folder = matches!(file.role, FileRole::Folder | FileRole::Data);
        !(is_folder && files::is_shared(&file.path))
    });
}

fn unread(reader: &Reader<'_>) -> Option<Unseen> {
    let first = reader.denied.first()?;
    let more = reader.denied.len() - 1;
    let others = if more == 0 { String::new() } else { format!(" and {more} more files") };
    Some(Unseen {
        what: format!("{first}{others}"),
        why: "not permitted".to_owned(),
        remedy: Some("root".to_owned()),
    })
}

/// What would be declared of a service whose manager has no sandbox.
pub fn bare_facts(service: &Service) -> Facts {
    let main = service.processes.iter().find(|process| Some(process.pid) == service.main_pid);
    let main = main.or(service.processes.first());
    let user = main.filter(|process| process.uids[1] != 0).map(|process| process.uids[1].to_string());
    let user = match main.map(|process| process.uids[1]) {
        Some(insight::snapshot::NOBODY) => Some("nobody".to_owned()),
        _ => user,
    };
    Facts::bare(user.as_deref().unwrap_or_default(), main.and_then(|process| process.umask).unwrap_or(0o022))
}
