//! `daemonctl run`: a program as a transient service.
//!
//! [`properties`] reads settings as unit files have them, [`encode`] puts them on the bus, [`report`]
//! says what came of it. Making, starting and waiting is the host room's.

mod command;
mod encode;
mod properties;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bus::Named;
use bus::wire::Typed;
use host::{ManagerKind, Systemd, Transient};
use unit::{Name, UnitType};

use crate::context::Context;
use crate::failure::{Failure, of_refusal};
use crate::managers::{ManagerOptions, Managers};
use encode::Types;

const AFTER_HELP: &str = "\
The program runs as a service of systemd: in a control group of its own, without a terminal, its output
in the journal, with systemd's environment and not with this shell's. It ends with its process, and
nothing of it is left. KEY=VALUE of --property is written as in a unit file; lists add up.

Examples:
  daemonctl run -- /usr/local/bin/backup --all
  daemonctl run --name backup --wait -p MemoryMax=1G -p CPUQuota=50% -- ./backup.sh
  daemonctl run --uid www-data --workdir /srv -e LANG=C.UTF-8 -- python3 -m http.server
  daemonctl run --schedule 'Mon..Fri 03:00' --name nightly -- ./nightly.sh
  daemonctl run --user -- my-sync

Exit status: 0 started; 1 it could not be started; 2 wrong usage; 3 this machine's service manager has
no transient services; 4 not permitted. With --wait: the program's own; 128 and the signal's number
where a signal ended it; 1 where it failed otherwise.";

/// Options of `run`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The program and its arguments.
    #[arg(
        value_name = "CMD",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    command: Vec<String>,
    /// The service's name; without it, one after the program.
    #[arg(long, short = 'n', value_name = "NAME")]
    name: Option<String>,
    /// Wait until the program has ended, and end as it did.
    #[arg(long, short, conflicts_with_all = ["no_wait", "schedule"])]
    wait: bool,
    /// Return before it is started.
    #[arg(long, visible_alias = "no-block")]
    no_wait: bool,
    /// A setting as in a unit file: MemoryMax=1G, Restart=on-failure, ProtectSystem=strict …
    #[arg(long, short, value_name = "KEY=VALUE")]
    property: Vec<String>,
    /// A variable of its environment; without "=", as it is in this one.
    #[arg(long, short, value_name = "NAME[=VALUE]")]
    env: Vec<String>,
    /// As this user.
    #[arg(long, value_name = "USER")]
    uid: Option<String>,
    /// As this group.
    #[arg(long, value_name = "GROUP")]
    gid: Option<String>,
    /// In this folder.
    #[arg(long, value_name = "DIR")]
    workdir: Option<PathBuf>,
    /// What it is, in a few words; without it, the command line.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// In this slice.
    #[arg(long, value_name = "SLICE")]
    slice: Option<String>,
    /// When it counts as started (Type=): exec, simple, forking, oneshot, notify, dbus.
    #[arg(long, value_name = "TYPE", default_value = "exec")]
    r#type: String,
    /// Keep it active after the program has ended.
    #[arg(long)]
    remain: bool,
    /// Forget it when it fails too: without this, a service that failed stays, to be looked at, until
    /// `daemonctl reset-failed`.
    #[arg(long)]
    collect: bool,
    /// Not now, but whenever this calendar expression elapses (see `daemonctl calendar`).
    #[arg(long, value_name = "CALENDAR", conflicts_with = "no_wait")]
    schedule: Option<String>,
    /// Say only what goes wrong.
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    manager: ManagerOptions,
}

/// Runs it.
///
/// # Errors
/// There is no manager that can, a setting is wrong, or it was refused.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let managers = Managers::open(context, &args.manager)
        .map_err(|failure| Failure::failed(failure.message()).hint(INSTEAD))?;
    let systemd = choose(&managers)?;
    let service = service_name(args)?;
    let types: Types = systemd.property_types(service.as_str())?.into_iter().collect();
    let settings = settings(args, &service, &types)?;
    let is_quiet = args.quiet || context.common.json;
    let may_ask = !context.common.json;
    let timeout = (!args.no_wait).then_some(Duration::from_secs(90));
    let to_its_end = args.wait;
    let mut tick = |_: &str| {};
    let timer;
    let (name, properties, others) = match &args.schedule {
        None => (service.as_str(), settings, Vec::new()),
        Some(when) => {
            timer = timer_name(&service)?;
            let kinds = systemd.property_types(timer.as_str())?.into_iter().collect();
            let settings_of_timer = schedule(when, &timer, args, &kinds)?;
            (timer.as_str(), settings_of_timer, vec![(service.to_string(), settings)])
        }
    };
    let unit =
        Transient { name, properties: &properties, others: &others, to_its_end, may_ask, timeout };
    let started = match systemd.start_transient(&unit, &mut tick) {
        Ok(started) => started,
        Err(refusal) => return refused(context, name, &refusal),
    };
    if !args.wait {
        report::started(context, name, &args.schedule, &started, is_quiet)?;
        return Ok(ExitCode::SUCCESS);
    }
    if !is_quiet {
        report::runs(name, started.main_pid);
    }
    let pid = started.main_pid;
    let end = started.wait(systemd, &mut tick)?;
    report::ended(context, name, pid, &end, args.quiet)?;
    Ok(ExitCode::from(report::status(&end)))
}

