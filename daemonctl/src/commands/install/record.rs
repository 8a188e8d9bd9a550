//! What `install` has written: a record for each service, with every file and its text, so that
//! `uninstall` takes away that and nothing else.

use std::path::{Path, PathBuf};

use host::ManagerKind;
use serde_json::{Value, json};

use super::{account, files};
use crate::context::Context;
use crate::failure::Failure;

/// The record's own version.
const SCHEMA: &str = "daemonctl-installed/1";

/// What was written for a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The service's name without a suffix.
    pub name: String,
    /// The stable word of its manager.
    pub manager: String,
    /// What was enabled and started, by the manager's own name; `None`: cron sees to it.
    pub unit: Option<String>,
    /// The files.
    pub files: Vec<Written>,
    /// Folders that were made for them, the deepest first.
    pub folders: Vec<PathBuf>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Where the records of a manager are.
///
/// # Errors
/// They are a user's, and that one's home is not known.
pub fn folder(context: &Context, kind: ManagerKind) -> Result<PathBuf, Failure> {
    Ok(match kind {
        ManagerKind::SystemdUser => account::state_home()?.join("daemonctl/installed"),
        _ => context.common.system_root.join("var/lib/daemonctl/installed"),
    })
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.json"))
}

/// Whether there is a record of that name.
///
/// # Errors
/// As [`folder`].
pub fn exists(context: &Context, kind: ManagerKind, name: &str) -> Result<bool, Failure> {
    Ok(path(&folder(context, kind)?, name).exists())
}

/// Keeps a record.
///
/// # Errors
/// It is there, or can't be written.
pub fn keep(folder: &Path, record: &Record) -> std::io::Result<()> {
    let files: Vec<Value> = record
        .files
        .iter()
        .map(|file| json!({"path": file.path.to_string_lossy(), "text": file.text}))
        .collect();
    let folders: Vec<String> =
        record.folders.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let value = json!({
        "schema": SCHEMA,
        "name": record.name,
        "manager": record.manager,
        "unit": record.unit,
        "files": files,
        "folders": folders,
    });
    let text = format!("{value:#}\n");
    files::create(&path(folder, &record.name), text.as_bytes(), 0o644).map(|_| ())
}

/// Reads the record of a service. `None`: `install` did not make it.
///
/// # Errors
/// It can't be read, or is no record.
pub fn read(folder: &Path, name: &str) -> Result<Option<Record>, Failure> {
    let path = path(folder, name);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::failed(format_args!("{}: {error}", path.display()))),
    };
    let record = serde_json::from_str::<Value>(&text).ok().and_then(|value| of_json(&value));
    match record.filter(|record| record.name == name) {
        Some(record) => Ok(Some(record)),
        None => Err(Failure::failed(format_args!(
            "{}: it is no record of an installed service",
            path.display()
        ))
        .hint("remove the service's files by hand, and this one")),
    }
}

fn of_json(value: &Value) -> Option<Record> {
    if value.get("schema")?.as_str()? != SCHEMA {
        return None;
    }
    let text = |value: &Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
    let file = |value: &Value| {
        let path = PathBuf::from(text(value, "path")?);
        Some(Written { path, text: text(value, "text")? })
    };
    let files: Option<Vec<Written>> = value.get("files")?.as_array()?.iter().map(file).collect();
    let folders = value.get("folders")?.as_array()?;
    let folders = folders.iter().filter_map(Value::as_str).map(PathBuf::from).collect();
    Some(Record {
        name: text(value, "name")?,
        manager: text(value, "manager")?,
        unit: text(value, "unit"),
        files: files?,
        folders,
    })
}

/// Forgets a service, and the folders of records where there are no others.
///
/// # Errors
/// The record can't be removed.
pub fn forget(folder: &Path, name: &str) -> std::io::Result<()> {
    std::fs::remove_file(path(folder, name))?;
    // Folders that hold other things stay.
    if std::fs::remove_dir(folder).is_ok()
        && let Some(parent) = folder.parent()
    {
        let _ = std::fs::remove_dir(parent);
    }
    Ok(())
}

/// The names of all services that `install` made.
pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let name = |entry: std::fs::DirEntry| {
        entry.file_name().to_str()?.strip_suffix(".json").map(str::to_owned)
    };
    let mut names: Vec<String> = entries.filter_map(Result::ok).filter_map(name).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::{Record, Written, forget, keep, names, read};

    #[test]
    fn what_is_kept_is_read() {
        let base = std::env::temp_dir().join(format!("record-{}", std::process::id()));
        let folder = base.join("daemonctl/installed");
        let files = vec![Written { path: "/etc/a".into(), text: "x\n\"ä\u{1b}".to_owned() }];
        let record = Record {
            name: "a".to_owned(),
            manager: "openrc".to_owned(),
            unit: None,
            files,
            folders: vec!["/etc/x".into()],
        };
        keep(&folder, &record).unwrap();
        assert_eq!(read(&folder, "a").unwrap(), Some(record));
        assert_eq!(read(&folder, "b").unwrap(), None);
        assert_eq!(names(&folder), ["a"]);
        std::fs::write(folder.join("c.json"), "{}").unwrap();
        assert!(read(&folder, "c").is_err());
        std::fs::remove_file(folder.join("c.json")).unwrap();
        forget(&folder, "a").unwrap();
        assert!(!base.join("daemonctl").exists());
        std::fs::remove_dir_all(base).unwrap();
    }
}
