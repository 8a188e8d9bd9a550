//! The links that start a script at boot: read by ourselves, changed by their own tools only.

use std::path::Path;

use launch::Helper;

use crate::links::{Links, changes, snapshot};
use crate::script::Source;
use crate::tool::{Attempt, End, Tools, signal_words};
use crate::{Done, Refusal, RefusalKind, Request, Verb};

/// A tool that keeps the links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeper {
    /// Debian's update-rc.d(8).
    UpdateRcD,
    /// Red Hat's chkconfig(8).
    Chkconfig,
    /// insserv(8), where nothing stands before it.
    Insserv,
}

const KEEPERS: [(Keeper, &str); 3] = [
    (Keeper::UpdateRcD, "update-rc.d"),
    (Keeper::Chkconfig, "chkconfig"),
    (Keeper::Insserv, "insserv"),
];

/// Enables or disables.
pub(super) fn change(
    root: &Path,
    tools: &Tools,
    source: &Source,
    request: &Request<'_>,
    attempt: &mut Attempt<'_>,
) -> Result<Done, Refusal> {
    let name = source.script.name.as_str();
    let enable = request.verb == Verb::Enable;
    let before = links(root, name);
    if is_so(enable, &before, source, request.runlevels) {
        return Ok(Done { nothing_to_do: true, ..Done::default() });
    }
    let Some((keeper, tool)) =
        KEEPERS.iter().find_map(|(keeper, tool)| Some((*keeper, tools.find(tool)?)))
    else {
        return Err(no_tool(name, enable));
    };
    let commands = commands(keeper, name, enable, &before, request.runlevels)?;
    for args in commands {
        let helper = args.iter().fold(tools.helper(tool.clone()), Helper::arg);
        let end = attempt.run(helper, "changing links")?;
        if end != End::Exit(0) {
            return Err(failed(&tool, &args, end, attempt));
        }
    }
    let after = links(root, name);
    let changes = changes(&before, &after);
    if !is_so(enable, &after, source, request.runlevels) {
        return Err(not_so(&tool, enable, source, attempt));
    }
    let notes = std::mem::take(&mut attempt.notes);
    Ok(Done { changes, notes, output: std::mem::take(&mut attempt.output), ..Done::default() })
}

/// The links to a script, in all runlevels: `/etc/rc2.d/S01nginx`.
fn links(root: &Path, name: &str) -> Links {
    let levels = ["S", "0", "1", "2", "3", "4", "5", "6"].into_iter();
    let folders =
        levels.flat_map(|level| [format!("etc/rc{level}.d"), format!("etc/rc.d/rc{level}.d")]);
    snapshot(root, folders, |link| split(link).is_some_and(|(_, script)| script == name))
}

/// `S01nginx`: whether it starts, and what.
fn split(link: &str) -> Option<(bool, &str)> {
    let starts = link.starts_with('S');
    let rest = link.strip_prefix(['S', 'K'])?;
    Some((starts, rest.trim_start_matches(|c: char| c.is_ascii_digit())))
}

/// The runlevels with a start link.
fn started_in(links: &Links) -> Vec<String> {
    let mut levels: Vec<String> = links
        .keys()
        .filter_map(|link| {
            let (starts, _) = split(link.file_name()?.to_str()?)?;
            let folder = link.parent()?.file_name()?.to_str()?;
            let level = folder.strip_prefix("rc")?.strip_suffix(".d")?;
            (starts && level != "0" && level != "6").then(|| level.to_owned())
        })
        .collect();
    levels.dedup();
    levels
}

/// It is as it is wanted, in the runlevels that were asked for or, without, in those that the
/// script's own header means.
fn is_so(enable: bool, links: &Links, source: &Source, asked: &[String]) -> bool {
    let started = started_in(links);
    let wanted = if asked.is_empty() { &source.header.default_start[..] } else { asked };
    let is_started = |level: &String| started.contains(level);
    match (enable, wanted.is_empty() || (!enable && asked.is_empty())) {
        (true, true) => !started.is_empty(),
        (true, false) => wanted.iter().all(is_started),
        (false, true) => started.is_empty(),
        (false, false) => !wanted.iter().any(is_started),
    }
}

