//! `/proc/PID/stat`, proc_pid_stat(5).

/// The flag of `PF_KTHREAD` in field 9 (include/linux/sched.h): a kernel thread, beyond forging.
const PF_KTHREAD: u32 = 0x0020_0000;

/// What `/proc/PID/stat` says, in the kernel's own units.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stat {
    /// Field 3: R, S, D, T, t, Z, X, I …
    pub state: u8,
    /// Field 4: the parent, 0 if it is outside this pid namespace.
    pub ppid: u32,
    /// Field 5: the process group, 0 if it is led from outside this pid namespace.
    pub pgrp: i32,
    /// Field 6: the session, 0 if it is led from outside this pid namespace.
    pub session: i32,
    /// Field 7: the controlling terminal's device number, 0 for none.
    pub tty_nr: u32,
    /// Field 8: the terminal's foreground process group, -1 for none.
    pub tpgid: i32,
    /// Field 9: PF_* flags of the kernel.
    pub flags: u32,
    /// Field 10: minor faults.
    pub minor_faults: u64,
    /// Field 12: major faults, which had to read from disk.
    pub major_faults: u64,
    /// Field 14: CPU time in user mode, in clock ticks.
    pub user_ticks: u64,
    /// Field 15: CPU time in kernel mode, in clock ticks.
    pub system_ticks: u64,
    /// Fields 16 and 17: CPU time of children that were waited for, in clock ticks.
    pub children_ticks: u64,
    /// Field 18: scheduling priority as the kernel shows it.
    pub priority: i32,
    /// Field 19: nice value, -20 to 19.
    pub nice: i32,
    /// Field 20: threads.
    pub threads: u32,
    /// Field 22: start, in clock ticks after boot.
    pub start_ticks: u64,
    /// Field 23: virtual memory, in bytes.
    pub virtual_bytes: u64,
    /// Field 24: resident memory, in pages.
    pub resident_pages: u64,
    /// Field 26: where its code begins, another address after each execve(2) of a
    /// position-independent program; 0 or 1 if that may not be seen.
    pub code_start: u64,
    /// Field 32: blocked signals 1 to 31, bit `n - 1` for signal `n`.
    pub blocked: u32,
    /// Field 33: ignored signals 1 to 31.
    pub ignored: u32,
    /// Field 34: caught signals 1 to 31.
    pub caught: u32,
    /// Field 39: the processor it last ran on.
    pub processor: u32,
    /// Field 42: time waiting for block I/O, in clock ticks.
    pub block_io_ticks: u64,
}

impl Stat {
    /// Whether the kernel itself says that this is one of its threads.
    pub fn is_kernel_thread(&self) -> bool {
        self.flags & PF_KTHREAD != 0
    }

    /// Whether it has ended and waits for its parent.
    pub fn is_zombie(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x')
    }

    /// Whether it is stopped, by a signal or a debugger.
    pub fn is_stopped(&self) -> bool {
        matches!(self.state, b'T' | b't')
    }

    /// Whether standard signal `number` (1 to 31) is ignored.
    pub fn ignores(&self, number: u32) -> bool {
        self.ignored & bit(number) != 0
    }

    /// Whether standard signal `number` (1 to 31) has a handler.
    pub fn catches(&self, number: u32) -> bool {
        self.caught & bit(number) != 0
    }
}

fn bit(signal: u32) -> u32 {
    1u32.checked_shl(signal.wrapping_sub(1)).unwrap_or(0)
}

/// Parses the text. The name may itself hold blanks, newlines and parentheses, so the fields start
/// behind the last `)`. Gives the name and the fields, or `None` if a field up to 24 is missing
/// or the text is cut.
pub fn parse(text: &[u8]) -> Option<(&[u8], Stat)> {
    // Without its line end the text was cut, and the last number with it.
    let text = text.strip_suffix(b"\n")?;
    let open = memchr::memchr(b'(', text)?;
    let close = memchr::memrchr(b')', text)?;
    let comm = text.get(open + 1..close)?;
    let mut fields = Fields { rest: text.get(close + 2..)? };
    let mut stat = Stat { state: *fields.next()?.first()?, ..Stat::default() };
    stat.ppid = fields.u32()?;
    stat.pgrp = fields.i32()?;
    stat.session = fields.i32()?;
    // Printed signed; a device number fills 32 bits.
    stat.tty_nr = fields.i32()? as u32;
    stat.tpgid = fields.i32()?;
    stat.flags = fields.u32()?;
    stat.minor_faults = fields.u64()?;
    fields.skip(1);
    stat.major_faults = fields.u64()?;
    fields.skip(1);
    stat.user_ticks = fields.u64()?;
    stat.system_ticks = fields.u64()?;
    stat.children_ticks = fields.u64()?.saturating_add(fields.u64()?);
    stat.priority = fields.i32()?;
    stat.nice = fields.i32()?;
    stat.threads = fields.u32()?;
    fields.skip(1);
    stat.start_ticks = fields.u64()?;
    stat.virtual_bytes = fields.u64()?;
    stat.resident_pages = fields.u64()?;
    fields.skip(1);
    stat.code_start = fields.u64().unwrap_or(0);
    fields.skip(5);
    // Old kernels end earlier; what is missing stays zero.
    stat.blocked = fields.u64().unwrap_or(0) as u32;
    stat.ignored = fields.u64().unwrap_or(0) as u32;
    stat.caught = fields.u64().unwrap_or(0) as u32;
    fields.skip(4);
    stat.processor = fields.u32().unwrap_or(0);
    fields.skip(2);
    stat.block_io_ticks = fields.u64().unwrap_or(0);
    Some((comm, stat))
}

