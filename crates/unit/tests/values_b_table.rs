//! Values of sandboxes, resources and sockets: what becomes of a line, and where the caret stands.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic")]

use unit::{Code, Severity, UnitType, diagnostic::Problem, values::Parsed};

mod values_b;

/// What becomes of a line: the value as it is printed, `reset` or `ignored`; then each finding as
/// `[the text it points at]`, a hint with `?`, an error with `!`.
fn outcome(unit: UnitType, line: &str) -> String {
    let (key, text) = line.split_once('=').expect("an assignment");
    let (parsed, problems) = values_b::parse(unit, key, text);
    let mut out = match parsed {
        Parsed::Value(value) => values_b::print(values_b::directive(unit, key).kind, &value),
        Parsed::Reset => "reset".into(),
        Parsed::Ignored => "ignored".into(),
    };
    for problem in problems {
        let mark = match problem.severity {
            Severity::Hint => "?",
            Severity::Warning => "",
            Severity::Error => "!",
        };
        assert!(!problem.message.ends_with('.'), "a full stop: {}", problem.message);
        assert!(problem.help.is_some_and(|help| !help.is_empty()), "no help: {}", problem.message);
        out += &format!(" [{}]{mark}", text.get(problem.at).unwrap_or("out of range"));
    }
    out
}

fn check(unit: UnitType, rows: &[(&str, &str)]) {
    for (line, expected) in rows {
        assert_eq!(outcome(unit, line), *expected, "{line}");
    }
}

fn services(rows: &[(&str, &str)]) {
    check(UnitType::Service, rows);
}

fn problem(key: &str, text: &str) -> Problem {
    let (_, problems) = values_b::parse(UnitType::Service, key, text);
    problems.into_iter().next().expect("a finding")
}

#[test]
fn capabilities_and_secure_bits() {
    services(&[
        ("CapabilityBoundingSet=", "\"\""),
        ("AmbientCapabilities=", "reset"),
        ("CapabilityBoundingSet=~", "~"),
        ("CapabilityBoundingSet=cap_chown 5", "CAP_CHOWN CAP_KILL"),
        ("CapabilityBoundingSet=~CAP_SYS_ADMIN CAP_FOO 62", "~CAP_SYS_ADMIN 62 [CAP_FOO]?"),
        ("AmbientCapabilities=\"CAP_KILL", "\"\" [\"CAP_KILL]?"),
        ("SecureBits=noroot nope keep-caps", "noroot keep-caps [nope]?"),
        ("SecureBits=", "reset"),
    ]);
    let help = problem("CapabilityBoundingSet", "CAP_SYS_ADMNI").help;
    assert_eq!(help.as_deref(), Some("did you mean CAP_SYS_ADMIN?"));
}

#[test]
fn system_calls() {
    services(&[
        ("SystemCallFilter=", "reset"),
        ("SystemCallFilter=@system-service ioctl", "@system-service ioctl"),
        ("SystemCallFilter=~@clock uname:eilseq @sync:255", "~@clock uname:EILSEQ @sync:255"),
        ("SystemCallFilter=~read:kill nope @nope", "~read:kill [nope] [@nope]"),
        ("SystemCallFilter=read:EPERM write", "write [read:EPERM]"),
        ("SystemCallFilter=~read:EFOO", "~ [read:EFOO]"),
        ("SystemCallFilter=nope", "\"\" [nope]"),
    ]);
    services(&[
        ("SystemCallFilter=read wri\\", "read [\\]"),
        ("SystemCallLog=~read:EPERM", "~ [read:EPERM]"),
        ("SystemCallArchitectures=native x86_64 x86-64", "native x86-64 [x86_64]"),
        ("SystemCallArchitectures=nope", "ignored [nope]"),
        ("SystemCallErrorNumber=eperm", "EPERM"),
        ("SystemCallErrorNumber=0x10", "16"),
        ("SystemCallErrorNumber=0", "ignored [0]"),
        ("SystemCallErrorNumber=kill", "kill"),
    ]);
    let help = problem("SystemCallFilter", "@system-servise").help;
    assert_eq!(help.as_deref(), Some("did you mean @system-service?"));
}

