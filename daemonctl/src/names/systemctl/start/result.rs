//! What is said of a job that did not end well.

use unit::show::quote;

use crate::names::systemctl::Tool;

/// Why a service failed, by its `Result`.
const EXPLANATIONS: &[(&str, &str)] = &[
    ("resources", "of unavailable resources or another system error"),
    ("protocol", "the service did not take the steps required by its unit configuration"),
    ("timeout", "a timeout was exceeded"),
    ("exit-code", "the control process exited with error code"),
    ("signal", "a fatal signal was delivered to the control process"),
    ("core-dump", "a fatal signal was delivered causing the control process to dump core"),
    ("watchdog", "the service failed to send watchdog ping"),
    ("start-limit", "start of the service was attempted too often"),
];

/// Whether a job's result is a good one.
pub fn is_good(result: &str) -> bool {
    matches!(result, "done" | "skipped")
}

/// What is said of a job's result; `None` for good ones. `service_result` asks for the `Result` of
/// the unit, where it is a service.
pub fn text(
    tool: &Tool,
    unit: &str,
    result: &str,
    service_result: impl FnOnce() -> Option<String>,
) -> Option<String> {
    let text = match result {
        _ if is_good(result) => return None,
        "canceled" => format!("Job for {unit} canceled."),
        "timeout" => format!("Job for {unit} timed out."),
        "dependency" => {
            format!("A dependency job for {unit} failed. See 'journalctl -xe' for details.")
        }
        "invalid" => format!("{unit} is not active, cannot reload."),
        "assert" => format!("Assertion failed on job for {unit}."),
        "unsupported" => {
            format!("Operation on or unit type of {unit} not supported on this system.")
        }
        "collected" => format!("Queued job for {unit} was garbage collected."),
        "once" => format!("Unit {unit} was started already once and can't be started again."),
        _ if unit.ends_with(".service") => {
            of_service(tool.options.scope_words(), unit, service_result().as_deref())
        }
        _ => "Job failed. See \"journalctl -xe\" for details.".to_owned(),
    };
    Some(text)
}

/// What is said of a service that failed.
pub fn of_service(scope: &str, unit: &str, result: Option<&str>) -> String {
    let quoted = quote(unit);
    let why = EXPLANATIONS.iter().find(|(word, _)| Some(*word) == result);
    let why = why.map_or(String::new(), |(_, text)| format!(" because {text}"));
    let mut text = format!(
        "Job for {unit} failed{why}.\n\
         See \"systemctl{scope} status {quoted}\" and \"journalctl{scope} -xeu {quoted}\" for details."
    );
    if result == Some("start-limit") {
        text.push_str(&format!(
            "\nTo force a start use \"systemctl{scope} reset-failed {quoted}\"\nfollowed by \
             \"systemctl{scope} start {quoted}\" again."
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::of_service;

    #[test]
    fn why_a_service_failed() {
        assert_eq!(
            of_service("", "nginx.service", Some("exit-code")),
            "Job for nginx.service failed because the control process exited with error code.\n\
             See \"systemctl status nginx.service\" and \"journalctl -xeu nginx.service\" for details."
        );
        assert_eq!(
            of_service(" --user", "a\\x20b.service", None),
            "Job for a\\x20b.service failed.\n\
             See \"systemctl --user status \"a\\\\x20b.service\"\" and \"journalctl --user -xeu \
             \"a\\\\x20b.service\"\" for details."
        );
    }
}
