//! `enable`, `disable`, `mask` and `unmask` on a machine that runs: its managers are asked, and what
//! they changed is said. With `--now` what runs follows.

use std::collections::BTreeSet;
use std::process::ExitCode;

use host::{ManagerKind, RefusalKind, Verb};

use super::carry_out::{Asked, Report, carry_out};
use super::options::DoOptions;
use super::{dry_run, manner, say_all, status};
use crate::context::Context;
use crate::failure::{Failure, exit};
use crate::install::InstallOptions;
use crate::managers::{Chosen, ManagerOptions, Managers, Which};
use crate::resolve;
use crate::unit_tree::TreeOptions;

/// Options of `enable`, `disable`, `mask` and `unmask`.
#[derive(Debug, clap::Args)]
pub struct BootOptions {
    #[command(flatten)]
    pub tree: TreeOptions,
    /// Until the next boot only: below /run instead of /etc (systemd).
    #[arg(long)]
    pub runtime: bool,
    /// Ask this manager, whatever runs the machine.
    #[arg(long, value_name = "KIND", help_heading = "Manager", conflicts_with_all = ["root", "user"])]
    pub manager: Option<Which>,
    #[command(flatten)]
    pub doing: DoOptions,
}

impl BootOptions {
    /// A tree that does not run is meant.
    pub fn is_of_tree(&self) -> bool {
        self.tree.root.is_some()
    }

    /// As the commands on trees take them.
    pub fn of_tree(&self) -> InstallOptions {
        InstallOptions {
            tree: self.tree.clone(),
            dry_run: self.doing.dry_run,
            runtime: self.runtime,
        }
    }
}

/// What is to be done besides the verb.
#[derive(Debug, Clone, Copy, Default)]
pub struct Also<'a> {
    /// Start or stop it too.
    pub now: bool,
    /// Replace what is in the way.
    pub force: bool,
    /// Undo it first.
    pub again: bool,
    /// Of these runlevels.
    pub runlevels: &'a [String],
}

/// Has managers do it, and says what came of it.
///
/// # Errors
/// There is no manager, a word means no service, or standard output is closed.
pub fn run(
    context: &Context,
    verb: Verb,
    words: &[String],
    options: &BootOptions,
    also: Also<'_>,
) -> Result<ExitCode, Failure> {
    let whose = ManagerOptions { manager: options.manager, user: options.tree.user };
    let managers = Managers::open(context, &whose).map_err(|failure| {
        failure.hint("--root / changes the links of the unit files of this tree")
    })?;
    let (chosen, unknown) = select(context, &managers, verb, words)?;
    refuse_unfit(&managers, &chosen, options, also)?;
    let asked = Asked {
        runlevels: also.runlevels,
        runtime: options.runtime,
        force: also.force || also.again,
        ..Asked::verb(verb)
    };
    let doing = &options.doing;
    if doing.dry_run {
        return dry_run::run(context, &managers, &chosen, &asked);
    }
    let manner = manner(context, &asked, doing);
    let mut reports = Vec::new();
    if also.again {
        let undo = Asked { verb: Verb::Disable, ..asked };
        reports = carry_out(&managers.all, &chosen, &undo, doing, manner);
        // Only what was done twice is told twice; a refusal will be told by the second.
        reports.retain(|report| report.outcome.result.as_ref().is_ok_and(|d| !d.nothing_to_do));
    }
    let done = carry_out(&managers.all, &chosen, &asked, doing, manner);
    let follow: Vec<Chosen> = followers(&chosen, &done);
    reports.extend(done);
    remark(context, &managers, &unknown, &mut reports);
    if also.now && !follow.is_empty() {
        let then = if verb == Verb::Enable { Verb::Start } else { Verb::Stop };
        reports.extend(carry_out(&managers.all, &follow, &Asked::verb(then), doing, manner));
    }
    say_all(context, &managers, &asked, doing, &reports)?;
    Ok(status(&reports))
}

/// Those that the first part succeeded for, by names that can be started: of a path the name.
fn followers(chosen: &[Chosen], reports: &[Report]) -> Vec<Chosen> {
    let good = chosen.iter().zip(reports).filter(|(_, report)| report.outcome.result.is_ok());
    let names = good.map(|(chosen, _)| {
        let name = chosen.name.rsplit('/').next().unwrap_or(&chosen.name).to_owned();
        Chosen { manager: chosen.manager, name }
    });
    // A template is nothing that runs.
    names.filter(|chosen| !chosen.name.contains("@.")).collect()
}

