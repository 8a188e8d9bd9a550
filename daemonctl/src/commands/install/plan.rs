//! What would be written, for which manager, under which name.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use host::ManagerKind;
use translate::{
    Command, Definition, Level, Link, Lost, OutFile, Output, Readiness, RestartPolicy, Schedule,
    System,
};

use super::Args;
use super::account::{self, Account};
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::Managers;

/// What would be done.
pub struct Plan {
    /// For whom.
    pub kind: ManagerKind,
    /// Its place among the managers that were opened.
    pub manager: usize,
    /// The service's name without a suffix.
    pub name: String,
    /// What is enabled and started, by the manager's own name; `None`: cron sees to it.
    pub unit: Option<String>,
    /// The definition.
    pub definition: Definition,
    /// The files, below the system's root.
    pub files: Vec<OutFile>,
    /// What they can't say.
    pub lost: Vec<Lost>,
    /// The program, as it was found.
    pub program: PathBuf,
    /// As whom it runs; `None`: as the manager.
    pub account: Option<Account>,
}

/// Facilities by the names that people give them.
const FACILITIES: [(&str, &str); 8] = [
    ("network", "$net"),
    ("net", "$net"),
    ("network-online", "$network"),
    ("time", "$time"),
    ("time-sync", "$time"),
    ("remote-fs", "$remote_fs"),
    ("syslog", "$syslog"),
    ("named", "$named"),
];

/// Where a unit says that it comes up with the machine, and what a user's manager has for that.
const TARGETS: (&str, &str) = ("WantedBy=multi-user.target", "WantedBy=default.target");

/// The first line that tells where a file comes from.
pub fn mark(name: &str) -> String {
    format!("# Made by daemonctl install; \"daemonctl uninstall {name}\" takes it away.")
}

/// Makes the plan.
///
/// # Errors
/// The command line makes no sense, or what it asks for can't be said to this manager.
pub fn make(context: &Context, managers: &Managers, args: &Args) -> Result<Plan, Failure> {
    let manager = 0;
    let kind = managers.get(manager).map_or(ManagerKind::Systemd, |manager| manager.kind());
    let system = match kind {
        ManagerKind::Systemd | ManagerKind::SystemdUser => System::Systemd,
        ManagerKind::OpenRc => System::OpenRc,
        ManagerKind::SysV => System::SysV,
    };
    let argv = words(args)?;
    let account = account::of(context, args, kind)?;
    let program = program(args, argv.first().map_or("", String::as_str), account.as_ref())?;
    let mut definition = definition(args, &argv, &program)?;
    definition.readiness = match (definition.schedule.is_some(), system) {
        (true, _) => Readiness::Oneshot,
        // systemd then says where the program can't be run.
        (false, System::Systemd) => Readiness::Exec,
        (false, _) => Readiness::Simple,
    };
    let written = translate::write(&definition, system).map_err(|error| {
        let failure = Failure::failed(format_args!("{}: {error}", definition.name));
        match error.help {
            Some(help) => failure.hint(help),
            None => failure,
        }
    })?;
    let mut files = written.files;
    for file in &mut files {
        place(context, kind, file)?;
        let mark = mark(&definition.name);
        file.text = match file.text.strip_prefix("#!") {
            Some(rest) => {
                let (first, rest) = rest.split_once('\n').unwrap_or((rest, ""));
                format!("#!{first}\n{mark}\n{rest}")
            }
            None => format!("{mark}\n{}", file.text),
        };
    }
    let unit = unit(system, &definition, &files);
    let name = definition.name.clone();
    Ok(Plan { kind, manager, name, unit, definition, files, lost: written.lost, program, account })
}

/// What the manager calls it.
fn unit(system: System, definition: &Definition, files: &[OutFile]) -> Option<String> {
    match (system, &definition.schedule) {
        (System::Systemd, Some(_)) => Some(format!("{}.timer", definition.name)),
        (System::Systemd, None) => Some(format!("{}.service", definition.name)),
        (_, Some(_)) => None,
        (_, None) => files.first().map(|file| file.name().to_owned()),
    }
}

/// The words of the command. Every language is text.
fn words(args: &Args) -> Result<Vec<String>, Failure> {
    let word = |word: &std::ffi::OsString| match word.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => {
            let shown = word.to_string_lossy();
            Err(Failure::usage(format_args!("{shown}: this argument is no UTF-8"))
                .hint("definitions of services are text: put it into a script"))
        }
    };
    args.command.iter().map(word).collect()
}

