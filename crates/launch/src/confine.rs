//! Running a program that is only to look: it sees the machine and changes nothing.

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use rustix::fs::Gid;
use rustix::process::Uid;

use crate::sys::confine;

/// What a program may do that only is to look.
///
/// With `read_only` it runs in mount and process namespaces of its own: every file system is read-only there,
/// the `scratch` folders take what is written and forget it, `/dev/log` takes nothing, processes that it leaves behind end with
/// it, and capabilities that reach beyond files are gone. That needs CAP_SYS_ADMIN: see
/// [`Confinement::is_possible`]. Always: no privileges are gained by what it executes, no core dump, and no more
/// than 64 MiB in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confinement {
    /// As whom; `None`: as the caller.
    pub run_as: Option<RunAs>,
    /// See above.
    pub read_only: bool,
    /// Folders (absolute) that seem writable. Those that don't exist are passed by.
    pub scratch: Vec<PathBuf>,
}

/// A user by numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunAs {
    /// User id.
    pub uid: u32,
    /// Primary group id.
    pub gid: u32,
    /// Supplementary group ids.
    pub groups: Vec<u32>,
}

impl Confinement {
    /// Whether this process may make what `read_only` needs. Tries it, in a process of its own.
    pub fn is_possible() -> bool {
        confine::is_possible()
    }

    /// All that is needed between fork and exec, where nothing may be allocated.
    pub(crate) fn plan(&self) -> io::Result<Plan> {
        // Some file systems can't lie above others (another overlay of the same depth).
        let scratch = self.scratch.iter().enumerate().map(|(index, folder)| {
            let inside = |name: &str| format!("{STAGE}/{index}{name}").into_bytes();
            let (top, upper, work) = (inside(""), inside("/u"), inside("/w"));
            let folder = folder.as_os_str().as_bytes();
            let options = [
                &b"lowerdir="[..],
                &escaped(folder),
                &b",upperdir="[..],
                &upper,
                &b",workdir="[..],
                &work,
            ];
            let options = CString::new(options.concat())?;
            let text = |bytes: Vec<u8>| CString::new(bytes);
            Ok(Scratch {
                folder: text(folder.to_vec())?,
                top: text(top)?,
                upper: text(upper)?,
                work: text(work)?,
                options,
            })
        });
        let run_as = self.run_as.as_ref().map(|account| Ids {
            uid: Uid::from_raw(account.uid),
            gid: Gid::from_raw(account.gid),
            groups: account.groups.iter().copied().map(Gid::from_raw).collect(),
        });
        Ok(Plan { run_as, read_only: self.read_only, scratch: scratch.collect::<io::Result<_>>()? })
    }
}

/// Where scratch folders keep what is written: a tmpfs is laid over it for as long as they are made.
pub(crate) const STAGE: &str = "/proc";

/// What a confined program needs, ready for use.
pub(crate) struct Plan {
    pub run_as: Option<Ids>,
    pub read_only: bool,
    pub scratch: Vec<Scratch>,
}

pub(crate) struct Ids {
    pub uid: Uid,
    pub gid: Gid,
    pub groups: Vec<Gid>,
}

pub(crate) struct Scratch {
    pub folder: CString,
    pub top: CString,
    pub upper: CString,
    pub work: CString,
    /// Of the overlay.
    pub options: CString,
}

