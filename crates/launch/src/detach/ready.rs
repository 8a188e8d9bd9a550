//! Where a daemon says that it is ready: the socket of sd_notify(3).

use std::fs::DirBuilder;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Nobody needs longer messages; systemd reads no more either.
const LONGEST: usize = 4096;

/// The socket, which lasts as long as the launch.
#[derive(Debug)]
pub struct ReadySocket {
    socket: UnixDatagram,
    /// Missing where the name is abstract.
    folder: Option<PathBuf>,
    name: PathBuf,
}

/// What a daemon has said so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// `READY=1`.
    pub is_ready: bool,
    /// The last `STATUS=`.
    pub status: Option<String>,
    /// The last `ERRNO=`.
    pub errno: Option<i32>,
    /// The sum of what it asked for by `EXTEND_TIMEOUT_USEC=`, counted from each message on.
    pub extension: Option<Duration>,
}

impl ReadySocket {
    /// Makes it. In a path of the file system, which every implementation understands, and which no
    /// network namespace hides; with `is_abstract` without (the daemon's root is another).
    ///
    /// # Errors
    /// There is no folder for it.
    pub fn make(is_abstract: bool) -> io::Result<ReadySocket> {
        let mut error = io::Error::from(io::ErrorKind::AlreadyExists);
        for attempt in 0..16_u32 {
            let word = word(attempt);
            let made = match is_abstract {
                true => ReadySocket::make_abstract(&word),
                false => ReadySocket::make_in(&place(), &word),
            };
            match made {
                Err(why) if taken(&why) => error = why,
                done => return done,
            }
        }
        Err(error)
    }

    fn make_abstract(word: &str) -> io::Result<ReadySocket> {
        use std::os::linux::net::SocketAddrExt as _;
        let name = format!("daemonctl/notify/{word}");
        let address = std::os::unix::net::SocketAddr::from_abstract_name(&name)?;
        let socket = UnixDatagram::bind_addr(&address)?;
        socket.set_nonblocking(true)?;
        Ok(ReadySocket { socket, folder: None, name: format!("@{name}").into() })
    }

    fn make_in(place: &Path, word: &str) -> io::Result<ReadySocket> {
        let folder = place.join(format!("daemonctl-notify-{word}"));
        // A daemon that is another user by now must get to the socket; no one else may make one.
        DirBuilder::new().mode(0o711).create(&folder)?;
        let name = folder.join("socket");
        let bound = UnixDatagram::bind(&name);
        let made = bound.and_then(|socket| {
            socket.set_nonblocking(true)?;
            // Whatever the umask is now.
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o711))?;
            std::fs::set_permissions(&name, std::fs::Permissions::from_mode(0o666))?;
            Ok(socket)
        });
        match made {
            Ok(socket) => Ok(ReadySocket { socket, folder: Some(folder), name }),
            Err(error) => {
                let _ = std::fs::remove_file(&name);
                let _ = std::fs::remove_dir(&folder);
                Err(error)
            }
        }
    }

    /// The value of `NOTIFY_SOCKET`.
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// The socket in the file system.
    pub fn file(&self) -> Option<&Path> {
        self.folder.is_some().then_some(&*self.name)
    }

    /// The folder that was made for it.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Takes what has come.
    pub fn read(&self, said: &mut Said) {
        let mut buffer = [0; LONGEST];
        // Descriptors that came along are closed by the kernel: nobody here asked for them.
        while let Ok(count) = self.socket.recv(&mut buffer) {
            said.take(buffer.get(..count).unwrap_or_default());
        }
    }
}

impl AsFd for ReadySocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for ReadySocket {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_file(&self.name);
            let _ = std::fs::remove_dir(folder);
        }
    }
}

impl Said {
    fn take(&mut self, message: &[u8]) {
        for line in String::from_utf8_lossy(message).lines() {
            let Some((name, value)) = line.split_once('=') else { continue };
            match name {
                "READY" => self.is_ready |= value == "1",
                "STATUS" => self.status = Some(value.to_owned()).filter(|text| !text.is_empty()),
                "ERRNO" => self.errno = value.parse().ok().filter(|number| *number > 0),
                "EXTEND_TIMEOUT_USEC" => {
                    self.extension = value.parse().ok().map(Duration::from_micros);
                }
                _ => {}
            }
        }
    }
}

fn taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::AddrInUse)
}

fn place() -> PathBuf {
    if rustix::process::geteuid().is_root() && Path::new("/run").is_dir() {
        return "/run".into();
    }
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    own.filter(|path| path.is_absolute() && path.is_dir()).unwrap_or_else(std::env::temp_dir)
}

/// A word that nobody else has: who is asking, and when.
fn word(attempt: u32) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{}-{:x}", std::process::id(), now.as_nanos().wrapping_add(u128::from(attempt)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixDatagram;
    use std::time::Duration;

    use super::{ReadySocket, Said};

    #[test]
    fn messages_add_up() {
        let ready = ReadySocket::make(false).unwrap();
        let mut said = Said::default();
        ready.read(&mut said);
        assert_eq!(said, Said::default());
        let socket = UnixDatagram::unbound().unwrap();
        socket.send_to(b"STATUS=loading\nREADY=0\nX\n", ready.name()).unwrap();
        socket.send_to(b"EXTEND_TIMEOUT_USEC=2500000\nERRNO=2", ready.name()).unwrap();
        ready.read(&mut said);
        assert!(!said.is_ready);
        assert_eq!(said.status.as_deref(), Some("loading"));
        assert_eq!(said.errno, Some(2));
        assert_eq!(said.extension, Some(Duration::from_millis(2500)));
        socket.send_to(b"READY=1\nSTATUS=", ready.name()).unwrap();
        ready.read(&mut said);
        assert!(said.is_ready && said.status.is_none());
    }

    #[test]
    fn nothing_is_left() {
        let ready = ReadySocket::make(false).unwrap();
        let folder = ready.name().parent().unwrap().to_owned();
        assert!(folder.is_dir());
        drop(ready);
        assert!(!folder.exists());
        let hidden = ReadySocket::make(true).unwrap();
        assert!(hidden.name().to_str().unwrap().starts_with('@'));
    }
}
