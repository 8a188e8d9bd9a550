//! `daemonctl detach`: what a daemon is after it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod detach_support;

use std::process::{Command, Stdio};

use detach_support::{
    DAEMONCTL, Place, code, descriptors, detach, errors, is_alive, is_root, kill, pid, stat,
    status, until,
};

#[test]
fn a_daemon_has_a_session_that_it_does_not_lead_and_no_terminal() {
    let place = Place::new();
    let pid = pid(&detach(&["--", &place.nap(), "60"]));
    let fields = stat(pid);
    let (parent, group, session, terminal) = (&fields[1], &fields[2], &fields[3], &fields[4]);
    assert_ne!(session, &pid.to_string(), "it leads its session");
    assert_eq!(group, session);
    assert_eq!(terminal, "0");
    let own = stat(std::process::id());
    assert_ne!(session, &own[3], "it stayed in our session");
    // Its leader is gone, so nobody can give it a terminal, and its parent is init or a subreaper.
    assert!(stat(session.parse().unwrap()).is_empty());
    assert_ne!(parent, &std::process::id().to_string());
}

#[test]
fn descriptors_directory_umask_environment_and_signals_are_fresh() {
    let place = Place::new();
    let look = place.script(
        "look",
        "#!/bin/sh\nenv > $OUT.new; umask >> $OUT.new; pwd >> $OUT.new\n\
                             mv $OUT.new $OUT; exec sleep 60\n",
    );
    let out = format!("OUT={}", place.text("out"));
    // The launcher has other signals, descriptors, umask and directory.
    let launcher = format!(
        "trap '' HUP TERM USR2; umask 077; cd /tmp; exec 5</etc/passwd 6>/dev/null 9<&5; \
         MARK=inherited exec {DAEMONCTL} detach --env {out} --env GIVEN='a b' --env MARK -- {look}"
    );
    let output = Command::new("sh").arg("-c").arg(launcher).output().unwrap();
    let pid = pid(&output);
    let text = place.wait_for("out");
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("PWD=")).collect();
    lines.sort_unstable();
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    assert_eq!(lines, ["/", "0022", "GIVEN=a b", "MARK=inherited", &out, path]);
    let nulls: Vec<_> = (0..3).map(|fd| (fd, "/dev/null".to_owned())).collect();
    assert_eq!(descriptors(pid), nulls);
    for mask in ["SigIgn", "SigBlk"] {
        assert_eq!(status(pid, mask), "0000000000000000", "{mask}");
    }
    kill(pid, "KILL");
}

#[test]
fn what_is_the_callers_stays() {
    let place = Place::new();
    let launcher = format!(
        "echo 500 > /proc/self/oom_score_adj; nice -n 3 {DAEMONCTL} detach -- {} 60",
        place.nap()
    );
    let pid = pid(&Command::new("sh").arg("-c").arg(launcher).output().unwrap());
    let adjustment = std::fs::read_to_string(format!("/proc/{pid}/oom_score_adj")).unwrap();
    assert_eq!(adjustment.trim(), "500");
    assert_eq!(stat(pid)[16], "3");
    let group = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap();
    assert_eq!(group(pid), group(std::process::id()));
}

#[test]
fn directory_umask_and_name_are_given() {
    let place = Place::new();
    let args = ["--chdir", "/usr", "--umask", "0137", "--name", "worker", "--", &place.nap(), "60"];
    let pid = pid(&detach(&args));
    assert_eq!(std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap().to_str(), Some("/usr"));
    assert_eq!(status(pid, "Umask"), "0137");
    assert_eq!(std::fs::read(format!("/proc/{pid}/cmdline")).unwrap(), b"worker\x0060\0");
    kill(pid, "KILL");
}

#[test]
fn a_program_of_many_names_keeps_the_one_it_is_called_by() {
    let place = Place::new();
    std::os::unix::fs::symlink(place.nap(), place.path("other")).unwrap();
    let pid = pid(&detach(&["--name", "x", "--", &place.text("other"), "60"]));
    let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
    assert!(line.starts_with(&place.text("other")), "{line}");
}

#[test]
fn output_is_appended_to_the_log() {
    let place = Place::new();
    let log = place.text("log");
    for word in ["one", "two"] {
        let script = format!("echo {word}; echo {word} >&2; exec {} 60", place.nap());
        let pid = pid(&detach(&["--log", &log, "--", "sh", "-c", &script]));
        assert_eq!(descriptors(pid)[1], (1, log.clone()));
        kill(pid, "KILL");
    }
    assert_eq!(place.read("log"), "one\none\ntwo\ntwo\n");
    let mode = Command::new("stat").args(["-c", "%a", &log]).output().unwrap();
    assert_eq!(String::from_utf8(mode.stdout).unwrap(), "640\n");
}

#[test]
fn a_log_that_is_a_link_is_not_followed() {
    let place = Place::new();
    std::os::unix::fs::symlink(place.path("target"), place.path("log")).unwrap();
    let output = detach(&["--log", &place.text("log"), "--", &place.nap(), "60"]);
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("symbolic link"), "{}", errors(&output));
    assert!(!place.path("target").exists());
}

#[test]
fn the_launchers_pipes_are_not_held() {
    let place = Place::new();
    // $(…) ends when nobody holds the pipe any more.
    let script = format!("x=$({DAEMONCTL} detach -- {} 60); echo \"got $x\"", place.nap());
    let output = Command::new("timeout").args(["5", "sh", "-c", &script]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("got ") && text.trim().len() > 4, "{text}");
}

