//! What daemons' own configurations leave open.

use super::common::{finding, is_exposed, listeners, row, socket_words};
use crate::finding::{Confidence, Evidence, Finding, Severity};
use crate::rules::{Case, Need, Rule};
use crate::snapshot::{ConfigOption, Listener};

pub(super) const RULES: &[Rule] = &[row(
    "service-open",
    "A database, or another service that executes what it is sent, that other machines can reach without a password.",
    &[Need::Listeners],
    "Databases that answer everybody are found within minutes of being put on a network. The socket is judged as it \
         is now, the password by the configuration. A firewall may still be before it; it is not asked.",
    &["ss(8)"],
    open,
)];

/// A service that must not be reached without a password.
struct Door {
    daemon: &'static str,
    /// Names of its processes.
    processes: &'static [&'static str],
    /// The option without which it is open; `None` where the doors' function says it is shut.
    open_by: fn(&Options<'_, '_>) -> Option<Reason>,
    /// What whoever comes can do.
    power: &'static str,
    /// What to do, in words and commands.
    fix: (&'static str, &'static [&'static str]),
}

/// Why a door is open.
struct Reason {
    text: &'static str,
    evidence: Option<Evidence>,
}

pub(super) struct Options<'c, 's> {
    pub(super) case: &'c Case<'s>,
    pub(super) daemon: &'static str,
}

impl<'s> Options<'_, 's> {
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &'s ConfigOption> + use<'s> {
        let daemon = self.daemon;
        self.case.service.audit.options.iter().filter(move |option| option.daemon == daemon)
    }

    fn last(&self, key: &str) -> Option<&'s ConfigOption> {
        self.all().rev().find(|option| option.key == key)
    }

    pub(super) fn is(&self, key: &str, values: &[&str]) -> Option<&'s ConfigOption> {
        let option = self.last(key)?;
        values.iter().any(|value| option.value.eq_ignore_ascii_case(value)).then_some(option)
    }

    /// Its configuration was read at all.
    fn is_known(&self) -> bool {
        self.all().next().is_some()
    }
}

pub(super) fn shown(option: &ConfigOption) -> Evidence {
    let text = format!("{} {}", option.key, option.value);
    match option.place.path.is_empty() {
        true => Evidence::manager("command line", text),
        false => Evidence::place(&option.place, text),
    }
}

