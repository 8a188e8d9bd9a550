//! `/proc/PID/status`, proc_pid_status(5).

use super::{hex, lines, number, split_at_byte, words};

/// Real, effective, saved and file system id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ids {
    /// Real.
    pub real: u32,
    /// Effective.
    pub effective: u32,
    /// Saved.
    pub saved: u32,
    /// Of the file system.
    pub filesystem: u32,
}

/// Signal sets of a process, bit `n - 1` for signal `n`, real-time signals included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignalSets {
    /// `SigPnd`: pending for the main thread.
    pub pending_thread: u64,
    /// `ShdPnd`: pending for the process.
    pub pending_process: u64,
    /// `SigBlk`: blocked in the main thread.
    pub blocked: u64,
    /// `SigIgn`: ignored.
    pub ignored: u64,
    /// `SigCgt`: caught by a handler.
    pub caught: u64,
}

/// Capability sets, bit `n` for capability `n` (capabilities(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// Inheritable.
    pub inheritable: u64,
    /// Permitted.
    pub permitted: u64,
    /// Effective.
    pub effective: u64,
    /// Bounding.
    pub bounding: u64,
    /// Ambient.
    pub ambient: u64,
}

/// What `/proc/PID/status` says. A field that the kernel does not print is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// File mode creation mask.
    pub umask: Option<u32>,
    /// User ids.
    pub uid: Option<Ids>,
    /// Group ids.
    pub gid: Option<Ids>,
    /// Supplementary groups.
    pub groups: Vec<u32>,
    /// Its pid in each pid namespace, from the reader's to its own.
    pub namespace_pids: Vec<u32>,
    /// Its session in each pid namespace.
    pub namespace_sessions: Vec<u32>,
    /// `TracerPid`: who debugs it, 0 for nobody.
    pub tracer_pid: Option<u32>,
    /// `FDSize`: slots in its descriptor table.
    pub descriptor_slots: Option<u64>,
    /// `VmHWM`: most memory it ever had in RAM.
    pub peak_rss_bytes: Option<u64>,
    /// `VmRSS`.
    pub rss_bytes: Option<u64>,
    /// `RssAnon`.
    pub anonymous_bytes: Option<u64>,
    /// `RssFile`.
    pub file_bytes: Option<u64>,
    /// `RssShmem`.
    pub shared_bytes: Option<u64>,
    /// `VmSwap`.
    pub swap_bytes: Option<u64>,
    /// `VmLck`: locked in RAM.
    pub locked_bytes: Option<u64>,
    /// Signals.
    pub signals: Option<SignalSets>,
    /// Signals queued and the limit of that (`SigQ`).
    pub queued_signals: Option<(u64, u64)>,
    /// Capabilities.
    pub capabilities: Option<Capabilities>,
    /// `NoNewPrivs` (prctl(2)).
    pub no_new_privs: Option<bool>,
    /// Seccomp mode: 0 none, 1 strict, 2 filter.
    pub seccomp: Option<u32>,
    /// `Seccomp_filters`.
    pub seccomp_filters: Option<u32>,
    /// Context switches made by waiting.
    pub voluntary_switches: Option<u64>,
    /// Context switches forced by the scheduler.
    pub involuntary_switches: Option<u64>,
    /// `CoreDumping`.
    pub core_dumping: Option<bool>,
}

/// Parses the text. Never fails: what is missing or garbage stays `None`.
///
/// `Name:` can hold anything, newlines excepted (the kernel escapes them), so a field is taken at
/// its first appearance after it.
pub fn parse(text: &[u8]) -> Status {
    let mut status = Status::default();
    let mut signals = SignalSets::default();
    let mut capabilities = Capabilities::default();
    let (mut any_signal, mut any_capability) = (false, false);
    for line in lines(text) {
        let Some((name, value)) = split_at_byte(line, b':') else { continue };
        let value = value.trim_ascii();
        if let Some(slot) = signal_set(&mut signals, name) {
            any_signal |= set(slot, hex(value));
        } else if let Some(slot) = capability_set(&mut capabilities, name) {
            any_capability |= set(slot, hex(value));
        } else {
            plain_field(&mut status, name, value);
        }
    }
    status.signals = any_signal.then_some(signals);
    status.capabilities = any_capability.then_some(capabilities);
    status
}

fn set(slot: &mut u64, value: Option<u64>) -> bool {
    *slot = value.unwrap_or(*slot);
    value.is_some()
}

fn signal_set<'a>(sets: &'a mut SignalSets, name: &[u8]) -> Option<&'a mut u64> {
    Some(match name {
        b"SigPnd" => &mut sets.pending_thread,
        b"ShdPnd" => &mut sets.pending_process,
        b"SigBlk" => &mut sets.blocked,
        b"SigIgn" => &mut sets.ignored,
        b"SigCgt" => &mut sets.caught,
        _ => return None,
    })
}

