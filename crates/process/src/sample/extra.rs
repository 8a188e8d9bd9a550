//! Reading what only some processes are asked for, relative to an open `/proc/PID`.

use std::ffi::CStr;
use std::ops::ControlFlow;

use crate::executable::{self, ExeFile};
use crate::fact::Fact;
use crate::namespaces::Namespaces;
use crate::needs::Needs;
use crate::process::Extra;
use crate::procfs::{PidDir, ReadError};
use crate::raw;
use crate::raw::limits::Limit;
use crate::sockets::{self, SocketError};

fn optional<T>(read: Result<T, ReadError>) -> Fact<T> {
    read.map_or_else(ReadError::into_fact, Fact::Known)
}

/// The inode in a namespace link such as `pid:[4026531836]`, namespaces(7).
pub(crate) fn namespace(dir: &PidDir, name: &CStr) -> Fact<u64> {
    match dir.link(name) {
        Ok(link) => {
            let inode =
                raw::split_at_byte(&link, b'[').and_then(|(_, rest)| rest.strip_suffix(b"]"));
            inode.and_then(raw::number).into()
        }
        Err(error) => error.into_fact(),
    }
}

/// Fills in what `needs` asks for, each file read once.
pub(super) fn read_extra(dir: &PidDir, needs: Needs, extra: &mut Extra, text: &mut Vec<u8>) {
    if needs.any(Needs::EXE) {
        extra.exe = optional(dir.link(c"exe"));
        extra.exe_file = match &extra.exe {
            Fact::Known(path) => executable::look(dir, path),
            other => other.as_ref().map(|_| ExeFile::InPlace),
        };
    }
    if needs.any(Needs::CWD) {
        extra.cwd = optional(dir.link(c"cwd"));
    }
    if needs.any(Needs::STDIO) {
        extra.stdio = [c"fd/0", c"fd/1", c"fd/2"].map(|name| optional(dir.link(name)));
    }
    let mut read = |name: &CStr| dir.read(name, text).map(|()| text.clone());
    if needs.any(Needs::ENVIRON) {
        extra.environ = optional(read(c"environ")).map(Vec::into_boxed_slice);
    }
    if needs.any(Needs::STATUS) {
        extra.status = optional(read(c"status")).map(|text| Box::new(raw::status::parse(&text)));
    }
    if needs.any(Needs::IO) {
        extra.io = parsed(read(c"io"), raw::io::parse);
    }
    if needs.any(Needs::OOM_SCORE) {
        let small =
            |text: &[u8]| raw::number(text.trim_ascii()).and_then(|n| u32::try_from(n).ok());
        extra.oom_score = parsed(read(c"oom_score"), small);
    }
    if needs.any(Needs::PSS) {
        extra.pss_bytes = parsed(read(c"smaps_rollup"), raw::maps::pss_bytes);
    }
    if needs.any(Needs::DESCRIPTORS) {
        extra.descriptors = optional(crate::descriptors::count(dir));
    }
    if needs.any(Needs::SOCKETS) {
        read_sockets(dir, extra);
    }
    if needs.any(DESCRIPTION) {
        read_description(dir, needs, extra, text);
    }
}

/// What describes a process and never decides what it is.
const DESCRIPTION: Needs =
    Needs(Needs::ROOT.0 | Needs::LIMITS.0 | Needs::NAMESPACES.0 | Needs::OOM_ADJUSTMENT.0);

fn read_description(dir: &PidDir, needs: Needs, extra: &mut Extra, text: &mut Vec<u8>) {
    let mut read = |name: &CStr| dir.read(name, text).map(|()| text.clone());
    if needs.any(Needs::ROOT) {
        extra.root = optional(dir.link(c"root"));
    }
    if needs.any(Needs::LIMITS) {
        let some = |limits: Vec<Limit>| (!limits.is_empty()).then(|| limits.into_boxed_slice());
        extra.limits = parsed(read(c"limits"), |text| some(raw::limits::parse(text)));
    }
    if needs.any(Needs::NAMESPACES) {
        extra.namespaces = Namespaces::of(dir).seen().map(Box::new);
    }
    if needs.any(Needs::OOM_ADJUSTMENT) {
        extra.oom_score_adj = parsed(read(c"oom_score_adj"), |text| {
            std::str::from_utf8(text.trim_ascii()).ok()?.parse().ok()
        });
    }
}

fn read_sockets(dir: &PidDir, extra: &mut Extra) {
    let mut inodes = Vec::new();
    let walk = sockets::socket_inodes_of(dir.as_fd(), &mut |_, inode| {
        inodes.push(inode);
        ControlFlow::Continue(())
    });
    // Duplicates of a descriptor are one socket.
    inodes.sort_unstable();
    inodes.dedup();
    extra.net_tables = match &*inodes {
        [] => Fact::NotMeasured,
        _ => sockets::net_tables_id(dir.as_fd()).map_or_else(why, Fact::Known),
    };
    extra.sockets = walk.map_or_else(why, |_| Fact::Known(inodes.into_boxed_slice()));
}

fn why<T>(error: SocketError) -> Fact<T> {
    match error {
        SocketError::NotPermitted { .. } => Fact::NotPermitted,
        SocketError::Vanished { .. } => Fact::NotApplicable,
        _ => Fact::Unknown,
    }
}

fn parsed<T>(read: Result<Vec<u8>, ReadError>, parse: impl Fn(&[u8]) -> Option<T>) -> Fact<T> {
    match read {
        // The kernel gives an empty text for processes without memory of their own.
        Ok(text) if text.is_empty() => Fact::NotApplicable,
        Ok(text) => parse(&text).into(),
        Err(error) => error.into_fact(),
    }
}
