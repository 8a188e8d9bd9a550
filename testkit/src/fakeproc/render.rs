//! Writing as the kernel writes: fs/proc/array.c, stat.c, meminfo.c.

use super::process::Process;
use std::fmt::Write as _;

/// The files of the machine as a whole.
pub(super) fn machine(booted: u64, up: u64) -> Vec<(&'static str, String)> {
    let stat = format!(
        "cpu  4000 0 2000 {idle} 100 0 50 0 0 0\ncpu0 2000 0 1000 {half} 50 0 25 0 0 0\n\
         cpu1 2000 0 1000 {half} 50 0 25 0 0 0\nintr 0\nctxt 1000\nbtime {booted}\n\
         processes 5000\nprocs_running 1\nprocs_blocked 0\nsoftirq 0\n",
        idle = up * 200,
        half = up * 100,
    );
    let memory = "MemTotal:       16000000 kB\nMemFree:         8000000 kB\n\
        MemAvailable:   12000000 kB\nBuffers:          100000 kB\nCached:          3000000 kB\n\
        SwapCached:            0 kB\nSwapTotal:       1000000 kB\nSwapFree:        1000000 kB\n";
    let drivers = "/dev/tty             /dev/tty        5       0 system:/dev/tty\n\
        /dev/console         /dev/console    5       1 system:console\n\
        /dev/ptmx            /dev/ptmx       5       2 system\n\
        serial               /dev/ttyS       4      64-111 serial\n\
        pty_slave            /dev/pts      136 0-1048575 pty:slave\n\
        pty_master           /dev/ptm      128 0-1048575 pty:master\n\
        unknown              /dev/tty        4 1-63 console\n";
    let version = "Linux version 6.1.0-testkit (nobody@box) (gcc) #1 SMP PREEMPT_DYNAMIC\n";
    [
        ("stat", stat.as_str()),
        ("uptime", &format!("{up}.00 {}.00\n", up * 2 - up / 10)),
        ("meminfo", memory),
        ("loadavg", "0.10 0.20 0.30 1/100 5000\n"),
        ("version", version),
        ("tty/drivers", drivers),
        ("sys/kernel/pid_max", "4194304\n"),
        ("sys/kernel/threads-max", "125000\n"),
        ("sys/kernel/hostname", "box\n"),
        ("sys/kernel/osrelease", "6.1.0-testkit\n"),
        ("sys/kernel/ostype", "Linux\n"),
        ("sys/kernel/random/boot_id", "01234567-89ab-4cde-8f01-23456789abcd\n"),
    ]
    .map(|(path, content)| (path, content.to_owned()))
    .to_vec()
}

/// The files of one process, by their path in its directory.
pub(super) fn process(process: &Process) -> Vec<(&'static str, Vec<u8>)> {
    let resident = process.rss_pages;
    let pages = process.virtual_bytes / 4096;
    vec![
        ("stat", stat(process)),
        ("status", status(process)),
        ("statm", format!("{pages} {resident} {} 1 0 {resident} 0\n", resident / 2).into_bytes()),
        ("comm", [&process.comm[..], b"\n"].concat()),
        ("cmdline", process.cmdline.clone()),
        ("environ", process.environ.clone()),
        ("cgroup", process.cgroup.clone()),
        ("io", IO.to_vec()),
        ("limits", LIMITS.to_vec()),
        ("oom_score", b"666\n".to_vec()),
        ("oom_score_adj", b"0\n".to_vec()),
        ("loginuid", b"4294967295".to_vec()),
        ("sessionid", b"4294967295".to_vec()),
        ("wchan", b"0".to_vec()),
        ("maps", Vec::new()),
    ]
}

