//! What was seen, the drop-in, and how to apply it.

mod json;

use std::collections::BTreeSet;

use insight::proposal::{Address, Observation, drop_in};
use present::glance;
use present::text::clean;

pub use json::json;

use super::{Seen, Wish};
use crate::commands::audit::drop_in_file;
use crate::commands::audit::fix::FILE_NAME;
use crate::commands::audit::subject::Subject;
use crate::context::Context;
use crate::failure::Failure;

/// So many paths of a kind are shown.
const PATHS_SHOWN: usize = 12;

/// Prints it for people.
pub fn text(
    context: &Context,
    subject: &Subject<'_>,
    seen: &Seen,
    wish: &Wish,
) -> Result<(), Failure> {
    Ok(context.print(&whole(context, subject, seen, wish))?)
}

fn text_of_drop_in(subject: &Subject<'_>, seen: &Seen) -> String {
    drop_in(&seen.observation.heading(&subject.name), &seen.proposal.settings)
}

fn whole(context: &Context, subject: &Subject<'_>, seen: &Seen, wish: &Wish) -> String {
    let layout = context.layout();
    let mut out = String::new();
    let of_what = if seen.observation.start_seen {
        "from its start to its stop"
    } else {
        "at work, not from its start"
    };
    let title = format!(
        "{}: observed for {:.0} s {of_what}, {} {}",
        clean(subject.name.as_bytes()),
        seen.observation.seconds,
        seen.processes,
        if seen.processes == 1 { "process" } else { "processes" }
    );
    glance::heading(&title, &layout.theme, &mut out);
    let mut block = glance::Block::new();
    for (label, text) in rows(&seen.observation) {
        block = block.row(label, &clean(text.as_bytes()));
    }
    block.render(&layout, &mut out);
    if !seen.proposal.left_out.is_empty() {
        glance::heading("Not closed, and why", &layout.theme, &mut out);
        let mut block = glance::Block::new();
        for (key, why) in &seen.proposal.left_out {
            block = block.row(key, &clean(why.as_bytes()));
        }
        block.render(&layout, &mut out);
    }
    if wish.fix.is_some() && subject.is_unit() {
        // The drop-in is shown by what puts it in place.
    } else if subject.is_unit() && seen.proposal.settings.is_empty() {
        // A note says why there is none.
    } else if subject.is_unit() {
        unit(context, subject, seen, wish, &mut out);
    } else {
        script(subject, &seen.observation, &layout.theme, &mut out);
    }
    let proposal = &seen.proposal;
    for note in seen.notes.iter().chain(&proposal.assumed).chain(&proposal.warnings) {
        out.push_str(&format!("note: {}\n", clean(note.as_bytes())));
    }
    out
}

fn unit(context: &Context, subject: &Subject<'_>, seen: &Seen, wish: &Wish, out: &mut String) {
    let theme = context.layout().theme;
    glance::heading("Drop-in that would not have disturbed it", &theme, out);
    for line in text_of_drop_in(subject, seen).lines() {
        out.push_str(&format!("  {}\n", clean(line.as_bytes())));
    }
    if let Some((before, after)) = subject.figures(&seen.proposal.settings) {
        let arrow = if theme.unicode { "→" } else { "->" };
        out.push_str(&format!("\nExposure (systemd-analyze security): {before} {arrow} {after}\n"));
    }
    if wish.fix.is_none() {
        let path = drop_in_file::path(drop_in_file::PERMANENT, &subject.name, FILE_NAME);
        let restart = if wish.restart { " --restart" } else { "" };
        let seconds = wish.duration.as_secs().max(1);
        let name = clean(subject.name.as_bytes());
        out.push_str(&format!(
            "To apply it, checked and taken back if {name} does not bear it:\n  \
             daemonctl audit --observe {seconds}s{restart} --fix {name}\nor by hand: write it to {}, then\n  \
             systemctl daemon-reload && systemctl restart {name}\n",
            clean(path.to_string_lossy().as_bytes())
        ));
    }
}