#[test]
fn it_works_where_standard_input_and_output_are_closed() {
    let place = Place::new();
    let pid_file = place.text("p");
    for closed in ["<&-", "<&- >&- 2>&-", ">&-"] {
        let script =
            format!("{DAEMONCTL} detach --pidfile {pid_file} -- {} 60 {closed}", place.nap());
        let status = Command::new("sh").arg("-c").arg(&script).stdout(Stdio::null()).status();
        // What can't print the pid may say so; the daemon is whole.
        assert!(status.unwrap().code().is_some());
        let pid: u32 = place.wait_for("p").trim().parse().unwrap();
        let found = descriptors(pid);
        let nulls: Vec<_> = (0..3).map(|fd| (fd, "/dev/null".to_owned())).collect();
        assert_eq!(found[..3], nulls, "{closed}");
        assert_eq!(found.len(), 4, "{closed}: the lock and no more: {found:?}");
        kill(pid, "KILL");
        until(|| (!is_alive(pid)).then_some(()));
    }
}

#[test]
fn too_few_descriptors_are_an_error_and_leave_nothing() {
    let place = Place::new();
    let pid_file = place.text("p");
    for limit in 3..12 {
        let script = format!(
            "ulimit -n {limit}; exec {DAEMONCTL} detach --pidfile {pid_file} -- {} 60",
            place.nap()
        );
        let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
        if output.status.success() {
            kill(pid(&output), "KILL");
            until(|| place.running().is_empty().then_some(()));
        } else {
            assert_eq!(place.running(), [0_u32; 0], "with {limit}");
            assert!(!place.path("p").exists(), "with {limit}");
        }
    }
}

#[test]
fn root_becomes_the_user_for_good() {
    if !is_root() {
        return;
    }
    let place = Place::new();
    let log = place.text("log");
    let script = format!("env | sort; id -G; exec {} 60", place.nap());
    let args = ["--user", "nobody:daemon", "--log", &log, "--umask", "077", "--"];
    let pid = pid(&detach(&[&args[..], &["sh", "-c", &script]].concat()));
    let nobody = uzers::get_user_by_name("nobody").unwrap();
    let group = uzers::get_group_by_name("daemon").unwrap().gid();
    let four = |id: u32| format!("{id}\t{id}\t{id}\t{id}");
    assert_eq!(status(pid, "Uid"), four(nobody.uid()));
    assert_eq!(status(pid, "Gid"), four(group));
    for capabilities in ["CapPrm", "CapEff", "CapAmb"] {
        assert_eq!(status(pid, capabilities), "0000000000000000");
    }
    let text = place.wait_for("log");
    for line in ["USER=nobody", "LOGNAME=nobody", "HOME=/nonexistent"] {
        assert!(text.lines().any(|known| known == line), "{line}: {text}");
    }
    assert!(!status(pid, "Groups").split(' ').any(|gid| gid == "0"), "root's groups stayed");
    let owner = Command::new("stat").args(["-c", "%U:%G %a", &log]).output().unwrap();
    assert_eq!(String::from_utf8(owner.stdout).unwrap(), "nobody:daemon 640\n");
}

/// As nobody, who may do little.
fn unprivileged(args: &str) -> std::process::Output {
    let mut command = Command::new("su");
    command.args(["nobody", "-s", "/bin/sh", "-c", &format!("{DAEMONCTL} detach {args}")]);
    command.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn without_roots_rights_it_works_as_oneself_alone() {
    if !is_root() {
        return;
    }
    let place = Place::new();
    if !unprivileged("--help").status.success() {
        eprintln!("not tested: nobody can't execute {DAEMONCTL}");
        return;
    }
    let nap = place.nap();
    let output = unprivileged(&format!("--user nobody --pidfile {} -- {nap} 60", place.text("p")));
    assert_eq!(status(pid(&output), "Uid").split('\t').next(), Some("65534"));
    let refused = unprivileged(&format!("--user root -- {nap} 60"));
    assert_eq!(code(&refused), 4);
    assert!(errors(&refused).contains("run it as root"), "{}", errors(&refused));
    let refused = unprivileged(&format!("--pidfile /run/no-such.pid -- {nap} 60"));
    assert_eq!(code(&refused), 4);
    assert!(errors(&refused).contains("/run/no-such.pid: Permission denied"));
    assert_eq!(place.running().len(), 1);
}

#[test]
fn a_dry_run_does_nothing_and_says_all() {
    let place = Place::new();
    let pid_file = place.text("p");
    let args = ["--dry-run", "--pidfile", &pid_file, "--log", &place.text("l"), "--", "sleep", "1"];
    let text = String::from_utf8(detach(&args).stdout).unwrap();
    for part in ["/sleep", "argument     1", "PATH=/usr/local/sbin", &pid_file, "200ms"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!place.path("p").exists() && !place.path("l").exists());
}

#[test]
fn json_says_what_was_launched() {
    let place = Place::new();
    let output = detach(&["--json", "--user", "root", "--", &place.nap(), "60"]);
    if !is_root() {
        return;
    }
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let daemon = &value["daemon"];
    let pid = u32::try_from(daemon["pid"].as_u64().unwrap()).unwrap();
    assert!(is_alive(pid));
    assert_eq!(daemon["program"], place.nap());
    assert_eq!(daemon["args"][1], "60");
    assert_eq!(daemon["uid"], 0);
    assert_eq!(daemon["working_directory"], "/");
    assert_eq!(daemon["log"], serde_json::Value::Null);
}
