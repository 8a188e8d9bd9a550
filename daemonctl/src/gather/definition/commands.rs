//! Commands of a unit, with what variables stand for where that is known.

use std::collections::HashMap;

use insight::snapshot::{Command, CommandRole};
use unit::specifier::assignments;
use unit::table::{Group, Id};
use unit::values::Value;
use unit::values::command::{CommandLine, Privilege};
use unit::{Files as _, Unit};

use crate::unit_tree::UnitTree;

const ENVIRONMENT: Id = Id::of(Group::Exec, "Environment");
const ENVIRONMENT_FILE: Id = Id::of(Group::Exec, "EnvironmentFile");

/// When commands are run, in that order.
const ROLES: [(&str, CommandRole); 7] = [
    ("ExecCondition", CommandRole::Condition),
    ("ExecStartPre", CommandRole::Before),
    ("ExecStart", CommandRole::Main),
    ("ExecStartPost", CommandRole::After),
    ("ExecReload", CommandRole::Reload),
    ("ExecStop", CommandRole::Stop),
    ("ExecStopPost", CommandRole::AfterStop),
];

/// Where a program without a path is looked for (systemd.service(5), COMMAND LINES).
const PROGRAM_FOLDERS: [&str; 6] =
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The commands of a unit.
pub(super) fn of(tree: &UnitTree, unit: &Unit) -> Vec<Command> {
    let variables = variables(tree, unit);
    let mut all = Vec::new();
    for (name, role) in ROLES {
        for setting in unit.settings.settings().iter().filter(|s| s.id.name() == name) {
            let Value::Command(command) = &setting.value else { continue };
            for line in command.lines() {
                let place = super::place(unit, setting);
                all.push(Command { place, ..of_line(tree, name, role, line, &variables) });
            }
        }
    }
    all
}

fn of_line(
    tree: &UnitTree,
    key: &str,
    role: CommandRole,
    line: &CommandLine,
    variables: &HashMap<String, String>,
) -> Command {
    let words = line.expand(|name| variables.get(name).map(String::as_str));
    Command {
        role,
        key: key.to_owned(),
        program: program(tree, &line.path),
        arguments: words.into_iter().skip(1).collect(),
        ignores_failure: line.prefixes.ignores_failure,
        privileged: line.prefixes.privilege != Privilege::Normal,
        place: insight::snapshot::Place::default(),
    }
}

/// The path of a program that may be named without one.
fn program(tree: &UnitTree, name: &str) -> String {
    if name.contains('/') {
        return name.to_owned();
    }
    let found = PROGRAM_FOLDERS.iter().map(|folder| format!("{folder}/{name}")).find(|path| {
        matches!(tree.disk.kind(path), Ok(files::Kind::Executable | files::Kind::File))
    });
    found.unwrap_or_else(|| name.to_owned())
}

/// What the unit itself sets, and what its environment files do: these win.
fn variables(tree: &UnitTree, unit: &Unit) -> HashMap<String, String> {
    let mut variables = HashMap::new();
    for setting in unit.settings.all(ENVIRONMENT) {
        match &setting.value {
            Value::Pairs(pairs) => {
                variables.extend(pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())));
            }
            Value::List(list) => variables.extend(list.iter().filter_map(|word| {
                word.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()))
            })),
            _ => {}
        }
    }
    for (path, _) in unit.settings.texts(ENVIRONMENT_FILE) {
        let Ok(content) = tree.disk.read(path.trim_start_matches('-')) else { continue };
        let text = String::from_utf8_lossy(&content.bytes).into_owned();
        variables.extend(assignments(&text).map(|(key, value)| (key.to_owned(), value)));
    }
    variables
}
