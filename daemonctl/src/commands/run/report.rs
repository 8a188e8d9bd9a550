//! What came of `daemonctl run`, said.

use std::io::Write as _;

use host::{Refusal, Started, TransientEnd};
use present::json::{Document, Object};
use present::{Value, Why};
use unit::values::scalar::{exit_status_name, signal_name};

use crate::context::Context;
use crate::failure::Failure;

/// The status that `--wait` ends with: the program's own, as a shell has it.
pub fn status(end: &TransientEnd) -> u8 {
    match (end.signal, end.exit_status) {
        (Some(signal), _) => u8::try_from(128_i32.saturating_add(signal)).unwrap_or(u8::MAX),
        (None, Some(status)) if status != 0 => u8::try_from(status).unwrap_or(1),
        // The program may have ended well, and the service not: a time-out, say.
        _ => u8::from(end.result != "success"),
    }
}

/// It was started and is not waited for.
///
/// # Errors
/// Standard output is closed or full.
pub fn started(
    context: &Context,
    name: &str,
    schedule: &Option<String>,
    unit: &Started,
    is_quiet: bool,
) -> Result<(), Failure> {
    if context.common.json {
        return json(context, name, unit.main_pid, "started", None, None);
    }
    if is_quiet {
        return Ok(());
    }
    let mut text = match (schedule, unit.main_pid) {
        _ if !unit.notes.is_empty() => format!("{name}: {}\n", unit.notes.join("; ")),
        (Some(when), _) => format!("{name} waits for {when}\n"),
        (None, Some(pid)) => format!("{name} runs: process {pid}\n"),
        (None, None) => format!("{name} was started\n"),
    };
    text.push_str(&format!("  daemonctl status {name}; daemonctl stop {name}\n"));
    context.print(&safe(&text))?;
    Ok(())
}

/// It was started and is waited for. To standard error: the answer is how it ends.
pub fn runs(name: &str, pid: Option<u32>) {
    let pid = pid.map_or_else(String::new, |pid| format!(" (process {pid})"));
    // Nothing is left to do when standard error itself is closed.
    let _ =
        writeln!(std::io::stderr(), "{}", safe(&format!("{name} runs{pid}; waiting for its end")));
}

/// It ended.
///
/// # Errors
/// Standard output is closed or full.
pub fn ended(
    context: &Context,
    name: &str,
    pid: Option<u32>,
    end: &TransientEnd,
    is_quiet: bool,
) -> Result<(), Failure> {
    if context.common.json {
        return json(context, name, pid, "ended", Some(end), None);
    }
    if is_quiet {
        return Ok(());
    }
    let mut lines = vec![format!("{name} {}", how(end))];
    let mut figures = Vec::new();
    if let Some(usec) = end.runtime_usec {
        figures.push(format!("ran {}", present::units::duration(usec as f64 / 1e6)));
    }
    if let Some(nsec) = end.cpu_nsec {
        figures.push(format!("processor time {}", present::units::duration(nsec as f64 / 1e9)));
    }
    if let Some(bytes) = end.memory_peak_bytes {
        figures.push(format!("memory at most {}", present::units::bytes(bytes)));
    }
    if !figures.is_empty() {
        lines.push(format!("  {}", figures.join(", ")));
    }
    if end.result != "success" {
        lines.push(format!("  daemonctl logs {name}"));
    }
    context.print(&safe(&format!("{}\n", lines.join("\n"))))?;
    Ok(())
}

fn how(end: &TransientEnd) -> String {
    if let Some(why) = &end.why {
        return format!("failed: {why}");
    }
    match (end.signal, end.exit_status) {
        (Some(signal), _) => format!("was ended by {}", signal_name(signal)),
        (None, Some(0) | None) => "ended well".to_owned(),
        (None, Some(status)) => {
            let name = u8::try_from(status).ok().filter(|s| *s > 1).and_then(exit_status_name);
            match name {
                Some(name) => format!("ended with status {status} ({name})"),
                None => format!("ended with status {status}"),
            }
        }
    }
}

/// It was refused.
///
/// # Errors
/// Standard output is closed or full.
pub fn refused(context: &Context, name: &str, refusal: &Refusal) -> Result<(), Failure> {
    json(context, name, None, refusal.kind.word(), None, Some(refusal))
}

fn json(
    context: &Context,
    name: &str,
    pid: Option<u32>,
    result: &str,
    end: Option<&TransientEnd>,
    refusal: Option<&Refusal>,
) -> Result<(), Failure> {
    let mut service = Object::new();
    service.put("name", name);
    service.put("result", result);
    service.put("main_pid", Value::or_missing(pid, Why::NotApplicable));
    let none = Why::NotApplicable;
    let why = refusal
        .map(|refusal| refusal.message.as_str())
        .or_else(|| end.and_then(|end| end.why.as_deref()));
    service.put("why", Value::or_missing(why, none));
    let hint = refusal.and_then(|refusal| refusal.hint.as_deref());
    service.put("hint", Value::or_missing(hint, none));
    let of_end = |figure: fn(&TransientEnd) -> Option<Value<'static>>| {
        Value::or_missing(end.and_then(figure), if end.is_some() { Why::Unknown } else { none })
    };
    let word = end.map(|end| end.result.as_str());
    service.put("native_result", Value::or_missing(word, none));
    let code = |status: Option<i32>| status.map(i64::from);
    service.put("exit_status", Value::or_missing(end.and_then(|end| code(end.exit_status)), none));
    service.put("signal", Value::or_missing(end.and_then(|end| code(end.signal)), none));
    service.put(
        "runtime_seconds",
        of_end(|end| end.runtime_usec.map(|usec| Value::seconds(usec as f64 / 1e6))),
    );
    service.put("cpu_seconds", of_end(|end| end.cpu_nsec.map(|n| Value::seconds(n as f64 / 1e9))));
    service.put("memory_peak_bytes", of_end(|end| end.memory_peak_bytes.map(Value::from)));
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "run")?;
    document.put_json("service", &service.build())?;
    document.finish(&[])?;
    context.print(&String::from_utf8_lossy(&bytes))?;
    Ok(())
}

/// Names, arguments and sentences of the manager are foreign.
fn safe(text: &str) -> String {
    let lines = text.split('\n').map(|line| present::text::clean(line.as_bytes()));
    lines.collect::<Vec<_>>().join("\n")
}
