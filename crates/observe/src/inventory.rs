//! What a process has and is when the watching begins: it was got by calls that nobody saw.

use std::os::fd::OwnedFd;

use rustix::net::sockopt;
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

use crate::calls;
use crate::credentials::Credentials;
use crate::memory::parse_address;
use crate::names::{Capability, family};
use crate::proc;
use crate::record::{Address, Thing};
use crate::recorder::Recorder;

/// More descriptors are not looked at.
const DESCRIPTORS_MAX: usize = 4096;

/// Notes it.
pub fn take(recorder: &mut Recorder, pid: u32) {
    let who = Credentials::of(pid).unwrap_or_default();
    recorder.met(&who);
    calls::became(recorder, pid);
    descriptors(recorder, pid, &who);
    maps(recorder, pid);
    root(recorder, pid, &who);
    policy(recorder, pid);
}

fn descriptors(recorder: &mut Recorder, pid: u32, who: &Credentials) {
    let handle =
        Pid::from_raw(pid.cast_signed()).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    for descriptor in proc::numbers(pid, "fd").into_iter().take(DESCRIPTORS_MAX) {
        let Some(target) = proc::link(pid, &format!("fd/{descriptor}")) else { continue };
        if target.starts_with("socket:") {
            let copy = handle.as_ref().and_then(|handle| {
                pidfd_getfd(handle, descriptor.cast_signed(), PidfdGetfdFlags::empty()).ok()
            });
            if let Some(copy) = copy {
                socket(recorder, &copy, who);
            }
        } else if target.starts_with('/') {
            file(recorder, pid, descriptor);
        }
    }
}

fn file(recorder: &mut Recorder, pid: u32, descriptor: u32) {
    let Some(path) = calls::of_file(recorder, pid, descriptor.cast_signed()) else { return };
    let Ok(stat) = rustix::fs::stat(format!("/proc/{pid}/fd/{descriptor}")) else { return };
    let info = proc::text(pid, &format!("fdinfo/{descriptor}")).unwrap_or_default();
    let flags = proc::status_field(&info, "flags")
        .and_then(|text| u64::from_str_radix(&text, 8).ok())
        .unwrap_or(0);
    calls::used(recorder, &path, flags, &stat);
    let is_written = flags & libc::O_ACCMODE as u64 != libc::O_RDONLY as u64;
    if is_written && stat.st_mode & libc::S_IFMT == libc::S_IFREG {
        // It was made by somebody, most likely by this process: log files, databases.
        recorder.touched(&path, |file| file.changed = true);
        recorder.made_with(stat.st_mode);
    }
}

/// A copy of a descriptor of the other process: asked for its addresses and closed again.
fn socket(recorder: &mut Recorder, socket: &OwnedFd, who: &Credentials) {
    let Ok(domain) = sockopt::socket_domain(socket) else { return };
    let name = family(u64::from(domain.as_raw()));
    recorder.family(name, "sockets that it has open");
    if let Ok(local) = rustix::net::getsockname(socket)
        && let Some(address) = address_of(&local)
        && sockopt::socket_acceptconn(socket).unwrap_or(false)
    {
        let is_low = proc::is_port_below(&address, recorder.first_unprivileged_port);
        if is_low
            && Capability::NET_BIND_SERVICE.is_in(who.effective)
            && let Address::Ip(ip) = &address
        {
            recorder.needed(Capability::NET_BIND_SERVICE, format_args!("listens on {ip}"));
        }
        calls::keep(&mut recorder.record.bound, address);
    }
    if let Ok(Some(peer)) = rustix::net::getpeername(socket)
        && let Some(address @ Address::Ip(_)) = address_of(&peer)
    {
        calls::keep(&mut recorder.record.peers, address);
    }
}

fn address_of(address: &rustix::net::SocketAddrAny) -> Option<Address> {
    let length = usize::try_from(address.addr_len()).ok()?;
    if let Ok(ip) = std::net::SocketAddr::try_from(address.clone()) {
        return Some(Address::Ip(ip));
    }
    let unix = rustix::net::SocketAddrUnix::try_from(address.clone()).ok()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match (unix.path(), unix.abstract_name()) {
        (Some(path), _) => Some(Address::Path(text(path.to_bytes()))),
        (None, Some(name)) => Some(Address::Abstract(text(name))),
        (None, None) => (length == 0).then(|| parse_address(&[])).flatten(),
    }
}

fn maps(recorder: &mut Recorder, pid: u32) {
    for line in proc::text(pid, "maps").unwrap_or_default().lines() {
        let mut words = line.split_ascii_whitespace();
        let modes = words.nth(1).unwrap_or("");
        if !modes.contains('x') {
            continue;
        }
        let path = words.nth(3).unwrap_or("");
        if modes.contains('w') {
            recorder
                .did(Thing::WritableCode, "memory that can be written and run (/proc/PID/maps)");
        } else if path.is_empty() {
            recorder.did(Thing::WritableCode, "code that is of no file (/proc/PID/maps)");
        } else if path.starts_with('/') {
            recorder.touched(path, |file| file.executed = true);
        }
    }
}

fn root(recorder: &mut Recorder, pid: u32, who: &Credentials) {
    let Some(root) = proc::link(pid, "root").filter(|root| root != "/") else { return };
    recorder.touched(&root, |file| file.is_directory = true);
    let _ = who;
    recorder.needed(Capability::SYS_CHROOT, format_args!("a process's root is {root}"));
}

fn policy(recorder: &mut Recorder, pid: u32) {
    // Field 41 of /proc/PID/stat, counted from behind the name: proc_pid_stat(5).
    let stat = proc::text(pid, "stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let policy = fields.split_ascii_whitespace().nth(38).and_then(|word| word.parse::<u32>().ok());
    if let Some(policy @ (1 | 2 | 6)) = policy {
        recorder.did(Thing::Realtime, format_args!("it runs with policy {policy}"));
    }
}
