//! Which commands of a script carry out a verb.

use crate::script::Source;
use crate::{Refusal, RefusalKind, Verb};

/// What a service should be like when its script has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expects {
    Up,
    Down,
    Anything,
}

/// The commands to run, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// A command, and whether it may fail.
    pub steps: Vec<(String, bool)>,
    pub expects: Expects,
}

impl Plan {
    fn of(steps: &[(&str, bool)], expects: Expects) -> Option<Plan> {
        let steps = steps.iter().map(|(step, may_fail)| ((*step).to_owned(), *may_fail)).collect();
        Some(Plan { steps, expects })
    }

    fn one(step: &str, expects: Expects) -> Option<Plan> {
        Plan::of(&[(step, false)], expects)
    }
}

/// The plan for a service of which is known whether it runs; `None` when there is nothing to do.
/// A verb of [`Verb::is_of_files`] is no script's business: it needs nothing done here.
///
/// # Errors
/// The script has no such command, or it makes no sense now.
pub(crate) fn plan(
    verb: Verb,
    command: Option<&str>,
    runs: Option<bool>,
    source: &Source,
) -> Result<Option<Plan>, Refusal> {
    let has = |name: &str| source.commands.has(name);
    let plan = match (verb, runs) {
        (Verb::Start, Some(true)) => None,
        (Verb::Start, _) | (Verb::Restart | Verb::ReloadOrRestart, Some(false)) => {
            Plan::one("start", Expects::Up)
        }
        (Verb::Stop, _) => Plan::one("stop", Expects::Down),
        (Verb::Restart, _) => restart(source, runs),
        (Verb::TryRestart | Verb::TryReloadOrRestart, Some(false)) => None,
        (Verb::TryRestart, Some(true)) => try_restart(source),
        (Verb::TryRestart | Verb::TryReloadOrRestart, None) => return Err(unclear()),
        (Verb::Reload, Some(false)) => {
            return Err(Refusal::new(RefusalKind::Failed, "it is not running")
                .hint("start it: it reads its configuration then"));
        }
        (Verb::Reload, _) if has("reload") == Some(false) => return Err(no_reload(source)),
        (Verb::Reload, _) => Plan::one("reload", expects_up(runs)),
        (Verb::ReloadOrRestart | Verb::TryReloadOrRestart, _) => {
            match ["reload", "force-reload"].into_iter().find(|name| has(name) == Some(true)) {
                Some(name) => Plan::one(name, expects_up(runs)),
                None => restart(source, runs),
            }
        }
        (Verb::Custom, _) => Some(custom(command.unwrap_or_default(), source)?),
        (Verb::ResetFailed | Verb::Enable | Verb::Disable | Verb::Mask | Verb::Unmask, _) => None,
    };
    Ok(plan)
}

fn expects_up(runs: Option<bool>) -> Expects {
    if runs == Some(true) { Expects::Up } else { Expects::Anything }
}

fn restart(source: &Source, runs: Option<bool>) -> Option<Plan> {
    if source.commands.has("restart") != Some(false) {
        return Plan::one("restart", Expects::Up);
    }
    // What is stopped already may say so by failing.
    Plan::of(&[("stop", runs != Some(true)), ("start", false)], Expects::Up)
}

fn try_restart(source: &Source) -> Option<Plan> {
    let own = ["try-restart", "condrestart"];
    match own.into_iter().find(|name| source.commands.has(name) == Some(true)) {
        Some(name) => Plan::one(name, Expects::Up),
        None => restart(source, Some(true)),
    }
}

fn unclear() -> Refusal {
    Refusal::new(RefusalKind::NotSupported, "whether it runs can't be known")
        .hint("restart restarts it in any case")
}

fn no_reload(source: &Source) -> Refusal {
    let path = source.script.path.display();
    Refusal::new(RefusalKind::NotSupported, format!("its script {path} has no reload"))
        .hint("reload-or-restart restarts what can't be reloaded")
}

fn custom(command: &str, source: &Source) -> Result<Plan, Refusal> {
    if source.commands.has(command) == Some(false) || command.is_empty() {
        let path = source.script.path.display();
        let message = format!("its script {path} has no command \"{}\"", command.escape_debug());
        let has = source.commands.names.join(", ");
        return Err(Refusal::new(RefusalKind::NotSupported, message).hint(format!("it has {has}")));
    }
    Ok(Plan { steps: vec![(command.to_owned(), false)], expects: Expects::Anything })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::source_of;

    fn steps(verb: Verb, runs: Option<bool>, arms: &str) -> Result<Vec<String>, RefusalKind> {
        let source = source_of("x", &format!("#!/bin/sh\ncase $1 in\n{arms}\nesac\n"));
        plan(verb, Some("rotate"), runs, &source)
            .map(|plan| plan.into_iter().flat_map(|p| p.steps).map(|(step, _)| step).collect())
            .map_err(|refusal| refusal.kind)
    }

    #[test]
    fn a_verb_is_carried_out_by_what_the_script_has() {
        let few = "start) a;;\nstop) b;;";
        let many = "start) a;; stop) b;; restart) c;; reload|force-reload) d;; try-restart) e;;";
        let steps = |verb, runs, arms| steps(verb, runs, arms).unwrap_or_default();
        assert_eq!(steps(Verb::Restart, Some(true), few), ["stop", "start"]);
        assert_eq!(steps(Verb::Restart, Some(true), many), ["restart"]);
        assert_eq!(steps(Verb::Restart, Some(false), many), ["start"]);
        assert_eq!(steps(Verb::TryRestart, Some(true), many), ["try-restart"]);
        assert_eq!(steps(Verb::TryRestart, Some(true), few), ["stop", "start"]);
        assert!(steps(Verb::TryRestart, Some(false), many).is_empty());
        assert!(steps(Verb::Start, Some(true), many).is_empty());
        assert_eq!(steps(Verb::ReloadOrRestart, Some(true), few), ["stop", "start"]);
        assert_eq!(steps(Verb::ReloadOrRestart, Some(true), many), ["reload"]);
        assert_eq!(steps(Verb::ReloadOrRestart, Some(false), many), ["start"]);
    }

    #[test]
    fn what_a_script_does_not_have_is_refused() {
        let few = "start) a;;\nstop) b;;";
        assert_eq!(steps(Verb::Reload, Some(true), few), Err(RefusalKind::NotSupported));
        assert_eq!(steps(Verb::Custom, Some(true), few), Err(RefusalKind::NotSupported));
        assert_eq!(
            steps(Verb::Reload, Some(false), "reload) x;; start) y"),
            Err(RefusalKind::Failed)
        );
        assert_eq!(steps(Verb::TryRestart, None, few), Err(RefusalKind::NotSupported));
        let rotate = steps(Verb::Custom, None, "start) a;; rotate) b;;");
        assert_eq!(rotate, Ok(vec!["rotate".to_owned()]));
    }
}