#[test]
fn namespaces_families_file_systems() {
    services(&[
        ("RestrictNamespaces=", "reset"),
        ("RestrictNamespaces=true", "yes"),
        ("RestrictNamespaces=~ipc  net", "~ipc net"),
        // One unknown word costs the line.
        ("RestrictNamespaces=ipc mount net", "ignored [mount]"),
        ("RestrictAddressFamilies=none", "none"),
        ("RestrictAddressFamilies=af_unix AF_LOCAL AF_FOO", "AF_UNIX AF_UNIX [AF_FOO]"),
        ("RestrictAddressFamilies=~AF_INET", "~AF_INET"),
        ("RestrictAddressFamilies=AF_INET \"AF_UNIX", "AF_INET [\"AF_UNIX]"),
        ("RestrictFileSystems=@basic-api ext4 @foo", "@basic-api ext4 [@foo]"),
        ("RestrictFileSystems=\"~x\" \"a b\"", "\\~x \"a b\""),
        ("RestrictNetworkInterfaces=~eth0 e/0 lo", "~eth0 lo [e/0]"),
        ("RestrictNetworkInterfaces=1", "ignored [1]"),
    ]);
}

#[test]
fn paths() {
    services(&[
        ("ReadOnlyPaths=-/a//b/ +/c x /d/../e -+/%p", "-/a/b +/c -+/a [x] [/d/../e]"),
        ("ReadOnlyPaths=\"/a b\" /c\\ d", "\"/a b\" \"/c d\""),
        ("ReadOnlyPaths=/a \"/b", "/a [\"/b]"),
        ("InaccessiblePaths=", "reset"),
        ("BindPaths=/a /b:/c:norbind -/d:/e:rbind", "/a /b:/c:norbind -/d:/e"),
        ("BindPaths=/a:/b:foo /c", "/c [foo]"),
        ("BindPaths=/a  /b", "/a /b []"),
        ("BindPaths=/a:b", "ignored [b]"),
        ("BindPaths=a:/b", "/b [a]"),
        ("BindPaths=/a\\:b:\"/c d\"", "\"/a:b\":\"/c d\""),
        ("BindPaths=/a:/a:norbind", "/a:/a:norbind"),
        ("TemporaryFileSystem=/var:ro,size=10% /tmp v", "/var:ro,size=10% /tmp [v]"),
        ("TemporaryFileSystem=\"/a b:ro\"", "\"/a b:ro\""),
        ("StateDirectory=a/b c:d /e ../f g::ro", "a/b c:d g::ro [/e] [../f]"),
        ("StateDirectory=%p-%i:x a:b:rw", "a-b:x [rw]"),
        ("StateDirectory=a\\:b \"c d\"", "a\\:b \"c d\""),
        ("StateDirectory=private privat private/x", "privat [private] [private/x]"),
        ("ConfigurationDirectory=a:b c", "c [b]"),
        ("StateDirectory=a b\\q c", "a [\\q]"),
    ]);
}

#[test]
fn images_and_hashes() {
    services(&[
        ("MountImages=-/a.raw:/b:root:ro:home:rw", "-/a.raw:/b:root:ro:home:rw"),
        ("MountImages=/a.raw /b.raw:/c:ro", "/b.raw:/c:ro [/a.raw]"),
        ("MountImages=/a.raw:/b:nope:ro", "/a.raw:/b [nope]"),
        ("MountImages=/proc/a:/b", "ignored [/proc/a]"),
        ("ExtensionImages=/a\\:b.raw:ro", "/a\\:b.raw:ro"),
        ("RootImageOptions=ro home:dev,rw", "root:ro home:dev,rw"),
        ("RootImageOptions=home:ro:x", "ignored [home:ro:x]"),
        ("RootImageOptions=nope:ro", "reset [nope]"),
        ("RootHash=00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeeff"),
        ("RootHash=0011", "ignored [0011]"),
        ("RootHash=/a%i", "/a%i"),
        ("RootHashSignature=base64:YWI=", "base64:YWI="),
        ("RootHashSignature=base64:YWJ=", "ignored [base64:YWJ=]"),
        ("RootImagePolicy=root=verity+signed:=absent", "root=verity+signed:=absent"),
        ("RootImagePolicy=root=verity:home=nope", "ignored [home=nope]!"),
        ("RootImagePolicy=*", "*"),
    ]);
}

