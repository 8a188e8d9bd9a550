//! What was observed of a service → the tightest drop-in that would not have disturbed it.
//!
//! Start reading at [`Observation`], all that was seen while it worked, and at [`propose`]. Each setting is proposed by
//! one small function in a table, with the evidence that speaks for it; what speaks against one is kept too
//! ([`Proposal::left_out`]).
//!
//! Where the start was not seen, what daemons usually do at their start is taken for used
//! ([`Proposal::assumed`] says what).

mod calls;
mod drop_in;
mod files;
mod kernel;
mod network;
mod observation;
mod paths;
mod rights;

#[cfg(test)]
mod tests;

pub use drop_in::drop_in;
pub use observation::{Address, Current, Device, FileUse, Listening, Observation, ProgramRun, Use};

use crate::rules::audit::needs::{self, Needs, Privilege};

/// What is proposed, and what is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Settings, in the order of the drop-in.
    pub settings: Vec<Proposed>,
    /// Settings that what was seen speaks against, and what that was.
    pub left_out: Vec<(String, String)>,
    /// What was taken for used without being seen.
    pub assumed: Vec<String>,
    /// What to know before it is put in place.
    pub warnings: Vec<String>,
}

/// What a function of the table works on.
struct Draft<'a> {
    seen: &'a Observation,
    current: &'a Current,
    proposal: Proposal,
}

/// The table: one function for each family of settings.
const ADVISERS: &[fn(&mut Draft<'_>)] = &[
    rights::no_new_privileges,
    rights::capabilities,
    files::system,
    files::home,
    files::temporary,
    files::devices,
    files::umask,
    kernel::protections,
    kernel::proc_files,
    kernel::namespaces,
    kernel::behaviour,
    rights::users,
    network::families,
    network::addresses,
    calls::architectures,
    calls::filter,
];

/// The tightest settings that would not have disturbed what was seen.
pub fn propose(seen: &Observation, current: &Current) -> Proposal {
    let mut draft = Draft { seen, current, proposal: Proposal::default() };
    if !seen.start_seen {
        draft.assume("its start was not seen: what daemons usually do then is taken for needed");
    }
    if draft.has_logins() {
        draft.proposal.warnings.push(
            "people log in through it, or it runs their jobs: all that they do, as root too, inherits this sandbox, and \
             most of it was not seen"
                .to_owned(),
        );
    }
    ADVISERS.iter().for_each(|advise| advise(&mut draft));
    draft.proposal
}

impl Draft<'_> {
    /// Proposes a setting, unless it holds already.
    fn set(&mut self, key: &str, value: &str, why: impl Into<String>) {
        let known = self.known_needs().find(|needs| needs.not.contains(&key));
        if let Some(needs) = known {
            return self.leave(
                key,
                format!(
                    "known of {}: it would be disturbed",
                    needs.programs.first().unwrap_or(&"it")
                ),
            );
        }
        let holds =
            self.current.value(key) == Some(value) || (value == "yes" && self.current.is_on(key));
        if !holds {
            self.push(key, value, why);
        }
    }

    /// Proposes an assignment, whatever holds.
    fn push(&mut self, key: &str, value: &str, why: impl Into<String>) {
        let proposed = Proposed { key: key.to_owned(), value: value.to_owned(), why: why.into() };
        self.proposal.settings.push(proposed);
    }

    /// Has a list begin anew, where the unit has one already.
    fn reset(&mut self, key: &str) {
        if self.current.value(key).is_some() {
            self.push(key, "", "replaces what the unit has");
        }
    }

    /// Does not propose a setting.
    fn leave(&mut self, key: &str, why: impl Into<String>) {
        self.proposal.left_out.push((key.to_owned(), why.into()));
    }

    /// Proposes `yes`, unless something was done that it takes away.
    fn unless(&mut self, fact: Fact, key: &str, why: &str) {
        if self.seen.did(fact) {
            self.leave(key, self.seen.evidence(fact));
        } else {
            self.set(key, "yes", why);
        }
    }

    fn assume(&mut self, what: impl Into<String>) {
        self.proposal.assumed.push(what.into());
    }

    /// systemd has settings of that version.
    fn knows(&self, version: u32) -> bool {
        self.current.version.is_none_or(|known| known >= version)
    }

    /// What it does for others is not its own work: persons log in through it, or it runs their jobs. Seen, or known of
    /// its program.
    fn has_logins(&self) -> bool {
        let is_known = self.known_needs().any(|needs| needs.privilege == Privilege::All);
        is_known || (self.seen.did(Fact::Login) && !self.current.has_own_user())
    }

    /// What the daemons among its programs are known to need.
    fn known_needs(&self) -> impl Iterator<Item = &'static Needs> {
        // Helpers of init scripts start other services, as a rule; here they are a step of its start.
        let is_helper = |path: &str| path.ends_with("/start-stop-daemon");
        let programs = self.seen.programs.iter().filter(move |program| !is_helper(&program.path));
        programs.filter_map(|program| needs::of(&program.path))
    }

    /// Programs that it ran take other rights than its own.
    fn gains_privileges(&self) -> Option<&str> {
        let mut programs = self.seen.programs.iter();
        programs.find(|program| program.gains_privileges).map(|program| program.path.as_str())
    }

    /// Filters of system calls may be had without giving up programs that take other rights: systemd couples the two
    /// where the service is not root (systemd.exec(5), `NoNewPrivileges=`).
    fn may_filter(&self) -> bool {
        !self.current.has_own_user() || self.gains_privileges().is_none()
    }

    /// It mounts for others to see: in a mount namespace of its own nobody would.
    fn mounts_for_others(&self) -> bool {
        let makes_own =
            self.seen.facts.get(&Fact::Namespace).is_some_and(|kinds| kinds.contains("mnt"));
        self.seen.did(Fact::Mount) && !makes_own
    }
}

/// A setting of a drop-in's `[Service]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// `PrivateTmp`.
    pub key: String,
    /// Its value; several assignments of one key are several of these, in order.
    pub value: String,
    /// Why it would not disturb: the evidence, in a sentence.
    pub why: String,
}

/// Something that was done which some setting takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Memory that can be written and run: `MemoryDenyWriteExecute=`.
    WritableCode,
    /// Another execution domain: `LockPersonality=`.
    Personality,
    /// A scheduling policy of real time: `RestrictRealtime=`.
    Realtime,
    /// A file or directory with the set-user-ID or set-group-ID bit: `RestrictSUIDSGID=`.
    SetIdFile,
    /// A namespace, the kind in the evidence: `RestrictNamespaces=`.
    Namespace,
    /// The clock: `ProtectClock=`.
    Clock,
    /// The host's name: `ProtectHostname=`.
    Hostname,
    /// A kernel module: `ProtectKernelModules=`.
    Module,
    /// The kernel's log: `ProtectKernelLogs=`.
    KernelLog,
    /// A mount or a change of root: `PrivateMounts=`, mount propagation.
    Mount,
    /// Files of others' processes below /proc: `ProtectProc=`.
    OthersProc,
    /// Files of /proc beside processes: `ProcSubset=`.
    ProcBeside,
    /// A user of the keyring: `KeyringMode=`.
    Keyring,
    /// Objects of System V or POSIX IPC: `RemoveIPC=`, `PrivateIPC=`.
    Ipc,
    /// Messages to the audit subsystem.
    Audit,
    /// Processes took the user of a person (uid 1000 and above): logins.
    Login,
}
