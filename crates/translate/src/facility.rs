//! What services depend on that is no service: the network, file systems, the clock. Each language
//! has names of its own for them.

use crate::System;

/// A row: LSB's name, systemd's units (the first is written), OpenRC's names (the first is written).
struct Row {
    lsb: &'static str,
    units: &'static [&'static str],
    openrc: &'static [&'static str],
}

const fn row(
    lsb: &'static str,
    units: &'static [&'static str],
    openrc: &'static [&'static str],
) -> Row {
    Row { lsb, units, openrc }
}

/// systemd's own generator for init scripts maps LSB's names in the same way.
const ROWS: [Row; 9] = [
    row("$network", &["network-online.target"], &["net"]),
    // "The network is managed", which is less than "it is up": LSB has one name for both.
    row("$net", &["network.target", "network-pre.target"], &["net"]),
    row("$local_fs", &["local-fs.target", "local-fs-pre.target"], &["localmount"]),
    row("$remote_fs", &["remote-fs.target", "nfs-client.target"], &["netmount"]),
    row("$syslog", &["syslog.target", "syslog.socket", "syslog.service"], &["logger"]),
    row("$named", &["nss-lookup.target"], &["dns"]),
    row("$portmap", &["rpcbind.target"], &["rpcbind", "portmap"]),
    row("$time", &["time-sync.target", "time-set.target"], &["ntp-client"]),
    row("$dbus", &["dbus.service", "dbus.socket"], &["dbus"]),
];

/// Targets that every service of systemd comes after: nothing is lost with them.
const IMPLIED_UNITS: [&str; 8] = [
    "basic.target",
    "sysinit.target",
    "sockets.target",
    "paths.target",
    "timers.target",
    "slices.target",
    "systemd-journald.socket",
    "-.slice",
];

/// Services of OpenRC's `boot` and `sysinit` that everything comes after.
const IMPLIED_OPENRC: [&str; 6] = ["bootmisc", "modules", "hostname", "dev", "procfs", "sysfs"];

/// Debian's scripts of the early boot: elsewhere everything comes after what they do.
const IMPLIED_LSB: [&str; 14] = [
    "mountkernfs",
    "mountdevsubfs",
    "mountall",
    "mountall-bootclean",
    "checkroot",
    "checkfs",
    "bootmisc",
    "hostname",
    "kmod",
    "hwclock",
    "umountnfs",
    "umountfs",
    "sendsigs",
    "urandom",
];

/// What a name of a language means.
pub(crate) enum Meaning {
    /// A facility of [`ROWS`], or a service without suffix.
    Name(String),
    /// Nothing that needs saying.
    Implied,
    /// Something that only that language has.
    Foreign,
}

/// What a unit's name means.
pub(crate) fn of_unit(unit: &str) -> Meaning {
    if let Some(row) = ROWS.iter().find(|row| row.units.contains(&unit)) {
        return Meaning::Name(row.lsb.to_owned());
    }
    if IMPLIED_UNITS.contains(&unit) {
        return Meaning::Implied;
    }
    match unit.strip_suffix(".service") {
        Some(name) if !name.starts_with("systemd-") => Meaning::Name(name.to_owned()),
        _ => Meaning::Foreign,
    }
}

/// What a name of OpenRC's `depend()` means.
pub(crate) fn of_openrc(name: &str) -> Meaning {
    match ROWS.iter().find(|row| row.openrc.contains(&name)) {
        Some(row) => Meaning::Name(row.lsb.to_owned()),
        None if name == "*" => Meaning::Foreign,
        None if IMPLIED_OPENRC.contains(&name) => Meaning::Implied,
        None => Meaning::Name(name.to_owned()),
    }
}

/// What a name of an LSB header means.
pub(crate) fn of_lsb(name: &str) -> Meaning {
    match name {
        "$all" => Meaning::Foreign,
        "dbus" => Meaning::Name("$dbus".to_owned()),
        name if IMPLIED_LSB.contains(&name.trim_end_matches(".sh")) => Meaning::Implied,
        name => Meaning::Name(name.to_owned()),
    }
}

/// How a facility or service is called in a language; `None`: it has no such thing, or always
/// has it.
pub(crate) fn name_in(system: System, name: &str) -> Option<String> {
    let row = ROWS.iter().find(|row| row.lsb == name);
    match (system, row) {
        // The journal takes the lines of whoever starts first; local file systems come before all.
        (System::Systemd, _) if name == "$syslog" || name == "$local_fs" => None,
        (System::Systemd, Some(row)) => row.units.first().map(|unit| (*unit).to_owned()),
        (System::OpenRc, Some(row)) => row.openrc.first().map(|name| (*name).to_owned()),
        (System::SysV, Some(row)) => Some(match row.lsb {
            "$net" => "$network".to_owned(),
            "$dbus" => "dbus".to_owned(),
            lsb => lsb.to_owned(),
        }),
        (System::Systemd, None) if name.starts_with('$') => None,
        (System::Systemd, None) => Some(format!("{name}.service")),
        (System::OpenRc, None) => Some(name.trim_start_matches('$').to_owned()),
        (System::SysV, None) => Some(name.to_owned()),
    }
}
