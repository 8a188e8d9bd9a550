//! Every specifier of systemd.unit(5), by the words of the page.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::borrow::Cow;

use proptest::prelude::*;
use unit::specifier::{Account, Directories, Expander, MAX_EXPANDED_BYTES, OsRelease};
use unit::{Code, Facts, Name, Severity};

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn known() -> Facts {
    Facts {
        architecture: Some("x86-64".into()),
        boot_id: Some("b00b".into()),
        machine_id: Some("4ac1".into()),
        host_name: Some("box.example.org".into()),
        pretty_host_name: Some("A box".into()),
        kernel_release: Some("6.1.0".into()),
        os: Some(OsRelease {
            id: "debian".into(),
            version_id: "12".into(),
            build_id: "7".into(),
            variant_id: "server".into(),
            image_id: "image".into(),
            image_version: "33".into(),
        }),
        ..Facts::default()
    }
}

fn of_user() -> Facts {
    let account = Account {
        user: "me".into(),
        uid: 1000,
        group: "us".into(),
        gid: 1001,
        home: "/home/me".into(),
        shell: "/bin/zsh".into(),
    };
    let folders = Directories::of_user("/home/me", |variable| match variable {
        "XDG_RUNTIME_DIR" => Some("/run/user/1000".to_owned()),
        "XDG_CACHE_HOME" => Some("/cache".to_owned()),
        _ => None,
    });
    Facts::of_user(account, folders)
}

/// What `text` becomes for the unit, or what is wrong with it.
fn expand(facts: &Facts, unit: &str, text: &str) -> Result<String, String> {
    let name = name(unit);
    let expander =
        Expander::new(facts, &name).with_fragment(Some("/usr/lib/systemd/system/a@.service"));
    expander.expand(text).map(Cow::into_owned).map_err(|problem| problem.message)
}

#[test]
fn the_table_of_the_page() {
    let unit = r"foo-b\x2dr@in-st\x20ance.service";
    for (specifier, value) in [
        ("%a", "x86-64"),
        ("%A", "33"),
        ("%b", "b00b"),
        ("%B", "7"),
        ("%C", "/var/cache"),
        ("%d", r"/run/credentials/foo-b\x2dr@in-st\x20ance.service"),
        ("%D", "/usr/share"),
        ("%E", "/etc"),
        ("%f", "/in/st ance"),
        ("%g", "root"),
        ("%G", "0"),
        ("%h", "/root"),
        ("%H", "box.example.org"),
        ("%i", r"in-st\x20ance"),
        ("%I", "in/st ance"),
        ("%j", r"b\x2dr"),
        ("%J", "b-r"),
        ("%l", "box"),
        ("%L", "/var/log"),
        ("%m", "4ac1"),
        ("%M", "image"),
        ("%n", unit),
        ("%N", r"foo-b\x2dr@in-st\x20ance"),
        ("%o", "debian"),
        ("%p", r"foo-b\x2dr"),
        ("%P", "foo/b-r"),
        ("%q", "A box"),
        ("%s", "/bin/sh"),
        ("%S", "/var/lib"),
        ("%t", "/run"),
        ("%T", "/tmp"),
        ("%u", "root"),
        ("%U", "0"),
        ("%v", "6.1.0"),
        ("%V", "/var/tmp"),
        ("%w", "12"),
        ("%W", "server"),
        ("%y", "/usr/lib/systemd/system/a@.service"),
        ("%Y", "/usr/lib/systemd/system"),
        ("%%", "%"),
    ] {
        assert_eq!(expand(&known(), unit, specifier).as_deref(), Ok(value), "{specifier}");
        let within = format!("a{specifier}é{specifier}");
        let expected = format!("a{value}é{value}");
        assert_eq!(expand(&known(), unit, &within), Ok(expected), "{within}");
    }
}

