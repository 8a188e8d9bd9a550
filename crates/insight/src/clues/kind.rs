//! What a line can mean.

/// What a line means, and the words under which its names stand ([`Clue::get`](super::Clue::get)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An address is in use (EADDRINUSE): `address` and `port`, or the `path` of a Unix socket; any may lack.
    PortTaken,
    /// An address is not this machine's (EADDRNOTAVAIL): `address`, `port`.
    AddressUnavailable,
    /// An address may not be bound (EACCES of bind(2)): `address`, `port`, `path`.
    BindDenied,
    /// A listening address is malformed or could not be bound for a reason that is not said: `address`, `port`.
    BindFailed,
    /// A file may not be used (EACCES, EPERM): `path`.
    PermissionDenied,
    /// A file is not there (ENOENT): `path`; `file`, `line`: where it is named.
    MissingFile,
    /// A part of a path is no directory, or the path is one where a file is asked for: `path`.
    WrongFileKind,
    /// A file that a daemon wants private is open to others: `path`.
    TooOpen,
    /// A file or directory belongs to somebody whom the daemon does not accept: `path`, `user`.
    WrongOwner,
    /// Its configuration is refused: `file`, `line`, `message`.
    ConfigInvalid,
    /// A library is missing: `library`, `program`.
    LibraryMissing,
    /// A library lacks a version or a symbol: `version`, `library`, `program`.
    LibraryVersion,
    /// A loadable module of the daemon can't be loaded: `path`, `message`.
    ModuleMissing,
    /// A language's module or package is missing: `module`, `message`.
    PackageMissing,
    /// The interpreter of a script is missing: `path`, `program`.
    InterpreterMissing,
    /// A file is no program for this machine: `program`.
    ExecFormat,
    /// A command was not found: `program`; `file`, `line`: where it is called.
    CommandMissing,
    /// A program may not be executed: `program`.
    CommandDenied,
    /// A script is malformed: `file`, `line`, `message`.
    ScriptSyntax,
    /// A host's name is unknown: `host`; `file`, `line`.
    HostUnknown,
    /// Another service does not answer: `host` or `address`, `port`, or the `path` of its socket.
    Unreachable,
    /// Another service does not accept its password or user: `user`, `host`, `database`.
    AuthenticationFailed,
    /// The disk is full (ENOSPC): `path`.
    DiskFull,
    /// The quota is used up (EDQUOT): `path`.
    Quota,
    /// The file system is mounted read-only (EROFS): `path`.
    ReadOnly,
    /// Too many open files (EMFILE, ENFILE).
    TooManyFiles,
    /// No process or thread could be made (EAGAIN of clone(2)).
    TooManyTasks,
    /// A file would be larger than is permitted (EFBIG): `path`.
    FileTooLarge,
    /// A device fails (EIO): `path`.
    IoError,
    /// No memory (ENOMEM).
    NoMemory,
    /// Shared memory or semaphores could not be had: `message`.
    SharedMemory,
    /// A limit is too low for its configuration: `limit`, `message`.
    LimitTooLow,
    /// A lock is held by another: `path`, `pid`.
    LockHeld,
    /// Another instance runs: `pid`, `path` of the file that says so.
    AlreadyRunning,
    /// There is no such user: `user`.
    UserUnknown,
    /// There is no such group: `group`.
    GroupUnknown,
    /// It refuses to run as this user: `user`; as a rule root.
    WrongUser,
    /// Data of another version: `found`, `wanted`, `path`.
    VersionMismatch,
    /// Data that were never made: `path`.
    NotInitialized,
    /// Data are damaged: `path`, `message`.
    Corrupt,
    /// A certificate or key can't be used: `path`, `message`.
    CertificateBad,
    /// A word on the command line is not understood: `option`, `message`.
    BadOption,
    /// A variable of the environment or a secret is not set: `variable`.
    VariableMissing,
    /// Rights that the kernel gives by capabilities are missing (EPERM): `operation`.
    NotPermitted,
    /// It panicked (Go, Rust): `message`, `place`.
    Panic,
    /// An assertion failed, or it called abort(3): `message`, `place`.
    Assertion,
    /// An exception that nobody caught: `message`, `place`.
    Traceback,
    /// The kernel saw it fault: `program`, `pid`, `module`, `offset`, `address`.
    Segfault,
    /// The kernel killed it for memory: `program`, `pid`.
    OomKill,
    /// systemd could not make it ready: `step`, `program`, `message`.
    StepFailed,
    /// systemd did not find the program: `program`.
    ExecutableMissing,
    /// Its manager could not read an environment file: `path`, `message`.
    EnvironmentFile,
    /// A start took too long.
    StartTimeout,
    /// A stop took too long, and it was killed.
    StopTimeout,
    /// It did not notify in time (watchdog).
    Watchdog,
    /// Its manager does not start it again: it failed too often.
    StartLimit,
    /// Its manager could not read its PID file, or does not accept it: `path`, `pid`.
    PidFile,
    /// A notification came from a process that may not send one: `pid`.
    NotifyDenied,
    /// It ended without having notified its manager, or without the PID file: `message`.
    Protocol,
    /// Something that it needs failed: `unit`.
    DependencyFailed,
    /// Something that it needs is missing: `unit`.
    DependencyMissing,
    /// The order goes in a circle: `unit`.
    OrderingCycle,
    /// A condition did not hold: `message`.
    ConditionFailed,
    /// A process of it ended: `command`, `code` (`exited`, `killed`, `dumped`), `status`.
    ProcessEnded,
    /// It says that it gives up, for a reason that none of the others is: `message`.
    GaveUp,
}
