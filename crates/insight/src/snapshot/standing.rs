//! How a service stands: whether it is broken, at rest by its author's will, or was stopped on request.

use super::{Condition, Language, Line, Load, LogSource, Manager, Service, Setting, State};

impl Service {
    /// What its manager said since it last began to start the service: the last start's own story, also where the
    /// manager itself has forgotten it.
    pub fn last_start(&self) -> impl DoubleEndedIterator<Item = &Line> {
        let by_manager = |line: &&Line| line.source == LogSource::Manager && line.is_of_last_run;
        let is_begin = |line: &Line| is_about_start(line) && !line.message.starts_with("Failed to");
        let lines = &self.log.lines;
        let last = lines.iter().rposition(|line| by_manager(&line) && is_begin(line));
        // "Starting …" and "Started …" are of the same start.
        let first = last.map(|last| {
            let before = lines.iter().take(last).rposition(|line| by_manager(&line));
            before.filter(|at| lines.get(*at).is_some_and(is_begin)).unwrap_or(last)
        });
        lines.iter().skip(first.unwrap_or(0)).filter(by_manager)
    }

    /// It works: it runs (or did its work), and is not waiting to be started again.
    pub fn is_healthy(&self) -> bool {
        matches!(self.state, State::Running | State::Exited) && !self.is_looping
    }

    /// It should run, or was tried, and does not.
    pub fn is_broken(&self) -> bool {
        if self.is_looping || matches!(self.state, State::Failed | State::Crashed) {
            return true;
        }
        match self.state {
            // A definition that was taken away or spoilt under a running service is a warning.
            State::Running | State::Exited | State::Stopping => false,
            // Between two starts, or in one that its manager makes since the one before ended badly.
            State::Starting => {
                self.unit.sub == "auto-restart" || self.unit.restarts.is_some_and(|times| times > 0)
            }
            _ if matches!(self.load, Load::NotFound | Load::BadSetting | Load::Error) => true,
            _ if self.is_asserted_away() => true,
            _ if self.state == State::Stopped && self.switched_off().is_some() => false,
            _ => self.should_run && !self.is_skipped() && self.stop_request().is_none(),
        }
    }

    /// Another service is an instance of the template that this one stands for: `postgresql@15-main.service` of
    /// `postgresql.service`, whose own command does nothing.
    pub fn stands_for(&self, other: &str) -> bool {
        let Some((bare, suffix)) = self.name.rsplit_once('.') else { return false };
        let instance = other.strip_prefix(bare).and_then(|rest| rest.strip_prefix('@'));
        instance.is_some_and(|rest| {
            rest.strip_suffix(suffix).is_some_and(|name| name.len() > 1 && name.ends_with('.'))
        })
    }

    /// The setting by which an init script is told to start nothing: `RSYNC_ENABLE=false` in `/etc/default/rsync`.
    pub fn switched_off(&self) -> Option<&Setting> {
        let definition = self.definition.as_ref().filter(|d| d.language != Language::Unit)?;
        let prefix = format!("{}_", self.name.to_uppercase().replace(['-', '.'], "_"));
        let set = definition.settings.iter().rev().filter_map(|setting| {
            let key = setting.key.strip_prefix(&prefix).unwrap_or(&setting.key);
            let off = SWITCHES.iter().find(|(names, _)| names.contains(&key))?.1;
            Some((setting, off))
        });
        // The last assignment counts: defaults files are read after the script's own.
        let (setting, off) = set.into_iter().next()?;
        off.contains(&setting.value.to_lowercase().as_str()).then_some(setting)
    }

    /// A condition did not hold at its last start, so that it was not started: by its author's will.
    pub fn is_skipped(&self) -> bool {
        self.state == State::Stopped && unmet(&self.conditions, "Condition")
    }

    fn is_asserted_away(&self) -> bool {
        self.state == State::Stopped && unmet(&self.conditions, "Assert")
    }

    /// The line with which its manager says that it stops the service on request (of its administrator, or because
    /// another unit wants it so), if that is how the last run ended and it has not been tried since.
    pub fn stop_request(&self) -> Option<&Line> {
        let is_clean = self.unit.result.is_empty() || self.unit.result == "success";
        if self.state != State::Stopped || !is_clean {
            return None;
        }
        let by_manager = |line: &&Line| line.source == LogSource::Manager && line.is_of_last_run;
        let mut lines = self.log.lines.iter().filter(by_manager).rev();
        let last = lines.find(|line| is_about_start(line) || is_about_stop(line))?;
        is_about_stop(last).then_some(last)
    }
}

