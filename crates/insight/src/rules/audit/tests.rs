//! Each rule finds what it looks for, and not what is near to it.

use crate::exposure::Facts;
use crate::finding::{Finding, Severity};
use crate::rules::{Case, Chapter, rules};
use crate::snapshot::*;

const WWW: u32 = 33;

fn entry(kind: FileKind, mode: u32, uid: u32, gid: u32) -> Seen<Entry> {
    Seen::Known(Entry {
        kind,
        mode,
        uid,
        gid,
        size_bytes: 1,
        modified_usec: 0,
        acl: Vec::new(),
        immutable: false,
    })
}

/// A path whose folders are root's and 0755, with this at its end.
fn path(full: &str, mode: u32, uid: u32, gid: u32) -> PathFact {
    let kind = if mode & 0o40000 != 0 { FileKind::Directory } else { FileKind::File };
    let mut fact = PathFact { path: full.to_owned(), ..PathFact::default() };
    let step = |path: &str, entry| Step { path: path.to_owned(), entry, link: None };
    fact.steps.push(step("/", entry(FileKind::Directory, 0o755, 0, 0)));
    for (at, _) in full.match_indices('/').skip(1) {
        fact.steps.push(step(&full[..at], entry(FileKind::Directory, 0o755, 0, 0)));
    }
    fact.steps.push(step(full, entry(kind, mode & 0o7777, uid, gid)));
    fact
}

fn user(name: &str, uid: u32, has_shell: bool) -> LocalAccount {
    LocalAccount { name: name.to_owned(), uid, gid: uid, has_shell, ..LocalAccount::default() }
}

/// A web server: a master of root, a worker of www-data; socket on all addresses.
fn web() -> Snapshot {
    let master = Process {
        pid: 10,
        name: "nginx".into(),
        program: Seen::Known("/usr/sbin/nginx".into()),
        state: 'S',
        capabilities: Seen::Known(Capabilities {
            effective: 0x1ff_ffff_ffff,
            ..Capabilities::default()
        }),
        no_new_privs: Seen::Known(true),
        seccomp: Seen::Known(2),
        own_namespaces: Seen::Known(vec!["mnt".into()]),
        ..Process::default()
    };
    let worker = Process { pid: 11, uids: [WWW; 4], gids: [WWW; 4], ..master.clone() };
    let service = Service {
        name: "nginx.service".into(),
        manager: Manager::Systemd,
        state: State::Running,
        main_pid: Some(10),
        processes: vec![
            master,
            Process { capabilities: Seen::Known(Capabilities::default()), ..worker },
        ],
        definition: Some(Definition {
            files: vec!["/usr/lib/systemd/system/nginx.service".into()],
            ..Definition::default()
        }),
        ..Service::default()
    };
    let mut snapshot = Snapshot { services: vec![service], asked: 1, ..Snapshot::default() };
    snapshot.accounts = Accounts {
        users: vec![
            user("root", 0, true),
            user("www-data", WWW, false),
            user("alice", 1000, true),
            user("_x", 120, false),
        ],
        groups: vec![
            ("www-data".into(), WWW, Vec::new()),
            ("docker".into(), 99, vec!["www-data".into()]),
            ("staff".into(), 50, Vec::new()),
        ],
    };
    listen(&mut snapshot, "0.0.0.0:80", 10);
    snapshot
}

fn listen(snapshot: &mut Snapshot, address: &str, pid: u32) {
    let holder = Holder { pid, ..Holder::default() };
    let is_path = address.starts_with('/');
    let listener = Listener {
        protocol: if is_path { "unix" } else { "tcp" },
        address: address.parse().ok(),
        is_dual: false,
        path: is_path.then(|| address.to_owned()),
        holders: vec![holder],
        queue: None,
        namespace: None,
    };
    match &mut snapshot.lookups.listeners {
        Seen::Known(all) => all.push(listener),
        other => *other = Seen::Known(vec![listener]),
    }
}

fn put(snapshot: &mut Snapshot, role: FileRole, by_root: bool, fact: PathFact) {
    let file = AuditFile { path: fact.path.clone(), role, place: None, by_root };
    snapshot.services[0].audit.files.push(file);
    snapshot.lookups.paths.insert(fact.path.clone(), fact);
}

fn with(change: impl FnOnce(&mut Snapshot)) -> Snapshot {
    let mut snapshot = web();
    change(&mut snapshot);
    snapshot
}

