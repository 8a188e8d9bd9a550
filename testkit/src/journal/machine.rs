//! Journals by journald itself: a box that is booted several times and keeps its journal.

use crate::boxes::{Error, Kind, Machine, Plan};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The identifier of the box, the same in each boot.
pub const MACHINE_ID: &str = "b0c5b0c5b0c5b0c5b0c5b0c5b0c5b0c5";

/// Where journald keeps journals for good.
const PERSISTENT: &str = "/var/log/journal";

/// journald's settings: nothing is held back, users have files of their own.
const SETTINGS: &str = "[Journal]\nStorage=persistent\nRateLimitIntervalSec=0\nSplitMode=uid\n";

/// A service that logs in a namespace of the journal, `spare`.
const IN_NAMESPACE: &str = "[Service]\nType=oneshot\nLogNamespace=spare\n\
    ExecStart=/bin/sh -c 'echo said in a namespace; echo \"<3>an error there\"; logger -t inner hi'\n";

/// What a service writes that has something to say in every way.
const TALKER: &str = "#!/bin/sh\n\
    echo 'on standard output'\n\
    echo '<3>an error by prefix'\n\
    echo '<4>a warning by prefix'\n\
    echo 'on standard error' >&2\n\
    printf 'an umlaut: \\303\\274 and escapes \\033[31mred\\033[0m\\n'\n\
    logger -t talker -p daemon.notice 'by syslog'\n\
    logger -t talker -p auth.crit 'critical by syslog'\n\
    printf 'MESSAGE=by the native protocol\\nPRIORITY=5\\nMY_FIELD=mine\\nMY_FIELD=mine too\\n' \\\n\
    | logger --journald\n\
    printf 'MESSAGE=several\\nMESSAGE=lines\\nPRIORITY=2\\n' | logger --journald\n";

const TALKER_UNIT: &str = "[Unit]\nDescription=A talker\n[Service]\nType=oneshot\nRemainAfterExit=yes\n\
    ExecStart=/usr/local/bin/talker\nExecReload=/bin/true\n[Install]\nWantedBy=multi-user.target\n";

const FAILING_UNIT: &str = "[Unit]\nDescription=What always fails\n[Service]\nType=oneshot\n\
    ExecStart=/bin/sh -c 'echo about to fail; exit 3'\n";

/// A box of systemd with services that log in every way, and its journal kept for good.
#[must_use]
pub fn plan() -> Plan {
    Plan::new(Kind::SystemdLogind)
        .file("/etc/machine-id", 0o444, format!("{MACHINE_ID}\n"))
        .file("/etc/systemd/journald.conf.d/tests.conf", 0o644, SETTINGS)
        .file("/usr/local/bin/talker", 0o755, TALKER)
        .file("/etc/systemd/system/talker.service", 0o644, TALKER_UNIT)
        .file("/etc/systemd/system/failing.service", 0o644, FAILING_UNIT)
        .file("/etc/systemd/system/spare.service", 0o644, IN_NAMESPACE)
        .file("/var/log/journal/.keep", 0o644, "")
}

/// What happens on the box in one boot.
pub type Work<'a> = &'a dyn Fn(&Machine) -> Result<(), Error>;

