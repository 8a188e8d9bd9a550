//! Programs that run another one: as another user (su(1), runuser(1), setpriv(1), sudo(8)), or in a shell.

use insight::snapshot::{Command, CommandRole, Definition, Place};

use super::{substitute, variables};

/// Programs that run what follows them as another user.
const SWITCHES: [&str; 6] = ["su", "runuser", "setpriv", "sudo", "chpst", "setuidgid"];
const SHELLS: [&str; 4] = ["sh", "bash", "dash", "ash"];
/// Words before a program that only prepare it.
const BEFORE: [&str; 5] = ["exec", "nohup", "setsid", "env", "nice"];

/// Finds the user that a script's program becomes, and the program that a shell runs for it.
pub fn resolve(text: &str, path: &str, found: &mut Definition) {
    let has_start = found.main_command().is_some_and(|main| !is_of(&main.program, &SWITCHES));
    if found.user.is_none() && !has_start {
        let variables = variables(&found.settings);
        let lines = (1_u32..).zip(text.lines().map(str::trim));
        let mut switched = lines
            .filter(|(_, line)| !line.starts_with('#'))
            .filter_map(|(number, line)| Some((number, switch(&substitute(line, &variables))?)));
        if let Some((line, (user, command))) = switched.next() {
            let place = Place { path: path.to_owned(), line };
            found.user = Some((user, place.clone()));
            if let Some((program, arguments)) = program_of(&command) {
                found.commands.retain(|known| known.role != CommandRole::Main);
                found.commands.push(Command {
                    role: CommandRole::Main,
                    key: "command".to_owned(),
                    program,
                    arguments,
                    ignores_failure: false,
                    privileged: false,
                    place,
                });
            }
        }
    }
    let Some(shell) = found.main_command().filter(|main| is_of(&main.program, &SHELLS)) else {
        return;
    };
    let text = shell.arguments.iter().skip_while(|word| *word != "-c").nth(1);
    if let Some((program, arguments)) = text.and_then(|text| program_of(&words(text))) {
        let inner = Command { program, arguments, ..shell.clone() };
        found.commands.push(inner);
    }
}

fn is_of(program: &str, names: &[&str]) -> bool {
    names.contains(&program.rsplit('/').next().unwrap_or_default())
}

/// The user and the command of a line that runs something as another user.
fn switch(line: &str) -> Option<(String, Vec<String>)> {
    let all = words(line);
    let mut rest = all.iter().map(String::as_str).skip_while(|word| !is_of(word, &SWITCHES));
    let tool = rest.next()?.rsplit('/').next()?;
    let (mut user, mut command) = (None, Vec::new());
    while let Some(word) = rest.next() {
        let (option, given) =
            word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
        match option {
            "-u" | "--user" | "--reuid" | "-U" => {
                user = given.or_else(|| rest.next()).map(str::to_owned);
            }
            "-s" | "--shell" | "-g" | "--group" | "--regid" | "--groups" | "-G" => {
                if given.is_none() {
                    rest.next();
                }
            }
            "-c" | "--command" | "--" => command = rest.by_ref().map(str::to_owned).collect(),
            "-" | "-l" | "--login" | "-m" | "-p" | "-n" | "-E" | "-H" => {}
            _ if word.starts_with('-') => {}
            _ if user.is_none() && matches!(tool, "su" | "runuser" | "chpst" | "setuidgid") => {
                user = Some(word.to_owned());
            }
            _ => command = std::iter::once(word).chain(rest.by_ref()).map(str::to_owned).collect(),
        }
    }
    let user = user?.split(':').next().unwrap_or_default().to_owned();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_user = !user.is_empty() && user.chars().all(is_name);
    (is_user && !command.is_empty()).then_some((user, command))
}

/// The program that a command comes to, with its arguments up to a redirection.
fn program_of(command: &[String]) -> Option<(String, Vec<String>)> {
    let is_before = |word: &str| {
        BEFORE.contains(&word)
            || word.starts_with('-')
            || word.contains('=') && !word.starts_with('/')
    };
    let mut rest = command.iter().map(String::as_str).skip_while(|word| is_before(word));
    let program = rest.next().filter(|program| program.starts_with('/'))?;
    let is_end = |word: &str| word.contains(['>', '<', '|', '&', ';']);
    let arguments = rest.take_while(|word| !is_end(word)).map(str::to_owned).collect();
    Some((program.to_owned(), arguments))
}

/// Words, quotes taken away: what they hold is a command of its own here.
fn words(line: &str) -> Vec<String> {
    let parts = line.split([' ', '\t', '"', '\'']).filter(|word| !word.is_empty());
    parts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> (Option<String>, Vec<String>) {
        let mut found = Definition::default();
        resolve(text, "/etc/init.d/x", &mut found);
        let command = found.main_command().map(|command| {
            std::iter::once(command.program.clone()).chain(command.arguments.clone()).collect()
        });
        (found.user.map(|(user, _)| user), command.unwrap_or_default())
    }

    #[test]
    fn who_runs_it_is_known() {
        for line in [
            "su - alice -s /bin/sh -c \"exec /opt/shop -v >> /var/log/x 2>&1 &\"",
            "  su alice -c '/opt/shop -v' >/dev/null",
            "runuser -u alice -- /opt/shop -v &",
            "setpriv --reuid=alice --regid shop --clear-groups /opt/shop -v",
            "sudo -u alice /opt/shop -v",
        ] {
            let words = ["/opt/shop", "-v"].map(str::to_owned).to_vec();
            assert_eq!(resolved(line), (Some("alice".to_owned()), words), "{line}");
        }
        assert_eq!(resolved("# su alice -c /opt/x\necho su"), (None, Vec::new()));
    }

    #[test]
    fn what_a_shell_runs_is_looked_at_too() {
        let shell = Command {
            role: CommandRole::Main,
            key: "command".to_owned(),
            program: "/bin/sh".to_owned(),
            arguments: vec!["-c".to_owned(), "exec /opt/shop -v >> /var/log/x 2>&1".to_owned()],
            ignores_failure: false,
            privileged: false,
            place: Place::default(),
        };
        let mut found = Definition { commands: vec![shell], ..Definition::default() };
        resolve("", "/etc/init.d/x", &mut found);
        assert_eq!(found.main_command().unwrap().program, "/bin/sh");
        assert_eq!(
            (found.commands[1].program.as_str(), &found.commands[1].arguments[..]),
            ("/opt/shop", &["-v".to_owned()][..])
        );
    }
}