/// What the audit's rules of a name find, or all of them. Logs are nothing to them.
fn found(snapshot: &Snapshot, name: &str) -> Vec<Finding> {
    let case = Case { snapshot, service: &snapshot.services[0], clues: &[] };
    let mut findings = Vec::new();
    let of_audit = rules().filter(|rule| rule.chapter == Chapter::Exposure);
    of_audit
        .filter(|rule| name.is_empty() || rule.name == name)
        .for_each(|rule| (rule.check)(&case, &mut findings));
    findings
}

#[track_caller]
fn one(snapshot: &Snapshot, rule: &str, severity: Severity) -> Finding {
    let all = found(snapshot, rule);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(all[0].severity, severity, "{:#?}", all[0]);
    assert!(!all[0].title.is_empty() && all[0].sentence.ends_with('.'), "{:#?}", all[0]);
    all[0].clone()
}

#[track_caller]
fn none(snapshot: &Snapshot, rule: &str) {
    assert_eq!(found(snapshot, rule), Vec::new());
}

#[test]
fn a_web_server_in_its_sandbox_has_nothing_but_remarks() {
    let findings = found(&web(), "");
    assert!(findings.iter().all(|finding| finding.severity == Severity::Info), "{findings:#?}");
}

#[test]
fn what_everybody_can_write_is_an_error_and_a_way_to_root() {
    let role = FileRole::Definition;
    let unit = with(|s| put(s, role, true, path("/etc/systemd/system/nginx.service", 0o666, 0, 0)));
    let finding = one(&unit, "definition-writable", Severity::Error);
    assert_eq!(finding.remedies[0].commands, ["chmod o-w /etc/systemd/system/nginx.service"]);
    none(
        &with(|s| put(s, role, true, path("/etc/systemd/system/nginx.service", 0o644, 0, 0))),
        "definition-writable",
    );
    // A group that nobody is in changes nothing.
    none(
        &with(|s| put(s, role, true, path("/etc/systemd/system/nginx.service", 0o664, 0, 50))),
        "definition-writable",
    );
}

#[test]
fn a_program_in_a_home_is_its_owners() {
    let mut fact = path("/home/alice/bin/x", 0o755, 0, 0);
    fact.steps[2].entry = entry(FileKind::Directory, 0o755, 1000, 1000);
    let finding =
        one(&with(|s| put(s, FileRole::Program, true, fact)), "program-writable", Severity::Error);
    assert!(finding.sentence.contains("/home/alice, on the way"), "{}", finding.sentence);
    let own = with(|s| put(s, FileRole::Program, false, path("/srv/app/x", 0o755, WWW, WWW)));
    one(&own, "program-writable", Severity::Info);
    let own_by_root =
        with(|s| put(s, FileRole::Program, true, path("/srv/app/x", 0o755, WWW, WWW)));
    one(&own_by_root, "program-writable", Severity::Warning);
    none(
        &with(|s| put(s, FileRole::Program, true, path("/usr/sbin/nginx", 0o755, 0, 0))),
        "program-writable",
    );
}

#[test]
fn a_sticky_folder_protects_what_is_there_already() {
    let sticky = |mode| {
        let mut fact = path("/tmp/x/run", 0o755, 0, 0);
        fact.steps[1].entry = entry(FileKind::Directory, mode, 0, 0);
        with(|s| put(s, FileRole::Program, true, fact))
    };
    none(&sticky(0o1777), "program-writable");
    one(&sticky(0o777), "program-writable", Severity::Error);
}

#[test]
fn configurations_of_the_services_own_user_matter_where_root_reads_them() {
    let config = |by_root, uid| {
        with(|s| put(s, FileRole::Config, by_root, path("/etc/nginx/x.conf", 0o640, uid, 0)))
    };
    one(&config(true, WWW), "config-writable", Severity::Warning);
    none(&config(false, WWW), "config-writable");
    one(&config(false, 1000), "config-writable", Severity::Error);
    one(&config(false, 120), "config-writable", Severity::Warning);
    // A file that was replaced by /dev/null is empty, whoever writes to that.
    let mut null = path("/etc/nginx/x.conf", 0o666, 0, 0);
    null.steps.last_mut().unwrap().entry = entry(FileKind::Device, 0o666, 0, 0);
    none(&with(|s| put(s, FileRole::Config, true, null)), "config-writable");
}

