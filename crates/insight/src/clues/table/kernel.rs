//! The kernel's lines about a process.

use super::{Kind as K, Row, failure, fatal};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    fatal("kernel", K::Segfault, "segfault at", r"(?P<program>[^\[\]]+)\[{pid}\]: segfault at (?P<address>[0-9a-f]+) ip \S+ sp \S+ error \d+(?: in (?P<module>[^\[]+)\[(?:(?P<offset>[0-9a-f]+),)?[0-9a-f+,]+\])?",
        "nginx[812]: segfault at 0 ip 000055d0c0a1b2c3 sp 00007ffd2b error 4 in libfoo.so.1[7f1200001000+2000]",
        &[("program", "nginx"), ("pid", "812"), ("address", "0"), ("module", "libfoo.so.1")]),
    fatal("kernel", K::Segfault, "traps: ", r"traps: (?P<program>[^\[\]]+)\[{pid}\] (?:general protection(?: fault)?|trap [\w ]+) ip:(?P<address>[0-9a-f]+) sp:\S+ error:\S+(?: in (?P<module>[^\[]+)\[[0-9a-f+,]+\])?",
        "traps: redis-server[812] general protection fault ip:7f12 sp:7ffd error:0 in libc.so.6[7f00+1000]",
        &[("program", "redis-server"), ("pid", "812"), ("address", "7f12"), ("module", "libc.so.6")]),
    fatal("kernel", K::OomKill, "Killed process", r"Killed process {pid} \((?P<program>[^)]+)\)",
        "Memory cgroup out of memory: Killed process 812 (redis-server) total-vm:1024kB, anon-rss:512kB", &[("pid", "812"), ("program", "redis-server")]),
    failure("kernel", K::IoError, "I/O error, dev", r"I/O error, dev (?P<path>\w+), sector \d+",
        "blk_update_request: I/O error, dev sda, sector 2048 op 0x0:(READ) flags 0x0", &[("path", "sda")]),
    failure("kernel", K::ReadOnly, "Remounting filesystem read-only", r"(?:^.*\((?P<path>\w+)\).*)?Remounting filesystem read-only",
        "EXT4-fs (sda1): Remounting filesystem read-only", &[("path", "sda1")]),
];