/// Boots the box of [`plan`] once for each of `boots`, with what it logged before; gives the
/// last one as it runs. The journal of all but the last is as a power failure leaves it.
///
/// # Errors
/// When a box does not boot, or what is to be done there fails.
pub fn boot_each(
    with: impl Fn(Plan) -> Result<Plan, Error>,
    boots: &[Work<'_>],
) -> Result<Option<Machine>, Error> {
    let mut kept: Vec<(PathBuf, u32, Vec<u8>)> = Vec::new();
    let mut last = None;
    for (index, work) in boots.iter().enumerate() {
        let plan = kept
            .drain(..)
            .fold(with(plan())?, |plan, (path, mode, bytes)| plan.file(path, mode, bytes));
        let machine = plan.boot()?;
        work(&machine)?;
        if index + 1 < boots.len() {
            machine.shell("journalctl --sync; journalctl --namespace='*' --sync || true")?;
            collect(&machine.root(), Path::new(PERSISTENT), &mut kept)?;
        }
        last = Some(machine);
    }
    Ok(last)
}

/// The files of a folder of a root and below, by their path in that root.
fn collect(
    root: &Path,
    folder: &Path,
    into: &mut Vec<(PathBuf, u32, Vec<u8>)>,
) -> Result<(), Error> {
    let outside = root.join(folder.strip_prefix("/").unwrap_or(folder));
    for entry in fs::read_dir(&outside).map_err(Error::io("list", &outside))?.flatten() {
        let (path, from) = (folder.join(entry.file_name()), entry.path());
        let about = entry.metadata().map_err(Error::io("look at", &from))?;
        if about.is_dir() {
            collect(root, &path, into)?;
        } else if about.is_file() {
            let bytes = fs::read(&from).map_err(Error::io("read", &from))?;
            into.push((path, about.permissions().mode() & 0o7777, bytes));
        }
    }
    Ok(())
}

/// Talks, in each way that there is: services, users, a namespace.
///
/// # Errors
/// When something that has to succeed does not.
pub fn talk(machine: &Machine) -> Result<(), Error> {
    machine.shell("systemctl start talker.service spare.service; ! systemctl start failing")?;
    for user in ["alice", "bob"] {
        machine
            .login(user)?
            .run("logger -t mine 'a word by a user'; echo by a unit | systemd-cat")?;
    }
    machine.shell("journalctl --sync; journalctl --namespace=spare --sync").map(drop)
}

/// Three boots with rotations between, and what was said copied to a folder.
///
/// # Errors
/// When a box does not boot, or something in it fails.
pub fn make(folder: &Path) -> Result<(), Error> {
    let talk_and_rotate = |machine: &Machine| {
        talk(machine)?;
        machine.shell("journalctl --rotate; journalctl --namespace=spare --rotate")?;
        machine.shell("systemctl restart talker cron; journalctl --sync").map(drop)
    };
    let Some(machine) = boot_each(Ok, &[&talk_and_rotate, &talk, &talk_and_rotate])? else {
        return Ok(());
    };
    copy_out(&machine, folder)
}

/// A journal that journald sealed, every second for some; gives its verification key.
///
/// # Errors
/// When the box does not boot, or something in it fails.
pub fn make_sealed(folder: &Path) -> Result<String, Error> {
    let machine = plan().boot()?;
    machine.shell("systemctl start systemd-journald; journalctl --flush; journalctl --sync")?;
    let key = machine.shell("journalctl --setup-keys --interval=1s --force 2>/dev/null")?;
    // Files that are open already are not sealed: new ones are.
    machine.shell("systemctl restart systemd-journald; journalctl --rotate")?;
    for _ in 0..3 {
        talk(&machine)?;
        machine.shell("sleep 1.2; journalctl --sync")?;
    }
    machine.shell("journalctl --rotate; systemctl restart talker; sleep 1.2; journalctl --sync")?;
    copy_out(&machine, folder)?;
    let to = folder.join("KEY");
    fs::write(&to, &key).map_err(Error::io("write", &to))?;
    Ok(key)
}

fn copy_out(machine: &Machine, folder: &Path) -> Result<(), Error> {
    let mut files = Vec::new();
    collect(&machine.root(), Path::new(PERSISTENT), &mut files)?;
    for (path, mode, bytes) in files {
        let to = folder.join(path.strip_prefix(PERSISTENT).unwrap_or(&path));
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(Error::io("make", parent))?;
        }
        fs::write(&to, bytes).map_err(Error::io("write", &to))?;
        fs::set_permissions(&to, fs::Permissions::from_mode(mode))
            .map_err(Error::io("set the permissions of", &to))?;
    }
    Ok(())
}
