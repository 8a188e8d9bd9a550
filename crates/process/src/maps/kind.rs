//! What a mapping is for, judged by the name and permissions that the kernel shows.

use crate::raw::maps::Mapping;

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