/// What the tool is called with, one call after the other.
fn commands(
    keeper: Keeper,
    name: &str,
    enable: bool,
    links: &Links,
    levels: &[String],
) -> Result<Vec<Vec<String>>, Refusal> {
    let line = |words: &[&str], more: &[String]| {
        let words = words.iter().map(|word| (*word).to_owned());
        words.chain(more.iter().cloned()).collect::<Vec<String>>()
    };
    let mut lines = Vec::new();
    match keeper {
        Keeper::UpdateRcD => {
            // Links are made by defaults; enable and disable turn those that are there.
            if links.is_empty() {
                lines.push(line(&[name, "defaults"], &[]));
            }
            lines.push(line(&[name, if enable { "enable" } else { "disable" }], levels));
        }
        Keeper::Chkconfig => {
            if enable && links.is_empty() {
                lines.push(line(&["--add", name], &[]));
            }
            let levels = levels.concat();
            let state = if enable { "on" } else { "off" };
            lines.push(match levels.is_empty() {
                true => line(&[name, state], &[]),
                false => line(&["--level", &levels, name, state], &[]),
            });
        }
        Keeper::Insserv if !levels.is_empty() => {
            return Err(Refusal::new(
                RefusalKind::NotSupported,
                "insserv takes the runlevels from the script's Default-Start line",
            )
            .hint("write them there, or leave out --runlevel"));
        }
        Keeper::Insserv if enable => lines.push(line(&[name], &[])),
        Keeper::Insserv => lines.push(line(&["-r", name], &[])),
    }
    Ok(lines)
}

fn no_tool(name: &str, enable: bool) -> Refusal {
    let message = "none of the tools that keep the links of the runlevels is installed: \
                   update-rc.d, chkconfig, insserv";
    let state = if enable { "enable" } else { "disable" };
    Refusal::new(RefusalKind::NotSupported, message).hint(format!(
        "install one (Debian: init-system-helpers; others: chkconfig) and run daemonctl {state} \
         {name} again"
    ))
}

fn failed(tool: &Path, args: &[String], end: End, attempt: &mut Attempt<'_>) -> Refusal {
    let call = format!("{} {}", tool.display(), args.join(" "));
    let (kind, message) = match end {
        End::Exit(code) => (RefusalKind::Failed, format!("{call} ended with status {code}")),
        End::Signal(signal) => {
            (RefusalKind::Failed, format!("{call} was ended by {}", signal_words(signal)))
        }
        End::TimedOut => (RefusalKind::TimedOut, format!("{call} did not end in time")),
    };
    let mut refusal = attempt.refusal(Refusal::new(kind, message));
    refusal.exit_status = end.code();
    refusal
}

/// The tool said success, and the links are not what was asked for.
fn not_so(tool: &Path, enable: bool, source: &Source, attempt: &mut Attempt<'_>) -> Refusal {
    let tool = tool.display();
    let path = source.script.path.display();
    if enable && source.header.default_start.is_empty() {
        let message = format!("{tool} made no start link: {path} names no runlevel to start it in");
        return attempt
            .refusal(Refusal::new(RefusalKind::Refused, message))
            .hint("write a Default-Start line into its header (# Default-Start: 2 3 4 5)");
    }
    let state = if enable { "is still not started at boot" } else { "is still started at boot" };
    attempt
        .refusal(Refusal::new(RefusalKind::Failed, format!("{tool} said success, but it {state}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(keeper: Keeper, enable: bool, has_links: bool, levels: &[&str]) -> Vec<String> {
        let mut links = Links::new();
        if has_links {
            links.insert("/etc/rc2.d/K01x".into(), "../init.d/x".into());
        }
        let levels: Vec<String> = levels.iter().map(|l| (*l).to_owned()).collect();
        let lines = commands(keeper, "x", enable, &links, &levels).unwrap_or_default();
        lines.iter().map(|line| line.join(" ")).collect()
    }

    #[test]
    fn each_tool_is_called_as_it_wants() {
        assert_eq!(lines(Keeper::UpdateRcD, true, false, &[]), ["x defaults", "x enable"]);
        assert_eq!(lines(Keeper::UpdateRcD, true, true, &["2", "3"]), ["x enable 2 3"]);
        assert_eq!(lines(Keeper::UpdateRcD, false, true, &[]), ["x disable"]);
        assert_eq!(lines(Keeper::Chkconfig, true, false, &[]), ["--add x", "x on"]);
        assert_eq!(lines(Keeper::Chkconfig, false, true, &["3", "5"]), ["--level 35 x off"]);
        assert_eq!(lines(Keeper::Insserv, false, true, &[]), ["-r x"]);
        assert!(commands(Keeper::Insserv, "x", true, &Links::new(), &["2".into()]).is_err());
    }

    #[test]
    fn links_are_told_apart() {
        assert_eq!(split("S01nginx"), Some((true, "nginx")));
        assert_eq!(split("K99a-b"), Some((false, "a-b")));
        assert_eq!(split("README"), None);
        let mut links = Links::new();
        for link in
            ["/etc/rc2.d/S01x", "/etc/rc.d/rc3.d/S01x", "/etc/rc0.d/S01x", "/etc/rc4.d/K01x"]
        {
            links.insert(link.into(), "../init.d/x".into());
        }
        assert_eq!(started_in(&links), ["3", "2"]);
    }
}
