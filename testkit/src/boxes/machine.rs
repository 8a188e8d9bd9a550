//! A running box.

use super::{Error, Kind, Plan, find, ready, tree};
use std::fs;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const GUARD: &str = include_str!("guard.sh");
const STAGE: &str = include_str!("stage.sh");

/// A running box; everything in it is killed when this is dropped.
#[derive(Debug)]
pub struct Machine {
    kind: Kind,
    pid1: u32,
    guard: Guard,
}

/// The shell outside the box that outlives us long enough to clear it away.
#[derive(Debug)]
struct Guard {
    child: Child,
    console: Arc<Mutex<Vec<u8>>>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        // The end of its standard input is the signal to clear away.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Guard {
    fn console(&self) -> String {
        let bytes = self.console.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The console of a box that has ended or hangs, once what is on its way has arrived: the threads
    /// that gather it may be a moment behind.
    fn last_words(&self) -> String {
        for _ in 0..20 {
            let shown = self.console();
            std::thread::sleep(Duration::from_millis(100));
            if !shown.is_empty() && shown == self.console() {
                return shown;
            }
        }
        self.console()
    }

    /// Has the guardian or the box ended?
    fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Machine {
    pub(super) fn boot(plan: &Plan) -> Result<Self, Error> {
        let missing = crate::requirements::missing_programs();
        if !missing.is_empty() {
            return Err(Error::MissingPrograms(missing));
        }
        if !rustix::process::geteuid().is_root() {
            return Err(Error::NotRoot);
        }
        let cache = tree::cache_dir()?;
        let base = tree::base(plan.kind, plan.has_servers, &cache)?;
        let mut guard = start_guard(plan, &cache, &base)?;
        let deadline = Instant::now() + plan.timeout;
        let pid1 = loop {
            if let Some(pid1) = find::pid1_below(guard.child.id()) {
                break pid1;
            }
            if guard.ended() || Instant::now() > deadline {
                let waiting_for = "its pid 1 to appear".to_owned();
                return Err(Error::Boot { waiting_for, console: guard.last_words() });
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let machine = Self { kind: plan.kind, pid1, guard };
        ready::wait(&machine, deadline)?;
        Ok(machine)
    }

    /// What it booted with.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The pid of its pid 1 as the machine outside sees it.
    #[must_use]
    pub const fn pid1(&self) -> u32 {
        self.pid1
    }

    /// The root of its file system as the machine outside reaches it. Absolute symbolic links in
    /// it lead out of it.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root", self.pid1))
    }

    pub(super) fn last_words(&self) -> String {
        self.guard.last_words()
    }

    /// What its console has shown so far.
    #[must_use]
    pub fn console(&self) -> String {
        self.guard.console()
    }

    /// Copies a file of the machine into the box, with its permissions.
    ///
    /// # Errors
    /// When one can't be read or the other not be written.
    pub fn put(&self, from: &Path, to: &str) -> Result<(), Error> {
        let target = self.place(to)?;
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(Error::io("make", parent))?;
        }
        fs::copy(from, &target).map_err(Error::io("copy into the box", from))?;
        Ok(())
    }

    /// Writes a file in the box, with the permissions of a new file.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, to: &str, content: &[u8]) -> Result<(), Error> {
        let target = self.place(to)?;
        fs::write(&target, content).map_err(Error::io("write", target))
    }

    /// Where a path of the box lies, seen from outside. A link there is taken away: an absolute one
    /// would lead to a file of this machine.
    fn place(&self, path: &str) -> Result<PathBuf, Error> {
        let target = self.root().join(path.trim_start_matches('/'));
        if target.is_symlink() {
            fs::remove_file(&target).map_err(Error::io("remove", &target))?;
        }
        Ok(target)
    }

    /// Waits until a script run with `sh -eu` succeeds, and gives what it wrote.
    ///
    /// # Errors
    /// When it still fails after `timeout`.
    pub fn wait_for(&self, script: &str, timeout: Duration) -> Result<String, Error> {
        let deadline = Instant::now() + timeout;
        loop {
            match self.shell(script) {
                Err(error) if Instant::now() > deadline => return Err(error),
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
                done => return done,
            }
        }
    }
}

fn start_guard(plan: &Plan, cache: &Path, base: &Path) -> Result<Guard, Error> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("testkit-{}-{count}", std::process::id());
    let mnt = cache.join("mnt");
    fs::create_dir_all(&mnt).map_err(Error::io("make", &mnt))?;
    let seed = std::env::temp_dir().join(&name);
    let _ = fs::remove_dir_all(&seed);
    fs::create_dir_all(&seed).map_err(Error::io("make", &seed))?;
    plan.seed.write_to(&seed)?;

    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "--", "sh", "-euc", GUARD, "guard"]);
    command.args(&plan.init);
    command.env("BOX_NAME", name).env("BOX_CACHE", cache).env("BOX_BASE", base);
    command.env("BOX_SEED", seed).env("BOX_STAGE", STAGE);
    command.env("BOX_BOOT", if plan.kind.by_nspawn() { "nspawn" } else { "unshare" });
    command.env("BOX_PTY", if plan.kind == Kind::Bare { "no" } else { "yes" });
    // Not in our process group: a ^C is for us, and we (or our end) tell the guardian.
    command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(Error::io("run", "unshare"))?;
    let console = Arc::new(Mutex::new(Vec::new()));
    if let Some(stream) = child.stdout.take() {
        collect(stream, &console);
    }
    if let Some(stream) = child.stderr.take() {
        collect(stream, &console);
    }
    Ok(Guard { child, console })
}

/// Gathers what a stream brings, for as long as it brings something.
fn collect(mut stream: impl Read + Send + 'static, into: &Arc<Mutex<Vec<u8>>>) {
    let into = Arc::clone(into);
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            let mut bytes = into.lock().unwrap_or_else(PoisonError::into_inner);
            bytes.extend_from_slice(buffer.get(..length).unwrap_or_default());
        }
    });
}
