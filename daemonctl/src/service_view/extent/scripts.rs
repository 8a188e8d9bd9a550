//! The processes of a few services of managers that run scripts, found without reading the scripts of
//! all others.
//!
//! A process counts to such a service by its pid file, its control group, its parents, its session, the
//! mark that OpenRC leaves in the environment, or its program ([`crate::services::known`]). The first
//! ones are followed here. Where a program alone would make some process this service's, all that is
//! known of every script has to be asked, and nothing is said here.

mod family;

use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use host::{ManagerKind, Script, Service};
use process::machine::Init;
use process::procfs::{ProcFs, ReadError};
use process::verdict::{KnownService, KnownServices};

use super::{has_groups, pids};
use crate::context::Context;
use crate::services::{is_of_boot, is_runner, spellings};
use family::Family;

/// More processes than these are not worth single looks.
const MOST: usize = 64;

/// Processes that may be those of the services asked for, and to whom they can belong.
#[derive(Debug, Clone)]
pub(crate) struct Near {
    /// The processes, ascending.
    pub pids: Vec<u32>,
    /// The main processes of the services.
    pub known: KnownServices,
}

/// The processes of these services; `None` where it takes a look at all.
pub(super) fn near(context: &Context, services: &[Service]) -> Option<Near> {
    let root = &context.common.system_root;
    let proc = context.proc().ok()?;
    let is_openrc = match process::machine::init(&proc, root) {
        Init::OpenRc => true,
        Init::SysV => false,
        // Another init runs the machine: its own control groups tell.
        _ => return None,
    };
    let mut known = KnownServices::default();
    let mut claims = Claims::new(root);
    let mut near: HashSet<u32> = HashSet::new();
    for service in services {
        if let Some(pid) = service.main_pid {
            known.add_main_pid(pid, known_service(service));
            near.insert(pid);
        }
        near.extend(of_groups(root, service)?);
        claims.add(service);
    }
    let family = Family::of(context, &proc)?;
    // Only what has no other parent can be a service's by its program or by a mark of OpenRC.
    for &pid in &family.of_init {
        if near.contains(&pid) {
            continue;
        }
        if is_openrc && is_marked(&proc, pid, services)? {
            near.insert(pid);
        } else if claims.hold(&context.common.proc_root, pid)? {
            return None;
        }
    }
    family.add_below(&proc, &mut near);
    let mut pids: Vec<u32> = near.into_iter().collect();
    pids.sort_unstable();
    (pids.len() <= MOST && pids.first() != Some(&1)).then_some(Near { pids, known })
}

fn known_service(service: &Service) -> KnownService {
    KnownService { manager: service.manager.name(), name: service.name.clone() }
}

/// The processes in the control group that OpenRC gave a service, which has its name in version 1 and
/// in version 2; `None` where there are groups below it.
fn of_groups(root: &Path, service: &Service) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    if service.manager != ManagerKind::OpenRc {
        return Some(found);
    }
    let mounted = root.join("sys/fs/cgroup");
    let name = &service.name;
    for group in
        [format!("openrc/{name}"), format!("openrc.{name}"), format!("unified/openrc.{name}")]
    {
        let folder = mounted.join(group);
        let Some(members) = pids(&folder) else { continue };
        if has_groups(&folder) {
            return None;
        }
        found.extend(members);
    }
    Some(found)
}

/// Whether OpenRC's mark names one of the services; `None` where that may not be seen.
fn is_marked(proc: &ProcFs, pid: u32, services: &[Service]) -> Option<bool> {
    let read = proc.process(pid).and_then(|dir| dir.read_new(c"environ"));
    let environ = match read {
        Ok(environ) => environ,
        Err(ReadError::NotPermitted) => return None,
        // It has ended meanwhile.
        Err(_) => return Some(false),
    };
    let name = environ.split(|&byte| byte == 0).find_map(|one| one.strip_prefix(b"RC_SVCNAME="));
    Some(name.is_some_and(|name| services.iter().any(|s| s.name.as_bytes() == name)))
}

/// By what a process without a parent could be one of the services'.
struct Claims<'a> {
    root: &'a Path,
    scripts: host::Scripts,
    names: KnownServices,
    /// Program → whether several scripts claim it, so that none has it; once that was asked.
    programs: HashMap<Vec<u8>, Option<bool>>,
}

impl<'a> Claims<'a> {
    fn new(root: &'a Path) -> Claims<'a> {
        Claims {
            root,
            scripts: host::Scripts::new(root),
            names: KnownServices::default(),
            programs: HashMap::new(),
        }
    }

    fn add(&mut self, service: &Service) {
        let Some(script) = self.scripts.get(&service.name) else { return };
        for name in script.provides.iter().chain([&script.name]) {
            self.names.add_name(name.as_bytes(), known_service(service));
        }
        for path in claimed(self.root, &script) {
            self.programs.insert(path.as_os_str().as_bytes().to_vec(), None);
        }
    }

    /// Whether this process could be one of the services'; `None` where its program may not be seen.
    fn hold(&mut self, proc_root: &Path, pid: u32) -> Option<bool> {
        let folder = proc_root.join(pid.to_string());
        let exe = match std::fs::read_link(folder.join("exe")) {
            Ok(exe) => exe,
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return None,
            // The kernel's own have none, and what has ended has none any more.
            Err(_) => return Some(false),
        };
        let exe = exe.as_os_str().as_bytes();
        let exe = exe.strip_suffix(b" (deleted)").unwrap_or(exe);
        if self.claim(exe) {
            return Some(true);
        }
        if !is_runner(Path::new(std::ffi::OsStr::from_bytes(exe))) {
            return Some(false);
        }
        // An interpreter's program is the script that it runs.
        let line = std::fs::read(folder.join("cmdline")).unwrap_or_default();
        let script = line.split(|&byte| byte == 0).nth(1).unwrap_or_default();
        Some(self.claim(script))
    }

    fn claim(&mut self, program: &[u8]) -> bool {
        if self.names.by_resemblance(program).is_some() {
            return true;
        }
        let Some(shared) = self.programs.get_mut(program) else { return false };
        let (scripts, root) = (&self.scripts, self.root);
        let is_shared = *shared.get_or_insert_with(|| {
            let mut claimants = 0;
            scripts.any(|script| {
                claimants += usize::from(claimed(root, script).any(|path| is(&path, program)));
                claimants > 1
            })
        });
        !is_shared
    }
}

/// The programs that make a process a script's.
fn claimed(root: &Path, script: &Script) -> impl Iterator<Item = PathBuf> {
    let daemons = script.daemon_paths.iter().flat_map(move |path| spellings(root, path));
    let mentions = script.mentions.iter().filter(|_| !is_of_boot(script)).cloned();
    daemons.chain(mentions).filter(|path| !is_runner(path))
}

fn is(path: &Path, program: &[u8]) -> bool {
    path.as_os_str().as_bytes() == program
}