const DOORS: &[Door] = &[
    Door {
        daemon: "redis",
        processes: &["redis-server", "valkey-server", "keydb-server"],
        open_by: |options| {
            let unprotected = options.is("protected-mode", &["no"])?;
            let has_password = ["requirepass", "aclfile"]
                .iter()
                .any(|key| options.last(key).is_some_and(|option| !option.value.is_empty()))
                || options.all().any(|option| {
                    option.key == "user"
                        && option.value.starts_with("default")
                        && !option.value.contains("nopass")
                });
            (!has_password).then(|| Reason {
                text: "its protected mode is off and it has no password",
                evidence: Some(shown(unprotected)),
            })
        },
        power: "reads and changes its data, and can have it write files as its user",
        fix: (
            "bind it to loopback, or give it a password (requirepass) and switch protected mode on",
            &["redis-cli CONFIG SET protected-mode yes"],
        ),
    },
    Door {
        daemon: "memcached",
        processes: &["memcached"],
        open_by: |options| {
            let has_sasl = options.all().any(|option| {
                matches!(option.key.as_str(), "-S" | "--enable-sasl" | "-Y" | "--auth-file")
            });
            (!has_sasl).then_some(Reason { text: "it asks nobody for a password", evidence: None })
        },
        power: "reads and changes what it holds, and can use it to flood others",
        fix: ("bind it to loopback: -l 127.0.0.1", &[]),
    },
    Door {
        daemon: "mongodb",
        processes: &["mongod", "mongos"],
        open_by: |options| match options.last("security.authorization") {
            Some(option) if option.value.eq_ignore_ascii_case("enabled") => None,
            Some(option) => {
                Some(Reason { text: "its authorization is off", evidence: Some(shown(option)) })
            }
            None if options.is_known() => Some(Reason {
                text: "its authorization is off, as it is unless switched on",
                evidence: None,
            }),
            None => None,
        },
        power: "reads and changes its data",
        fix: ("bind it to loopback (net.bindIp), or set security.authorization: enabled", &[]),
    },
    Door {
        daemon: "elasticsearch",
        processes: &["elasticsearch", "opensearch"],
        open_by: |options| {
            let off = options
                .is("xpack.security.enabled", &["false"])
                .or_else(|| options.is("plugins.security.disabled", &["true"]))?;
            Some(Reason { text: "its security is switched off", evidence: Some(shown(off)) })
        },
        power: "reads and changes its data",
        fix: ("set network.host to loopback, or switch its security on", &[]),
    },
    Door {
        daemon: "postgresql",
        processes: &["postgres", "postmaster"],
        open_by: |options| {
            let trust = options.all().find(|option| {
                option.key.starts_with("host") && is_trust_for_others(&option.value)
            })?;
            Some(Reason {
                text: "pg_hba.conf trusts other machines without a password",
                evidence: Some(shown(trust)),
            })
        },
        power: "is whichever user of the database it says it is",
        fix: (
            "use scram-sha-256 in the place of trust, then reload",
            &["daemonctl reload postgresql"],
        ),
    },
    Door {
        daemon: "mysql",
        processes: &["mariadbd", "mysqld"],
        open_by: |options| {
            let off = options.all().find(|option| {
                option.key == "skip-grant-tables"
                    && !matches!(option.value.as_str(), "0" | "off" | "OFF" | "false")
            })?;
            Some(Reason {
                text: "skip-grant-tables lets everybody in as root",
                evidence: Some(shown(off)),
            })
        },
        power: "is root of the database",
        fix: ("remove skip-grant-tables and restart", &["daemonctl restart mariadb"]),
    },
    Door {
        daemon: "docker",
        processes: &["dockerd"],
        open_by: |options| {
            let has_tls = options.all().any(|option| {
                option.key.trim_start_matches('-').starts_with("tlsverify")
                    && option.value != "false"
            });
            (!has_tls)
                .then_some(Reason { text: "it asks nobody for a certificate", evidence: None })
        },
        power: "is root of this machine",
        fix: ("take tcp:// from its hosts, or set tlsverify with certificates", &[]),
    },
    Door {
        daemon: "php-fpm",
        processes: &["php-fpm", "php-fpm7.4", "php-fpm8.2", "php-fpm8.3", "php-fpm8.4"],
        open_by: |options| {
            let is_limited = options
                .last("listen.allowed_clients")
                .is_some_and(|option| !option.value.is_empty() && option.value != "any");
            (!is_limited).then_some(Reason {
                text: "it answers every client",
                evidence: options.last("listen").map(shown),
            })
        },
        power: "executes any PHP code as its user",
        fix: ("listen on a Unix socket or on loopback", &[]),
    },
];

/// `all all 0.0.0.0/0 trust`, but not for loopback.
pub(super) fn is_trust_for_others(value: &str) -> bool {
    let mut words = value.split_whitespace().rev();
    let method = words.find(|word| !word.contains('='));
    let address = value.split_whitespace().nth(2).unwrap_or_default();
    method == Some("trust")
        && !address.starts_with("127.")
        && !address.starts_with("::1")
        && !matches!(address, "samehost" | "localhost" | "")
}

fn door_of(case: &Case<'_>) -> Option<&'static Door> {
    let has = |name: &str| {
        case.service.processes.iter().any(|process| {
            let program = process.program.known().and_then(|path| path.rsplit('/').next());
            process.name == name || program == Some(name)
        })
    };
    DOORS.iter().find(|door| {
        door.processes.iter().any(|name| has(name))
            || case.service.audit.options.iter().any(|option| option.daemon == door.daemon)
    })
}

fn open(case: &Case<'_>, out: &mut Vec<Finding>) {
    let Some(door) = door_of(case) else { return };
    let options = Options { case, daemon: door.daemon };
    let Some(reason) = (door.open_by)(&options) else { return };
    let exposed: Vec<&Listener> = listeners(case).filter(|listener| is_exposed(listener)).collect();
    let Some(first) = exposed.first() else { return };
    let mut found = finding(case, "service-open", socket_words(first), Severity::Error)
        .sure(Confidence::Likely)
        .says(
            format!("{} is open to other machines without a password", door.daemon),
            format!(
                "It listens on {} and {}: whoever reaches that port {}.",
                socket_words(first),
                reason.text,
                door.power
            ),
        )
        .proof_if(reason.evidence);
    for listener in exposed.iter().take(4) {
        let pid = listener.holders.first().map_or(0, |holder| holder.pid);
        found = found.proof(Evidence::process(pid, "fd", socket_words(listener)));
    }
    out.push(found.fix(door.fix.0, door.fix.1.iter().copied()));
}
