//! `daemonctl convert`: a definition in another init's language.

mod gather;
mod report;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use host::ManagerKind;
use translate::{Format, Lost, OutFile, System};

use crate::context::Context;
use crate::failure::Failure;

pub use report::{lost as lost_object, notes};

const AFTER_HELP: &str = "\
Unit files and init scripts become each other; supervisord.conf, Procfile and crontab become
services, one for each program, process or entry. Scripts are read as far as they state facts:
variables, start-stop-daemon lines, the functions that OpenRC documents. Nothing in them is run.

The definition goes to standard output. What can't be carried over is listed on standard error, with
file and line: `lost` is gone, `changed` is there in another way. A timer is given by its .timer
file; the .service beside it, and drop-ins in FILE.d, are read too. Timed services of OpenRC and
SysV become entries of cron.

Examples:
  daemonctl convert nginx.service --to openrc
  daemonctl convert /etc/init.d/foo --to systemd -o /etc/systemd/system
  daemonctl convert supervisord.conf --to systemd -o units/
  daemonctl convert Procfile --to systemd --name shop
  crontab -l | daemonctl convert - --from crontab --to systemd --name mine
  daemonctl convert foo.service --to sysv --strict >/dev/null && echo nothing is lost

Exit status: 0 converted, 1 it can't be, or with --strict something was lost or changed,
2 wrong usage, 4 no such file.";

/// Options of `convert`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The definition; - for standard input.
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: String,
    /// The language to write it in; without it, that of this machine's init.
    #[arg(long, value_name = "INIT")]
    to: Option<To>,
    /// The language it is written in, where its name and text do not tell.
    #[arg(long, value_name = "LANGUAGE", default_value = "auto", value_parser = from_names())]
    from: String,
    /// The service's name, instead of the file's; with several services, put before theirs.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Write the files into this folder. What is there is not overwritten.
    #[arg(long, short, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    output: Option<PathBuf>,
    /// Fail if anything is lost or changed.
    #[arg(long)]
    strict: bool,
}

/// A language to write in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum To {
    /// Unit files.
    Systemd,
    /// OpenRC service scripts.
    Openrc,
    /// Init scripts with LSB headers.
    Sysv,
}

impl From<To> for System {
    fn from(to: To) -> System {
        match to {
            To::Systemd => System::Systemd,
            To::Openrc => System::OpenRc,
            To::Sysv => System::SysV,
        }
    }
}

fn from_names() -> clap::builder::PossibleValuesParser {
    let names = Format::ALL.iter().map(|(_, name)| *name);
    clap::builder::PossibleValuesParser::new(std::iter::once("auto").chain(names))
}

/// A file's services in another language.
pub struct Converted {
    /// The language it is written in.
    from: Format,
    /// The language they are written in.
    to: System,
    /// The files.
    files: Vec<OutFile>,
    /// What they do not say.
    lost: Vec<Lost>,
    /// Where they were written.
    written: Vec<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// The file can't be read or converted, or what it would be written to is there already.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let to = match args.to {
        Some(to) => to.into(),
        None => of_machine(context)?,
    };
    let mut converted = convert(args, to)?;
    if let Some(folder) = &args.output {
        converted.written = write(folder, &converted.files)?;
    }
    match context.common.json {
        true => report::json(context, &converted)?,
        false => report::text(context, &converted)?,
    }
    let is_less = args.strict && !converted.lost.is_empty();
    Ok(if is_less { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What this machine's init speaks.
fn of_machine(context: &Context) -> Result<System, Failure> {
    match host::detect(&context.common.system_root).first() {
        Some(ManagerKind::Systemd | ManagerKind::SystemdUser) => Ok(System::Systemd),
        Some(ManagerKind::OpenRc) => Ok(System::OpenRc),
        Some(ManagerKind::SysV) => Ok(System::SysV),
        None => Err(Failure::usage("no service manager runs here that would say which language")
            .hint("name one: --to systemd, --to openrc or --to sysv")),
    }
}

fn convert(args: &Args, to: System) -> Result<Converted, Failure> {
    let input = gather::read(&args.file)?;
    let named = Format::ALL.iter().find(|(_, name)| *name == args.from).map(|(format, _)| *format);
    let from = named.or_else(|| translate::detect(&input.path, &input.bytes)).ok_or_else(|| {
        Failure::failed(format_args!("{}: it is not known what language this is", args.file))
            .hint("say it: --from systemd, openrc, sysv, supervisord, procfile, crontab …")
    })?;
    let others = gather::others(&input, from);
    let sources: Vec<translate::Source<'_>> = others.iter().map(gather::Input::source).collect();
    let reading = translate::read(from, &input.source(), &sources, args.name.as_deref())
        .map_err(|error| report::unread(&error))?;
    let mut converted =
        Converted { from, to, files: Vec::new(), lost: reading.lost, written: Vec::new() };
    for definition in &reading.definitions {
        let written = translate::write(definition, to).map_err(|error| {
            report::notes(&definition.lost);
            let failure = Failure::failed(format_args!("{}: {error}", definition.name));
            match error.help {
                Some(help) => failure.hint(help),
                None => failure,
            }
        })?;
        converted.files.extend(written.files);
        converted.lost.extend(written.lost);
    }
    let mut names: Vec<&str> = converted.files.iter().map(OutFile::name).collect();
    names.sort_unstable();
    if let Some([name, _]) = names.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
        let message = format!("two services would get the one file {name}");
        return Err(Failure::failed(message).hint("give them names that differ in more"));
    }
    Ok(converted)
}

/// Writes the files into a folder.
fn write(folder: &Path, files: &[OutFile]) -> Result<Vec<PathBuf>, Failure> {
    use std::os::unix::fs::OpenOptionsExt as _;

    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::failed(format_args!("{}: {error}", folder.display())))?;
    let mut written = Vec::new();
    for file in files {
        let path = folder.join(file.name());
        let failed = |error: std::io::Error| {
            let failure = Failure::failed(format_args!("{}: {error}", path.display()));
            match error.kind() {
                std::io::ErrorKind::AlreadyExists => {
                    failure.hint("nothing is overwritten: remove it, or choose another folder")
                }
                _ => failure,
            }
        };
        let mut options = std::fs::OpenOptions::new();
        let mut to =
            options.write(true).create_new(true).mode(file.mode).open(&path).map_err(failed)?;
        to.write_all(file.text.as_bytes()).map_err(failed)?;
        written.push(path);
    }
    Ok(written)
}