/// Numbers separated by one blank each, read in one pass.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The state, the only field that is no number.
    fn next(&mut self) -> Option<&'a [u8]> {
        let (word, rest) = super::split_at_byte(self.rest, b' ')?;
        self.rest = rest;
        Some(word)
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.next();
        }
    }

    #[inline]
    fn u64(&mut self) -> Option<u64> {
        let mut sum = 0u64;
        let mut length = 0;
        for &byte in self.rest {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                if byte != b' ' && byte != b'\n' {
                    return None;
                }
                break;
            }
            sum = sum.checked_mul(10)?.checked_add(u64::from(digit))?;
            length += 1;
        }
        // The separator goes with the number; at the end of the text there may be none.
        self.rest = self.rest.get(length + 1..).unwrap_or_default();
        (length > 0).then_some(sum)
    }

    #[inline]
    fn u32(&mut self) -> Option<u32> {
        u32::try_from(self.u64()?).ok()
    }

    #[inline]
    fn i32(&mut self) -> Option<i32> {
        match self.rest.strip_prefix(b"-") {
            Some(digits) => {
                self.rest = digits;
                i32::try_from(-i64::try_from(self.u64()?).ok()?).ok()
            }
            None => i32::try_from(self.u64()?).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINE: &[u8] = b"1234 (na) me\n(x) S 1 1234 1234 34816 1240 4194560 100 200 3 4 50 60 7 8 20 0 3 0 98765 123456789 2500 18446744073709551615 1 1 0 0 0 3 6 4096 81922 0 0 0 17 1 0 0 9 0 0 0 0 0 0 0 0 0 0\n";

    #[test]
    fn a_name_may_hold_parentheses_blanks_and_newlines() {
        let (comm, stat) = parse(LINE).unwrap();
        assert_eq!(comm, b"na) me\n(x");
        assert_eq!((stat.state, stat.ppid, stat.session), (b'S', 1, 1234));
        assert_eq!((stat.tty_nr, stat.tpgid, stat.threads), (34816, 1240, 3));
        assert_eq!((stat.user_ticks, stat.system_ticks, stat.children_ticks), (50, 60, 15));
        assert_eq!(
            (stat.start_ticks, stat.virtual_bytes, stat.resident_pages),
            (98765, 123456789, 2500)
        );
        assert_eq!((stat.blocked, stat.ignored, stat.caught), (6, 4096, 81922));
        assert!(stat.ignores(13) && stat.catches(2) && stat.catches(15) && stat.catches(17));
        assert_eq!((stat.processor, stat.block_io_ticks), (1, 9));
    }

    #[test]
    fn a_cut_text_is_refused() {
        for length in 0..LINE.len() {
            assert_eq!(parse(&LINE[..length]), None, "cut at {length}");
        }
    }

    #[test]
    fn a_signal_number_out_of_range_is_no_bit() {
        let stat = Stat { ignored: u32::MAX, ..Stat::default() };
        assert!(!stat.ignores(0) && !stat.ignores(64) && stat.ignores(32));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&text);
        }

        #[test]
        fn any_name_survives(name in proptest::collection::vec(1u8..=255, 0..64)) {
            let mut text = b"7 (".to_vec();
            text.extend(&name);
            text.extend(&LINE[memchr::memmem::find(LINE, b") S").unwrap()..]);
            let (comm, stat) = parse(&text).unwrap();
            prop_assert_eq!(comm, &name[..]);
            prop_assert_eq!(stat.start_ticks, 98765);
        }
    }
}
