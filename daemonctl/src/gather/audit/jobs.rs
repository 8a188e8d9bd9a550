//! What cron runs for root: its tables, the scripts of its folders, and the programs that these name.

use insight::snapshot::{AuditFile, FileKind, FileRole, Place};

use super::read::Reader;

/// Tables that have a column for the user.
const TABLES: &[&str] = &["/etc/crontab", "/etc/cron.d/*", "/etc/anacrontab"];
/// Folders of scripts that are run as root.
const FOLDERS: &[&str] = &[
    "/etc/cron.hourly/*",
    "/etc/cron.daily/*",
    "/etc/cron.weekly/*",
    "/etc/cron.monthly/*",
    "/etc/periodic/*/*",
];
/// root's own tables.
const ROOTS: &[&str] =
    &["/var/spool/cron/crontabs/root", "/var/spool/cron/root", "/etc/crontabs/root"];

/// Whether a program runs jobs.
pub fn is_cron(names: &[String]) -> bool {
    names
        .iter()
        .any(|name| matches!(name.as_str(), "cron" | "crond" | "anacron" | "fcron" | "bcron"))
}

/// The files behind root's jobs.
pub fn files(reader: &mut Reader<'_>) -> Vec<AuditFile> {
    let mut found = Vec::new();
    let mut add = |path: String, place: Option<Place>| {
        found.push(AuditFile { path, role: FileRole::Job, place, by_root: true });
    };
    let tables: Vec<String> = TABLES.iter().flat_map(|pattern| reader.matching(pattern)).collect();
    let own = ROOTS.iter().filter(|path| reader.kind(path) == Some(FileKind::File));
    let own: Vec<String> = own.map(|path| (*path).to_owned()).collect();
    for (table, has_user) in
        tables.into_iter().map(|path| (path, true)).chain(own.into_iter().map(|path| (path, false)))
    {
        let text = reader.text(&table).unwrap_or_default();
        for (line, number) in text.lines().zip(1_u32..) {
            if let Some(program) = program_of(line, has_user) {
                add(program.to_owned(), Some(Place { path: table.clone(), line: number }));
            }
        }
        add(table, None);
    }
    for script in FOLDERS.iter().flat_map(|pattern| reader.matching(pattern)) {
        add(script, None);
    }
    found
}

/// The program that a line of a table runs as root, if it is named by its path.
fn program_of(line: &str, has_user: bool) -> Option<&str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let mut words = line.split_whitespace();
    let first = words.next()?;
    if !first.starts_with(['@', '*']) && !first.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut rest = words.skip(if first.starts_with('@') { 0 } else { 4 });
    if has_user && rest.next()? != "root" {
        return None;
    }
    // `test -x /usr/sbin/anacron || …` tests what it then runs.
    rest.map(|word| word.trim_matches(['"', '\'', ';', '(', ')'])).find(|word| {
        word.starts_with('/')
            && !word.starts_with("/dev/")
            && !word.starts_with("/bin/sh")
            && *word != "/"
    })
}

#[cfg(test)]
mod tests {
    use super::program_of;

    #[test]
    fn programs_of_roots_jobs_are_found() {
        assert_eq!(
            program_of("*/5 * * * * root /usr/local/bin/x --all", true),
            Some("/usr/local/bin/x")
        );
        assert_eq!(program_of("@daily /opt/backup.sh", false), Some("/opt/backup.sh"));
        assert_eq!(
            program_of("17 * * * * root cd / && run-parts --report /etc/cron.hourly", true),
            Some("/etc/cron.hourly")
        );
        assert_eq!(program_of("* * * * * alice /home/alice/x", true), None);
        assert_eq!(program_of("SHELL=/bin/sh", true), None);
    }
}
