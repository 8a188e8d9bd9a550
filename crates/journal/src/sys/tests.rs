//! What happens to faults, ours and others'. Each kind needs a process of its own, since most of them
//! end it: these tests run themselves again.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::mm::{MapFlags, ProtFlags};

use super::Mapping;

/// A file of two pages that is cut down after it has been given away.
fn cut_after<T>(map: impl FnOnce(&File) -> T) -> T {
    let file =
        File::from(rustix::fs::memfd_create("cut", rustix::fs::MemfdFlags::CLOEXEC).unwrap());
    file.set_len(8192).unwrap();
    let mapped = map(&file);
    file.set_len(0).unwrap();
    mapped
}

/// A mapping that is not ours, without a file behind it.
fn foreign() -> *const u8 {
    cut_after(|file| {
        // SAFETY: a new mapping at a place of the kernel's choice.
        let start = unsafe {
            rustix::mm::mmap(std::ptr::null_mut(), 8192, ProtFlags::READ, MapFlags::SHARED, file, 0)
        };
        start.unwrap().cast_const().cast()
    })
}

fn ours() -> Mapping {
    let mapping = cut_after(|file| Mapping::new(file.as_fd(), 1 << 20).unwrap());
    mapping.set_readable(8192);
    mapping
}

/// Runs that test in another process, for which the variable is set.
fn again(test: &str) -> ExitStatus {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let test = format!("sys::tests::{test}");
    command.args(["--exact", "--ignored", "--test-threads=1", &test]).output().unwrap().status
}

#[test]
fn ours_reads_as_zeroes() {
    let (one, other) = (ours(), ours());
    assert!(!one.was_truncated());
    assert_eq!(one.bytes(4096, 4096), Some([0; 4096].as_slice()));
    assert!(one.was_truncated() && !other.was_truncated());
    assert_eq!(one.bytes(0, 8192), Some([0; 8192].as_slice()));
    assert_eq!(one.bytes(0, 8193), None);
    assert_eq!(one.bytes(u64::MAX, 2), None);
    assert_ne!(one.serial(), other.serial());
    // Its place in the table may be another's now, who starts anew.
    drop(one);
    let next = ours();
    assert!(!next.was_truncated());
    assert_eq!(next.bytes(0, 1), Some([0].as_slice()));
    assert!(next.was_truncated() && !other.was_truncated());
}

#[test]
fn what_is_not_ours_ends_the_process_as_ever() {
    for test in ["fault_of_others", "sent_by_others"] {
        assert_eq!(again(test).signal(), Some(libc::SIGBUS), "{test}");
    }
    assert!(again("handled_by_others").success());
    assert!(again("ignored_by_others").success());
}

#[test]
#[ignore = "ends its process"]
fn fault_of_others() {
    assert_eq!(ours().bytes(0, 1), Some([0].as_slice()));
    // SAFETY: mapped, though nothing is behind it: the fault is what this is about.
    let byte = unsafe { foreign().read_volatile() };
    panic!("read {byte}");
}

#[test]
#[ignore = "ends its process"]
fn sent_by_others() {
    let mapping = ours();
    for _ in 0..2 {
        // SAFETY: a signal to ourselves. The handler that Rust installs lets the first one pass.
        unsafe { libc::raise(libc::SIGBUS) };
    }
    panic!("{mapping:?} lives");
}

static SEEN: AtomicU32 = AtomicU32::new(0);

extern "C" fn see(_: libc::c_int) {
    SEEN.fetch_add(1, Ordering::Relaxed);
}

#[test]
#[ignore = "changes its process"]
fn handled_by_others() {
    let handler: extern "C" fn(libc::c_int) = see;
    // SAFETY: the handler only counts.
    unsafe { libc::signal(libc::SIGBUS, handler as libc::sighandler_t) };
    let mapping = ours();
    assert_eq!(mapping.bytes(0, 1), Some([0].as_slice()));
    assert_eq!(SEEN.load(Ordering::Relaxed), 0);
    for count in 1..3 {
        // SAFETY: a signal to ourselves.
        unsafe { libc::raise(libc::SIGBUS) };
        assert_eq!(SEEN.load(Ordering::Relaxed), count);
    }
}

#[test]
#[ignore = "changes its process"]
fn ignored_by_others() {
    // SAFETY: no handler of ours is involved.
    unsafe { libc::signal(libc::SIGBUS, libc::SIG_IGN) };
    let mapping = ours();
    for _ in 0..2 {
        // SAFETY: a signal to ourselves.
        unsafe { libc::raise(libc::SIGBUS) };
    }
    assert_eq!(mapping.bytes(0, 1), Some([0].as_slice()));
    assert!(mapping.was_truncated());
}
