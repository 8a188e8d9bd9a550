//! Data directories that were never made.

use super::common::{base_name, restart};
use super::files::{begin, looked_up, written_at};
use crate::finding::{Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::PathUse;

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "database-not-initialized",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Start,
    looks_for: "A data directory of PostgreSQL or MariaDB that is there and holds no database.",
    needs: &[Need::Definition, Need::Paths],
    about: "The data directory was never made, another one is named than the one that was, or the file system with the \
            data is not mounted on it. Many init scripts end without a word then.",
    read_more: &["initdb(1)", "mariadb-install-db(1)"],
    check: not_made,
}];

/// How a daemon is called, what lies in its data directory, and what makes one.
const DAEMONS: [(&[&str], &str, &str); 2] = [
    (&["postgres", "pg_ctl"], "PG_VERSION", "pg_lsclusters"),
    (&["mysqld", "mariadb", "mysql"], "mysql", "mariadb-install-db --user=mysql --datadir="),
];

fn not_made(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if !case.is_broken() {
        return;
    }
    let commands = case.definition().map(|d| d.commands.as_slice()).unwrap_or_default();
    let is_called = |name: &str| {
        commands.iter().any(|command| base_name(&command.program).starts_with(name))
            || case.service.name.starts_with(name)
    };
    let daemon = DAEMONS.iter().find(|(names, ..)| names.iter().any(|name| is_called(name)));
    let Some((_, marker, make)) = daemon else { return };
    for (path, fact) in looked_up(case) {
        let directory = path.path.trim_end_matches('/');
        let inside = format!("{directory}/{marker}");
        let is_empty = fact.target().is_some()
            && case.path(&inside).is_some_and(|fact| fact.missing().is_some());
        if path.purpose != PathUse::DataDirectory || !is_empty {
            continue;
        }
        let name = &case.service.name;
        let command = match make.strip_suffix('=') {
            Some(start) => format!("{start}={}", shell(directory)),
            None => (*make).to_owned(),
        };
        let finding = begin(case, "database-not-initialized", path)
            .says(
                format!("{directory} holds no database"),
                format!(
                    "{name} keeps its data in {directory} ({}), and there is no {inside}",
                    written_at(path)
                ),
            )
            .proof(Evidence::path(inside.as_str(), "does not exist"))
            .fix(
                "see whether its file system is mounted, and where the data are",
                [
                    format!("findmnt -T {}", shell(directory)),
                    format!("ls -la {}", shell(directory)),
                ],
            )
            .fix("if it is new, make it", [command, restart(case)]);
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use crate::snapshot::{ConfigPath, FileKind, PathUse};

    #[test]
    fn a_data_directory_without_a_database() {
        let mut snapshot = failed();
        let directory = "/var/lib/mysql";
        service(&mut snapshot).config_paths.push(ConfigPath {
            path: directory.into(),
            purpose: PathUse::DataDirectory,
            key: "datadir".into(),
            place: None,
            user: None,
        });
        put(&mut snapshot, directory, FileKind::Directory, 0o755, 33);
        lacks(&mut snapshot, "/var/lib/mysql/mysql", "/var/lib/mysql/mysql");
        // Of another daemon that says nothing.
        none(&snapshot, "database-not-initialized");
        definition(&mut snapshot).commands[0].program = "/usr/sbin/mariadbd".into();
        let finding = one(&snapshot, "database-not-initialized");
        assert_eq!(finding.title, "/var/lib/mysql holds no database");
        put(&mut snapshot, "/var/lib/mysql/mysql", FileKind::Directory, 0o700, 33);
        none(&snapshot, "database-not-initialized");
    }
}
