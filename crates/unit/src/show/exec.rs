//! Processes: limits, scheduling, variables, logs (systemd.exec(5)).

use super::{Decided, Lines, Property, Show, one, streams, text};
use crate::{
    table::{Default, Group, Id},
    values::{
        Limit, Value,
        resource::EffectiveCpus,
        resource::effective_cpus,
        syslog::{FACILITIES, LEVELS},
    },
};

const IO_CLASS: Id = Id::of(Group::Exec, "IOSchedulingClass");
const IO_PRIORITY: Id = Id::of(Group::Exec, "IOSchedulingPriority");
const CPU_POLICY: Id = Id::of(Group::Exec, "CPUSchedulingPolicy");
const CPU_PRIORITY: Id = Id::of(Group::Exec, "CPUSchedulingPriority");
const CPU_AFFINITY: Id = Id::of(Group::Exec, "CPUAffinity");
const NUMA_MASK: Id = Id::of(Group::Exec, "NUMAMask");
const NUMA_POLICY: Id = Id::of(Group::Exec, "NUMAPolicy");
const ENVIRONMENT: Id = Id::of(Group::Exec, "Environment");
const ENVIRONMENT_FILE: Id = Id::of(Group::Exec, "EnvironmentFile");
const WORKING_DIRECTORY: Id = Id::of(Group::Exec, "WorkingDirectory");
const LEVEL: Id = Id::of(Group::Exec, "SyslogLevel");
const FACILITY: Id = Id::of(Group::Exec, "SyslogFacility");
const LEVEL_MAX: Id = Id::of(Group::Exec, "LogLevelMax");
const TIMER_SLACK: Id = Id::of(Group::Exec, "TimerSlackNSec");
const OOM_SCORE: Id = Id::of(Group::Exec, "OOMScoreAdjust");
const COREDUMP_FILTER: Id = Id::of(Group::Exec, "CoredumpFilter");

pub(super) fn special(show: &Show<'_>, name: &str) -> Option<Lines> {
    let machine = show.context.machine;
    Some(match name {
        "StandardInput" => one(streams::input(show)),
        "StandardOutput" => one(streams::outputs(show).0),
        "StandardError" => one(streams::outputs(show).1),
        "StandardInputData" => one(text::base64(&streams::input_data(show))),
        "IOSchedulingClass" => one(io(show).0.to_string()),
        "IOSchedulingPriority" => one(io(show).1.to_string()),
        "CPUSchedulingPolicy" => one(cpu_policy(show)),
        "CPUSchedulingPriority" => one(cpu_priority(show).to_string()),
        "CPUAffinity" => cpu_affinity(show),
        "NUMAPolicy" => one(numa_policy(show)),
        "NUMAMask" => numa_mask(show),
        "Environment" => one(environment(show)),
        "EnvironmentFiles" => Some(environment_files(show)),
        "PassEnvironment" | "UnsetEnvironment" => once_each(show, Id::look_up(Group::Exec, name)?),
        "WorkingDirectory" => one(working_directory(show)),
        "TTYPath" if !show.has(Id::of(Group::Exec, "TTYPath")) => one(""),
        "SyslogLevel" => one(level(show).to_string()),
        "SyslogFacility" => one(facility(show).to_string()),
        "LogLevelMax" => match show.value(LEVEL_MAX) {
            Some(Value::Word(word)) => one(number(&LEVELS, word).to_string()),
            _ => one("-1"),
        },
        "LogRateLimitIntervalUSec" | "LogRateLimitBurst" if !is_set(show, name) => one("0"),
        "LogExtraFields" => one(fields(show)),
        "TimerSlackNSec" => match show.value(TIMER_SLACK) {
            Some(Value::Nsec(nsec)) if *nsec != u64::MAX => one(nsec.to_string()),
            _ => machine.timer_slack_nsec.and_then(|nsec| one(nsec.to_string())),
        },
        "OOMScoreAdjust" => match show.value(OOM_SCORE) {
            Some(Value::Integer(score)) => one(score.to_string()),
            _ => match show.manager("DefaultOOMScoreAdjust") {
                Some(score) => one(score),
                None => machine.oom_score_adjust.and_then(|score| one(score.to_string())),
            },
        },
        "CoredumpFilter" => {
            let mask = coredump_filter(show).or(machine.coredump_filter);
            mask.and_then(|mask| one(format!("0x{mask:x}")))
        }
        _ => return None,
    })
}

fn is_set(show: &Show<'_>, name: &str) -> bool {
    let name = if name.ends_with("USec") { "LogRateLimitIntervalSec" } else { name };
    Id::look_up(Group::Exec, name).is_some_and(|id| show.has(id))
}

/// A resource limit is two properties: up to where a process may raise it, and what it has.
pub(super) fn limit(show: &Show<'_>, ids: &[Id], name: &'static str, found: &mut Vec<Property>) {
    let Some(id) = ids.first() else { return };
    let written = match show.value(*id) {
        Some(Value::Limit(limit)) => Some(*limit),
        _ => None,
    };
    let of_manager = || {
        let Default::Manager(key) = id.directive().default else { return None };
        match show.parse(id.directive(), show.manager(key)?)? {
            Value::Limit(limit) => Some(limit),
            _ => None,
        }
    };
    let decided = if written.is_some() { Decided::File } else { Decided::Manager };
    let Some(Limit { soft, hard }) =
        written.or_else(of_manager).or_else(|| show.context.machine.limit(name))
    else {
        return;
    };
    let print = |limit: u64| match limit {
        u64::MAX => one("infinity"),
        limit => one(limit.to_string()),
    };
    show.push(found, name, decided, print(hard));
    if let Some(name) = super::exec_more::soft(name) {
        show.push(found, name, decided, print(soft));
    }
}

