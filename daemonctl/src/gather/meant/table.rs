//! The daemons whose configuration is understood: where it lies, how it is written, and what its directives mean. To
//! add one, add a row.

mod data;
mod system;
mod web;

use insight::snapshot::PathUse;

use super::syntax::{Statement, Syntax, key};

/// What a directive says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Where to listen, in one word: `80`, `[::]:443`, `unix:/run/x.sock`.
    Listen,
    /// An address, whose port is said elsewhere.
    Address,
    /// A port, whose address is said elsewhere.
    Port,
    /// The user that it becomes.
    User,
    /// A path.
    Path(PathUse),
}

/// A directive.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Lower case, `-` for `_`; with a word behind it where that is needed to know: `stats socket`.
    pub key: &'static str,
    /// What it says.
    pub meaning: Meaning,
    /// The last value counts, not the first: haproxy's `errorfile 400 PATH`.
    pub is_last: bool,
}

impl Row {
    /// It says what a statement means.
    pub fn is_of(&self, statement: &Statement) -> bool {
        match self.key.split_once(' ') {
            Some((key, word)) => {
                statement.key == key && statement.values.first().is_some_and(|first| first == word)
            }
            None => self.key == statement.key,
        }
    }

    /// The value that counts.
    pub fn value<'s>(&self, statement: &'s Statement) -> Option<&'s String> {
        match self.is_last {
            true => statement.values.last(),
            false => statement.values.get(usize::from(self.key.contains(' '))),
        }
    }

    /// It names a path.
    pub fn is_path(&self) -> bool {
        matches!(self.meaning, Meaning::Path(_))
    }
}

const fn row(key: &'static str, meaning: Meaning) -> Row {
    Row { key, meaning, is_last: false }
}

const fn path(key: &'static str, purpose: PathUse) -> Row {
    row(key, Meaning::Path(purpose))
}

const fn last(key: &'static str, purpose: PathUse) -> Row {
    Row { key, meaning: Meaning::Path(purpose), is_last: true }
}

const fn listen(key: &'static str) -> Row {
    row(key, Meaning::Listen)
}

const fn port(key: &'static str) -> Row {
    row(key, Meaning::Port)
}

const fn address(key: &'static str) -> Row {
    row(key, Meaning::Address)
}

const fn user(key: &'static str) -> Row {
    row(key, Meaning::User)
}

/// A daemon.
#[derive(Debug)]
pub struct Daemon {
    /// Its programs; a `*` at the end stands for a version.
    pub programs: &'static [&'static str],
    /// Services whose script or wrapper starts it.
    pub services: &'static [&'static str],
    /// Options that name its configuration.
    pub options: &'static [&'static str],
    /// Its first argument that is no option names it: redis.
    pub first_argument: bool,
    /// Where it lies otherwise; the first that is there. `{instance}`: the part behind `@`, with `/` for the first `-`.
    pub configs: &'static [&'static str],
    /// All of these are read, not only the first.
    pub reads_all: bool,
    /// How it is written.
    pub syntax: Syntax,
    /// Directives that include other files.
    pub includes: &'static [&'static str],
    /// What files end in that are included by their folder.
    pub suffix: &'static str,
    /// Relative paths are below that; empty: the folder of the configuration.
    pub base: &'static str,
    /// A shell's file with variables of the configuration.
    pub variables: &'static str,
    /// Sections that are its own; empty: all of them. A `*` at the end stands for a version.
    pub sections: &'static [&'static str],
    /// Directives may be said several times, and all count.
    pub repeats: bool,
    /// It opens files as the user that it becomes, not as the one that starts it.
    pub drops: bool,
    /// The user that reads its files where its definition names none: postgres never runs as root.
    pub user: Option<&'static str>,
    /// Addresses that it listens on where none is said; empty: it listens where its directives say so alone.
    pub address: &'static [&'static str],
    /// Its usual port.
    pub port: u16,
    /// Each port that is said adds one.
    pub adds_ports: bool,
    /// Paths that hold where nothing else is said.
    pub defaults: &'static [(&'static str, &'static str)],
    /// What its directives mean.
    pub rows: &'static [Row],
}

const PLAIN: Daemon = Daemon {
    programs: &[],
    services: &[],
    options: &[],
    first_argument: false,
    configs: &[],
    reads_all: false,
    syntax: Syntax::Words,
    includes: &["include"],
    suffix: "conf",
    base: "",
    variables: "",
    sections: &[],
    repeats: true,
    drops: false,
    user: None,
    address: &[],
    port: 0,
    adds_ports: false,
    defaults: &[],
    rows: &[],
};

