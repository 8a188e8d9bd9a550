//! What an OpenRC script declares: openrc-run(8). Read, and never run: a value that comes from a
//! command is not known.

use std::path::PathBuf;

use super::shell::{Variables, words};
use crate::{CustomCommand, Dependency, Relation};

/// Most lines that one value may span.
const MOST_LINES: usize = 32;

/// What an OpenRC script declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Declared {
    /// `extra_commands`, `extra_started_commands`, `extra_stopped_commands`.
    pub commands: Vec<CustomCommand>,
    /// `supervisor`: `supervise-daemon`, `s6`, `runit`; none for start-stop-daemon.
    pub supervisor: Option<String>,
    /// The words in its `depend()`, with their meaning; `provide` among them.
    pub depends: Vec<Dependency>,
    /// `required_files` and `config` in `depend()`.
    pub files: Vec<PathBuf>,
    /// `respawn_max`, where it is set.
    pub respawn_max: Option<String>,
}

/// Reads what a script and its `conf.d` declare.
pub(crate) fn parse(name: &str, text: &str, settings: &str) -> Declared {
    let mut variables = Variables::new(name);
    for line in whole_lines(text).iter().chain(&whole_lines(settings)) {
        variables.assign(line);
    }
    let mut declared = Declared {
        supervisor: variables.last("supervisor").filter(|s| !s.is_empty()),
        respawn_max: variables.last("respawn_max").filter(|s| !s.is_empty()),
        ..Declared::default()
    };
    for (variable, started, stopped) in [
        ("extra_commands", false, false),
        ("opts", false, false),
        ("extra_started_commands", true, false),
        ("extra_stopped_commands", false, true),
    ] {
        for name in variables.last(variable).unwrap_or_default().split_whitespace() {
            if declared.commands.iter().any(|c| c.name == name) {
                continue;
            }
            declared.commands.push(CustomCommand {
                name: name.to_owned(),
                description: variables.last(&format!("description_{name}")),
                only_started: started,
                only_stopped: stopped,
            });
        }
    }
    let files = variables.last("required_files").unwrap_or_default();
    declared.files = files.split_whitespace().map(PathBuf::from).collect();
    declared.read_depend(text, &variables);
    declared.files.retain(|path| path.is_absolute());
    declared
}

/// Lines, where one that leaves a quoted value open is joined with those that follow.
fn whole_lines(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let mut whole: Vec<String> = Vec::new();
    let mut lines = joined.lines();
    while let Some(line) = lines.next() {
        let mut line = line.to_owned();
        let assigns = line.trim_start().split_once('=').is_some_and(|(name, _)| {
            name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !name.is_empty()
        });
        let is_open = |line: &str| line.matches('"').count() % 2 == 1;
        for _ in 0..MOST_LINES {
            if !assigns || !is_open(&line) {
                break;
            }
            let Some(next) = lines.next() else { break };
            line.push(' ');
            line.push_str(next);
        }
        whole.push(line);
    }
    whole
}

impl Declared {
    fn read_depend(&mut self, text: &str, variables: &Variables) {
        let joined = text.replace("\\\n", " ");
        let mut inside = false;
        for line in joined.lines() {
            let plain: String = line.chars().filter(|c| !c.is_whitespace()).collect();
            if plain.starts_with("depend(){") || plain == "depend()" {
                inside = true;
                // `depend() { need net; }` on one line.
                let body = line.split_once('{').map_or("", |(_, body)| body);
                self.depend_line(body.trim_end().trim_end_matches('}'), variables);
                inside = inside && !plain.ends_with('}');
            } else if inside && line.starts_with('}') {
                inside = false;
            } else if inside {
                self.depend_line(line, variables);
            }
        }
    }

    fn depend_line(&mut self, line: &str, variables: &Variables) {
        let words = words(line);
        let separates = |w: &String| matches!(w.as_str(), ";" | "|" | "&");
        for command in words.split(separates) {
            let Some((keyword, rest)) = command.split_first() else { continue };
            let expanded = rest.iter().flat_map(|word| variables.expand(word));
            let names: Vec<String> = expanded
                .flat_map(|v| v.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
                .collect();
            if keyword == "config" {
                self.files.extend(names.iter().map(PathBuf::from));
            }
            let Some(relation) = relation(keyword) else { continue };
            self.depends.extend(names.into_iter().map(|name| Dependency {
                relation,
                name,
                resolved: None,
            }));
        }
    }
}

/// What a keyword of `depend()` means.
fn relation(keyword: &str) -> Option<Relation> {
    Some(match keyword {
        "need" => Relation::Needs,
        "want" => Relation::Wants,
        "use" => Relation::Uses,
        "before" => Relation::Before,
        "after" => Relation::After,
        "provide" => Relation::Provides,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_read() {
        let declared = parse(
            "webd",
            "#!/sbin/openrc-run\nsupervisor=supervise-daemon\nextra_commands=\"check\"\n\
             extra_started_commands=\"reload\n\trotate\"\ndescription_reload=\"read again\"\n\
             extra_stopped_commands='wipe'\nrequired_files=\"/etc/webd.conf rel\"\nneeded=net\n\
             depend() {\n\tneed $needed localmount\n\tuse logger dns ; after firewall\n\
             \tbefore *\n\tprovide http\n\tkeyword -prefix\n\tconfig /etc/extra.conf\n}\n\
             start() {\n\tneed nothing\n}\n",
            "",
        );
        let commands: Vec<_> = declared
            .commands
            .iter()
            .map(|c| (c.name.as_str(), c.only_started, c.only_stopped))
            .collect();
        let expected = [
            ("check", false, false),
            ("reload", true, false),
            ("rotate", true, false),
            ("wipe", false, true),
        ];
        assert_eq!(commands, expected);
        assert_eq!(declared.commands.get(1).unwrap().description.as_deref(), Some("read again"));
        assert_eq!(declared.supervisor.as_deref(), Some("supervise-daemon"));
        let depends: Vec<_> =
            declared.depends.iter().map(|d| (d.relation, d.name.as_str())).collect();
        let expected = [
            (Relation::Needs, "net"),
            (Relation::Needs, "localmount"),
            (Relation::Uses, "logger"),
            (Relation::Uses, "dns"),
            (Relation::After, "firewall"),
            (Relation::Before, "*"),
            (Relation::Provides, "http"),
        ];
        assert_eq!(depends, expected);
        assert_eq!(declared.files, [PathBuf::from("/etc/webd.conf"), "/etc/extra.conf".into()]);
    }

    #[test]
    fn one_line_and_settings() {
        let declared = parse("x", "depend() { need net; use dns; }\nneed no\n", "supervisor=s6\n");
        assert_eq!(declared.depends.len(), 2);
        assert_eq!(declared.supervisor.as_deref(), Some("s6"));
    }
}
