//! Looks at the files and folders of a service.

use std::collections::{BTreeMap, BTreeSet};

use insight::snapshot::{
    Accounts, AuditFile, FileKind, FileRole, FolderLook, Manager, Place, Secret, SecretKind,
    Service,
};

use super::super::one;
use super::folders::{self, Aim};
use super::read::Reader;
use super::{files, jobs, options, secrets};

/// Files below a service's own folder of configurations are looked for so deep.
const CONFIG_DEPTH: u32 = 3;

/// Looks at the files of a service.
pub fn at_files(reader: &mut Reader<'_>, service: &mut Service, accounts: &Accounts) {
    reader.begin();
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
            files.push(AuditFile { path, role: FileRole::Config, place: None, by_root });
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
            files.push(AuditFile {
                path: core,
                role: FileRole::CoreDump,
                place: None,
                by_root: false,
            });
        }
    }
    service.audit.files = files;
}

/// Files of configurations: in the folder of the service's name below /etc, and the file of that name.
fn configs(reader: &Reader<'_>, service: &Service, names: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let stem =
        service.name.trim_end_matches(".service").split('@').next().unwrap_or_default().to_owned();
    let mut tried = BTreeSet::new();
    for name in std::iter::once(&stem).chain(names) {
        let plain = name.trim_end_matches("-server").trim_end_matches('d');
        for name in [name.as_str(), name.trim_end_matches("-server"), plain] {
            // Shells and interpreters have configurations that are nobody's in particular.
            let is_general = matches!(
                name,
                "sh" | "bash"
                    | "python3"
                    | "perl"
                    | "systemd"
                    | "syste"
                    | "init"
                    | "ssl"
                    | "pam"
                    | ""
            );
            if is_general || name.contains('/') || !tried.insert(name.to_owned()) {
                continue;
            }
            found.extend(reader.files_below(&format!("/etc/{name}"), CONFIG_DEPTH));
            for path in [
                format!("/etc/{name}.conf"),
                format!("/etc/default/{name}"),
                format!("/etc/conf.d/{name}"),
            ] {
                if reader.kind(&path) == Some(FileKind::File) {
                    found.push(path);
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn secrets_of(reader: &mut Reader<'_>, service: &Service, files: &[AuditFile]) -> Vec<Secret> {
    let mut found = Vec::new();
    for file in files {
        let is_text = matches!(
            file.role,
            FileRole::Config | FileRole::Settings | FileRole::Secret | FileRole::Definition
        );
        if !is_text {
            continue;
        }
        let Some(text) = reader.text(&file.path) else { continue };
        let mut of_file = secrets::of_text(&file.path, &text);
        if file.role == FileRole::Definition {
            of_file.clear();
        }
        // A file of a key whose form is not known is one all the same.
        if file.role == FileRole::Secret
            && of_file.is_empty()
            && file.path.contains("key")
            && text.contains("KEY")
        {
            let place = Place { path: file.path.clone(), line: 0 };
            of_file.push(Secret {
                kind: SecretKind::Key,
                name: "private key".to_owned(),
                place,
                pid: None,
            });
        }
        found.extend(of_file);
    }
    let settings = service.definition.iter().flat_map(|definition| &definition.settings);
    for setting in settings.filter(|setting| setting.key == "Environment") {
        for word in setting.value.split_whitespace() {
            let Some((name, value)) = word.trim_matches(['"', '\'']).split_once('=') else {
                continue;
            };
            if secrets::is_secret_name(name) && secrets::is_secret_value(value) {
                let place = setting.place.clone();
                found.push(Secret {
                    kind: SecretKind::Password,
                    name: name.to_owned(),
                    place,
                    pid: None,
                });
            }
        }
    }
    for process in &service.processes {
        let words: Vec<&str> = process.command.split_whitespace().collect();
        if let Some(name) = secrets::of_words(&words) {
            found.push(Secret {
                kind: SecretKind::Password,
                name,
                place: Place::default(),
                pid: Some(process.pid),
            });
        }
    }
    found
}

/// The folders that are the service's own.
fn folders_of(
    reader: &Reader<'_>,
    service: &Service,
    files: &[AuditFile],
    accounts: &Accounts,
) -> Vec<FolderLook> {
    let mut own: Vec<u32> = service.processes.iter().map(|process| process.uids[1]).collect();
    let declared = service.definition.as_ref().and_then(|definition| definition.user.as_ref());
    own.extend(
        declared
            .and_then(|(name, _)| accounts.users.iter().find(|user| user.name == *name))
            .map(|user| user.uid),
    );
    own.sort_unstable();
    own.dedup();
    let homes = accounts
        .users
        .iter()
        .filter(|user| own.contains(&user.uid) && user.uid != 0 && !user.is_person());
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
    let looks = wanted
        .into_iter()
        .filter(|(path, _)| !files::is_shared(path))
        .filter_map(|(path, aim)| folders::look(&path, &reader.look(&path), aim, &own, &groups));
    looks.filter(|look| look.looked > 0).collect()
}

/// Core dumps in the working directories of its processes.
fn core_dumps(reader: &Reader<'_>, service: &Service) -> Vec<String> {
    let folders: BTreeSet<&String> =
        service.processes.iter().filter_map(|process| process.working_directory.known()).collect();
    let folders = folders.into_iter().filter(|path| *path != "/");
    folders
        .flat_map(|folder| {
            let mut found = reader.matching(&format!("{folder}/core"));
            found.extend(reader.matching(&format!("{folder}/core.*")));
            found
        })
        .collect()
}