impl Daemon {
    /// Whether a program of that name is it.
    pub fn is_called(&self, name: &str) -> bool {
        self.programs.iter().any(|known| match known.strip_suffix('*') {
            Some(start) => name
                .strip_prefix(start)
                .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.')),
            None => *known == name,
        })
    }
}

/// All of them, by what they serve.
const FAMILIES: [&[Daemon]; 3] = [web::DAEMONS, data::DAEMONS, system::DAEMONS];

/// All of them.
pub fn daemons() -> impl Iterator<Item = &'static Daemon> {
    FAMILIES.into_iter().flatten()
}

/// The configurations that the command line names: the option and the path.
pub fn configs_of(daemon: &Daemon, arguments: &[String]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut words = arguments.iter();
    if daemon.first_argument
        && let Some(first) = arguments.first().filter(|word| word.starts_with('/'))
    {
        found.push(("configuration".to_owned(), first.clone()));
    }
    while let Some(word) = words.next() {
        let (option, value) = match word.trim_start_matches("-c").split_once('=') {
            Some((option, value)) if word.contains('=') => (option, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        if !daemon.options.contains(&option) {
            continue;
        }
        let Some(value) = value.or_else(|| words.next().cloned()) else { break };
        let value = match option {
            "-D" => format!("{}/postgresql.conf", value.trim_end_matches('/')),
            _ => value,
        };
        if value.starts_with('/') {
            // postgres' own option says more than its data directory.
            if option == "config_file" {
                found.clear();
            }
            found.push((option.to_owned(), value));
        }
    }
    found
}

/// What the command line says beside the configuration: `--port 6380`, `-p 11211`.
pub fn of_arguments(daemon: &Daemon, arguments: &[String]) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut words = arguments.iter().peekable();
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else {
            continue;
        };
        let (option, value) = match option.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (option, None),
        };
        let option = key(option);
        // Of options of one letter only those that are rows: `-f` of one daemon is not that of another.
        let is_known = daemon.rows.iter().any(|row| row.key == option);
        let is_long = word.starts_with("--") || daemon.programs.contains(&"memcached");
        if !is_known || !is_long {
            continue;
        }
        let mut values: Vec<String> = value.into_iter().collect();
        while values.is_empty() || daemon.first_argument {
            match words.peek() {
                Some(next) if !next.starts_with("--") => values.extend(words.next().cloned()),
                _ => break,
            }
        }
        found.push(Statement { key: option, values, section: String::new(), place: None });
    }
    // sshd's own.
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if daemon.programs.contains(&"sshd") && word == "-p" {
            let values = words.next().cloned().into_iter().collect();
            found.push(Statement { key: "port".to_owned(), values, ..Statement::default() });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    fn daemon(name: &str) -> &'static Daemon {
        daemons().find(|daemon| daemon.is_called(name)).unwrap()
    }

    #[test]
    fn command_lines_name_configurations() {
        let of = |name: &str, text: &str| configs_of(daemon(name), &words(text));
        assert_eq!(
            of("nginx", "-g x -c /etc/n.conf"),
            [("-c".to_owned(), "/etc/n.conf".to_owned())]
        );
        assert_eq!(of("redis-server", "/etc/r.conf --port 1")[0].1, "/etc/r.conf");
        let postgres = of("postgres", "-D /data -c config_file=/etc/p.conf");
        assert_eq!(postgres, [("config_file".to_owned(), "/etc/p.conf".to_owned())]);
        assert_eq!(of("mysqld", "--defaults-file=/etc/m.cnf")[0].1, "/etc/m.cnf");
        assert_eq!(of("php-fpm8.2", "--nodaemonize --fpm-config /etc/f.conf")[0].1, "/etc/f.conf");
    }

    #[test]
    fn command_lines_say_more_than_configurations() {
        let found = of_arguments(
            daemon("redis-server"),
            &words("/etc/r.conf --bind a b --port 1 --daemonize no"),
        );
        let shown: Vec<_> = found.iter().map(|s| (s.key.as_str(), s.values.join(" "))).collect();
        assert_eq!(shown, [("bind", "a b".to_owned()), ("port", "1".to_owned())]);
        let found = of_arguments(daemon("memcached"), &words("-m 64 -p 11311 -u memcache -l ::1"));
        assert_eq!(found.len(), 3);
        let found = of_arguments(daemon("sshd"), &words("-D -p 2222"));
        assert_eq!(found[0].values, ["2222"]);
    }

    #[test]
    fn every_key_is_spelled_as_keys_are() {
        for row in daemons().flat_map(|daemon| daemon.rows) {
            assert_eq!(row.key, key(row.key), "lower case, and no underscores");
        }
        assert!(daemon("php-fpm8.2").rows.len() > 3);
        assert!(daemons().all(|daemon| !daemon.is_called("php-fpm-x")));
    }
}
