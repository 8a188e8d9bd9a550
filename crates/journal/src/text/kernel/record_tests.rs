use super::*;

fn taken(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let raw = parse(bytes).unwrap();
    let mut build = Build::default();
    fields(bytes, &raw, None, None, &mut build);
    let (spans, scratch) = build.parts();
    let record = crate::text::Record {
        realtime_usec: 0,
        monotonic_usec: None,
        boot_id: None,
        place: crate::text::Place::default(),
        path: std::path::Path::new("/dev/kmsg"),
        cut_bytes: 0,
        text: bytes,
        scratch,
        spans,
    };
    record
        .fields()
        .map(|field| (String::from_utf8(field.name.to_vec()).unwrap(), field.value.to_vec()))
        .collect()
}

fn value(bytes: &[u8], name: &str) -> Option<String> {
    let found = taken(bytes).into_iter().find(|(known, _)| known == name);
    found.map(|(_, value)| String::from_utf8(value).unwrap())
}

#[test]
fn a_line_of_the_kernel_and_its_device() {
    let line = b"6,339,5140900,-;pci 0000:00:1f.0: up\\x09and\\x5c running\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:1f.0\n";
    let raw = parse(line).unwrap();
    assert_eq!((raw.pri, raw.sequence, raw.monotonic_usec), (6, 339, 5_140_900));
    assert_eq!(value(line, "MESSAGE").as_deref(), Some("pci 0000:00:1f.0: up\tand\\ running"));
    assert_eq!(value(line, "PRIORITY").as_deref(), Some("6"));
    assert_eq!(value(line, "SYSLOG_FACILITY").as_deref(), Some("0"));
    assert_eq!(value(line, "SYSLOG_IDENTIFIER").as_deref(), Some("kernel"));
    assert_eq!(value(line, "_KERNEL_SUBSYSTEM").as_deref(), Some("pci"));
    assert_eq!(value(line, "_KERNEL_DEVICE").as_deref(), Some("+pci:0000:00:1f.0"));
    assert_eq!(value(line, "_SOURCE_MONOTONIC_TIMESTAMP").as_deref(), Some("5140900"));
}

#[test]
fn what_a_daemon_wrote_there() {
    let line = b"30,340,6000000,-,caller=T1;systemd[1]: Started.\\x0aTwice.";
    assert_eq!(value(line, "SYSLOG_IDENTIFIER").as_deref(), Some("systemd"));
    assert_eq!(value(line, "SYSLOG_PID").as_deref(), Some("1"));
    assert_eq!(value(line, "SYSLOG_FACILITY").as_deref(), Some("3"));
    assert_eq!(value(line, "MESSAGE").as_deref(), Some("Started.\nTwice."));
}

#[test]
fn no_records() {
    for bad in [&b""[..], b"6", b"6,1", b"6,1,2", b"x,1,2,-;", b"6,1,2,-", b"99999999999,1,2,-;x"] {
        assert_eq!(parse(bad), None, "{bad:?}");
    }
    assert_eq!(value(b"6,1,2,-;", "MESSAGE").as_deref(), Some(""));
    assert_eq!(value(b"6,1,2,-;a\\xzz\\x4", "MESSAGE").as_deref(), Some("a\\xzz\\x4"));
}
