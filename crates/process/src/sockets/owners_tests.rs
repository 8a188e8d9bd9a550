use super::*;
use rustix::fd::OwnedFd;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs::File;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

fn pid_dir(pid: &str) -> OwnedFd {
    File::open(format!("/proc/{pid}")).unwrap().into()
}

fn inode_of(socket: &impl AsRawFd) -> u64 {
    let link = std::fs::metadata(format!("/proc/self/fd/{}", socket.as_raw_fd())).unwrap();
    link.ino()
}

#[test]
fn a_socket_is_found_under_its_descriptor() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (inode, mut found) = (inode_of(&socket), None);
    let walk = socket_inodes_of(pid_dir("self").as_fd(), &mut |fd, this| {
        if this == inode {
            found = Some(fd);
        }
        ControlFlow::Continue(())
    });
    assert_eq!(found, Some(u32::try_from(socket.as_raw_fd()).unwrap()));
    let walk = walk.unwrap();
    assert!(!walk.stopped && walk.descriptors > 3);
}

#[test]
fn the_search_ends_when_the_sink_says_so() {
    let _sockets = [UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("[::1]:0").unwrap()];
    let mut calls = 0;
    let walk = socket_inodes_of(pid_dir("self").as_fd(), &mut |_, _| {
        calls += 1;
        ControlFlow::Break(())
    });
    assert_eq!((calls, walk.unwrap().stopped), (1, true));
}

#[test]
fn a_kernel_thread_has_none_and_a_dead_process_is_gone() {
    let mut none = |_, _| panic!("no sockets here");
    if rustix::process::geteuid().is_root()
        && std::fs::read("/proc/2/cmdline").is_ok_and(|c| c.is_empty())
    {
        assert_eq!(socket_inodes_of(pid_dir("2").as_fd(), &mut none), Ok(Walk::default()));
    } else {
        println!("skipped: kernel threads need root and the machine's own pid namespace");
    }
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let directory = pid_dir(&child.id().to_string());
    child.wait().unwrap();
    let gone = socket_inodes_of(directory.as_fd(), &mut none);
    assert_eq!(gone, Err(SocketError::Vanished { action: Action::ReadDescriptors }));
    let gone = SocketError::Vanished { action: Action::ReadNamespace };
    assert_eq!(netns_id(directory.as_fd()), Err(gone));
    assert_eq!(net_tables_id(directory.as_fd()), Err(gone));
}

#[test]
fn the_namespace_is_known_in_both_ways() {
    let own = pid_dir("self");
    assert_eq!(netns_id(own.as_fd()), own_netns_id());
    assert_ne!(own_netns_id().unwrap(), 0);
    let thread = pid_dir("thread-self");
    assert_eq!(net_tables_id(own.as_fd()), net_tables_id(thread.as_fd()));
}

#[test]
fn links_that_are_not_sockets_are_not_taken_for_some() {
    assert_eq!(inode_in(b"socket:[123]", b"socket:["), Some(123));
    for other in [&b"socket:[]"[..], b"socket:[+1]", b"socket:[1", b"/socket:[1]", b"pipe:[1]", b""]
    {
        assert_eq!(inode_in(other, b"socket:["), None);
    }
}

/// 12,000 descriptors: several calls of getdents64, none forgotten, none twice.
#[test]
fn many_descriptors_are_all_seen() {
    const MANY: usize = 12_000;
    let old = getrlimit(Resource::Nofile);
    let enough = old.maximum.is_none_or(|maximum| maximum > MANY as u64 + 500);
    if !enough {
        println!("skipped: the limit of descriptors is below {MANY}");
        return;
    }
    let raised = Rlimit { current: Some(MANY as u64 + 1000), maximum: old.maximum };
    if old.current.is_some_and(|current| current < MANY as u64 + 1000) {
        setrlimit(Resource::Nofile, raised).unwrap();
    }
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let inode = inode_of(&socket);
    let copies: Vec<UdpSocket> = (0..MANY).map(|_| socket.try_clone().unwrap()).collect();
    let directory = pid_dir("self");
    let mut seen = Vec::with_capacity(MANY);
    let start = std::time::Instant::now();
    socket_inodes_of(directory.as_fd(), &mut |fd, this| {
        if this == inode {
            seen.push(fd);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    println!("{MANY} descriptors in {:?}", start.elapsed());
    seen.sort_unstable();
    let before = seen.len();
    seen.dedup();
    assert_eq!((seen.len(), before), (copies.len() + 1, copies.len() + 1));
}
