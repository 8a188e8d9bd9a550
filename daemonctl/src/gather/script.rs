//! What an OpenRC or LSB script says: its daemon, its user, its pid file, its directories. Read, and never run.

pub mod outputs;
mod switch;
pub mod syntax;

use std::collections::HashMap;
use std::path::Path;

use host::ManagerKind;
use insight::snapshot::{
    Command, CommandRole, Definition, Language, ManagedDirectory, Place, Setting,
};
use translate::{Format, Piece, Readiness, Source, Word};

use super::Gatherer;
use crate::service_view::ServiceView;

/// Longest script or settings that are read, in bytes.
const LONGEST: u64 = 256 << 10;
/// Where settings of scripts lie.
const SETTINGS: [&str; 4] = ["/etc/default/", "/etc/conf.d/", "/etc/rc.conf", "/etc/sysconfig/"];

/// The definition of a service of OpenRC or SysV init.
pub fn definition(gatherer: &Gatherer<'_>, view: &ServiceView) -> Option<Definition> {
    let service = view.service.as_ref()?;
    let path = service.definition.as_ref()?.to_string_lossy().into_owned();
    let text = read(&gatherer.inside(&path))?;
    let is_openrc = text
        .lines()
        .next()
        .is_some_and(|line| line.contains("openrc-run") || line.contains("runscript"));
    let details = service.details.as_deref();
    let settings_files: Vec<String> = details
        .map(|details| details.configuration.iter())
        .into_iter()
        .flatten()
        .map(|path| path.to_string_lossy().into_owned())
        .filter(|path| SETTINGS.iter().any(|folder| path.starts_with(folder)))
        .collect();
    let mut found = Definition {
        language: if is_openrc { Language::OpenRc } else { Language::Lsb },
        files: std::iter::once(path.clone()).chain(settings_files.clone()).collect(),
        settings: assignments(&path, &text),
        service_type: "forking".to_owned(),
        restart: "no".to_owned(),
        ..Definition::default()
    };
    for file in &settings_files {
        let text = read(&gatherer.inside(file)).unwrap_or_default();
        found.settings.extend(assignments(file, &text));
        let place = Place { path: path.clone(), line: 0 };
        found.environment_files.push((file.clone(), true, place));
    }
    let format = if is_openrc { Format::OpenRc } else { Format::Lsb };
    let source = Source { path: &path, text: text.as_bytes() };
    let reading = translate::read(format, &source, &[], Some(&service.name));
    if let Some(read) = reading.ok().and_then(|reading| reading.definitions.into_iter().next()) {
        take(&mut found, &read, &path);
    }
    made_directories(&text, &path, &mut found);
    from_index(gatherer, view, &mut found, &path);
    switch::resolve(&text, &path, &mut found);
    if service.manager == ManagerKind::OpenRc
        && found.settings.iter().any(|s| s.key == "supervisor" && s.value == "supervise-daemon")
    {
        found.service_type = "simple".to_owned();
        found.restart = "always".to_owned();
    }
    Some(found)
}

