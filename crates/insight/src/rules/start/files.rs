//! Files and directories that a configuration or a command line names, and that are missing.

use super::common::{
    base_name, has_own_root, is_system, parent, refusal, refusal_evidence, restart, script,
};
use crate::access::{self, Kind, Refusal, Want, Who, sandbox};
use crate::finding::{Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{ConfigPath, ManagedDirectory, PathFact, PathUse, Place, State};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "directory-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A directory below /run, /var or elsewhere that the configuration needs and that does not exist.",
        needs: &[Need::Definition, Need::Paths],
        about: "Directories below /run are gone after each boot: RuntimeDirectory=, tmpfiles.d(5) or the init script \
                must make them. Those of logs and data get lost when /var is cleaned up or restored.",
        read_more: &["systemd.exec(5)", "tmpfiles.d(5)"],
        check: directories,
    },
    Rule {
        name: "file-missing",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A file that the configuration or the command line names and that does not exist.",
        needs: &[Need::Definition, Need::Paths],
        about: "Certificates, keys, included files, the configuration itself, the script that an interpreter runs.",
        read_more: &["open(2)"],
        check: files,
    },
];

/// As whom a path of the configuration is used.
pub(super) fn who(case: &Case<'_>, path: &ConfigPath) -> Option<Who> {
    match &path.user {
        Some(name) => access::account(&case.snapshot.lookups, name),
        None => access::service_account(case.service, &case.snapshot.lookups),
    }
}

/// The paths of the configuration whose facts were looked up, those that the manager makes itself left out.
pub(super) fn looked_up<'s>(case: &Case<'s>) -> Vec<(&'s ConfigPath, &'s PathFact)> {
    // What is switched off was never set up, and misses nothing.
    if case.definition().is_some_and(has_own_root) || is_switched_off(case) {
        return Vec::new();
    }
    let all = case.service.config_paths.iter();
    all.filter_map(|path| Some((path, case.path(&path.path)?))).collect()
}

fn is_switched_off(case: &Case<'_>) -> bool {
    case.service.state == State::Stopped && case.service.switched_off().is_some()
}

/// The manager or its script makes it at each start.
pub(super) fn is_made(case: &Case<'_>, path: &str) -> bool {
    let Some(definition) = case.definition() else { return false };
    // A script's variable that nobody knows leaves no path, or one that is everybody's.
    let is_own = |made: &&ManagedDirectory| !made.path.is_empty() && !is_system(&made.path);
    let mut own = definition.directories.iter().filter(is_own);
    own.any(|made| sandbox::is_below(path, &made.path)) || is_made_by_script(case, path)
}

/// An init script that makes directories, and names this one or makes that of its pid file.
fn is_made_by_script(case: &Case<'_>, path: &str) -> bool {
    let lines = script(case).and_then(|script| case.snapshot.lookups.texts.get(script));
    let Some(lines) = lines.filter(|_| sandbox::is_below(path, "/run")) else { return false };
    let makes = |line: &&String| {
        let words = ["mkdir", "install -", "checkpath", "tmpfiles"];
        !line.trim_start().starts_with('#') && words.iter().any(|word| line.contains(word))
    };
    let pid_file = case.definition().and_then(|definition| definition.pid_file.as_ref());
    let is_pid_files = pid_file.is_some_and(|(file, _)| parent(file) == Some(path));
    lines.iter().any(|line| makes(&line))
        && (is_pid_files || lines.iter().any(|line| line.contains(path)))
}

pub(super) fn written_at(path: &ConfigPath) -> String {
    match &path.place {
        Some(place) if place.line > 0 => format!("{} in {}:{}", path.key, place.path, place.line),
        Some(place) => format!("{} in {}", path.key, place.path),
        None => path.key.clone(),
    }
}

pub(super) fn begin(case: &Case<'_>, rule: &'static str, path: &ConfigPath) -> Finding {
    let text = format!("{} {}", path.key, path.path);
    let place = path.place.as_ref().map(|place| Evidence::place(place, text));
    case.finding(rule, path.path.as_str()).proof_if(place)
}

fn make_directory(who: Option<&Who>, path: &str) -> String {
    match who {
        Some(who) if who.uid != 0 => {
            format!("install -d -o {} {}", shell(&who.name), shell(path))
        }
        _ => format!("install -d {}", shell(path)),
    }
}

fn directories(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let mut said: Vec<String> = Vec::new();
    for (path, fact) in looked_up(case) {
        let directory = match path.purpose {
            PathUse::Directory | PathUse::DataDirectory => path.path.as_str(),
            PathUse::Write => parent(&path.path).unwrap_or("/"),
            PathUse::Read | PathUse::ReadSecret => continue,
        };
        let Some(missing) = fact.missing().map(|step| step.path.clone()) else { continue };
        let is_file_itself = path.purpose == PathUse::Write
            && missing.trim_end_matches('/') != directory
            && !sandbox::is_below(directory, &missing);
        if is_file_itself || is_made(case, directory) || said.iter().any(|known| known == directory)
        {
            continue;
        }
        said.push(directory.to_owned());
        let mut finding = missing_directory(case, path, directory, &missing);
        finding.subject = directory.to_owned();
        findings.push(finding);
    }
    pid_directory(case, findings, &said);
}

fn missing_directory(
    case: &Case<'_>,
    path: &ConfigPath,
    directory: &str,
    missing: &str,
) -> Finding {
    let who = who(case, path);
    let sentence = format!(
        "{} needs the directory {directory} ({}), and {missing} does not exist",
        case.service.name,
        written_at(path)
    );
    begin(case, "directory-missing", path)
        .says(format!("directory {directory} does not exist"), sentence)
        .proof(Evidence::path(missing, "does not exist"))
        .fix("make it", [make_directory(who.as_ref(), directory), restart(case)])
}

