//! What `enable`, `disable`, `mask`, `unmask` and `preset` share where they work on a tree: carrying
//! out what was computed, and saying it. Managers that run are asked in `commands/act/boot.rs`.

use std::io::Write as _;
use std::process::ExitCode;

use present::json::{Document, Object};
use present::text::clean;
use unit::install::{Change, Install, Plan, Was};

use crate::context::Context;
use crate::failure::{Failure, exit};
use crate::unit_names;
use crate::unit_tree::{self, TreeOptions};

/// What all examples say at their end.
pub const EXIT_STATUS: &str = "\
Exit status: 0 done, or nothing to do; 1 something was refused or failed; 2 wrong usage.";

/// Options of all commands that change links.
#[derive(Debug, clap::Args)]
pub struct InstallOptions {
    #[command(flatten)]
    pub tree: TreeOptions,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Until the next boot only: below /run instead of /etc.
    #[arg(long)]
    pub runtime: bool,
}

/// Computes the changes with `plan`, carries them out unless asked not to, and says so.
///
/// # Errors
/// There is no tree, or it could not be changed.
pub fn run(
    context: &Context,
    command: &str,
    options: &InstallOptions,
    plan: impl FnOnce(Install<'_>) -> Plan,
) -> Result<ExitCode, Failure> {
    let Some(root) = &options.tree.root else {
        return Err(Failure::usage(format!("{command} needs --root DIR"))
            .hint("it works on trees that are not running; on this machine: enable and disable"));
    };
    let disk = unit_tree::disk(&options.tree)?;
    let search = unit_tree::search_path(&options.tree, &disk);
    let mut facts = files::facts(&disk, files::Whose::System);
    facts.is_user = options.tree.user;
    let plan = plan(Install::new(&disk, &search, &facts).runtime(options.runtime));
    if !options.dry_run {
        let changes: Vec<files::Change> = plan.changes.iter().map(on_disk).collect();
        disk.apply(&changes).map_err(|error| {
            let failure = Failure::failed(format!("--root {root}: {error}"));
            match error.remaining.is_empty() {
                true => failure.hint("nothing was changed"),
                false => failure,
            }
        })?;
    }
    if context.common.json {
        context.print(&document(command, root, options.dry_run, &plan)?)?;
    } else {
        context.print(&text(context, options.dry_run, &plan))?;
        for note in &plan.notes {
            let line = format!("note: {}\n", clean(note.to_string().as_bytes()));
            // Nothing is left to do when standard error itself is closed.
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    }
    for failure in &plan.failures {
        let said = Failure::failed(failure);
        match failure.why.help() {
            Some(help) => said.hint(help).report(),
            None => said.report(),
        };
    }
    Ok(match plan.is_complete() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(exit::FAILED),
    })
}

pub fn on_disk(change: &Change) -> files::Change {
    match change {
        Change::Link { path, target } | Change::Replace { path, target, .. } => {
            files::Change::Link { path: path.to_string(), target: target.to_string() }
        }
        Change::Unlink { path, was: Was::Link(_) } => {
            files::Change::RemoveLink { path: path.to_string() }
        }
        Change::Unlink { path, was: Was::EmptyFile } => {
            files::Change::RemoveEmptyFile { path: path.to_string() }
        }
        Change::RemoveFolder { path } => {
            files::Change::RemoveFolderIfEmpty { path: path.to_string() }
        }
    }
}

/// Units by name, and by the path of a unit file where `paths` are taken.
///
/// # Errors
/// A text that is no unit name, or no absolute path.
pub fn units(given: &[String], paths: bool) -> Result<Vec<String>, Failure> {
    let unit = |given: &String| match given.contains('/') {
        false => unit_names::name(given).map(|name| name.to_string()),
        true if paths && given.starts_with('/') => Ok(given.clone()),
        true if paths => Err(Failure::usage(format!("{given} is no absolute path"))
            .hint("give the path as it is in the tree")),
        true => Err(Failure::usage(format!("{given} is a path")).hint("give the name of the unit")),
    };
    given.iter().map(unit).collect()
}

/// Texts as the operations take them.
pub fn borrowed(units: &[String]) -> Vec<&str> {
    units.iter().map(String::as_str).collect()
}

fn text(context: &Context, dry_run: bool, plan: &Plan) -> String {
    let arrow = if context.layout().theme.unicode { "→" } else { "->" };
    let mut text = String::new();
    for change in plan.changes.iter().filter(|change| change.is_link()) {
        let path = clean(change.path().as_bytes());
        let (verb, link) = match change {
            Change::Link { target, .. } => {
                ("create", format!("{path} {arrow} {}", clean(target.as_bytes())))
            }
            Change::Replace { target, was, .. } => {
                let (target, was) = (clean(target.as_bytes()), clean(was.as_bytes()));
                ("replace", format!("{path} {arrow} {target} (was {arrow} {was})"))
            }
            Change::Unlink { .. } | Change::RemoveFolder { .. } => ("remove", path.into_owned()),
        };
        let line = match dry_run {
            true => format!("would {verb:<7}  {link}\n"),
            false => format!("{:<8}  {link}\n", format!("{verb}d")),
        };
        text.push_str(&line);
    }
    if text.is_empty() && plan.is_complete() {
        text.push_str("nothing to do: the links are as they should be\n");
    }
    text
}

fn document(command: &str, root: &str, dry_run: bool, plan: &Plan) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, command)?;
    document.put_json("root", &root.into())?;
    document.put_json("dry_run", &dry_run.into())?;
    document.array("changes")?;
    for change in plan.changes.iter().filter(|change| change.is_link()) {
        let (action, target, was) = match change {
            Change::Link { target, .. } => ("create", Some(target), None),
            Change::Replace { target, was, .. } => ("replace", Some(target), Some(was)),
            Change::Unlink { was: Was::Link(was), .. } => ("remove", None, Some(was)),
            Change::Unlink { .. } | Change::RemoveFolder { .. } => ("remove", None, None),
        };
        let mut object = Object::new();
        object.put("action", action).put("path", change.path());
        object.put_json("target", target.map(|text| &**text));
        object.put_json("was", was.map(|text| &**text));
        document.item(object)?;
    }
    document.end_array()?;
    document.array("remarks")?;
    for note in &plan.notes {
        let mut object = Object::new();
        object.put("kind", note.name()).put("text", note.to_string());
        document.item(object)?;
    }
    document.end_array()?;
    document.array("refused")?;
    for failure in &plan.failures {
        let mut object = Object::new();
        object.put("kind", failure.why.name()).put("what", &*failure.what);
        object.put("text", failure.to_string());
        object.put_json("help", failure.why.help());
        document.item(object)?;
    }
    document.end_array()?;
    document.finish(&[])?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
