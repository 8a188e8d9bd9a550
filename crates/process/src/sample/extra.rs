//! Reading what only some processes are asked for, relative to an open `/proc/PID`.

use std::ffi::CStr;

use crate::fact::Fact;
use crate::needs::Needs;
use crate::process::Extra;
use crate::procfs::{PidDir, ReadError};
use crate::raw;

fn optional<T>(read: Result<T, ReadError>) -> Fact<T> {
    read.map_or_else(ReadError::into_fact, Fact::Known)
}

/// The inode in a namespace link such as `pid:[4026531836]`, namespaces(7).
pub(crate) fn namespace(dir: &PidDir, name: &CStr) -> Fact<u64> {
    match dir.link(name) {
        Ok(link) => {
            let inode = raw::split_at_byte(&link, b'[').and_then(|(_, rest)| rest.strip_suffix(b"]"));
            inode.and_then(raw::number).into()
        }
        Err(error) => error.into_fact(),
    }
}

/// Fills in what `needs` asks for, each file read once.
pub(super) fn read_extra(dir: &PidDir, needs: Needs, extra: &mut Extra, text: &mut Vec<u8>) {
    if needs.any(Needs::EXE) {
        extra.exe = optional(dir.link(c"exe"));
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
        let small = |text: &[u8]| raw::number(text.trim_ascii()).and_then(|n| u32::try_from(n).ok());
        extra.oom_score = parsed(read(c"oom_score"), small);
    }
    if needs.any(Needs::PSS) {
        extra.pss_bytes = parsed(read(c"smaps_rollup"), raw::maps::pss_bytes);
    }
    if needs.any(Needs::DESCRIPTORS) {
        extra.descriptors = optional(crate::descriptors::count(dir));
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
