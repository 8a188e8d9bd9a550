//! Whether systemd would take the unit files, as `verify` looks at them.

use std::path::PathBuf;

use host::ManagerKind;
use unit::{Diagnostic, LoadState, Name, Severity, check};

use super::plan::Plan;
use crate::context::Context;
use crate::failure::Failure;
use crate::findings;
use crate::surroundings::OnDisk;
use crate::unit_tree::{TreeOptions, UnitTree};

/// A folder that is gone when this is.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is a file in a folder for temporary ones.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Looks at all unit files of a plan.
///
/// # Errors
/// A file with which something is wrong; what, is printed.
pub fn all(context: &Context, plan: &Plan) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("daemonctl-{}", std::process::id()));
    let failed =
        |error: std::io::Error| Failure::failed(format_args!("{}: {error}", folder.display()));
    std::fs::create_dir(&folder).map_err(failed)?;
    let scratch = Scratch(folder.clone());
    for file in &plan.files {
        std::fs::write(folder.join(file.name()), &file.text).map_err(failed)?;
    }
    let options = TreeOptions { root: None, user: plan.kind == ManagerKind::SystemdUser };
    let first = [folder.to_string_lossy().into_owned()];
    let tree = UnitTree::open_with(&options, &first)?;
    let loader = tree.loader();
    let around = OnDisk::new(&tree.disk);
    let mut found: Vec<Diagnostic> = Vec::new();
    for file in &plan.files {
        let Ok(name) = file.name().parse::<Name>() else {
            let message = format!("{} is no name of a unit", file.name());
            return Err(Failure::usage(message).hint("give the service another: --name NAME"));
        };
        let unit = loader.load(&name);
        if unit.state == LoadState::Loaded {
            found.extend(check::settings::of(&unit));
            found.extend(check::references::of(&unit, &tree.catalogue, &around));
        }
        found.extend(unit.diagnostics);
    }
    drop(scratch);
    found.retain(|finding| finding.severity > Severity::Hint);
    if found.is_empty() {
        return Ok(());
    }
    let theme = context.layout().theme;
    let mut text = String::new();
    for finding in &found {
        findings::draw(finding, &theme, &mut text);
        text.push('\n');
    }
    Err(Failure::failed(format_args!("systemd would not take it as it is:\n{text}"))
        .hint("nothing was written"))
}
