//! Enabling, disabling and masking, by the manager itself.

use std::time::Duration;

use bus::{FileChange, FileVerb, FilesChanged, Manager};
use launch::Helper;

use super::Systemd;
use super::names::complete;
use super::refusal::{for_manager, refusal_of};
use crate::{Done, Event, Outcome, Refusal, RefusalKind, Request, Verb, Watch};

/// How long a manager may take to read all definitions again.
const RELOAD: Duration = Duration::from_secs(90);
/// How long a person may take to give a password.
const PERSON: Duration = Duration::from_secs(120);
/// What enables init scripts on a machine with systemd, where something does.
const SYSV_INSTALL: [&str; 2] =
    ["usr/lib/systemd/systemd-sysv-install", "lib/systemd/systemd-sysv-install"];

/// What is done with files for a verb; `None` for verbs that are not of files.
pub(super) fn files_of(verb: Verb) -> Option<FileVerb> {
    Some(match verb {
        Verb::Enable => FileVerb::Enable,
        Verb::Disable => FileVerb::Disable,
        Verb::Mask => FileVerb::Mask,
        Verb::Unmask => FileVerb::Unmask,
        _ => return None,
    })
}

/// A change as systemctl(1) tells it.
pub fn change_sentence(change: &FileChange) -> String {
    let FileChange { kind, path, source } = change;
    match kind.as_str() {
        "symlink" => format!("Created symlink {path} → {source}."),
        "unlink" => format!("Removed \"{path}\"."),
        "masked" => format!("Unit {path} is masked, ignoring."),
        "masked by generator" => {
            format!("Unit {path} is masked via a generator and cannot be unmasked.")
        }
        "dangling" => {
            format!("Unit {path} is an alias to a unit that is not present, ignoring.")
        }
        "destination not present" => {
            format!("Unit {source} is added as a dependency to a non-existent unit {path}.")
        }
        "auxiliary unit failed" => format!("Failed to enable auxiliary unit {source}, ignoring."),
        other => format!("{other}: {path} {source}"),
    }
}

impl Systemd {
    /// Changes unit files name by name, and has the definitions read again.
    pub(super) fn run_files(
        &self,
        verb: FileVerb,
        request: &Request<'_>,
        watch: &mut dyn Watch,
    ) -> Vec<Outcome> {
        let names: Vec<String> = request.names.iter().map(|name| complete(name)).collect();
        let word = request.verb.name();
        let mut manager = match self.connect() {
            Ok(manager) => manager,
            Err(error) => {
                return self.finish_all(&names, watch, |name| {
                    Err(refusal_of(&error, self.kind, word, name))
                });
            }
        };
        if request.may_ask {
            manager.set_may_ask(true);
            manager.set_timeout(PERSON.max(self.timeout));
        }
        let mut results: Vec<Result<Done, Refusal>> =
            names.iter().map(|name| self.change_one(&mut manager, verb, name, request)).collect();
        if results.iter().any(Result::is_ok) {
            manager.set_timeout(RELOAD.max(self.timeout));
            if let Err(error) = manager.reload() {
                let note = format!("systemd did not read its definitions again: {error}");
                results.iter_mut().flatten().for_each(|done| done.notes.push(note.clone()));
            }
        }
        let mut results = results.into_iter();
        self.finish_all(&names, watch, |_| {
            results.next().unwrap_or_else(|| Err(Refusal::new(RefusalKind::Failed, "not done")))
        })
    }

    pub(super) fn finish_all(
        &self,
        names: &[String],
        watch: &mut dyn Watch,
        mut result: impl FnMut(&str) -> Result<Done, Refusal>,
    ) -> Vec<Outcome> {
        names
            .iter()
            .map(|name| {
                let result = result(name).map_err(|refusal| for_manager(refusal, self.kind));
                let outcome = Outcome { name: name.clone(), manager: self.kind, result };
                watch.event(&Event::Finished(&outcome));
                outcome
            })
            .collect()
    }

    fn change_one(
        &self,
        manager: &mut Manager,
        verb: FileVerb,
        name: &str,
        request: &Request<'_>,
    ) -> Result<Done, Refusal> {
        match manager.change_files(verb, &[name], request.runtime, request.force) {
            Ok(changed) => Ok(done(request.verb, &changed)),
            Err(error) => {
                let refusal = refusal_of(&error, self.kind, request.verb.name(), name);
                let by_script =
                    matches!(refusal.kind, RefusalKind::NoSuchService | RefusalKind::NotSupported)
                        && matches!(verb, FileVerb::Enable | FileVerb::Disable);
                match by_script.then(|| self.by_script(request.verb, name)).flatten() {
                    Some(result) => result,
                    None => Err(refusal),
                }
            }
        }
    }

