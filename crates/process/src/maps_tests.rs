//! Tests of the memory map.

use std::path::Path;

use super::*;
use crate::procfs::ProcFs;

fn me() -> PidDir {
    ProcFs::open(Path::new("/proc")).unwrap().process(std::process::id()).unwrap()
}

fn kind(line: &str) -> MappingKind {
    MappingKind::of(&mapping(line.as_bytes()).unwrap())
}

#[test]
fn kinds_by_name_and_permissions() {
    let of =
        |permissions: &str, name: &str| kind(&format!("1000-2000 {permissions} 0 00:00 5 {name}"));
    assert_eq!(of("r-xp", "/usr/bin/x"), MappingKind::Code);
    assert_eq!(of("rw-p", "/usr/bin/x"), MappingKind::FileData);
    assert_eq!(of("rw-s", "/var/lib/x.db"), MappingKind::SharedFile);
    assert_eq!(of("rw-p", "[heap]"), MappingKind::Heap);
    assert_eq!(of("rw-p", "[stack:12]"), MappingKind::Stack);
    assert_eq!(of("rw-p", "[anon:pool]"), MappingKind::Anonymous);
    assert_eq!(of("rw-p", ""), MappingKind::Anonymous);
    assert_eq!(of("r-xp", "[vdso]"), MappingKind::Kernel);
    assert_eq!(of("rw-s", "/memfd:x (deleted)"), MappingKind::SharedMemory);
    assert_eq!(of("rw-s", "/dev/zero (deleted)"), MappingKind::SharedMemory);
    assert_eq!(of("rw-s", "/SYSV00000000 (deleted)"), MappingKind::SharedMemory);
    assert_eq!(of("rw-s", "/dev/shm/PostgreSQL.1"), MappingKind::SharedMemory);
    assert_eq!(of("rw-s", "/dev/dri/card0"), MappingKind::Device);
    assert_eq!(of("rw-s", "anon_inode:[io_uring]"), MappingKind::Descriptor);
    assert_eq!(of("rw-s", "/[aio] (deleted)"), MappingKind::Descriptor);
}

#[test]
fn all_kinds_are_listed_once_in_their_order() {
    assert!(MappingKind::ALL.is_sorted_by(|a, b| a < b));
}

#[test]
fn the_sums_of_this_process_agree() {
    let summary = summarize(&me()).unwrap();
    assert!(summary.measured);
    let by_kind: u64 = summary.kinds.iter().map(|(_, total)| total.memory.rss_bytes).sum();
    let by_name: u64 = summary.regions.iter().map(|region| region.total.memory.rss_bytes).sum();
    assert_eq!(
        (by_kind, by_name),
        (summary.total.memory.rss_bytes, summary.total.memory.rss_bytes)
    );
    assert!(summary.total.memory.rss_bytes > 100_000);
    let exe = std::fs::read_link("/proc/self/exe").unwrap();
    let exe = exe.to_str().unwrap().as_bytes();
    let region = summary.regions.iter().find(|region| *region.name == *exe).unwrap();
    assert!(region.executable && !region.deleted && region.kind == MappingKind::Code);
    assert!(region.total.mappings >= 2);
}

#[test]
fn smaps_and_maps_name_the_same_mappings() {
    let (mut long, mut short) = (Vec::new(), Vec::new());
    let dir = me();
    walk(&dir, &mut |mapping, _, _| long.push(mapping.name.to_vec())).unwrap();
    list(&dir, &mut |mapping, _| short.push(mapping.name.to_vec())).unwrap();
    long.retain(|name| name.starts_with(b"/"));
    short.retain(|name| name.starts_with(b"/"));
    assert_eq!(long, short);
    assert!(!long.is_empty());
}

fn fake(smaps: &[u8]) -> (tempdir::Folder, PidDir) {
    let folder = tempdir::Folder::new();
    std::fs::create_dir(folder.path().join("7")).unwrap();
    std::fs::write(folder.path().join("stat"), b"").unwrap();
    std::fs::write(folder.path().join("7/stat"), b"").unwrap();
    std::fs::write(folder.path().join("7/smaps"), smaps).unwrap();
    let dir = ProcFs::open(folder.path()).unwrap().process(7).unwrap();
    (folder, dir)
}

#[test]
fn a_deleted_library_and_writable_code_are_seen() {
    let (_folder, dir) = fake(
        b"1000-2000 r-xp 0 fe:00 9  /lib/a\\012b.so (deleted)\nRss: 4 kB\nPss: 2 kB\nPrivate_Dirty: 1 kB\nSwap: 8 kB\nVmFlags: rd\n2000-3000 rw-p 1000 fe:00 9  /lib/a\\012b.so (deleted)\nRss: 4 kB\n3000-6000 rwxp 0 00:00 0 \nRss: 12 kB\n",
    );
    let summary = summarize(&dir).unwrap();
    assert_eq!(summary.regions.len(), 2);
    let library = &summary.regions[0];
    assert_eq!(&*library.name, b"/lib/a\nb.so");
    assert!(library.deleted && library.executable && !library.writable_executable);
    assert_eq!((library.total.mappings, library.total.memory.rss_bytes), (2, 8192));
    assert_eq!((library.total.memory.pss_bytes, library.total.memory.swap_bytes), (2048, 8192));
    assert_eq!(library.total.memory.private_dirty_bytes, 1024);
    assert!(summary.regions[1].writable_executable && summary.regions[1].name.is_empty());
    assert_eq!(summary.total.size_bytes, 0x5000);
    let kinds: Vec<_> = summary.kinds.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [MappingKind::Code, MappingKind::FileData, MappingKind::Anonymous]);
}

#[test]
fn many_mappings_and_an_endless_line_are_survived() {
    let mut text = Vec::new();
    for at in 0..50_000u32 {
        text.extend_from_slice(
            format!("{at:x}000-{at:x}fff rw-p 0 00:00 0 \nRss: 4 kB\n").as_bytes(),
        );
    }
    let good = text.len();
    text.extend(std::iter::repeat_n(b'a', 200_000));
    text.extend_from_slice(b"\n1-2 rw-p 0 00:00 0 [heap]\nRss: 4 kB\n");
    let (_folder, dir) = fake(&text);
    let summary = summarize(&dir).unwrap();
    assert_eq!(summary.total.mappings, 50_001);
    assert_eq!(summary.regions.len(), 2);
    for cut in [good - 1, good - 9, 1, 0] {
        let (_folder, dir) = fake(&text[..cut]);
        summarize(&dir).unwrap();
    }
}

#[test]
fn a_process_without_smaps_still_has_a_map() {
    let (folder, dir) = fake(b"");
    std::fs::remove_file(folder.path().join("7/smaps")).unwrap();
    std::fs::write(folder.path().join("7/maps"), b"1000-2000 rw-p 0 00:00 0 [heap]\n").unwrap();
    let summary = summarize(&dir).unwrap();
    assert!(!summary.measured);
    assert_eq!(summary.kinds[0].0, MappingKind::Heap);
}

/// A folder that is removed again.
mod tempdir {
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU32, Ordering};

    pub struct Folder(PathBuf);

    impl Folder {
        pub fn new() -> Folder {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("maps-{}-{number}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Folder(path)
        }

        pub fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
