//! Running `daemonctl` on what it was not made for, and what must hold of whatever it answers.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub mod odd;
pub mod tree;

/// No answer may take longer, on a machine that builds and tests other things meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_daemonctl");

/// How one run ended, and all that it said.
#[derive(Debug)]
pub struct Run {
    pub what: String,
    pub code: Option<i32>,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
    pub took: Duration,
    /// Of itself, without its children; what else runs on the machine hardly changes it.
    pub cpu: Duration,
}

impl Run {
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.err).into_owned()
    }

    /// What holds of every run: it ended by itself with a status that its help names, panicked
    /// nowhere, and let no control character through.
    #[track_caller]
    pub fn check(&self) -> &Run {
        self.check_with(&[0, 1, 2, 4])
    }

    /// The same with other statuses that its help names.
    #[track_caller]
    pub fn check_with(&self, statuses: &[i32]) -> &Run {
        let about =
            || format!("{}\nstdout: {:.2000}\nstderr: {:.2000}", self.what, self.out(), self.err());
        let Some(code) = self.code else { panic!("ended by a signal: {}", about()) };
        assert!(statuses.contains(&code), "status {code}: {}", about());
        for text in [&self.out, &self.err] {
            harmless(text).unwrap_or_else(|what| panic!("{what}: {}", about()));
        }
        assert!(
            !self.err().contains("panicked at") && !self.out().contains("panicked at"),
            "{}",
            about()
        );
        assert!(code == 0 || !self.err.is_empty(), "failed without a word: {}", about());
        self
    }

    /// It did what it was asked to, and had nothing to complain of.
    #[track_caller]
    pub fn good(&self) -> &Run {
        self.check();
        assert_eq!(self.code, Some(0), "{}: {}", self.what, self.err());
        self
    }

    /// It refused: that status, a message, and nothing on standard output.
    #[track_caller]
    pub fn refused(&self, code: i32) -> &Run {
        self.check();
        assert_eq!(self.code, Some(code), "{}: {}{}", self.what, self.out(), self.err());
        assert!(self.out.is_empty(), "{} refuses and prints: {}", self.what, self.out());
        self
    }

    /// Its output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        self.check();
        let parsed = serde_json::from_slice(&self.out);
        parsed.unwrap_or_else(|error| {
            panic!("{}: no JSON: {error}\n{:.1000}\n{}", self.what, self.out(), self.err())
        })
    }
}

/// That no byte of a text does anything to a terminal: valid UTF-8, no C0 but line ends, no DEL,
/// no C1, nothing that changes the direction of text.
pub fn harmless(text: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(text)
        .map_err(|error| format!("no UTF-8 at {}", error.valid_up_to()))?;
    let evil = |c: &char| {
        (c.is_control() && *c != '\n')
            || ('\u{202a}'..='\u{202e}').contains(c)
            || ('\u{2066}'..='\u{2069}').contains(c)
    };
    match text.chars().find(evil) {
        Some(c) => Err(format!("a raw {c:?}")),
        None => Ok(()),
    }
}

/// The environment of all runs: nothing of whoever runs the tests.
pub fn plain(command: &mut Command) -> &mut Command {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/sbin:/usr/bin:/sbin:/bin".into());
    command
        .env_clear()
        .env("PATH", path)
        .env("LANG", "C.UTF-8")
        .env("TZ", "UTC")
        .env("RUST_BACKTRACE", "0")
}

pub fn daemonctl<A: AsRef<OsStr>>(args: &[A]) -> Run {
    let mut command = Command::new(PROGRAM);
    plain(&mut command).args(args);
    run(&mut command)
}

/// `daemonctl` on a made-up `/proc`.
pub fn daemonctl_at<A: AsRef<OsStr>>(proc: &Path, args: &[A]) -> Run {
    let mut command = Command::new(PROGRAM);
    plain(&mut command).arg("--proc-root").arg(proc).arg("--system-root").arg(proc).args(args);
    run(&mut command)
}

/// A line for `sh`, with `$DAEMONCTL` for the program, in a place where anybody may run it.
pub fn shell(script: &str) -> Run {
    let mut command = Command::new("sh");
    plain(&mut command).env("DAEMONCTL", public()).args(["-c", script]);
    run(&mut command)
}

