//! The message catalogue says what journalctl says, byte for byte.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use journal::Id128;
use journal::catalog::{Catalog, dump, language, one_line, substitute};
use support::Folder;

const ONE: &str = "0123456789abcdef0123456789abcdef";
const TWO: &str = "fedcba9876543210fedcba9876543210";

/// A root with systemd's own catalogues and some odd ones.
fn root() -> Folder {
    let folder = Folder::new("catalog");
    let [local, usual] = ["usr/local/lib", "usr/lib"].map(|lib| {
        let path = folder.join(lib).join("systemd/catalog");
        fs::create_dir_all(&path).unwrap();
        path
    });
    for file in fs::read_dir("/usr/lib/systemd/catalog").unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), usual.join(file.file_name())).unwrap();
    }
    let write = |path: &Path, name: &str, text: String| fs::write(path.join(name), text).unwrap();
    write(
        &usual,
        "zz.catalog",
        format!("-- {ONE}\nSubject:  first \nSupport: there\n\nA @BODY@\n"),
    );
    write(&usual, "zzz.catalog", format!("\n; comment\n-- {ONE}\nSubject: second\n"));
    write(&usual, "zz.de.catalog", format!("-- {ONE}\nSubject: erstens\n\n\n\nText\n\n"));
    write(&usual, "hidden.catalog", format!("-- {TWO}\nSubject: not this\n"));
    write(&local, "hidden.catalog", format!("-- {TWO} pl\nno head at all\n\n-- {TWO}\nText\n"));
    write(&usual, ".dot.catalog", "not even a catalogue\n".into());
    write(&usual, "other.txt", "neither this\n".into());
    folder
}

fn journalctl(root: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("journalctl");
    command.arg(format!("--root={}", root.display())).args(arguments).env("LC_ALL", "C");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn compiled_listed_and_dumped_as_journalctl_does() {
    let root = root();
    let database = root.join("var/lib/systemd/catalog/database");
    journalctl(root.path(), &["--update-catalog"]);
    let theirs = fs::read(&database).unwrap();
    let read = Catalog::open(root.path()).unwrap();
    fs::remove_file(&database).unwrap();
    let compiled = Catalog::open(root.path()).unwrap();
    compiled.save(root.path()).unwrap();
    assert!(fs::read(&database).unwrap() == theirs, "the databases differ");
    for catalog in [&read, &compiled] {
        let list: Vec<u8> = catalog.all("C").flat_map(|(id, text)| one_line(id, text)).collect();
        assert_eq!(text(&list), text(&journalctl(root.path(), &["--list-catalog"])));
        let all: Vec<u8> = catalog.all("C").flat_map(|(id, text)| dump(id, text)).collect();
        assert_eq!(text(&all), text(&journalctl(root.path(), &["--dump-catalog"])));
        for id in [ONE, TWO] {
            let parsed: Id128 = id.parse().unwrap();
            let said = dump(parsed, catalog.text(parsed, "C.UTF-8").unwrap());
            assert_eq!(text(&said), text(&journalctl(root.path(), &["--dump-catalog", id])));
        }
    }
    assert_eq!(fs::read_dir(database.parent().unwrap()).unwrap().count(), 1, "nothing is left");
}

#[test]
fn the_language_of_the_reader() {
    let root = root();
    let catalog = Catalog::open(root.path()).unwrap();
    let id: Id128 = ONE.parse().unwrap();
    let german = text(catalog.text(id, "de_AT.UTF-8").unwrap());
    assert_eq!(german, "Subject: erstens\n\nText\n");
    assert!(text(catalog.text(id, "fr_FR.UTF-8").unwrap()).starts_with("Subject: second\n"));
    let portuguese: Id128 = "f77379a8490b408bbe5f6940505a777b".parse().unwrap();
    let [place, other] =
        ["pt_BR.UTF-8", "pt_PT"].map(|name| text(catalog.text(portuguese, name).unwrap()));
    assert_ne!(place, other);
    assert_eq!(catalog.text(Id128([9; 16]), "C"), None);
    let variables = |name: &str| match name {
        "LC_ALL" => Some(String::new()),
        "LANG" => Some("de_DE.UTF-8".to_owned()),
        _ => None,
    };
    assert_eq!(language(variables), "de_DE.UTF-8");
    assert_eq!(language(|_| None), "");
}

#[test]
fn fields_are_put_in() {
    let field = |name: &[u8]| match name {
        b"UNIT" => Some(b"a.service".to_vec()),
        b"_ZERO" => Some(b"before\0behind".to_vec()),
        b"LONG" => Some(vec![b'x'; 4092]),
        b"LONGEST" => Some(vec![b'x'; 5000]),
        _ => None,
    };
    for (template, done) in [
        ("no fields", "no fields"),
        ("@UNIT@", "a.service"),
        ("mail root@UNIT@ me", "mail roota.service me"),
        ("@@UNIT@@", "@a.service@"),
        ("@UNIT @UNIT@", "@UNIT a.service"),
        ("@GONE@ and @_ZERO@", "GONE and before"),
        ("@unit@ @A1@ @", "@unit@ @A1@ @"),
        ("@LONGEST@", "LONGEST"),
    ] {
        assert_eq!(text(&substitute(template.as_bytes(), field)), done, "{template}");
    }
    assert_eq!(substitute(b"@LONG@", field), b"LONG", "with its name it is too long");
}

#[test]
fn what_is_not_there_or_damaged_is_an_error() {
    let folder = Folder::new("none");
    assert_eq!(Catalog::open(folder.path()).unwrap_err().kind(), ErrorKind::NotFound);
    let place = folder.join("var/lib/systemd/catalog");
    fs::create_dir_all(place.join("database")).unwrap();
    assert!(Catalog::open(folder.path()).is_err(), "a folder");
    fs::remove_dir(place.join("database")).unwrap();
    fs::write(place.join("database"), "RHHHKSLP").unwrap();
    let error = Catalog::open(folder.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("catalog/database"), "{error}");
    fs::remove_file(place.join("database")).unwrap();
    let sources = folder.join("usr/lib/systemd/catalog");
    fs::create_dir_all(&sources).unwrap();
    fs::write(sources.join("bad.catalog"), "# comment\n\nno id\n").unwrap();
    let error = Catalog::open(folder.path()).unwrap_err();
    assert!(error.to_string().ends_with("bad.catalog:3] Got payload before ID."), "{error}");
    Catalog::default().save(folder.path()).unwrap();
    assert!(!place.join("database").exists(), "nothing is written for nothing");
}
