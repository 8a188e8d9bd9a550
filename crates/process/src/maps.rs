//! The memory map of a process: what its address space holds, by kind and by file.
//!
//! Start at [`summarize`]. Nothing is kept of a mapping but sums, so a process with 65,000
//! mappings costs no more memory than one with ten names.

use std::collections::HashMap;

use rustix::io::Errno;

use crate::procfs::{PidDir, ReadError};
use crate::raw::maps::{Mapping, Memory, mapping, unescape};

/// Longest line taken from `maps`: a path of `PATH_MAX` with every byte escaped, and the figures.
const MAX_LINE_BYTES: usize = 4 * 4096 + 256;
/// The kernel fills at most a page for each read of these files, and more only for a long line.
const READ_BYTES: usize = 32 * 1024;

/// What a mapping is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MappingKind {
    /// A program's or library's instructions.
    Code,
    /// The private rest of a file: constants, and variables once they are written to.
    FileData,
    /// A file that is mapped shared: writes go to the file.
    SharedFile,
    /// What malloc(3) grows by brk(2).
    Heap,
    /// The main thread's stack; those of other threads are anonymous memory.
    Stack,
    /// Private memory without a file.
    Anonymous,
    /// Memory shared between processes: POSIX and System V shared memory, memfd, huge pages.
    SharedMemory,
    /// Memory of a device.
    Device,
    /// Rings and buffers of a descriptor: io_uring, perf events, packet sockets.
    Descriptor,
    /// Put there by the kernel: vdso(7) and its data.
    Kernel,
}

impl MappingKind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [MappingKind; 10] = [
        MappingKind::Code,
        MappingKind::FileData,
        MappingKind::SharedFile,
        MappingKind::Heap,
        MappingKind::Stack,
        MappingKind::Anonymous,
        MappingKind::SharedMemory,
        MappingKind::Device,
        MappingKind::Descriptor,
        MappingKind::Kernel,
    ];

    /// One word, as JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            MappingKind::Code => "code",
            MappingKind::FileData => "file_data",
            MappingKind::SharedFile => "shared_file",
            MappingKind::Heap => "heap",
            MappingKind::Stack => "stack",
            MappingKind::Anonymous => "anonymous",
            MappingKind::SharedMemory => "shared_memory",
            MappingKind::Device => "device",
            MappingKind::Descriptor => "descriptor",
            MappingKind::Kernel => "kernel",
        }
    }

    /// Whether the mapping shows the content of a file on some file system.
    pub fn is_file(self) -> bool {
        matches!(self, MappingKind::Code | MappingKind::FileData | MappingKind::SharedFile)
    }

    /// Judges a mapping by its name and permissions.
    pub fn of(mapping: &Mapping<'_>) -> MappingKind {
        let shared = mapping.permissions.shared;
        match mapping.name {
            b"" if shared => MappingKind::SharedMemory,
            b"" => MappingKind::Anonymous,
            b"[heap]" => MappingKind::Heap,
            name if name.starts_with(b"[stack") => MappingKind::Stack,
            name if name.starts_with(b"[anon_shmem:") => MappingKind::SharedMemory,
            name if name.starts_with(b"[anon") => MappingKind::Anonymous,
            name if name.starts_with(b"[") => MappingKind::Kernel,
            name if !name.starts_with(b"/") => MappingKind::Descriptor,
            name if is_memory_object(name) => MappingKind::SharedMemory,
            b"/[aio] (deleted)" => MappingKind::Descriptor,
            name if name.starts_with(b"/dev/") => MappingKind::Device,
            _ if shared => MappingKind::SharedFile,
            _ if mapping.permissions.execute => MappingKind::Code,
            _ => MappingKind::FileData,
        }
    }
}