impl Service {
    /// The line that says that it ended since it was asked to: its manager's ([`stop_request`](Self::stop_request)), or,
    /// of managers that log nothing, its own last words. It may have been tried again since, and have said nothing.
    pub fn ended_on_request(&self) -> Option<&Line> {
        if self.state != State::Stopped {
            return None;
        }
        if matches!(self.manager, Manager::Systemd | Manager::SystemdUser) {
            return self.stop_request();
        }
        let own = |line: &&Line| line.source == LogSource::Service && line.is_of_last_run;
        let mut last = self.log.lines.iter().filter(own).rev().take(LAST_WORDS);
        let is_bad = |line: &Line| {
            let is_bad = line.level.is_some_and(|level| level <= super::Level::Error)
                || BAD.iter().any(|word| line.message.contains(word));
            is_bad && !line.message.contains(BY_REQUEST)
        };
        let is_asked = |line: &Line| ASKED.iter().any(|words| line.message.contains(words));
        last.find(|line| is_bad(line) || is_asked(line)).filter(|line| is_asked(line))
    }
}

/// Variables of init scripts that say whether anything is started, and what they hold when nothing is.
const SWITCHES: [(&[&str], &[&str]); 2] = [
    (
        &["ENABLE", "ENABLED", "START", "RUN", "RUN_DAEMON", "START_DAEMON", "DAEMON_ENABLE"],
        &["false", "no", "0", "off", "n"],
    ),
    (&["DISABLE", "DISABLED"], &["true", "yes", "1", "on", "y"]),
];

/// Words of lines that tell of trouble, in logs that have no levels.
const BAD: [&str; 10] = [
    "FATAL",
    "PANIC",
    "ERROR",
    "Error",
    "error",
    "fatal",
    "Fatal",
    "[emerg]",
    "[alert]",
    "could not",
];
/// So many lines a daemon may write between the request and its end.
const LAST_WORDS: usize = 16;
/// Words with which a daemon ends others' connections since it was asked to end itself (PostgreSQL).
const BY_REQUEST: &str = "due to administrator command";
/// Words of daemons that were asked to end: by SIGTERM, SIGINT, SIGQUIT or a command of their own.
const ASKED: [&str; 22] = [
    "User requested shutdown",
    "SIGTERM",
    "SIGINT",
    "SIGQUIT",
    "signal 15",
    "signal 3 ",
    "shutdown request",
    "Normal shutdown",
    "Exiting on signal",
    "exiting on signal",
    "Terminated by signal",
    "terminating on signal",
    "gracefully shutting down",
    "graceful shutdown",
    "Graceful shutdown",
    "Server shutting down",
    "shutting down: ",
    "stopping command channel",
    "chronyd exiting",
    "Exiting Master process",
    "Proxy stopped",
    "has been stopped",
];

/// Whether conditions (or assertions) as a whole did not hold: one that must did not, or of those of which one must
/// none did (systemd.unit(5)).
fn unmet(conditions: &[Condition], family: &str) -> bool {
    let of_family = || conditions.iter().filter(|c| c.name.starts_with(family));
    let must = of_family().any(|c| !c.trigger && c.held == Some(false));
    let mut triggers = of_family().filter(|c| c.trigger && c.held.is_some()).peekable();
    let has_triggers = triggers.peek().is_some();
    must || (has_triggers && triggers.all(|c| c.held == Some(false)))
}

/// systemd's `MESSAGE_ID` of "Stopping …" (sd-messages.h).
const STOPPING: &str = "de5b426a63be47a7b6ac3eaac82e2f6f";
/// Of "Starting …", "Started …" and "Failed to start …".
const STARTING: [&str; 3] = [
    "7d4958e842da4a758f6c1cdc7b36dcc5",
    "39f53479d3a045ac8e11786248231fbf",
    "be02cf6855d2428ba40df7e9d022f03d",
];

fn is_about_stop(line: &Line) -> bool {
    match &line.message_id {
        // "Stopped …" alone also ends a restart's wait; only with "Stopping …" somebody asked for it.
        Some(id) => id == STOPPING,
        None => line.message.starts_with("Stopping "),
    }
}

fn is_about_start(line: &Line) -> bool {
    match &line.message_id {
        Some(id) => STARTING.contains(&id.as_str()),
        None => ["Starting ", "Started ", "Failed to start "]
            .iter()
            .any(|words| line.message.starts_with(words)),
    }
}
