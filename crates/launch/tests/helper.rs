//! Programs that are run to their end: what they are given, what they say, how they end.

#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use launch::{Ended, Helper, Stream};

fn sh(script: &str) -> Helper {
    Helper::new("/bin/sh").arg("-c").arg(script).env("PATH", "/usr/bin:/bin")
}

fn run(helper: &Helper) -> (Ended, Vec<String>) {
    let mut lines = Vec::new();
    let ended = helper
        .run(
            &mut |stream, line| {
                let mark = if stream == Stream::Out { "out" } else { "err" };
                lines.push(format!("{mark}: {}", String::from_utf8_lossy(line)));
            },
            &mut || {},
        )
        .unwrap();
    (ended, lines)
}

/// A folder for scripts, which is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("launch-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn only_what_is_given_is_in_the_environment() {
    let (ended, lines) = run(&Helper::new("/usr/bin/env").env("A", "b c"));
    assert!(ended.status.success());
    assert_eq!(lines, ["out: A=b c"]);
}

#[test]
fn working_directory_input_and_group_are_its_own() {
    let (_, lines) = run(&sh("pwd; readlink /proc/self/fd/0; read x || echo end"));
    assert_eq!(lines, ["out: /", "out: /dev/null", "out: end"]);
    let (_, lines) = run(&sh("set -- $(cat /proc/$$/stat); [ $1 = $5 ] && echo leads"));
    assert_eq!(lines, ["out: leads"]);
}

/// What a test's own process can't have without unsafe code, a shell gives to the example.
#[test]
fn descriptors_and_ignored_signals_of_ours_are_not_handed_on() {
    let example = env!("CARGO_MANIFEST_DIR");
    let mut this = Command::new("/bin/sh");
    let inner = std::env::current_exe().unwrap();
    this.arg("-c")
        .arg("trap '' HUP INT TERM USR1; exec 5</etc/passwd 7>/dev/null; exec \"$0\" \"$@\"");
    this.arg(inner).args(["--exact", "inner", "--ignored", "--nocapture"]).current_dir(example);
    let output = this.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("fds: 0 1 2 3 |"), "{text}");
    assert!(text.contains("SigIgn:\t0000000000000000"), "{text}");
    assert!(text.contains("SigBlk:\t0000000000000000"), "{text}");
    assert!(text.contains("own fds: 0 1 2 5 7"), "the shell's descriptors did not come: {text}");
}

#[test]
#[ignore = "runs inside of another test"]
fn inner() {
    let mut own: Vec<u32> = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|fd| [0, 1, 2, 5, 7].contains(fd))
        .collect();
    own.sort_unstable();
    let own: Vec<_> = own.iter().map(u32::to_string).collect();
    println!("own fds: {}", own.join(" "));
    // ls itself has 3 open on the folder.
    let (_, lines) = run(&Helper::new("/bin/ls").arg("/proc/self/fd"));
    let fds: Vec<_> = lines.iter().map(|line| line.trim_start_matches("out: ")).collect();
    println!("fds: {} |", fds.join(" "));
    let (_, lines) = run(&Helper::new("/bin/grep").arg("Sig").arg("/proc/self/status"));
    println!("{}", lines.join("\n"));
}

#[test]
fn lines_of_both_outputs_come_in_order() {
    let step = "sleep 0.05";
    let text =
        format!("echo a; {step}; echo b >&2; {step}; printf 'c\\nd'; {step}; echo e >&2; {step}");
    let (_, lines) = run(&sh(&text));
    assert_eq!(lines, ["out: a", "err: b", "out: c", "err: e", "out: d"]);
}

#[test]
fn a_flood_is_read_whole() {
    let (ended, lines) = run(&sh("seq 200000; exit 3"));
    assert_eq!(ended.status.code(), Some(3));
    assert_eq!(lines.len(), 200_000);
    assert_eq!(lines.last().unwrap(), "out: 200000");
    assert!(!ended.output_is_held);
}

