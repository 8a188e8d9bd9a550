//! Lines from a pipe, as they come.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

/// Longer lines are handed on in pieces of that size.
const LONGEST: usize = 64 * 1024;
/// How much is read before others have their turn.
const TURN: usize = 16;

/// The reading end of a pipe, and the line that is not yet whole.
pub struct Lines {
    pipe: OwnedFd,
    started: Vec<u8>,
}

impl AsFd for Lines {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

impl Lines {
    /// Reads from that pipe from now on, without waiting.
    pub fn new(pipe: OwnedFd) -> Lines {
        // On a descriptor of ours this can't fail; were it to, reading would wait, and do no harm.
        let _ = fcntl_getfl(&pipe).and_then(|flags| fcntl_setfl(&pipe, flags | OFlags::NONBLOCK));
        Lines { pipe, started: Vec::new() }
    }

    /// Hands on the lines that are there, a good deal of them at most. True at the end: nobody holds
    /// the other side, and everything is handed on.
    pub fn read(&mut self, line: &mut dyn FnMut(&[u8])) -> bool {
        let mut buffer = [0; 16 * 1024];
        for _ in 0..TURN {
            match rustix::io::read(&self.pipe, &mut buffer) {
                Ok(0) => {
                    self.flush(line);
                    return true;
                }
                Ok(count) => self.take(buffer.get(..count).unwrap_or_default(), line),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return false,
                // A pipe has no other errors; one that has is of no more use.
                Err(_) => {
                    self.flush(line);
                    return true;
                }
            }
        }
        false
    }

    /// Hands on a last line without its end.
    pub fn flush(&mut self, line: &mut dyn FnMut(&[u8])) {
        if !self.started.is_empty() {
            line(&self.started);
            self.started.clear();
        }
    }

    fn take(&mut self, mut bytes: &[u8], line: &mut dyn FnMut(&[u8])) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (head, rest) = bytes.split_at(end);
            match self.started.is_empty() {
                true => line(head),
                false => {
                    self.started.extend_from_slice(head);
                    line(&self.started);
                    self.started.clear();
                }
            }
            bytes = rest.get(1..).unwrap_or_default();
        }
        self.started.extend_from_slice(bytes);
        while self.started.len() >= LONGEST {
            let rest = self.started.split_off(LONGEST);
            line(&self.started);
            self.started = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Lines};

    fn fed(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        let (read, write) = std::io::pipe().unwrap();
        let mut lines = Lines::new(read.into());
        let mut got = Vec::new();
        for piece in pieces {
            std::io::Write::write_all(&mut &write, piece).unwrap();
            assert!(!lines.read(&mut |line| got.push(line.to_vec())));
        }
        drop(write);
        while !lines.read(&mut |line| got.push(line.to_vec())) {}
        got
    }

    #[test]
    fn lines_are_put_together_and_the_last_needs_no_end() {
        assert_eq!(fed(&[b"a", b"b\nc\n\n", b"d"]), [&b"ab"[..], b"c", b"", b"d"]);
        assert!(fed(&[]).is_empty());
    }

    #[test]
    fn a_line_without_end_comes_in_pieces() {
        let half = vec![b'x'; LONGEST / 2 + 7];
        let sizes: Vec<usize> = fed(&[&half, &half, b"y\n"]).iter().map(Vec::len).collect();
        assert_eq!(sizes, [LONGEST, 15]);
    }
}
