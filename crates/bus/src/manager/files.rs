//! Unit files and the links that enable and mask them.

use super::Manager;
use crate::wire::Value;
use crate::{Arg, BusError};

/// `UNIT_FILE_RUNTIME` of the methods that take flags.
const RUNTIME: u64 = 1;

/// A unit file as the manager lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFile {
    /// Where it lies.
    pub path: String,
    /// `enabled`, `disabled`, `static`, `masked`, `alias`, `indirect`, `generated` …
    pub state: String,
}

/// A link that was made or removed, or something that was noticed meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// `symlink`, `unlink`, `masked`, `dangling` …
    pub kind: String,
    /// The link, or the unit.
    pub path: String,
    /// Where the link leads; empty for none.
    pub source: String,
}

/// What came of changing unit files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilesChanged {
    /// The files have an `[Install]` section or the like; `None`: this method does not tell.
    pub carries_install_info: Option<bool>,
    /// What was changed.
    pub changes: Vec<FileChange>,
}

/// What is done with unit files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileVerb {
    /// Make the links of their `[Install]` sections.
    Enable,
    /// Remove all links to them.
    Disable,
    /// The one after the other.
    Reenable,
    /// Enable or disable them as the distribution's policy says.
    Preset,
    /// Link them to `/dev/null`.
    Mask,
    /// Undo that.
    Unmask,
    /// Link files from outside the search path into it.
    Link,
    /// Remove whatever the administrator changed of them.
    Revert,
}

struct Row {
    verb: FileVerb,
    method: &'static str,
    takes_runtime: bool,
    takes_force: bool,
    /// The answer starts with whether there is something to install.
    tells_install_info: bool,
}

const fn row(verb: FileVerb, method: &'static str, takes: (bool, bool), tells: bool) -> Row {
    Row { verb, method, takes_runtime: takes.0, takes_force: takes.1, tells_install_info: tells }
}

/// The methods as org.freedesktop.systemd1(5) has them.
const METHODS: [Row; 8] = [
    row(FileVerb::Enable, "EnableUnitFiles", (true, true), true),
    row(FileVerb::Disable, "DisableUnitFiles", (true, false), false),
    row(FileVerb::Reenable, "ReenableUnitFiles", (true, true), true),
    row(FileVerb::Preset, "PresetUnitFiles", (true, true), true),
    row(FileVerb::Mask, "MaskUnitFiles", (true, true), false),
    row(FileVerb::Unmask, "UnmaskUnitFiles", (true, false), false),
    row(FileVerb::Link, "LinkUnitFiles", (true, true), false),
    row(FileVerb::Revert, "RevertUnitFiles", (false, false), false),
];

impl Manager {
    /// Changes unit files. `runtime`: until the next boot only; `force`: existing links may be
    /// replaced. The manager does not look at the result until it is told to [`Manager::reload`].
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn change_files(
        &mut self,
        verb: FileVerb,
        files: &[&str],
        runtime: bool,
        force: bool,
    ) -> Result<FilesChanged, BusError> {
        if verb == FileVerb::Disable {
            // What systemctl calls since systemd 253: the only one that tells of `[Install]`.
            let method = "DisableUnitFilesWithFlagsAndInstallInfo";
            let flags = if runtime { RUNTIME } else { 0 };
            match self.call(method, &[Arg::Strings(files), Arg::U64(flags)]) {
                Err(e) if e.is_unknown_method_or_property() => {}
                reply => return self.changed(&reply?, method, true),
            }
        }
        let Some(row) = METHODS.iter().find(|row| row.verb == verb) else {
            return Ok(FilesChanged::default());
        };
        let mut args = vec![Arg::Strings(files)];
        if row.takes_runtime {
            args.push(Arg::Bool(runtime));
        }
        if row.takes_force {
            args.push(Arg::Bool(force));
        }
        let reply = self.call(row.method, &args)?;
        self.changed(&reply, row.method, row.tells_install_info)
    }

    fn changed(
        &self,
        reply: &crate::Reply,
        method: &str,
        tells: bool,
    ) -> Result<FilesChanged, BusError> {
        let mut values =
            self.values_of(reply, method, if tells { "ba(sss)" } else { "a(sss)" })?.into_iter();
        let carries_install_info =
            if tells { values.next().and_then(|value| value.as_bool()) } else { None };
        let changes = values.next().map(|value| changes_of(&value)).unwrap_or_default();
        Ok(FilesChanged { carries_install_info, changes })
    }

    /// All unit files. systemd reads its folders for this: some 20 ms.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn unit_files(&mut self) -> Result<Vec<UnitFile>, BusError> {
        let values = self.ask("ListUnitFiles", &[], "a(ss)")?;
        let rows = values.first().and_then(Value::as_array).unwrap_or_default();
        Ok(rows.iter().map(|row| UnitFile { path: text(row, 0), state: text(row, 1) }).collect())
    }

    /// Whether a unit file is enabled: `enabled`, `disabled`, `static` …
    ///
    /// # Errors
    /// Any [`BusError`]; there is no such file.
    pub fn unit_file_state(&mut self, name: &str) -> Result<String, BusError> {
        self.ask_text("GetUnitFileState", &[Arg::Str(name)], "s")
    }

    /// Has it read all unit files again. Answers when that is done.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn reload(&mut self) -> Result<(), BusError> {
        self.call("Reload", &[]).map(drop)
    }

    /// Has it execute itself anew. On its own socket it hangs up instead of an answer.
    ///
    /// # Errors
    /// Any [`BusError`] but that.
    pub fn reexecute(&mut self) -> Result<(), BusError> {
        match self.call("Reexecute", &[]) {
            Err(BusError::Protocol { .. }) | Ok(_) => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// The target that the machine boots into.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn default_target(&mut self) -> Result<String, BusError> {
        self.ask_text("GetDefaultTarget", &[], "s")
    }

    /// Makes it another one; `force` replaces an existing link.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn set_default_target(
        &mut self,
        name: &str,
        force: bool,
    ) -> Result<FilesChanged, BusError> {
        let method = "SetDefaultTarget";
        let reply = self.call(method, &[Arg::Str(name), Arg::Bool(force)])?;
        self.changed(&reply, method, false)
    }
}

fn changes_of(value: &Value) -> Vec<FileChange> {
    let rows = value.as_array().unwrap_or_default();
    rows.iter()
        .map(|row| FileChange { kind: text(row, 0), path: text(row, 1), source: text(row, 2) })
        .collect()
}

fn text(row: &Value, at: usize) -> String {
    row.field(at).and_then(Value::as_str).unwrap_or_default().to_owned()
}