#[test]
fn what_it_leaves_behind_is_not_waited_for() {
    let start = Instant::now();
    let (ended, lines) = run(&sh("sleep 30 & echo $!; exit 0"));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(ended.status.success() && ended.output_is_held && !ended.timed_out);
    let pid = lines[0].trim_start_matches("out: ");
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
}

#[test]
fn what_it_leaves_behind_may_go_on_writing() {
    let folder = Folder::new("held");
    let done = folder.0.join("done");
    let writer = "sleep 0.3; head -c 300000 /dev/zero; echo more >&2 && echo $? > \"$0\"";
    let helper = Helper::new("/bin/sh").env("PATH", "/usr/bin:/bin").arg("-c");
    let helper = helper.arg(format!("(/bin/sh -c '{writer}' {} &)", done.display()));
    assert!(run(&helper).0.output_is_held);
    let end = Instant::now() + Duration::from_secs(10);
    while !done.exists() {
        assert!(Instant::now() < end, "it was ended, or waits");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn closing_the_outputs_is_no_end() {
    let mut ticks = 0;
    let helper = sh("exec >&- 2>&-; sleep 0.5; exit 7");
    let ended = helper.run(&mut |_, _| {}, &mut || ticks += 1).unwrap();
    assert_eq!(ended.status.code(), Some(7));
    assert!((2..=8).contains(&ticks), "{ticks} ticks in half a second");
}

#[test]
fn what_takes_too_long_is_ended_with_all_it_started() {
    let (ended, _) = run(&sh("sleep 60; echo never").timeout(Duration::from_millis(200)));
    assert!(ended.timed_out && !ended.output_is_held);
    assert_eq!(ended.status.signal(), Some(15));
}

#[test]
fn what_does_not_heed_sigterm_is_killed() {
    let start = Instant::now();
    let helper = sh("trap '' TERM; while :; do sleep 1; done").timeout(Duration::from_millis(300));
    let (ended, _) = run(&helper);
    assert!(ended.timed_out);
    assert_eq!(ended.status.signal(), Some(9));
    assert!((5..9).contains(&start.elapsed().as_secs()));
}

#[test]
fn a_handler_may_have_the_last_word() {
    let helper = sh("trap 'echo bye; exit 4' TERM; while :; do sleep 0.1; done");
    let (ended, lines) = run(&helper.timeout(Duration::from_millis(300)));
    assert!(ended.timed_out);
    assert_eq!(ended.status.code(), Some(4));
    assert!(lines.contains(&"out: bye".to_owned()), "{lines:?}");
}

fn refused(path: &std::path::Path) -> String {
    Helper::new(path).run(&mut |_, _| {}, &mut || {}).unwrap_err().to_string()
}

#[test]
fn what_can_not_be_executed_says_why() {
    let folder = Folder::new("refused");
    let script = |name, text| folder.script(name, text);
    let crlf = refused(&script("crlf", "#!/bin/sh\r\necho a\r\n"));
    assert!(crlf.contains("bad interpreter: /bin/sh^M: the first line ends in CRLF"), "{crlf}");
    let missing = refused(&script("missing", "#!/no/such/shell -e\n"));
    assert!(missing.contains("bad interpreter: /no/such/shell: No such file"), "{missing}");
    let absent = refused(std::path::Path::new("/no/such/script"));
    assert!(absent.contains("cannot run /no/such/script: No such file"), "{absent}");
    let plain = script("plain", "#!/bin/sh\n");
    std::fs::set_permissions(&plain, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(refused(&plain).contains("it is not executable"), "{}", refused(&plain));
    assert!(refused(std::path::Path::new("/etc")).contains("it is a directory"));
}

#[test]
fn it_stays_in_our_session() {
    let (_, lines) = run(&sh("cut -d' ' -f6 /proc/self/stat"));
    let mut own = Command::new("/bin/sh");
    own.arg("-c").arg("cut -d' ' -f6 /proc/self/stat");
    let own = String::from_utf8(own.output().unwrap().stdout).unwrap();
    assert_eq!(lines, [format!("out: {}", own.trim())]);
}