/// A path as an overlay's options take it.
fn escaped(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    for byte in path {
        if matches!(byte, b'\\' | b':' | b',') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::{Ended, Helper};

    fn run(script: &str, confinement: Confinement) -> (Ended, Vec<String>) {
        let mut lines = Vec::new();
        let helper = Helper::new("/bin/sh").arg("-c").arg(script).timeout(Duration::from_secs(2));
        let mut keep = |_: crate::Stream, line: &[u8]| {
            lines.push(String::from_utf8_lossy(line).into_owned());
        };
        let ended = helper.confined(confinement).run(&mut keep, &mut || ()).unwrap();
        (ended, lines)
    }

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("launch-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn read_only(scratch: &[&PathBuf]) -> Confinement {
        let scratch = scratch.iter().map(|path| (*path).clone()).collect();
        Confinement { run_as: None, read_only: true, scratch }
    }

    #[test]
    fn what_is_written_is_refused_or_forgotten() {
        if !Confinement::is_possible() {
            return;
        }
        let (plain, scratch) = (folder("plain"), folder("scratch"));
        fs::write(scratch.join("old"), "old\n").unwrap();
        let script = format!(
            "echo x > {0}/new || echo refused; cd {1} && echo y > new && echo z >> old && cat new old; echo n > /dev/null && echo null",
            plain.display(),
            scratch.display()
        );
        let (ended, lines) = run(&script, read_only(&[&scratch]));
        assert!(ended.status.success(), "{lines:?}");
        // Standard error comes through a pipe of its own, in no order with the other.
        let (errors, said): (Vec<_>, Vec<_>) =
            lines.iter().partition(|line| line.contains("Read-only file system"));
        assert_eq!(errors.len(), 1, "{lines:?}");
        assert_eq!(said, ["refused", "y", "old", "z", "null"], "{lines:?}");
        assert_eq!(fs::read_to_string(scratch.join("old")).unwrap(), "old\n");
        assert!(!scratch.join("new").exists() && !plain.join("new").exists());
        fs::remove_dir_all(plain).unwrap();
        fs::remove_dir_all(scratch).unwrap();
    }

    #[test]
    fn statuses_and_signals_come_through_and_nothing_is_left_behind() {
        use std::os::unix::process::ExitStatusExt as _;
        if !Confinement::is_possible() {
            return;
        }
        let (ended, _) = run("exit 7", read_only(&[]));
        assert_eq!(ended.status.code(), Some(7));
        // What is set below /proc/sys holds for the whole machine. The value is the one that it has.
        let knob = "/proc/sys/kernel/printk_delay";
        let (_, lines) = run(
            &format!("cat {knob} > {knob} && echo written || echo refused; ls -d /proc/$$"),
            read_only(&[]),
        );
        assert!(lines.iter().any(|line| line == "refused"), "{lines:?}");
        assert!(lines.iter().any(|line| line == "/proc/2"), "{lines:?}");
        // Daemons that find themselves to be process 1 take it for a container.
        let (_, lines) = run("echo $$", read_only(&[]));
        assert_eq!(lines, ["2"]);
        let (ended, _) = run("kill -SEGV $$", read_only(&[]));
        assert_eq!(ended.status.signal(), Some(11));
        let (ended, _) = run("sh -c 'kill -SEGV $$'; exec kill -l $?", read_only(&[]));
        assert_eq!(ended.status.code(), Some(0));
        let started = Instant::now();
        let (ended, lines) =
            run("trap '' TERM; echo a; sleep 100 & setsid sleep 100", read_only(&[]));
        assert!(ended.timed_out && !ended.output_is_held, "{ended:?}");
        assert_eq!((ended.status.signal(), lines), (Some(9), vec!["a".to_owned()]));
        assert!(started.elapsed() < Duration::from_secs(4));
        let (ended, _) = run("setsid sleep 100 & exit 0", read_only(&[]));
        assert!(ended.status.success() && !ended.output_is_held && !ended.timed_out);
    }

    #[test]
    fn another_user_and_no_way_back() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let run_as = Some(RunAs { uid: 65534, gid: 65534, groups: vec![65534] });
        let confinement = Confinement { run_as, ..Confinement::default() };
        let (_, lines) = run("id -u; id -G; grep NoNewPrivs /proc/self/status", confinement);
        assert_eq!(lines, ["65534", "65534", "NoNewPrivs:\t1"]);
        let missing = Helper::new("/nowhere/at-all").confined(read_only(&[]));
        assert!(missing.run(&mut |_, _| (), &mut || ()).is_err());
    }
}
