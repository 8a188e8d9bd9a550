//! Laws of names and of escaping, on any bytes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use proptest::prelude::*;
use unit::escape::{escape, escape_path, unescape, unescape_path};
use unit::name::{MAX_NAME_BYTES, NameError, is_pattern, mangle};
use unit::{Name, UnitType};

fn parse(text: &str) -> Result<Name, NameError> {
    text.parse()
}

#[test]
fn what_is_a_name() {
    let longest = format!("{}.service", "n".repeat(247));
    for good in [
        "a.service",
        "a@.service",
        "a@b.service",
        "foo@@bar.service",
        "foo@b@r@.service",
        "a.b.c.service",
        "a@.x.service",
        "...service",
        "-.mount",
        "--.slice",
        r"a\x2d\q.swap",
        ":_-.timer",
        "A1.device",
        &longest,
    ] {
        assert_eq!(parse(good).map(|name| name.to_string()), Ok(good.to_owned()));
    }
    for (bad, why) in [
        ("", NameError::Empty),
        ("a", NameError::Type),
        ("a.", NameError::Type),
        ("a.foo", NameError::Type),
        ("a.Service", NameError::Type),
        ("a.service ", NameError::Type),
        ("service", NameError::Type),
        (".service", NameError::Prefix),
        ("@.service", NameError::Prefix),
        ("@a.service", NameError::Prefix),
        ("a b.service", NameError::Character(1)),
        ("a/b.service", NameError::Character(1)),
        ("é.service", NameError::Character(0)),
        ("a%i.service", NameError::Character(1)),
        ("a\0.service", NameError::Character(1)),
        ("a*.service", NameError::Character(1)),
        (&format!("n{longest}"), NameError::TooLong),
    ] {
        assert_eq!(parse(bad), Err(why), "{bad:?}");
    }
}

#[test]
fn parts() {
    for (text, stem, prefix, instance, template) in [
        ("a-b.service", "a-b", "a-b", None, None),
        ("a@.socket", "a@", "a", Some(""), None),
        ("a@b.c.socket", "a@b.c", "a", Some("b.c"), Some("a@.socket")),
        ("a@@b.timer", "a@@b", "a", Some("@b"), Some("a@.timer")),
        ("a.b@c.path", "a.b@c", "a.b", Some("c"), Some("a.b@.path")),
    ] {
        let name = parse(text).unwrap();
        assert_eq!((name.stem(), name.prefix(), name.instance()), (stem, prefix, instance));
        assert_eq!(name.template().map(|name| name.to_string()).as_deref(), template, "{text}");
        assert_eq!(name.is_template(), instance == Some(""));
    }
    let name = parse("a@b.service").unwrap();
    assert_eq!(name.with_type(UnitType::Socket), parse("a@b.socket").ok());
    assert_eq!(name.with_instance("c"), parse("a@c.service").ok());
    assert_eq!(name.with_instance("c d"), None);
    assert_eq!(name.with_instance(&"c".repeat(250)), None);
}

/// Bytes as arguments and paths can hold them.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(1..=255_u8, 0..40),
        "[a-z/.\\\\@ -]{0,30}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn texts_come_back(text in bytes()) {
        let escaped = escape(&text);
        prop_assert_eq!(unescape(&escaped).unwrap(), text);
        prop_assert!(!escaped.starts_with('.'));
        // What is escaped fits into a name, as its instance too.
        if !escaped.is_empty() {
            let name = format!("{escaped}.service").parse::<Name>();
            prop_assert!(name.is_ok_and(|name| name.instance().is_none()));
            let name = format!("a@{escaped}.service").parse::<Name>();
            prop_assert!(name.is_ok());
        }
    }

    #[test]
    fn paths_come_back(path in bytes()) {
        let path = [b"/", path.as_slice()].concat();
        let Ok(escaped) = escape_path(&path) else {
            let dots = path.split(|&byte| byte == b'/').any(|part| part == b"..");
            prop_assert!(dots, "{path:?}");
            return Ok(());
        };
        let parts: Vec<&[u8]> = path
            .split(|&byte| byte == b'/')
            .filter(|part| !part.is_empty() && *part != b".")
            .collect();
        let normalised = [b"/", parts.join(&b'/').as_slice()].concat();
        prop_assert_eq!(&unescape_path(&escaped).unwrap(), &normalised);
        prop_assert_eq!(escape_path(&normalised).unwrap(), escaped);
        let name = Name::of_path(&path, UnitType::Mount).unwrap();
        if !name.is_hashed() {
            prop_assert_eq!(name.to_path().unwrap(), normalised);
        }
    }

    #[test]
    fn escapes_are_told_from_others(text in "[a-z\\\\x0-9/.@-]{0,30}") {
        // Whatever comes out of one way goes back the other way to the same.
        if let Ok(plain) = unescape(&text) {
            prop_assert_eq!(unescape(escape(&plain)).unwrap(), plain);
        }
        if let Ok(path) = unescape_path(&text) {
            prop_assert!(path.starts_with(b"/"));
            prop_assert_eq!(unescape_path(escape_path(&path).unwrap()).unwrap(), path);
        }
    }

    #[test]
    fn mangling_ends_at_once(text in bytes(), patterns in any::<bool>()) {
        let Ok(name) = mangle(&text, UnitType::Service, patterns) else { return Ok(()) };
        prop_assert!(name.parse::<Name>().is_ok() || (patterns && is_pattern(&name)), "{name}");
        prop_assert_eq!(mangle(name.as_bytes(), UnitType::Service, patterns).unwrap(), name);
    }

    #[test]
    fn names_are_the_sum_of_their_parts(text in "[a-z@.\\\\:_-]{1,20}\\.(service|slice|mount)") {
        let Ok(name) = text.parse::<Name>() else { return Ok(()) };
        let suffix = name.unit_type().suffix();
        let stem = match name.instance() {
            Some(instance) => format!("{}@{instance}", name.prefix()),
            None => name.prefix().to_owned(),
        };
        prop_assert_eq!(format!("{stem}.{suffix}"), name.as_str());
        prop_assert!(!name.prefix().contains('@'));
        if let Some(instance) = name.instance().filter(|instance| !instance.is_empty()) {
            let again = name.template().and_then(|template| template.with_instance(instance));
            prop_assert_eq!(again, Some(name.clone()));
        }
        // Folders: the unit's own first, none twice, all shorter.
        let folders: Vec<String> = name.folders(".d").collect();
        prop_assert_eq!(&folders[0], &format!("{name}.d"));
        let mut unique = folders.clone();
        unique.sort();
        unique.dedup();
        prop_assert_eq!(unique.len(), folders.len());
        prop_assert!(folders.iter().all(|folder| folder.len() <= MAX_NAME_BYTES + 2));
        // Slices: each way up ends at the root.
        let mut slice = name.is_slice().then_some(name);
        for _ in 0..30 {
            slice = slice.and_then(|slice| slice.parent_slice());
        }
        prop_assert_eq!(slice, None);
    }

    #[test]
    fn any_text_is_a_name_or_none(text in "\\PC{0,300}|[a-z@.]{0,9}\\.service") {
        match text.parse::<Name>() {
            Ok(name) => prop_assert_eq!(name.as_str(), text),
            Err(NameError::Character(at)) => prop_assert!(text.is_char_boundary(at)),
            Err(_) => {}
        }
    }
}
