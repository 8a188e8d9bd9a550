//! The machine as a whole: its clock, its size, its first process, and whether it is a container.

use std::path::Path;

use crate::fact::Fact;
use crate::process::base_name;
use crate::procfs::ProcFs;
use crate::raw;
use crate::sample::namespace;

/// Inode of the first pid namespace (`PROC_PID_INIT_INO`, include/linux/proc_ns.h).
const FIRST_PID_NAMESPACE: u64 = 0xEFFF_FFFC;

/// What pid 1 is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Init {
    /// systemd, by sd_booted(3).
    Systemd,
    /// OpenRC: `/run/openrc/softlevel`, whatever program is pid 1.
    OpenRc,
    /// sysvinit without OpenRC.
    SysV,
    /// Another program that is known to be an init system.
    Other(String),
    /// A program that is no init system: a container's, a rescue shell, a test machine's.
    Program(String),
    /// Its name could not be read.
    Unknown,
}

impl Init {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Init::Systemd => "systemd",
            Init::OpenRc => "OpenRC",
            Init::SysV => "SysV init",
            Init::Other(name) | Init::Program(name) => name,
            Init::Unknown => "unknown",
        }
    }

    /// Whether it manages services.
    pub fn is_init_system(&self) -> bool {
        !matches!(self, Init::Program(_) | Init::Unknown)
    }
}

/// Facts that hold for all processes of a sample.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Pid 1.
    pub init: Init,
    /// What kind of container this is, if it is one.
    pub container: Option<String>,
    /// Host name.
    pub host: String,
    /// Kernel release.
    pub kernel: String,
    /// Boot time, in seconds since 1970.
    pub boot_unix_seconds: Option<u64>,
    /// Clock ticks a second.
    pub ticks_per_second: u64,
    /// Bytes of a page.
    pub page_bytes: u64,
    /// Processors; 0 if the figures were not asked for.
    pub processors: u32,
    /// RAM, in bytes.
    pub memory_bytes: Option<u64>,
    /// RAM that can be had without swapping, in bytes.
    pub available_bytes: Option<u64>,
    /// Load averages over 1, 5 and 15 minutes.
    pub load: Option<[f64; 3]>,
    /// Our own pid namespace.
    pub own_pid_namespace: Option<u64>,
}

impl Machine {
    /// Looks at `/proc` and at the folders below `root` (`/` but for tests). Memory, load and
    /// processors are read only with `figures`: the kernel makes those texts slowly.
    pub fn look(proc: &ProcFs, root: &Path, figures: bool) -> Machine {
        let uname = rustix::system::uname();
        let text = |name| if figures { proc.read(name).unwrap_or_default() } else { Vec::new() };
        let memory = text(c"meminfo");
        let stat = text(c"stat");
        let namespace_of = |pid| Some(*namespace(&proc.process(pid).ok()?, c"ns/pid").known()?);
        let own = namespace_of(std::process::id()).or_else(|| namespace_of(1));
        let container = container(proc, root, own);
        Machine {
            init: init(proc, root),
            container,
            host: uname.nodename().to_string_lossy().into_owned(),
            kernel: uname.release().to_string_lossy().into_owned(),
            boot_unix_seconds: Some(boot_unix_seconds()),
            ticks_per_second: rustix::param::clock_ticks_per_second().max(1),
            page_bytes: rustix::param::page_size() as u64,
            processors: raw::lines(&stat).filter(|line| is_processor(line)).count() as u32,
            memory_bytes: kibibytes(&memory, b"MemTotal:"),
            available_bytes: kibibytes(&memory, b"MemAvailable:"),
            load: load(&text(c"loadavg")),
            own_pid_namespace: own,
        }
    }

    /// Whether pid 1 here is not the machine's own.
    pub fn is_contained(&self) -> bool {
        self.container.is_some()
    }

    /// Ticks since boot as seconds since 1970.
    pub fn unix_seconds(&self, ticks: u64) -> Option<f64> {
        Some(self.boot_unix_seconds? as f64 + ticks as f64 / self.ticks_per_second as f64)
    }
}

fn is_processor(line: &[u8]) -> bool {
    line.strip_prefix(b"cpu").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit))
}

