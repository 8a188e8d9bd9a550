//! What daemons call themselves in syslog, where that is neither their service's name nor their program's.

/// Services (or programs), and the identifiers of their lines.
const NAMES: &[(&[&str], &[&str])] = &[
    (
        &["mariadb", "mysql", "mysqld", "mariadbd", "mysqld_safe", "mariadbd-safe"],
        &["mysqld", "mariadbd", "mysqld_safe", "mariadbd-safe", "mariadb", "mysql"],
    ),
    (&["ssh", "sshd"], &["sshd"]),
    (&["cron", "crond"], &["cron", "CRON", "crond", "CROND"]),
    (&["rsyslog"], &["rsyslogd"]),
    (&["postgresql", "postgres"], &["postgres", "postgresql"]),
    (&["apache2", "httpd"], &["apache2", "apachectl", "httpd"]),
    (&["bind9", "named"], &["named"]),
    (&["chrony", "chronyd"], &["chronyd"]),
    (&["ntp", "ntpsec"], &["ntpd"]),
    (&["isc-dhcp-server", "dhcpd"], &["dhcpd"]),
    (&["dbus"], &["dbus-daemon"]),
    (&["nfs-kernel-server"], &["rpc.mountd", "rpc.nfsd", "mountd"]),
    (&["snmpd"], &["snmpd"]),
    (&["redis-server", "redis"], &["redis-server", "redis"]),
];

/// Adds what a service of that name, or one with these programs, calls itself.
pub fn add(name: &str, identifiers: &mut Vec<String>) {
    let stem = name.strip_suffix(".service").unwrap_or(name);
    let stem = stem.split('@').next().unwrap_or(stem);
    let is_meant = |known: &str| known == stem || identifiers.iter().any(|own| own == known);
    let rows = NAMES.iter().filter(|(services, _)| services.iter().any(|known| is_meant(known)));
    let more: Vec<&str> = rows.flat_map(|(_, names)| names.iter().copied()).collect();
    for name in more {
        if !identifiers.iter().any(|own| own == name) {
            identifiers.push(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_databases_lines_are_its_own() {
        let mut names = Vec::new();
        add("mariadb", &mut names);
        assert!(names.iter().any(|name| name == "mysqld"));
        let mut names = vec!["mysqld_safe".to_owned()];
        add("db.service", &mut names);
        assert!(names.iter().any(|name| name == "mariadbd"));
        let mut names = vec!["shop".to_owned()];
        add("shop", &mut names);
        assert_eq!(names, ["shop"]);
    }
}
