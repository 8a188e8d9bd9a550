//! Each kind of value: what is made of a text, what is ignored, and where the finding points.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use unit::{
    Facts, Name, Severity, UnitType,
    diagnostic::Problem,
    specifier::{Directories, Expander},
    table::Id,
    values::{self, Context, Parsed, Value},
};

/// Parses an assignment of a unit `foo-bar@inst.TYPE`.
fn parse(unit: UnitType, section: &str, key: &str, text: &str) -> (Parsed, Vec<Problem>) {
    let facts = Facts {
        directories: Directories::of_system(),
        architecture: Some("x86-64".into()),
        ..Facts::default()
    };
    let name: Name = format!("foo-bar@inst.{}", unit.suffix()).parse().unwrap();
    let expander = Expander::new(&facts, &name);
    let (id, _) = Id::in_section(section, unit, key).unwrap_or_else(|| panic!("no {key}"));
    let context = Context { directive: id.directive(), unit, expander: &expander };
    let mut problems = Vec::new();
    (values::parse(text, &context, &mut problems), problems)
}

/// What becomes of a text: the value as it prints, `-` where it is ignored, `~` where it undoes what
/// was assigned before; behind it the places of the findings, `!` where the unit is refused.
fn outcome(unit: UnitType, section: &str, key: &str, text: &str) -> String {
    let (parsed, problems) = parse(unit, section, key, text);
    let mut outcome = match parsed {
        Parsed::Value(value) => value.to_string(),
        Parsed::Reset => "~".to_owned(),
        Parsed::Ignored => "-".to_owned(),
    };
    for problem in problems {
        let mark = match problem.severity {
            Severity::Error => "!",
            Severity::Warning => "",
            Severity::Hint => "?",
        };
        outcome.push_str(&format!(" @{}-{}{mark}", problem.at.start, problem.at.end));
        assert!(!problem.message.ends_with('.') && problem.help.is_some(), "{problem:?}");
    }
    outcome
}

