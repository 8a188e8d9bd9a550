//! What several assignments come to: the examples of systemd.exec(5) and the corners of the rules.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;

use unit::{
    UnitType, Value,
    values::{
        CpuSet, Parsed,
        resource::{self, EffectiveCpus},
        sandbox::{effective, names, system_calls},
    },
};

mod values_b;

/// The values of assignments that hold.
fn values(key: &str, texts: &[&str]) -> Vec<Value> {
    let mut held = Vec::new();
    for text in texts {
        match values_b::parse(UnitType::Service, key, text).0 {
            Parsed::Value(value) => held.push(value),
            Parsed::Reset => held.clear(),
            Parsed::Ignored => {}
        }
    }
    held
}

fn bounding(texts: &[&str]) -> Option<u64> {
    effective::bounding_set(&values("CapabilityBoundingSet", texts))
}

#[test]
fn capabilities() {
    let all = u64::MAX >> 1;
    assert_eq!(bounding(&[]), None);
    assert_eq!(bounding(&[""]), Some(0));
    assert_eq!(bounding(&["~"]), Some(all));
    assert_eq!(bounding(&["CAP_CHOWN CAP_KILL", "CAP_BPF"]), Some(1 | 1 << 5 | 1 << 39));
    assert_eq!(bounding(&["CAP_CHOWN CAP_KILL", "~CAP_KILL CAP_BPF"]), Some(1));
    assert_eq!(bounding(&["~CAP_CHOWN"]), Some(all & !1));
    assert_eq!(bounding(&["~CAP_CHOWN", "CAP_CHOWN"]), Some(all));
    // Everything is where it began, and what follows counts as the first.
    assert_eq!(bounding(&["~", "CAP_CHOWN"]), Some(1));
    assert_eq!(bounding(&["~CAP_CHOWN", "CAP_CHOWN", "CAP_KILL"]), Some(1 << 5));
    assert_eq!(bounding(&["CAP_CHOWN", ""]), Some(0));
    let ambient = |texts| effective::ambient_set(&values("AmbientCapabilities", texts));
    assert_eq!(ambient(&["CAP_KILL", "", "CAP_CHOWN"]), 1);
    assert_eq!(ambient(&["CAP_KILL", "~CAP_KILL", "~CAP_CHOWN"]), all & !1);
}

fn calls<'v>(values: &'v [Value], is_filter: bool) -> effective::SystemCalls<'v> {
    effective::system_calls(values, is_filter).expect("a filter")
}

#[test]
fn system_call_lists() {
    assert_eq!(effective::system_calls(&values("SystemCallFilter", &["read", ""]), true), None);
    let held = values("SystemCallFilter", &["mount", "~mount", "swapon"]);
    let set = calls(&held, true);
    assert!(set.allow && set.calls.contains_key("swapon") && !set.calls.contains_key("mount"));
    assert!(set.calls.contains_key("execve"), "@default is allowed too");
    assert!(set.calls.contains_key("seccomp"), "and what is in a group of it");
    let held = values("SystemCallLog", &["mount"]);
    assert_eq!(calls(&held, false).calls.keys().copied().collect::<Vec<_>>(), ["mount"]);

    let held = values("SystemCallFilter", &["~@swap:EPERM reboot", "~swapon:kill", "swapoff"]);
    let set = calls(&held, true);
    let expected = [("reboot", None), ("swapon", Some("kill"))];
    assert!(!set.allow && set.calls.into_iter().eq(expected));

    // A denied call keeps its error within a list of what is allowed.
    let held = values("SystemCallFilter", &["@basic-io", "~read:EPERM", "~write"]);
    let set = calls(&held, true);
    assert_eq!(set.calls.get("read"), Some(&Some("EPERM")));
    assert!(!set.calls.contains_key("write"));
}

#[test]
fn groups_are_sound() {
    for group in system_calls::GROUPS {
        assert!(group.name.starts_with('@') && !group.meaning.is_empty());
        assert!(group.members().count() > 0, "{} is empty", group.name);
        for member in group.members() {
            match member.starts_with('@') {
                true => assert!(system_calls::group(member).is_some(), "{member}"),
                false => assert_eq!(system_calls::known(member), Some(member)),
            }
        }
    }
    let all: Vec<_> = system_calls::all().collect();
    assert!(all.is_sorted() && all.len() > 450, "{}", all.len());
    for wrong in ["", "rea", "ead", "read write", "READ", " "] {
        assert_eq!(system_calls::known(wrong), None, "{wrong}");
    }
}

#[test]
fn names_of_the_kernel() {
    assert_eq!(names::capability("CAP_CHECKPOINT_RESTORE"), Some(40));
    assert_eq!(names::capability_name(21), Some("CAP_SYS_ADMIN"));
    assert_eq!(names::capability("63"), None);
    assert_eq!(names::error("enosys"), Some(("ENOSYS", 38)));
    assert_eq!(names::error_number("EDEADLOCK"), Some(35));
    assert_eq!(names::error_number("EHWPOISON"), Some(133));
    assert_eq!(names::error_number("4096"), None);
    assert_eq!(names::family("AF_FILE"), Some("AF_UNIX"));
    assert_eq!(names::capabilities().count(), 41);
    assert_eq!(names::errors().collect::<BTreeSet<_>>().len(), 134);
}

