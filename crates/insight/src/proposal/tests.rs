use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn working(calls: &[&str]) -> Observation {
    let made = Use { worked: 1, ..Use::default() };
    Observation {
        seconds: 30.0,
        start_seen: true,
        calls: calls.iter().map(|name| ((*name).to_owned(), made.clone())).collect(),
        uids: BTreeSet::from([33]),
        ..Observation::default()
    }
}

fn of_user() -> Current {
    Current {
        name: "x.service".to_owned(),
        settings: vec![("User".to_owned(), "x".to_owned())],
        version: Some(252),
    }
}

fn values<'p>(proposal: &'p Proposal, key: &str) -> Vec<&'p str> {
    let of_key = proposal.settings.iter().filter(|setting| setting.key == key);
    of_key.map(|setting| setting.value.as_str()).collect()
}

fn file(note: impl Fn(&mut FileUse)) -> FileUse {
    let mut file = FileUse::default();
    note(&mut file);
    file
}

fn did(fact: Fact, evidence: &str) -> BTreeMap<Fact, BTreeSet<String>> {
    BTreeMap::from([(fact, BTreeSet::from([evidence.to_owned()]))])
}

#[test]
fn a_quiet_service_is_closed_all_round() {
    let proposal = propose(&working(&["read", "epoll_wait"]), &of_user());
    for (key, value) in [
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("PrivateNetwork", "yes"),
        ("PrivateUsers", "yes"),
        ("ProtectProc", "invisible"),
        ("RestrictNamespaces", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("RestrictAddressFamilies", "AF_UNIX"),
        ("SystemCallArchitectures", "native"),
        ("RemoveIPC", "yes"),
    ] {
        assert_eq!(values(&proposal, key), [value], "{key}");
    }
    assert_eq!(
        values(&proposal, "SystemCallFilter"),
        ["@system-service", "~@privileged @resources"]
    );
    assert!(proposal.left_out.is_empty(), "{:?}", proposal.left_out);
}

#[test]
fn every_fact_takes_its_setting_away_and_is_given_as_the_reason() {
    for (fact, key) in [
        (Fact::WritableCode, "MemoryDenyWriteExecute"),
        (Fact::Personality, "LockPersonality"),
        (Fact::Realtime, "RestrictRealtime"),
        (Fact::SetIdFile, "RestrictSUIDSGID"),
        (Fact::Clock, "ProtectClock"),
        (Fact::Hostname, "ProtectHostname"),
        (Fact::Module, "ProtectKernelModules"),
        (Fact::KernelLog, "ProtectKernelLogs"),
        (Fact::Mount, "ProtectSystem"),
        (Fact::OthersProc, "ProtectProc"),
        (Fact::ProcBeside, "ProcSubset"),
        (Fact::Ipc, "RemoveIPC"),
    ] {
        let seen = Observation { facts: did(fact, "the evidence"), ..working(&["read"]) };
        let proposal = propose(&seen, &of_user());
        assert_eq!(values(&proposal, key), [""; 0], "{key}");
        let why = proposal.left_out.iter().find(|(left, _)| left == key);
        assert!(why.is_some_and(|(_, why)| why.contains("the evidence")), "{key}: {why:?}");
    }
}

#[test]
fn what_was_used_stays_allowed() {
    let seen = Observation {
        capabilities: BTreeMap::from([(
            "CAP_SETUID".to_owned(),
            BTreeSet::from(["setuid to uid 33".to_owned()]),
        )]),
        families: BTreeMap::from([("AF_INET".to_owned(), "it".to_owned())]),
        bound: BTreeSet::from([Address::Ip("0.0.0.0:80".parse().unwrap())]),
        uids: BTreeSet::from([0, 33]),
        facts: did(Fact::Namespace, "net"),
        ..working(&["read", "setuid", "setpriority", "chroot", "ptrace"])
    };
    let proposal = propose(&seen, &Current::default());
    assert_eq!(values(&proposal, "CapabilityBoundingSet"), ["CAP_KILL", "CAP_SETUID"]);
    assert_eq!(values(&proposal, "RestrictAddressFamilies"), ["AF_INET AF_INET6 AF_UNIX"]);
    assert_eq!(values(&proposal, "RestrictNamespaces"), ["net"]);
    assert_eq!(
        values(&proposal, "SystemCallFilter"),
        ["@system-service", "~@privileged @resources", "@setuid setpriority", "chroot ptrace"]
    );
    assert_eq!(values(&proposal, "IPAddressDeny"), [""; 0]);
    assert_eq!(values(&proposal, "PrivateUsers"), [""; 0]);
}

#[test]
fn who_speaks_with_the_machine_alone_is_kept_to_it() {
    let seen = Observation {
        families: BTreeMap::from([("AF_INET".to_owned(), "it".to_owned())]),
        bound: BTreeSet::from([Address::Ip("127.0.0.1:6379".parse().unwrap())]),
        peers: BTreeSet::from([Address::Ip("[::ffff:127.0.0.1]:40000".parse().unwrap())]),
        ..working(&["read"])
    };
    let proposal = propose(&seen, &of_user());
    assert_eq!(values(&proposal, "IPAddressDeny"), ["any"]);
    assert_eq!(values(&proposal, "IPAddressAllow"), ["localhost"]);
    let unknown = Observation {
        peers: BTreeSet::from([Address::Other("an unknown peer".to_owned())]),
        ..seen
    };
    assert_eq!(values(&propose(&unknown, &of_user()), "IPAddressDeny"), [""; 0]);
}

#[test]
fn files_decide_what_is_hidden_and_what_is_read_only() {
    let seen = Observation {
        files: BTreeMap::from([
            ("/home/web/index.html".to_owned(), file(|file| file.read = true)),
            ("/tmp/shared".to_owned(), file(|file| file.read = true)),
            (
                "/dev/sda".to_owned(),
                file(|file| {
                    file.read = true;
                    file.device = Some(Device { is_block: true, major: 8, minor: 0 });
                }),
            ),
            ("/proc/sys/net/ipv4/ip_forward".to_owned(), file(|file| file.written = true)),
            ("/var/lib/x/db".to_owned(), file(|file| file.changed = true)),
        ]),
        ..working(&["read"])
    };
    let proposal = propose(&seen, &of_user());
    assert_eq!(values(&proposal, "ProtectHome"), ["read-only"]);
    assert_eq!(values(&proposal, "PrivateTmp"), [""; 0]);
    assert_eq!(values(&proposal, "PrivateDevices"), [""; 0]);
    assert_eq!(values(&proposal, "DeviceAllow"), ["/dev/sda r"]);
    assert_eq!(values(&proposal, "ProtectKernelTunables"), [""; 0]);
    assert_eq!(values(&proposal, "ReadWritePaths"), ["-/var/lib/x"]);
}

#[test]
fn programs_that_take_other_rights_keep_them() {
    let program = ProgramRun { path: "/usr/bin/sudo".to_owned(), gains_privileges: true };
    let seen = Observation { programs: BTreeSet::from([program]), ..working(&["read"]) };
    let of_user = propose(&seen, &of_user());
    for key in
        ["NoNewPrivileges", "SystemCallFilter", "RestrictRealtime", "RestrictAddressFamilies"]
    {
        assert_eq!(values(&of_user, key), [""; 0], "{key}");
    }
    // systemd couples filters and no_new_privs only where the service is not root.
    let of_root = propose(&seen, &Current::default());
    assert_eq!(values(&of_root, "NoNewPrivileges"), [""; 0]);
    assert_eq!(values(&of_root, "RestrictRealtime"), ["yes"]);
}

#[test]
fn without_the_start_more_is_left_and_it_is_said() {
    let seen = Observation { start_seen: false, uids: BTreeSet::from([0]), ..working(&["read"]) };
    let proposal = propose(&seen, &Current::default());
    assert!(values(&proposal, "CapabilityBoundingSet").contains(&"CAP_SETUID"));
    assert_eq!(values(&proposal, "ProtectSystem"), ["full"]);
    assert_eq!(values(&proposal, "SystemCallFilter"), ["@system-service"]);
    assert!(!proposal.assumed.is_empty());
}

#[test]
fn what_holds_already_is_not_said_again_and_newer_settings_are_not_proposed() {
    let mut current = of_user();
    current.settings.push(("PrivateTmp".to_owned(), "true".to_owned()));
    current.settings.push(("SystemCallFilter".to_owned(), "@system-service".to_owned()));
    current.version = Some(240);
    let proposal = propose(&working(&["read"]), &current);
    assert_eq!(values(&proposal, "PrivateTmp"), [""; 0]);
    assert_eq!(values(&proposal, "SystemCallFilter").first(), Some(&""));
    assert_eq!(values(&proposal, "ProtectClock"), [""; 0]);
}

#[test]
fn the_drop_in_has_a_reason_above_each_setting_and_no_line_of_others() {
    let seen = Observation {
        files: BTreeMap::from([
            ("/var/lib/x\nUser=root/db".to_owned(), file(|file| file.changed = true)),
            ("/tmp/y\nUser=root".to_owned(), file(|file| file.read = true)),
        ]),
        ..working(&["read"])
    };
    let proposal = propose(&seen, &of_user());
    let text = drop_in(&seen.heading("x.service"), &proposal.settings);
    assert!(!text.lines().any(|line| line.starts_with("User")), "{text}");
    assert!(
        text.contains("# no namespace was made or entered\nRestrictNamespaces=yes\n"),
        "{text}"
    );
    let hostile =
        Proposed { key: "A".into(), value: "b\nUser=root".into(), why: "c\nUser=root\\".into() };
    assert_eq!(drop_in(&[], &[hostile]), "[Service]\n");
}