fn check(unit: UnitType, section: &str, cases: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (key, text, expected) in cases {
        let found = outcome(unit, section, key, text);
        if found != *expected {
            wrong.push(format!("{key}={text}: {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn scalars_of_services() {
    check(
        UnitType::Service,
        "Service",
        &[
            ("RemainAfterExit", "TRUE", "yes"),
            ("RemainAfterExit", "maybe", "- @0-5"),
            ("RemainAfterExit", "", "- @0-0"),
            ("PrivateMounts", "", "~"),
            ("DynamicUser", "x", "- @0-1!"),
            ("Type", "oneshot", "oneshot"),
            ("Type", "Oneshot", "- @0-7"),
            ("KillMode", "", "~"),
            ("KillMode", "none", "none @0-4"),
            ("ProtectSystem", "strict", "strict"),
            ("ProtectSystem", "on", "yes"),
            ("Nice", "-20", "-20"),
            ("Nice", "20", "- @0-2"),
            ("Nice", "", "~"),
            ("OOMScoreAdjust", "-1000", "-1000"),
            ("RestartSec", "1min 30s", "1min 30s"),
            ("RestartSec", "", "- @0-0"),
            ("TimeoutStartSec", "0", "infinity"),
            ("TimeoutAbortSec", "", "~"),
            ("TimerSlackNSec", "5us", "5us"),
            ("UMask", "22", "0022"),
            ("UMask", "8", "- @0-1"),
            ("UMask", "10000", "- @0-5"),
            ("KillSignal", "15", "SIGTERM"),
            ("KillSignal", "SIGFOO", "- @0-6"),
            ("LimitNOFILE", "1024:infinity", "1024:infinity"),
            ("LimitNOFILE", "10:5", "- @0-4"),
            ("LimitNOFILE", "5:x", "- @2-3"),
            ("LimitCPU", "1min", "60"),
            ("LimitCPU", "1ms", "1"),
            ("LimitRTTIME", "1s", "1000000"),
            ("LimitNICE", "-20", "40"),
            ("LimitNICE", "+19", "1"),
            ("LimitCORE", "1.5K:1M", "1536:1048576"),
            ("CPUWeight", "idle", "idle"),
            ("CPUWeight", "10001", "- @0-5"),
            ("CPUWeight", "", "~"),
            ("CPUQuota", "150.5%", "150.5%"),
            ("CPUQuota", "0%", "- @0-2"),
            ("MemoryMax", "1.5G", "1610612736"),
            ("MemoryMax", "33.3%", "33.3%"),
            ("MemoryMax", "0", "- @0-1"),
            ("MemoryMin", "0", "0"),
            ("MemoryMax", "", "~"),
            ("TasksMax", "infinity", "infinity"),
            ("TasksMax", "5K", "- @0-2"),
            ("ManagedOOMMemoryPressureLimit", "101%", "- @0-4"),
            ("ManagedOOMMemoryPressureDurationSec", "1ms", "- @0-3"),
            ("SyslogLevel", "4", "warning"),
            ("SyslogFacility", "3", "daemon"),
            ("SyslogFacility", "100", "100"),
            ("Personality", "x86", "x86"),
            ("Personality", "arm", "- @0-3"),
            ("CoredumpFilter", "default private-dax", "0xb3"),
            ("CoredumpFilter", "all 0x10 nope", "- @9-13"),
            ("SuccessExitStatus", "TEMPFAIL 1 SIGKILL bad 256", "1 75 SIGKILL @19-22 @23-26"),
            ("SuccessExitStatus", "bad", "- @0-3"),
            ("SuccessExitStatus", "", "~"),
        ],
    );
}

#[test]
fn texts_of_units() {
    check(
        UnitType::Service,
        "Unit",
        &[
            ("Description", "a  \"b %p", "a  \"b foo-bar"),
            ("Description", "%", "%"),
            ("Description", "a %Z", "- @2-4"),
            ("Documentation", "man:a(5) x http://b", "man:a(5) http://b @9-10"),
            ("Documentation", "man:a 'b", "- @6-8"),
            ("Documentation", "", "~"),
            ("After", "a.service b@.socket %p.target", "a.service b@inst.socket foo-bar.target"),
            ("After", "a.service bad c.foo", "a.service @10-13 @14-19"),
            ("After", "dev-sda@x.device", "- @0-16"),
            ("After", "", "~"),
            ("RequiresMountsFor", "/a \"/b c\" d /e/../f //g/", "/a \"/b c\" /g @10-11 @12-19"),
            ("RebootArgument", "ä", "- @0-2"),
            ("SourcePath", "//a/", "/a"),
            ("SourcePath", "a", "- @0-1"),
            ("ConditionPathExists", "|!//a", "|!/a"),
            ("ConditionPathExists", "! /a", "- @1-4"),
            ("ConditionPathExists", "", "~"),
            ("ConditionHost", "| ! x", "|!x"),
            ("AssertKernelVersion", "!", "!"),
            ("ConditionHost", "!a%Z", "- @2-4"),
        ],
    );
}

#[test]
fn texts_of_services() {
    check(
        UnitType::Service,
        "Service",
        &[
            ("PIDFile", "a.pid", "/run/a.pid"),
            ("PIDFile", "/var/run/a.pid", "/run/a.pid @0-14?"),
            ("PIDFile", "/proc/a", "- @0-7!"),
            ("PIDFile", "../a", "- @0-4!"),
            ("WorkingDirectory", "-~", "-~"),
            ("WorkingDirectory", "-//a", "-/a"),
            ("WorkingDirectory", "-a", "- @1-2"),
            ("WorkingDirectory", "a", "- @0-1!"),
            ("RootDirectory", "a", "- @0-1!"),
            ("User", "a b", "a b"),
            ("User", "a:b", "- @0-3!"),
            ("User", "%i", "inst"),
            ("User", "nobody", "nobody @0-6"),
            ("User", "", "~"),
            ("SupplementaryGroups", "a b:c d", "- @2-5!"),
            ("BusName", "org.a", "org.a"),
            ("BusName", "org", "- @0-3"),
            ("BusName", "", "- @0-0"),
            ("Slice", "a-b.slice", "a-b.slice"),
            ("Slice", "a.service", "- @0-9"),
            ("Slice", "a@.slice", "- @0-8"),
            ("Sockets", "a.socket b.service", "a.socket @9-18"),
            ("LogExtraFields", "\"A=b c\" a=b _C=d", "\"A=b c\" @8-11 @12-16"),
            ("LogNamespace", "a/b", "- @0-3"),
            ("LogFilterPatterns", "~", "- @0-1"),
            ("LogFilterPatterns", "~a.*", "~a.*"),
            ("ExecSearchPath", "/a:b:/c", "/a @3-4"),
            ("Environment", "A=b \"C=d e\" 1=x F=%%", "A=b \"C=d e\" F=% @12-15"),
            ("Environment", "A=b 'C", "A=b @4-6"),
            ("Environment", "A=\\x41\\n", "\"A=A\\n\""),
            ("Environment", "A=\\q", "- @2-4"),
            ("EnvironmentFile", "-//a", "-/a"),
            ("EnvironmentFile", "-a", "- @1-2"),
            ("PassEnvironment", "A B=c D", "A D @2-5"),
            ("UnsetEnvironment", "A B=c 1", "A B=c @6-7"),
        ],
    );
}

#[test]
fn commands() {
    check(
        UnitType::Service,
        "Service",
        &[
            ("ExecStart", "/bin/a %i 'b c' $X ${Y}", "/bin/a inst \"b c\" $X ${Y}"),
            ("ExecStart", "-+:a", "-:+a"),
            ("ExecStart", "@!!/bin/a name x", "@!!/bin/a name x"),
            ("ExecStart", "|a b", "|a b"),
            ("ExecStart", "@|", "@|"),
            ("ExecStart", "/bin//a", "@/bin/a /bin//a"),
            ("ExecStart", "a ; b x ;", "a ; b x"),
            ("ExecStart", "a \\; \";\" ;b", "a \";\" \";\" ;b"),
            ("ExecStart", "a \\q", "a \"\\\\q\" @2-4"),
            ("ExecStart", "", "~"),
            ("ExecStart", ";", "- @0-1?"),
            ("ExecStart", "'a", "- @0-2"),
            ("ExecStart", "a 'b", "- @2-4!"),
            ("ExecStart", "-a 'b", "- @3-5"),
            ("ExecStart", "a ; -b 'c", "a @7-9"),
            ("ExecStart", "/bin/", "- @0-5!"),
            ("ExecStart", "-/bin/..", "- @1-8"),
            ("ExecStart", "a/b", "- @0-3!"),
            ("ExecStart", "--a", "--a"),
            ("ExecStart", "++a", "++a"),
            ("ExecStart", "-", "- @0-1"),
            ("ExecStart", "@/bin/a", "- @1-7!"),
            ("ExecStart", "/bin/a%Z", "- @6-8!"),
            ("ExecStart", "a x%Z", "- @3-5!"),
            ("ExecStart", "\"/bin/a'b\"", "- @0-10!"),
        ],
    );
}

#[test]
fn other_units() {
    check(
        UnitType::Socket,
        "Socket",
        &[
            ("IPTOS", "low-delay", "16"),
            ("IPTOS", "256", "- @0-3"),
            ("PipeSize", "1.5K", "1536"),
            ("FileDescriptorName", "a:b", "- @0-3"),
            ("Symlinks", "/a b /c", "/a @3-4"),
            ("SocketProtocol", "SCTP", "sctp"),
            ("Service", "a.service", "a.service"),
            ("Service", "a.socket", "- @0-8"),
        ],
    );
    check(
        UnitType::Timer,
        "Timer",
        &[
            ("OnBootSec", "5min", "5min"),
            ("OnBootSec", "", "~"),
            ("OnBootSec", "x", "- @0-1"),
            ("Unit", "a.target", "a.target"),
            ("Unit", "", "- @0-0"),
            ("Unit", "a@.service", "a@inst.service"),
        ],
    );
    check(UnitType::Swap, "Swap", &[("Priority", "", "~"), ("Priority", "-2", "- @0-2")]);
}

#[test]
fn huge_values_are_read_in_linear_time() {
    let words = "a=b ".repeat(500_000);
    let (parsed, _) = parse(UnitType::Service, "Service", "Environment", &words);
    assert!(matches!(parsed, Parsed::Value(Value::Pairs(pairs)) if pairs.len() == 500_000));
    for text in ["/".repeat(3_000_000), "/a/..".repeat(500_000), "%%".repeat(1_000_000)] {
        parse(UnitType::Service, "Service", "ExecStart", &text);
        parse(UnitType::Service, "Unit", "SourcePath", &text);
        parse(UnitType::Service, "Unit", "After", &text);
    }
    let commands = "a ; ".repeat(300_000);
    let (parsed, _) = parse(UnitType::Service, "Service", "ExecStart", &commands);
    assert!(
        matches!(parsed, Parsed::Value(Value::Command(list)) if list.lines().count() == 300_000)
    );
}