fn capability_set<'a>(sets: &'a mut Capabilities, name: &[u8]) -> Option<&'a mut u64> {
    Some(match name {
        b"CapInh" => &mut sets.inheritable,
        b"CapPrm" => &mut sets.permitted,
        b"CapEff" => &mut sets.effective,
        b"CapBnd" => &mut sets.bounding,
        b"CapAmb" => &mut sets.ambient,
        _ => return None,
    })
}

fn plain_field(status: &mut Status, name: &[u8], value: &[u8]) {
    match name {
        b"Umask" => status.umask = octal(value),
        b"Uid" => status.uid = ids(value),
        b"Gid" => status.gid = ids(value),
        b"Groups" => status.groups = list(value),
        b"NSpid" => status.namespace_pids = list(value),
        b"NSsid" => status.namespace_sessions = list(value),
        b"TracerPid" => status.tracer_pid = small(value),
        b"FDSize" => status.descriptor_slots = number(value),
        b"VmHWM" => status.peak_rss_bytes = kibibytes(value),
        b"VmRSS" => status.rss_bytes = kibibytes(value),
        b"RssAnon" => status.anonymous_bytes = kibibytes(value),
        b"RssFile" => status.file_bytes = kibibytes(value),
        b"RssShmem" => status.shared_bytes = kibibytes(value),
        b"VmSwap" => status.swap_bytes = kibibytes(value),
        b"VmLck" => status.locked_bytes = kibibytes(value),
        b"SigQ" => {
            status.queued_signals =
                split_at_byte(value, b'/').and_then(|(a, b)| Some((number(a)?, number(b)?)));
        }
        b"NoNewPrivs" => status.no_new_privs = number(value).map(|flag| flag != 0),
        b"Seccomp" => status.seccomp = small(value),
        b"Seccomp_filters" => status.seccomp_filters = small(value),
        b"voluntary_ctxt_switches" => status.voluntary_switches = number(value),
        b"nonvoluntary_ctxt_switches" => status.involuntary_switches = number(value),
        b"CoreDumping" => status.core_dumping = number(value).map(|flag| flag != 0),
        _ => {}
    }
}

fn small(value: &[u8]) -> Option<u32> {
    number(value).and_then(|value| u32::try_from(value).ok())
}

fn list(value: &[u8]) -> Vec<u32> {
    words(value).filter_map(small).collect()
}

fn ids(value: &[u8]) -> Option<Ids> {
    let mut numbers = words(value).map(small);
    let mut next = || numbers.next().flatten();
    Some(Ids { real: next()?, effective: next()?, saved: next()?, filesystem: next()? })
}

fn octal(value: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(value).ok()?, 8).ok()
}

fn kibibytes(value: &[u8]) -> Option<u64> {
    number(value.strip_suffix(b" kB")?)?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"Name:\tx\\nUid:\t9\nUmask:\t0022\nState:\tS (sleeping)\nTracerPid:\t0\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nFDSize:\t64\nGroups:\t4 24 27 \nNSpid:\t312\t1\nVmRSS:\t    2048 kB\nVmSwap:\t       0 kB\nSigQ:\t1/95000\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000200\nSigBlk:\t0000000000010000\nSigIgn:\t0000000000384004\nSigCgt:\t000000004b813efb\nCapEff:\t000001ffffffffff\nNoNewPrivs:\t1\nSeccomp:\t2\nvoluntary_ctxt_switches:\t150\n";

    #[test]
    fn the_kernels_text() {
        let status = parse(TEXT);
        assert_eq!(status.umask, Some(0o022));
        assert_eq!(status.uid.unwrap(), Ids { real: 1, effective: 2, saved: 3, filesystem: 4 });
        assert_eq!(status.groups, [4, 24, 27]);
        assert_eq!(status.namespace_pids, [312, 1]);
        assert_eq!(status.rss_bytes, Some(2 << 20));
        assert_eq!(status.swap_bytes, Some(0));
        assert_eq!(status.queued_signals, Some((1, 95000)));
        assert_eq!(status.signals.unwrap().pending_process, 0x200);
        assert_eq!(status.capabilities.unwrap().effective, 0x1ff_ffff_ffff);
        assert_eq!((status.no_new_privs, status.seccomp), (Some(true), Some(2)));
        assert_eq!(status.peak_rss_bytes, None);
    }

    #[test]
    fn every_cut_is_survived() {
        for length in 0..TEXT.len() {
            let _ = parse(&TEXT[..length]);
        }
        assert_eq!(parse(b""), Status::default());
    }
}
