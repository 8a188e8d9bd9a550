//! `/proc/PID/io`, proc_pid_io(5).

/// Bytes and calls of a process's input and output, since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Io {
    /// `rchar`: bytes passed to read calls, whatever served them.
    pub read_chars: u64,
    /// `wchar`: bytes passed to write calls.
    pub write_chars: u64,
    /// `syscr`: read calls.
    pub read_calls: u64,
    /// `syscw`: write calls.
    pub write_calls: u64,
    /// `read_bytes`: bytes that came from storage.
    pub read_bytes: u64,
    /// `write_bytes`: bytes that went to storage.
    pub write_bytes: u64,
    /// `cancelled_write_bytes`: bytes never written because the file was truncated.
    pub cancelled_write_bytes: u64,
}

/// Parses the text; `None` if it holds none of the fields.
pub fn parse(text: &[u8]) -> Option<Io> {
    let mut io = Io::default();
    let mut found = false;
    for line in super::lines(text) {
        let Some((name, value)) = super::split_at_byte(line, b':') else { continue };
        let Some(value) = super::number(value.trim_ascii()) else { continue };
        let slot = match name {
            b"rchar" => &mut io.read_chars,
            b"wchar" => &mut io.write_chars,
            b"syscr" => &mut io.read_calls,
            b"syscw" => &mut io.write_calls,
            b"read_bytes" => &mut io.read_bytes,
            b"write_bytes" => &mut io.write_bytes,
            b"cancelled_write_bytes" => &mut io.cancelled_write_bytes,
            _ => continue,
        };
        *slot = value;
        found = true;
    }
    found.then_some(io)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_text() {
        let io = parse(b"rchar: 10\nwchar: 20\nsyscr: 1\nsyscw: 2\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 3\n").unwrap();
        assert_eq!((io.read_bytes, io.write_bytes, io.cancelled_write_bytes), (4096, 8192, 3));
        assert_eq!((io.read_chars, io.write_calls), (10, 2));
        assert_eq!(parse(b"garbage\nrchar: x\n"), None);
    }
}
