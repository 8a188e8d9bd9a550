//! `daemonctl cat`: a unit's files, or the one definition that they make together; of services that
//! scripts start, the script and its settings.

mod script;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use present::json::{Document, Object};
use present::{Style, Value as Cell, Why, text};
use unit::table::Group;
use unit::unit::Setting;
use unit::{Files as _, LoadState, Name, Unit};

use crate::context::Context;
use crate::failure::Failure;
use crate::findings;
use crate::managers::{self, Which};
use crate::unit_names;
use crate::unit_tree::{TreeOptions, UnitTree};

const AFTER_HELP: &str = "\
Without --effective: each file as it is, its path in front, in the order in which they are read.
With it: what holds when all files are read, resets and overrides done, specifiers replaced; above
each line stands where it was written. The output can be used as a unit file.
Where OpenRC or SysV init runs the machine: the script, and the files of settings that it reads.

Examples:
  daemonctl cat nginx
  daemonctl cat ssh.service --effective
  daemonctl cat getty@tty1 --effective --json

Exit status: 0 done, 1 a file could not be read, 2 wrong usage, 4 no such unit.";

/// Options of `cat`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Names of units, or paths of unit files.
    #[arg(value_name = "NAME", required = true)]
    what: Vec<String>,
    /// The one definition that results, each line with where it comes from.
    #[arg(long, short)]
    effective: bool,
    #[command(flatten)]
    tree: TreeOptions,
    /// Services of this manager, whatever runs the machine.
    #[arg(long, value_name = "KIND", help_heading = "Manager", conflicts_with = "root")]
    manager: Option<Which>,
}

/// A file of a unit or of a service.
struct File {
    path: String,
    /// Its bytes, or why there are none.
    bytes: Result<Vec<u8>, String>,
}

/// Prints what units are defined by.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if managers::means_scripts(context, args.manager, &args.tree, &args.what) {
        return script::run(context, args);
    }
    let is_user = args.tree.user || args.manager == Some(Which::SystemdUser);
    let options = TreeOptions { user: is_user, ..args.tree.clone() };
    let mut shown = Vec::new();
    for what in &args.what {
        let asked = unit_names::asked(what, &options)?;
        let folders: Vec<String> = asked.folder.into_iter().collect();
        let tree = UnitTree::open_with(&options, &folders)?;
        let unit = tree.loader().load(&asked.name);
        // A link that leads nowhere is shown as one.
        if unit.files.iter().all(|path| path.is_empty()) {
            return Err(not_found(&asked.name, &tree));
        }
        let files = read(&tree, &unit);
        shown.push((unit, files));
    }
    let is_whole = shown.iter().all(|(_, files)| files.iter().all(|file| file.bytes.is_ok()));
    match context.common.json {
        true => json(&shown)?,
        false if args.effective => context.print(&effective(context, &shown))?,
        false => raw(context, &shown)?,
    }
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn not_found(name: &Name, tree: &UnitTree) -> Failure {
    let failure = Failure::not_found(format!("there is no unit {name}"));
    let stem = name.stem().to_ascii_lowercase();
    let names = tree.catalogue.names().map(Name::as_str);
    let mut near: Vec<&str> =
        names.filter(|known| known.to_ascii_lowercase().contains(&stem)).take(8).collect();
    near.sort_unstable();
    match near.is_empty() {
        true => failure.hint("looked for in the unit search path; --user looks for users' units"),
        false => failure.hint(format!("there is {}", near.join(", "))),
    }
}

fn read(tree: &UnitTree, unit: &Unit) -> Vec<File> {
    let paths = unit.files.iter().filter(|path| !path.is_empty());
    let file = |path: &std::sync::Arc<str>| File {
        path: path.to_string(),
        bytes: tree.disk.read(path).map(|content| content.bytes).map_err(|error| error.to_string()),
    };
    paths.map(file).collect()
}

fn raw(context: &Context, shown: &[(Unit, Vec<File>)]) -> Result<(), Failure> {
    let files = shown.iter().flat_map(|(unit, files)| {
        let masked = if unit.state == LoadState::Masked { " (masked)" } else { "" };
        files.iter().map(move |file| (masked, file))
    });
    print_files(context, files)
}

