//! `daemonctl install` and `uninstall` without a service manager: what would be written, and what is
//! refused. Boxes with managers are elsewhere.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use cmd_support::{Folder, code, daemonctl, errors, text};
use insta::assert_snapshot;

fn dry(manager: &str, arguments: &[&str]) -> std::process::Output {
    let folder = Folder::new();
    let root = folder.path().to_str().unwrap();
    std::fs::create_dir_all(folder.path().join("etc/cron.d")).unwrap();
    let mut all = vec!["install", "--dry-run", "--manager", manager, "--system-root", root];
    all.extend(arguments);
    let mut output = daemonctl(&all);
    output.stdout = text(&output).replace(root, "").into_bytes();
    output
}

const PROGRAM: [&str; 4] = ["--", "/bin/sh", "-c", "exec sleep \"$1\" '%n'"];

#[test]
fn a_unit() {
    let mut arguments =
        vec!["--name", "web", "--restart", "always", "--env", "A=b c", "--after", "network"];
    arguments.extend(PROGRAM);
    let output = dry("systemd", &arguments);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert_snapshot!(text(&output), @r##"
    # /etc/systemd/system/web.service (mode 0644)
    # Made by daemonctl install; "daemonctl uninstall web" takes it away.
    [Unit]
    Description=/bin/sh -c 'exec sleep "$1" '\''%%n'\'''
    After=network.target

    [Service]
    Type=exec
    Environment="A=b c"
    ExecStart=/bin/sh -c "exec sleep \"$$1\" '%%n'"
    Restart=always

    [Install]
    WantedBy=multi-user.target

    then: have systemd read its unit files again
    then: enable web.service
    then: start web.service
    "##);
}

#[test]
fn a_supervised_script() {
    let mut arguments = vec!["--name", "web", "--restart", "always", "--user", "nobody"];
    arguments.extend(PROGRAM);
    let output = dry("openrc", &arguments);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert_snapshot!(text(&output), @r##"
    # /etc/init.d/web (mode 0755)
    #!/sbin/openrc-run
    # Made by daemonctl install; "daemonctl uninstall web" takes it away.

    description='/bin/sh -c '\''exec sleep "$1" '\''\'\'''\''%n'\''\'\'''\'''\'''
    supervisor=supervise-daemon
    command=/bin/sh
    word_1='exec sleep "$1" '\''%n'\'''
    command_args='-c "${word_1}"'
    command_user=nobody
    retry=TERM/90/KILL/5

    then: enable web
    then: start web
    "##);
}

#[test]
fn times_where_the_init_knows_none() {
    let output =
        dry("sysv", &["--name", "job", "--schedule", "Mon..Fri 03:00", "--", "/bin/true", "5%"]);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let said = text(&output);
    assert!(said.starts_with("# /etc/cron.d/job (mode 0644)\n"), "{said}");
    assert!(said.contains("\n0 3 * * 1-5 root /bin/true 5\\%\n"), "{said}");
    let output = dry("sysv", &["--name", "job", "--schedule", "*-*~1", "--", "/bin/true"]);
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("month's end"), "{}", errors(&output));
    let output = dry("openrc", &["--schedule", "25:00", "--", "/bin/true"]);
    assert_eq!(code(&output), 2, "{}", errors(&output));
}

#[test]
fn json_shows_files_and_steps() {
    let output = dry("systemd", &["--json", "--name", "xyzzy", "--", "/bin/true", "--json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["dry_run"], true);
    assert_eq!(document["files"][0]["path"], "/etc/systemd/system/xyzzy.service");
    assert_eq!(document["steps"][1], "enable xyzzy.service");
}

#[test]
fn what_would_not_work_is_refused() {
    let cases: [(&[&str], i32, &str); 11] = [
        (&["--", "/no/such"], 1, "no such program"),
        (&["--", "no-such-program-anywhere"], 1, "no such program"),
        (&["--", "/etc/passwd"], 1, "not executable"),
        (&["--", "/etc"], 1, "no file"),
        (&["--user", "no-such-user", "--", "/bin/true"], 1, "no user"),
        (&["--user", "root:no-such-group", "--", "/bin/true"], 1, "no group"),
        (&["--name", "a b", "--", "/bin/true"], 1, "can't be the name"),
        (&["--name", "../a", "--", "/bin/true"], 1, "can't be the name"),
        (&["--workdir", "/no/such", "--", "/bin/true"], 1, "no such folder"),
        (&["--log", "/no/such/x", "--", "/bin/true"], 1, "no such folder"),
        (&["--env", "1=2", "--", "/bin/true"], 2, "no variable"),
    ];
    for manager in ["systemd", "openrc", "sysv"] {
        for (arguments, status, message) in cases {
            let output = dry(manager, arguments);
            let said = errors(&output);
            assert_eq!(code(&output), status, "{manager} {arguments:?}: {said}");
            assert!(said.contains(message), "{manager} {arguments:?}: {said}");
        }
    }
    assert_eq!(code(&daemonctl(&["install"])), 2);
    assert_eq!(code(&daemonctl(&["install", "--restart", "sometimes", "--", "/bin/true"])), 2);
}

#[test]
fn names_that_are_taken_are_refused() {
    let folder = Folder::new();
    let root = folder.path();
    std::fs::create_dir_all(root.join("etc/init.d")).unwrap();
    std::fs::write(root.join("etc/init.d/web"), "#!/bin/sh\n").unwrap();
    for manager in ["openrc", "sysv", "systemd"] {
        let root = root.to_str().unwrap();
        let output = daemonctl(&[
            "install",
            "--dry-run",
            "--manager",
            manager,
            "--system-root",
            root,
            "--name",
            "web",
            "--",
            "/bin/true",
        ]);
        assert_eq!(code(&output), 1, "{manager}: {}", text(&output));
        assert!(errors(&output).contains("web is taken"), "{}", errors(&output));
    }
}

#[test]
fn without_a_manager_detach_is_offered() {
    let folder = Folder::new();
    let root = folder.path().to_str().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_daemonctl"))
        .args(["install", "--system-root", root, "--", "/bin/sleep", "a b"])
        .env("XDG_RUNTIME_DIR", root)
        .output()
        .unwrap();
    assert_eq!(code(&output), 1);
    assert!(
        errors(&output).contains("daemonctl detach -- /bin/sleep 'a b'"),
        "{}",
        errors(&output)
    );
}

#[test]
fn only_what_install_made_is_taken_away() {
    let folder = Folder::new();
    let root = folder.path().to_str().unwrap();
    let output = daemonctl(&["uninstall", "ssh", "--system-root", root]);
    assert_eq!(code(&output), 4);
    assert!(errors(&output).contains("was not made by"), "{}", errors(&output));
    let output = daemonctl(&["uninstall", "../x", "--system-root", root]);
    assert_eq!(code(&output), 2);
    let records = folder.path().join("var/lib/daemonctl/installed");
    std::fs::create_dir_all(&records).unwrap();
    std::fs::write(records.join("x.json"), "{\"schema\":\"other\"}").unwrap();
    let output = daemonctl(&["uninstall", "x", "--system-root", root]);
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("no record"), "{}", errors(&output));
    assert_eq!(text(&daemonctl(&["uninstall", "--system-root", root])), "x\n");
}
