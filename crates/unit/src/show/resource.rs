//! Resource control (systemd.resource-control(5)).

use super::{Lines, Show, one, text};
use crate::{
    graph::Dependency,
    name::UnitType,
    table::{Group, Id},
    time::span::{format_usec, parse_usec},
    values::{
        Amount, Value,
        resource::{self, Delegation},
        sandbox::effective,
    },
};

const CPU_QUOTA: Id = Id::of(Group::Resource, "CPUQuota");
const CPU_PERIOD: Id = Id::of(Group::Resource, "CPUQuotaPeriodSec");
const DEVICE_POLICY: Id = Id::of(Group::Resource, "DevicePolicy");
const DEVICE_ALLOW: Id = Id::of(Group::Resource, "DeviceAllow");
const TASKS_MAX: Id = Id::of(Group::Resource, "TasksMax");
const DELEGATE: Id = Id::of(Group::Resource, "Delegate");
const DISABLED: Id = Id::of(Group::Resource, "DisableControllers");
const INTERFACES: Id = Id::of(Group::Resource, "RestrictNetworkInterfaces");
const PRESSURE: Id = Id::of(Group::Resource, "ManagedOOMMemoryPressureLimit");
const PRIVATE_DEVICES: Id = Id::of(Group::Exec, "PrivateDevices");
const PROTECT_CLOCK: Id = Id::of(Group::Exec, "ProtectClock");
const ROOT_IMAGE: Id = Id::of(Group::Exec, "RootImage");
const MOUNT_IMAGES: Id = Id::of(Group::Exec, "MountImages");
const ENCRYPTED: Id = Id::of(Group::Exec, "LoadCredentialEncrypted");

pub(super) fn special(show: &Show<'_>, name: &str) -> Option<Lines> {
    let id = || Id::look_up(Group::Resource, name);
    Some(match name {
        "CPUQuotaPerSecUSec" => cpu_quota(show),
        "CPUQuotaPeriodUSec" => match show.value(CPU_PERIOD) {
            Some(Value::Usec(usec)) => one(format_usec(*usec, 1)),
            _ => one("infinity"),
        },
        "TasksMax" => tasks_max(show),
        "ManagedOOMMemoryPressureLimit" => match show.value(PRESSURE) {
            Some(Value::Amount(amount)) => {
                amount.share_of_u32().and_then(|share| one(share.to_string()))
            }
            _ => one("0"),
        },
        "AllowedCPUs"
        | "StartupAllowedCPUs"
        | "AllowedMemoryNodes"
        | "StartupAllowedMemoryNodes" => cpus(show, id()?, name),
        "IODeviceWeight"
        | "IOReadBandwidthMax"
        | "IOWriteBandwidthMax"
        | "IOReadIOPSMax"
        | "IOWriteIOPSMax" => Some(device_limits(show, id()?)),
        "IODeviceLatencyTargetUSec" => {
            Some(device_limits(show, Id::of(Group::Resource, "IODeviceLatencyTargetSec")))
        }
        "DevicePolicy" => match show.value(DEVICE_POLICY) {
            Some(Value::Word(word)) if *word != "auto" => one(*word),
            _ if show.flag(PRIVATE_DEVICES) => one("closed"),
            _ => one("auto"),
        },
        "DeviceAllow" => Some(device_allow(show)),
        "Delegate" => one(super::yes_no(delegation(show, DELEGATE).delegate)),
        "DisableControllers" => disabled(show),
        "Slice" => slice(show),
        "IPAddressAllow" | "IPAddressDeny" => addresses(show, id()?),
        "SocketBindAllow" | "SocketBindDeny" => Some(socket_bind(show, id()?)),
        "RestrictNetworkInterfaces" => interfaces(show),
        _ => return None,
    })
}

fn cpu_quota(show: &Show<'_>) -> Lines {
    match show.value(CPU_QUOTA) {
        Some(Value::Amount(Amount::Share(permyriad))) => {
            one(format_usec(u64::from(*permyriad).saturating_mul(100), 1))
        }
        _ => one("infinity"),
    }
}

fn tasks_max(show: &Show<'_>) -> Lines {
    let default = || {
        let text = match show.unit.name.unit_type() {
            UnitType::Slice => "infinity",
            _ => show.manager("DefaultTasksMax").unwrap_or("15%"),
        };
        show.parse(TASKS_MAX.directive(), text)
    };
    let value = show.value(TASKS_MAX).cloned().or_else(default)?;
    let Value::Amount(amount) = value else { return None };
    let whole = match amount {
        Amount::Share(_) => show.context.machine.tasks?,
        _ => 0,
    };
    match amount.of(whole) {
        u64::MAX => one("infinity"),
        tasks => one(tasks.to_string()),
    }
}

/// Ranges; of those for the start of the machine older versions print the bits, as hexadecimal
/// bytes.
fn cpus(show: &Show<'_>, id: Id, name: &str) -> Lines {
    let effective = resource::effective_cpus(show.values(id));
    let Some(resource::EffectiveCpus::Set(set)) = effective else { return Some(Vec::new()) };
    if !name.starts_with("Startup") {
        return one(exec_ranges(&set));
    }
    let last = set.ranges().last().map_or(0, |range| range.1);
    let words = last / 64 + 1;
    let bytes = (0..words.saturating_mul(8)).map(|byte| {
        let bits =
            (0..8_u16).filter(|bit| set.contains(byte.saturating_mul(8).saturating_add(*bit)));
        format!("{:02x}", bits.fold(0_u8, |all, bit| all | 1 << bit))
    });
    one(bytes.collect::<String>())
}

