//! `daemonctl diagnose` on machines that are made up.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod host_read_support;

use host_read_support::Machine;
use serde_json::Value;

fn service<'d>(document: &'d Value, name: &str) -> &'d Value {
    let services = document["services"].as_array().unwrap();
    let found = services.iter().find(|service| service["name"] == name);
    found.unwrap_or_else(|| panic!("no {name}: {document}"))
}

fn rules(service: &Value) -> Vec<&str> {
    let findings = service["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

fn errors(service: &Value) -> usize {
    let findings = service["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["severity"] == "error").count()
}

#[test]
fn a_service_that_runs_is_not_blamed() {
    let machine = Machine::busy();
    machine.file("usr/sbin/nginx", "#!/bin/sh\n");
    let ran = machine.run(&["diagnose", "nginx", "--no-config-test", "--json"]);
    let document = ran.json();
    let nginx = service(&document, "nginx");
    assert_eq!(
        (&nginx["state"], &nginx["is_broken"]),
        (&"running".into(), &false.into()),
        "{nginx}"
    );
    assert_eq!(errors(nginx), 0, "{nginx}");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(nginx["manager"], "sysv");
}

#[test]
fn a_daemon_that_is_gone_is_broken() {
    let machine = Machine::busy();
    let ran = machine.run(&["diagnose", "cron", "--json"]);
    let document = ran.json();
    let cron = service(&document, "cron");
    assert_eq!((&cron["state"], &cron["is_broken"]), (&"crashed".into(), &true.into()));
    // Its program is not there, and its pid file names a process that is gone.
    assert!(rules(cron).contains(&"program-missing"), "{cron}");
    assert_eq!(cron["findings"][0]["rule"], "program-missing", "{cron}");
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let ran = machine.run(&["diagnose", "cron"]);
    let first = ran.out.lines().next().unwrap();
    assert!(first.starts_with("cron: crashed"), "{first}");
    assert!(ran.out.contains("/etc/init.d/cron:"), "{}", ran.out);
}

#[test]
fn a_service_that_is_not_there_is_said_to_be_missing() {
    let machine = Machine::busy();
    let ran = machine.run(&["diagnose", "ngnix"]);
    assert_eq!(ran.code, 4, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("did you mean nginx"), "{}", ran.err);
    assert_eq!(ran.out, "");
    // One of two that is there is looked at all the same.
    let ran = machine.run(&["diagnose", "ngnix", "nginx", "--no-config-test"]);
    assert_eq!(ran.code, 4, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("nginx: "), "{}", ran.out);
}

#[test]
fn without_a_word_it_is_about_the_whole_machine() {
    let machine = Machine::busy();
    let ran = machine.run(&["diagnose", "--json"]);
    let document = ran.json();
    let names: Vec<&Value> =
        document["services"].as_array().unwrap().iter().map(|service| &service["name"]).collect();
    assert_eq!(names, ["cron"], "{}", ran.out);
    assert!(document["machine_findings"].is_array());
    assert!(machine.run(&["diagnose"]).out.contains("the machine"));
}

#[test]
fn lines_of_its_own_log_are_evidence_and_harmless() {
    let machine = Machine::new();
    machine.script("web", "DAEMON=/usr/sbin/web\nPIDFILE=/run/web.pid\n");
    machine.file("usr/sbin/web", "#!/bin/sh\n").file("run/web.pid", "999\n").enable("web", "2");
    let zone = "2099-01-02T03:04:05Z";
    machine.file(
        "var/log/syslog",
        &format!(
            "{zone} box other[5]: fatal: nothing of ours\n\
             {zone} box web[999]: starting\n\
             {zone} box web[999]: cannot bind to 0.0.0.0:80: Address already in use \x1b[31mred\n"
        ),
    );
    let ran = machine.run(&["diagnose", "web"]);
    assert!(!ran.out.contains('\x1b'), "{}", ran.out);
    assert!(!ran.out.contains("nothing of ours"), "{}", ran.out);
    let gathered = machine.run(&["diagnose", "web", "--gathered"]);
    assert!(gathered.out.contains("Address already in use"), "{}", gathered.out);
    assert!(!gathered.out.contains("nothing of ours"), "{}", gathered.out);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
}

#[test]
fn configurations_say_where_to_listen_and_what_to_open() {
    let machine = Machine::busy();
    machine.file(
        "etc/nginx/nginx.conf",
        "error_log /var/log/nginx/error.log;\ninclude sites/*;\ninclude /etc/nginx/nginx.conf;\n\
         include gone.conf;\n",
    );
    machine.file("etc/nginx/sites/a", "server {\n listen 8080;\n ssl_certificate_key k.pem;\n}\n");
    let gathered = machine.run(&["diagnose", "nginx", "--gathered", "--no-config-test"]).out;
    for text in ["\"0.0.0.0:8080\"", "/etc/nginx/k.pem", "/etc/nginx/gone.conf", "sites/a"] {
        assert!(gathered.contains(text), "{text}: {gathered}");
    }
}

#[test]
fn odd_files_neither_hang_nor_break_it() {
    let machine = Machine::busy();
    let long = "x".repeat(3 << 20);
    let binary: String = (0..4096).map(|n| char::from((n % 31) as u8)).collect();
    machine.file("etc/nginx/nginx.conf", &format!("include {long};\n{binary}"));
    machine.file("var/log/syslog", &format!("{binary}\n{long}\n"));
    machine.file("etc/default/cron", &format!("A=${{B\nB=$A$A\n{long}"));
    machine.file("run/redis.pid", &long);
    let fifo = machine.root().join("etc/redis");
    std::fs::create_dir_all(&fifo).unwrap();
    let made = std::process::Command::new("mkfifo").arg(fifo.join("redis.conf")).status().unwrap();
    assert!(made.success());
    let ran = machine.run(&["diagnose", "nginx", "cron", "redis", "squid", "boot.sh"]);
    assert!(matches!(ran.code, 0 | 1), "{}{}", ran.code, ran.err);
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("nginx: ")).count(), 1);
}

#[test]
fn durations_are_checked() {
    let machine = Machine::busy();
    for wrong in ["soon", "-1s", "0", "2d"] {
        let ran = machine.run(&["diagnose", "--sample", wrong, "nginx"]);
        assert_eq!(ran.code, 2, "{wrong}: {}{}", ran.out, ran.err);
    }
}
