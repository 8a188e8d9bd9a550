//! PostgreSQL: `postgres -C` reads the whole configuration, prints one setting of it, and starts nothing.

use insight::snapshot::Account;

use super::plan::{Plan, locate};
use super::subject::{Subject, base};
use crate::gather::lookups;

/// Where Debian keeps clusters: `VERSION/NAME`.
const CLUSTERS: &str = "/etc/postgresql";
const CLUSTERS_MAX: usize = 16;

/// A test for each cluster that the service starts.
pub fn plans(subject: &Subject<'_>) -> Vec<Plan> {
    let clusters = clusters(subject);
    if !clusters.is_empty() {
        return clusters.iter().map(|(version, name)| of_cluster(version, name, subject)).collect();
    }
    plain(subject).into_iter().collect()
}

/// Debian's clusters: the one that the service names, else all that start by themselves.
fn clusters(subject: &Subject<'_>) -> Vec<(String, String)> {
    let is_there = |cluster: &(String, String)| {
        subject.exists(&format!("{CLUSTERS}/{}/{}", cluster.0, cluster.1))
    };
    let commands = subject.commands();
    let words = commands.iter().flat_map(|command| &command.arguments).map(String::as_str);
    let mut named = subject.instance().into_iter().chain(words).filter_map(|word| {
        let (version, name) = word.split_once('-').filter(|(version, _)| !version.is_empty())?;
        Some((version.to_owned(), name.to_owned()))
    });
    if let Some(cluster) = named.find(is_there) {
        return vec![cluster];
    }
    let mut all = Vec::new();
    for version in subject.resolver.list(CLUSTERS).unwrap_or_default() {
        for name in subject.resolver.list(&format!("{CLUSTERS}/{version}")).unwrap_or_default() {
            let start = format!("{CLUSTERS}/{version}/{name}/start.conf");
            let lines = lookups::lines(subject.resolver, &start).unwrap_or_default();
            let is_by_hand = lines.iter().any(|line| matches!(line.trim(), "manual" | "disabled"));
            if !is_by_hand && all.len() < CLUSTERS_MAX {
                all.push((version.clone(), name));
            }
        }
    }
    all.sort_unstable();
    all
}

fn of_cluster(version: &str, name: &str, subject: &Subject<'_>) -> Plan {
    let config = format!("{CLUSTERS}/{version}/{name}/postgresql.conf");
    let lines = lookups::lines(subject.resolver, &config).unwrap_or_default();
    let data = setting(&lines, "data_directory")
        .unwrap_or_else(|| format!("/var/lib/postgresql/{version}/{name}"));
    let path = format!("/usr/lib/postgresql/{version}/bin/postgres");
    let program = locate(&path, subject.resolver);
    let arguments = ["-D", &data, "-C", "data_directory", "-c", &format!("config_file={config}")];
    Plan {
        missing: program.is_none(),
        program: program.unwrap_or(path),
        arguments: arguments.map(str::to_owned).to_vec(),
        files: vec![config.clone()],
        settings: vec![config, format!("{CLUSTERS}/{version}/{name}/conf.d/")],
        user: Some(owner(subject, &[&data, &format!("{CLUSTERS}/{version}/{name}")])),
    }
}

/// Everybody else's: `postgres -D DATA`, or `PGDATA`.
fn plain(subject: &Subject<'_>) -> Option<Plan> {
    let commands = subject.commands();
    let mut after = commands.iter().flat_map(|command| {
        let mut words = command.arguments.iter();
        words.find(|word| *word == "-D").and_then(|_| words.next()).cloned()
    });
    let given = after.next().filter(|data| data.starts_with('/'));
    let data = given.or_else(|| subject.variable("PGDATA"))?;
    let own = commands.iter().find(|command| base(&command.program) == "postgres");
    let own = own.and_then(|command| locate(&command.program, subject.resolver));
    let program = own.or_else(|| locate("postgres", subject.resolver));
    let config = format!("{data}/postgresql.conf");
    Some(Plan {
        missing: program.is_none(),
        program: program.unwrap_or_else(|| "postgres".to_owned()),
        arguments: ["-D", &data, "-C", "data_directory"].map(str::to_owned).to_vec(),
        files: vec![config.clone()],
        user: Some(owner(subject, &[&data])),
        settings: vec![config],
    })
}

/// Who the server runs as: the owner of its data, as pg_ctlcluster(1) has it. It does not run as root.
fn owner(subject: &Subject<'_>, paths: &[&str]) -> Account {
    if let Ok(user) = subject.user()
        && user.uid != 0
    {
        return user;
    }
    let owners = paths.iter().filter_map(|path| {
        subject.resolver.look(path).fact.target().map(|entry| entry.uid.to_string())
    });
    let names = owners.filter(|uid| uid != "0").chain(["postgres".to_owned()]);
    let accounts = lookups::Accounts::read(subject.resolver, true);
    names
        .filter_map(|name| accounts.user(&name).known().cloned())
        .next()
        .unwrap_or_else(super::subject::root)
}

/// The last value of a setting.
fn setting(lines: &[String], key: &str) -> Option<String> {
    lines.iter().rev().find_map(|line| {
        let rest = line.trim_start().strip_prefix(key)?;
        let value = rest.trim_start().trim_start_matches('=').trim_start();
        let is_key = rest.starts_with([' ', '\t', '=']);
        let value = match value.strip_prefix('\'') {
            Some(quoted) => quoted.split('\'').next()?,
            None => value.split(['#', ' ', '\t']).next()?,
        };
        (is_key && !value.is_empty()).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::setting;

    #[test]
    fn settings_as_postgres_reads_them() {
        let lines =
            ["#data_directory = 'x'", "data_directory = '/a b'  # note", "data_directory_mode=7"]
                .map(str::to_owned);
        assert_eq!(setting(&lines, "data_directory").as_deref(), Some("/a b"));
        assert_eq!(
            setting(&["data_directory /x #".to_owned()], "data_directory").as_deref(),
            Some("/x")
        );
        assert_eq!(setting(&[], "data_directory"), None);
    }
}