/// `do_task_stat()`: the name raw between parentheses, then fields 3 to 52 of proc_pid_stat(5).
fn stat(p: &Process) -> Vec<u8> {
    let kernel = p.virtual_bytes == 0;
    let address = |address: u64| if kernel { 0 } else { address };
    let priority = 20 + p.nice;
    let mut fields = format!(
        ") {} {} {} {} {} {} {} 100 0 0 0 {} {} 0 0 {priority} {} {} 0 {} {} {} {}",
        p.state,
        p.ppid,
        p.pgrp,
        p.session,
        p.tty_nr,
        p.tpgid,
        p.flags,
        p.utime_ticks,
        p.stime_ticks,
        p.nice,
        p.threads,
        p.start_ticks,
        p.virtual_bytes,
        p.rss_pages,
        u64::MAX,
    );
    // 26-28: code and stack; 29-30: always 0 for others; 31-34: obsolete signal masks, 31 bits.
    let masks = [p.signals.pending, p.signals.blocked, p.signals.ignored, p.signals.caught];
    let [pending, blocked, ignored, caught] = masks.map(|mask| mask & 0x7fff_ffff);
    let _ = write!(
        fields,
        " {} {} {} 0 0 {pending} {blocked} {ignored} {caught} 0 0 0 17 1 0 0 0 0 0",
        address(0x5555_5555_4000),
        address(0x5555_5557_0000),
        address(0x7fff_ffff_e000),
    );
    // 45-51: data, heap, arguments and environment; 52: exit code.
    for at in [0x5580_0000_u64, 0x5580_1000, 0x5590_0000, 0x7fff_1000, 0x7fff_1100, 0x7fff_1100] {
        let _ = write!(fields, " {}", address(at));
    }
    let _ = writeln!(fields, " {} 0", address(0x7fff_2000));
    [format!("{} (", p.pid).as_bytes(), &p.comm, fields.as_bytes()].concat()
}

/// `proc_pid_status()`; the name has newlines and backslashes escaped there, other than in `stat`.
fn status(p: &Process) -> Vec<u8> {
    let word = match p.state {
        'R' => "running",
        'S' => "sleeping",
        'D' => "disk sleep",
        'T' => "stopped",
        't' => "tracing stop",
        'Z' => "zombie",
        'X' => "dead",
        'I' => "idle",
        'P' => "parked",
        _ => "unknown",
    };
    let mut name = Vec::new();
    for byte in &p.comm {
        match byte {
            b'\n' => name.extend_from_slice(b"\\n"),
            b'\\' => name.extend_from_slice(b"\\\\"),
            other => name.push(*other),
        }
    }
    let ids = |ids: [u32; 4]| ids.map(|id| id.to_string()).join("\t");
    let mut text = format!(
        "\nUmask:\t{:04o}\nState:\t{} ({word})\nTgid:\t{pid}\nNgid:\t0\nPid:\t{pid}\nPPid:\t{}\n\
         TracerPid:\t0\nUid:\t{}\nGid:\t{}\nFDSize:\t64\nGroups:\t \nNStgid:\t{pid}\n\
         NSpid:\t{pid}\nNSpgid:\t{}\nNSsid:\t{}\n",
        p.umask,
        p.state,
        p.ppid,
        ids(p.uids),
        ids(p.gids),
        p.pgrp,
        p.session,
        pid = p.pid,
    );
    if p.virtual_bytes > 0 {
        let (size, resident) = (p.virtual_bytes / 1024, p.rss_pages * 4);
        let _ = write!(
            text,
            "VmPeak:\t{size:8} kB\nVmSize:\t{size:8} kB\nVmLck:\t       0 kB\n\
             VmPin:\t       0 kB\nVmHWM:\t{resident:8} kB\nVmRSS:\t{resident:8} kB\n\
             RssAnon:\t{resident:8} kB\nRssFile:\t       0 kB\nRssShmem:\t       0 kB\n\
             VmSwap:\t       0 kB\n",
        );
    }
    let (s, c) = (p.signals, p.capabilities);
    let _ = write!(
        text,
        "Threads:\t{}\nSigQ:\t0/96365\nSigPnd:\t{:016x}\nShdPnd:\t{:016x}\nSigBlk:\t{:016x}\n\
         SigIgn:\t{:016x}\nSigCgt:\t{:016x}\nCapInh:\t{:016x}\nCapPrm:\t{c:016x}\n\
         CapEff:\t{c:016x}\nCapBnd:\t{c:016x}\nCapAmb:\t{:016x}\nNoNewPrivs:\t{}\nSeccomp:\t{}\n\
         Seccomp_filters:\t0\nvoluntary_ctxt_switches:\t10\nnonvoluntary_ctxt_switches:\t2\n",
        p.threads,
        0,
        s.pending,
        s.blocked,
        s.ignored,
        s.caught,
        0,
        0,
        u32::from(p.no_new_privs),
        p.seccomp,
    );
    [b"Name:\t", &name[..], text.as_bytes()].concat()
}

const IO: &[u8] = b"rchar: 6976\nwchar: 100\nsyscr: 10\nsyscw: 1\nread_bytes: 4096\n\
write_bytes: 8192\ncancelled_write_bytes: 0\n";

const LIMITS: &[u8] =
    b"Limit                     Soft Limit           Hard Limit           Units     \n\
Max cpu time              unlimited            unlimited            seconds   \n\
Max stack size            8388608              unlimited            bytes     \n\
Max open files            1024                 1048576              files     \n";
