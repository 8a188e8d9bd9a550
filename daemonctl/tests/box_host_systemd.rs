//! Every verb on a real systemd, without systemctl; and each held against systemctl: the same exit
//! status, the same links, the same state afterwards.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod box_host_systemd_support;

use box_host_systemd_support::{act, boot, links, message, shell, status};
use testkit::boxes::{Kind, Machine};

#[test]
fn verbs_do_what_systemctl_does() {
    let machine = boot(Kind::Systemd);
    exit_statuses(&machine);
    reasons(&machine);
    nothing_to_do(&machine);
    other_types(&machine);
    files(&machine);
    start_limit(&machine);
    changed_on_disk(&machine);
    reexecuted(&machine);
    without_a_broker(&machine);
}

/// `daemonctl VERB UNIT` and `systemctl VERB UNIT` from the same state end with the same status and
/// leave the same state.
fn exit_statuses(machine: &Machine) {
    let again = "exec > /dev/null 2>&1; systemctl stop $(systemctl list-units --plain --no-legend 'good*' 'tpl*' \
                 'talk*' 'once*' 'group*' 'watched*' | cut -d' ' -f1); \
                 systemctl reset-failed";
    // Where daemonctl is more exact than systemctl, ours stands beside theirs.
    let cases = [
        ("start", "good", None),
        ("start", "slow", None),
        ("start", "failpre", None),
        ("start", "noexec", None),
        ("start", "notify", None),
        ("start", "signal", None),
        ("start", "cond", None),
        ("start", "assert", None),
        ("start", "dep", None),
        ("start", "needsghost", Some(1)),
        ("start", "bad", None),
        ("start", "masked", None),
        ("start", "manual", None),
        ("start", "ghost", None),
        ("start", "tpl@x", None),
        ("start", "once.timer", None),
        ("start", "talk.socket", None),
        ("start", "group.target", None),
        ("start", "watched.path", None),
        ("stop", "good", None),
        ("stop", "ghost", None),
        ("restart", "good", None),
        ("restart", "failpre", None),
        ("try-restart", "good", None),
        ("reload", "good", None),
        ("reload", "slow", Some(3)),
        ("reload-or-restart", "slow", None),
        ("try-reload-or-restart", "good", None),
    ];
    let mut wrong = Vec::new();
    for (verb, unit, ours) in cases {
        let state = format!("systemctl is-active {unit}");
        shell(machine, again);
        let (theirs, said) = status(machine, &format!("systemctl {verb} {unit}"));
        let (_, their_state) = status(machine, &state);
        shell(machine, again);
        let (code, service) = status(machine, &format!("daemonctl {verb} {unit}"));
        let (_, our_state) = status(machine, &state);
        if code != ours.unwrap_or(theirs) || their_state != our_state {
            wrong.push(format!(
                "{verb} {unit}: {code} ({our_state}), systemctl {theirs} ({their_state})\n\
                 {service}\n{said}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    shell(machine, again);
}

/// Each failure is told with its reason, which systemctl does not know.
fn reasons(machine: &Machine) {
    for (unit, kind, reason) in [
        ("failpre", "failed", "ExecStartPre=/bin/false ended with status 1"),
        ("noexec", "failed", "203 (EXEC)"),
        ("notify", "timed_out", "did not report that it is ready within 1s"),
        ("signal", "failed", "was killed by SIGSEGV"),
        ("assert", "refused", "AssertPathExists=!/etc does not hold"),
        (
            "dep",
            "dependency_failed",
            "failpre.service, which it requires, failed: ExecStartPre=/bin/false ended with status 1",
        ),
        ("needsghost", "dependency_failed", "Unit ghost.service not found"),
        ("masked", "masked", "it is masked"),
        ("ghost", "no_such_service", "there is no such unit"),
        ("manual", "refused", "RefuseManualStart="),
    ] {
        // A name that means nothing is refused by daemonctl before the manager is asked.
        if unit == "ghost" {
            continue;
        }
        let (_, service) = act(machine, &format!("start {unit}"));
        assert_eq!(service["refusal"]["kind"], kind, "{unit}: {service:#}");
        assert!(message(&service).contains(reason), "{unit}: {service:#}");
    }
    let (code, service) = act(machine, "start cond");
    let remarks = service["remarks"].to_string();
    assert_eq!((code, &service["result"]), (0, &"nothing_to_do".into()));
    assert!(remarks.contains("ConditionPathExists=/nonexistent does not hold"), "{service:#}");
    shell(machine, "systemctl reset-failed");
}

fn nothing_to_do(machine: &Machine) {
    let steps = [
        ("start good", "done"),
        ("start good", "nothing_to_do"),
        ("restart good", "done"),
        ("reload good", "done"),
        ("stop good", "done"),
        ("stop good", "nothing_to_do"),
        ("try-restart good", "nothing_to_do"),
        ("start --no-wait good", "queued"),
        ("reset-failed good", "nothing_to_do"),
    ];
    for (words, result) in steps {
        let (code, service) = act(machine, words);
        assert_eq!((code, &service["result"]), (0, &result.into()), "{words}: {service:#}");
    }
    shell(machine, "systemctl start failpre; systemctl stop good; true");
    assert_eq!(act(machine, "reset-failed failpre").1["result"], "done");
    assert_eq!(status(machine, "systemctl is-failed failpre").1, "inactive");
}

fn other_types(machine: &Machine) {
    for unit in ["once.timer", "talk.socket", "group.target", "watched.path", "tpl@a"] {
        assert_eq!(act(machine, &format!("start {unit}")).0, 0, "{unit}");
        assert_eq!(status(machine, &format!("systemctl is-active {unit}")).1, "active");
    }
    // Stopped, and yet startable: that is said.
    shell(machine, "systemctl start talk.service");
    let (_, service) = act(machine, "stop talk.service");
    assert!(service["remarks"].to_string().contains("talk.socket"), "{service:#}");
    // A socket whose service already runs.
    shell(machine, "systemctl stop talk.socket talk.service; systemctl start talk.service");
    let (code, service) = act(machine, "start talk.socket");
    assert_eq!(code, 1);
    assert!(message(&service).contains("talk.service runs already"), "{service:#}");
    shell(machine, "systemctl stop talk.service once.timer group.target watched.path tpl@a good");
}

/// The same links as systemctl makes and removes, told in the same sentences.
fn files(machine: &Machine) {
    let cases = [
        ("enable", "good"),
        ("enable", "al"),
        ("enable", "tpl@"),
        ("enable", "tpl@q"),
        ("enable", "once.timer"),
        ("enable", "cond"),
        ("disable", "al"),
        ("disable", "good"),
        ("disable", "tpl@"),
        ("disable", "once.timer"),
        ("mask", "--runtime good"),
        ("unmask", "--runtime good"),
        ("mask", "cron"),
        ("unmask", "cron"),
        ("mask", "good"),
    ];
    for (verb, words) in cases {
        shell(machine, "rm -rf /run/saved && cp -a /etc/systemd/system /run/saved");
        let (theirs, said) = status(machine, &format!("systemctl {verb} {words}"));
        let their_links = links(machine);
        shell(
            machine,
            "rm -rf /etc/systemd/system && cp -a /run/saved /etc/systemd/system && \
             rm -f /run/systemd/system/good.service; systemctl daemon-reload",
        );
        if verb == "unmask" && words.contains("runtime") {
            shell(machine, "systemctl mask --runtime good");
        }
        let (ours, service) = act(machine, &format!("{verb} {words}"));
        assert_eq!((ours, links(machine)), (theirs, their_links), "{verb} {words}: {service:#}");
        let told = |line: &str| line.starts_with("Created symlink") || line.starts_with("Removed");
        let mut their_lines: Vec<String> =
            said.lines().filter(|line| told(line)).map(|line| line.replace("->", "→")).collect();
        let changes = service["changes"].as_array().unwrap();
        let mut our_lines: Vec<String> =
            changes.iter().map(|change| change.as_str().unwrap().to_owned()).collect();
        their_lines.sort();
        our_lines.sort();
        assert_eq!(our_lines, their_lines, "{verb} {words}");
    }
    let (_, service) = act(machine, "enable cond");
    assert!(service["remarks"].to_string().contains("no [Install] section"), "{service:#}");
}

fn start_limit(machine: &Machine) {
    shell(machine, "systemctl start limit && systemctl restart limit");
    let (code, service) = act(machine, "restart limit");
    assert_eq!((code, &service["refusal"]["kind"]), (1, &"refused".into()), "{service:#}");
    assert!(message(&service).contains("more than 2 times within 1min"), "{service:#}");
    assert_eq!(act(machine, "reset-failed limit").0, 0);
    assert_eq!(act(machine, "start limit").0, 0);
    shell(machine, "systemctl stop limit");
}

fn changed_on_disk(machine: &Machine) {
    shell(machine, "systemctl start good; sed -i s/1000/2000/ /etc/systemd/system/good.service");
    let (_, service) = act(machine, "restart good");
    assert!(service["remarks"].to_string().contains("daemon-reload"), "{service:#}");
    assert_eq!(status(machine, "daemonctl daemon-reload").0, 0);
    let (_, service) = act(machine, "restart good");
    assert_eq!(service["remarks"].as_array().map(Vec::len), Some(0), "{service:#}");
    // Gone from the disk, and still running.
    shell(machine, "rm /etc/systemd/system/good.service; systemctl daemon-reload");
    assert_eq!(act(machine, "stop good.service").0, 0);
}

/// systemd executes itself anew while it is waited for: its own socket hangs up.
fn reexecuted(machine: &Machine) {
    let script = "(sleep 1; systemctl daemon-reexec) & daemonctl start slow3 slowbad --json; wait";
    let text = machine.exec(&["sh", "-c", script]).unwrap().text();
    let start = text.find('{').unwrap_or_else(|| panic!("{text}"));
    let document: serde_json::Value = serde_json::from_str(&text[start..]).unwrap();
    let of = |name: &str| {
        let services = document["services"].as_array().unwrap();
        services.iter().find(|service| service["name"] == name).unwrap().clone()
    };
    assert_eq!(of("slow3.service")["result"], "done", "{document:#}");
    assert_eq!(of("slowbad.service")["result"], "failed", "{document:#}");
    assert!(message(&of("slowbad.service")).contains("/bin/false ended with status 1"));
}

/// Root needs no broker; anybody else does, and is told.
fn without_a_broker(machine: &Machine) {
    shell(machine, "systemctl stop dbus.socket dbus.service");
    assert_eq!(act(machine, "restart slow3").0, 0);
    let (code, said) = status(machine, "su alice -c 'daemonctl restart slow3.service'");
    assert_ne!(code, 0, "{said}");
    assert!(said.contains("not permitted") && said.contains("the bus"), "{said}");
    shell(machine, "systemctl start dbus.socket dbus.service");
}

#[test]
fn those_who_may_not_are_told_what_may() {
    let machine = boot(Kind::SystemdLogind);
    for verb in ["start", "stop", "restart", "enable", "mask"] {
        let (code, said) = status(&machine, &format!("su alice -c 'daemonctl {verb} good'"));
        assert_eq!(code, 4, "{verb}: {said}");
        assert!(said.contains("not permitted") && said.contains("sudo"), "{verb}: {said}");
    }
    // To look is allowed.
    let (_, said) = status(&machine, "su alice -c 'daemonctl show cron --json'");
    assert!(said.contains("cron.service"), "{said}");
}
