//! What services are defined by that scripts start: the script, and the settings that it reads.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use present::json::{Document, Object};

use super::{Args, File, file_json, print_files};
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{ManagerOptions, Managers};
use crate::resolve::{Options, resolve};
use crate::service_view::lookup;

/// Longest file that is shown, in bytes.
const LONGEST: u64 = 4 << 20;

/// Prints the scripts and the settings of services.
///
/// # Errors
/// A name means no service, or a service without a script.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if args.effective {
        return Err(Failure::usage("a script has no effective definition: it is a program")
            .hint("daemonctl cat without --effective shows it, with the settings that it reads"));
    }
    let asked = ManagerOptions { manager: args.manager, user: false };
    let managers = Managers::open(context, &asked)?;
    let options = Options { every_manager: true, verb: "cat", ..Options::default() };
    let index = host::script_index(&context.common.system_root);
    let mut shown = Vec::new();
    for chosen in resolve(context, &managers, &args.what, &options)? {
        let service = lookup::at_rest(&managers, &chosen)?;
        let settings = settings(context, &service.name);
        let paths = service.definition.iter().chain(&settings);
        let files: Vec<File> = paths.map(|path| read(context, path)).collect();
        if files.is_empty() {
            return Err(Failure::failed(format_args!("{} has no script", service.name))
                .hint("it is known by its state or by a runlevel's link only"));
        }
        let script = index.by_name(&service.name);
        let provides = script.map_or_else(Vec::new, |script| script.provides.clone());
        shown.push((service.name, provides, files));
    }
    let is_whole = shown.iter().all(|(.., files)| files.iter().all(|file| file.bytes.is_ok()));
    match context.common.json {
        true => json(&shown)?,
        false => {
            let files = shown.iter().flat_map(|(.., files)| files.iter().map(|file| ("", file)));
            print_files(context, files)?;
        }
    }
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The files that scripts of this name read their settings from: OpenRC's, Debian's and Red Hat's.
fn settings(context: &Context, name: &str) -> Vec<PathBuf> {
    ["/etc/conf.d", "/etc/default", "/etc/sysconfig"]
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .filter(|path| inside(context, path).is_file())
        .collect()
}

fn inside(context: &Context, path: &Path) -> PathBuf {
    context.common.system_root.join(path.strip_prefix("/").unwrap_or(path))
}

fn read(context: &Context, path: &Path) -> File {
    let inside = inside(context, path);
    let bytes = || {
        // A pipe in the file's place would be waited for.
        if !std::fs::metadata(&inside)?.is_file() {
            return Err(std::io::Error::other("it is no regular file"));
        }
        let mut bytes = Vec::new();
        std::fs::File::open(&inside)?.take(LONGEST).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    File {
        path: path.to_string_lossy().into_owned(),
        bytes: bytes().map_err(|error: std::io::Error| error.to_string()),
    }
}

fn json(shown: &[(String, Vec<String>, Vec<File>)]) -> Result<(), Failure> {
    let mut document = Document::begin(std::io::stdout().lock(), "cat")?;
    document.array("units")?;
    for (name, provides, files) in shown {
        let mut object = Object::new();
        object.put("name", name.as_str()).put_json("aliases", provides.clone());
        object.put("load_state", "loaded");
        object.put_json("files", files.iter().map(file_json).collect::<Vec<_>>());
        object.put_json("settings", Vec::<serde_json::Value>::new());
        object.put_json("findings", Vec::<serde_json::Value>::new());
        document.item(object)?;
    }
    document.finish(&[])?;
    Ok(())
}