const INSTEAD: &str = "daemonctl detach -- CMD… runs it as a daemon without a manager; daemonctl \
                       install --name NAME -- CMD… makes it a service of this machine";

/// The first manager that has transient services.
fn choose(managers: &Managers) -> Result<&Systemd, Failure> {
    if let Some(systemd) = managers.all.iter().find_map(|manager| manager.as_systemd()) {
        return Ok(systemd);
    }
    let what = match managers.all.first().map(|manager| manager.kind()) {
        Some(ManagerKind::OpenRc) => "OpenRC",
        Some(ManagerKind::SysV) => "SysV init",
        _ => "this service manager",
    };
    Err(Failure::failed(format_args!("{what} has no transient services"))
        .with_status(crate::failure::exit::NOT_SUPPORTED)
        .hint(INSTEAD))
}

fn refused(context: &Context, name: &str, refusal: &host::Refusal) -> Result<ExitCode, Failure> {
    if context.common.json {
        report::refused(context, name, refusal)?;
        return Ok(ExitCode::from(of_refusal(refusal)));
    }
    let failure =
        Failure::failed(format_args!("{name}: {refusal}")).with_status(of_refusal(refusal));
    Err(match &refusal.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    })
}

fn service_name(args: &Args) -> Result<Name, Failure> {
    let text = match &args.name {
        Some(name) => name.clone(),
        None => command::generated_name(args.command.first().map_or("", String::as_str)),
    };
    let text = if text.ends_with(".service") { text } else { format!("{text}.service") };
    match text.parse::<Name>() {
        Ok(name) if name.unit_type() == UnitType::Service && !name.is_template() => Ok(name),
        _ => Err(Failure::usage(format_args!("--name {text}: that can't be a service's name"))
            .hint(
                "letters, digits, and any of \":-_.\\\"; daemonctl escape makes one of any text",
            )),
    }
}

fn timer_name(service: &Name) -> Result<Name, Failure> {
    let timer = service.with_type(UnitType::Timer);
    timer.ok_or_else(|| Failure::usage(format_args!("{service}: no timer can have that name")))
}

/// The properties of the service.
fn settings(args: &Args, name: &Name, types: &Types) -> Result<Vec<Named>, Failure> {
    let described = || args.command.join(" ");
    let description = args.description.clone().unwrap_or_else(described);
    let mut all = vec![("Description".to_owned(), Typed::text(description))];
    let mut text = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            all.push((name.to_owned(), Typed::text(value)));
        }
    };
    text("Type", &Some(args.r#type.clone()));
    text("User", &args.uid);
    text("Group", &args.gid);
    text("Slice", &args.slice);
    text("CollectMode", &args.collect.then(|| "inactive-or-failed".to_owned()));
    if args.remain {
        all.push(("RemainAfterExit".to_owned(), Typed::flag(true)));
    }
    if let Some(folder) = &args.workdir {
        let folder = command::absolute(folder)?;
        all.push(("WorkingDirectory".to_owned(), Typed::text(folder)));
    }
    let variables =
        args.env.iter().map(|text| command::variable(text)).collect::<Result<Vec<_>, _>>()?;
    if !variables.is_empty() {
        all.push(("Environment".to_owned(), Typed::texts(variables)));
    }
    for text in &args.property {
        all.extend(properties::property(text, name, types)?);
    }
    all.push(command::exec_start(&args.command)?);
    Ok(all)
}

/// The properties of the timer.
fn schedule(when: &str, timer: &Name, args: &Args, types: &Types) -> Result<Vec<Named>, Failure> {
    let mut all = properties::property(&format!("OnCalendar={when}"), timer, types)?;
    if all.is_empty() {
        return Err(Failure::usage("--schedule: it is empty").hint("daemonctl calendar explains"));
    }
    let description = args.description.clone().unwrap_or_else(|| args.command.join(" "));
    all.push(("Description".to_owned(), Typed::text(description)));
    Ok(all)
}
