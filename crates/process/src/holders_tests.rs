//! Tests of the search for who has a path open, on this process.

use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;

use super::*;
use crate::procfs::ProcFs;

fn proc() -> ProcFs {
    ProcFs::open(Path::new("/proc")).unwrap()
}

fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("holders-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path.canonicalize().unwrap()
}

fn uses_of(path: &Path, scope: Scope) -> Vec<(Role, Vec<u8>, Match)> {
    let mut mounts = Mounts::of_machine(&proc());
    let wanted = Wanted::resolve(path, scope, &mounts).unwrap();
    let dir = proc().process(std::process::id()).unwrap();
    let mut found = Vec::new();
    uses(&dir, &wanted, &mut mounts, &mut |used| {
        found.push((used.role, used.target.to_vec(), used.how));
        ControlFlow::Continue(())
    })
    .unwrap();
    found
}

fn number(role: Role) -> u32 {
    match role {
        Role::Descriptor { number, .. } => number,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_found_by_every_name_it_has() {
    let folder = folder("names");
    let path = folder.join("line\nbreak");
    let file = File::create(&path).unwrap();
    std::fs::hard_link(&path, folder.join("hard")).unwrap();
    std::os::unix::fs::symlink("line\nbreak", folder.join("soft")).unwrap();
    for name in ["line\nbreak", "hard", "soft", "./../x/../hard"] {
        let name =
            name.replace("../x", &format!("../{}", folder.file_name().unwrap().to_str().unwrap()));
        let name = name.replace("/../hard", "/hard");
        let found = uses_of(&folder.join(&name), Scope::Exactly);
        assert_eq!(found.len(), 1, "{name:?}");
        assert_eq!(number(found[0].0), file.as_raw_fd().unsigned_abs());
        assert_eq!(found[0].2, Match::SameFile);
        assert!(matches!(found[0].0, Role::Descriptor { access: Fact::Known(Access::Write), .. }));
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_replaced_file_is_told_from_its_namesake() {
    let folder = folder("replaced");
    let path = folder.join("log");
    let old = File::create(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let gone = uses_of(&path, Scope::Exactly);
    assert_eq!((gone.len(), gone[0].2), (1, Match::DeletedNamesake));
    let new = File::create(&path).unwrap();
    let found = uses_of(&path, Scope::Exactly);
    let by = |how| found.iter().find(|found| found.2 == how).map(|found| number(found.0));
    assert_eq!(by(Match::DeletedNamesake), Some(old.as_raw_fd().unsigned_abs()));
    assert_eq!(by(Match::SameFile), Some(new.as_raw_fd().unsigned_abs()));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_folder_counts_with_what_is_below_only_when_asked() {
    let folder = folder("below");
    let _file = File::create(folder.join("x")).unwrap();
    assert!(uses_of(&folder, Scope::Exactly).is_empty());
    assert_eq!(uses_of(&folder, Scope::Below).len(), 1);
    assert!(!uses_of(&folder, Scope::FileSystem).is_empty());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn executable_and_working_directory() {
    let exe = uses_of(&std::env::current_exe().unwrap(), Scope::Exactly);
    assert_eq!(exe.iter().map(|found| found.0).collect::<Vec<_>>(), [Role::Executable]);
    let cwd = uses_of(&std::env::current_dir().unwrap(), Scope::Exactly);
    assert!(cwd.iter().any(|found| found.0 == Role::WorkingDirectory));
    let root = uses_of(Path::new("/"), Scope::Exactly);
    assert!(root.iter().any(|found| found.0 == Role::Root));
}

#[test]
fn a_library_is_found_in_memory_once() {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let library = maps.lines().find(|line| line.contains("libc.so")).unwrap();
    let path = library.get(library.find('/').unwrap()..).unwrap();
    let found = uses_of(Path::new(path), Scope::Exactly);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(matches!(found[0].0, Role::Mapping(_)));
}

#[test]
fn links_in_circles_and_missing_paths_end() {
    let folder = folder("circle");
    std::os::unix::fs::symlink("b", folder.join("a")).unwrap();
    std::os::unix::fs::symlink("a", folder.join("b")).unwrap();
    let mounts = Mounts::of_machine(&proc());
    assert!(Wanted::resolve(&folder.join("a"), Scope::Exactly, &mounts).is_err());
    let missing =
        Wanted::resolve(&folder.join("no/such/../file"), Scope::Exactly, &mounts).unwrap();
    assert_eq!(missing.identity, None);
    assert!(missing.path.ends_with(b"/no/file"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_path_that_can_not_be_verified_is_compared_by_name() {
    let wanted = Wanted {
        path: b"/net/x".to_vec(),
        identity: None,
        remote: true,
        scope: Scope::Exactly,
        sockets: Vec::new(),
    };
    assert_eq!(wanted.matches(b"/net/x", || None), Some(Match::SameName));
    assert_eq!(wanted.matches(b"/net/x (deleted)", || None), Some(Match::DeletedNamesake));
    assert_eq!(wanted.matches(b"/net/xy", || None), None);
    let mine = Identity { device: (1, 2), inode: 3 };
    let verified = Wanted { identity: Some(mine), remote: false, ..wanted };
    let other = Identity { device: (9, 9), inode: 3 };
    assert_eq!(verified.matches(b"/net/x", || Some(other)), None);
    assert_eq!(verified.matches(b"/else", || Some(mine)), Some(Match::SameFile));
}