/// The program as a service finds it: by an absolute path.
fn program(args: &Args, given: &str, account: Option<&Account>) -> Result<PathBuf, Failure> {
    let missing = |path: &str| {
        Failure::failed(format_args!("{path}: there is no such program"))
            .hint("give the path of a program that is there, and may be executed")
    };
    if given.contains('/') {
        let below = args.workdir.as_deref().filter(|_| !given.starts_with('/'));
        let path = match below {
            // A relative path is one of the folder that it runs in, where that has it.
            Some(folder) if folder.join(given).exists() => folder.join(given),
            _ => PathBuf::from(given),
        };
        let path = std::path::absolute(&path).map_err(|_| missing(given))?;
        let path: PathBuf = path.components().collect();
        return if path.exists() { Ok(path) } else { Err(missing(given)) };
    }
    let usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(std::env::split_paths(OsStr::new(usual)));
    let mut candidates = folders.filter(|folder| folder.is_absolute()).map(|f| f.join(given));
    candidates
        .find(|path| account::may_execute(path, account).is_ok())
        .ok_or_else(|| missing(given))
}

fn definition(args: &Args, argv: &[String], program: &Path) -> Result<Definition, Failure> {
    let base = program.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let name = match &args.name {
        Some(name) => name.trim_end_matches(".service").to_owned(),
        None => base,
    };
    let mut definition = Definition::new(name);
    let program = program.to_str().ok_or_else(|| {
        Failure::failed(format_args!("{}: the path is no UTF-8", program.display()))
    })?;
    let rest = argv.iter().skip(1).map(String::as_str);
    definition.start = vec![Command::of(std::iter::once(program).chain(rest))];
    let line: Vec<String> = argv.iter().map(|word| translate::quote(word)).collect();
    definition.description = Some(args.description.clone().unwrap_or_else(|| line.join(" ")));
    if let Some(user) = &args.user {
        let (user, group) = user.split_once(':').map_or((&**user, None), |(u, g)| (u, Some(g)));
        definition.user = (user != "root").then(|| user.to_owned());
        definition.group = group.map(str::to_owned);
    }
    definition.restart.policy = RestartPolicy::named(&args.restart).unwrap_or_default();
    for name in &args.after {
        let plain = name.trim_end_matches(".service").trim_end_matches(".target");
        let known = FACILITIES.iter().find(|(known, _)| *known == plain);
        definition.depends(Link::After, known.map_or(plain, |(_, facility)| facility), None);
        if matches!(known, Some((_, "$network"))) {
            definition.depends(Link::Wants, "$network", None);
        }
    }
    definition.environment = environment(args)?;
    definition.directory = match &args.workdir {
        Some(folder) => Some(absolute(folder)?),
        None => None,
    };
    if let Some(log) = &args.log {
        definition.output = Some(Output::Append(absolute(log)?));
        definition.error = Some(Output::Same);
    }
    // Whoever does not enable it now may do so later.
    definition.levels = vec![Level::Normal];
    if !args.schedule.is_empty() {
        let calendars = calendars(&args.schedule)?;
        definition.schedule = Some(Schedule { calendars, ..Schedule::default() });
    }
    Ok(definition)
}

fn calendars(texts: &[String]) -> Result<Vec<String>, Failure> {
    let read = |text: &String| match unit::time::Calendar::parse(text) {
        Ok(calendar) => Ok(calendar.to_string()),
        Err(problem) => {
            let message = format!("--schedule {text}: {}", problem.message);
            let hint = problem
                .help
                .unwrap_or_else(|| "daemonctl calendar says when an expression elapses".to_owned());
            Err(Failure::usage(message).hint(hint))
        }
    };
    texts.iter().map(read).collect()
}

fn environment(args: &Args) -> Result<Vec<(String, String)>, Failure> {
    let one = |text: &String| {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => {
                let value = std::env::var(text).map_err(|_| {
                    Failure::usage(format_args!("--env {text}: there is no such variable here"))
                        .hint("give its value: --env NAME=VALUE")
                })?;
                (text.as_str(), value)
            }
        };
        match unit::values::environment::is_variable_name(name) {
            true => Ok((name.to_owned(), value)),
            false => Err(Failure::usage(format_args!("--env {text}: no variable has such a name"))
                .hint("names have letters, digits and _, and no digit first")),
        }
    };
    args.env.iter().map(one).collect()
}

fn absolute(path: &Path) -> Result<String, Failure> {
    let absolute = std::path::absolute(path).ok();
    let text = absolute.as_deref().and_then(Path::to_str).map(str::to_owned);
    text.ok_or_else(|| Failure::usage(format_args!("{}: no such path", path.display())))
}

/// Where a file goes: a user's own manager has a folder of the user's.
fn place(context: &Context, kind: ManagerKind, file: &mut OutFile) -> Result<(), Failure> {
    if kind == ManagerKind::SystemdUser {
        let folder = account::config_home()?.join("systemd/user");
        file.path = folder.join(file.name()).to_string_lossy().into_owned();
        file.text = file.text.replace(TARGETS.0, TARGETS.1);
        return Ok(());
    }
    let root = &context.common.system_root;
    if root != Path::new("/") {
        file.path = root.join(file.path.trim_start_matches('/')).to_string_lossy().into_owned();
    }
    Ok(())
}
