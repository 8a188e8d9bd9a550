//! `daemonctl escape` against systemd-escape(1) on thousands of generated texts, paths and names,
//! in every mode: the same output, byte by byte, and a failure where it fails.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod escape_support;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::process::{Command, Output, Stdio};

use escape_support::Random;
use unit::name::mangle;
use unit::{Name, UnitType, escape};

/// Texts of each mode.
const COUNT: usize = 1500;

fn run(program: impl AsRef<OsStr>, options: &[&str], texts: &[OsString]) -> Output {
    let mut command = Command::new(program);
    command.args(options).arg("--").args(texts).env("LC_ALL", "C").stdin(Stdio::null());
    command.output().unwrap()
}

fn ours(options: &[&str], texts: &[OsString]) -> Output {
    let options = [&["escape"], options].concat();
    run(env!("CARGO_BIN_EXE_daemonctl"), &options, texts)
}

/// Whether there is a systemd to compare with.
fn has_systemd_escape() -> bool {
    let found = Command::new("systemd-escape").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: there is no systemd-escape here");
    }
    found
}

/// Compares many at once, and looks closer where one of them fails. Returns how many failed.
fn compare(options: &[&str], texts: &[OsString], wrong: &mut Vec<String>) -> usize {
    let theirs = run("systemd-escape", options, texts);
    let mine = ours(options, texts);
    if theirs.status.success() && mine.status.success() && theirs.stdout == mine.stdout {
        return 0;
    }
    if let [text] = texts {
        if theirs.status.success() || mine.status.success() {
            let show = |output: &Output| {
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                format!("{text:?} {}", String::from_utf8_lossy(&output.stderr))
            };
            wrong.push(format!("{options:?} {text:?}: {} / {}", show(&theirs), show(&mine)));
        } else {
            assert!(mine.stdout.is_empty(), "a failure prints nothing");
            assert_eq!(mine.status.code(), Some(1), "{text:?}");
        }
        return 1;
    }
    let (first, second) = texts.split_at(texts.len() / 2);
    compare(options, first, wrong) + compare(options, second, wrong)
}

/// Compares `COUNT` texts. Those that `fits` takes go many at once; a wrong guess of it costs only
/// time.
fn agree(
    options: &[&str],
    seed: u64,
    generate: fn(&mut Random) -> Vec<u8>,
    fits: fn(&[u8]) -> bool,
) {
    if !has_systemd_escape() {
        return;
    }
    let mut random = Random(seed);
    // An escaped zero byte is the one thing on which we differ.
    let texts = std::iter::repeat_with(|| generate(&mut random))
        .filter(|text| !text.windows(4).any(|part| part == b"\\x00"));
    let (good, bad): (Vec<_>, Vec<_>) = texts.take(COUNT).partition(|text| fits(text));
    let arguments = |texts: Vec<Vec<u8>>| texts.into_iter().map(OsString::from_vec).collect();
    let (good, bad): (Vec<OsString>, Vec<OsString>) = (arguments(good), arguments(bad));
    let mut wrong = Vec::new();
    let parts = good.chunks(50).chain(bad.chunks(1));
    let failed: usize = parts.map(|part| compare(options, part, &mut wrong)).sum();
    let count = wrong.len();
    assert!(count == 0, "{count} of {COUNT} differ, seed {seed}:\n{}", wrong.join("\n"));
    // Else the texts would show little.
    assert!(failed < COUNT / 5, "{failed} of {COUNT} fail");
}

/// Whether it is an instance of foo@.service that comes back.
fn is_instance(text: &[u8], comes_back: fn(&str) -> bool) -> bool {
    let name = std::str::from_utf8(text).ok().and_then(|text| text.parse::<Name>().ok());
    name.and_then(|name| name.instance().map(comes_back)).unwrap_or(false)
}

#[test]
fn texts() {
    agree(&[], 1, Random::text, |_| true);
    agree(&["--suffix=mount"], 2, Random::text, |_| true);
}

#[test]
fn paths() {
    let fits = |path: &[u8]| escape::escape_path(path).is_ok();
    agree(&["--path"], 3, Random::path, fits);
    agree(&["-p", "--suffix", "device"], 4, Random::path, fits);
}

