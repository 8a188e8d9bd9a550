//! A start through gates: a drop-in below /run that puts a gate in front of each of a unit's commands.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use observe::gate;
use unit::values::command::{CommandLine, Prefixes, Privilege};
use unit::{Unit, Value};

use crate::commands::audit::drop_in_file::{self, DropInFile};
use crate::context::Context;
use crate::failure::Failure;
use crate::gather::definition::Trees;

/// Behind all others: what it says holds.
const FILE_NAME: &str = "zzzz-daemonctl-observe.conf";
/// Commands that are run at a start.
const KEYS: &[&str] = &["ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost"];
/// Where systemd looks for programs that are given without a path: systemd.exec(5), EXECUTABLE PATHS.
const SEARCH_PATH: &[&str] =
    &["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
/// Folders that services are kept out of often.
const HIDDEN: &[&str] = &["/root/", "/home/", "/tmp/", "/var/tmp/", "/run/"];

/// Gates that are in place; removed when this is dropped.
#[derive(Debug)]
pub struct Gates {
    file: Option<DropInFile>,
    /// The word by which the gates are known.
    pub token: String,
}

impl Gates {
    /// Puts gates before the commands of a service.
    ///
    /// # Errors
    /// Its definition can't be read, it has a root of its own, or this program is where the service can't run it.
    pub fn set_up(context: &Context, name: &str) -> Result<Gates, Failure> {
        clear(name)?;
        let trees = Trees::default();
        let (_, unit) = trees.unit(context, false, name).ok_or_else(|| {
            Failure::failed(format_args!("the unit files of {name} can't be read"))
        })?;
        let token = gate::token();
        let text = drop_in(&unit, &own_program()?, &token)?;
        let file = drop_in_file::write(drop_in_file::TRANSIENT, name, FILE_NAME, &text)?;
        Ok(Gates { file: Some(file), token })
    }

    /// Takes them away; the manager has to read its definitions again.
    ///
    /// # Errors
    /// The file can't be removed: says which.
    pub fn take_away(&mut self) -> Result<(), Failure> {
        let Some(file) = self.file.take() else { return Ok(()) };
        file.take_back().map_err(|error| {
            let path = file.path();
            Failure::failed(format_args!("cannot remove {}: {error}", path.display())).hint(
                "remove it by hand, and have systemd read its units again: systemctl daemon-reload",
            )
        })
    }
}

impl Drop for Gates {
    fn drop(&mut self) {
        // Who can still tell of a failure has called `take_away`.
        let _ = self.take_away();
    }
}

/// Gates that an observer left behind that was killed are taken away; those of one that lives are not.
fn clear(name: &str) -> Result<(), Failure> {
    let path = drop_in_file::path(drop_in_file::TRANSIENT, name, FILE_NAME);
    let Some(token) = std::fs::read_to_string(&path).ok().and_then(|text| token_in(&text)) else {
        return Ok(());
    };
    if gate::is_awaited(&token) {
        return Err(Failure::failed(format_args!("{name} is being observed already"))
            .hint(format_args!("its gates are in {}", path.display())));
    }
    drop_in_file::remove(drop_in_file::TRANSIENT, name, FILE_NAME)
        .map_err(|error| Failure::failed(format_args!("cannot remove {}: {error}", path.display())))
}

/// The token of the gates in a drop-in.
fn token_in(text: &str) -> Option<String> {
    let mut words = text.split_whitespace().skip_while(|word| *word != gate::WORD);
    words.nth(1).map(str::to_owned)
}

/// This program, where any user may run it.
fn own_program() -> Result<PathBuf, Failure> {
    let path = std::env::current_exe().map_err(|error| {
        Failure::failed(format_args!("cannot find this program's own file: {error}"))
    })?;
    let may_all = |path: &Path, bits| {
        std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & bits == bits)
    };
    let is_open =
        may_all(&path, 0o005) && path.ancestors().skip(1).all(|above| may_all(above, 0o001));
    let is_hidden = HIDDEN.iter().any(|above| path.starts_with(above.trim_end_matches('/')));
    match is_open && !is_hidden {
        true => Ok(path),
        false => Err(Failure::failed(format_args!(
            "{} is where services can't run it",
            path.display()
        ))
        .hint(
            "to see a start, install daemonctl as /usr/bin/daemonctl; or observe without --restart",
        )),
    }
}

