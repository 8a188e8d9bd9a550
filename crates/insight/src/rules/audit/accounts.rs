//! Whose account it runs as.

use super::common::{finding, is_machines, row, user_name, users};
use crate::finding::{Evidence, Finding, Severity, shell};
use crate::rules::{Case, Need, Rule};
use crate::snapshot::{NOBODY, Seen};

pub(super) const RULES: &[Rule] = &[
    row(
        "runs-as-nobody",
        "A service that runs as nobody.",
        &[Need::Processes],
        "nobody stands for users that are not known (of a network file system, of a container). Services that share it can \
         signal and trace each other and read each other's files.",
        &["systemd.exec(5)"],
        nobody,
    ),
    row(
        "shared-account",
        "An account that several services run as.",
        &[Need::Processes],
        "Who breaks into one of them can signal, trace and change the others, and read what is theirs.",
        &["systemd.exec(5)"],
        shared,
    ),
    row(
        "account-can-log-in",
        "The account of a service that has a password and a shell.",
        &[Need::Processes],
        "Accounts of services need neither: whoever guesses the password is the service.",
        &["passwd(5)", "nologin(8)"],
        log_in,
    ),
];

fn nobody(case: &Case<'_>, out: &mut Vec<Finding>) {
    let process = case.service.processes.iter().find(|process| process.uids[1] == NOBODY);
    let Some(process) = process.filter(|_| is_machines(case)) else { return };
    // Some drop to nobody in a jail of their own, as the last thing that they do.
    let is_main = Some(process.pid) == case.service.main_pid;
    let severity = if is_main { Severity::Warning } else { Severity::Info };
    out.push(
        finding(case, "runs-as-nobody", "nobody", severity)
            .says(
                format!("{} runs as nobody", process.name),
                format!(
                    "Process {} runs as nobody, an account that belongs to no service.",
                    process.pid
                ),
            )
            .proof(Evidence::process(process.pid, "status", format!("Uid: {NOBODY}")))
            .fix("give it an account of its own, or DynamicUser=yes", Vec::<String>::new()),
    );
}

/// Instances and parts of one service: `postgresql@15-main.service`, `postgresql.service`.
fn stem(name: &str) -> &str {
    let name = name.strip_suffix(".service").unwrap_or(name);
    name.split('@').next().unwrap_or(name)
}

fn shared(case: &Case<'_>, out: &mut Vec<Finding>) {
    if !is_machines(case) {
        return;
    }
    let own = stem(&case.service.name);
    let others: Vec<&str> = case
        .service
        .audit
        .same_user
        .iter()
        .map(String::as_str)
        .filter(|name| {
            let other = stem(name);
            !other.starts_with(own) && !own.starts_with(other)
        })
        .collect();
    let Some(uid) = users(case).into_iter().find(|uid| *uid != NOBODY) else { return };
    let Some(first) = others.first() else { return };
    let who = user_name(case, uid);
    let process = case.service.processes.iter().find(|process| process.uids[1] == uid);
    let shown: Vec<&str> = others.iter().take(4).copied().collect();
    out.push(
        finding(case, "shared-account", who.clone(), Severity::Info)
            .says(
                format!(
                    "it shares the account {who} with {first}{}",
                    if others.len() > 1 { " and others" } else { "" }
                ),
                format!("{} run as {who} too: who breaks into one has them all.", shown.join(", ")),
            )
            .proof(Evidence::process(
                process.map_or(0, |process| process.pid),
                "status",
                format!("Uid: {uid}"),
            ))
            .fix(
                "give each an account of its own, unless they are parts of one thing",
                Vec::<String>::new(),
            ),
    );
}

fn log_in(case: &Case<'_>, out: &mut Vec<Finding>) {
    if !is_machines(case) {
        return;
    }
    for uid in users(case) {
        let Some(account) = case.snapshot.accounts.user(uid) else { continue };
        if account.is_person() || !account.has_shell || account.has_password != Seen::Known(true) {
            continue;
        }
        let name = shell(&account.name);
        out.push(
            finding(case, "account-can-log-in", account.name.clone(), Severity::Warning)
                .says(
                    format!("{} can log in with a password", account.name),
                    format!(
                        "The account {} of this service has a password and the shell {}.",
                        account.name, account.shell
                    ),
                )
                .proof(Evidence::path(
                    "/etc/shadow",
                    format!("{} has a password (not shown)", account.name),
                ))
                .fix("lock the password", [format!("passwd -l {name}")])
                .fix("or take its shell", [format!("usermod -s /usr/sbin/nologin {name}")]),
        );
    }
}
