//! What is going to happen to which processes.

use present::json::Object;
use present::{Value, Why};
use process::process::ProcessKey;
use process::signals::{Consequence, DefaultAction, Outcome, Signal, consequence};

use crate::context::Context;
use crate::failure::Failure;
use crate::receiver;
use crate::snapshot::Row;
use crate::targets::Targets;

/// Processes named one by one in an announcement.
const LISTED: usize = 20;

/// A process that will get the signal.
pub struct Victim<'a> {
    /// As it was found.
    pub row: Row<'a>,
    /// What the signal will do there.
    pub consequence: Consequence,
    /// It is the first process of its service.
    main: bool,
}

impl Victim<'_> {
    /// Which process it must still be.
    pub fn key(&self) -> ProcessKey {
        self.row.process.key
    }

    /// `nginx (812)`.
    pub fn name(&self) -> String {
        let comm = present::text::clean(&self.row.process.comm);
        format!("{comm} ({})", self.row.process.pid())
    }

    /// Whose it is.
    pub fn user(&self) -> &str {
        self.row.user().unwrap_or("another user")
    }

    /// In another pid namespace than this program: a name reaches into containers too,
    /// which who gave it may not have thought of.
    fn is_elsewhere(&self) -> bool {
        let own = self.row.snapshot.sample.by_pid(std::process::id());
        let own = own.and_then(|process| process.pid_namespace.known());
        own.is_some_and(|own| self.row.process.pid_namespace.is_known_and(|theirs| theirs != own))
    }

    /// As JSON, without what became of it.
    pub fn json(&self) -> Object {
        let mut object = Object::new();
        object.put("pid", self.key().pid).put("start_ticks", self.key().start_ticks);
        object.put("comm", Value::raw(&*self.row.process.comm));
        object.put("user", Value::or_missing(self.row.user(), Why::Unknown));
        let service = self.row.service().map(|service| service.name.as_str());
        object.put("service", Value::or_missing(service, Why::NotApplicable));
        object.put_object("effect", crate::commands::signals::effect(&self.consequence));
        object
    }

    /// The service whose manager will notice its end.
    fn managed(&self) -> Option<(&str, &str)> {
        let service = self.row.service().filter(|_| self.main)?;
        Some((service.name.as_str(), service.manager))
    }

    fn line(&self) -> String {
        let of = match self.row.service() {
            Some(service) => format!(" of {}", present::text::clean(service.name.as_bytes())),
            None => String::new(),
        };
        format!("{}{of}: {}", self.name(), self.consequence)
    }
}

/// Everything that is going to happen.
pub struct Plan<'a> {
    /// The signal.
    pub signal: Signal,
    /// Who gets it.
    pub victims: Vec<Victim<'a>>,
}

impl<'a> Plan<'a> {
    /// Finds out what the signal will do to each process. `spare_self`: this program and its own
    /// ancestors were hardly meant.
    ///
    /// # Errors
    /// Nobody is left, or `/proc` can't be read.
    pub fn new(
        context: &Context,
        targets: &'a Targets,
        signal: Signal,
        spare_self: bool,
    ) -> Result<Plan<'a>, Failure> {
        let proc = context.proc()?;
        let own = std::process::id();
        let victims: Vec<Victim<'a>> = targets
            .rows()
            .filter(|row| !(spare_self && row.process.pid() == own))
            .map(|row| {
                let dir = proc.process(row.process.pid()).ok();
                let consequence = consequence(&receiver::of(&row, dir.as_ref()), signal);
                Victim { row, consequence, main: is_main(&row) }
            })
            .collect();
        match victims.is_empty() {
            true => Err(Failure::not_found("only this very command is called so")),
            false => Ok(Plan { signal, victims }),
        }
    }

    /// What is said before anything is done: always for several, else where it may surprise.
    pub fn announce(&self, dry_run: bool) -> String {
        let mut out = String::new();
        let verb = if dry_run { "would get" } else { "gets" };
        match self.victims.as_slice() {
            [one] => out.push_str(&format!("{verb} {}: {}\n", self.signal, one.line())),
            many => {
                let verb = if dry_run { "would get" } else { "get" };
                out.push_str(&format!("{} processes {verb} {}:\n", many.len(), self.signal));
                for victim in many.iter().take(LISTED) {
                    out.push_str(&format!("  {}\n", victim.line()));
                }
                if many.len() > LISTED {
                    out.push_str(&format!("  and {} more\n", many.len() - LISTED));
                }
            }
        }
        let elsewhere = self.victims.iter().filter(|victim| victim.is_elsewhere()).count();
        if elsewhere > 0 {
            out.push_str(&format!("  {elsewhere} of them in containers or other pid namespaces\n"));
        }
        for (name, manager) in self.managed().take(LISTED) {
            let name = present::text::clean(name.as_bytes());
            out.push_str(&format!(
                "  {name} belongs to {manager}, which may start it again: to end it for good, stop it there\n"
            ));
        }
        out
    }

    /// Services whose main process would end.
    fn managed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.victims.iter().filter(|victim| self.may_end(victim)).filter_map(Victim::managed)
    }

    /// Whether the process may end of it: by default, or because the signal asks for that.
    fn may_end(&self, victim: &Victim<'_>) -> bool {
        let asks = matches!(self.signal, Signal::TERM | Signal::INT | Signal::QUIT);
        let ends =
            matches!(self.signal.default_action(), DefaultAction::Terminate | DefaultAction::Core);
        match victim.consequence.outcome {
            Outcome::Ends { .. } => true,
            Outcome::Handled | Outcome::Read | Outcome::Unknown => asks && ends,
            _ => false,
        }
    }

    /// Why it should be confirmed, if it should.
    pub fn reason_to_ask(&self) -> Option<String> {
        if self.victims.len() > 1 {
            return Some(format!("{} processes are meant", self.victims.len()));
        }
        if self.victims.iter().any(|victim| victim.key().pid == 1) {
            return Some("process 1 runs the whole machine".to_owned());
        }
        let (name, manager) = self.managed().next()?;
        let name = present::text::clean(name.as_bytes());
        Some(format!("this is the main process of {name}, which {manager} may start again"))
    }

    /// Whether nothing is sent without a confirmation, even where nobody can be asked.
    pub fn must_be_confirmed(&self) -> bool {
        self.victims.len() > 1 || self.victims.iter().any(|victim| victim.key().pid == 1)
    }
}

/// Whether a process is the first of its service: its parent is not in it.
fn is_main(row: &Row<'_>) -> bool {
    let Some(service) = row.service() else { return false };
    let snapshot = row.snapshot;
    let parent = snapshot.sample.index_of(row.process.stat.ppid).and_then(|at| snapshot.row(at));
    parent.and_then(|parent| parent.service()).is_none_or(|other| other.name != service.name)
}