#[test]
fn credentials_and_files() {
    services(&[
        ("LoadCredential=a", "a:a"),
        ("LoadCredential=a:/b/%i", "a:/b/b"),
        ("LoadCredential=a:b/c", "ignored [b/c]"),
        ("LoadCredential=a/b:/c", "ignored [a/b]"),
        ("SetCredential=a:b\\n\\x00%%", "a:b\\n\\x00%%"),
        ("SetCredential=a:b\\q", "ignored [\\q]"),
        ("SetCredential=a:\\ä", "ignored [\\ä]"),
        ("SetCredential=a", "ignored [a]"),
        ("SetCredentialEncrypted=a:YWJj", "a:YWJj"),
        ("SetCredentialEncrypted=a:YWJ", "ignored [YWJ]"),
        ("ImportCredential=a.*:b", "a.*:b"),
        ("ImportCredential=a*b", "ignored [a*b]"),
        ("OpenFile=/a:b:read-only,graceful", "/a:b:read-only,graceful"),
        ("OpenFile=/a:b:append,truncate", "ignored [append,truncate]"),
        ("OpenFile=a", "ignored [a]"),
    ]);
}

#[test]
fn streams_and_texts() {
    services(&[
        ("StandardInput=tty-force", "tty-force"),
        ("StandardInput=journal", "ignored [journal]"),
        ("StandardOutput=append:/var/log//%p", "append:/var/log/a"),
        ("StandardOutput=file:a", "ignored [a]"),
        ("StandardError=fd:a:b", "ignored [a:b]"),
        ("StandardError=syslog+console", "journal+console [syslog+console]"),
        ("StandardInputText= a\\tb%i", "\\sa\\tbb"),
        ("StandardInputText=a\\q", "ignored [\\q]"),
        ("StandardInputData=YW Jj", "YWJj"),
        ("StandardInputData=YWJ", "ignored [YWJ]"),
        ("AppArmorProfile=-x%i", "-xb"),
        ("ProtectHostname=true", "yes"),
        ("ProtectHostname=private:h.%i", "private:h.b"),
        ("ProtectHostname=no:h", "ignored [h]"),
        ("RefreshOnReload=~credentials", "~credentials"),
        ("RefreshOnReload=credentials nope", "ignored [nope]"),
    ]);
    let old = problem("StandardOutput", "syslog");
    assert_eq!((old.code, old.severity), (Code::Deprecated, Severity::Warning));
    let help = problem("StandardOutput", "jurnal").help;
    assert_eq!(help.as_deref(), Some("did you mean journal?"));
}

#[test]
fn processors_controllers_devices() {
    services(&[
        ("AllowedCPUs=", "reset"),
        ("AllowedCPUs=,", "reset"),
        ("AllowedCPUs=3 0-1,2 7-9", "0-3 7-9"),
        ("AllowedCPUs=0 3-1", "0 [3-1]"),
        ("AllowedCPUs=3-1", "1-0 [3-1]"),
        ("AllowedCPUs=0 1- 2", "ignored [1-]"),
        ("AllowedCPUs=%%ä\\", "ignored [%%ä\\]"),
        ("AllowedCPUs=0-8192", "ignored [0-8192]"),
        ("CPUAffinity=numa", "numa"),
        ("NUMAMask=all", "all"),
        ("Delegate=", ""),
        ("Delegate=on", "yes"),
        ("Delegate=cpu nope memory", "cpu memory [nope]"),
        ("DisableControllers=cpu nope", "cpu [nope]?"),
        ("DisableControllers=nope", "ignored [nope]"),
        ("DeviceAllow=char-pts rw", "char-pts rw"),
        ("DeviceAllow=/dev//null", "/dev/null"),
        ("DeviceAllow=/dev/null rx", "ignored [rx]"),
        ("DeviceAllow=/etc/passwd r", "ignored [/etc/passwd]"),
        ("IODeviceWeight=/dev/sda 0", "ignored [0]"),
        ("IODeviceWeight=\"/dev/a b\" 10", "\"/dev/a b\" 10"),
        ("IOReadBandwidthMax=/dev/sda 1.5M", "/dev/sda 1500000"),
        ("IOReadIOPSMax=/dev/sda infinity", "/dev/sda infinity"),
        ("IOReadIOPSMax=/dev/sda", "ignored [/dev/sda]"),
        ("IODeviceLatencyTargetSec=/dev/sda 25ms", "/dev/sda 25000us"),
    ]);
    check(UnitType::Slice, &[("AllowedCPUs=1", "1")]);
    check(UnitType::Socket, &[("Delegate=yes", "ignored [yes]")]);
}

