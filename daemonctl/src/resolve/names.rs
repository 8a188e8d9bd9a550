//! Plain names: how each manager spells them, and whether it has such a service.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use host::ManagerKind;
use unit::UnitType;

use crate::context::Context;
use crate::managers::{Managers, Unanswered};

/// Where init scripts lie: Debian's and most others' place, and Red Hat's.
pub(super) const SCRIPT_FOLDERS: [&str; 2] = ["etc/init.d", "etc/rc.d/init.d"];

/// The type of unit that a name ends in.
pub fn unit_type(name: &str) -> Option<UnitType> {
    let (stem, suffix) = name.rsplit_once('.')?;
    UnitType::of_suffix(suffix).filter(|_| !stem.is_empty())
}

/// The name as a manager spells it: with `.service` for systemd where no type is given, and what
/// can't be part of a unit's name escaped (systemd.unit(5), STRING ESCAPING); without it for the others.
pub(super) fn spelled(managers: &Managers, manager: usize, word: &str) -> String {
    match managers.get(manager).map(|manager| manager.kind()) {
        Some(ManagerKind::Systemd | ManagerKind::SystemdUser) => {
            let mut name = String::with_capacity(word.len() + 8);
            for byte in word.bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => name.push(char::from(byte)),
                    b':' | b'-' | b'_' | b'.' | b'@' | b'\\' => name.push(char::from(byte)),
                    other => name.push_str(&format!("\\x{other:02x}")),
                }
            }
            if unit_type(&name).is_none() {
                name.push_str(".service");
            }
            name
        }
        _ => word.strip_suffix(".service").unwrap_or(word).to_owned(),
    }
}

/// Whether a manager is systemd, which is asked for names and tells all of a service at once.
pub(super) fn is_systemds(managers: &Managers, manager: usize) -> bool {
    let kind = managers.get(manager).map(|manager| manager.kind());
    matches!(kind, Some(ManagerKind::Systemd | ManagerKind::SystemdUser))
}

/// The name of the service that `word` names, as its manager has it.
pub(super) fn find(
    context: &Context,
    managers: &Managers,
    manager: usize,
    word: &str,
) -> Result<Option<String>, Unanswered> {
    let name = spelled(managers, manager, word);
    if is_systemds(managers, manager) {
        return managers.ask(manager, |m| m.name_of(&name));
    }
    if !is_script_name(&name) {
        return Ok(None);
    }
    let root = &context.common.system_root;
    // The script itself is the answer in nearly all cases; to ask the manager would have all scripts
    // read, and might run this one.
    if SCRIPT_FOLDERS.iter().any(|folder| is_script(&root.join(folder).join(&name))) {
        return Ok(Some(name));
    }
    let services = managers.ask(manager, |m| m.services())?;
    if services.iter().any(|service| service.name == name) {
        return Ok(Some(name));
    }
    if let Some(script) = host::script_index(root).by_name(&name) {
        return Ok(Some(script.name.clone()));
    }
    match managers.ask(manager, |m| m.service(&name)) {
        Ok(service) => Ok(Some(service.name)),
        Err(error) if error.is_no_such_service() => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_script_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('/') && name != "." && name != ".."
}

/// Whether a file is a script: the first two bytes say so.
fn is_script(path: &Path) -> bool {
    // A pipe in a script's place would be waited for.
    if !std::fs::metadata(path).is_ok_and(|meta| meta.is_file()) {
        return false;
    }
    let mut start = [0; 2];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == *b"#!"
}

/// Names that scripts provide beside their own, on machines that run scripts.
pub(super) fn provided(context: &Context, managers: &Managers) -> Vec<String> {
    let runs_scripts = managers
        .all
        .iter()
        .any(|manager| matches!(manager.kind(), ManagerKind::OpenRc | ManagerKind::SysV));
    if !runs_scripts {
        return Vec::new();
    }
    let index = host::script_index(&context.common.system_root);
    index.scripts.into_iter().flat_map(|script| script.provides).collect()
}

/// The service that a path of a definition names: a unit file, an init script.
pub(super) fn of_definition(
    context: &Context,
    managers: &Managers,
    path: &Path,
) -> Result<Option<(usize, String)>, Unanswered> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(None) };
    let folder = path.parent().unwrap_or(Path::new("/"));
    let in_script_folder =
        SCRIPT_FOLDERS.iter().any(|scripts| folder == Path::new("/").join(scripts));
    for manager in managers.indices() {
        let kind = managers.get(manager).map(|manager| manager.kind());
        let is_systemd = matches!(kind, Some(ManagerKind::Systemd | ManagerKind::SystemdUser));
        let fits = match is_systemd {
            // An init script is a unit too, by systemd's generator for them.
            true => unit_type(name).is_some() || in_script_folder,
            false => in_script_folder,
        };
        if !fits {
            continue;
        }
        let Some(found) = find(context, managers, manager, name)? else { continue };
        // The user's manager has units of the same names from other folders.
        if managers.all.len() > 1 && is_systemd && !in_script_folder {
            let definition = managers.ask(manager, |m| m.service(&found))?.definition;
            if definition.is_some_and(|definition| !is_same_file(context, &definition, path)) {
                continue;
            }
        }
        return Ok(Some((manager, found)));
    }
    Ok(None)
}

fn is_same_file(context: &Context, one: &Path, other: &Path) -> bool {
    let inside = |path: &Path| -> PathBuf {
        context.common.system_root.join(path.strip_prefix("/").unwrap_or(path))
    };
    let real = |path: &Path| std::fs::canonicalize(inside(path)).ok();
    one == other || real(one).is_some_and(|one| Some(one) == real(other))
}