fn read(path: &Path) -> Option<String> {
    use std::io::Read as _;
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What the reader of scripts made of it.
fn take(found: &mut Definition, read: &translate::Definition, path: &str) {
    let variables = variables(&found.settings);
    let place = |field: &str| {
        let known = read.place(field);
        known.map_or_else(
            || Place { path: path.to_owned(), line: 0 },
            |place| Place { path: place.file, line: place.line },
        )
    };
    let roles = [
        (&read.pre, "pre", CommandRole::Before, "start_pre"),
        (&read.start, "start", CommandRole::Main, "command"),
        (&read.post, "post", CommandRole::After, "start_post"),
    ];
    for (commands, field, role, key) in roles {
        for command in commands {
            let words: Vec<String> =
                command.argv.iter().flat_map(|word| words(word, &variables)).collect();
            let mut words = words.into_iter();
            let Some(program) = words.next().filter(|program| !program.is_empty()) else {
                continue;
            };
            found.commands.push(Command {
                role,
                key: key.to_owned(),
                program,
                arguments: words.collect(),
                ignores_failure: command.ignores_failure,
                privileged: command.as_root,
                place: place(field),
            });
        }
    }
    let expand = |text: &str| substitute(text, &variables);
    found.user = read.user.as_deref().map(|user| (expand(user), place("user")));
    found.group = read.group.as_deref().map(|group| (expand(group), place("group")));
    let groups = read.supplementary_groups.iter();
    found.groups = groups.map(|group| (expand(group), place("supplementary_groups"))).collect();
    found.working_directory =
        read.directory.as_deref().map(|path| (expand(path), false, place("directory")));
    found.root_directory = read.root.as_deref().map(|path| (expand(path), place("root")));
    found.pid_file = read.pid_file.as_deref().map(|path| (expand(path), place("pid_file")));
    found.directories = read
        .directories
        .iter()
        .map(|directory| ManagedDirectory {
            path: expand(&directory.path),
            key: "checkpath".to_owned(),
            place: place("directories"),
        })
        .collect();
    let needed = read.conditions.iter().filter(|c| c.is_assertion && !c.is_negated);
    found.paths = needed
        .map(|condition| {
            ("required_files".to_owned(), expand(&condition.path), false, place("conditions"))
        })
        .collect();
    found.service_type = match read.readiness {
        Readiness::Simple | Readiness::Exec | Readiness::Idle => "simple",
        Readiness::Oneshot => "oneshot",
        Readiness::Notify | Readiness::NotifyReload => "notify",
        Readiness::Dbus(_) => "dbus",
        Readiness::Forking => "forking",
    }
    .to_owned();
}

/// Directories that the script makes before it starts its daemon.
fn made_directories(text: &str, path: &str, found: &mut Definition) {
    let variables = variables(&found.settings);
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        let Some((at, program)) = ["mkdir ", "install -d ", "install -o ", "checkpath "]
            .iter()
            .find_map(|program| Some((line.find(program)?, program)))
        else {
            continue;
        };
        if line.starts_with('#') {
            continue;
        }
        let words =
            line.get(at + program.len()..).unwrap_or_default().split(['|', '&', ';']).next();
        for word in words.unwrap_or_default().split_whitespace() {
            let made = substitute(word.trim_matches(['"', '\'']), &variables);
            let is_known = found.directories.iter().any(|known| known.path == made);
            if made.starts_with('/') && !is_known {
                found.directories.push(ManagedDirectory {
                    path: made,
                    key: program.split(' ').next().unwrap_or_default().to_owned(),
                    place: Place { path: path.to_owned(), line: number },
                });
            }
        }
    }
}

/// What a look at the script without understanding it finds: programs by the names of variables and options.
fn from_index(gatherer: &Gatherer<'_>, view: &ServiceView, found: &mut Definition, path: &str) {
    let scripts = host::Scripts::new(&gatherer.root());
    let Some(script) = scripts.get(&view.name) else { return };
    let known = found.main_command().filter(|command| command.program.starts_with('/'));
    if known.is_none()
        && let Some(program) = script.daemon_paths.first()
    {
        let program = program.to_string_lossy().into_owned();
        let setting = found.settings.iter().find(|setting| setting.value == program);
        let place = setting.map(|setting| setting.place.clone());
        found.commands.retain(|command| command.role != CommandRole::Main);
        found.commands.push(Command {
            role: CommandRole::Main,
            key: setting.map_or_else(|| "DAEMON".to_owned(), |setting| setting.key.clone()),
            program,
            arguments: Vec::new(),
            ignores_failure: false,
            privileged: false,
            place: place.unwrap_or_else(|| Place { path: path.to_owned(), line: 0 }),
        });
    }
    if found.pid_file.is_none()
        && let Some(file) = script.pid_files.first()
    {
        let place = Place { path: path.to_owned(), line: 0 };
        found.pid_file = Some((file.to_string_lossy().into_owned(), place));
    }
}

