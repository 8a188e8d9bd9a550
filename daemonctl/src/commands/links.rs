//! `daemonctl links`: this program under other tools' names.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use present::json::{Document, Note, Object};

use crate::context::Context;
use crate::failure::Failure;
use crate::names::{TOOLS, Tool, named};

const AFTER_HELP: &str = "\
Under each of those names the program takes that tool's arguments, prints what it is known to print
and ends with its exit status, on whatever init the machine has. A folder that stands before the
system's own in PATH makes fingers and playbooks find them.

Nothing that exists is overwritten, and remove takes away only links that lead here.

Examples:
  daemonctl links install /usr/local/bin
  daemonctl links install ~/bin --tools systemctl,service
  daemonctl links list /usr/local/bin
  daemonctl links remove /usr/local/bin

Exit status: 0 done; 1 something was left as it is, or failed; 2 wrong usage.";

/// Options of `links`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Makes the links.
    Install {
        /// In this folder; it is made where there is none.
        dir: PathBuf,
        /// Only these tools.
        #[arg(long, value_name = "A,B", value_delimiter = ',')]
        tools: Vec<String>,
    },
    /// Shows the names, and which of them lead here.
    List {
        /// In this folder; without it, wherever PATH leads.
        dir: Option<PathBuf>,
    },
    /// Removes the links that lead here.
    Remove {
        /// From this folder.
        dir: PathBuf,
        /// Only these tools.
        #[arg(long, value_name = "A,B", value_delimiter = ',')]
        tools: Vec<String>,
    },
}

/// What there is of a tool's name, or what became of it.
#[derive(Debug)]
enum Fate {
    /// A link was made.
    Installed,
    /// It leads here already.
    Ours,
    /// Something else has that name.
    Other,
    /// A link was removed.
    Removed,
    /// There is nothing of that name.
    Absent,
    /// The kernel refused.
    Failed(io::Error),
}

impl Fate {
    fn word(&self) -> &'static str {
        match self {
            Fate::Installed => "installed",
            Fate::Ours => "ours",
            Fate::Other => "other",
            Fate::Removed => "removed",
            Fate::Absent => "absent",
            Fate::Failed(_) => "failed",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Fate::Installed => "installed".to_owned(),
            Fate::Ours => "leads here".to_owned(),
            Fate::Other => "left alone: something else has that name".to_owned(),
            Fate::Removed => "removed".to_owned(),
            Fate::Absent => "not there".to_owned(),
            Fate::Failed(error) => format!("failed: {error}"),
        }
    }
}

/// A tool's name, where it was looked for, and what became of it.
struct Report {
    tool: &'static Tool,
    path: Option<PathBuf>,
    fate: Fate,
}

/// Runs it.
///
/// # Errors
/// A tool is not known, the folder is not there, or this program's own path isn't known.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let own = own_path()?;
    let (action, reports) = match &args.action {
        Action::Install { dir, tools } => {
            fs::create_dir_all(dir).map_err(|error| {
                Failure::failed(format_args!("cannot make {}: {error}", dir.display()))
            })?;
            let dir = folder(dir)?;
            ("install", each(tools, |tool| install(&own, dir.join(tool.name)))?)
        }
        Action::Remove { dir, tools } => {
            let dir = folder(dir)?;
            ("remove", each(tools, |tool| remove(&own, dir.join(tool.name)))?)
        }
        Action::List { dir: Some(dir) } => {
            let dir = folder(dir)?;
            ("list", each(&[], |tool| look(&own, dir.join(tool.name)))?)
        }
        Action::List { dir: None } => ("list", each(&[], |tool| search(&own, tool))?),
    };
    let failed = action != "list"
        && reports.iter().any(|report| matches!(report.fate, Fate::Other | Fate::Failed(_)));
    match context.common.json {
        true => json(action, &own, &reports)?,
        false => text(context, &reports)?,
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The file that this program is, whatever link it was called by.
fn own_path() -> Result<PathBuf, Failure> {
    let path = std::env::current_exe().map_err(|error| {
        Failure::failed(format_args!("this program's own path isn't known: {error}"))
            .hint("is /proc mounted?")
    })?;
    Ok(path.canonicalize().unwrap_or(path))
}

fn folder(dir: &Path) -> Result<PathBuf, Failure> {
    match fs::metadata(dir) {
        Ok(found) if found.is_dir() => Ok(dir.to_owned()),
        Ok(_) => Err(Failure::failed(format_args!("{} is no folder", dir.display()))),
        Err(error) => Err(Failure::failed(format_args!("{}: {error}", dir.display()))
            .hint(format_args!("make it first: mkdir -p {}", dir.display()))),
    }
}

fn each(
    names: &[String],
    act: impl Fn(&Tool) -> (Option<PathBuf>, Fate),
) -> Result<Vec<Report>, Failure> {
    let tools: Vec<&'static Tool> = match names.is_empty() {
        true => TOOLS.iter().collect(),
        false => names.iter().map(|name| chosen(name)).collect::<Result<_, _>>()?,
    };
    let report = |tool: &'static Tool| {
        let (path, fate) = act(tool);
        Report { tool, path, fate }
    };
    Ok(tools.into_iter().map(report).collect())
}

