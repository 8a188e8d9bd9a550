//! `daemonctl` without a command, on the machine that runs the tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::process::{Command, Output};

use serde_json::Value;

fn daemonctl(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daemonctl"));
    command.args(arguments).env("LC_ALL", "C.UTF-8").env_remove("NO_COLOR").output().unwrap()
}

fn text(arguments: &[&str]) -> String {
    let output = daemonctl(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_page_opens_with_the_machine() {
    let page = text(&[]);
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let title = page.lines().next().unwrap();
    assert!(title.starts_with(&format!("{}: ", host.trim())), "{title}");
    assert!(title.contains(&format!("Linux {}", kernel.trim())), "{title}");
    for part in ["\n  load ", "\n  memory ", "\n  processes ", "\nSERVICE ", " STATE "] {
        assert!(page.contains(part), "{part:?} in {page}");
    }
    assert!(!page.contains('\x1b'), "no colours in a pipe: {page}");
    assert!(!text(&["--no-header"]).contains("SERVICE "));
}

#[test]
fn the_document_holds_what_the_contract_says() {
    let document = json(&text(&["--json"]));
    assert_eq!(
        (&document["schema"], &document["command"]),
        (&"daemonctl/1".into(), &"overview".into())
    );
    let machine = &document["machine"];
    assert!(machine["uptime_seconds"].as_f64().unwrap() > 0.0);
    assert!(machine["processes"]["normal"].as_u64().unwrap() > 0);
    assert!(document["trouble"].is_array() && document["notes"].is_array());
    for service in document["services"].as_array().unwrap() {
        assert!(service["name"].is_string() && service["state"].is_string(), "{service}");
        let pids = service["pids"].as_array().unwrap();
        if let Some(main) = service["main_pid"].as_u64() {
            assert!(pids.is_empty() || pids[0] == main, "the main process comes first: {service}");
        }
    }
}

#[test]
fn columns_filters_and_help() {
    let page = text(&["--columns", "service,tasks", "--sort", "-tasks", "--filter", "tasks >= 1"]);
    let tasks: Vec<u64> = page
        .lines()
        .skip_while(|line| !line.starts_with("SERVICE"))
        .skip(1)
        .map_while(|line| line.split_whitespace().next_back()?.parse().ok())
        .collect();
    assert!(tasks.is_sorted_by(|a, b| a >= b), "{page}");
    assert!(text(&["--columns", "help"]).contains("cgroup v2"));
    for (wrong, told) in [
        (&["--filter", "tasks >"][..], "--filter"),
        (&["--columns", "nonsense"], "nonsense"),
        (&["--columns", "service", "ps"], "stands before the command"),
        (&["--watch", "ps"], "stands before the command"),
    ] {
        let output = daemonctl(wrong);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {said}");
        assert!(said.contains(told), "{wrong:?}: {said}");
    }
    assert!(
        daemonctl(&["--json", "ps"]).status.success(),
        "options of every command go before one too"
    );
}

#[test]
fn it_repeats_with_rates() {
    let pages = text(&["--watch=0.1", "--count", "2", "--json"]);
    let documents: Vec<Value> =
        serde_json::Deserializer::from_str(&pages).into_iter().map(Result::unwrap).collect();
    assert_eq!(documents.len(), 2);
}

/// A daemon made by hand, a name that lies, and a parent that does not reap.
#[test]
fn what_is_wrong_is_found() {
    let script = "import os,time,socket
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
os.chdir('/')
null=os.open('/dev/null',2)
for n in (0,1,2): os.dup2(null,n)
for n in range(6):
    if os.fork()==0: os._exit(0)
s=socket.socket(); s.bind(('0.0.0.0',0)); s.listen(5)
open('PORT','w').write(str(os.getpid())+' '+str(s.getsockname()[1]))
open('/proc/self/comm','w').write('kworker/3:7')
time.sleep(600)";
    let file = std::env::temp_dir().join(format!("cmd-overview-{}", std::process::id()));
    let script = script.replace("PORT", file.to_str().unwrap());
    assert!(Command::new("python3").args(["-c", &script]).status().unwrap().success());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let written = loop {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let both = text
            .split_once(' ')
            .and_then(|(pid, port)| Some((pid.parse().ok()?, port.parse().ok()?)));
        if let Some(both) = both {
            break both;
        }
        assert!(std::time::Instant::now() < deadline, "the daemon has not said its port");
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    let (pid, port): (u32, u64) = written;
    // The leader of its session has ended; until pid 1 has reaped it, it may be counted as alive.
    let document = loop {
        let document = json(&text(&["--json"]));
        let services = document["services"].as_array().unwrap();
        let there = services.iter().any(|service| service["main_pid"] == pid);
        if there || std::time::Instant::now() > deadline {
            break document;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    };
    Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
    std::fs::remove_file(file).unwrap();

    let about = |kind: &str| {
        let all = document["trouble"].as_array().unwrap();
        all.iter()
            .any(|trouble| trouble["kind"] == kind && trouble["pids"] == serde_json::json!([pid]))
    };
    assert!(about("posing_as_kernel") && about("zombies"), "{}", document["trouble"]);
    if std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
    {
        assert!(about("exposed_as_root"), "{}", document["trouble"]);
    }
    let services = document["services"].as_array().unwrap();
    let row = services.iter().find(|service| service["main_pid"] == pid).expect("its line");
    assert_eq!((&row["state"], &row["kind"]), (&"detached".into(), &"detached".into()));
    assert_eq!(row["listens"][0]["port"], port, "{row}");
    assert_eq!(row["listens"][0]["wildcard"], true);
}

#[test]
fn an_ordinary_user_sees_what_is_permitted_and_is_told_the_rest() {
    // Where the program lies may not be open to others.
    let copy = std::env::temp_dir().join(format!("daemonctl-overview-{}", std::process::id()));
    std::fs::copy(env!("CARGO_BIN_EXE_daemonctl"), &copy).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&copy).args([
        "--json",
        "--columns",
        "all",
    ]);
    let output = command.output().unwrap();
    std::fs::remove_file(&copy).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document = json(&String::from_utf8(output.stdout).unwrap());
    let first = document["services"].as_array().unwrap().iter().find(|row| row["pids"][0] == 1);
    let first = first.expect("pid 1 has a line");
    assert_eq!(first["io_read_bytes"], Value::Null);
    assert_eq!(first["unavailable"]["io_read_bytes"], "not_permitted");
    let notes = document["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["reason"] == "not_permitted"), "{notes:?}");
}