/// Plain assignments of a script or of its settings: `NAME=value`.
fn assignments(path: &str, text: &str) -> Vec<Setting> {
    let mut all: Vec<Setting> = Vec::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((key, value)) = line.split_once('=') else { continue };
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if key.is_empty()
            || !key.chars().all(is_name)
            || value.contains("$(")
            || value.contains('`')
        {
            continue;
        }
        let known = all.iter().map(|s| (s.key.clone(), s.value.clone())).collect();
        all.push(Setting {
            section: String::new(),
            key: key.to_owned(),
            value: substitute(unquoted(value), &known),
            place: Place { path: path.to_owned(), line: number },
        });
    }
    all
}

/// A value without its quotes and what follows them.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.split(quote).next().unwrap_or(inner);
        }
    }
    value.split([' ', '\t', ';', '#']).next().unwrap_or(value)
}

fn variables(settings: &[Setting]) -> HashMap<String, String> {
    settings.iter().map(|setting| (setting.key.clone(), setting.value.clone())).collect()
}

/// `$NAME`, `${NAME}` and `${NAME:-value}` replaced where they are known.
fn substitute(text: &str, variables: &HashMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        if behind.starts_with('{') && !behind.contains('}') {
            break;
        }
        out.push_str(before);
        let (name, default, after) = match behind.strip_prefix('{') {
            Some(inner) => {
                let Some((inner, after)) = inner.split_once('}') else { break };
                let (name, default) = inner.split_once(":-").unwrap_or((inner, ""));
                (name, default, after)
            }
            None => {
                let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let (name, after) = behind.split_at(end.unwrap_or(behind.len()));
                (name, "", after)
            }
        };
        match variables.get(name).filter(|value| !value.is_empty()) {
            Some(value) => out.push_str(value),
            None => out.push_str(default),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What a word comes to.
fn words(word: &Word, variables: &HashMap<String, String>) -> Vec<String> {
    let mut whole = String::new();
    for piece in &word.pieces {
        match piece {
            Piece::Text(text) => whole.push_str(text),
            Piece::Variable(name) => {
                whole.push_str(variables.get(name).map_or("", String::as_str));
            }
        }
    }
    match word.is_split {
        true => whole.split_whitespace().map(str::to_owned).collect(),
        false => vec![whole],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_read_with_their_lines() {
        let text = "#!/bin/sh\nNAME=web\nDAEMON=\"/usr/sbin/$NAME\"\nPIDFILE=/run/${NAME}.pid # here\nX=$(date)\nexport OPTS='-a -b'\nif [ a = b ]; then\n";
        let found = assignments("/etc/init.d/web", text);
        let shown: Vec<_> =
            found.iter().map(|s| (s.place.line, s.key.as_str(), s.value.as_str())).collect();
        assert_eq!(
            shown,
            [
                (2, "NAME", "web"),
                (3, "DAEMON", "/usr/sbin/web"),
                (4, "PIDFILE", "/run/web.pid"),
                (6, "OPTS", "-a -b"),
            ]
        );
    }

    #[test]
    fn directories_that_a_script_makes_are_its_own() {
        let mut found =
            Definition { settings: assignments("x", "RUN=/run/web\n"), ..Definition::default() };
        let text = "  mkdir -p $RUN /run/b || exit\n# mkdir /no\ninstall -d -m 755 -o a \"/run/c\"; echo /d\n";
        made_directories(text, "/etc/init.d/web", &mut found);
        let paths: Vec<_> =
            found.directories.iter().map(|d| (d.place.line, d.path.as_str())).collect();
        assert_eq!(paths, [(1, "/run/web"), (1, "/run/b"), (3, "/run/c")]);
    }

    #[test]
    fn defaults_of_variables_count_where_nothing_is_known() {
        let known = HashMap::from([("A".to_owned(), "1".to_owned())]);
        assert_eq!(substitute("${A:-2}/${B:-3}/$C/x", &known), "1/3//x");
        assert_eq!(substitute("x${open", &known), "x${open");
    }
}
