//! What the tests of `journalctl` share: journals, and a command line run by both programs.

#![allow(dead_code, reason = "each test uses a part")]

pub mod cases;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use testkit::journal::{Remote, sets};

/// The program that is compared with, which has to be of the version whose grammar ours has.
pub const THEIRS: &str = "journalctl";
const VERSION: &str = "systemd 252 ";

/// Another program that is compared with.
static CHOSEN: OnceLock<PathBuf> = OnceLock::new();

/// Compares with another program than the machine's.
pub fn compare_with(program: &Path) {
    CHOSEN.set(program.to_owned()).unwrap();
}

/// A folder with journals of every kind, made once for each run of a test program.
pub fn journals() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let version = Case::new(&["--version"]).theirs().stdout;
        let version = String::from_utf8_lossy(&version).into_owned();
        let is_chosen = CHOSEN.get().is_some() || std::env::var_os("JOURNALCTL_PROGRAM").is_some();
        assert!(
            is_chosen || version.starts_with(VERSION),
            "compared is with {VERSION}, here is {version}"
        );
        // One for each test program; what one that failed has left is in the way.
        let program = module_path!().split("::").next().unwrap_or_default();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("journals-{program}"));
        drop(std::fs::remove_dir_all(&folder));
        let remote = Remote::find().unwrap();
        for set in sets::SETS {
            set.make(&remote, &folder.join(set.name)).unwrap();
        }
        folder
    })
}

/// Removes what [`journals`] made.
pub fn remove_journals() {
    std::fs::remove_dir_all(journals()).unwrap();
}

/// A command line with its surroundings.
#[derive(Clone, Debug, Default)]
pub struct Case {
    pub args: Vec<OsString>,
    pub variables: Vec<(&'static str, String)>,
    pub input: Option<PathBuf>,
}

impl Case {
    pub fn new<S: AsRef<str>>(args: &[S]) -> Case {
        let args = args.iter().map(|arg| OsString::from(arg.as_ref())).collect();
        Case { args, ..Case::default() }
    }

    pub fn push(&mut self, arg: impl Into<OsString>) {
        self.args.push(arg.into());
    }

    /// As it would be typed.
    pub fn line(&self) -> String {
        let mut line = String::new();
        for (name, value) in &self.variables {
            write!(line, "{name}={value} ").unwrap();
        }
        line.push_str(THEIRS);
        for arg in &self.args {
            let arg = arg.to_string_lossy();
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=./:,@+%".contains(&byte);
            match !arg.is_empty() && arg.bytes().all(is_plain) {
                true => write!(line, " {arg}").unwrap(),
                false => write!(line, " '{}'", arg.replace('\'', "'\\''")).unwrap(),
            }
        }
        if let Some(input) = &self.input {
            write!(line, " < {}", input.display()).unwrap();
        }
        line
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg0(THEIRS).args(&self.args).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.variables.iter().map(|(name, value)| (*name, value.as_str())));
        command.stdin(match &self.input {
            Some(file) => Stdio::from(std::fs::File::open(file).unwrap()),
            None => Stdio::null(),
        });
        command
    }

    pub fn ours(&self) -> Output {
        self.command(env!("CARGO_BIN_EXE_daemonctl")).output().unwrap()
    }

    pub fn theirs(&self) -> Output {
        let chosen = CHOSEN.get().map(|path| path.display().to_string());
        let chosen = chosen.or_else(|| std::env::var("JOURNALCTL_PROGRAM").ok());
        self.command(chosen.as_deref().unwrap_or(THEIRS)).output().unwrap()
    }
}

/// How outputs are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Byte for byte.
    Bytes,
    /// As JSON: journalctl leaves the order of keys to chance.
    Json,
    /// The lines, in any order: journalctl leaves it to chance.
    Lines,
}

/// What differs between the two programs, if anything.
pub fn difference(case: &Case, comparison: Comparison) -> Option<String> {
    let (ours, theirs) = (case.ours(), case.theirs());
    let mut text = String::new();
    if ours.status.code() != theirs.status.code() {
        write!(text, "\n  status: theirs {}, ours {}", theirs.status, ours.status).unwrap();
    }
    if !is_same(&ours.stdout, &theirs.stdout, comparison) {
        text.push_str(&first_difference("stdout", &theirs.stdout, &ours.stdout));
    }
    let lines = |bytes: &[u8]| {
        let mut lines: Vec<Vec<u8>> =
            bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort();
        lines
    };
    if lines(&ours.stderr) != lines(&theirs.stderr) {
        text.push_str(&first_difference("stderr", &theirs.stderr, &ours.stderr));
    }
    (!text.is_empty()).then(|| format!("{}{text}", case.line()))
}

fn is_same(ours: &[u8], theirs: &[u8], comparison: Comparison) -> bool {
    if ours == theirs {
        return true;
    }
    match comparison {
        Comparison::Bytes => false,
        Comparison::Json => json_of(&without_colour(ours)) == json_of(&without_colour(theirs)),
        Comparison::Lines => {
            let sorted = |bytes: &[u8]| {
                let mut lines: Vec<Vec<u8>> =
                    bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
                lines.sort();
                lines
            };
            sorted(ours) == sorted(theirs)
        }
    }
}

/// Values have no escape character of their own in JSON.
fn without_colour(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == 0x1b) {
        out.extend_from_slice(&rest[..at]);
        let end = rest[at..].iter().position(|byte| *byte == b'm').unwrap_or(rest.len() - at - 1);
        rest = &rest[at + end + 1..];
    }
    out.extend_from_slice(rest);
    out
}

/// What stands between the values, and the values.
fn json_of(bytes: &[u8]) -> (Vec<u8>, Vec<serde_json::Value>) {
    let mut between = Vec::new();
    let mut values = Vec::new();
    let mut rest = bytes;
    while let Some(start) = rest.iter().position(|byte| *byte == b'{' || *byte == b'[') {
        between.extend_from_slice(&rest[..start]);
        let mut stream = serde_json::Deserializer::from_slice(&rest[start..]).into_iter();
        match stream.next() {
            Some(Ok(value)) => values.push(value),
            _ => break,
        }
        let end = start + stream.byte_offset();
        rest = &rest[end..];
    }
    between.extend_from_slice(rest);
    (between, values)
}

fn first_difference(what: &str, theirs: &[u8], ours: &[u8]) -> String {
    let at = theirs.iter().zip(ours).take_while(|(a, b)| a == b).count();
    let from = theirs[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |start| start + 1);
    let shown = |bytes: &[u8]| {
        let part = &bytes[from.min(bytes.len())..];
        let part = &part[..part.len().min(at - from + 200)];
        String::from_utf8_lossy(part).escape_debug().to_string()
    };
    format!(
        "\n  {what} differs at byte {at} of {} (theirs), {} (ours)\n    theirs: {}\n    ours:   {}",
        theirs.len(),
        ours.len(),
        shown(theirs),
        shown(ours)
    )
}

/// Runs all of them, and fails with those that differ.
pub fn compare(cases: &[(Case, Comparison)]) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let wrong = std::sync::Mutex::new(Vec::new());
    let work = || {
        while let Some((case, how)) =
            cases.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
        {
            if let Some(text) = difference(case, *how) {
                wrong.lock().unwrap().push(text);
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
