//! Tests of causes that take more than their own line: the lines around it, the configuration, the disk.

use super::tests::{entry, failed, listens, path};
use crate::finding::{Confidence, Finding};
use crate::rules::found;
use crate::snapshot::{
    Command, CommandRole, ConfigPath, FileKind, Filesystem, Holder, PathUse, Place, Seen, Setting,
    Snapshot,
};

fn first(snapshot: &Snapshot) -> Finding {
    crate::diagnose(snapshot).remove(0).findings.remove(0)
}

fn directory() -> Seen<crate::snapshot::Entry> {
    entry(FileKind::Directory, 0o755, 0)
}

fn uses(snapshot: &mut Snapshot, path: &str, purpose: PathUse, key: &str) {
    let (path, key) = (path.to_owned(), key.to_owned());
    let known = ConfigPath { path, purpose, key, place: None, user: None };
    snapshot.services[0].config_paths.push(known);
}

fn runs(snapshot: &mut Snapshot, program: &str, arguments: &[&str], user: &str) {
    let definition = snapshot.services[0].definition.as_mut().unwrap();
    definition.user = Some((user.to_owned(), Place::default()));
    definition.commands.push(Command {
        role: CommandRole::Main,
        key: "ExecStart".into(),
        program: program.into(),
        arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
        ignores_failure: false,
        privileged: false,
        place: Place::default(),
    });
}

#[test]
fn a_directive_of_redis_that_names_a_missing_directory_is_the_directory() {
    let mut snapshot = failed(&[
        "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***",
        "Reading the configuration file, at line 504",
        ">>> 'dir /srv/redis'",
        "No such file or directory",
    ]);
    let steps = vec![("/", directory()), ("/srv", directory()), ("/srv/redis", Seen::Absent)];
    path(&mut snapshot, steps, "/srv/redis");
    let finding = first(&snapshot);
    assert_eq!((finding.rule, finding.subject.as_str()), ("directory-missing", "/srv/redis"));
    assert_eq!(finding.confidence, Confidence::Certain);
}

#[test]
fn a_limit_that_a_daemon_finds_too_low_is_named_with_its_setting() {
    let line = "# Your current 'ulimit -n' of 16 is not enough for the server to start. Please increase your open file limit to at least 33. Exiting.";
    let mut snapshot = failed(&[line]);
    let place = Place { path: "/etc/systemd/system/x.service.d/l.conf".into(), line: 2 };
    snapshot.services[0].definition.as_mut().unwrap().settings.push(Setting {
        section: "Service".into(),
        key: "LimitNOFILE".into(),
        value: "16".into(),
        place,
    });
    let finding = first(&snapshot);
    assert_eq!(finding.rule, "limit-too-low");
    assert_eq!(finding.title, "ulimit -n is too low: 16 (LimitNOFILE=16)");
    assert_eq!(finding.remedies[0].settings[0].1, "LimitNOFILE=65536");
}

#[test]
fn what_postgres_says_of_its_access_rules_has_file_line_and_reason() {
    let snapshot = failed(&[
        "2026-11-23 04:41:00.123 UTC [812] LOG:  starting PostgreSQL 15.5",
        "2026-11-23 04:41:00.124 UTC [812] LOG:  invalid authentication method \"scram\"",
        "2026-11-23 04:41:00.124 UTC [812] CONTEXT:  line 98 of configuration file \"/etc/postgresql/15/main/pg_hba.conf\"",
        "2026-11-23 04:41:00.124 UTC [812] FATAL:  could not load /etc/postgresql/15/main/pg_hba.conf",
        "2026-11-23 04:41:00.125 UTC [812] LOG:  database system is shut down",
    ]);
    let finding = first(&snapshot);
    assert_eq!(finding.rule, "config-invalid");
    assert_eq!(finding.subject, "/etc/postgresql/15/main/pg_hba.conf:98");
    assert!(finding.title.contains("invalid authentication method"), "{}", finding.title);
}

#[test]
fn space_without_inodes_is_no_full_disk() {
    let mut snapshot =
        failed(&["# Can't open or create append-only dir appendonlydir: No space left on device"]);
    uses(&mut snapshot, "/var/lib/redis", PathUse::DataDirectory, "dir");
    snapshot.machine.filesystems.push(Filesystem {
        mount_point: "/var/lib/redis".into(),
        kind: "tmpfs".into(),
        size_bytes: Some(4 << 20),
        free_bytes: Some(4 << 20),
        available_bytes: Some(4 << 20),
        inodes: Some(20),
        inodes_free: Some(0),
        ..Filesystem::default()
    });
    let finding = first(&snapshot);
    assert_eq!((finding.rule, finding.subject.as_str()), ("inodes-exhausted", "/var/lib/redis"));
    let mut report = crate::diagnose(&snapshot);
    assert!(report.remove(0).findings.iter().all(|finding| finding.rule != "disk-full"));
    snapshot.machine.filesystems[0].inodes_free = Some(5000);
    snapshot.machine.filesystems[0].available_bytes = Some(0);
    assert_eq!(first(&snapshot).rule, "disk-full");
}

