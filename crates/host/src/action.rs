//! What a manager can be asked to do, and what comes of it.

use std::time::{Duration, Instant};

use crate::{ManagerKind, Refusal};

/// Something that a manager can be asked to do with a service.
///
/// The meaning of each is systemctl(1)'s, on every manager: a `start` of what runs does nothing and
/// succeeds, a `restart` of what does not run starts it, `try-restart` leaves that alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// Start it now.
    Start,
    /// Stop it now.
    Stop,
    /// Stop it if it runs, and start it.
    Restart,
    /// Restart it if it runs.
    TryRestart,
    /// Have it read its configuration again.
    Reload,
    /// Reload it if it can, else restart it.
    ReloadOrRestart,
    /// The same, if it runs.
    TryReloadOrRestart,
    /// Forget that it failed.
    ResetFailed,
    /// Start it at boot.
    Enable,
    /// Start it at boot no more.
    Disable,
    /// Make it impossible to start.
    Mask,
    /// Undo that.
    Unmask,
    /// A command of the service's own script: [`Request::command`] names it.
    Custom,
}

/// A verb in words: its name on the command line, what is being done, what was done.
struct Row {
    verb: Verb,
    name: &'static str,
    doing: &'static str,
    done: &'static str,
}

const fn row(verb: Verb, name: &'static str, doing: &'static str, done: &'static str) -> Row {
    Row { verb, name, doing, done }
}

const VERBS: [Row; 13] = [
    row(Verb::Start, "start", "starting", "started"),
    row(Verb::Stop, "stop", "stopping", "stopped"),
    row(Verb::Restart, "restart", "restarting", "restarted"),
    row(Verb::TryRestart, "try-restart", "restarting", "restarted"),
    row(Verb::Reload, "reload", "reloading", "reloaded"),
    row(Verb::ReloadOrRestart, "reload-or-restart", "reloading", "reloaded"),
    row(Verb::TryReloadOrRestart, "try-reload-or-restart", "reloading", "reloaded"),
    row(Verb::ResetFailed, "reset-failed", "resetting", "reset"),
    row(Verb::Enable, "enable", "enabling", "enabled"),
    row(Verb::Disable, "disable", "disabling", "disabled"),
    row(Verb::Mask, "mask", "masking", "masked"),
    row(Verb::Unmask, "unmask", "unmasking", "unmasked"),
    row(Verb::Custom, "command", "running the command of", "ran the command of"),
];

impl Verb {
    fn row(self) -> Option<&'static Row> {
        VERBS.iter().find(|row| row.verb == self)
    }

    /// As on the command line: `try-restart`.
    pub fn name(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }

    /// While it goes on: `restarting`.
    pub fn doing(self) -> &'static str {
        self.row().map_or("", |row| row.doing)
    }

    /// When it is done: `restarted`.
    pub fn done(self) -> &'static str {
        self.row().map_or("", |row| row.done)
    }

    /// The verb of that name.
    pub fn named(name: &str) -> Option<Verb> {
        VERBS.iter().find(|row| row.name == name).map(|row| row.verb)
    }

    /// It changes what happens at boot, or whether a service may be started, not what runs.
    pub fn is_of_files(self) -> bool {
        matches!(self, Self::Enable | Self::Disable | Self::Mask | Self::Unmask)
    }
}

/// One thing to be done with some services of one manager.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What.
    pub verb: Verb,
    /// With which, by the manager's own names.
    pub names: &'a [String],
    /// The script's command, for [`Verb::Custom`].
    pub command: Option<&'a str>,
    /// For enabling and disabling: these runlevels, instead of those that the manager or the
    /// script itself means. systemd has none.
    pub runlevels: &'a [String],
    /// Changes of [`Verb::is_of_files`] last until the next boot only (systemd).
    pub runtime: bool,
    /// Existing links may be replaced (systemd: `--force`).
    pub force: bool,
    /// Return as soon as it is under way.
    pub no_wait: bool,
    /// How long to wait for one service. A script that has not ended by then is ended; of a
    /// manager's job we only stop waiting.
    pub timeout: Duration,
    /// How jobs that are queued already are treated, in systemd's words: `replace`, `fail` …
    pub job_mode: &'a str,
    /// A password may be asked for (polkit, by an agent of the caller's session).
    pub may_ask: bool,
}

impl<'a> Request<'a> {
    /// With what is usual: wait, 90 seconds at most, systemd's own `replace`.
    pub fn new(verb: Verb, names: &'a [String]) -> Self {
        Self {
            verb,
            names,
            command: None,
            runlevels: &[],
            runtime: false,
            force: false,
            no_wait: false,
            timeout: Duration::from_secs(90),
            job_mode: "replace",
            may_ask: false,
        }
    }
}

/// Something that happens while a request is carried out. Texts are foreign and raw.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A line of a script's or native tool's own output, without its line end.
    Output {
        /// Of which service.
        name: &'a str,
        /// What it wrote.
        line: &'a [u8],
        /// On standard error.
        is_error: bool,
    },
    /// Still waiting; sent about ten times a second.
    Waiting {
        /// For which service.
        name: &'a str,
        /// Since when.
        since: Instant,
        /// What it is at now, in a few words, where that is known: `start-post`, `deactivating`.
        at: &'a str,
    },
    /// One service is done with.
    Finished(&'a Outcome),
}

/// Who is told what happens while a request is carried out.
pub trait Watch {
    /// Called for each [`Event`].
    fn event(&mut self, event: &Event<'_>);
}

impl<F: FnMut(&Event<'_>)> Watch for F {
    fn event(&mut self, event: &Event<'_>) {
        self(event);
    }
}

/// What came of a request for one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The service, by its manager's own name.
    pub name: String,
    /// Whose it is.
    pub manager: ManagerKind,
    /// What was done, or why not.
    pub result: Result<Done, Refusal>,
}

/// Something was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// It was so already: nothing had to be changed.
    pub nothing_to_do: bool,
    /// It is under way and was not waited for.
    pub queued: bool,
    /// Links that were made or removed, one sentence each, as the manager or its tool told them.
    pub changes: Vec<String>,
    /// What should be known besides: warnings of the manager or of its tool.
    pub notes: Vec<String>,
    /// What the script or the native tool wrote, line by line, both streams in order.
    pub output: Vec<String>,
}

/// Whether a manager can do something at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ability {
    /// Yes.
    Can,
    /// No.
    Cannot {
        /// Why, in a sentence.
        why: String,
        /// What comes closest, and how: a command to type.
        instead: String,
    },
}