/// The drop-in that puts a gate in front of each command of a start.
fn drop_in(unit: &Unit, own: &Path, token: &str) -> Result<String, Failure> {
    let settings = unit.settings.settings();
    let of_key =
        |key: &'static str| settings.iter().filter(move |setting| setting.id.name() == key);
    if let Some(setting) = ["RootDirectory", "RootImage"].iter().find_map(|key| of_key(key).next())
    {
        return Err(Failure::failed(format_args!(
            "{} has a root of its own ({}=), where this program is not",
            unit.name,
            setting.id.name()
        ))
        .hint("observe it without --restart"));
    }
    let ignores_sigpipe =
        !of_key("IgnoreSIGPIPE").any(|setting| setting.value == Value::Flag(false));
    let mut text =
        "# Made by daemonctl audit --observe --restart, and removed by it.\n[Service]\n".to_owned();
    if of_key("NoExecPaths").next().is_some() {
        text.push_str(&format!("ExecPaths={}\n", own.display()));
    }
    for key in KEYS {
        let lines: Vec<&CommandLine> = of_key(key)
            .filter_map(|setting| match &setting.value {
                Value::Command(command) => Some(command.lines()),
                _ => None,
            })
            .flatten()
            .collect();
        if lines.is_empty() {
            continue;
        }
        text.push_str(&format!("{key}=\n"));
        for line in lines {
            let line = gated(line, own, token, ignores_sigpipe);
            // Specifiers were replaced when the unit was read.
            text.push_str(&format!("{key}={}\n", line.to_string().replace('%', "%%")));
        }
    }
    Ok(text)
}

/// The command behind a gate. What runs with full privileges is outside of every sandbox, and is left as it is.
fn gated(line: &CommandLine, own: &Path, token: &str, ignores_sigpipe: bool) -> CommandLine {
    if line.prefixes.via_shell || line.prefixes.privilege == Privilege::Full {
        return line.clone();
    }
    let Prefixes { keeps_variables, .. } = line.prefixes;
    // Variables are not replaced in a program's path, but they are in arguments.
    let literal = |text: &str| match keeps_variables {
        true => text.to_owned(),
        false => text.replace('$', "$$"),
    };
    let sigpipe = if ignores_sigpipe { "ignore" } else { "default" };
    let path = found(&line.path);
    let name = line.argv0.as_deref().map_or_else(|| literal(&path), str::to_owned);
    let mut arguments: Vec<Box<str>> =
        [gate::WORD, token, sigpipe].into_iter().map(Box::from).collect();
    arguments.push(literal(&path).into());
    // What follows is never an option of ours.
    arguments.push("--".into());
    arguments.push(name.into());
    arguments.extend(line.arguments.iter().cloned());
    CommandLine {
        prefixes: line.prefixes,
        path: own.to_string_lossy().into(),
        argv0: None,
        arguments: arguments.into(),
    }
}

/// The program's file, where only its name is given.
fn found(program: &str) -> String {
    if program.starts_with('/') {
        return program.to_owned();
    }
    let mut places = SEARCH_PATH.iter().map(|folder| format!("{folder}/{program}"));
    places.find(|path| Path::new(path).is_file()).unwrap_or_else(|| program.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    fn gate(line: &CommandLine) -> String {
        gated(line, Path::new("/usr/bin/daemonctl"), "t", true).to_string()
    }

    #[test]
    fn the_command_stays_behind_the_gate_as_it_was() {
        let line = CommandLine::new("/usr/sbin/nginx", &["-g", "daemon on; x", "$OPTIONS"]);
        assert_eq!(
            gate(&line),
            "/usr/bin/daemonctl __observed t ignore /usr/sbin/nginx -- /usr/sbin/nginx -g \"daemon on; x\" $OPTIONS"
        );
        let mut named = line;
        named.argv0 = Some("own name".into());
        named.prefixes.ignores_failure = true;
        assert_eq!(
            gate(&named),
            "-/usr/bin/daemonctl __observed t ignore /usr/sbin/nginx -- \"own name\" -g \"daemon on; x\" $OPTIONS"
        );
        let dollar = CommandLine::new("/opt/$x/run", &[]);
        assert_eq!(
            gate(&dollar),
            "/usr/bin/daemonctl __observed t ignore /opt/$$x/run -- /opt/$$x/run"
        );
    }

    #[test]
    fn gates_are_known_by_their_token() {
        let line = gate(&CommandLine::new("/bin/true", &["__observed", "x"]));
        assert_eq!(
            token_in(&format!("# Made\n[Service]\nExecStart=\nExecStart={line}\n")).unwrap(),
            "t"
        );
        assert_eq!(token_in("[Service]\nUser=x\n"), None);
    }

    #[test]
    fn what_is_outside_of_the_sandbox_is_left_alone() {
        let mut line = CommandLine::new("/bin/true", &[]);
        line.prefixes.privilege = Privilege::Full;
        assert_eq!(gate(&line), "+/bin/true");
    }
}
