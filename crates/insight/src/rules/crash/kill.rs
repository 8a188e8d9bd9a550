//! Kills for want of memory in the kernel's log.

use super::kernel::{Pattern, is_ours, lines, part};
use crate::rules::Case;
use crate::snapshot::Line;

/// A kill in the kernel's log.
#[derive(Clone, Debug, Default)]
pub(super) struct Kill<'s> {
    pub(super) line: Option<&'s Line>,
    pub(super) detail: Option<&'s Line>,
    pub(super) usage: Option<&'s Line>,
    pub(super) name: String,
    pub(super) pid: Option<u32>,
    /// Resident when it was killed, bytes.
    pub(super) resident: Option<u64>,
    /// A limit of a control group was hit, not the machine's end.
    pub(super) is_limit: bool,
    /// The control group whose limit was hit.
    pub(super) limited: Option<String>,
    /// The control group of the process.
    group: Option<String>,
    /// The limit, bytes.
    pub(super) limit: Option<u64>,
}

const KILLED: &str = r"Kill(?:ed)? process (?P<pid>\d+) \((?P<name>.*?)\)(?:.*?anon-rss:(?P<anon>\d+)kB)?(?:.*?file-rss:(?P<file>\d+)kB)?";
const DETAIL: &str = r"oom-kill:constraint=(?P<constraint>\w+),(?:.*?oom_memcg=(?P<limited>[^,]*),)?(?:.*?task_memcg=(?P<group>[^,]*),)?.*?task=(?P<name>.*?),pid=(?P<pid>\d+)";
const USAGE: &str = r"memory: usage (?P<usage>\d+)kB, limit (?P<limit>\d+)kB";

/// The last kill of one of the service's processes.
pub(super) fn last_kill<'s>(case: &Case<'s>) -> Option<Kill<'s>> {
    let patterns = [KILLED, DETAIL, USAGE].map(Pattern::new);
    let [killed, detail, usage] = &patterns;
    let mut current = Kill::default();
    let mut last = None;
    // The kernel tells one kill in this order: usage and limit, the detail, the kill.
    for line in lines(case) {
        let message = line.message.as_str();
        if let Some(found) = usage.read(message) {
            current = Kill {
                usage: Some(line),
                limit: kibibytes(part(&found, "limit")),
                ..Kill::default()
            };
        } else if let Some(found) = detail.read(message) {
            current.detail = Some(line);
            current.is_limit = part(&found, "constraint") == Some("CONSTRAINT_MEMCG");
            current.limited = part(&found, "limited").map(str::to_owned);
            current.group = part(&found, "group").map(str::to_owned);
            current.name = part(&found, "name").unwrap_or_default().to_owned();
            current.pid = part(&found, "pid").and_then(|pid| pid.parse().ok());
        } else if let Some(found) = killed.read(message) {
            let pid = part(&found, "pid").and_then(|pid| pid.parse().ok());
            if current.pid.is_some() && current.pid != pid {
                current = Kill::default();
            }
            current.line = Some(line);
            current.pid = pid;
            current.name = part(&found, "name").unwrap_or_default().to_owned();
            current.is_limit |= message.contains("Memory cgroup out of memory");
            let anonymous = kibibytes(part(&found, "anon"));
            current.resident =
                anonymous.map(|sum| sum + kibibytes(part(&found, "file")).unwrap_or(0));
            if is_of_service(case, line, &current) {
                last = Some(current.clone());
            }
            // An old kernel says "Kill process" first and "Killed process" with the figures after it.
            if message.contains("Killed process") {
                current = Kill::default();
            }
        }
    }
    last
}

fn is_of_service(case: &Case<'_>, line: &Line, kill: &Kill<'_>) -> bool {
    let name = &case.service.name;
    match &kill.group {
        Some(group) if group.len() > 1 => {
            // The group tells for sure; it is the service's own or one below it.
            let in_group =
                group.split('/').any(|part| part == name || part == format!("openrc.{name}"));
            let in_time = super::end::since(case).zip(line.time_usec).is_none_or(|(s, t)| t >= s);
            if in_group {
                return in_time;
            }
            !group.contains(".service") && is_ours(case, line, kill.pid, &kill.name)
        }
        _ => is_ours(case, line, kill.pid, &kill.name),
    }
}

fn kibibytes(digits: Option<&str>) -> Option<u64> {
    digits?.parse::<u64>().ok()?.checked_mul(1024)
}
