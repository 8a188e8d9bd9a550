//! Properties as `systemctl show` of systemd 252 printed them.

use bus::wire::{Typed, Value};

use super::super::options::Options;
use super::super::source::Property;

fn shown_with(options: &Options, name: &str, signature: &str, value: Value) -> String {
    let value = Typed::new(signature, value).unwrap();
    super::text(&[Property { name: name.to_owned(), value }], options)
}

fn shown(name: &str, signature: &str, value: Value) -> String {
    shown_with(&Options::default(), name, signature, value)
}

fn all(name: &str, signature: &str, value: Value) -> String {
    let options = Options { show_empty: true, ..Options::default() };
    shown_with(&options, name, signature, value)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn texts(words: &[&str]) -> Value {
    Value::Array(words.iter().map(|word| text(word)).collect())
}

fn number(number: u64) -> Value {
    Value::Unsigned(number)
}

#[test]
fn numbers_are_what_their_names_say() {
    for (name, value, line) in [
        ("TimeoutStartUSec", 90_000_000, "TimeoutStartUSec=1min 30s"),
        ("RuntimeMaxUSec", u64::MAX, "RuntimeMaxUSec=infinity"),
        ("CoredumpFilter", 0x33, "CoredumpFilter=0x33"),
        ("CPUWeight", u64::MAX, "CPUWeight=[not set]"),
        ("CPUWeight", 0, "CPUWeight=idle"),
        ("MemoryCurrent", u64::MAX, "MemoryCurrent=[not set]"),
        ("MemoryMax", u64::MAX, "MemoryMax=infinity"),
        ("LimitNOFILE", u64::MAX, "LimitNOFILE=infinity"),
        ("DefaultLimitCORESoft", u64::MAX, "DefaultLimitCORESoft=infinity"),
        ("IPIngressBytes", u64::MAX, "IPIngressBytes=[no data]"),
        ("IOReadBytes", u64::MAX, "IOReadBytes=18446744073709551615"),
        ("CPUUsageNSec", u64::MAX, "CPUUsageNSec=[not set]"),
        ("TimerSlackNSec", 50_000, "TimerSlackNSec=50000"),
        ("RestrictNamespaces", 0x7e02_0000, "RestrictNamespaces=no"),
        ("RestrictNamespaces", 0, "RestrictNamespaces=yes"),
        ("RestrictNamespaces", 0x4000_0000 | 0x0800_0000, "RestrictNamespaces=ipc net"),
        ("CapabilityBoundingSet", 0b100_0001, "CapabilityBoundingSet=cap_chown cap_setgid"),
        ("ActiveEnterTimestampMonotonic", 5, "ActiveEnterTimestampMonotonic=5"),
    ] {
        assert_eq!(shown(name, "t", number(value)), format!("{line}\n"));
    }
    assert_eq!(shown("UMask", "u", number(0o22)), "UMask=0022\n");
    assert_eq!(shown("UID", "u", number(u32::MAX.into())), "UID=[not set]\n");
    assert_eq!(shown("MainPID", "u", number(46)), "MainPID=46\n");
    assert_eq!(shown("Nice", "i", Value::Signed(-5)), "Nice=-5\n");
    assert_eq!(shown("NUMAPolicy", "i", Value::Signed(-1)), "NUMAPolicy=n/a\n");
    assert_eq!(shown("Progress", "d", Value::Float(1.0)), "Progress=1\n");
    assert_eq!(shown("Progress", "d", Value::Float(0.25)), "Progress=0.25\n");
}

#[test]
fn what_is_empty_is_shown_on_demand_only() {
    for (name, signature, value, line) in [
        ("PIDFile", "s", text(""), "PIDFile=\n"),
        ("ActiveExitTimestamp", "t", number(0), "ActiveExitTimestamp=\n"),
        ("Environment", "as", texts(&[]), "Environment=\n"),
        ("SuccessActionExitStatus", "i", Value::Signed(-1), "SuccessActionExitStatus=[not set]\n"),
        (
            "SystemCallFilter",
            "(bas)",
            Value::Struct(vec![Value::Bool(false), texts(&[])]),
            "SystemCallFilter=~\n",
        ),
        ("Conditions", "a(sbbsi)", Value::Array(Vec::new()), "Conditions=[unprintable]\n"),
    ] {
        assert_eq!(shown(name, signature, value.clone()), "", "{name}");
        assert_eq!(all(name, signature, value), line);
    }
    // Without rows there is no line even then.
    assert_eq!(all("ExecStart", "a(sasbttttuii)", Value::Array(Vec::new())), "");
}

#[test]
fn lists_are_quoted_as_for_a_shell() {
    let value = texts(&["man:nginx(8)", "plain", "a b"]);
    assert_eq!(
        shown("Documentation", "as", value),
        "Documentation=\"man:nginx(8)\" plain \"a b\"\n"
    );
    assert_eq!(shown("Description", "s", text("a\nb")), "Description=[unprintable]\n");
}

#[test]
fn commands_show_how_they_went() {
    let row = |code, status| {
        Value::Array(vec![Value::Struct(vec![
            text("/bin/x"),
            texts(&["/bin/x", "-a b"]),
            Value::Bool(true),
            number(0),
            number(0),
            number(0),
            number(0),
            number(7),
            Value::Signed(code),
            Value::Signed(status),
        ])])
    };
    let line = |code, status| shown("ExecStart", "a(sasbttttuii)", row(code, status));
    let head = "ExecStart={ path=/bin/x ; argv[]=/bin/x -a b ; ignore_errors=yes ; \
                start_time=[n/a] ; stop_time=[n/a] ; pid=7 ; ";
    assert_eq!(line(0, 0), format!("{head}code=(null) ; status=0/0 }}\n"));
    assert_eq!(line(1, 3), format!("{head}code=exited ; status=3 }}\n"));
    assert_eq!(line(2, 9), format!("{head}code=killed ; status=9/KILL }}\n"));
}

#[test]
fn forms_of_their_own() {
    let pair = |a: &str, b: &str| Value::Struct(vec![text(a), text(b)]);
    let listen = Value::Array(vec![pair("Stream", "/run/x"), pair("FIFO", "/run/y")]);
    assert_eq!(shown("Listen", "a(ss)", listen), "Listen=/run/x (Stream)\nListen=/run/y (FIFO)\n");
    assert_eq!(shown("LoadError", "(ss)", pair("a", "b")), "LoadError=a \"b\"\n");
    assert_eq!(shown("LoadError", "(ss)", pair("", "")), "");
    let status = |codes: &[i64], signals: &[i64]| {
        let list = |of: &[i64]| Value::Array(of.iter().map(|n| Value::Signed(*n)).collect());
        Value::Struct(vec![list(codes), list(signals)])
    };
    assert_eq!(
        shown("SuccessExitStatus", "(aiai)", status(&[3, 4], &[15])),
        "SuccessExitStatus=3 4 TERM\n"
    );
    let set = Value::Bytes(vec![0b1000_0111, 1]);
    assert_eq!(shown("AllowedCPUs", "ay", set), "AllowedCPUs=0-2 7-8\n");
    let data = Value::Bytes(b"fo".to_vec());
    assert_eq!(shown("StandardInputData", "ay", data), "StandardInputData=Zm8=\n");
    let id = Value::Bytes(vec![0x1f, 0xe5]);
    assert_eq!(shown("InvocationID", "ay", id), "InvocationID=1fe5\n");
    let address = Value::Struct(vec![Value::Signed(2), Value::Bytes(vec![10, 0, 0, 0]), number(8)]);
    let addresses = Value::Array(vec![address]);
    assert_eq!(shown("IPAddressAllow", "a(iayu)", addresses), "IPAddressAllow=10.0.0.0/8\n");
    let spec = Value::Struct(vec![text("OnBootUSec"), number(900_000_000), number(1)]);
    assert_eq!(
        shown("TimersMonotonic", "a(stt)", Value::Array(vec![spec])),
        "TimersMonotonic={ OnBootUSec=15min ; next_elapse=1us }\n"
    );
}

#[test]
fn only_what_is_asked_for() {
    let options = Options {
        properties: Some(vec!["Id".to_owned(), "Type=oneshot".to_owned()]),
        show_empty: true,
        ..Options::default()
    };
    let line = |name, value| shown_with(&options, name, "s", text(value));
    assert_eq!(line("Id", "a.service"), "Id=a.service\n");
    assert_eq!(line("Names", "a.service"), "");
    assert_eq!(line("Type", "oneshot"), "Type=oneshot\n");
    assert_eq!(line("Type", "simple"), "");
    let options = Options { only_value: true, ..options };
    assert_eq!(shown_with(&options, "Id", "s", text("x")), "x\n");
    assert_eq!(shown_with(&options, "Id", "s", text("")), "\n");
}
