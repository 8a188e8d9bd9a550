//! Which language a file is in.

/// A language that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// A unit file: `.service` or `.timer`.
    Systemd,
    /// An OpenRC service script.
    OpenRc,
    /// An init script with LSB's or chkconfig's header.
    Lsb,
    /// supervisord.conf.
    Supervisord,
    /// A Procfile.
    Procfile,
    /// A user's crontab: five fields and a command.
    Crontab,
    /// The system's crontab and /etc/cron.d: a user stands before the command.
    SystemCrontab,
}

impl Format {
    /// All of them, with the word for each.
    pub const ALL: [(Format, &'static str); 7] = [
        (Format::Systemd, "systemd"),
        (Format::OpenRc, "openrc"),
        (Format::Lsb, "sysv"),
        (Format::Supervisord, "supervisord"),
        (Format::Procfile, "procfile"),
        (Format::Crontab, "crontab"),
        (Format::SystemCrontab, "system-crontab"),
    ];

    /// The stable word for people and programs.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }
}

/// How much of a file is looked at.
const HEAD: usize = 64 << 10;

/// Which language a file is in, by its name and its text; `None`: none of those known.
pub fn detect(path: &str, text: &[u8]) -> Option<Format> {
    let head = String::from_utf8_lossy(text.get(..HEAD).unwrap_or(text));
    let file = path.rsplit_once('/').map_or(path, |(_, name)| name);
    if file.ends_with(".service") || file.ends_with(".timer") {
        return Some(Format::Systemd);
    }
    let has = |wanted: &[&str]| {
        head.lines().map(str::trim_start).any(|line| wanted.iter().any(|w| line.starts_with(w)))
    };
    let first = head.lines().next().unwrap_or_default();
    if first.starts_with("#!") {
        if first.contains("openrc-run") || first.contains("runscript") {
            return Some(Format::OpenRc);
        }
        let is_init = has(&["### BEGIN INIT INFO", "# chkconfig:"])
            || first.contains("init-d-script")
            || path.contains("init.d/")
            || head.contains("start-stop-daemon");
        return is_init.then_some(Format::Lsb);
    }
    if has(&["[program:", "[supervisord]", "[eventlistener:", "[fcgi-program:"]) {
        return Some(Format::Supervisord);
    }
    if has(&["[Unit]", "[Service]", "[Timer]", "[Install]"]) {
        return Some(Format::Systemd);
    }
    if has(&["### BEGIN INIT INFO"]) {
        return Some(Format::Lsb);
    }
    if file == "Procfile" || file.starts_with("Procfile.") || file.ends_with(".Procfile") {
        return Some(Format::Procfile);
    }
    crontab(path, &head).or_else(|| is_procfile(&head).then_some(Format::Procfile))
}

/// Names of lines, each followed by a colon and a command.
fn is_procfile(head: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let is_entry = |line: &str| {
        line.split_once(':').is_some_and(|(name, command)| {
            !name.is_empty() && name.bytes().all(is_name) && !command.trim().is_empty()
        })
    };
    let is_text = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    let mut lines = head.lines().filter(is_text).peekable();
    lines.peek().is_some() && lines.all(is_entry)
}

fn crontab(path: &str, head: &str) -> Option<Format> {
    if path.contains("cron.d/") || path.ends_with("etc/crontab") {
        return Some(Format::SystemCrontab);
    }
    let (mut is_system, mut is_any) = (true, false);
    for line in head.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') || is_assignment(line) {
            continue;
        }
        let fields: Vec<&str> = line.split_whitespace().collect();
        let times = if line.starts_with('@') { 1 } else { 5 };
        if fields.len() <= times || !are_times(fields.get(..times).unwrap_or_default()) {
            return None;
        }
        is_any = true;
        let user = fields.get(times).copied().unwrap_or_default();
        let program = fields.get(times.saturating_add(1));
        is_system &= is_user(user) && program.is_some_and(|program| !program.starts_with('-'));
    }
    match (is_any, is_system) {
        (false, _) => path.ends_with("crontab").then_some(Format::Crontab),
        (true, true) => Some(Format::SystemCrontab),
        (true, false) => Some(Format::Crontab),
    }
}

fn are_times(fields: &[&str]) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"*/,-~#?@_".contains(&byte);
    let first = fields.first().copied().unwrap_or_default();
    first.starts_with(|c: char| c.is_ascii_digit() || "*-@~".contains(c))
        && fields.iter().all(|field| field.bytes().all(is_fit))
}

/// Accounts that crontabs are written for: any other word could be a command as well.
fn is_user(word: &str) -> bool {
    const KNOWN: [&str; 12] = [
        "root", "nobody", "daemon", "www-data", "apache", "nginx", "postgres", "mysql", "backup",
        "munin", "mail", "news",
    ];
    KNOWN.contains(&word)
}

fn is_assignment(line: &str) -> bool {
    let is_name = |name: &str| {
        let name = name.trim().trim_matches(['"', '\'']);
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    line.split_once('=').is_some_and(|(name, _)| is_name(name))
}

#[cfg(test)]
mod tests {
    use super::{Format, detect};

    #[test]
    fn languages_are_told_by_name_and_text() {
        let cases: [(&str, &str, Option<Format>); 15] = [
            ("a.service", "", Some(Format::Systemd)),
            ("x", "[Unit]\nDescription=a\n", Some(Format::Systemd)),
            ("x", "#!/sbin/openrc-run\ncommand=a\n", Some(Format::OpenRc)),
            ("x", "#!/sbin/runscript\n", Some(Format::OpenRc)),
            ("x", "#!/bin/sh\n### BEGIN INIT INFO\n", Some(Format::Lsb)),
            ("x", "#!/bin/bash\n# chkconfig: 345 1 2\n", Some(Format::Lsb)),
            ("x", "#!/bin/bash\necho\n", None),
            ("x", "; c\n[program:a]\ncommand=b\n", Some(Format::Supervisord)),
            ("Procfile", "web: a\n", Some(Format::Procfile)),
            ("x", "web: a b\nworker: c\n", Some(Format::Procfile)),
            ("x", "* * * * * ls -l\n", Some(Format::Crontab)),
            ("/etc/cron.d/a", "1 2 * * * mine x\n", Some(Format::SystemCrontab)),
            ("x", "A=b\n@daily root run-parts x\n", Some(Format::SystemCrontab)),
            ("x", "some text\n", None),
            ("x", "", None),
        ];
        for (path, text, expected) in cases {
            assert_eq!(detect(path, text.as_bytes()), expected, "{path} {text}");
        }
    }
}
