//! The runlevels' links: read by ourselves, changed by `rc-update` only.
//!
//! rc-update(8) itself takes the runlevel that the machine is in. Here a service goes into
//! `default`, or into `sysinit` if its LSB header says that it belongs to the boot, and what is in
//! some runlevel already is enabled. Disabling takes it out of all of them.

use std::path::Path;

use super::refusals::{no_tool, status_words};
use super::runlevels::{FOLDER, Runlevels};
use crate::links::{Links, changes, snapshot};
use crate::runlevel;
use crate::script::Source;
use crate::tool::{Attempt, End, Tools};
use crate::{Done, Refusal, RefusalKind, Request, Verb};

/// Enables or disables.
pub(super) fn change(
    root: &Path,
    tools: &Tools,
    name: &str,
    source: Option<&Source>,
    request: &Request<'_>,
    attempt: &mut Attempt<'_>,
) -> Result<Done, Refusal> {
    let levels = Runlevels::read(root)
        .map_err(|e| Refusal::new(RefusalKind::ManagerUnavailable, e.to_string()))?;
    if let Some(missing) = request.runlevels.iter().find(|level| !levels.exists(level)) {
        let known: Vec<&str> = levels.names().collect();
        let message = format!("there is no runlevel \"{}\"", missing.escape_debug());
        return Err(Refusal::new(RefusalKind::Refused, message)
            .hint(format!("there are {}", known.join(", "))));
    }
    let linked = levels.linked(name);
    let args = match request.verb {
        Verb::Enable => add(root, name, source, request.runlevels, &levels, &linked)?,
        _ => remove(name, request.runlevels, &linked),
    };
    let Some(args) = args else {
        return Ok(Done { nothing_to_do: true, ..Done::default() });
    };
    let tool = tools.find("rc-update").ok_or_else(|| no_tool("rc-update"))?;
    let before = links(root, &levels, name);
    let helper = args.iter().fold(tools.helper(tool), launch::Helper::arg);
    let end = attempt.run(helper, "changing links")?;
    let changes = changes(&before, &links(root, &levels, name));
    if end != End::Exit(0) {
        let message = format!("rc-update {} failed{}", args.join(" "), status_words(end));
        let kind = match end {
            End::TimedOut => RefusalKind::TimedOut,
            _ => RefusalKind::Failed,
        };
        let mut refusal = attempt.refusal(Refusal::new(kind, message));
        refusal.exit_status = end.code();
        return Err(refusal);
    }
    let notes = std::mem::take(&mut attempt.notes);
    Ok(Done { changes, notes, output: std::mem::take(&mut attempt.output), ..Done::default() })
}

fn links(root: &Path, levels: &Runlevels, name: &str) -> Links {
    snapshot(root, levels.names().map(|level| format!("{FOLDER}/{level}")), |link| link == name)
}

fn add(
    root: &Path,
    name: &str,
    source: Option<&Source>,
    asked: &[String],
    levels: &Runlevels,
    linked: &[String],
) -> Result<Option<Vec<String>>, Refusal> {
    if source.is_none() {
        let message = format!("its script /etc/init.d/{name} is gone, or can't be read");
        return Err(Refusal::new(RefusalKind::Failed, message));
    }
    let wanted: Vec<String> = if !asked.is_empty() {
        asked.iter().filter(|level| !linked.contains(level)).cloned().collect()
    } else if linked.is_empty() {
        vec![usual_level(root, source, levels)]
    } else {
        Vec::new()
    };
    if wanted.is_empty() {
        return Ok(None);
    }
    Ok(Some([vec!["add".to_owned(), name.to_owned()], wanted].concat()))
}

/// The runlevel that a service belongs to where none is named.
fn usual_level(root: &Path, source: Option<&Source>, levels: &Runlevels) -> String {
    let start = source.map(|source| source.header.default_start.as_slice()).unwrap_or_default();
    let of_boot = !start.is_empty() && start.iter().all(|level| level == "S");
    let usual = if of_boot { "sysinit" } else { "default" };
    match levels.exists(usual) {
        true => usual.to_owned(),
        // A machine with runlevels of its own: the one that it is in.
        false => runlevel::of_openrc(root).unwrap_or_else(|| usual.to_owned()),
    }
}

fn remove(name: &str, asked: &[String], linked: &[String]) -> Option<Vec<String>> {
    // Not by --all: that complains of each runlevel that it is not in.
    let is_asked = |level: &&String| asked.is_empty() || asked.contains(level);
    let levels: Vec<String> = linked.iter().filter(is_asked).cloned().collect();
    (!levels.is_empty()).then(|| [vec!["del".to_owned(), name.to_owned()], levels].concat())
}
