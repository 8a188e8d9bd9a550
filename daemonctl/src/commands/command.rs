//! `daemonctl command`: a command of a service's own script, or which there are.

use std::process::ExitCode;

use host::{CustomCommand, ManagerKind, Verb};
use present::json::{Document, Object};
use present::text::clean;
use present::{Value, Why};

use crate::commands::act;
use crate::commands::act::carry_out::{Asked, inability};
use crate::commands::act::options::{DoOptions, EXIT_STATUS};
use crate::context::Context;
use crate::failure::{Failure, exit};
use crate::managers::{Chosen, ManagerOptions, Managers};
use crate::resolve;

const EXAMPLES: &str = "\
Scripts of OpenRC (extra_commands) and SysV init may understand more than the usual words:
checkconfig, rotate, upgrade … Without a COMMAND, those that there are are listed. What the script
writes is the answer.

Examples:
  daemonctl command nginx
  daemonctl command nginx configtest
  daemonctl command postgresql checkconfig --dry-run
";

/// Words that every service understands: they are verbs of their own here.
const USUAL: [&str; 8] = [
    "start",
    "stop",
    "restart",
    "try-restart",
    "reload",
    "reload-or-restart",
    "try-reload-or-restart",
    "status",
];

/// Options of `command`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_STATUS}"))]
pub struct Args {
    /// The service.
    #[arg(value_name = "SERVICE")]
    service: String,
    /// The command of its script.
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    #[command(flatten)]
    options: DoOptions,
    #[command(flatten)]
    manager: ManagerOptions,
}

/// Runs `command`.
///
/// # Errors
/// There is no such service, its manager has no such thing, or the script no such command.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let managers = Managers::open(context, &args.manager)?;
    let wanted = resolve::Options { verb: "command", ..Default::default() };
    let word = std::slice::from_ref(&args.service);
    let chosen = resolve::resolve(context, &managers, word, &wanted).map_err(Failure::of_action)?;
    let [one] = chosen.as_slice() else {
        return Err(Failure::usage("a command is of one service").hint("name it by its name"));
    };
    let Some(manager) = managers.of(one) else {
        return Err(Failure::failed("there is no such manager"));
    };
    let name = clean(one.name.as_bytes());
    if let Some(refusal) = inability(manager, Verb::Custom, &one.name) {
        let failure = Failure::failed(format_args!("{name}: {refusal}"));
        let failure = failure.with_status(exit::NOT_SUPPORTED);
        return Err(failure.hint(refusal.hint.unwrap_or_default()));
    }
    let service = manager.service(&one.name).map_err(|e| Failure::from(e).of_action())?;
    let commands = service.details.map(|details| details.commands).unwrap_or_default();
    let Some(command) = &args.command else {
        return list(context, one, manager.kind(), &commands);
    };
    if USUAL.contains(&command.as_str()) {
        return Err(Failure::usage(format_args!("{command} is no command of a script's own"))
            .hint(format_args!("daemonctl {command} {name}")));
    }
    // A SysV script that does not show what it understands can only be tried.
    let is_known = commands.iter().any(|known| known.name == *command);
    if !is_known && (manager.kind() != ManagerKind::SysV || !commands.is_empty()) {
        let shown = clean(command.as_bytes());
        let failure = Failure::failed(format_args!("{name} has no command \"{shown}\""));
        return Err(failure.with_status(exit::NOT_SUPPORTED).hint(what_there_is(&commands)));
    }
    let asked = Asked { command: Some(command), ..Asked::verb(Verb::Custom) };
    act::act(context, &managers, &chosen, &asked, &args.options)
}

fn what_there_is(commands: &[CustomCommand]) -> String {
    match commands {
        [] => "its script has none of its own".to_owned(),
        some => {
            let names: Vec<&str> = some.iter().map(|command| command.name.as_str()).collect();
            format!("it has: {}", names.join(", "))
        }
    }
}

/// Says which commands there are.
fn list(
    context: &Context,
    chosen: &Chosen,
    manager: ManagerKind,
    commands: &[CustomCommand],
) -> Result<ExitCode, Failure> {
    if context.common.json {
        let mut bytes = Vec::new();
        let mut document = Document::begin(&mut bytes, "command")?;
        document.put_json("name", &chosen.name.as_str().into())?;
        document.put_json("manager", &manager.name().into())?;
        document.array("commands")?;
        for command in commands {
            let mut object = Object::new();
            object.put("name", &*command.name);
            let description = command.description.as_deref();
            object.put("description", Value::or_missing(description, Why::Unknown));
            object.put("only_started", command.only_started);
            object.put("only_stopped", command.only_stopped);
            document.item(object)?;
        }
        document.end_array()?;
        document.finish(&[])?;
        context.print(&String::from_utf8_lossy(&bytes))?;
        return Ok(ExitCode::SUCCESS);
    }
    let name = clean(chosen.name.as_bytes());
    if commands.is_empty() {
        context.print(&format!("{name} has no commands of its own\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let width = commands.iter().map(|c| present::text::width(&clean(c.name.as_bytes()))).max();
    let width = width.unwrap_or_default();
    let mut out = String::new();
    for command in commands {
        let mut about = Vec::new();
        if let Some(description) = &command.description {
            about.push(clean(description.as_bytes()).into_owned());
        }
        if command.only_started {
            about.push("(while it is started)".to_owned());
        }
        if command.only_stopped {
            about.push("(while it is stopped)".to_owned());
        }
        let word = clean(command.name.as_bytes());
        let line = format!("{word:<width$}  {}", about.join(" "));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    context.print(&out)?;
    Ok(ExitCode::SUCCESS)
}
