//! `kill` and `reset-failed`.

use super::failure::Failure;
use super::{Tool, names};

const SIGTERM: i32 = 15;

/// `kill`
///
/// # Errors
/// Nobody can be asked.
pub fn run(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let source = tool.source()?;
    let mut whom = tool.options.kill_whom.clone().unwrap_or_else(|| "all".to_owned());
    if tool.options.job_mode() == "fail" {
        whom.push_str("-fail");
    }
    let signal = tool.options.signal.unwrap_or(SIGTERM);
    let mut status = 0;
    for name in names::services(tool, words.get(1..).unwrap_or_default())? {
        if let Err(error) = source.kill(&name, &whom, signal) {
            tool.say(&format!("Failed to kill unit {name}: {}", error.message));
            status = 1;
        }
    }
    Ok(status)
}

/// `reset-failed`
///
/// # Errors
/// Nobody can be asked.
pub fn reset_failed(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let source = tool.source()?;
    let written = words.get(1..).unwrap_or_default();
    if written.is_empty() {
        if tool.options.dry_run {
            return Ok(0);
        }
        return source.reset_failed(None).map(|()| 0).map_err(|error| {
            Failure::new(format!("Failed to execute operation: {}", error.message))
        });
    }
    let mut status = 0;
    for name in names::services(tool, written)? {
        if let Err(error) = source.reset_failed(Some(&name)) {
            tool.say(&format!("Failed to reset failed state of unit {name}: {}", error.message));
            status = 1;
        }
    }
    Ok(status)
}