#[test]
fn namespaces_as_the_man_page_says() {
    let of = |texts: &[&str]| {
        effective::namespaces(&values("RestrictNamespaces", texts), false)
            .map(|set| set.into_iter().collect::<Vec<_>>().join(" "))
    };
    let all = "cgroup ipc mnt net pid time user uts";
    assert_eq!(of(&[]), None);
    assert_eq!(of(&["no"]).as_deref(), Some(all));
    assert_eq!(of(&["yes"]).as_deref(), Some(""));
    assert_eq!(of(&["cgroup ipc", "cgroup net"]).as_deref(), Some("cgroup ipc net"));
    assert_eq!(of(&["cgroup ipc", "~cgroup net"]).as_deref(), Some("ipc"));
    assert_eq!(of(&["~user"]).as_deref(), Some("cgroup ipc mnt net pid time uts"));
    assert_eq!(of(&["yes", "net"]).as_deref(), Some("net"));
}

fn shown(words: Option<effective::Words<'_>>) -> String {
    words.map_or("none".into(), |words| {
        let list = words.words.into_iter().collect::<Vec<_>>().join(" ");
        format!("{} {list}", if words.allow { "only" } else { "all but" })
    })
}

#[test]
fn families_file_systems_interfaces() {
    let families =
        |texts| shown(effective::address_families(&values("RestrictAddressFamilies", texts)));
    assert_eq!(families(&["AF_UNIX AF_INET", "~AF_INET"]), "only AF_UNIX");
    assert_eq!(families(&["~AF_UNIX AF_INET", "AF_INET"]), "all but AF_UNIX");
    assert_eq!(families(&["none"]), "only ");
    assert_eq!(families(&["AF_UNIX", "none", "~AF_INET"]), "all but AF_INET");
    assert_eq!(families(&["AF_FOO"]), "only ");
    let systems = |texts| shown(effective::file_systems(&values("RestrictFileSystems", texts)));
    // The examples of systemd.exec(5).
    assert_eq!(systems(&["ext4 tmpfs", "ext2 ext4"]), "only ext2 ext4 tmpfs");
    assert_eq!(systems(&["ext4 tmpfs", "~ext4"]), "only tmpfs");
    assert_eq!(systems(&["~ext4 tmpfs", "ext4"]), "all but tmpfs");
    assert_eq!(systems(&["@temporary"]), "only ramfs tmpfs");
    let interfaces =
        |texts| shown(effective::network_interfaces(&values("RestrictNetworkInterfaces", texts)));
    assert_eq!(interfaces(&["eth0 eth1", "~eth1"]), "only eth0");
    assert_eq!(interfaces(&["~eth0", "eth0", "lo"]), "only lo");
}

#[test]
fn processors_and_controllers() {
    let of = |key, texts| resource::effective_cpus(&values(key, texts));
    let set = |ranges: &[(u16, u16)]| Some(EffectiveCpus::Set(CpuSet::new(ranges.iter().copied())));
    assert_eq!(of("AllowedCPUs", &["0-2", "4", "3"]), set(&[(0, 4)]));
    assert_eq!(of("AllowedCPUs", &["0-2", "", "4"]), set(&[(4, 4)]));
    assert_eq!(of("CPUAffinity", &["0", "numa"]), Some(EffectiveCpus::Word("numa")));
    assert_eq!(of("CPUAffinity", &["numa", "3"]), set(&[(3, 3)]));
    assert_eq!(of("NUMAMask", &["all", "3"]), Some(EffectiveCpus::Word("all")));
    let cpus = CpuSet::new([(0, 3), (8, 8)]);
    assert_eq!((cpus.len(), cpus.contains(8), cpus.contains(4)), (5, true, false));

    let delegation = |texts| {
        let found = resource::delegation(&values("Delegate", texts));
        (found.delegate, found.controllers.iter().map(|name| &**name).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(delegation(&[]), (false, String::new()));
    assert_eq!(delegation(&["yes"]), (true, "cpu cpuset io memory pids".into()));
    assert_eq!(delegation(&["cpu", "memory"]), (true, "cpu memory".into()));
    assert_eq!(delegation(&["cpu", ""]), (true, String::new()));
    assert_eq!(delegation(&["cpu", "no"]), (false, String::new()));
}

#[test]
fn addresses() {
    let of = |word| resource::prefixes(word).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(of("any"), ["0.0.0.0/0", "::/0"]);
    assert_eq!(of("link-local"), ["169.254.0.0/16", "fe80::/64"]);
    assert_eq!(of("10.1.2.3/12"), ["10.0.0.0/12"]);
    assert_eq!(of("2001:db8::1"), ["2001:db8::1/128"]);
    assert!(of("nope").is_empty());
}