#[test]
fn templates() {
    agree(&["--template=foo@.service"], 5, Random::text, |text| {
        !text.is_empty() && escape::escape(text).len() < 240
    });
    agree(&["--path", "--template", "foo-bar@.mount"], 6, Random::path, |path| {
        escape::escape_path(path).is_ok_and(|escaped| escaped.len() < 240)
    });
}

#[test]
fn unescaped() {
    agree(&["--unescape"], 7, Random::escaped, |text| escape::unescape(text).is_ok());
    agree(&["-u", "-p"], 8, Random::escaped_path, |text| escape::unescape_path(text).is_ok());
}

#[test]
fn instances() {
    let plain = |text: &[u8]| is_instance(text, |instance| escape::unescape(instance).is_ok());
    let path = |text: &[u8]| is_instance(text, |instance| escape::unescape_path(instance).is_ok());
    agree(&["--unescape", "--instance"], 9, Random::instance, plain);
    agree(&["-u", "-p", "--instance"], 10, Random::instance_of_path, path);
    agree(&["-u", "--template=foo@.service"], 11, Random::instance, plain);
    agree(&["-u", "-p", "--template=foo@.service"], 12, Random::instance_of_path, path);
}

#[test]
fn mangled() {
    agree(&["--mangle"], 13, Random::written, |text| {
        mangle(text, UnitType::Service, false).is_ok()
    });
}

/// Options that make no sense fail on both sides; ours with the status of a wrong command line.
#[test]
fn options_that_make_no_sense() {
    let a = [OsString::from("a")];
    for options in [
        &["--suffix=foo"][..],
        &["--suffix=.service"],
        &["--suffix="],
        &["--template=a.service"],
        &["--template=a@b.service"],
        &["--template="],
        &["--suffix=service", "--template=a@.service"],
        &["--mangle", "--suffix=service"],
        &["--mangle", "--template=a@.service"],
        &["--mangle", "--path"],
        &["--unescape", "--suffix=service"],
        &["--instance"],
        &["--unescape", "--instance", "--template=a@.service"],
    ] {
        assert_eq!(ours(options, &a).status.code(), Some(2), "{options:?}");
        if has_systemd_escape() {
            assert!(!run("systemd-escape", options, &a).status.success(), "{options:?}");
        }
    }
    assert_eq!(ours(&[], &[]).status.code(), Some(2));
}

/// docs/differences.md, "systemd-escape". Fails when we no longer differ.
#[test]
fn what_differs_on_purpose() {
    let zero = [OsString::from(r"a\x00b")];
    assert_eq!(ours(&["-u"], &zero).status.code(), Some(1));
    let both = [OsString::from(r"a\x20b")];
    assert_eq!(ours(&["-u", "-m"], &both).status.code(), Some(2));
    let partly = [OsString::from("good"), OsString::from(r"b\ad")];
    assert!(ours(&["-u"], &partly).stdout.is_empty());
    if has_systemd_escape() {
        assert_eq!(run("systemd-escape", &["-u"], &zero).stdout, b"a\n");
        assert!(run("systemd-escape", &["-m", "-u"], &both).status.success());
        assert_eq!(run("systemd-escape", &["-u"], &partly).stdout, b"good");
    }
}

#[test]
fn what_is_said() {
    let texts = |texts: &[&[u8]]| -> Vec<OsString> {
        texts.iter().map(|text| OsStr::from_bytes(text).to_owned()).collect()
    };
    let errors = |output: &Output| String::from_utf8(output.stderr.clone()).unwrap();
    let output = ours(&["--path"], &texts(&[b"/a", b"rel\x1bative"]));
    assert_eq!(output.stdout, b"a rel\\x1bative\n");
    assert!(errors(&output).contains(r"`rel\eative` is no absolute path"), "{}", errors(&output));
    let output = ours(&["--unescape"], &texts(&[b"a\\q"]));
    assert!(errors(&output).contains("two hexadecimal digits"), "{}", errors(&output));
    let output = ours(&["--unescape", "--instance"], &texts(&[b"a@.service"]));
    assert!(errors(&output).contains("no instance"), "{}", errors(&output));
    let output = ours(&["--json"], &texts(&[b"a b", b"\xff"]));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["results"][0]["result"], r"a\x20b");
    assert_eq!(document["results"][1]["text_hex"], "ff");
    assert_eq!(document["results"][1]["result"], r"\xff");
}
