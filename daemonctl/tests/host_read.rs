//! The verbs that read, on a made-up SysV machine: what scripts and pid files tell, and what only the
//! processes do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod host_read_support;

use std::time::Instant;

use host_read_support::Machine;

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

#[test]
fn the_list_tells_states_that_only_processes_know() {
    let machine = Machine::busy();
    let list = machine.run(&["list", "--columns", "service,state,pid,enabled"]);
    assert_eq!(list.code, 0, "{}", list.err);
    assert_eq!(words(list.line("nginx")), ["nginx", "running", "100", "enabled"]);
    assert_eq!(words(list.line("redis")), ["redis", "running", "200", "disabled"]);
    assert_eq!(words(list.line("cron"))[..2], ["cron", "crashed"]);
    // Stopped ones and scripts of the boot come with --all, and with their names.
    assert!(!list.out.contains("squid") && !list.out.contains("boot.sh"), "{}", list.out);
    let all = machine.run(&["list", "--all", "--columns", "service,state"]);
    assert_eq!(words(all.line("squid")), ["squid", "stopped"]);
    assert_eq!(words(all.line("boot.sh"))[0], "boot.sh");
    assert_eq!(words(machine.run(&["list", "squid"]).line("squid"))[1], "stopped");
}

#[test]
fn lists_are_chosen_from_and_ordered() {
    let machine = Machine::busy();
    let names = |args: &[&str]| -> Vec<String> {
        let run = machine.run(&[&["list", "--no-header", "--columns", "service"], args].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        run.out.lines().map(|line| line.trim().to_owned()).collect()
    };
    assert_eq!(names(&["--state", "crashed"]), ["cron"]);
    assert_eq!(names(&["--state", "crashed,stopped"]), ["cron", "squid"]);
    assert_eq!(names(&["--sort", "-service"]), ["redis", "nginx", "cron"]);
    assert_eq!(names(&["--filter", "pid > 150"]), ["redis"]);
    assert_eq!(names(&["n*", "squid", "redis-server", "100"]), ["nginx", "redis", "squid"]);
    assert_eq!(names(&["--type", "socket"]), Vec::<String>::new());
    assert_eq!(machine.run(&["list", "--type", "sockets"]).code, 2);
    assert_eq!(machine.run(&["list", "mysql"]).code, 4);
}

#[test]
fn values_say_who_told_them() {
    let machine = Machine::busy();
    let status = machine.run(&["status", "nginx", "redis", "--json"]);
    assert_eq!(status.code, 0, "{}", status.err);
    let services = status.json()["services"].as_array().unwrap().clone();
    let [nginx, redis] = &services[..] else { panic!("{services:?}") };
    assert_eq!(nginx["sources"]["main_pid"], "manager");
    assert_eq!(nginx["sources"]["since"], "processes");
    assert_eq!(nginx["pids"], serde_json::json!([100, 101]));
    assert_eq!(nginx["definition"], "/etc/init.d/nginx");
    assert_eq!(redis["main_pid"], 200);
    assert_eq!(redis["state"], "running");
    assert_eq!(redis["active_state"], "active");
}

#[test]
fn a_status_is_a_page_and_an_exit_status() {
    let machine = Machine::busy();
    let nginx = machine.run(&["status", "nginx"]);
    assert_eq!(nginx.code, 0, "{}", nginx.err);
    for part in
        ["nginx - the nginx of this test", "running", "enabled in 2", "/run/nginx.pid", "101"]
    {
        assert!(nginx.out.contains(part), "{part}: {}", nginx.out);
    }
    let cron = machine.run(&["status", "cron"]);
    assert_eq!(cron.code, 1, "dead with a pid file: {}", cron.out);
    assert!(cron.out.contains("/run/cron.pid names pid 999, which is gone"), "{}", cron.out);
    assert_eq!(machine.run(&["status", "squid"]).code, 3);
    let unknown = machine.run(&["status", "ngnix", "mysql", "nginx"]);
    assert_eq!(unknown.code, 4);
    assert!(unknown.err.contains("did you mean nginx"), "{}", unknown.err);
    assert!(
        unknown.err.contains("mysql")
            && unknown.out.contains("● nginx - ") | unknown.out.contains("* nginx - ")
    );
    let whole = machine.run(&["status"]);
    assert_eq!(whole.code, 0);
    assert!(whole.out.contains("degraded") && whole.out.contains("cron"), "{}", whole.out);
}

#[test]
fn properties_have_the_keys_of_the_json() {
    let machine = Machine::busy();
    let show = machine.run(&["show", "nginx"]);
    let json = machine.run(&["show", "nginx", "--json"]).json();
    let keys: Vec<&str> = show.out.lines().filter_map(|line| line.split('=').next()).collect();
    for key in json["services"][0].as_object().unwrap().keys().filter(|key| *key != "unavailable") {
        assert!(keys.contains(&key.as_str()), "{key}: {keys:?}");
    }
    let two = machine.run(&["show", "nginx", "redis", "-p", "state,main_pid", "--value"]);
    assert_eq!(two.out, "running\n100\n\nrunning\n200\n");
    let wrong = machine.run(&["show", "nginx", "-p", "MainPID"]);
    assert_eq!(wrong.code, 4);
    assert!(wrong.err.contains("main_pid"), "{}", wrong.err);
    let native = machine.run(&["show", "nginx", "--native"]);
    assert_eq!(native.code, 1);
    assert!(native.err.contains("sysv has no properties"), "{}", native.err);
}

#[test]
fn questions_have_a_word_and_an_exit_status() {
    let machine = Machine::busy();
    let ask = |args: &[&str]| {
        let run = machine.run(args);
        (run.code, run.out)
    };
    assert_eq!(ask(&["is-active", "nginx"]), (0, "active\n".into()));
    assert_eq!(ask(&["is-active", "redis"]), (0, "active\n".into()));
    assert_eq!(ask(&["is-active", "squid", "nginx"]), (0, "inactive\nactive\n".into()));
    assert_eq!(ask(&["is-active", "squid", "mysql"]), (3, "inactive\ninactive\n".into()));
    assert_eq!(ask(&["is-active", "mysql"]), (4, "inactive\n".into()));
    assert_eq!(ask(&["is-active", "--quiet", "nginx"]), (0, String::new()));
    assert_eq!(ask(&["is-failed", "cron"]).0, 0);
    assert_eq!(ask(&["is-failed", "nginx"]), (1, "active\n".into()));
    assert_eq!(ask(&["is-enabled", "nginx"]), (0, "enabled\n".into()));
    assert_eq!(ask(&["is-enabled", "redis", "squid"]), (1, "disabled\ndisabled\n".into()));
    assert_eq!(ask(&["is-enabled", "mysql"]), (4, "not-found\n".into()));
}

#[test]
fn scripts_and_their_settings_are_shown() {
    let machine = Machine::busy();
    let cat = machine.run(&["cat", "nginx"]);
    assert_eq!(cat.code, 0, "{}", cat.err);
    assert!(cat.out.starts_with("# /etc/init.d/nginx\n#!/bin/sh\n"), "{}", cat.out);
    let json = machine.run(&["cat", "nginx", "--json"]).json();
    assert_eq!(json["units"][0]["files"][0]["path"], "/etc/init.d/nginx");
    assert_eq!(json["units"][0]["files"][1]["path"], "/etc/default/nginx");
    assert_eq!(json["units"][0]["aliases"][0], "nginx-server");
    assert_eq!(machine.run(&["cat", "--effective", "nginx"]).code, 2);
    assert_eq!(machine.run(&["cat", "mysql"]).code, 4);
    let deps = machine.run(&["deps", "nginx"]);
    assert_eq!(deps.code, 0, "{}", deps.err);
    assert!(deps.out.starts_with("nginx"), "{}", deps.out);
    assert_eq!(machine.run(&["deps"]).code, 2);
    assert_eq!(machine.run(&["jobs"]).out, "no jobs\n");
}

#[test]
fn foreign_names_do_a_terminal_no_harm() {
    let machine = Machine::busy();
    machine.script("e\x1b[31mvil\nx", "DAEMON=/usr/sbin/evil\nPIDFILE=/run/nginx.pid\n");
    machine.script("quiet", "# a\u{202e}b\nPIDFILE=/run/\u{1b}]0;x\u{7}.pid\n");
    for args in [
        &["list", "--all", "--columns", "+native,+definition"][..],
        &["list", "--all", "--json"],
        &["status", "e*", "quiet"],
        &["show", "e*", "quiet"],
        &["is-active", "e\x1b[31mvil"],
        &["cat", "e\x1b[31mvil\ny"],
        &["deps", "e*"],
        &["status", "e\x1b[31mvi"],
    ] {
        let run = machine.run(args);
        for text in [&run.out, &run.err] {
            let evil = text.chars().find(|c| c.is_control() && *c != '\n');
            assert_eq!(evil, None, "{args:?}: {text:?}");
        }
        let rows = run.out.lines().filter(|line| line.trim_start().starts_with('x'));
        assert_eq!(rows.count(), 0, "a name broke its line: {}", run.out);
    }
}

#[test]
fn where_no_manager_runs_the_daemons_are_listed() {
    let machine = Machine::new();
    std::fs::remove_file(machine.root().join("etc/inittab")).unwrap();
    machine.daemon(300, 1, "redis", "/usr/bin/redis");
    let list = machine.run(&["list", "--columns", "service,manager,state,pid"]);
    assert_eq!(list.code, 0, "{}", list.err);
    assert!(words(list.line("redis")).ends_with(&["running", "300"]), "{}", list.out);
    assert!(list.out.contains("no service manager runs here"), "{}", list.out);
    for command in ["status", "show", "is-active", "is-enabled", "is-failed"] {
        let run = machine.run(&[command, "redis"]);
        assert_eq!(run.code, 1, "{command}");
        assert!(run.err.contains("no service manager runs here"), "{command}: {}", run.err);
    }
    // One that was not noticed can be asked all the same.
    machine.script("redis", "PIDFILE=/run/redis.pid\n").file("run/redis.pid", "300");
    let asked = machine.run(&["is-active", "--manager", "sysv", "redis"]);
    assert_eq!((asked.code, asked.out.as_str()), (0, "active\n"), "{}", asked.err);
    let own = machine.run(&["list", "--user"]);
    assert_eq!(own.code, 1);
    assert!(own.err.contains("of your own"), "{}", own.err);
}

#[test]
fn many_services_take_little() {
    let machine = Machine::new();
    for number in 0..300 {
        let name = format!("service{number}");
        machine.script(&name, &format!("DAEMON=/usr/sbin/{name}\nPIDFILE=/run/{name}.pid\n"));
        if number % 3 == 0 {
            let pid = 1000 + number;
            machine.daemon(pid, 1, &name, &format!("/usr/sbin/{name}"));
            machine.file(&format!("run/{name}.pid"), &pid.to_string());
        }
    }
    let begun = Instant::now();
    let list = machine.run(&["list", "--no-header"]);
    assert_eq!(list.out.lines().count(), 100, "{}", list.err);
    // `service --status-all` takes a process for each script, at the least 2 ms each.
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