#[test]
fn addresses_and_programs() {
    services(&[
        ("IPAddressAllow=any 10.1.2.3/8 ::1", "any 10.0.0.0/8 ::1/128"),
        ("IPAddressDeny=a.LOCALHOST 10.0.0.1/33 x", "localhost [10.0.0.1/33] [x]"),
        ("SocketBindAllow=ipv4:tcp:80-90", "ipv4:tcp:80-90"),
        ("SocketBindAllow=tcp:ipv4", "ignored [tcp:ipv4]"),
        ("SocketBindDeny=any", "any"),
        ("IPIngressFilterPath=/sys/fs/bpf//a", "/sys/fs/bpf/a"),
        ("BPFProgram=egress:/a", "egress:/a"),
        ("BPFProgram=egres:/a", "ignored [egres]"),
        ("NFTSet=cgroup:inet:t:s user:ip:t:s", "cgroup:inet:t:s user:ip:t:s"),
        ("NFTSet=cgroup:inet:t:s foo:ip:t:s user:ip:t:s", "cgroup:inet:t:s [foo:ip:t:s]"),
    ]);
    check(
        UnitType::Socket,
        &[
            ("BindToDevice=*", "reset"),
            ("BindToDevice=eth0", "eth0"),
            ("BindToDevice=eth/0", "ignored [eth/0]"),
        ],
    );
}

#[test]
fn sockets() {
    check(
        UnitType::Socket,
        &[
            ("ListenStream=", "reset"),
            ("ListenStream=080", "ignored [080]"),
            ("ListenStream=0x50", "80"),
            ("ListenStream=127.0.0.1:80", "127.0.0.1:80"),
            ("ListenDatagram=[fe80::0:1]:80%%eth0", "[fe80::1]:80%%eth0"),
            ("ListenStream=::1", "ignored [::1]"),
            ("ListenStream=/run/%p.sock", "/run/a.sock"),
            ("ListenStream=/var/run/a", "/run/a [/var/run/a]?"),
            ("ListenStream=@a b", "@a b"),
            ("ListenStream=vsock:host:1234", "vsock:2:1234"),
            ("ListenStream=vsock-stream::5", "vsock-stream::5"),
            ("ListenSequentialPacket=80", "ignored [80]"),
            ("ListenSequentialPacket=@a", "@a"),
            ("ListenFIFO=/run//a", "/run/a"),
            ("ListenFIFO=/dev/a", "ignored [/dev/a]"),
            ("ListenSpecial=/dev/a", "/dev/a"),
            ("ListenSpecial=a", "ignored [a]"),
            ("ListenNetlink=kobject-uevent 1", "kobject-uevent 1"),
            ("ListenNetlink=9", "audit"),
            ("ListenNetlink=nope", "ignored [nope]"),
            ("ListenNetlink=route x", "ignored [route x]"),
        ],
    );
}

#[test]
fn long_words_do_not_make_long_messages() {
    let long = "ä".repeat(100_000);
    for key in ["SystemCallFilter", "ReadOnlyPaths", "StandardOutput", "LoadCredential"] {
        let found = problem(key, &long);
        assert!(found.message.len() < 1000, "{key}: {} bytes", found.message.len());
    }
}
