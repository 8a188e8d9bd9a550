use std::borrow::Cow;

use proptest::prelude::*;

use super::{absolute_path, is_user_name, simplify, without_var_run};
use crate::diagnostic::Severity;

#[test]
fn paths_are_simplified() {
    let cases = [
        ("/", "/"),
        ("//", "/"),
        ("/a", "/a"),
        ("/a/", "/a"),
        ("//a//./b/.", "/a/b"),
        ("/../a/../b", "/a/../b"),
        ("/..", "/"),
        ("./a//b", "a/b"),
        ("a/..", "a/.."),
        (".", "."),
        ("/.hidden/..a", "/.hidden/..a"),
    ];
    for (path, simple) in cases {
        assert_eq!(simplify(path.into()), simple, "{path:?}");
    }
    assert!(matches!(simplify("/a/b".into()), Cow::Borrowed(_)));
}

#[test]
fn paths_that_are_refused() {
    let long = format!("/{}", "a/".repeat(3000));
    let long_name = format!("/{}", "a".repeat(256));
    for path in ["a", "", "~", "/a/../b", "/a/..", &long, &long_name] {
        let problem = absolute_path(path.into(), 3..7).err().map(|problem| problem.at);
        assert_eq!(problem, Some(3..7), "{path:?}");
    }
    let slashes = "/".repeat(5000);
    assert_eq!(absolute_path(slashes.into(), 0..0).as_deref(), Ok("/"));
}

#[test]
fn var_run_is_run() {
    let mut problems = Vec::new();
    assert_eq!(without_var_run("/var/run/a".into(), 0..10, &mut problems), "/run/a");
    assert_eq!(problems.first().map(|problem| problem.severity), Some(Severity::Hint));
    assert_eq!(without_var_run("/var/running".into(), 0..1, &mut problems), "/var/running");
    assert_eq!(problems.len(), 1);
}

#[test]
fn names_of_users() {
    for good in ["root", "0", "a.b", "DOM\\user", "a b", "x@y", "4294967294", "-a", "ä", "0a"] {
        assert!(is_user_name(good), "{good:?}");
    }
    for bad in [
        "",
        " a",
        "a ",
        "a:b",
        "a/b",
        "-",
        "-1",
        "65535",
        "4294967295",
        "99999999999",
        "007",
        ".",
        "..",
        "a\tb",
    ] {
        assert!(!is_user_name(bad), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn simplified_once_is_enough(path in "[/.a]{0,12}") {
        let once = simplify(Cow::Borrowed(&path)).into_owned();
        prop_assert_eq!(&*simplify(Cow::Borrowed(&once)), &*once);
        prop_assert!(path.is_empty() || !once.contains("//"));
    }
}