#[test]
fn secrets_count_where_everybody_reads_them() {
    let secret = |mode: u32, way: u32| {
        with(|s| {
            let mut fact = path("/etc/x/key.pem", mode, 0, 0);
            fact.steps[2].entry = entry(FileKind::Directory, way, 0, 0);
            s.lookups.paths.insert(fact.path.clone(), fact);
            let place = Place { path: "/etc/x/key.pem".into(), line: 1 };
            s.services[0].audit.secrets.push(Secret {
                kind: SecretKind::Key,
                name: "private key".into(),
                place,
                pid: None,
            });
        })
    };
    let finding = one(&secret(0o644, 0o755), "secret-readable", Severity::Error);
    assert_eq!(
        finding.remedies[0].commands,
        ["chgrp www-data /etc/x/key.pem", "chmod 640 /etc/x/key.pem"]
    );
    none(&secret(0o640, 0o755), "secret-readable");
    none(&secret(0o644, 0o750), "secret-readable");
}

#[test]
fn a_database_is_open_where_socket_and_configuration_agree() {
    let redis = |address: &str, options: &[(&str, &str)]| {
        with(|s| {
            s.lookups.listeners = Seen::Known(Vec::new());
            listen(s, address, 10);
            s.services[0].processes[0].name = "redis-server".into();
            s.services[0].processes[0].program = Seen::Known("/usr/bin/redis-server".into());
            let option = |(key, value): &(&str, &str)| ConfigOption {
                daemon: "redis",
                key: (*key).to_owned(),
                value: (*value).to_owned(),
                place: Place { path: "/etc/redis/redis.conf".into(), line: 3 },
            };
            s.services[0].audit.options = options.iter().map(option).collect();
        })
    };
    one(&redis("0.0.0.0:6379", &[("protected-mode", "no")]), "service-open", Severity::Error);
    none(
        &redis("0.0.0.0:6379", &[("protected-mode", "no"), ("requirepass", "set")]),
        "service-open",
    );
    none(&redis("127.0.0.1:6379", &[("protected-mode", "no")]), "service-open");
    none(&redis("0.0.0.0:6379", &[("protected-mode", "yes")]), "service-open");
    one(&redis("[::]:6379", &[]), "backend-exposed", Severity::Warning);
    none(&redis("[::1]:6379", &[]), "backend-exposed");
}

#[test]
fn root_is_blamed_where_it_is_not_needed() {
    let named = |name: &str| {
        with(|s| {
            s.services[0].processes.truncate(1);
            s.services[0].processes[0].name = name.into();
            s.services[0].processes[0].program = Seen::Known(format!("/usr/bin/{name}"));
        })
    };
    one(&named("myapp"), "run-as-root", Severity::Warning);
    none(&named("sshd"), "run-as-root");
    none(&named("nginx"), "run-as-root");
    let mut inside = named("myapp");
    inside.lookups.listeners = Seen::Known(Vec::new());
    one(&inside, "run-as-root", Severity::Info);
}

#[test]
fn workers_of_root_are_found() {
    none(&web(), "workers-run-as-root");
    one(
        &with(|s| s.services[0].processes[1].uids = [0; 4]),
        "workers-run-as-root",
        Severity::Warning,
    );
}

#[test]
fn a_declared_sandbox_is_looked_for_in_the_process() {
    let declared = |property: &'static str| {
        with(|s| {
            let facts = Facts::of(|name| (name == property).then(|| "yes".to_owned()), true);
            s.services[0].audit.declared = Some(facts);
            s.services[0].processes[0].no_new_privs = Seen::Known(false);
            s.services[0].processes[0].own_namespaces = Seen::Known(Vec::new());
        })
    };
    one(&declared("NoNewPrivileges"), "not-in-effect", Severity::Warning);
    one(&declared("PrivateTmp"), "not-in-effect", Severity::Warning);
    none(&declared("LockPersonality"), "not-in-effect");
}

#[test]
fn powerful_groups_matter_for_those_who_are_not_root() {
    one(
        &with(|s| s.services[0].processes[1].groups = vec![99]),
        "powerful-group",
        Severity::Warning,
    );
    none(&with(|s| s.services[0].processes[0].groups = vec![99]), "powerful-group");
}