#[test]
fn a_denied_bind_of_python_is_a_privileged_port() {
    let lines = [
        "Traceback (most recent call last):",
        "  File \"/usr/lib/python3.11/socketserver.py\", line 472, in server_bind",
        "    self.socket.bind(self.server_address)",
        "PermissionError: [Errno 13] Permission denied",
    ];
    let mut snapshot = failed(&lines);
    runs(&mut snapshot, "/usr/bin/python3", &["-m", "http.server", "80"], "web");
    let finding = first(&snapshot);
    assert_eq!((finding.rule, finding.subject.as_str()), ("port-privileged", "80"));
    assert!(finding.sentence.contains("web"), "{}", finding.sentence);
    // The same words without a bind are about a file.
    let snapshot = failed(&[lines[0], "  File \"/opt/x.py\", line 4", "    f()", lines[3]]);
    assert!(found(&snapshot, "port-privileged").is_empty());
}

#[test]
fn a_variable_that_mariadb_does_not_know_is_found_in_its_files() {
    let mut snapshot = failed(&[
        "2026-11-23  4:41:00 0 [ERROR] /usr/sbin/mariadbd: unknown variable 'innodb_buffer_pool_sizee=1G'",
        "2026-11-23  4:41:00 0 [ERROR] Aborting",
    ]);
    let file = "/etc/mysql/mariadb.conf.d/60-tuning.cnf";
    snapshot.services[0].config_files.push((file.into(), 0));
    let text = ["[mariadbd]", "innodb_buffer_pool_size=1M", "innodb-buffer-pool-sizee = 1G"];
    let text = text.iter().map(|line| (*line).to_owned()).collect();
    snapshot.lookups.texts.insert(file.into(), text);
    let finding = first(&snapshot);
    assert_eq!((finding.rule, finding.subject), ("config-invalid", format!("{file}:3")));
}

#[test]
fn a_link_to_nothing_is_a_missing_file() {
    let link = "/etc/nginx/sites-enabled/old-shop";
    let mut snapshot = failed(&[
        "nginx: [emerg] open() \"/etc/nginx/sites-enabled/old-shop\" failed (2: No such file or directory) in /etc/nginx/nginx.conf:60",
    ]);
    let steps = vec![
        ("/", directory()),
        (link, entry(FileKind::Link, 0o777, 0)),
        ("/etc/nginx/sites-available/old-shop", Seen::Absent),
    ];
    path(&mut snapshot, steps, link);
    snapshot.lookups.paths.get_mut(link).unwrap().steps[1].link = Some("../x".into());
    assert!(found(&snapshot, "directory-missing").is_empty());
    let finding = first(&snapshot);
    assert_eq!((finding.rule, finding.subject.as_str()), ("file-missing", link));
    assert!(finding.title.contains("/etc/nginx/sites-available/old-shop"), "{}", finding.title);
}

#[test]
fn a_socket_without_a_name_is_the_one_whose_directory_is_missing() {
    let mut snapshot = failed(&[
        "[ERROR] Can't start server : Bind on unix socket: No such file or directory",
        "[ERROR] Aborting",
    ]);
    let socket = "/run/database/mysqld.sock";
    uses(&mut snapshot, socket, PathUse::Write, "socket");
    let steps = vec![("/", directory()), ("/run", directory()), ("/run/database", Seen::Absent)];
    path(&mut snapshot, steps, socket);
    let finding = first(&snapshot);
    assert_eq!(finding.rule, "directory-missing");
    assert_eq!(finding.title, "directory /run/database is missing");
}

#[test]
fn a_line_that_is_said_again_is_shown_once() {
    let bind = "[emerg] 1#1: bind() to 0.0.0.0:80 failed (98: Address already in use)";
    let mut snapshot = failed(&[bind; 5]);
    snapshot.services[0].meant_to_listen = vec![("0.0.0.0:80".into(), None)];
    let holder = Holder { pid: 305, name: "python3".into(), ..Holder::default() };
    listens(&mut snapshot, "0.0.0.0:80", Some(holder));
    let finding = first(&snapshot);
    let lines: Vec<&str> = finding
        .evidence
        .iter()
        .map(|proof| proof.text.as_str())
        .filter(|text| text.contains("bind()"))
        .collect();
    assert_eq!(lines, [format!("{bind} (5 times)")]);
    let kills = finding.remedies.iter().flat_map(|remedy| &remedy.commands);
    assert_eq!(kills.filter(|command| command.as_str() == "kill 305").count(), 1);
}

#[test]
fn a_variable_that_a_script_asks_for_is_named_with_its_words() {
    let snapshot = failed(&["/opt/x/run.sh: 2: DATABASE_URL: must be set in /etc/default/x"]);
    let finding = first(&snapshot);
    assert_eq!((finding.rule, finding.subject.as_str()), ("variable-missing", "DATABASE_URL"));
    assert!(finding.sentence.contains("must be set in /etc/default/x"), "{}", finding.sentence);
}
