//! `daemonctl uninstall`: takes away what install made.

pub mod remove;

use std::process::ExitCode;

use host::ManagerKind;
use present::json::{Document, Object};
use present::text::clean;

use crate::commands::install::record::{self, Record};
use crate::context::Context;
use crate::failure::{Failure, exit};
use crate::managers::{ManagerOptions, Managers, Which};

const AFTER_HELP: &str = "\
Stops the service, takes it out of the boot, and removes the files that `daemonctl install` wrote, and
nothing else: what it did not make is refused, and so is what was changed since, unless --force is
given. Without a NAME, what `install` made is listed.

Examples:
  daemonctl uninstall web
  daemonctl uninstall web --dry-run
  daemonctl uninstall

Exit status: 0 it is gone; 1 it could not be taken away, or was changed; 2 wrong usage; 4 not
permitted, or install did not make it.";

/// Options of `uninstall`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Services that `install` made.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Remove files that were changed since, too.
    #[arg(long, short)]
    force: bool,
    /// Of this manager, not of the one that runs the machine.
    #[arg(long, value_name = "KIND", help_heading = "Manager")]
    manager: Option<Which>,
    /// Say what would be removed, and do nothing.
    #[arg(long, short = 'n')]
    dry_run: bool,
}

/// Runs it.
///
/// # Errors
/// A service was not made by `install`, or it could not be taken away.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let kind = match args.manager {
        Some(Which::SystemdUser) => ManagerKind::SystemdUser,
        _ => ManagerKind::Systemd,
    };
    let folder = record::folder(context, kind)?;
    if args.names.is_empty() {
        let mut out = String::new();
        for name in record::names(&folder) {
            out.push_str(&format!("{}\n", clean(name.as_bytes())));
        }
        context.print(&out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut records = Vec::new();
    for name in &args.names {
        let name = name.trim_end_matches(".service").trim_end_matches(".timer");
        if name.contains('/') || name.is_empty() {
            return Err(Failure::usage(format_args!("{name}: a service's name is wanted")));
        }
        let record = record::read(&folder, name)?.ok_or_else(|| {
            Failure::not_found(format_args!("{name} was not made by daemonctl install")).hint(
                "what a package brought is removed with the package; daemonctl uninstall alone \
                 lists what can be taken away",
            )
        })?;
        remove::must_be_unchanged(&record, args.force)?;
        records.push(record);
    }
    if !args.dry_run && kind != ManagerKind::SystemdUser && !rustix::process::geteuid().is_root() {
        return Err(Failure::failed("only root may take services away")
            .with_status(exit::NOT_PERMITTED)
            .hint("sudo daemonctl uninstall …"));
    }
    for record in &records {
        if !args.dry_run {
            let which = which(&record.manager);
            let options = ManagerOptions { manager: which, user: false };
            let managers = Managers::open(context, &options)?;
            remove::all(context, &managers, record)?;
        }
    }
    say(context, &records, args.dry_run)?;
    Ok(ExitCode::SUCCESS)
}

fn which(manager: &str) -> Option<Which> {
    match manager {
        "systemd" => Some(Which::Systemd),
        "systemd-user" => Some(Which::SystemdUser),
        "openrc" => Some(Which::Openrc),
        "sysv" => Some(Which::Sysv),
        _ => None,
    }
}

fn say(context: &Context, records: &[Record], is_dry: bool) -> Result<(), Failure> {
    if context.common.json {
        let mut bytes = Vec::new();
        let mut document = Document::begin(&mut bytes, "uninstall")?;
        document.put_json("dry_run", &is_dry.into())?;
        document.array("removed")?;
        for record in records {
            let mut object = Object::new();
            object.put("name", &*record.name);
            object.put("manager", &*record.manager);
            let files: Vec<String> =
                record.files.iter().map(|file| file.path.to_string_lossy().into_owned()).collect();
            object.put_json("files", files);
            document.item(object)?;
        }
        document.end_array()?;
        document.finish(&[])?;
        context.print(&String::from_utf8_lossy(&bytes))?;
        return Ok(());
    }
    let mut out = String::new();
    for record in records {
        if let (true, Some(unit)) = (is_dry, &record.unit) {
            let unit = clean(unit.as_bytes());
            out.push_str(&format!("would stop {unit}\nwould disable {unit}\n"));
        }
        let verb = if is_dry { "would remove" } else { "removed" };
        for file in &record.files {
            let path = file.path.to_string_lossy().into_owned();
            out.push_str(&format!("{verb} {}\n", clean(path.as_bytes())));
        }
    }
    context.print(&out)?;
    Ok(())
}
