//! Journal files, written by systemd's own code: systemd-journal-remote(8).

use super::Entry;
use super::entry::export_of;
use crate::error::{Error, run};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// The program in its package.
const PROGRAM: &str = "lib/systemd/systemd-journal-remote";

/// What is fetched: the program, what it links with, and systemd's library of the same version.
const PACKAGES: &[&str] = &["systemd-journal-remote", "libmicrohttpd12", "libsystemd-shared"];

/// Where the libraries are in the packages.
const LIBRARIES: &[&str] =
    &["usr/lib/x86_64-linux-gnu/systemd", "usr/lib/x86_64-linux-gnu", "usr/lib/systemd"];

/// The form of the files to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// How large values are compressed.
    pub compression: Compression,
    /// Offsets of 32 bits, `SYSTEMD_JOURNAL_COMPACT`.
    pub is_compact: bool,
    /// Hash tables keyed by the file's identifier, `SYSTEMD_JOURNAL_KEYED_HASH`.
    pub is_keyed: bool,
}

/// How a journal compresses its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// LZMA in an xz container.
    Xz,
    /// LZ4 blocks after their size.
    Lz4,
    /// Zstandard: what systemd does by itself.
    Zstd,
}

impl Default for Form {
    /// As journald 252 writes: zstd, keyed, and compact.
    fn default() -> Self {
        Self { compression: Compression::Zstd, is_compact: true, is_keyed: true }
    }
}

impl Form {
    /// All forms that there are.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let compressions =
            [Compression::None, Compression::Xz, Compression::Lz4, Compression::Zstd];
        let flags = [(false, false), (false, true), (true, false), (true, true)];
        let with = |compression| {
            flags.map(|(is_compact, is_keyed)| Self { compression, is_compact, is_keyed })
        };
        compressions.into_iter().flat_map(with).collect()
    }

    fn apply(self, command: &mut Command) {
        let flag = |on| if on { "1" } else { "0" };
        let compression = match self.compression {
            Compression::None => "0",
            Compression::Xz => "XZ",
            Compression::Lz4 => "LZ4",
            Compression::Zstd => "ZSTD",
        };
        command
            .env("SYSTEMD_JOURNAL_COMPRESS", compression)
            .env("SYSTEMD_JOURNAL_COMPACT", flag(self.is_compact))
            .env("SYSTEMD_JOURNAL_KEYED_HASH", flag(self.is_keyed));
    }
}

/// systemd-journal-remote, wherever it is.
#[derive(Clone, Debug)]
pub struct Remote {
    /// The root below which the program is: `/`, or a folder with unpacked packages.
    root: PathBuf,
}

impl Remote {
    /// The machine's, or that of the packages, which are then fetched and unpacked once, and kept
    /// in the target directory. They are not installed: what belongs to an installed systemd
    /// would have to be of its very version.
    ///
    /// # Errors
    /// When it is not there and can't be fetched.
    pub fn find() -> Result<Self, Error> {
        if Path::new("/").join(PROGRAM).is_file() {
            return Ok(Self { root: PathBuf::from("/") });
        }
        let cache = cache_dir()?;
        let tree = cache.join("systemd-journal-remote");
        if tree.is_dir() {
            return Ok(Self { root: tree });
        }
        let lock_path = cache.join("systemd-journal-remote.lock");
        let lock = File::create(&lock_path).map_err(Error::io("make", &lock_path))?;
        lock.lock().map_err(Error::io("lock", &lock_path))?;
        if !tree.is_dir() {
            let unfinished = cache.join("systemd-journal-remote.unfinished");
            unpack(&unfinished)?;
            fs::rename(&unfinished, &tree).map_err(Error::io("put in its place", &tree))?;
        }
        Ok(Self { root: tree })
    }

    /// Writes the entries to a journal file; what was in it stays before them.
    ///
    /// # Errors
    /// When the program fails.
    pub fn write(&self, file: &Path, form: Form, entries: &[Entry]) -> Result<(), Error> {
        self.write_export(file, form, &export_of(entries))
    }

    /// [`Self::write`] for what is in the export format already.
    ///
    /// # Errors
    /// When the program fails.
    pub fn write_export(&self, file: &Path, form: Form, text: &[u8]) -> Result<(), Error> {
        self.write_with(file, form, |pipe| pipe.write_all(text))
    }

    /// [`Self::write`] for what is not in memory: `export` writes it, in the export format.
    ///
    /// # Errors
    /// When the program or `export` fails.
    pub fn write_with(
        &self,
        file: &Path,
        form: Form,
        export: impl FnOnce(&mut ChildStdin) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let mut command = self.command(file, form);
        let mut child = start(&mut command)?;
        let written = child.stdin.take().map_or(Ok(()), |mut pipe| export(&mut pipe));
        let output = child.wait_with_output().map_err(Error::io("wait for", PROGRAM))?;
        if output.status.success() && written.is_ok() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(Error::program(&command, format!("{}: {said}", output.status)))
    }

