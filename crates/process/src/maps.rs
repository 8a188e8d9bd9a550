//! The memory map of a process: what its address space holds, by kind and by file.
//!
//! Start at [`summarize`]. Nothing is kept of a mapping but sums, so a process with 65,000
//! mappings costs no more memory than one with ten names.

mod kind;

use std::collections::HashMap;

use rustix::io::Errno;

use crate::procfs::{PidDir, ReadError};
use crate::raw::maps::{Mapping, Memory, mapping, unescape};

pub use kind::MappingKind;

/// Longest line taken from `maps`: a path of `PATH_MAX` with every byte escaped, and the figures.
const MAX_LINE_BYTES: usize = 4 * 4096 + 256;
/// The kernel fills at most a page for each read of these files, and more only for a long line.
const READ_BYTES: usize = 32 * 1024;

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