/// Class and priority, as numbers. Without a class it is best-effort, priority 4.
fn io(show: &Show<'_>) -> (i64, i64) {
    const BEST_EFFORT: (i64, i64) = (2, 4);
    let (mut class, mut priority) = BEST_EFFORT;
    for setting in show.unit.settings.settings() {
        match &setting.value {
            Value::Word(word) if setting.id == IO_CLASS => {
                class = match *word {
                    "realtime" => 1,
                    "idle" => 3,
                    _ => 2,
                };
                if *word == "none" {
                    (class, priority) = BEST_EFFORT;
                }
            }
            Value::Integer(number) if setting.id == IO_PRIORITY => priority = *number,
            _ => {}
        }
    }
    (class, priority)
}

fn cpu_policy(show: &Show<'_>) -> &'static str {
    match show.value(CPU_POLICY) {
        Some(Value::Word(word)) => match *word {
            "fifo" => "1",
            "rr" => "2",
            "batch" => "3",
            "idle" => "5",
            "ext" => "7",
            _ => "0",
        },
        _ => "0",
    }
}

/// A policy moves the priority to within its bounds.
fn cpu_priority(show: &Show<'_>) -> i64 {
    let mut priority = 0;
    for setting in show.unit.settings.settings() {
        match &setting.value {
            Value::Word(word) if setting.id == CPU_POLICY => {
                let is_real_time = matches!(*word, "fifo" | "rr");
                priority = if is_real_time { priority.clamp(1, 99) } else { 0 };
            }
            Value::Integer(number) if setting.id == CPU_PRIORITY => priority = *number,
            _ => {}
        }
    }
    priority
}

/// Which processors belong to memory nodes only the machine knows.
fn cpu_affinity(show: &Show<'_>) -> Lines {
    match effective_cpus(show.values(CPU_AFFINITY)) {
        Some(EffectiveCpus::Word(_)) => None,
        Some(EffectiveCpus::Set(set)) => one(super::resource::exec_ranges(&set)),
        None => one(""),
    }
}

fn numa_policy(show: &Show<'_>) -> &'static str {
    match show.value(NUMA_POLICY) {
        Some(Value::Word(word)) => word,
        // Nodes without a policy are preferred.
        _ if show.has(NUMA_MASK) => "preferred",
        _ => "n/a",
    }
}

fn numa_mask(show: &Show<'_>) -> Lines {
    match effective_cpus(show.values(NUMA_MASK)) {
        Some(EffectiveCpus::Word(_)) => None,
        Some(EffectiveCpus::Set(set)) => one(super::resource::exec_ranges(&set)),
        None => one(""),
    }
}

/// Assignments: a later one of the same variable stands in the place of the earlier.
fn environment(show: &Show<'_>) -> String {
    let mut all: Vec<(&str, &str)> = Vec::new();
    for value in show.values(ENVIRONMENT) {
        let Value::Pairs(pairs) = value else { continue };
        for (name, value) in pairs {
            match all.iter_mut().find(|(known, _)| *known == &**name) {
                Some(known) => known.1 = value,
                None => all.push((name, value)),
            }
        }
    }
    let words: Vec<String> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
    text::join(words.iter().map(String::as_str))
}

fn environment_files(show: &Show<'_>) -> Vec<String> {
    let files = show.values(ENVIRONMENT_FILE).filter_map(|value| match value {
        Value::Text(path) => Some(&**path),
        _ => None,
    });
    files
        .map(|path| match path.strip_prefix('-') {
            Some(path) => format!("{path} (ignore_errors=yes)"),
            None => format!("{path} (ignore_errors=no)"),
        })
        .collect()
}

/// A list in which every word stands once, where it came first.
fn once_each(show: &Show<'_>, id: Id) -> Lines {
    let mut all: Vec<&str> = Vec::new();
    for value in show.values(id) {
        let Value::List(words) = value else { continue };
        for word in words {
            if !all.contains(&&**word) {
                all.push(word);
            }
        }
    }
    one(text::join(all))
}

/// `!` says that it may be missing.
fn working_directory(show: &Show<'_>) -> String {
    let written = show.unit.settings.text(WORKING_DIRECTORY).unwrap_or_default();
    match written.strip_prefix('-') {
        Some(path) => format!("!{path}"),
        None => written.to_owned(),
    }
}

fn number(names: &[&str], word: &str) -> i64 {
    let place = names.iter().position(|name| *name == word);
    place.and_then(|place| i64::try_from(place).ok()).unwrap_or(0)
}

pub(super) fn level(show: &Show<'_>) -> i64 {
    match show.value(LEVEL) {
        Some(Value::Word(word)) => number(&LEVELS, word),
        _ => 6,
    }
}

pub(super) fn facility(show: &Show<'_>) -> i64 {
    match show.value(FACILITY) {
        Some(Value::Word(word)) => number(&FACILITIES, word),
        Some(Value::Integer(number)) => *number,
        _ => 3,
    }
}

fn fields(show: &Show<'_>) -> String {
    let pairs = show.values(Id::of(Group::Exec, "LogExtraFields")).flat_map(|value| match value {
        Value::Pairs(pairs) => &**pairs,
        _ => &[],
    });
    pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

fn coredump_filter(show: &Show<'_>) -> Option<u64> {
    show.values(COREDUMP_FILTER).fold(None, |all, value| match value {
        Value::Mask(mask) => Some(all.unwrap_or(0) | mask),
        _ => all,
    })
}
