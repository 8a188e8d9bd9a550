//! Tests of the walk over descriptors, on this process's own.

use std::io::Write as _;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::procfs::ProcFs;

fn proc() -> ProcFs {
    ProcFs::open(Path::new("/proc")).unwrap()
}

fn me() -> PidDir {
    proc().process(std::process::id()).unwrap()
}

/// What `look` says of this process's descriptor `wanted`.
fn of<T>(wanted: &impl std::os::fd::AsRawFd, look: impl Fn(&Descriptor<'_>) -> T) -> T {
    let wanted = wanted.as_raw_fd().unsigned_abs();
    let mut found = None;
    walk(&me(), &mut |descriptor| {
        if descriptor.number == wanted {
            found = Some(look(descriptor));
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    found.unwrap()
}

#[test]
fn kinds_by_target() {
    assert_eq!(Kind::of(b"/var/log/x"), Kind::Path);
    assert_eq!(Kind::of(b"/var/log/x (deleted)"), Kind::Deleted);
    assert_eq!(Kind::of(b"/dev/pts/0"), Kind::Terminal);
    assert_eq!(Kind::of(b"/dev/pts/0 (deleted)"), Kind::Terminal);
    assert_eq!(Kind::of(b"/dev/null"), Kind::Device);
    assert_eq!(Kind::of(b"/dev/shm/sem.x"), Kind::Path);
    assert_eq!(Kind::of(b"/memfd:wayland (deleted)"), Kind::Memory);
    assert_eq!(Kind::of(b"socket:[123]"), Kind::Socket { inode: 123 });
    assert_eq!(Kind::of(b"pipe:[9]"), Kind::Pipe { inode: 9 });
    assert_eq!(Kind::of(b"net:[4026531840]"), Kind::Namespace(b"net"));
    assert_eq!(Kind::of(b"anon_inode:[eventpoll]"), Kind::Anonymous(b"eventpoll"));
    assert_eq!(Kind::of(b"anon_inode:bpf-map"), Kind::Anonymous(b"bpf-map"));
    assert_eq!(Kind::of(b"anon_inode:inotify"), Kind::Anonymous(b"inotify"));
    assert_eq!(Kind::of(b"(unreachable)/x"), Kind::Path);
    for strange in [&b""[..], b"socket:[x]", b"socket:[1", b"[", b"]"] {
        assert_eq!(Kind::of(strange), Kind::Other, "{strange:?}");
    }
}

#[test]
fn a_deleted_file_shows_the_space_that_it_still_takes() {
    let path = std::env::temp_dir().join(format!("descriptors-{}", std::process::id()));
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(&[7; 10_000]).unwrap();
    std::fs::remove_file(&path).unwrap();
    let mounts = Mounts::of_machine(&proc());
    let (target, metadata) =
        of(&file, |found| (path_of(found.target).to_vec(), found.metadata(&mounts)));
    assert_eq!(target, path.to_str().unwrap().as_bytes());
    let Fact::Known(metadata) = metadata else { panic!("{metadata:?}") };
    assert_eq!((metadata.size_bytes, metadata.links), (10_000, 0));
    assert_eq!(metadata.file_type, rustix::fs::FileType::RegularFile);
}

#[test]
fn access_comes_from_the_link_and_from_fdinfo_alike() {
    let read = std::fs::File::open("/dev/null").unwrap();
    let write = std::fs::OpenOptions::new().append(true).open("/dev/null").unwrap();
    let both = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").unwrap();
    for (file, access) in
        [(&read, Access::Read), (&write, Access::Write), (&both, Access::ReadWrite)]
    {
        assert_eq!(of(file, |found| found.access()), Fact::Known(access));
        assert_eq!(of(file, |found| found.info().unwrap().access()), Some(access));
    }
    assert!(of(&write, |found| found.info().unwrap().append().unwrap()));
}

#[test]
fn pipes_and_sockets_have_numbers_and_no_metadata() {
    let (reader, writer) = std::io::pipe().unwrap();
    let number = |found: &Descriptor<'_>| match found.kind {
        Kind::Pipe { inode } | Kind::Socket { inode } => inode,
        other => panic!("{other:?}"),
    };
    assert_eq!(of(&reader, number), of(&writer, number));
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    assert!(of(&socket, number) > 0);
    assert_eq!(of(&socket, |found| found.metadata(&Mounts::default())), Fact::NotApplicable);
    assert_eq!(of(&socket, |found| found.access()), Fact::Known(Access::ReadWrite));
}

#[test]
fn a_fifo_without_a_partner_does_not_block() {
    let path = std::env::temp_dir().join(format!("descriptors-fifo-{}", std::process::id()));
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &path,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    // Opening for both does not wait for a partner.
    let fifo = std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let mounts = Mounts::of_machine(&proc());
    let metadata = of(&fifo, |found| found.metadata(&mounts));
    std::fs::remove_file(&path).unwrap();
    assert!(metadata.is_known_and(|found| found.file_type == rustix::fs::FileType::Fifo));
}

#[test]
fn the_walk_counts_ascends_and_stops() {
    let _files: Vec<_> = (0..20).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
    let mut numbers = Vec::new();
    let seen = walk(&me(), &mut |descriptor| {
        numbers.push(descriptor.number);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(numbers.is_sorted_by(|a, b| a < b) && numbers.len() >= 23);
    assert_eq!(seen, Walk { descriptors: numbers.len() as u64, stopped: false });
    let mut left = 5;
    let seen = walk(&me(), &mut |_| {
        left -= 1;
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert_eq!(seen, Walk { descriptors: 5, stopped: true });
}

proptest! {
    #[test]
    fn any_target_is_judged(target in proptest::collection::vec(any::<u8>(), 0..40)) {
        let _ = Kind::of(&target);
    }
}
