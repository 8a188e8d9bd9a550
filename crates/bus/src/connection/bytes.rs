//! Bytes to the socket and from it, none of them later than the deadline.

use std::io;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::net::{
    AddressFamily, SendFlags, SocketAddrUnix, SocketFlags, SocketType, connect, send, socket_with,
    sockopt,
};

use super::Connection;
use crate::{Address, BusError};

/// How much is read at once, in bytes.
pub(super) const CHUNK: usize = 64 << 10;

/// A point in time, that far away; a year, where that is farther than the clock reaches.
pub(super) fn deadline_in(wait: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(366 * 24 * 3600);
    Instant::now() + wait.min(YEAR)
}

pub(super) fn open(address: &Address, timeout: Duration) -> rustix::io::Result<UnixStream> {
    let place = SocketAddrUnix::new(address.path())?;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    // A listener that accepts nobody lets connect(2) wait as long as this says.
    sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, Some(timeout))?;
    connect(&socket, &place)?;
    Ok(UnixStream::from(socket))
}

impl Connection {
    fn left(&self, deadline: Instant) -> Result<Duration, BusError> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(BusError::TimedOut { address: self.address.clone(), waited: self.timeout });
        }
        Ok(left)
    }

    fn io_error(&self, error: io::Error) -> BusError {
        let hung_up = matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        );
        match (hung_up, self.authenticated) {
            (true, false) => BusError::NotPermitted {
                address: self.address.clone(),
                detail: "it closed the connection before it authenticated us: it serves another \
                         user, or runs in another pid namespace than we do"
                    .to_owned(),
                said: None,
            },
            (true, true) => BusError::protocol(&self.address, "it closed the connection"),
            (false, _) => BusError::io(&self.address, self.timeout, error),
        }
    }

    /// What read(2) may wait, at most. Many replies come in one wait: the kernel is told anew only
    /// when a tenth of what it was told is over, so that a deadline is overrun by that at most.
    fn arm(&mut self, left: Duration) -> io::Result<()> {
        if left > self.armed || left < self.armed.mul_f32(0.9) {
            self.stream.set_read_timeout(Some(left))?;
            self.armed = left;
        }
        Ok(())
    }

    pub(super) fn send(&self, mut bytes: &[u8], deadline: Instant) -> Result<(), BusError> {
        while !bytes.is_empty() {
            let left = self.left(deadline)?;
            self.stream.set_write_timeout(Some(left)).map_err(|e| self.io_error(e))?;
            // NOSIGNAL: a program that left SIGPIPE at its default must survive a manager's end.
            match send(&self.stream, bytes, SendFlags::NOSIGNAL) {
                Ok(sent) => bytes = bytes.get(sent..).unwrap_or_default(),
                Err(rustix::io::Errno::INTR) => {}
                Err(e) => return Err(self.io_error(e.into())),
            }
        }
        Ok(())
    }

    /// Waits for bytes and appends them to what was not consumed yet.
    pub(super) fn fill(&mut self, deadline: Instant) -> Result<(), BusError> {
        self.incoming.drain(..self.consumed.min(self.incoming.len()));
        self.consumed = 0;
        loop {
            let left = self.left(deadline)?;
            self.arm(left).map_err(|e| self.io_error(e))?;
            match io::Read::read(&mut &self.stream, &mut self.chunk) {
                Ok(0) => return Err(self.io_error(io::ErrorKind::UnexpectedEof.into())),
                Ok(count) => {
                    self.incoming.extend_from_slice(self.chunk.get(..count).unwrap_or_default());
                    return Ok(());
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.io_error(e)),
            }
        }
    }

    pub(super) fn unread(&self) -> &[u8] {
        self.incoming.get(self.consumed..).unwrap_or_default()
    }
}