fn chosen(name: &str) -> Result<&'static Tool, Failure> {
    named(name.as_ref()).ok_or_else(|| {
        let all: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
        Failure::usage(format_args!("this program does not stand for `{name}`"))
            .hint(format_args!("it stands for {}", all.join(", ")))
    })
}

/// Whether a path is this very program, by whatever links.
fn leads_here(own: &Path, path: &Path) -> bool {
    path.canonicalize().is_ok_and(|target| target == own)
}

fn look(own: &Path, path: PathBuf) -> (Option<PathBuf>, Fate) {
    let fate = match fs::symlink_metadata(&path) {
        Ok(_) if leads_here(own, &path) => Fate::Ours,
        Ok(_) => Fate::Other,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Fate::Absent,
        Err(error) => Fate::Failed(error),
    };
    (Some(path), fate)
}

fn install(own: &Path, path: PathBuf) -> (Option<PathBuf>, Fate) {
    let fate = match symlink(own, &path) {
        Ok(()) => Fate::Installed,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return look(own, path),
        Err(error) => Fate::Failed(error),
    };
    (Some(path), fate)
}

fn remove(own: &Path, path: PathBuf) -> (Option<PathBuf>, Fate) {
    let (path, fate) = look(own, path);
    let Some(file) = &path else { return (path, fate) };
    // The program itself may have been copied under a tool's name: that is no link.
    let fate = match fate {
        Fate::Ours if !file.is_symlink() => Fate::Other,
        Fate::Ours => match fs::remove_file(file) {
            Ok(()) => Fate::Removed,
            Err(error) => Fate::Failed(error),
        },
        other => other,
    };
    (path, fate)
}

/// The first of that name in the search path, as a shell finds it.
fn search(own: &Path, tool: &Tool) -> (Option<PathBuf>, Fate) {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&folders).map(|folder| folder.join(tool.name)).find(|p| p.exists());
    match found {
        Some(path) => look(own, path),
        None => (None, Fate::Absent),
    }
}

fn text(context: &Context, reports: &[Report]) -> Result<(), Failure> {
    let width = reports.iter().map(|report| report.tool.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for report in reports {
        let place = report.path.as_deref().map(|path| path.display().to_string());
        let line = match (&report.fate, place) {
            (Fate::Absent, None) => {
                format!(
                    "{:width$}  {} ({})",
                    report.tool.name,
                    report.fate.sentence(),
                    report.tool.about
                )
            }
            (fate, place) => {
                let place = place.unwrap_or_default();
                format!("{:width$}  {}  {place}", report.tool.name, fate.sentence())
            }
        };
        out.push_str(&present::text::clean(line.as_bytes()));
        out.push('\n');
    }
    context.print(&out)?;
    Ok(())
}

fn json(action: &str, own: &Path, reports: &[Report]) -> Result<(), Failure> {
    let mut out = Vec::new();
    let mut document = Document::begin(&mut out, "links")?;
    document.put_json("action", &action.into())?;
    document.put_json("program", &own.to_string_lossy().into())?;
    document.array("tools")?;
    for report in reports {
        let mut object = Object::new();
        object.put("name", report.tool.name).put("about", report.tool.about);
        let path = report.path.as_deref().map(|path| path.to_string_lossy().into_owned());
        object.put("path", present::Value::or_missing(path, present::Why::NotApplicable));
        object.put("result", report.fate.word());
        object.put("detail", report.fate.sentence());
        document.item(object)?;
    }
    document.end_array()?;
    let notes: &[Note] = &[];
    document.finish(notes)?;
    io::Write::write_all(&mut io::stdout(), &out)?;
    Ok(())
}