/// Names that the kernel gives to memory without a file that anybody could have deleted.
fn is_memory_object(name: &[u8]) -> bool {
    const PREFIXES: [&[u8]; 6] =
        [b"/memfd:", b"/SYSV", b"/dev/shm/", b"/dev/hugepages/", b"/anon_hugepage", b"/dev/zero"];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// A sum over mappings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Total {
    /// How many.
    pub mappings: u64,
    /// Address space; says little about memory.
    pub size_bytes: u64,
    /// Memory behind it; all zero where [`Summary::measured`] is false.
    pub memory: Memory,
}

impl Total {
    fn add(&mut self, mapping: &Mapping<'_>, memory: &Memory) {
        self.mappings += 1;
        self.size_bytes = self.size_bytes.saturating_add(mapping.size_bytes());
        self.memory.add(memory);
    }
}

/// All mappings of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// The path without ` (deleted)`, or the kernel's name in brackets; empty: anonymous.
    pub name: Box<[u8]>,
    /// Kind of the first mapping of the name, code before data.
    pub kind: MappingKind,
    /// The file was removed or replaced since it was mapped.
    pub deleted: bool,
    /// Some of it may be executed.
    pub executable: bool,
    /// Some of it may be both written and executed.
    pub writable_executable: bool,
    /// Device of the file, major and minor.
    pub device: (u32, u32),
    /// Inode number of the file, 0 for none.
    pub inode: u64,
    /// Sum.
    pub total: Total,
}

/// The memory map, summed up.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// By kind, in the order of [`MappingKind::ALL`], without those that don't occur.
    pub kinds: Vec<(MappingKind, Total)>,
    /// By name, in the order of addresses.
    pub regions: Vec<Region>,
    /// All.
    pub total: Total,
    /// Whether the figures of memory were to be had: a kernel without `smaps` has only `maps`.
    pub measured: bool,
}

impl Summary {
    /// Adds one mapping to the sum of all and to that of its kind.
    pub fn count(&mut self, mapping: &Mapping<'_>, kind: MappingKind, memory: &Memory) {
        self.total.add(mapping, memory);
        let at = match self.kinds.binary_search_by_key(&kind, |(kind, _)| *kind) {
            Ok(at) => at,
            Err(at) => {
                self.kinds.insert(at, (kind, Total::default()));
                at
            }
        };
        if let Some((_, total)) = self.kinds.get_mut(at) {
            total.add(mapping, memory);
        }
    }
}

/// Reads and sums up the whole map. A kernel thread and a zombie have none: everything is zero.
///
/// # Errors
/// [`ReadError`]; only the owner and root may read another process's map.
pub fn summarize(dir: &PidDir) -> Result<Summary, ReadError> {
    let mut summary = Summarizer::default();
    let measured = walk(dir, &mut |mapping, kind, memory| summary.add(mapping, kind, memory))?;
    let mut summary = summary.summary;
    summary.measured = measured;
    Ok(summary)
}

