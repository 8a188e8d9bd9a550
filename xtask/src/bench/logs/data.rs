//! What is measured on: made once, kept under target/.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use testkit::journal::{Form, Remote};

use super::generate;
use crate::{
    error::{Error, Result},
    workspace::Workspace,
};

/// How many entries there are.
pub const ENTRIES: u64 = 1_000_000;
/// In how many files, where there are many.
pub const MANY: u64 = 100;
/// How large the syslog file is.
pub const SYSLOG_BYTES: u64 = 1_000_000_000;
/// With --quick there is less of everything.
const QUICK_DIVISOR: u64 = 10;

/// An entry with this many fields more makes a writer begin a new file: the names fill three
/// quarters of a file's hash table of field names.
const ROTATING_FIELDS: u64 = 260;

/// Increased when what is generated changes, so that older files are not taken for it.
const VERSION: u32 = 1;

/// Everything that is measured on.
pub struct Data {
    /// How many entries there are.
    pub entries: u64,
    /// A folder with few files, as large as journald makes them.
    pub few: PathBuf,
    /// A folder with the same in many.
    pub many: PathBuf,
    /// The messages as text, for the floors.
    pub text: PathBuf,
    /// A syslog file.
    pub syslog: PathBuf,
}

impl Data {
    /// Makes what is not there yet.
    pub fn make(workspace: &Workspace, is_quick: bool) -> Result<Data> {
        let divisor = if is_quick { QUICK_DIVISOR } else { 1 };
        let entries = ENTRIES / divisor;
        let folder = workspace.target.join("bench-logs").join(format!("{VERSION}-{entries}"));
        let data = Data {
            entries,
            few: folder.join("few"),
            many: folder.join("many"),
            text: folder.join("messages"),
            syslog: folder.join("syslog"),
        };
        fs::create_dir_all(&folder).map_err(Error::io(format!("make {}", folder.display())))?;
        make(&data.few, |path| journal(path, entries, u64::MAX))?;
        make(&data.many, |path| journal(path, entries, entries.div_ceil(MANY)))?;
        make(&data.syslog, |path| {
            text(path, |output| generate::syslog(SYSLOG_BYTES / divisor, output))
        })?;
        Ok(data)
    }

    /// How many files are in a folder of journals.
    pub fn files(folder: &Path) -> Result<usize> {
        let doing = format!("list {}", folder.display());
        fs::read_dir(folder).map(Iterator::count).map_err(Error::io(doing))
    }
}

/// Makes a file or folder beside its place, and puts it there when it is whole.
fn make(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    println!("making {}", path.display());
    let unfinished = path.with_extension("unfinished");
    if unfinished.is_dir() {
        let doing = format!("remove {}", unfinished.display());
        fs::remove_dir_all(&unfinished).map_err(Error::io(doing))?;
    }
    write(&unfinished)?;
    fs::rename(&unfinished, path).map_err(Error::io(format!("put {} there", path.display())))
}

/// A text file.
pub fn text(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<()> {
    let doing = || format!("write {}", path.display());
    let file = File::create(path).map_err(Error::io(doing()))?;
    let mut output = BufWriter::with_capacity(1 << 20, file);
    write(&mut output).and_then(|()| output.flush()).map_err(Error::io(doing()))
}

/// A folder of journal files from one writer, which begins a new one after so many entries, or when
/// one is full. Uncompact, so that they are of the size that journald's rotation leaves, 128 MiB.
fn journal(folder: &Path, entries: u64, each: u64) -> Result<()> {
    fs::create_dir(folder).map_err(Error::io(format!("make {}", folder.display())))?;
    let unusable = |error| Error::malformed("systemd-journal-remote", format!("{error}"));
    let remote = Remote::find().map_err(unusable)?;
    let form = Form { is_compact: false, ..Form::default() };
    remote
        .write_with(&folder.join("system.journal"), form, |pipe| {
            let mut output = Rotating { output: BufWriter::new(pipe), each, entries: 0 };
            generate::export(entries, &mut output)?;
            output.output.flush()
        })
        .map_err(unusable)
}

/// An export stream that has the files rotated. An entry is one write.
struct Rotating<W> {
    output: W,
    each: u64,
    entries: u64,
}

impl<W: Write> Write for Rotating<W> {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        self.entries += 1;
        let Some(fields) = entry.strip_suffix(b"\n") else { return self.output.write(entry) };
        self.output.write_all(fields)?;
        if self.entries.is_multiple_of(self.each) {
            for number in 0..ROTATING_FIELDS {
                writeln!(self.output, "BENCH_ROTATES_{number}=1")?;
            }
        }
        self.output.write_all(b"\n")?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