/// When the clock of start times began, which is the boot but for time namespaces
/// (time_namespaces(7)), in which `btime` of `/proc/stat` would be wrong.
fn boot_unix_seconds() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
    let micros = now.tv_sec.unsigned_abs() * 1_000_000 + now.tv_nsec.unsigned_abs() / 1_000;
    micros.saturating_sub(crate::sample::boot_usec()) / 1_000_000
}

fn kibibytes(text: &[u8], name: &[u8]) -> Option<u64> {
    raw::lines(text)
        .find_map(|line| raw::number(line.strip_prefix(name)?.trim_ascii().strip_suffix(b" kB")?))
        .and_then(|kibibytes| kibibytes.checked_mul(1024))
}

fn load(text: &[u8]) -> Option<[f64; 3]> {
    let mut words = std::str::from_utf8(text).ok()?.split(' ').map(|word| word.parse().ok());
    Some([words.next()??, words.next()??, words.next()??])
}

/// Tells the init system by what runs, not by what is installed.
pub fn init(proc: &ProcFs, root: &Path) -> Init {
    if root.join("run/systemd/system").is_dir() {
        return Init::Systemd;
    }
    if root.join("run/openrc/softlevel").exists() {
        return Init::OpenRc;
    }
    let first = proc.process(1).ok();
    let stat = first.as_ref().and_then(|first| first.read_new(c"stat").ok());
    let Some((comm, _)) = stat.as_deref().and_then(raw::stat::parse) else { return Init::Unknown };
    let comm = String::from_utf8_lossy(comm).into_owned();
    let exe = first.and_then(|first| first.link(c"exe").ok());
    let program = exe
        .map_or_else(|| comm.clone(), |exe| String::from_utf8_lossy(base_name(&exe)).into_owned());
    if program == "busybox" {
        return if comm == "init" || comm == "linuxrc" {
            Init::Other("busybox init".into())
        } else {
            Init::Program(comm)
        };
    }
    // Windows's subsystem for Linux starts everything by its own /init, without services.
    let release = rustix::system::uname().release().to_string_lossy().to_ascii_lowercase();
    if release.contains("microsoft") && program == "init" {
        return Init::Other("WSL init".to_owned());
    }
    match crate::roles::role(program.as_bytes()) {
        Some(crate::roles::Role::Init) if program == "init" => Init::SysV,
        Some(crate::roles::Role::Init | crate::roles::Role::Supervisor) => Init::Other(program),
        // A program's link may lead to another name than it was started by (redis-server).
        _ => Init::Program(comm),
    }
}

/// Whether this is a container, and whose: the file that systemd and nspawn leave
/// (<https://systemd.io/CONTAINER_INTERFACE>), what Docker and Podman leave, pid 1's variable, its
/// control group, and last the pid namespace itself.
fn container(proc: &ProcFs, root: &Path, own_namespace: Option<u64>) -> Option<String> {
    if let Ok(name) = std::fs::read_to_string(root.join("run/systemd/container")) {
        return Some(name.trim().to_owned());
    }
    if root.join("run/.containerenv").exists() {
        return Some("podman".to_owned());
    }
    let namespaced = own_namespace.is_some_and(|own| own != FIRST_PID_NAMESPACE);
    if namespaced && root.join(".dockerenv").exists() {
        return Some("docker".to_owned());
    }
    let first = proc.process(1).ok()?;
    let environ = first.read_new(c"environ").unwrap_or_default();
    if let Some(name) =
        environ.split(|&byte| byte == 0).find_map(|var| var.strip_prefix(b"container="))
    {
        return Some(String::from_utf8_lossy(name).into_owned());
    }
    let cgroup = first.read_new(c"cgroup").unwrap_or_default();
    let named = raw::cgroup::telling_path(&cgroup)
        .and_then(|path| crate::membership::Membership::parse(path).container);
    if let Some(container) = named {
        return Some(container.runtime.to_owned());
    }
    match Fact::from(own_namespace) {
        Fact::Known(own) if own != FIRST_PID_NAMESPACE => Some("pid-namespace".to_owned()),
        _ => None,
    }
}
