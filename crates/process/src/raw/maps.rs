//! `/proc/PID/maps`, `smaps` and `smaps_rollup`, proc_pid_maps(5), proc_pid_smaps(5).

/// `Pss:` of `smaps_rollup`, in bytes.
pub fn pss_bytes(text: &[u8]) -> Option<u64> {
    super::lines(text).find_map(|line| {
        let value = line.strip_prefix(b"Pss:")?.trim_ascii().strip_suffix(b" kB")?;
        super::number(value)?.checked_mul(1024)
    })
}