    /// Writes the entries to a journal file and kills the writer, so that the file is never
    /// closed: it stays "online", and has the room that was made for what would have come.
    ///
    /// # Errors
    /// When the program fails, or has not written them in 30 seconds.
    pub fn write_and_kill(&self, file: &Path, form: Form, entries: &[Entry]) -> Result<(), Error> {
        let mut writer = self.keep_writing(file, form)?;
        writer.write(entries)?;
        writer.kill()
    }

    /// A writer that stays until it is told to end.
    ///
    /// # Errors
    /// When the program can't be started.
    pub fn keep_writing(&self, file: &Path, form: Form) -> Result<Writer, Error> {
        let mut command = self.command(file, form);
        let child = start(&mut command)?;
        Ok(Writer { child, file: file.to_owned() })
    }

    fn command(&self, file: &Path, form: Form) -> Command {
        let mut command = Command::new(self.root.join(PROGRAM));
        if self.root != Path::new("/") {
            let libraries: Vec<PathBuf> = LIBRARIES.iter().map(|dir| self.root.join(dir)).collect();
            if let Ok(path) = std::env::join_paths(libraries) {
                command.env("LD_LIBRARY_PATH", path);
            }
        }
        form.apply(&mut command);
        command.arg("--output").arg(file).arg("--split-mode=none");
        command.arg(format!("--compress={}", form.compression != Compression::None)).arg("-");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }
}

/// A systemd-journal-remote that is waiting for more. Dropped, it is killed.
#[derive(Debug)]
pub struct Writer {
    child: Child,
    file: PathBuf,
}

/// Where the header of a journal file says how many entries there are.
const COUNT_AT: usize = 152;

impl Writer {
    /// Writes more entries and waits until the file has them.
    ///
    /// # Errors
    /// When it has not in 30 seconds.
    pub fn write(&mut self, entries: &[Entry]) -> Result<(), Error> {
        let wanted = count(&self.file) + entries.len() as u64;
        let file = self.file.clone();
        let error = |source| Error::io("write to", &file)(source);
        if let Some(pipe) = &mut self.child.stdin {
            pipe.write_all(&export_of(entries)).and_then(|()| pipe.flush()).map_err(error)?;
        }
        let start = Instant::now();
        while count(&file) < wanted {
            if start.elapsed() > Duration::from_secs(30) {
                return Err(Error::io("wait for entries in", &file)(
                    std::io::ErrorKind::TimedOut.into(),
                ));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Ends it as a power failure would.
    ///
    /// # Errors
    /// When there is nothing to kill.
    pub fn kill(mut self) -> Result<(), Error> {
        self.child.kill().map_err(Error::io("kill", PROGRAM))?;
        self.child.wait().map(drop).map_err(Error::io("wait for", PROGRAM))
    }

    /// Lets it close the file.
    ///
    /// # Errors
    /// When it fails.
    pub fn close(mut self) -> Result<(), Error> {
        drop(self.child.stdin.take());
        self.child.wait().map(drop).map_err(Error::io("wait for", PROGRAM))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // One that has ended already can be killed no more: that is fine.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// How many entries a journal file says it has; 0 for none.
fn count(file: &Path) -> u64 {
    use std::os::unix::fs::FileExt;
    let mut bytes = [0_u8; 8];
    File::open(file)
        .and_then(|file| file.read_exact_at(&mut bytes, COUNT_AT as u64))
        .map_or(0, |()| u64::from_le_bytes(bytes))
}

fn start(command: &mut Command) -> Result<Child, Error> {
    command.spawn().map_err(Error::io("run", command.get_program()))
}

/// Where what was fetched is kept: `$CARGO_TARGET_DIR`, else the workspace's target directory.
pub(super) fn cache_dir() -> Result<PathBuf, Error> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    let dir = target.join("journal");
    fs::create_dir_all(&dir).map_err(Error::io("make", &dir))?;
    fs::canonicalize(&dir).map_err(Error::io("find", &dir))
}

fn unpack(into: &Path) -> Result<(), Error> {
    if into.exists() {
        fs::remove_dir_all(into).map_err(Error::io("remove", into))?;
    }
    let debs = into.join("debs");
    fs::create_dir_all(&debs).map_err(Error::io("make", &debs))?;
    if download(&debs).is_err() {
        // A machine whose lists are absent or old knows only packages that are no more.
        run(Command::new("apt-get").args(["update", "-q"]))?;
        download(&debs)?;
    }
    for deb in fs::read_dir(&debs).map_err(Error::io("list", &debs))?.flatten() {
        run(Command::new("dpkg").arg("-x").arg(deb.path()).arg(into))?;
    }
    fs::remove_dir_all(&debs).map_err(Error::io("remove", &debs))
}

fn download(into: &Path) -> Result<(), Error> {
    let mut command = Command::new("apt-get");
    command.args(["download", "-q", "-o", "APT::Sandbox::User=root"]);
    command.args(["-o", "Acquire::Retries=3"]).args(PACKAGES).current_dir(into);
    run(&mut command).map(drop)
}