/// Runs to the end, or fails when there is none.
pub fn run(command: &mut Command) -> Run {
    let what = format!("{:?} {:?}", command.get_program(), command.get_args().collect::<Vec<_>>());
    let begun = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            pipe.map(|mut pipe| pipe.read_to_end(&mut text));
            text
        })
    };
    let out = read(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let err = read(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    let id = rustix::process::Pid::from_child(&child);
    let ended = || {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        waitid(WaitId::Pid(id), options).unwrap().is_some()
    };
    let mut hangs = false;
    while !hangs && !ended() {
        std::thread::sleep(Duration::from_millis(2));
        hangs = begun.elapsed() > PATIENCE;
    }
    if hangs {
        let _ = child.kill();
    }
    let cpu = if hangs { PATIENCE } else { cpu_time(child.id()) };
    let status = child.wait().unwrap();
    assert!(!hangs, "hangs: {what}");
    let took = begun.elapsed();
    assert!(status.signal().is_none(), "{what}: ended by signal {:?}", status.signal());
    Run { what, code: status.code(), out: out.join().unwrap(), err: err.join().unwrap(), took, cpu }
}

/// CPU time of a zombie, from fields 14 and 15 of its `stat`, in hundredths of a second.
fn cpu_time(pid: u32) -> Duration {
    let stat = fs::read(format!("/proc/{pid}/stat")).unwrap();
    let stat = String::from_utf8_lossy(&stat).into_owned();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    let ticks = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(10 * ticks.sum::<u64>())
}

/// The program in a place that every user may reach: one copy, which stays until it is outdated.
pub fn public() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let mut name = DefaultHasher::new();
        PROGRAM.hash(&mut name);
        let user = rustix::process::geteuid().as_raw();
        let folder = format!("daemonctl-tested-{user}-{:x}", name.finish());
        let folder = std::env::temp_dir().join(folder);
        let _ = fs::create_dir(&folder);
        let owner = fs::symlink_metadata(&folder).unwrap();
        assert!(owner.is_dir() && owner.uid() == user, "{} is somebody else's", folder.display());
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let path = folder.join("daemonctl");
        let original = fs::metadata(PROGRAM).unwrap();
        let is_current = |copy: fs::Metadata| {
            copy.len() == original.len() && copy.modified().ok() >= original.modified().ok()
        };
        if !fs::metadata(&path).is_ok_and(is_current) {
            let fresh = folder.join(std::process::id().to_string());
            fs::copy(PROGRAM, &fresh).unwrap();
            fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755)).unwrap();
            fs::rename(&fresh, &path).unwrap();
        }
        path
    })
}

/// A temporary folder that everybody may look into; removed when dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("daemonctl-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A process that ends with the test.
#[derive(Debug)]
pub struct Kept(pub Child);

impl Kept {
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts something that stays until the test ends.
pub fn keep(command: &mut Command) -> Kept {
    Kept(command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// The subcommands that this build has and that look at processes.
pub fn commands() -> Vec<String> {
    let help = daemonctl(&["--help"]).out();
    let list = help.split("\nProcesses:\n").nth(1).unwrap_or_default();
    let lines = list.lines().take_while(|line| line.starts_with("  "));
    let names: Vec<_> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains(&"ps") && names.len() > 5, "{help}");
    names.into_iter().map(str::to_owned).collect()
}

/// One command line of each subcommand that looks at these (all processes where there are none),
/// with and without `--json`.
pub fn looks(whats: &[String]) -> Vec<Vec<String>> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    for command in commands() {
        let mut line = vec![command.clone()];
        match (command.as_str(), whats) {
            ("kill", _) => continue,
            ("explain" | "files" | "maps" | "signals", []) => line.push("1".into()),
            ("explain", _) => line.extend([&["--all".to_owned()], whats].concat()),
            _ => line.extend_from_slice(whats),
        }
        lines.push(line);
    }
    if whats.is_empty() {
        lines.push(Vec::new());
    }
    let json =
        lines.iter().map(|line| [&line[..], &["--json".to_owned()]].concat()).collect::<Vec<_>>();
    lines.extend(json);
    lines
}

/// Looks at these by every subcommand, and checks what each of them says.
#[track_caller]
pub fn look_by_all<T: ToString>(whats: &[T]) -> Vec<Run> {
    let whats: Vec<String> = whats.iter().map(T::to_string).collect();
    let runs: Vec<Run> = looks(&whats).iter().map(|line| daemonctl(line)).collect();
    for run in &runs {
        run.check();
        if run.what.contains("--json") && run.code == Some(0) {
            run.json();
        }
    }
    runs
}

/// The object of one process in `ps --json`.
pub fn in_ps(pid: u32) -> serde_json::Value {
    let all = daemonctl(&["ps", "--json"]);
    let document = all.good().json();
    let found =
        document["processes"].as_array().unwrap().iter().find(|process| process["pid"] == pid);
    found.unwrap_or_else(|| panic!("{pid} is not in ps")).clone()
}

/// Waits until something is so, or fails.
#[track_caller]
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether the tests run as root; says what is left out where they don't.
pub fn root(what: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        let _ = writeln!(std::io::stderr(), "skipped, not root: {what}");
    }
    root
}
