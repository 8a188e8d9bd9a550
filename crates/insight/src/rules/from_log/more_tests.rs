//! Tests of causes that take more than their own line: the lines around it, the configuration, the disk.

use super::tests::{entry, failed, listens, path};
use crate::finding::{Confidence, Finding};
use crate::rules::found;
use crate::snapshot::{
    Command, CommandRole, ConfigPath, ConfigTest, Exit, FileKind, Filesystem, Holder, Manager,
    PathUse, Place, Seen, Setting, Snapshot, State, TestEnd,
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

/// Lines of a log file, written at these seconds.
fn of_file(snapshot: &mut Snapshot, times: &[u64]) {
    for (line, time) in snapshot.services[0].log.lines.iter_mut().zip(times) {
        line.origin = "/var/log/x.log".into();
        line.time_usec = Some(time * 1_000_000);
    }
}

fn tested(snapshot: &mut Snapshot, end: TestEnd, output: &[&str]) {
    let output = output.iter().map(|line| (*line).to_owned()).collect();
    let (command, user, complaints) = ("x -t".to_owned(), None, Vec::new());
    let test = ConfigTest { command, user, end, output, not_run: None, complaints };
    snapshot.services[0].config_test = Some(test);
}

#[test]
fn what_a_log_file_says_after_a_run_ended_is_of_another() {
    let mut snapshot = failed(&[
        "LOG:  received fast shutdown request",
        "LOG:  could not bind IPv4 address \"10.1.2.3\": Cannot assign requested address",
        "LOG:  database system is shut down",
        "FATAL:  could not access file \"timescaledb\": No such file or directory",
        "LOG:  database system is shut down",
    ]);
    of_file(&mut snapshot, &[10, 10, 10, 20, 20]);
    assert!(found(&snapshot, "address-unavailable").is_empty());
    assert_eq!(first(&snapshot).rule, "module-missing");
}

#[test]
fn a_test_that_fails_now_stands_before_an_old_line_of_a_log_file() {
    let mut snapshot = failed(&[
        "[emerg] 1#1: bind() to 10.20.30.40:80 failed (99: Cannot assign requested address)",
    ]);
    of_file(&mut snapshot, &[10]);
    snapshot.machine.addresses = vec!["127.0.0.1".parse().unwrap()];
    assert_eq!(first(&snapshot).rule, "address-unavailable");
    let said =
        "nginx: [emerg] open() \"/etc/nginx/nginx.conf\" failed (2: No such file or directory)";
    tested(&mut snapshot, TestEnd::Failed(Exit::Status(1)), &[said]);
    let finding = first(&snapshot);
    assert_eq!((finding.rule, finding.subject.as_str()), ("file-missing", "/etc/nginx/nginx.conf"));
}

#[test]
fn an_old_line_about_a_configuration_that_was_mended_is_no_cause() {
    let mut snapshot = failed(&[
        "[emerg] 1#1: bind() to unix:/run/web/nginx.sock failed (2: No such file or directory)",
    ]);
    of_file(&mut snapshot, &[10]);
    let service = &mut snapshot.services[0];
    (service.state, service.should_run) = (State::Stopped, true);
    service.manager = Manager::SysV;
    assert_eq!(found(&snapshot, "file-missing").len(), 1);
    snapshot.services[0].config_files.push(("/etc/nginx/nginx.conf".into(), 20_000_000));
    tested(&mut snapshot, TestEnd::Passed, &[]);
    assert!(found(&snapshot, "file-missing").is_empty());
}

#[test]
fn a_script_that_does_not_parse_is_malformed_whoever_found_it() {
    let mut snapshot = failed(&[]);
    let said = "/etc/init.d/x: 12: Syntax error: end of file unexpected (expecting \"esac\")";
    tested(&mut snapshot, TestEnd::Failed(Exit::Status(2)), &[said]);
    let finding = first(&snapshot);
    assert_eq!((finding.rule, finding.confidence), ("script-failed", Confidence::Certain));
}

#[test]
fn a_test_that_passes_disproves_nothing_where_nothing_was_changed() {
    let mut snapshot = failed(&[
        "FATAL:  could not load pg_hba.conf",
        "LOG:  invalid authentication method \"scram\"",
        "CONTEXT:  line 98 of configuration file \"/etc/postgresql/15/main/pg_hba.conf\"",
    ]);
    of_file(&mut snapshot, &[10, 10, 10]);
    tested(&mut snapshot, TestEnd::Passed, &[]);
    snapshot.services[0].config_files.push(("/etc/postgresql/15/main/pg_hba.conf".into(), 5));
    let finding = first(&snapshot);
    assert_eq!(finding.rule, "config-invalid");
    let title = "its configuration is invalid: /etc/postgresql/15/main/pg_hba.conf, line 98: invalid authentication method \"scram\"";
    assert_eq!(finding.title, title);
    snapshot.services[0].config_files[0].1 = 20_000_000;
    assert!(found(&snapshot, "config-invalid").is_empty());
}
