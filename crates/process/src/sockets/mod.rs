//! Which sockets exist: listening and connected, in which network namespace, with what waiting in
//! them and how many bytes they carried.
//!
//! Start at [`dump`] with a [`Wanted`]; it returns a [`Dump`] of [`Socket`]s. [`dump_in`] does the
//! same for the network namespace of another process. [`socket_inodes_of`] tells which process
//! holds which of them.
//!
//! The kernel is asked by sock_diag(7), which filters by state before it copies anything. Where
//! that is not to be had (another namespace without the right to enter it, a kernel without the
//! module, a sandbox without netlink) the text tables under `/proc/PID/net` are read instead,
//! table by table: what could be had is there, and [`Dump::parts`] says how each table was read
//! and what was wrong with it.
//!
//! A Multipath TCP socket appears as the TCP connections that it consists of, each with the inode of
//! the whole.
//!
//! It deliberately doesn't know processes, resolves no names of services or hosts, runs no ss or
//! lsof, and has nothing to say on netlink, packet, vsock and SCTP sockets.

mod channel;
mod endpoint;
mod error;
mod inet;
mod model;
mod owners;
mod procnet;
mod unix;
mod wanted;
mod wire;

pub use endpoint::{Endpoint, IpEndpoint, UnixName};
pub use error::{Action, SocketError};
pub use model::{Family, Protocol, Queue, Socket, SocketState, TcpFigures, UnixFigures, UnixFile};
pub use owners::{
    Walk, net_tables_id, netns_id, own_net_tables_id, own_netns_id, socket_inodes_of,
};
pub use wanted::{Dump, Part, Protocols, Source, Table, Wanted};

use channel::{Channel, open_here};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::ffi::CStr;

/// The sockets of the calling thread's network namespace.
///
/// # Errors
/// Only if not one table could be read; the error is the first one's. See [`Dump::parts`].
pub fn dump(wanted: &Wanted) -> Result<Dump, SocketError> {
    dump_by(&open_here, c"/proc/thread-self", wanted)
}

/// Asks the socket that `open` makes, and where that fails reads the files under `proc_dir`.
fn dump_by(
    open: &dyn Fn() -> Result<OwnedFd, SocketError>,
    proc_dir: &CStr,
    wanted: &Wanted,
) -> Result<Dump, SocketError> {
    Collector { wanted, channel: Channel::new(open) }.run(&|table, found| {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = openat(CWD, proc_dir, flags, Mode::empty()).ok()?;
        Some(procnet::read(directory.as_fd(), table, &|socket| wanted.keeps(socket), found))
    })
}

/// The sockets of the network namespace that a process is in. `pid_dir` is an open `/proc/PID`
/// directory.
///
/// To enter a namespace takes `CAP_SYS_ADMIN` in it (setns(2)); without, the text tables are
/// read.
///
/// # Errors
/// As [`dump`]; `Vanished` if the process is gone.
pub fn dump_in(pid_dir: BorrowedFd<'_>, wanted: &Wanted) -> Result<Dump, SocketError> {
    let is_own = netns_id(pid_dir).is_ok_and(|theirs| own_netns_id() == Ok(theirs));
    let open: &dyn Fn() -> Result<OwnedFd, SocketError> =
        if is_own { &open_here } else { &|| open_there(pid_dir) };
    Collector { wanted, channel: Channel::new(open) }.run(&|table, found| {
        Some(procnet::read(pid_dir, table, &|socket| wanted.keeps(socket), found))
    })
}

/// Opens a socket to sock_diag in a process's network namespace. A netlink socket stays in the
/// namespace in which it was made, so only its making needs a thread that goes there.
fn open_there(pid_dir: BorrowedFd<'_>) -> Result<OwnedFd, SocketError> {
    let action = Action::EnterNamespace;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let namespace = openat(pid_dir, c"ns/net", flags, Mode::empty())
        .map_err(|errno| SocketError::of_process(action, errno))?;
    let go = || {
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))
            .map_err(|errno| SocketError::of(action, errno))?;
        open_here()
    };
    let failed = SocketError::Failed { action, errno: rustix::io::Errno::AGAIN };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("netns".to_owned()).stack_size(64 << 10);
        thread.spawn_scoped(scope, go).map_err(|_| failed)?.join().unwrap_or(Err(failed))
    })
}

/// Reads a table's text file into a list; `None` if there is no `/proc`.
type ReadText<'a> = dyn Fn(Table, &mut Vec<Socket>) -> Option<Result<Source, SocketError>> + 'a;

/// One dump in the making.
struct Collector<'a> {
    wanted: &'a Wanted,
    channel: Channel<'a>,
}

impl Collector<'_> {
    fn run(mut self, read_text: &ReadText<'_>) -> Result<Dump, SocketError> {
        let mut dump = Dump::default();
        for table in Table::ALL {
            let states = self.wanted.states(table);
            if states == 0 || !table.is_in(self.wanted.protocols) {
                continue;
            }
            let part = match self.ask(table, states, &mut dump.sockets) {
                Ok(trouble) => Part { table, source: Some(Source::SockDiag), trouble },
                Err(trouble) => fall_back(table, trouble, read_text, &mut dump.sockets),
            };
            dump.parts.push(part);
        }
        match dump.parts.first() {
            Some(&Part { trouble: Some(error), .. })
                if dump.parts.iter().all(|part| part.source.is_none()) =>
            {
                Err(error)
            }
            _ => Ok(dump),
        }
    }

    fn ask(
        &mut self,
        table: Table,
        states: u32,
        found: &mut Vec<Socket>,
    ) -> Result<Option<SocketError>, SocketError> {
        let wanted = self.wanted;
        if table == Table::Unix {
            let mut parse =
                |record: &[u8]| unix::parse(record).filter(|socket| wanted.keeps(socket));
            return self.channel.dump(table, &unix::request_body(states), &mut parse, found);
        }
        let (_, protocol, _) = table.traits();
        let tcp_info = wanted.tcp_info && protocol == Protocol::Tcp;
        let body = inet::request_body(table, states, tcp_info);
        self.channel.dump(table, &body, &mut |record| inet::parse(protocol, record), found)
    }
}

/// Reads the text table after sock_diag failed with `trouble`.
fn fall_back(
    table: Table,
    trouble: SocketError,
    read_text: &ReadText<'_>,
    found: &mut Vec<Socket>,
) -> Part {
    match read_text(table, found) {
        Some(Ok(Source::Absent)) => Part { table, source: Some(Source::Absent), trouble: None },
        Some(Ok(source)) => Part { table, source: Some(source), trouble: Some(trouble) },
        Some(Err(gone @ SocketError::Vanished { .. })) => {
            Part { table, source: None, trouble: Some(gone) }
        }
        Some(Err(_)) | None => Part { table, source: None, trouble: Some(trouble) },
    }
}

#[cfg(test)]
mod live_tests;