/// Ranges with spaces between.
pub(super) fn exec_ranges(set: &crate::values::CpuSet) -> String {
    let ranges = set.ranges().iter().map(|(low, high)| match low == high {
        true => low.to_string(),
        false => format!("{low}-{high}"),
    });
    ranges.collect::<Vec<_>>().join(" ")
}

/// The last figure of each device; unlimited ones are left out.
fn device_limits(show: &Show<'_>, id: Id) -> Vec<String> {
    let mut devices: Vec<(&str, &str)> = Vec::new();
    for value in show.values(id) {
        let Value::Pairs(pairs) = value else { continue };
        for (device, figure) in pairs {
            match devices.iter_mut().find(|(known, _)| *known == &**device) {
                Some(known) => known.1 = figure,
                None => devices.push((device, figure)),
            }
        }
    }
    let is_latency = id.name() == "IODeviceLatencyTargetSec";
    let figure = |figure: &str| match is_latency {
        true => parse_usec(figure, 1_000_000)
            .map_or_else(|_| figure.to_owned(), |usec| format_usec(usec, 1)),
        false => figure.to_owned(),
    };
    let limited = devices.into_iter().filter(|(_, figure)| *figure != "infinity");
    limited.map(|(device, limit)| format!("{device} {}", figure(limit))).collect()
}

/// What is written, and what other settings need where devices are restricted at all.
fn device_allow(show: &Show<'_>) -> Vec<String> {
    let mut all: Vec<(&str, String)> = Vec::new();
    let mut add = |device, access: &str| {
        all.retain(|(known, _)| *known != device);
        all.push((device, access.to_owned()));
    };
    for value in show.values(DEVICE_ALLOW) {
        let Value::Pairs(pairs) = value else { continue };
        for (device, access) in pairs {
            let access = if access.is_empty() { "rwm" } else { access };
            let has = |letter: &&char| access.contains(**letter);
            let access: String = ['r', 'w', 'm'].iter().filter(has).collect();
            add(device, &access);
        }
    }
    let policy = special(show, "DevicePolicy").flatten();
    let is_auto = policy.is_some_and(|lines| lines == ["auto"]);
    if !is_auto || show.has(DEVICE_ALLOW) {
        if show.has(ROOT_IMAGE) || show.has(MOUNT_IMAGES) {
            add("/dev/loop-control", "rw");
            add("/dev/mapper/control", "rw");
            add("block-loop", "rwm");
            add("block-blkext", "rwm");
            add("block-device-mapper", "rwm");
        }
        if show.flag(PROTECT_CLOCK) {
            add("char-rtc", "r");
        }
        if show.has(ENCRYPTED) {
            add("/dev/tpmrm0", "rw");
        }
    }
    all.into_iter().rev().map(|(device, access)| format!("{device} {access}")).collect()
}

pub(super) fn delegation(show: &Show<'_>, id: Id) -> Delegation {
    resource::delegation(show.values(id))
}

/// The controllers of `Delegate=`, in systemd's order.
pub(super) fn delegated(show: &Show<'_>) -> Lines {
    let found = delegation(show, DELEGATE);
    if !found.delegate {
        return Some(Vec::new());
    }
    one(text::join(in_order(|name| found.controllers.contains(name))))
}

fn in_order(is_in: impl Fn(&str) -> bool) -> Vec<&'static str> {
    resource::CONTROLLERS.iter().copied().filter(|name| is_in(name)).collect()
}

fn disabled(show: &Show<'_>) -> Lines {
    let names: Vec<&str> = show
        .values(DISABLED)
        .flat_map(|value| match value {
            Value::List(names) => &**names,
            _ => &[],
        })
        .map(|name| &**name)
        .collect();
    one(text::join(in_order(|name| names.contains(&name))))
}

fn slice(show: &Show<'_>) -> Lines {
    let node = show.node?;
    let slice = show.graph.neighbours(node, Dependency::InSlice).next();
    one(slice.map_or("", |slice| show.graph.name(slice)))
}

/// Prefixes, words resolved.
fn addresses(show: &Show<'_>, id: Id) -> Lines {
    let mut prefixes: Vec<String> = Vec::new();
    for value in show.values(id) {
        let Value::List(words) = value else { continue };
        for prefix in words.iter().flat_map(|word| resource::prefixes(word)) {
            let prefix = prefix.to_string();
            if !prefixes.contains(&prefix) {
                prefixes.push(prefix);
            }
        }
    }
    one(prefixes.join(" "))
}

/// Family, protocol and ports, the last rule first. No colon stands behind the protocol, which systemd forgets.
fn socket_bind(show: &Show<'_>, id: Id) -> Vec<String> {
    let words = show.values(id).flat_map(|value| match value {
        Value::List(words) => &**words,
        _ => &[],
    });
    let mut lines: Vec<String> = words
        .map(|word| match word.rsplit_once(':') {
            Some((front, ports)) if front.ends_with("tcp") || front.ends_with("udp") => {
                format!("{front}{ports}")
            }
            _ if word.ends_with("tcp") || word.ends_with("udp") => format!("{word}any"),
            None if word.starts_with("ipv") => format!("{word}:any"),
            _ => word.to_string(),
        })
        .collect();
    lines.reverse();
    lines
}

fn interfaces(show: &Show<'_>) -> Lines {
    let Some(found) = effective::network_interfaces(show.values(INTERFACES)) else {
        return Some(Vec::new());
    };
    let names: Vec<&str> = found.words.into_iter().collect();
    Some(vec![format!("{}{}", if found.allow { "" } else { "~" }, names.join(" "))])
}
