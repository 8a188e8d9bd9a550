//! What came of it, as JSON (docs/json.md).

use present::json::{Document, Object};
use present::{Value, Why};

use super::carry_out::Report;
use super::report;
use crate::context::Context;
use crate::failure::Failure;

/// Prints the document of a command that did something.
///
/// # Errors
/// Standard output is closed or full.
pub fn print(
    context: &Context,
    command: &str,
    script_command: Option<&str>,
    reports: &[Report],
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, command)?;
    document.put_json("dry_run", &false.into())?;
    if let Some(script_command) = script_command {
        document.put_json("script_command", &script_command.into())?;
    }
    document.array("services")?;
    for report in reports {
        document.item(service(report))?;
    }
    document.end_array()?;
    document.finish(&[])?;
    context.print(&String::from_utf8_lossy(&bytes))?;
    Ok(())
}

/// What was done, in a word: the stable ones of a refusal, or these.
pub fn word(report: &Report) -> &'static str {
    match &report.outcome.result {
        Ok(done) if done.nothing_to_do => "nothing_to_do",
        Ok(done) if done.queued => "queued",
        Ok(_) => "done",
        Err(refusal) => refusal.kind.word(),
    }
}

/// One service with what came of it.
pub fn service(report: &Report) -> Object {
    let mut object = Object::new();
    object.put("name", &*report.outcome.name);
    object.put("manager", report.outcome.manager.name());
    object.put("verb", report.verb.name());
    object.put("result", word(report));
    let took = report.took.map(|took| Value::seconds(took.as_secs_f64()));
    object.put("elapsed_seconds", Value::or_missing(took, Why::NotMeasured));
    let state = report.now.as_ref().map(|now| now.state.word());
    object.put("state", Value::or_missing(state, Why::NotMeasured));
    let pid = report.now.as_ref().and_then(|now| now.main_pid);
    let no_pid = if report.now.is_some() { Why::NotApplicable } else { Why::NotMeasured };
    object.put("main_pid", Value::or_missing(pid, no_pid));
    let (changes, remarks, output): (&[String], Vec<String>, &[String]) =
        match &report.outcome.result {
            Ok(done) => {
                let ended = report::ended_since(report, done);
                let ended = ended.map(|why| format!("it has ended since: {why}"));
                let remarks = done.notes.iter().cloned().chain(ended).collect();
                (&done.changes, remarks, &done.output)
            }
            Err(refusal) => (&[], Vec::new(), &refusal.output),
        };
    object.put_json("changes", changes);
    object.put_json("remarks", remarks);
    object.put_json("output", output);
    match &report.outcome.result {
        Ok(_) => object.put("refusal", Value::Missing(Why::NotApplicable)),
        Err(refusal) => {
            let mut inner = Object::new();
            inner.put("kind", refusal.kind.word());
            inner.put("message", &*refusal.message);
            let hint = report::hint(report, refusal);
            inner.put("hint", Value::or_missing(hint, Why::NotApplicable));
            let status = refusal.exit_status.map(i64::from);
            inner.put("exit_status", Value::or_missing(status, Why::NotApplicable));
            let native = refusal.native.as_deref();
            inner.put("native", Value::or_missing(native, Why::NotApplicable));
            object.put_object("refusal", inner)
        }
    };
    object
}