/// What only some managers have is not left out in silence.
fn refuse_unfit(
    managers: &Managers,
    chosen: &[Chosen],
    options: &BootOptions,
    also: Also<'_>,
) -> Result<(), Failure> {
    for manager in chosen.iter().filter_map(|chosen| managers.of(chosen)) {
        let name = manager.kind().name();
        let unfit = |what: &str| {
            Failure::failed(format_args!("{name} has no {what}")).with_status(exit::NOT_SUPPORTED)
        };
        match manager.kind() {
            ManagerKind::Systemd | ManagerKind::SystemdUser if !also.runlevels.is_empty() => {
                return Err(unfit("runlevels")
                    .hint("the [Install] section of a unit says which targets start it"));
            }
            ManagerKind::OpenRc | ManagerKind::SysV if options.runtime => {
                return Err(unfit("links that last until the next boot only")
                    .hint("without --runtime they last until they are removed"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The services that are meant, and those of them that no manager knows. What a manager has not
/// loaded, and does not know by name, may still have links to be removed, or be wanted never to
/// start: it is the manager that refuses.
fn select(
    context: &Context,
    managers: &Managers,
    verb: Verb,
    words: &[String],
) -> Result<(Vec<Chosen>, BTreeSet<String>), Failure> {
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut unknown = BTreeSet::new();
    for word in words {
        match file(managers, verb, word) {
            Some(file) => chosen.push(file),
            None => {
                let (of_word, is_known) =
                    of_word(context, managers, verb, word).map_err(Failure::of_action)?;
                if !is_known {
                    unknown.extend(of_word.iter().map(|chosen| chosen.name.clone()));
                }
                chosen.extend(of_word);
            }
        }
    }
    let mut seen = BTreeSet::new();
    chosen.retain(|chosen| seen.insert((chosen.manager, chosen.name.clone())));
    Ok((chosen, unknown))
}

/// A unit file by its path is linked into systemd's search path, where it lies elsewhere.
fn file(managers: &Managers, verb: Verb, word: &str) -> Option<Chosen> {
    let is_systemd = |kind| matches!(kind, ManagerKind::Systemd | ManagerKind::SystemdUser);
    let manager = managers.all.iter().position(|manager| is_systemd(manager.kind()))?;
    let name = word.rsplit('/').next()?;
    if !word.starts_with('/') || resolve::unit_type(name).is_none() {
        return None;
    }
    // Of what is to be removed the name counts: that is what links have.
    let name = if verb == Verb::Enable { word } else { name };
    Some(Chosen { manager, name: name.to_owned() })
}

/// What a word means, and whether a manager knows it.
fn of_word(
    context: &Context,
    managers: &Managers,
    verb: Verb,
    word: &String,
) -> Result<(Vec<Chosen>, bool), Failure> {
    let options = resolve::Options { all: true, verb: verb.name(), ..Default::default() };
    let word = std::slice::from_ref(word);
    let resolution = resolve::resolve_each(context, managers, word, &options)?;
    let Some(unresolved) = resolution.unresolved.into_iter().next() else {
        return Ok((resolution.chosen, true));
    };
    if !unresolved.is_unknown || resolve::is_pattern(&unresolved.word) {
        return Err(unresolved.failure);
    }
    let anyway = resolve::Options { allow_unknown: true, ..options };
    resolve::resolve(context, managers, word, &anyway).map(|chosen| (chosen, false))
}

/// Of a name that nobody knows: the names that are near, or that it was masked all the same.
fn remark(
    context: &Context,
    managers: &Managers,
    unknown: &BTreeSet<String>,
    reports: &mut [Report],
) {
    for report in reports.iter_mut().filter(|report| unknown.contains(&report.outcome.name)) {
        match &mut report.outcome.result {
            Err(refusal) if refusal.kind == RefusalKind::NoSuchService => {
                let failure = resolve::unknown(context, managers, &report.outcome.name);
                refusal.hint = failure.hint_text().map(str::to_owned).or(refusal.hint.take());
            }
            Ok(done) if report.verb == Verb::Mask && !done.nothing_to_do => {
                done.notes.push(format!("there is no {} yet", report.outcome.name));
            }
            _ => {}
        }
    }
}
