//! What only a running manager knows of a unit, and how the rest is made comparable.

use testkit::systemd_state::Properties;

/// Properties that no file decides, each with the reason.
pub const RUN_STATE: &[(&str, &[&str])] = &[
    (
        "processes, jobs and results of a run",
        &[
            "MainPID",
            "ControlPID",
            "ExecMainPID",
            "ExecMainCode",
            "ExecMainStatus",
            "Result",
            "ReloadResult",
            "CleanResult",
            "NRestarts",
            "StatusText",
            "StatusErrno",
            "NFileDescriptorStore",
            "UID",
            "GID",
            "ActiveState",
            "SubState",
            "FreezerState",
            "Job",
            "InvocationID",
            "ConditionResult",
            "AssertResult",
            "ActivationDetails",
            "Refs",
            "Markers",
            "NConnections",
            "NAccepted",
            "NRefused",
            "LoadError",
            "Controller",
        ],
    ),
    (
        "what a control group counts or comes to",
        &[
            "ControlGroup",
            "ControlGroupId",
            "MemoryCurrent",
            "MemoryPeak",
            "MemoryAvailable",
            "CPUUsageNSec",
            "EffectiveCPUs",
            "EffectiveMemoryNodes",
            "TasksCurrent",
            "IPIngressBytes",
            "IPIngressPackets",
            "IPEgressBytes",
            "IPEgressPackets",
            "IOReadBytes",
            "IOReadOperations",
            "IOWriteBytes",
            "IOWriteOperations",
        ],
    ),
    ("times of a run", &["NextElapseUSecRealtime", "NextElapseUSecMonotonic", "LastTriggerUSec"]),
    ("a slice can freeze if all in it can", &["CanFreeze"]),
    (
        "made when it is run",
        &["ExecMount", "ExecUnmount", "ExecRemount", "ExecActivate", "ExecDeactivate"],
    ),
    ("whether files changed since they were read", &["NeedDaemonReload"]),
    ("made by a program", &["Transient"]),
    ("of SELinux alone", &["AccessSELinuxContext"]),
    (
        "version 1 of control groups: read and ignored",
        &[
            "CPUShares",
            "StartupCPUShares",
            "BlockIOAccounting",
            "BlockIOWeight",
            "StartupBlockIOWeight",
            "MemoryLimit",
        ],
    ),
];

/// Lists without an order.
const SETS: &[&str] = &[
    "Names",
    "Requires",
    "Requisite",
    "Wants",
    "BindsTo",
    "PartOf",
    "Upholds",
    "RequiredBy",
    "RequisiteOf",
    "WantedBy",
    "BoundBy",
    "UpheldBy",
    "ConsistsOf",
    "Conflicts",
    "ConflictedBy",
    "Before",
    "After",
    "OnSuccess",
    "OnSuccessOf",
    "OnFailure",
    "OnFailureOf",
    "Triggers",
    "TriggeredBy",
    "PropagatesReloadTo",
    "ReloadPropagatedFrom",
    "PropagatesStopTo",
    "StopPropagatedFrom",
    "JoinsNamespaceOf",
    "SliceOf",
    "RequiresMountsFor",
    "IPAddressAllow",
    "IPAddressDeny",
    "RestrictNetworkInterfaces",
];

/// Whether files don't decide a property, and why not.
pub fn run_state(name: &str) -> Option<&'static str> {
    if name.ends_with("Timestamp") || name.ends_with("Monotonic") && name != "TimersMonotonic" {
        return Some("times of a run");
    }
    RUN_STATE.iter().find(|(_, names)| names.contains(&name)).map(|(reason, _)| *reason)
}

/// What is so of some units alone, and why.
pub fn exception(name: &str, theirs: &Properties) -> Option<&'static str> {
    match name {
        "WatchdogUSec" if theirs.get(name) == Some("infinity") => {
            Some("set when the service starts")
        }
        "CanStart" if theirs.id().ends_with(".scope") => Some("a scope is started but once"),
        "OOMPolicy" if theirs.id().ends_with(".scope") => {
            Some("of 253, which Debian's 252 has for scopes already")
        }
        "RestrictFileSystems" => Some("Debian builds systemd 252 without it"),
        "DropInPaths" if theirs.get("LoadState") == Some("masked") => {
            Some("systemd lists drop-ins of what is masked by an empty file")
        }
        _ => None,
    }
}

/// System calls that came into groups after version 252.
const LATER_CALLS: &[&str] = &[
    "getxattrat",
    "listxattrat",
    "removexattrat",
    "setxattrat",
    "listmount",
    "statmount",
    "mseal",
    "uretprobe",
    "landlock_add_rule",
    "landlock_create_ruleset",
    "landlock_restrict_self",
    "riscv_hwprobe",
    "seccomp",
];

/// A line as version 252 would have it.
pub fn older(name: &str, line: &str) -> String {
    if !name.starts_with("SystemCall") {
        return line.to_owned();
    }
    let (sign, list) = match line.strip_prefix('~') {
        Some(list) => ("~", list),
        None => ("", line),
    };
    // The library that Debian 12 has knows one call by another's name.
    let list = list.replace("sys_debug_setcontext", "switch_endian");
    let calls =
        list.split(' ').filter(|call| !LATER_CALLS.contains(&call.split(':').next().unwrap()));
    format!("{sign}{}", calls.collect::<Vec<_>>().join(" "))
}

fn unquoted(word: &str) -> String {
    word.trim_matches('"').replace("\\\\", "\\")
}

/// Lines of a property without what a run adds to them, sets in order.
pub fn comparable<'t>(
    name: &str,
    lines: impl Iterator<Item = &'t str>,
    is_decided: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let cut = |line: &str| {
        for end in [" ; start_time=", " ; next_elapse="] {
            if let Some((front, _)) = line.split_once(end) {
                return format!("{front} }}");
            }
        }
        line.to_owned()
    };
    let mut lines: Vec<String> =
        lines.map(cut).filter(|line| !line.is_empty() && line != "~").collect();
    if SETS.contains(&name) {
        let mut words: Vec<String> = lines
            .iter()
            .flat_map(|line| line.trim_start_matches('~').split(' '))
            .map(str::to_owned)
            .collect();
        let sign = lines.first().is_some_and(|line| line.starts_with('~'));
        let is_unit = |word: &String| {
            word.rsplit_once('.').is_some_and(|(_, end)| end.parse::<f64>().is_err())
                && !word.contains('/')
        };
        words.retain(|word| !is_unit(word) || is_decided(&unquoted(word)));
        words.sort_unstable();
        if sign {
            words.push("~".to_owned());
        }
        lines = words;
    }
    lines
}
