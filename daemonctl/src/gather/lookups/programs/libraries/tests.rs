use super::*;

const KIND: Kind = Kind { machine: 62, is_64: true, is_little: true };

fn elf(needed: &[&str]) -> Elf {
    let needed = needed.iter().map(|name| (*name).to_owned()).collect();
    Elf { needed, ..Elf::unknown(KIND) }
}

#[test]
fn tokens_of_paths() {
    let folders = ["$ORIGIN/../lib".to_owned(), "/opt/${LIB}/$PLATFORM".to_owned()];
    let expanded = expand(&folders, "/opt/app/bin/appd", KIND);
    let expected = [
        "/opt/app/bin/../lib",
        "/opt/lib/x86_64",
        "/opt/lib/x86_64-linux-gnu/x86_64",
        "/opt/lib64/x86_64",
    ];
    assert_eq!(expanded, expected);
}

#[test]
fn a_runpath_is_its_owners_alone_and_an_rpath_its_childrens_too() {
    let mut old = elf(&[]);
    old.rpath = vec!["/old".to_owned()];
    assert_eq!(rpaths(&old, "/bin/x", &["/loader".to_owned()]), ["/old", "/loader"]);
    old.runpath = vec!["/new".to_owned()];
    assert_eq!(rpaths(&old, "/bin/x", &["/loader".to_owned()]), ["/loader"]);
}

#[test]
fn versions_that_a_library_lacks() {
    let mut program = elf(&["libc.so.6"]);
    program.wants_versions =
        [("libc.so.6", "GLIBC_2.38"), ("libc.so.6", "GLIBC_2.2.5"), ("libx.so.1", "X_1")]
            .map(|(library, version)| (library.to_owned(), version.to_owned()))
            .to_vec();
    let mut libc = elf(&[]);
    libc.has_versions = ["GLIBC_2.2.5".to_owned()].into();
    // Without any versions a library is taken with a warning.
    let known = HashMap::from([
        ("libc.so.6".to_owned(), Rc::new(libc)),
        ("libx.so.1".to_owned(), Rc::new(elf(&[]))),
    ]);
    let program = Loaded { path: "/bin/x".to_owned(), elf: Rc::new(program), rpaths: Vec::new() };
    let missing = missing_versions(&[program], &known);
    assert_eq!(missing, [("libc.so.6".to_owned(), "GLIBC_2.38".to_owned())]);
}

#[test]
fn what_musl_answers_itself() {
    assert!(is_part_of_musl("libc.musl-x86_64.so.1") && is_part_of_musl("libpthread.so.0"));
    assert!(!is_part_of_musl("libcrypto.so.3") && !is_part_of_musl("libmagic.so.1"));
}
