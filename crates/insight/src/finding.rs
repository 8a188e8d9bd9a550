//! What a rule finds.

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing has to be done.
    Info,
    /// It works, and it will bite.
    Warning,
    /// It is broken now. Never found on a service that works.
    Error,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Something else may be the reason.
    Possible,
    /// Nothing speaks against it.
    Likely,
    /// The evidence leaves nothing open.
    Certain,
}

/// What a finding is in the chain of what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// What would have to change: a missing library, a port that is taken.
    Cause,
    /// How it ended: an exit status, a signal, a timeout. A cause explains it; without a cause it stands first.
    Mechanism,
    /// What followed: a start limit that was hit, a unit that depends on it. Explained by the others.
    Consequence,
    /// Stands for itself: explains no failure and is explained by none.
    Separate,
}

/// Where a piece of evidence is from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A line of a file, from 1; without a line: the file as a whole.
    File {
        /// Which.
        path: String,
        /// Its line, from 1.
        line: Option<u32>,
    },
    /// A line that was logged.
    Log {
        /// When, in microseconds since 1970, if the line says so.
        time_usec: Option<u64>,
        /// The journal, the kernel's log, or a file.
        origin: String,
    },
    /// Something that a process shows: `/proc/PID/status`.
    Process {
        /// Its pid.
        pid: u32,
        /// What was read: `status`, `exe`, `fd`.
        aspect: String,
    },
    /// What the service manager says: a property's or a field's name.
    Manager {
        /// `Result`, `ExecMainStatus`.
        property: String,
    },
    /// What a path is: its owner, its modes, or that it is not there.
    Path {
        /// Which.
        path: String,
    },
    /// A counter of the kernel: `memory.events`, `/proc/pressure/memory`.
    Counter {
        /// Its name.
        name: String,
    },
    /// What a daemon's own test of its configuration wrote.
    Test {
        /// The command line.
        command: String,
    },
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Where it is from.
    pub source: Source,
    /// What stands there. Foreign text: may hold any character.
    pub text: String,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What it does, in a few words that begin with a verb: `install the package`.
    pub what: String,
    /// The commands, each as typed to a shell; quoted with [`crate::finding::shell`].
    pub commands: Vec<String>,
    /// Settings for a drop-in of the unit, each with its section: (`Service`, `User=nginx`).
    pub settings: Vec<(String, String)>,
}

/// What is wrong, with the proof and what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's name: stable, as in `docs/findings.md`.
    pub rule: &'static str,
    /// What it is about: a path, a port, a user. Of two findings with the same rule and subject, one is shown.
    pub subject: String,
    /// The service that it is about.
    pub service: String,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// What it is in the chain of what happened.
    pub role: Role,
    /// A few words: `port 80 is taken`.
    pub title: String,
    /// One sentence with the names of what is involved.
    pub sentence: String,
    /// The proof; the strongest first.
    pub evidence: Vec<Evidence>,
    /// What to do; the first is the one to try first.
    pub remedies: Vec<Remedy>,
    /// Findings that this one explains.
    pub consequences: Vec<Finding>,
}

/// What came out for one service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Which.
    pub service: String,
    /// What was found; what matters most first.
    pub findings: Vec<Finding>,
    /// Names of the rules that were tried: "no cause found" lists them.
    pub checked: Vec<&'static str>,
    /// Names of the rules that could not be tried, and what they lacked.
    pub unchecked: Vec<(&'static str, String)>,
}

/// A word as a shell takes it.
pub fn shell(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@%_-+=:,./".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
