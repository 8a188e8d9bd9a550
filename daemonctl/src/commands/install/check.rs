//! Whether it would work: everything is looked at before anything is written.

use std::path::Path;

use host::{ManagerKind, ServiceManager};
use translate::{Definition, Link};

use super::plan::Plan;
use super::{Args, account, check_unit, record};
use crate::context::Context;
use crate::failure::{Failure, exit};
use crate::managers::Managers;

/// Looks at everything.
///
/// # Errors
/// The first thing that would not work.
pub fn all(
    context: &Context,
    managers: &Managers,
    args: &Args,
    plan: &Plan,
) -> Result<(), Failure> {
    let is_own = plan.kind == ManagerKind::SystemdUser;
    if !args.dry_run && !is_own && !rustix::process::geteuid().is_root() {
        let hint = "sudo daemonctl install …, or your own manager: --manager systemd-user";
        return Err(Failure::failed("only root may install services")
            .with_status(exit::NOT_PERMITTED)
            .hint(hint));
    }
    if record::exists(context, plan.kind, &plan.name)? {
        let message = format!("{} was installed already", plan.name);
        let hint = format!("take it away first: daemonctl uninstall {}", plan.name);
        return Err(Failure::failed(message).hint(hint));
    }
    is_free(context, managers, plan)?;
    account::may_execute(&plan.program, plan.account.as_ref()).map_err(Failure::failed)?;
    paths(args, &plan.definition)?;
    dependencies(managers, plan)?;
    if matches!(plan.kind, ManagerKind::Systemd | ManagerKind::SystemdUser) {
        check_unit::all(context, plan)?;
    }
    if plan.unit.is_none() && !context.common.system_root.join("etc/cron.d").is_dir() {
        return Err(Failure::failed("there is no /etc/cron.d: no cron is installed that reads it")
            .hint("install cron, which runs things at times where the init does not"));
    }
    Ok(())
}

/// Nothing of that name is there, for any manager.
fn is_free(context: &Context, managers: &Managers, plan: &Plan) -> Result<(), Failure> {
    let name = &plan.name;
    let taken = |by: String| {
        Failure::failed(format_args!("{name} is taken: {by}"))
            .hint("give the service another name: --name NAME")
    };
    for file in &plan.files {
        if std::fs::symlink_metadata(&file.path).is_ok() {
            return Err(taken(format!("{} is there", file.path)));
        }
    }
    let is_same = |known: &str| {
        let known = known.trim_end_matches(".service").trim_end_matches(".timer");
        known == name || plan.unit.as_deref() == Some(known)
    };
    for manager in &managers.all {
        // What can't be listed is no reason to refuse: files were looked for above.
        let installed = manager.installed().unwrap_or_default();
        if let Some(known) = installed.iter().find(|known| is_same(&known.name)) {
            let kind = manager.kind().name();
            return Err(taken(format!("{kind} has {} ({})", known.name, known.path.display())));
        }
    }
    let root = &context.common.system_root;
    let other = [
        format!("etc/init.d/{name}"),
        format!("etc/systemd/system/{name}.service"),
        format!("usr/lib/systemd/system/{name}.service"),
        format!("lib/systemd/system/{name}.service"),
    ];
    // Definitions of a manager that does not run, but might.
    let other = other.iter().map(|path| root.join(path)).find(|path| path.exists());
    match other {
        Some(path) => Err(taken(format!("{} is there", path.display()))),
        None => Ok(()),
    }
}

fn paths(args: &Args, definition: &Definition) -> Result<(), Failure> {
    if let Some(folder) = &definition.directory
        && !Path::new(folder).is_dir()
    {
        return Err(Failure::failed(format_args!("--workdir {folder}: there is no such folder"))
            .hint(format_args!("make it: mkdir -p {}", translate::quote(folder))));
    }
    if let Some(log) = &args.log {
        let log = std::path::absolute(log).unwrap_or_else(|_| log.clone());
        let folder = log.parent().unwrap_or(Path::new("/"));
        if !folder.is_dir() || log.is_dir() {
            let message = format!("--log {}: there is no such folder", log.display());
            let message =
                if log.is_dir() { format!("{} is a folder", log.display()) } else { message };
            return Err(Failure::failed(message).hint("name a file in a folder that is there"));
        }
    }
    Ok(())
}

/// What it is to be started after is known to the manager.
fn dependencies(managers: &Managers, plan: &Plan) -> Result<(), Failure> {
    let Some(manager) = managers.get(plan.manager) else { return Ok(()) };
    let mut known: Option<Vec<String>> = None;
    for dependency in &plan.definition.dependencies {
        let name = &dependency.name;
        if name.starts_with('$') || dependency.link != Link::After {
            continue;
        }
        let names = known.get_or_insert_with(|| names(manager));
        let is_there = names.iter().any(|known| known == name);
        if !names.is_empty() && !is_there && manager.service(&unit_name(plan, name)).is_err() {
            let kind = plan.kind.name();
            return Err(Failure::failed(format_args!(
                "--after {name}: {kind} has no such service"
            ))
            .hint("daemonctl list --all lists the services"));
        }
    }
    Ok(())
}

fn unit_name(plan: &Plan, name: &str) -> String {
    match plan.kind {
        ManagerKind::Systemd | ManagerKind::SystemdUser => format!("{name}.service"),
        ManagerKind::OpenRc | ManagerKind::SysV => name.to_owned(),
    }
}

fn names(manager: &dyn ServiceManager) -> Vec<String> {
    let installed = manager.installed().unwrap_or_default();
    installed.into_iter().map(|known| known.name.trim_end_matches(".service").to_owned()).collect()
}