#[test]
fn a_users_manager() {
    for (specifier, value) in [
        ("%C", "/cache"),
        ("%d", "/run/user/1000/credentials/a.service"),
        ("%D", "/home/me/.local/share"),
        ("%E", "/home/me/.config"),
        ("%L", "/home/me/.local/state/log"),
        ("%S", "/home/me/.local/state"),
        ("%t", "/run/user/1000"),
        ("%T", "/tmp"),
        ("%V", "/var/tmp"),
        ("%u", "me"),
        ("%U", "1000"),
        ("%g", "us"),
        ("%G", "1001"),
        ("%h", "/home/me"),
        ("%s", "/bin/zsh"),
    ] {
        assert_eq!(expand(&of_user(), "a.service", specifier).as_deref(), Ok(value), "{specifier}");
    }
}

#[test]
fn names_without_instance() {
    for (unit, text, value) in [
        (
            "foo-bar.service",
            "%n|%N|%p|%i|%I|%j|%f",
            "foo-bar.service|foo-bar|foo-bar|||bar|/foo/bar",
        ),
        ("foo.service", "%j|%J|%P", "foo|foo|foo"),
        ("foo@.service", "%n|%N|%p|%i|%I", "foo@.service|foo@|foo||"),
        ("-.mount", "%f|%j|%P", "/||/"),
        ("foo@a@b.service", "%i|%p", "a@b|foo"),
        ("foo-.service", "[%j]", "[]"),
    ] {
        assert_eq!(expand(&known(), unit, text).as_deref(), Ok(value), "{unit}");
    }
    // A template's instance is empty, which is no path.
    assert!(expand(&known(), "foo@.service", "%f").is_err());
}

#[test]
fn a_lone_percent_sign_stays() {
    for text in ["100%", "%", "a % b", "%/", "%é", "%-x", "%%%", "%\t", "%_"] {
        let expected = text.replace("%%", "%");
        assert_eq!(expand(&known(), "a.service", text), Ok(expected), "{text}");
    }
    assert_eq!(expand(&known(), "a.service", "%%i%%%%n"), Ok("%i%%n".to_owned()));
}

#[test]
fn what_costs_the_setting() {
    let name = name(r"a\y@b\xff.service");
    let facts = known();
    let expander = Expander::new(&facts, &name);
    for (text, at) in [
        ("x %k", 2..4),
        ("é%Z", 2..4),
        ("%9", 0..2),
        // Nothing that an escape could be, and bytes that no text holds.
        ("..%P", 2..4),
        ("..%J", 2..4),
        ("..%I", 2..4),
        ("%f", 0..2),
        // There is no fragment.
        ("%y", 0..2),
        ("%Y", 0..2),
    ] {
        let problem = expander.expand(text).unwrap_err();
        assert_eq!(problem.at, at, "{text}");
        assert_eq!((problem.code, problem.severity), (Code::Specifier, Severity::Warning));
    }
    assert_eq!(expander.expand("%n%i").unwrap(), r"a\y@b\xff.serviceb\xff");
}

#[test]
fn names_take_only_what_fits() {
    let (facts, unit) = (known(), name("foo@x.service"));
    let expander = Expander::new(&facts, &unit);
    assert_eq!(expander.expand_name("bar@%i-%H.service").unwrap(), "bar@x-box.example.org.service");
    for letter in "IJPfyYCdDELStTVhs".chars() {
        let problem = expander.expand_name(&format!("a%{letter}")).unwrap_err();
        assert!(problem.message.contains("name of a unit"), "{}", problem.message);
    }
    assert!(expander.expand_name("%k").unwrap_err().message.contains("no specifier"));
}