/// Calls `sink` with each mapping in the order of addresses, with its memory where the kernel
/// tells; gives whether it does. Reads `smaps`, for which the kernel walks all page tables.
///
/// # Errors
/// As [`summarize`].
pub fn walk(
    dir: &PidDir,
    sink: &mut dyn FnMut(&Mapping<'_>, MappingKind, &Memory),
) -> Result<bool, ReadError> {
    match dir.open_file(c"smaps") {
        Ok(file) => {
            let mut joiner = Joiner::default();
            for_each_line(&file, &mut |line| joiner.line(line, sink))?;
            joiner.flush(sink);
            Ok(true)
        }
        Err(ReadError::Gone) if dir.exists() => {
            list(dir, &mut |mapping, kind| sink(mapping, kind, &Memory::default()))?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Calls `sink` with each mapping. Reads only `maps`: cheap.
///
/// # Errors
/// As [`summarize`].
pub fn list(
    dir: &PidDir,
    sink: &mut dyn FnMut(&Mapping<'_>, MappingKind),
) -> Result<(), ReadError> {
    let file = dir.open_file(c"maps")?;
    for_each_line(&file, &mut |line| {
        if let Some(mapping) = mapping(line) {
            sink(&mapping, MappingKind::of(&mapping));
        }
    })
}

/// The path of a file that is mapped, and whether it is deleted. A name that really ends in
/// ` (deleted)` can't be told from a deleted one here.
pub fn file_path(name: &[u8]) -> (std::borrow::Cow<'_, [u8]>, bool) {
    match name.strip_suffix(b" (deleted)") {
        Some(path) => (unescape(path), true),
        None => (unescape(name), false),
    }
}

#[derive(Default)]
struct Summarizer {
    summary: Summary,
    by_name: HashMap<(Box<[u8]>, u64), usize>,
    last: Option<usize>,
}

impl Summarizer {
    fn add(&mut self, mapping: &Mapping<'_>, kind: MappingKind, memory: &Memory) {
        self.summary.count(mapping, kind, memory);
        let index = self.region(mapping, kind);
        if let Some(region) = self.summary.regions.get_mut(index) {
            region.kind = region.kind.min(kind);
            region.executable |= mapping.permissions.execute;
            region.writable_executable |= mapping.permissions.writable_and_executable();
            region.total.add(mapping, memory);
        }
    }

    fn region(&mut self, mapping: &Mapping<'_>, kind: MappingKind) -> usize {
        let (path, deleted) = match kind.is_file() {
            true => file_path(mapping.name),
            false => (unescape(mapping.name), false),
        };
        let regions = &mut self.summary.regions;
        // A library's mappings are neighbours.
        let same = |index: &usize| {
            regions
                .get(*index)
                .is_some_and(|region| *region.name == *path && region.inode == mapping.inode)
        };
        if let Some(index) = self.last.filter(same) {
            return index;
        }
        let index = *self.by_name.entry((Box::from(&*path), mapping.inode)).or_insert_with(|| {
            regions.push(Region {
                name: Box::from(&*path),
                kind,
                deleted,
                executable: false,
                writable_executable: false,
                device: mapping.device,
                inode: mapping.inode,
                total: Total::default(),
            });
            regions.len() - 1
        });
        self.last = Some(index);
        index
    }
}

/// Joins the lines of `smaps`: a mapping, then its figures.
#[derive(Default)]
struct Joiner {
    header: Vec<u8>,
    memory: Memory,
}

impl Joiner {
    fn line(&mut self, line: &[u8], sink: &mut dyn FnMut(&Mapping<'_>, MappingKind, &Memory)) {
        // Names of fields begin with a capital letter, addresses with a digit or a small one.
        if line.first().is_some_and(u8::is_ascii_uppercase) {
            self.memory.field(line);
            return;
        }
        self.flush(sink);
        self.header.extend_from_slice(line);
    }

    fn flush(&mut self, sink: &mut dyn FnMut(&Mapping<'_>, MappingKind, &Memory)) {
        if let Some(mapping) = mapping(&self.header) {
            sink(&mapping, MappingKind::of(&mapping), &self.memory);
        }
        self.header.clear();
        self.memory = Memory::default();
    }
}

/// Streams the lines of a file of any length. A longer line than [`MAX_LINE_BYTES`] is left out.
fn for_each_line(
    file: &std::os::fd::OwnedFd,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<(), ReadError> {
    let mut text = Vec::with_capacity(READ_BYTES);
    let mut skipping = false;
    loop {
        match rustix::io::read(file, rustix::buffer::spare_capacity(&mut text)) {
            Err(Errno::INTR) => continue,
            Ok(0) => break,
            other => other?,
        };
        let whole = memchr::memrchr(b'\n', &text).map_or(0, |at| at + 1);
        for line in text.get(..whole).unwrap_or_default().split(|&byte| byte == b'\n') {
            if !std::mem::take(&mut skipping) && !line.is_empty() {
                sink(line);
            }
        }
        text.drain(..whole);
        if text.len() > MAX_LINE_BYTES {
            text.clear();
            skipping = true;
        }
    }
    if !text.is_empty() && !skipping {
        sink(&text);
    }
    Ok(())
}

#[cfg(test)]
#[path = "maps_tests.rs"]
mod tests;
