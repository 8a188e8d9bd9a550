//! Options of daemons' configurations that let somebody in who should not be.

use super::common::{finding, row};
use super::daemons::{Options, is_trust_for_others, shown};
use crate::finding::{Confidence, Finding, Severity};
use crate::rules::{Case, Need, Rule};
use crate::snapshot::ConfigOption;

pub(super) const RULES: &[Rule] = &[row(
    "weak-config",
    "An option of a daemon's configuration that lets somebody in who should not be.",
    &[Need::Paths],
    "Options that are known to open a daemon: empty passwords, root's login by password, trust without a password, \
         switched off authentication.",
    &["sshd_config(5)"],
    weak,
)];

/// An option that opens a daemon.
struct Weak {
    daemon: &'static str,
    key: &'static str,
    is_bad: fn(&str, &Options<'_, '_>) -> bool,
    severity: Severity,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
}

const fn option(
    daemon: &'static str,
    key: &'static str,
    is_bad: fn(&str, &Options<'_, '_>) -> bool,
    severity: Severity,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
) -> Weak {
    Weak { daemon, key, is_bad, severity, title, why, fix }
}

fn yes(value: &str, _: &Options<'_, '_>) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "yes" | "on" | "true" | "1")
}

const OPTIONS: &[Weak] = &[
    option(
        "sshd",
        "permitemptypasswords",
        yes,
        Severity::Error,
        "sshd lets accounts without a password in",
        "whoever knows the name of an account without a password logs in as it",
        "set PermitEmptyPasswords no",
    ),
    option(
        "sshd",
        "permitrootlogin",
        |value, options| {
            value.eq_ignore_ascii_case("yes")
                && options.is("passwordauthentication", &["no"]).is_none()
        },
        Severity::Warning,
        "root can log in with a password",
        "root's password can be guessed from the network",
        "set PermitRootLogin prohibit-password",
    ),
    option(
        "postgresql",
        "local",
        |value, _| value.split_whitespace().last() == Some("trust"),
        Severity::Error,
        "every local user is any user of the database",
        "pg_hba.conf trusts every local connection to be whom it says",
        "use peer or scram-sha-256 in the place of trust",
    ),
    option(
        "postgresql",
        "host",
        |value, _| {
            value.split_whitespace().rfind(|word| !word.contains('=')) == Some("trust")
                && !is_trust_for_others(value)
        },
        Severity::Error,
        "every local user is any user of the database",
        "pg_hba.conf trusts every connection from this machine to be whom it says",
        "use scram-sha-256 in the place of trust",
    ),
    option(
        "mysql",
        "skip-grant-tables",
        |value, _| !matches!(value, "0" | "off" | "OFF" | "false"),
        Severity::Error,
        "everybody is root of the database",
        "the tables of rights are not read",
        "remove skip-grant-tables and restart",
    ),
    option(
        "vsftpd",
        "anon_upload_enable",
        |value, options| yes(value, options) && options.is("anonymous_enable", &["yes"]).is_some(),
        Severity::Warning,
        "everybody may upload files",
        "anonymous users may write",
        "set anon_upload_enable=NO",
    ),
    option(
        "snmpd",
        "rwcommunity",
        |_, _| true,
        Severity::Warning,
        "SNMP lets a shared word change the machine",
        "the community's name goes over the network in the clear and allows writing",
        "use SNMPv3 users",
    ),
    option(
        "exports",
        "export",
        |value, _| value.contains("no_root_squash") && value.contains('*'),
        Severity::Warning,
        "root of every machine is root on an export",
        "no_root_squash to every client",
        "name the clients, or use root_squash",
    ),
    option(
        "squid",
        "http_access",
        |value, _| value.trim() == "allow all",
        Severity::Warning,
        "the proxy serves everybody",
        "http_access allow all lets every client use it",
        "allow your networks alone",
    ),
];

fn weak(case: &Case<'_>, out: &mut Vec<Finding>) {
    for row in OPTIONS {
        let options = Options { case, daemon: row.daemon };
        // sshd takes the first of several lines, the others the last; each line of access lists counts.
        let is_list = matches!(row.daemon, "postgresql" | "exports" | "squid" | "snmpd");
        let mut of_key = options.all().filter(|option| option.key == row.key);
        let bad = match (is_list, row.daemon) {
            (true, _) => of_key.find(|option| (row.is_bad)(&option.value, &options)),
            (false, "sshd") => of_key.next().filter(|option| (row.is_bad)(&option.value, &options)),
            (false, _) => of_key.next_back().filter(|option| (row.is_bad)(&option.value, &options)),
        };
        let Some(bad) = bad else { continue };
        let subject = format!("{} {}", row.daemon, row.key);
        out.push(
            finding(case, "weak-config", subject, row.severity)
                .sure(Confidence::Likely)
                .says(row.title, format!("{}: {}.", place_words(bad), row.why))
                .proof(shown(bad))
                .fix(row.fix, [super::common::restart(case)]),
        );
    }
}

fn place_words(option: &ConfigOption) -> String {
    match option.place.path.is_empty() {
        true => "the command line".to_owned(),
        false => format!("{}:{}", option.place.path, option.place.line),
    }
}
