use super::super::testing::*;
use super::*;
use crate::finding::Severity;
use crate::snapshot::{FileKind, ManagedDirectory, Snapshot, State};

fn names(path: &str, purpose: PathUse, user: Option<&str>) -> Snapshot {
    let mut snapshot = failed();
    service(&mut snapshot).config_paths.push(ConfigPath {
        path: path.into(),
        purpose,
        key: "error_log".into(),
        place: Some(Place { path: "/etc/x.conf".into(), line: 3 }),
        user: user.map(str::to_owned),
    });
    snapshot
}

#[test]
fn the_directory_of_a_log_is_missing() {
    let mut snapshot = names("/var/log/x/error.log", PathUse::Write, None);
    none(&snapshot, "directory-missing");
    lacks(&mut snapshot, "/var/log/x/error.log", "/var/log/x");
    let finding = one(&snapshot, "directory-missing");
    assert_eq!(finding.title, "directory /var/log/x does not exist");
    assert_eq!(
        finding.sentence,
        "x.service needs the directory /var/log/x (error_log in /etc/x.conf:3), and /var/log/x does not exist"
    );
    // The file itself is made.
    lacks(&mut snapshot, "/var/log/x/error.log", "/var/log/x/error.log");
    none(&snapshot, "directory-missing");
    none(&snapshot, "file-missing");
}

#[test]
fn what_the_manager_makes_is_not_missing() {
    let mut snapshot = names("/run/x/x.pid", PathUse::Write, None);
    lacks(&mut snapshot, "/run/x/x.pid", "/run/x");
    one(&snapshot, "directory-missing");
    let (path, key) = ("/run/x".to_owned(), "RuntimeDirectory".to_owned());
    definition(&mut snapshot).directories.push(ManagedDirectory { path, key, place: place(3) });
    none(&snapshot, "directory-missing");
}

#[test]
fn a_pid_file_needs_its_directory() {
    let mut snapshot = failed();
    definition(&mut snapshot).pid_file = Some(("/run/x/x.pid".into(), place(8)));
    put(&mut snapshot, "/run/x", FileKind::Directory, 0o755, 0);
    none(&snapshot, "directory-missing");
    lacks(&mut snapshot, "/run/x", "/run/x");
    assert_eq!(one(&snapshot, "directory-missing").subject, "/run/x");
}

#[test]
fn a_file_that_is_read_is_missing() {
    let mut snapshot = names("/etc/ssl/x.pem", PathUse::Read, None);
    put(&mut snapshot, "/etc/ssl/x.pem", FileKind::File, 0o600, 0);
    none(&snapshot, "file-missing");
    lacks(&mut snapshot, "/etc/ssl/x.pem", "/etc/ssl/x.pem");
    let finding = one(&snapshot, "file-missing");
    assert_eq!(
        (finding.title.as_str(), finding.severity),
        ("file /etc/ssl/x.pem does not exist", Severity::Error)
    );
    service(&mut snapshot).state = State::Running;
    assert_eq!(one(&snapshot, "file-missing").severity, Severity::Warning);
}

#[test]
fn a_file_of_the_command_line() {
    let mut snapshot = failed();
    definition(&mut snapshot).commands[0].arguments = vec!["-c".into(), "/etc/x.conf".into()];
    lacks(&mut snapshot, "/etc/x.conf", "/etc/x.conf");
    one(&snapshot, "file-missing");
    definition(&mut snapshot).commands[0].arguments = vec!["--config=/etc/x.conf".into()];
    one(&snapshot, "file-missing");
    // What it writes need not be there.
    definition(&mut snapshot).commands[0].arguments = vec!["--log".into(), "/etc/x.conf".into()];
    none(&snapshot, "file-missing");
    definition(&mut snapshot).commands[0].program = "/usr/bin/python3".into();
    definition(&mut snapshot).commands[0].arguments = vec!["-u".into(), "/etc/x.conf".into()];
    one(&snapshot, "file-missing");
    definition(&mut snapshot).commands[0].arguments = vec!["/app.py".into(), "/etc/x.conf".into()];
    none(&snapshot, "file-missing");
}

#[test]
fn its_user_cannot_write_its_log() {
    let mut snapshot = names("/var/log/x/error.log", PathUse::Write, Some("web"));
    put(&mut snapshot, "/var/log/x/error.log", FileKind::File, 0o644, 33);
    none(&snapshot, "permission-denied");
    put(&mut snapshot, "/var/log/x/error.log", FileKind::File, 0o644, 0);
    let finding = one(&snapshot, "permission-denied");
    assert_eq!(finding.title, "web can't write /var/log/x/error.log");
    assert_eq!(finding.remedies[0].commands[0], "setfacl -m u:web:rw /var/log/x/error.log");
    // A new one can't be made either.
    lacks(&mut snapshot, "/var/log/x/error.log", "/var/log/x/error.log");
    assert!(one(&snapshot, "permission-denied").sentence.contains("/var/log/x is drwxr-xr-x"));
    service(&mut snapshot).state = State::Running;
    none(&snapshot, "permission-denied");
}

#[test]
fn its_own_sandbox_is_in_the_way() {
    let mut snapshot = names("/var/lib/x", PathUse::DataDirectory, None);
    put(&mut snapshot, "/var/lib/x", FileKind::Directory, 0o755, 0);
    set(&mut snapshot, "ProtectSystem", "full");
    none(&snapshot, "permission-denied");
    set(&mut snapshot, "ProtectSystem", "strict");
    let finding = one(&snapshot, "permission-denied");
    assert_eq!(finding.title, "/var/lib/x is read-only for it by ProtectSystem=strict");
    assert_eq!(finding.remedies[0].settings[0].1, "ReadWritePaths=/var/lib/x");
    set(&mut snapshot, "ReadWritePaths", "/var/lib");
    none(&snapshot, "permission-denied");
}

#[test]
fn keys_and_data_that_are_too_open() {
    let mut snapshot = names("/etc/ssh/ssh_host_rsa_key", PathUse::ReadSecret, None);
    definition(&mut snapshot).commands[0].program = "/usr/sbin/sshd".into();
    put(&mut snapshot, "/etc/ssh/ssh_host_rsa_key", FileKind::File, 0o600, 0);
    none(&snapshot, "secret-unreadable");
    put(&mut snapshot, "/etc/ssh/ssh_host_rsa_key", FileKind::File, 0o644, 0);
    let finding = one(&snapshot, "secret-unreadable");
    assert_eq!(finding.remedies[0].commands[0], "chmod 600 /etc/ssh/ssh_host_rsa_key");
    // Another daemon may think otherwise.
    definition(&mut snapshot).commands[0].program = "/usr/sbin/nginx".into();
    none(&snapshot, "secret-unreadable");
    let mut snapshot = names("/var/lib/postgresql/15/main", PathUse::DataDirectory, Some("web"));
    definition(&mut snapshot).commands[0].program = "/usr/lib/postgresql/15/bin/postgres".into();
    put(&mut snapshot, "/var/lib/postgresql/15/main", FileKind::Directory, 0o750, 33);
    none(&snapshot, "secret-unreadable");
    put(&mut snapshot, "/var/lib/postgresql/15/main", FileKind::Directory, 0o755, 33);
    assert!(one(&snapshot, "secret-unreadable").title.contains("mode 0755"));
    put(&mut snapshot, "/var/lib/postgresql/15/main", FileKind::Directory, 0o700, 0);
    assert!(one(&snapshot, "secret-unreadable").title.ends_with("belongs to root, not to web"));
}
