//! `daemonctl daemon-reload`: has managers read their definitions again.

use std::io::Write as _;
use std::process::ExitCode;

use host::{Done, ManagerKind, Refusal, ServiceManager};
use present::json::{Document, Object};
use present::text::clean;
use present::{Value, Why};

use crate::commands::act::report;
use crate::context::Context;
use crate::failure::{Failure, of_refusal};
use crate::managers::{ManagerOptions, Managers};

const AFTER_HELP: &str = "\
After a unit file or an init script was changed. systemd reads all unit files again, OpenRC finds
out dependencies anew; SysV init reads a script whenever it runs it, and has nothing to be told. A
user's own manager is asked with --user, or where there is no other.

Examples:
  daemonctl daemon-reload
  daemonctl daemon-reload --user

Exit status: 0 done, or nothing to do; 1 failed; 2 wrong usage; 4 not permitted.";

/// Options of `daemon-reload`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Say only what went wrong.
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    manager: ManagerOptions,
}

/// Runs `daemon-reload`.
///
/// # Errors
/// There is no manager, or standard output is closed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let managers = Managers::open(context, &args.manager)?;
    let has_machines = managers.all.iter().any(|m| m.kind() != ManagerKind::SystemdUser);
    let asked: Vec<&dyn ServiceManager> = managers
        .all
        .iter()
        .map(Box::as_ref)
        .filter(|manager| !has_machines || manager.kind() != ManagerKind::SystemdUser)
        .collect();
    let results: Vec<(ManagerKind, Result<Done, Refusal>)> =
        asked.iter().map(|manager| (manager.kind(), manager.reload_definitions())).collect();
    match context.common.json {
        true => json(context, &results)?,
        false => text(context, args.quiet, &results)?,
    }
    let refused = results.iter().find_map(|(_, result)| result.as_ref().err());
    Ok(refused.map_or(ExitCode::SUCCESS, |refusal| ExitCode::from(of_refusal(refusal))))
}

fn text(
    context: &Context,
    quiet: bool,
    results: &[(ManagerKind, Result<Done, Refusal>)],
) -> Result<(), Failure> {
    for (kind, result) in results {
        let name = kind.name();
        match result {
            Ok(_) if quiet => {}
            Ok(done) => {
                let what = match done.nothing_to_do {
                    true => "has nothing to read again",
                    false => "has read its definitions again",
                };
                let mut lines = format!("{name} {what}\n");
                for change in &done.changes {
                    lines.push_str(&format!("  {}\n", clean(change.as_bytes())));
                }
                context.print(&lines)?;
                let notes = done.notes.iter().map(|n| format!("note: {}\n", clean(n.as_bytes())));
                // Nothing is left to do when standard error itself is closed.
                let _ = std::io::stderr().write_all(notes.collect::<String>().as_bytes());
            }
            Err(refusal) => {
                let mut message = format!("{name} did not read its definitions again: {refusal}");
                for line in report::own_words(refusal) {
                    message.push_str(&format!("\n    {line}"));
                }
                let failure = Failure::failed(message);
                match &refusal.hint {
                    Some(hint) => failure.hint(hint).report(),
                    None => failure.report(),
                };
            }
        }
    }
    Ok(())
}

fn json(
    context: &Context,
    results: &[(ManagerKind, Result<Done, Refusal>)],
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "daemon-reload")?;
    document.array("managers")?;
    for (kind, result) in results {
        let mut object = Object::new();
        object.put("manager", kind.name());
        let word = match result {
            Ok(done) if done.nothing_to_do => "nothing_to_do",
            Ok(_) => "done",
            Err(refusal) => refusal.kind.word(),
        };
        object.put("result", word);
        let remarks = result.as_ref().map(|done| done.notes.clone()).unwrap_or_default();
        object.put_json("remarks", remarks);
        let message = result.as_ref().err().map(|refusal| refusal.message.as_str());
        object.put("message", Value::or_missing(message, Why::NotApplicable));
        document.item(object)?;
    }
    document.end_array()?;
    document.finish(&[])?;
    context.print(&String::from_utf8_lossy(&bytes))?;
    Ok(())
}