#[test]
fn install_sections() {
    let facts = known();
    let expand = |unit: &str, default: Option<&str>, text: &str| {
        let unit = name(unit);
        let expander = Expander::for_install(&facts, &unit, default);
        expander.expand(text).map(Cow::into_owned).map_err(|problem| problem.message)
    };
    let all = "%n|%N|%i|%p|%j";
    assert_eq!(expand("a-b@.service", Some("x"), all).unwrap(), "a-b@x.service|a-b@x|x|a-b|b");
    assert_eq!(expand("a-b@.service", None, all).unwrap(), "a-b@.service|a-b@||a-b|b");
    assert_eq!(expand("a@y.service", Some("x"), all).unwrap(), "a@y.service|a@y|y|a|a");
    assert_eq!(expand("a.service", Some("x"), all).unwrap(), "a.service|a||a|a");
    assert!(expand("a@.service", Some("no/good"), "%n").is_err());
    for letter in "abBgGHijlmnNopuUvwWAMq".chars() {
        assert!(expand("a.service", None, &format!("%{letter}")).is_ok(), "{letter}");
    }
    for letter in "IJPfyYCdDELStTVhs".chars() {
        assert!(expand("a.service", None, &format!("%{letter}")).is_err(), "{letter}");
    }
}

#[test]
fn what_is_not_known_stays_and_is_told() {
    let facts = Facts { account: None, ..Facts::default() };
    let unit = name("a.service");
    let expander = Expander::new(&facts, &unit);
    let text = "%H é%l%q %t %% 5% %b%u %c";
    assert_eq!(expander.expand(text).unwrap(), "%H é%l%q /run % 5% %b%u %c");
    let remarks = expander.remarks(text);
    let told: Vec<_> = remarks.iter().map(|r| (&text[r.at.clone()], r.code, r.severity)).collect();
    assert_eq!(
        told,
        [
            ("%H", Code::Specifier, Severity::Hint),
            ("%l", Code::Specifier, Severity::Hint),
            ("%q", Code::Specifier, Severity::Hint),
            ("% ", Code::Specifier, Severity::Hint),
            ("%b", Code::Specifier, Severity::Hint),
            ("%u", Code::Specifier, Severity::Hint),
            ("%c", Code::Deprecated, Severity::Warning),
        ]
    );
    assert!(Expander::new(&known(), &unit).remarks("%H%i%%").is_empty());
    // Without a name of its own the machine goes by its host name.
    let named = Facts { pretty_host_name: None, ..known() };
    assert_eq!(Expander::new(&named, &unit).expand("%q").unwrap(), "box");
}

#[test]
fn texts_do_not_grow_without_end() {
    let unit = name(&format!("{}.service", "n".repeat(247)));
    let facts = known();
    let expander = Expander::new(&facts, &unit);
    let problem = expander.expand(&"%n".repeat(5000)).unwrap_err();
    assert!(problem.message.contains("longer"), "{}", problem.message);
    // 100 MB cost no more than what is kept.
    let problem = expander.expand(&"%n".repeat(50 << 20)).unwrap_err();
    assert!(problem.message.contains("longer"), "{}", problem.message);
    assert!(expander.expand(&"%n".repeat(MAX_EXPANDED_BYTES / 256)).is_ok());
    // What has none is not copied.
    assert!(matches!(expander.expand("plain").unwrap(), Cow::Borrowed("plain")));
    assert!(expander.remarks(&"% ".repeat(10_000)).len() <= 100);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn escaped_percent_signs_come_back(text in ".{0,60}") {
        let unit = name("a@b.service");
        let facts = known();
        let expander = Expander::new(&facts, &unit);
        let escaped = text.replace('%', "%%");
        prop_assert_eq!(&*expander.expand(&escaped).unwrap(), &text);
    }

    #[test]
    fn nothing_panics(text in "([%a-zA-Z0-9é\\PC]|%[a-zA-Z%]){0,40}", unit in "[a-z@\\\\-]{1,9}") {
        let Ok(unit) = format!("{unit}.service").parse::<Name>() else { return Ok(()) };
        for facts in [known(), Facts::default(), of_user()] {
            let expander = Expander::new(&facts, &unit);
            let limits = |at: &std::ops::Range<usize>| text.get(at.clone()).is_some();
            if let Err(problem) = expander.expand(&text) {
                prop_assert!(limits(&problem.at));
            }
            if let Err(problem) = expander.expand_name(&text) {
                prop_assert!(limits(&problem.at));
            }
            prop_assert!(expander.remarks(&text).iter().all(|remark| limits(&remark.at)));
        }
    }
}