/// What can be done where there are no unit files.
fn script(subject: &Subject<'_>, seen: &Observation, theme: &present::Theme, out: &mut String) {
    glance::heading("What can be done", theme, out);
    let name = clean(subject.name.as_bytes()).into_owned();
    let needed: Vec<&str> = seen.capabilities.keys().map(String::as_str).collect();
    let lines = match subject.manager.kind() {
        host::ManagerKind::OpenRc => {
            let list: Vec<String> = needed.iter().map(|name| format!("^{}", name.to_ascii_lowercase())).collect();
            let mut lines = vec![
                format!("in /etc/conf.d/{name} (openrc-run(8)):"),
                "  no_new_privs=\"yes\"".to_owned(),
            ];
            if !list.is_empty() && !seen.uids.contains(&0) {
                lines.push(format!("  capabilities=\"{}\"", list.join(",")));
            }
            if seen.uids.len() == 1 && seen.uids.contains(&0) && needed.is_empty() {
                lines.push("  command_user=\"an account of its own\": no call needed root".to_owned());
            }
            lines
        }
        _ if needed.is_empty() && seen.uids.contains(&0) => {
            vec!["no call needed root: have the script start it as an account of its own (start-stop-daemon --chuid)".to_owned()]
        }
        _ => vec![
            "init scripts have no sandbox; setpriv(1) in front of the program takes capabilities away:".to_owned(),
            format!(
                "  setpriv --bounding-set -all{} --no-new-privs PROGRAM",
                needed.iter().map(|name| format!(",+{}", name.trim_start_matches("CAP_").to_ascii_lowercase())).collect::<String>()
            ),
        ],
    };
    for line in lines {
        out.push_str(&format!("  {line}\n"));
    }
}

/// What was used, a row a kind.
fn rows(seen: &Observation) -> Vec<(&'static str, String)> {
    let made: u64 = seen
        .calls
        .values()
        .map(|call| call.worked.saturating_add(call.failed.values().sum()))
        .sum();
    let mut rows =
        vec![("system calls", format!("{} different, made {made} times", seen.calls.len()))];
    let mut add = |label, list: Vec<String>| {
        if !list.is_empty() {
            rows.push((label, list.join(", ")));
        }
    };
    add("architectures", seen.foreign_architectures.iter().cloned().collect());
    add("capabilities", seen.capabilities.iter().map(with_evidence).collect());
    add("users", seen.uids.iter().map(|uid| format!("uid {uid}")).collect());
    add("sockets", seen.families.iter().map(|(name, why)| format!("{name} ({why})")).collect());
    add("bound", some(seen.bound.iter().map(address)));
    add("peers", some(seen.peers.iter().map(address)));
    add(
        "written",
        some(seen.files.iter().filter(|(_, file)| file.is_write()).map(|(path, _)| path.clone())),
    );
    add(
        "devices",
        some(
            seen.files
                .iter()
                .filter(|(_, file)| file.device.is_some())
                .map(|(path, _)| path.clone()),
        ),
    );
    let homes = ["/home", "/root", "/run/user"];
    add(
        "homes",
        some(homes.iter().flat_map(|home| seen.below(home)).map(|(path, _)| path.to_owned())),
    );
    add(
        "temporary",
        some(
            ["/tmp", "/var/tmp"]
                .iter()
                .flat_map(|above| seen.below(above))
                .map(|(path, _)| path.to_owned()),
        ),
    );
    add(
        "programs",
        some(seen.programs.iter().map(|program| match program.gains_privileges {
            true => format!("{} (takes other rights)", program.path),
            false => program.path.clone(),
        })),
    );
    add(
        "besides",
        seen.facts.iter().map(|(fact, why)| format!("{} ({})", words(*fact), few(why))).collect(),
    );
    rows
}

fn with_evidence((name, why): (&String, &BTreeSet<String>)) -> String {
    format!("{name} ({})", why.iter().next().map_or("", String::as_str))
}

fn few(why: &BTreeSet<String>) -> String {
    why.iter().take(2).cloned().collect::<Vec<_>>().join(", ")
}

fn some(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut list: Vec<String> = all.collect();
    list.dedup();
    if list.len() > PATHS_SHOWN {
        let more = list.len().saturating_sub(PATHS_SHOWN);
        list.truncate(PATHS_SHOWN);
        list.push(format!("and {more} more"));
    }
    list
}

fn address(address: &Address) -> String {
    match address {
        Address::Ip(ip) => ip.to_string(),
        Address::Path(path) => path.clone(),
        Address::Abstract(name) => format!("@{name}"),
        Address::Other(other) => other.clone(),
    }
}

/// A fact in a few words, and as a key of JSON with underscores.
fn words(fact: insight::proposal::Fact) -> &'static str {
    use insight::proposal::Fact;
    match fact {
        Fact::WritableCode => "memory written and run",
        Fact::Personality => "another execution domain",
        Fact::Realtime => "real-time scheduling",
        Fact::SetIdFile => "set-user-ID or set-group-ID files",
        Fact::Namespace => "namespaces",
        Fact::Clock => "the clock",
        Fact::Hostname => "the host name",
        Fact::Module => "kernel modules",
        Fact::KernelLog => "the kernel log",
        Fact::Mount => "mounts",
        Fact::OthersProc => "other services' processes in /proc",
        Fact::ProcBeside => "the rest of /proc",
        Fact::Keyring => "keyrings",
        Fact::Ipc => "System V and POSIX IPC",
        Fact::Audit => "the kernel's audit",
        Fact::Login => "logins of people",
    }
}