/// Prints files one after another, each with its path and a remark above it.
fn print_files<'a>(
    context: &Context,
    files: impl Iterator<Item = (&'static str, &'a File)>,
) -> Result<(), Failure> {
    let theme = context.layout().theme;
    let to_terminal = std::io::stdout().is_terminal();
    let mut out = std::io::stdout().lock();
    let mut is_first = true;
    for (remark, file) in files {
        if !std::mem::replace(&mut is_first, false) {
            writeln!(out)?;
        }
        let mut head = String::new();
        let path = text::clean(file.path.as_bytes());
        present::style::paint(&format!("# {path}{remark}"), Style::Good, &theme, &mut head);
        writeln!(out, "{head}")?;
        match &file.bytes {
            Err(why) => writeln!(out, "# {}", text::clean(why.as_bytes()))?,
            // What goes to a file or a program goes there unchanged.
            Ok(bytes) if !to_terminal => out.write_all(bytes)?,
            Ok(bytes) => {
                let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
                for line in body.split(|byte| *byte == b'\n') {
                    let line = text::clean(line.strip_suffix(b"\r").unwrap_or(line));
                    writeln!(out, "{line}")?;
                }
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// The header below which a setting stands.
fn section(unit: &Unit, setting: &Setting) -> &'static str {
    match setting.id.group() {
        Group::Unit => "Unit",
        Group::Install => "Install",
        _ => unit.name.unit_type().section().unwrap_or("Unit"),
    }
}

/// Settings below their headers: `[Unit]`, the section of the type, `[Install]`.
fn sections(unit: &Unit) -> impl Iterator<Item = (&'static str, Vec<&Setting>)> {
    let own = unit.name.unit_type().section();
    ["Unit"].into_iter().chain(own).chain(["Install"]).filter_map(|name| {
        let settings = unit.settings.settings().iter();
        let found: Vec<&Setting> =
            settings.filter(|setting| section(unit, setting) == name).collect();
        (!found.is_empty()).then_some((name, found))
    })
}

fn effective(context: &Context, shown: &[(Unit, Vec<File>)]) -> String {
    let theme = context.layout().theme;
    let mut out = String::new();
    for (unit, _) in shown {
        if !out.is_empty() {
            out.push('\n');
        }
        let comment = |line: String, out: &mut String| {
            present::style::paint(&text::clean(line.as_bytes()), Style::Dim, &theme, out);
            out.push('\n');
        };
        comment(format!("# {} ({})", unit.name, unit.state.word()), &mut out);
        if !unit.aliases.is_empty() {
            let names: Vec<&str> = unit.aliases.iter().map(Name::as_str).collect();
            comment(format!("# also called {}", names.join(", ")), &mut out);
        }
        for (kind, name) in &unit.folders {
            comment(format!("# {name} lies in {}{}/", unit.name, kind.suffix()), &mut out);
        }
        for (header, settings) in sections(unit) {
            out.push('\n');
            present::style::paint(&format!("[{header}]"), Style::Bold, &theme, &mut out);
            out.push('\n');
            for setting in settings {
                if let Some(file) = unit.file(setting.origin) {
                    comment(format!("# {file}:{}", setting.origin.line()), &mut out);
                }
                let value = setting.value.written(setting.id.directive().kind).to_string();
                let line = format!("{}={value}", setting.id.name());
                out.push_str(&text::clean(line.as_bytes()));
                if ends_in_backslash(&line) {
                    out.push(' ');
                }
                out.push('\n');
            }
        }
    }
    out
}

/// Whether the line would go on in the next one, were it not for a space behind it.
fn ends_in_backslash(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn json(shown: &[(Unit, Vec<File>)]) -> Result<(), Failure> {
    let mut document = Document::begin(std::io::stdout().lock(), "cat")?;
    document.array("units")?;
    for (unit, files) in shown {
        let names = |names: &[Name]| {
            Cell::List(names.iter().map(|name| Cell::text(name.as_str().to_owned())).collect())
        };
        let mut object = Object::new();
        object
            .put("name", unit.name.as_str())
            .put("aliases", names(&unit.aliases))
            .put("load_state", unit.state.word());
        let files: Vec<_> = files.iter().map(file_json).collect();
        object.put_json("files", serde_json::Value::Array(files));
        let settings: Vec<_> =
            unit.settings.settings().iter().map(|setting| setting_json(unit, setting)).collect();
        object.put_json("settings", serde_json::Value::Array(settings));
        let found: Vec<_> =
            unit.diagnostics.iter().map(|found| findings::json(found).build()).collect();
        object.put_json("findings", serde_json::Value::Array(found));
        document.item(object)?;
    }
    document.finish(&[])?;
    Ok(())
}

fn file_json(file: &File) -> serde_json::Value {
    let mut object = Object::new();
    object.put("path", file.path.clone());
    match &file.bytes {
        Ok(bytes) => object.put("text", Cell::raw(bytes.clone())),
        Err(_) => object.put("text", Cell::Missing(Why::NotPermitted)),
    };
    object.build()
}

fn setting_json(unit: &Unit, setting: &Setting) -> serde_json::Value {
    let file = unit.file(setting.origin).map(|file| Cell::text(file.to_string()));
    let mut object = Object::new();
    object
        .put("section", section(unit, setting))
        .put("directive", setting.id.name())
        .put("value", setting.value.written(setting.id.directive().kind).to_string())
        .put("file", Cell::or_missing(file, Why::NotApplicable))
        .put("line", setting.origin.line());
    object.build()
}
