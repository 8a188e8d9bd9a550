//! Properties that belong to a directive without being named by it: commands with all their flags,
//! paths beside hashes, names beside streams, links beside directories.

use super::{Decided, Property, Show, credentials, exec, one, resource, sandbox, yes_no};
use crate::{
    name::UnitType,
    table::{Group, Id, Kind},
    values::{
        Stream, Value,
        command::{CommandLine, Privilege},
    },
};

/// Limits and their soft sides.
const SOFT: [(&str, &str); 16] = [
    ("LimitCPU", "LimitCPUSoft"),
    ("LimitFSIZE", "LimitFSIZESoft"),
    ("LimitDATA", "LimitDATASoft"),
    ("LimitSTACK", "LimitSTACKSoft"),
    ("LimitCORE", "LimitCORESoft"),
    ("LimitRSS", "LimitRSSSoft"),
    ("LimitNOFILE", "LimitNOFILESoft"),
    ("LimitAS", "LimitASSoft"),
    ("LimitNPROC", "LimitNPROCSoft"),
    ("LimitMEMLOCK", "LimitMEMLOCKSoft"),
    ("LimitLOCKS", "LimitLOCKSSoft"),
    ("LimitSIGPENDING", "LimitSIGPENDINGSoft"),
    ("LimitMSGQUEUE", "LimitMSGQUEUESoft"),
    ("LimitNICE", "LimitNICESoft"),
    ("LimitRTPRIO", "LimitRTPRIOSoft"),
    ("LimitRTTIME", "LimitRTTIMESoft"),
];

/// Commands of services, with their second property.
const COMMANDS: [(&str, &str); 7] = [
    ("ExecCondition", "ExecConditionEx"),
    ("ExecStartPre", "ExecStartPreEx"),
    ("ExecStart", "ExecStartEx"),
    ("ExecStartPost", "ExecStartPostEx"),
    ("ExecReload", "ExecReloadEx"),
    ("ExecStop", "ExecStopEx"),
    ("ExecStopPost", "ExecStopPostEx"),
];

const STREAMS: [(&str, &str, Id); 3] = [
    ("StandardInputFileDescriptorName", "stdin", Id::of(Group::Exec, "StandardInput")),
    ("StandardOutputFileDescriptorName", "stdout", Id::of(Group::Exec, "StandardOutput")),
    ("StandardErrorFileDescriptorName", "stderr", Id::of(Group::Exec, "StandardError")),
];

const LINKS: [(&str, Id); 4] = [
    ("RuntimeDirectorySymlink", Id::of(Group::Exec, "RuntimeDirectory")),
    ("StateDirectorySymlink", Id::of(Group::Exec, "StateDirectory")),
    ("CacheDirectorySymlink", Id::of(Group::Exec, "CacheDirectory")),
    ("LogsDirectorySymlink", Id::of(Group::Exec, "LogsDirectory")),
];

const DYNAMIC_USER: Id = Id::of(Group::Exec, "DynamicUser");
const CPU_AFFINITY: Id = Id::of(Group::Exec, "CPUAffinity");

/// What is a boolean on the bus, its second property, and what yes is there; of version 257.
const KINDS: [(&str, &str, Id); 3] = [
    ("PrivateTmpEx", "connected", Id::of(Group::Exec, "PrivateTmp")),
    ("PrivateUsersEx", "self", Id::of(Group::Exec, "PrivateUsers")),
    ("ProtectControlGroupsEx", "yes", Id::of(Group::Exec, "ProtectControlGroups")),
];
const KINDS_SINCE: u16 = 257;

/// The name of a limit's soft side.
pub(super) fn soft(limit: &str) -> Option<&'static str> {
    SOFT.iter().find(|(name, _)| *name == limit).map(|(_, soft)| *soft)
}

pub(super) fn extras(show: &Show<'_>, found: &mut Vec<Property>) {
    let groups = show.groups();
    if groups.contains(&Group::Service) {
        for (name, property) in COMMANDS {
            let Some(id) = Id::look_up(Group::Service, name) else { continue };
            debug_assert!(id.directive().kind == Kind::Command);
            show.push(found, property, decided(show, id), Some(commands(show, id)));
        }
    }
    if groups.contains(&Group::Exec) {
        processes(show, found);
    }
    if groups.contains(&Group::Resource) {
        show.push(found, "DelegateControllers", Decided::Implied, resource::delegated(show));
    }
}

fn decided(show: &Show<'_>, id: Id) -> Decided {
    if show.has(id) { Decided::File } else { Decided::Default }
}

fn commands(show: &Show<'_>, id: Id) -> Vec<String> {
    let commands = show.values(id).filter_map(|value| match value {
        Value::Command(command) => Some(command),
        _ => None,
    });
    commands
        .flat_map(|command| command.lines())
        .map(|line| {
            let argv: Vec<&str> = line.argv().collect();
            let flags = flags(line).join(" ");
            format!("{{ path={} ; argv[]={} ; flags={flags} }}", line.path, argv.join(" "))
        })
        .collect()
}

fn flags(line: &CommandLine) -> Vec<&'static str> {
    let prefixes = line.prefixes;
    let flags = [
        (prefixes.ignores_failure, "ignore-failure"),
        (prefixes.privilege == Privilege::Full, "privileged"),
        (prefixes.privilege == Privilege::KeepUser, "no-setuid"),
        (prefixes.privilege == Privilege::Ambient, "ambient"),
        (prefixes.keeps_variables, "no-env-expand"),
        (prefixes.via_shell, "via-shell"),
    ];
    flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).collect()
}

fn processes(show: &Show<'_>, found: &mut Vec<Property>) {
    let implied = Decided::Implied;
    let unit_type = show.unit.name.unit_type();
    let priority = exec::facility(show) << 3 | exec::level(show);
    show.push(found, "SyslogPriority", implied, one(priority.to_string()));
    let from_numa = matches!(show.value(CPU_AFFINITY), Some(Value::Word(_)));
    show.push(found, "CPUAffinityFromNUMA", implied, one(yes_no(from_numa)));
    // Commands that mount stay in the manager's process group.
    let is_same = unit_type == UnitType::Mount;
    show.push(found, "SameProcessGroup", Decided::Default, one(yes_no(is_same)));
    if unit_type != UnitType::Service {
        show.push(found, "NonBlocking", Decided::Default, one("no"));
    }
    for (name, word, id) in STREAMS {
        let text = match show.value(id) {
            Some(Value::Stream(stream)) => match &**stream {
                Stream::Descriptor(name) if !name.is_empty() => name,
                Stream::Descriptor(_) | Stream::Word("fd") => word,
                _ => "",
            },
            _ => "",
        };
        show.push(found, name, decided(show, id), one(text));
    }
    for (name, yes, id) in KINDS.into_iter().filter(|_| show.version() >= KINDS_SINCE) {
        let word = match show.value(id) {
            Some(Value::Flag(true)) => yes,
            Some(Value::Word(word)) => word,
            // What DynamicUser= makes of it is not known here.
            _ if name == "PrivateTmpEx" && show.flag(DYNAMIC_USER) => continue,
            _ => "no",
        };
        show.push(found, name, decided(show, id), one(word));
    }
    show.push(found, "RootHashPath", implied, one(credentials::hash(show).1));
    show.push(found, "RootHashSignaturePath", implied, one(credentials::signature(show).1));
    for (name, id) in LINKS {
        let directories = sandbox::all_directories(show, id);
        let links = directories.iter().filter_map(|directory| {
            Some(format!("{}:{}", directory.path, directory.link.as_deref()?))
        });
        show.push(found, name, decided(show, id), Some(links.collect()));
    }
}