#[test]
fn no_sandbox_is_a_warning_where_it_is_reachable() {
    let open = |address: &str| {
        with(|s| {
            s.lookups.listeners = Seen::Known(Vec::new());
            listen(s, address, 10);
            s.services[0].audit.declared = Some(Facts::of(|_| None, true));
            s.services[0].audit.systemd_version = 252;
            for process in &mut s.services[0].processes {
                (process.no_new_privs, process.seccomp) = (Seen::Known(false), Seen::Known(0));
                process.own_namespaces = Seen::Known(Vec::new());
            }
        })
    };
    let finding = one(&open("[::]:80"), "no-sandbox", Severity::Warning);
    let settings = &finding.remedies[0].settings;
    assert!(settings.contains(&("Service".into(), "NoNewPrivileges=yes".into())), "{settings:?}");
    assert!(
        settings.iter().any(|(_, s)| s.starts_with("CapabilityBoundingSet=CAP_")),
        "{settings:?}"
    );
    one(&open("127.0.0.1:80"), "no-sandbox", Severity::Info);
    none(&web(), "no-sandbox");
}

#[test]
fn sockets_of_container_engines_are_not_for_everybody() {
    let docker = |mode| {
        with(|s| {
            let mut fact = path("/run/docker.sock", mode, 0, 99);
            fact.steps[2].entry = entry(FileKind::Socket, mode, 0, 99);
            s.lookups.paths.insert(fact.path.clone(), fact);
            listen(s, "/run/docker.sock", 10);
        })
    };
    one(&docker(0o666), "socket-open-to-all", Severity::Error);
    none(&docker(0o660), "socket-open-to-all");
}

#[test]
fn replaced_programs_need_a_restart_and_made_up_files_do_not() {
    let gone = |path: &str, is_program| {
        with(|s| {
            s.services[0].gone_files =
                vec![GoneFile { path: path.into(), is_program, pids: vec![10], replaced: true }]
        })
    };
    one(&gone("/usr/lib/x86_64-linux-gnu/libssl.so.3", false), "restart-needed", Severity::Warning);
    one(&gone("/usr/sbin/nginx", true), "restart-needed", Severity::Warning);
    none(&gone("/memfd:x.so", false), "restart-needed");
    none(&gone("/var/lib/x/cache", false), "restart-needed");
}

#[test]
fn accounts_of_services_neither_log_in_nor_are_nobody() {
    let account = |has_shell, has_password| {
        with(|s| {
            s.accounts.users[1].has_shell = has_shell;
            s.accounts.users[1].has_password = Seen::Known(has_password);
        })
    };
    one(&account(true, true), "account-can-log-in", Severity::Warning);
    none(&account(true, false), "account-can-log-in");
    none(&account(false, true), "account-can-log-in");
    one(
        &with(|s| s.services[0].processes[0].uids = [NOBODY; 4]),
        "runs-as-nobody",
        Severity::Warning,
    );
    none(&web(), "runs-as-nobody");
    let shared = |name: &str| with(|s| s.services[0].audit.same_user = vec![name.into()]);
    one(&shared("php8.2-fpm.service"), "shared-account", Severity::Info);
    none(&shared("nginx@2.service"), "shared-account");
}

#[test]
fn folders_and_what_lies_in_them() {
    let folder = |mode: u32| {
        with(|s| put(s, FileRole::Folder, false, path("/var/lib/x", 0o40000 | mode, WWW, WWW)))
    };
    one(&folder(0o777), "folder-writable", Severity::Error);
    one(&folder(0o1777), "folder-writable", Severity::Info);
    none(&folder(0o755), "folder-writable");
    let look = |uid| {
        with(|s| {
            let look = FolderLook {
                path: "/var/lib/x".into(),
                foreign: vec![("/var/lib/x/y".into(), uid)],
                ..FolderLook::default()
            };
            s.services[0].audit.folders = vec![look];
        })
    };
    one(&look(1000), "foreign-files", Severity::Warning);
    one(&look(120), "foreign-files", Severity::Info);
}

#[test]
fn logs_of_root_do_not_belong_into_others_folders() {
    let log = |uid| {
        with(|s| {
            let mut fact = path("/var/log/nginx/a.log", 0o640, WWW, 4);
            fact.steps[3].entry = entry(FileKind::Directory, 0o755, uid, 4);
            put(s, FileRole::Log, true, fact);
        })
    };
    one(&log(WWW), "log-folder-of-its-user", Severity::Warning);
    none(&log(0), "log-folder-of-its-user");
}
