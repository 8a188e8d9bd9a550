//! What SysV init can be asked to do: running scripts, and the tools that keep the links.

use super::{SysV, enable};
use crate::lsb::LsbService;
use crate::runlevel;
use crate::script::{Source, Unfit, read_source};
use crate::service::{ManagerKind, Service};
use crate::tool::{Attempt, Tools};
use crate::{Ability, Done, Event, HostError, Outcome, Refusal, RefusalKind, Request, Verb, Watch};

impl SysV {
    /// One service: the outcome, of which the watcher is told.
    pub(super) fn act_on(
        &self,
        request: &Request<'_>,
        name: &str,
        watch: &mut dyn Watch,
    ) -> Outcome {
        let (name, result) = match self.source_for_act(name) {
            Ok(source) => {
                let result = self.carry_out(request, &source, watch);
                (source.script.name, result)
            }
            Err(refusal) => (name.to_owned(), Err(refusal)),
        };
        let outcome = Outcome { name, manager: ManagerKind::SysV, result };
        watch.event(&Event::Finished(&outcome));
        outcome
    }

    /// What is there and can't be run is told from what is not there.
    fn source_for_act(&self, name: &str) -> Result<Source, Refusal> {
        match self.source(name) {
            Ok(source) => Ok(source),
            Err(HostError::NoSuchService { .. }) => Err(match read_source(&self.root, name) {
                Err(unfit) if unfit != Unfit::Missing => {
                    let path = std::path::Path::new("/etc/init.d").join(name);
                    let (message, hint) = unfit.words(&path);
                    let refusal = Refusal::new(RefusalKind::Failed, message);
                    hint.map_or(refusal.clone(), |hint| refusal.hint(hint))
                }
                _ => Refusal::new(
                    RefusalKind::NoSuchService,
                    format!("there is no script \"{}\" in /etc/init.d", name.escape_debug()),
                ),
            }),
            Err(other) => {
                let kind = match other.is_not_permitted() {
                    true => RefusalKind::NotPermitted,
                    false => RefusalKind::ManagerUnavailable,
                };
                Err(Refusal::new(kind, other.to_string()))
            }
        }
    }

    fn carry_out(
        &self,
        request: &Request<'_>,
        source: &Source,
        watch: &mut dyn Watch,
    ) -> Result<Done, Refusal> {
        let verb = request.verb;
        if let Ability::Cannot { why, instead } = ability(verb, Some(&source.script.name)) {
            return Err(Refusal::new(RefusalKind::NotSupported, why).hint(instead));
        }
        Tools::may_stay(request)?;
        self.tools.may_change(verb.doing())?;
        let mut attempt = Attempt::new(&source.script.name, request.timeout, watch);
        if verb.is_of_files() {
            return enable::change(&self.root, &self.tools, source, request, &mut attempt);
        }
        if verb != Verb::Stop && verb != Verb::Custom {
            runlevel::refuse_when_going_down(&self.root)?;
        }
        if request.no_wait {
            attempt.note("SysV init has no queue: the script was waited for");
        }
        let look = || self.look(source);
        self.lsb(source, &look).carry_out(verb, request.command, &mut attempt)
    }

    pub(super) fn lsb<'a>(
        &'a self,
        source: &'a Source,
        look: &'a dyn Fn() -> Service,
    ) -> LsbService<'a> {
        LsbService { tools: &self.tools, source, runner: None, look }
    }
}

/// What is there at all, in the words for one service where one is meant.
pub(super) fn ability(verb: Verb, name: Option<&str>) -> Ability {
    let name = name.unwrap_or("NAME");
    match verb {
        Verb::Mask => Ability::Cannot {
            why: "SysV init has no masks: whoever runs a script starts its service".to_owned(),
            instead: format!(
                "daemonctl disable {name} keeps it from being started at boot, a policy-rc.d(8) \
                 that exits with 101 keeps packages from starting it, and chmod -x \
                 /etc/init.d/{name} everybody"
            ),
        },
        Verb::Unmask => Ability::Cannot {
            why: "SysV init has no masks".to_owned(),
            instead: format!(
                "daemonctl enable {name}; chmod +x /etc/init.d/{name} where it was \
                              made unexecutable"
            ),
        },
        Verb::ResetFailed => Ability::Cannot {
            why: "SysV init keeps no failed state that could be reset".to_owned(),
            instead: format!(
                "daemonctl stop {name} has its script clear away a pid file that was left behind"
            ),
        },
        _ => Ability::Can,
    }
}
