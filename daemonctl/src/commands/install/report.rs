//! What would be done, and what was done.

use std::io::Write as _;
use std::process::ExitCode;

use host::{ManagerKind, Verb};
use present::json::{Document, Object};
use present::text::clean;

use super::Args;
use super::carry::Outcome;
use super::plan::Plan;
use crate::commands::act::report::{self, Saying};
use crate::commands::convert;
use crate::context::Context;
use crate::failure::Failure;

/// What is done behind the writing, a sentence each.
fn steps(args: &Args, plan: &Plan) -> Vec<String> {
    let Some(unit) = &plan.unit else {
        return vec!["cron reads it by itself, within a minute".to_owned()];
    };
    let mut steps = Vec::new();
    if matches!(plan.kind, ManagerKind::Systemd | ManagerKind::SystemdUser) {
        steps.push("have systemd read its unit files again".to_owned());
    }
    let verbs = [(Verb::Enable, !args.no_enable), (Verb::Start, !args.no_start)];
    for (verb, _) in verbs.into_iter().filter(|(_, is_wanted)| *is_wanted) {
        steps.push(format!("{} {unit}", verb.name()));
    }
    steps
}

/// Shows the files and the steps.
///
/// # Errors
/// Standard output is closed or full.
pub fn dry_run(context: &Context, args: &Args, plan: &Plan) -> Result<ExitCode, Failure> {
    if context.common.json {
        json(context, plan, true, &steps(args, plan), &[])?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = String::new();
    for file in &plan.files {
        out.push_str(&format!("# {} (mode {:04o})\n", clean(file.path.as_bytes()), file.mode));
        for line in file.text.lines() {
            out.push_str(&format!("{}\n", clean(line.as_bytes())));
        }
        out.push('\n');
    }
    for step in steps(args, plan) {
        out.push_str(&format!("then: {}\n", clean(step.as_bytes())));
    }
    context.print(&out)?;
    convert::notes(&plan.lost);
    Ok(ExitCode::SUCCESS)
}

/// Says what came of it.
///
/// # Errors
/// Standard output is closed or full.
pub fn outcome(context: &Context, plan: &Plan, outcome: &Outcome) -> Result<(), Failure> {
    if context.common.json {
        return json(context, plan, false, &[], &outcome.reports);
    }
    let mut out = String::new();
    if !outcome.is_gone {
        for file in &plan.files {
            out.push_str(&format!("wrote {}\n", clean(file.path.as_bytes())));
        }
    }
    let theme = context.layout().theme;
    let saying = Saying { theme, names_managers: false, was_shown: false, command: None };
    let mut wrong = String::new();
    for report in &outcome.reports {
        out.push_str(&report::done(report, &saying));
        wrong.push_str(&report::notes(report, &saying));
        wrong.push_str(&report::refusal(report, &saying).unwrap_or_default());
    }
    context.print(&out)?;
    convert::notes(&plan.lost);
    if let Some(refusal) = &outcome.not_reloaded {
        let message = clean(refusal.message.as_bytes()).into_owned();
        wrong.push_str(&format!("daemonctl: the manager did not read it: {message}\n"));
    }
    if !wrong.is_empty() {
        match outcome.is_gone {
            true => wrong.push_str("note: all of it was taken away again\n"),
            false if outcome.has_failed => {
                let name = clean(plan.name.as_bytes());
                let whose = match plan.kind {
                    ManagerKind::SystemdUser => "--manager systemd-user ",
                    _ => "",
                };
                wrong.push_str(&format!(
                    "note: it stays installed; daemonctl uninstall {whose}{name} takes it away\n"
                ));
            }
            false => {}
        }
    }
    // Nothing is left to do when standard error itself is closed.
    let _ = std::io::stderr().write_all(wrong.as_bytes());
    Ok(())
}

fn json(
    context: &Context,
    plan: &Plan,
    is_dry: bool,
    steps: &[String],
    reports: &[crate::commands::act::carry_out::Report],
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "install")?;
    document.put_json("dry_run", &is_dry.into())?;
    document.put_json("name", &plan.name.clone().into())?;
    document.put_json("manager", &plan.kind.name().into())?;
    document.array("files")?;
    for file in &plan.files {
        let mut object = Object::new();
        object.put("path", &*file.path);
        object.put("mode", &*format!("{:04o}", file.mode));
        object.put("text", &*file.text);
        document.item(object)?;
    }
    document.end_array()?;
    document.put_json("steps", &steps.to_vec().into())?;
    document.array("lost")?;
    for lost in &plan.lost {
        document.item(convert::lost_object(lost))?;
    }
    document.end_array()?;
    document.array("services")?;
    for report in reports {
        document.item(crate::commands::act::json::service(report))?;
    }
    document.end_array()?;
    document.finish(&[])?;
    context.print(&String::from_utf8_lossy(&bytes))?;
    Ok(())
}
