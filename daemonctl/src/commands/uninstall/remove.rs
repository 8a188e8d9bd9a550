//! Taking a service away: stop, disable, remove, tell the manager.

use std::path::Path;

use host::{ManagerKind, Refusal, RefusalKind, Request, ServiceManager, Verb};
use launch::Helper;

use crate::commands::install::record::{self, Record};
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::Managers;

/// Where tools of administrators are.
const TOOL_FOLDERS: [&str; 4] = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/// The files are as they were written, or gone.
///
/// # Errors
/// One was changed, and `is_forced` does not say that this does not matter.
pub fn must_be_unchanged(record: &Record, is_forced: bool) -> Result<(), Failure> {
    for file in &record.files {
        let path = file.path.display();
        match std::fs::read(&file.path) {
            Ok(bytes) if bytes == file.text.as_bytes() || is_forced => {}
            Ok(_) => {
                return Err(Failure::failed(format_args!(
                    "{path} was changed since it was written"
                ))
                .hint("--force removes it all the same"));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::failed(format_args!("{path}: {error}"))),
        }
    }
    Ok(())
}

/// Takes all of a service away.
///
/// # Errors
/// It can't be stopped, or a file can't be removed.
pub fn all(context: &Context, managers: &Managers, record: &Record) -> Result<(), Failure> {
    let manager = managers.all.first().map(Box::as_ref);
    if let (Some(manager), Some(unit)) = (manager, &record.unit) {
        let names = names(manager.kind(), unit);
        for verb in [Verb::Stop, Verb::Disable] {
            ask(manager, verb, &names)?;
        }
    }
    for file in &record.files {
        match std::fs::remove_file(&file.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::failed(format_args!("{}: {error}", file.path.display())));
            }
            _ => {}
        }
    }
    if let (Some(manager), Some(unit)) = (manager, &record.unit) {
        if manager.kind() == ManagerKind::SysV {
            links_of_script(&context.common.system_root, unit)?;
        }
        if let Err(refusal) = manager.reload_definitions() {
            return Err(Failure::failed(format_args!(
                "the files are removed, but {} did not notice: {refusal}",
                manager.kind().name()
            ))
            .hint("daemonctl daemon-reload"));
        }
        // A unit that failed would be listed until the next boot.
        let _ = ask(manager, Verb::ResetFailed, &names(manager.kind(), unit));
    }
    let kind = manager.map_or(ManagerKind::Systemd, ServiceManager::kind);
    let folder = record::folder(context, kind)?;
    record::forget(&folder, &record.name)
        .map_err(|error| Failure::failed(format_args!("{}: {error}", folder.display())))?;
    for folder in &record.folders {
        // What holds other things by now stays.
        let _ = std::fs::remove_dir(folder);
    }
    Ok(())
}

/// A timer's service is stopped with it.
fn names(kind: ManagerKind, unit: &str) -> Vec<String> {
    let service = unit.strip_suffix(".timer").map(|stem| format!("{stem}.service"));
    let is_systemd = matches!(kind, ManagerKind::Systemd | ManagerKind::SystemdUser);
    std::iter::once(unit.to_owned()).chain(service.filter(|_| is_systemd)).collect()
}

/// Asks the manager; what it does not know is as good as done.
fn ask(manager: &dyn ServiceManager, verb: Verb, names: &[String]) -> Result<(), Failure> {
    let request = Request::new(verb, names);
    let mut ignore = |_: &host::Event<'_>| {};
    for outcome in manager.act(&request, &mut ignore) {
        let Err(Refusal { kind, message, hint, output, .. }) = outcome.result else { continue };
        let is_gone = matches!(kind, RefusalKind::NoSuchService | RefusalKind::NotSupported);
        if is_gone || verb == Verb::ResetFailed || (verb == Verb::Disable && names.len() > 1) {
            continue;
        }
        let said = output.last().map(|line| format!(": {line}")).unwrap_or_default();
        let failure = Failure::failed(format_args!(
            "cannot {} {}: {message}{said}",
            verb.name(),
            outcome.name
        ));
        return Err(failure.hint(hint.unwrap_or_else(|| "nothing was removed".to_owned())));
    }
    Ok(())
}

/// Removes the runlevel links of an init script that is gone, by the tool that keeps them.
fn links_of_script(root: &Path, name: &str) -> Result<(), Failure> {
    let tools: [(&str, &[&str]); 2] =
        [("update-rc.d", &["-f", name, "remove"]), ("chkconfig", &["--del", name])];
    for (tool, arguments) in tools {
        let found = TOOL_FOLDERS.iter().map(|folder| Path::new(folder).join(tool));
        let Some(path) = found.into_iter().find(|path| path.exists()) else { continue };
        let path_variable = TOOL_FOLDERS.join(":");
        let helper = Helper::new(path).env("PATH", path_variable);
        let helper = arguments.iter().fold(helper, |helper, word| helper.arg(*word));
        let ended = helper.run(&mut |_, _| {}, &mut || {});
        return match ended {
            Ok(ended) if ended.status.success() => Ok(()),
            Ok(_) => {
                Err(Failure::failed(format_args!("{tool} did not remove the links of {name}"))
                    .hint(format_args!("run it by hand: {tool} {}", arguments.join(" "))))
            }
            Err(error) => Err(Failure::failed(error)),
        };
    }
    remove_links(root, name);
    Ok(())
}

/// The same without a tool.
fn remove_links(root: &Path, name: &str) {
    for level in ["0", "1", "2", "3", "4", "5", "6", "S"] {
        for folder in [format!("etc/rc{level}.d"), format!("etc/rc.d/rc{level}.d")] {
            let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
            for entry in entries.filter_map(Result::ok) {
                let file = entry.file_name();
                let is_ours = file.to_str().is_some_and(|file| {
                    file.starts_with(['S', 'K'])
                        && file.get(3..) == Some(name)
                        && entry.path().is_symlink()
                });
                if is_ours {
                    // A link to a script that is gone starts nothing.
                    let _ = std::fs::remove_file(entry.path());
                }
            }
        }
    }
}