/// The directory of PIDFile= of a daemon that must write it.
fn pid_directory(case: &Case<'_>, findings: &mut Vec<Finding>, said: &[String]) {
    let Some((path, place)) = case.definition().and_then(|d| d.pid_file.as_ref()) else { return };
    let Some(directory) = parent(path) else { return };
    let Some(fact) = case.path(directory).filter(|fact| fact.path == directory) else { return };
    let is_known = said.iter().any(|known| known == directory);
    if fact.missing().is_none() || is_known || is_made(case, directory) {
        return;
    }
    let who = access::service_account(case.service, &case.snapshot.lookups);
    let sentence = format!(
        "{} writes its pid to {path}, and the directory {directory} does not exist",
        case.service.name
    );
    let finding = case
        .finding("directory-missing", directory)
        .says(format!("directory {directory} does not exist"), sentence)
        .proof(Evidence::place(place, format!("PIDFile={path}")))
        .proof(Evidence::path(directory, "does not exist"))
        .fix("make it", [make_directory(who.as_ref(), directory), restart(case)]);
    findings.push(finding);
}

fn files(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for (path, fact) in looked_up(case) {
        if !matches!(path.purpose, PathUse::Read | PathUse::ReadSecret) {
            continue;
        }
        let Some(refusal) = refusal(case, &Who::root(), Want::Read, fact) else { continue };
        if !is_absence(&refusal) {
            continue;
        }
        let sentence = format!(
            "{} reads {} ({}), and {}",
            case.service.name,
            path.path,
            written_at(path),
            refusal.why
        );
        let finding = begin(case, "file-missing", path)
            .says(title_of_absence(&path.path, &refusal), sentence)
            .proof(refusal_evidence(case, &refusal));
        findings.push(suggest(case, finding, &path.path));
    }
    if !is_switched_off(case) {
        by_arguments(case, findings);
    }
}

pub(super) fn is_absence(refusal: &Refusal) -> bool {
    matches!(refusal.kind, Kind::Missing | Kind::Dangling | Kind::NotDirectory | Kind::Loop)
}

fn title_of_absence(path: &str, refusal: &Refusal) -> String {
    match refusal.kind {
        Kind::Dangling => format!("{path} is a link that leads nowhere"),
        Kind::Loop => format!("{path} is a circle of links"),
        _ => format!("file {path} does not exist"),
    }
}

fn suggest(case: &Case<'_>, finding: Finding, path: &str) -> Finding {
    let near = case.snapshot.lookups.near.get(path).and_then(|near| near.first());
    match near {
        Some(near) => {
            let mut finding =
                finding.fix(format!("name {near} instead, or put the file there"), [restart(case)]);
            finding.sentence.push_str(&format!("; there is {near}"));
            finding
        }
        None => finding.fix(
            "put the file there, or name the right one",
            [format!("ls -l {}", shell(parent(path).unwrap_or("/"))), restart(case)],
        ),
    }
}

/// Options whose value is a file that is read.
const INPUTS: [&str; 16] = [
    "-c",
    "-f",
    "--config",
    "--conf",
    "--config-file",
    "--configfile",
    "--config.file",
    "--file",
    "-jar",
    "--defaults-file",
    "--conf-file",
    "-config",
    "-conf",
    "--configuration",
    "--settings",
    "--env-file",
];

/// Programs whose first argument that is no option is a script.
const SCRIPTED: [&str; 11] =
    ["python", "perl", "ruby", "node", "php", "sh", "bash", "dash", "lua", "deno", "Rscript"];

/// Files of the main command's arguments that are read: `-c /etc/x.conf`, the script of an interpreter.
fn by_arguments(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(definition) = case.definition().filter(|definition| !has_own_root(definition)) else {
        return;
    };
    let Some(command) = definition.main_command() else { return };
    let name = base_name(&command.program);
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let is_shell_command = command.arguments.first().is_some_and(|word| word.starts_with("-c"));
    let takes_script = SCRIPTED.contains(&bare) && !is_shell_command;
    let mut previous: Option<&str> = None;
    for (at, argument) in command.arguments.iter().enumerate() {
        let is_first_word =
            takes_script && command.arguments.iter().take(at).all(|word| word.starts_with('-'));
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) if option.starts_with('-') => (Some(option), value),
            _ => (previous, argument.as_str()),
        };
        let is_input = option.is_some_and(|option| INPUTS.contains(&option));
        previous = Some(argument.as_str());
        let is_script = is_first_word && argument.starts_with('/');
        if !value.starts_with('/') || !(is_input || is_script) {
            continue;
        }
        let is_known = case.service.config_paths.iter().any(|path| path.path == value);
        let Some(fact) = case.path(value).filter(|_| !is_known) else { continue };
        if let Some(refusal) = refusal(case, &Who::root(), Want::Read, fact).filter(is_absence) {
            findings.push(argument_missing(case, value, &command.place, &refusal));
        }
    }
}

fn argument_missing(case: &Case<'_>, path: &str, place: &Place, refusal: &Refusal) -> Finding {
    let sentence =
        format!("the command line of {} names {path}, and {}", case.service.name, refusal.why);
    let finding = case
        .finding("file-missing", path)
        .says(title_of_absence(path, refusal), sentence)
        .proof(Evidence::place(place, format!("its command line names {path}")))
        .proof(refusal_evidence(case, refusal));
    suggest(case, finding, path)
}

#[cfg(test)]
mod tests;