    /// Enables or disables an init script that systemd only generates a unit for, as systemctl
    /// does: by the tool that the distribution provides for this. `None` where there is no script
    /// or no tool.
    fn by_script(&self, verb: Verb, name: &str) -> Option<Result<Done, Refusal>> {
        let script = name.strip_suffix(".service").filter(|name| !name.contains('/'))?;
        let root = self.root.as_ref()?;
        if !root.join("etc/init.d").join(script).exists() {
            return None;
        }
        let tool = SYSV_INSTALL.iter().map(|tool| root.join(tool)).find(|tool| tool.exists())?;
        let mut output = Vec::new();
        let ended = Helper::new(&tool).arg(verb.name()).arg(script).timeout(PERSON).run(
            &mut |_, line| output.push(String::from_utf8_lossy(line).into_owned()),
            &mut || {},
        );
        Some(match ended {
            Ok(ended) if ended.status.success() => Ok(Done {
                notes: vec![format!(
                    "it is an init script: its runlevel links were changed by {}",
                    tool.display()
                )],
                output,
                ..Done::default()
            }),
            Ok(ended) => {
                let message = format!("{} failed for its init script", tool.display());
                let mut refusal = Refusal::new(RefusalKind::Failed, message);
                refusal.output = output;
                refusal.exit_status = ended.status.code();
                Err(refusal)
            }
            Err(error) => Err(Refusal::new(RefusalKind::Failed, error.to_string())),
        })
    }

    /// Has the manager read all definitions again.
    pub(super) fn reload_all(&self) -> Result<Done, Refusal> {
        let refusal = |error| refusal_of(&error, self.kind, "daemon-reload", "");
        let mut manager = self.connect().map_err(refusal)?;
        // A manager that answers nothing at all is not waited for as long as one that reads files.
        manager.units_by_names(&[]).map_err(refusal)?;
        manager.set_timeout(RELOAD.max(self.timeout));
        manager.reload().map_err(refusal)?;
        Ok(Done::default())
    }

    /// Has it forget that units failed.
    pub(super) fn run_reset(&self, request: &Request<'_>, watch: &mut dyn Watch) -> Vec<Outcome> {
        let names: Vec<String> = request.names.iter().map(|name| complete(name)).collect();
        let texts: Vec<&str> = names.iter().map(String::as_str).collect();
        let asked = self.connect().and_then(|mut manager| {
            let before = super::look_up(&mut manager, &texts)?;
            manager.set_may_ask(request.may_ask);
            manager.set_timeout(if request.may_ask { PERSON } else { self.timeout });
            Ok((before, manager.reset_failed(&texts)?))
        });
        let word = request.verb.name();
        match asked {
            Err(error) => self
                .finish_all(&names, watch, |name| Err(refusal_of(&error, self.kind, word, name))),
            Ok((before, replies)) => {
                let mut both = before.into_iter().zip(replies);
                self.finish_all(&names, watch, |name| {
                    let (unit, reply) = both.next().unwrap_or((None, Ok(())));
                    let nothing_to_do =
                        unit.as_ref().is_none_or(|unit| unit.active_state != "failed");
                    let done = Done { nothing_to_do, ..Done::default() };
                    match reply {
                        Ok(()) => Ok(done),
                        // There is such a unit; nothing needs it, so that it is not loaded.
                        Err(error)
                            if error.is_no_such_unit()
                                && unit.is_some_and(|unit| unit.load_state != "not-found") =>
                        {
                            Ok(done)
                        }
                        Err(error) => Err(refusal_of(&error, self.kind, word, name)),
                    }
                })
            }
        }
    }
}

fn done(verb: Verb, changed: &FilesChanged) -> Done {
    let mut done = Done::default();
    for change in &changed.changes {
        let sentence = change_sentence(change);
        match change.kind.as_str() {
            "symlink" | "unlink" => done.changes.push(sentence),
            _ => done.notes.push(sentence),
        }
    }
    done.nothing_to_do = done.changes.is_empty();
    if changed.carries_install_info == Some(false) && matches!(verb, Verb::Enable | Verb::Disable) {
        done.notes.push(format!(
            "its unit file has no [Install] section with WantedBy=, RequiredBy=, UpheldBy=, Also= \
             or Alias=: it is not meant to be {} by hand; another unit, a socket, timer, path or \
             D-Bus starts it, or it is a template that needs an instance's name",
            verb.done()
        ));
    }
    done
}
