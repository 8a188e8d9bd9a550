//! What became of the file that a process runs: after an update the old program runs on until it is
//! started again, from a file that has no name any more.

use rustix::fs::CWD;

use crate::fact::Fact;
use crate::locality::{is_below, is_remote, stat};
use crate::procfs::{PidDir, ReadError};
use crate::raw::mountinfo;

/// What the kernel appends to the link of a file that lost its name (proc_pid_exe(5)).
const DELETED: &[u8] = b" (deleted)";

/// What became of an executable's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExeFile {
    /// It still has its name.
    InPlace,
    /// Its name is gone.
    Deleted,
    /// Its name belongs to another file now: an update, which takes effect when it is restarted.
    Replaced,
}

impl ExeFile {
    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            ExeFile::InPlace => "in_place",
            ExeFile::Deleted => "deleted",
            ExeFile::Replaced => "replaced",
        }
    }
}

/// Finds out, given the link's target. Unknown where the process sees other mounts than we do, so
/// that the path means another file here, and where asking could hang (network file systems).
pub(crate) fn look(dir: &PidDir, target: &[u8]) -> Fact<ExeFile> {
    // Nearly always it ends here, at no cost.
    let Some(path) = target.strip_suffix(DELETED) else { return Fact::Known(ExeFile::InPlace) };
    match (dir.link(c"ns/mnt"), dir.link(c"../self/ns/mnt")) {
        (Ok(its), Ok(ours)) if its == ours => {}
        (Err(ReadError::NotPermitted), _) => return Fact::NotPermitted,
        _ => return Fact::Unknown,
    }
    let Ok(mounts) = dir.read_new(c"../self/mountinfo") else { return Fact::Unknown };
    if mountinfo::parse(&mounts).any(|mount| is_remote(mount.kind) && is_below(path, &mount.point))
    {
        return Fact::Unknown;
    }
    let running = match stat(dir.as_fd(), c"exe") {
        Ok(file) => file.identity,
        Err(error) => return error.into_fact(),
    };
    // A file may really be called so, and a name may be given back (link(2)).
    let is_it = |path: &[u8]| stat(CWD, path).map(|file| file.identity == running);
    match (is_it(target), is_it(path)) {
        (Ok(true), _) | (_, Ok(true)) => Fact::Known(ExeFile::InPlace),
        (_, Ok(false)) => Fact::Known(ExeFile::Replaced),
        (_, Err(ReadError::Gone)) => Fact::Known(ExeFile::Deleted),
        (_, Err(error)) => error.into_fact(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::procfs::ProcFs;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::Path;
    use std::process::{Child, Command};

    struct Running(Child);

    impl Running {
        fn start(program: &Path) -> Running {
            std::fs::copy("/bin/sleep", program).unwrap();
            // Another test's child, forked while the copy was open to be written, makes it busy
            // for a moment.
            for _ in 0..100 {
                match Command::new(program).arg("60").spawn() {
                    Ok(child) => return Running(child),
                    Err(_) => std::thread::sleep(std::time::Duration::from_millis(10)),
                }
            }
            panic!("{} does not start", program.display());
        }

        fn look(&self) -> Fact<ExeFile> {
            let proc = ProcFs::open(Path::new("/proc")).unwrap();
            let dir = proc.process(self.0.id()).unwrap();
            look(&dir, &dir.link(c"exe").unwrap())
        }
    }

    impl Drop for Running {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn in_place_deleted_replaced_and_given_back() {
        let folder = std::env::temp_dir().join(format!("exe-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let program = folder.join("program");
        let running = Running::start(&program);
        assert_eq!(running.look(), Fact::Known(ExeFile::InPlace));
        std::fs::hard_link(&program, folder.join("kept")).unwrap();
        std::fs::remove_file(&program).unwrap();
        assert_eq!(running.look(), Fact::Known(ExeFile::Deleted));
        std::fs::write(&program, "another").unwrap();
        assert_eq!(running.look(), Fact::Known(ExeFile::Replaced));
        std::fs::remove_file(&program).unwrap();
        std::fs::hard_link(folder.join("kept"), &program).unwrap();
        assert_eq!(running.look(), Fact::Known(ExeFile::InPlace));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_name_that_only_looks_deleted() {
        let program = std::env::temp_dir().join(format!("exe-{} (deleted)", std::process::id()));
        let running = Running::start(&program);
        assert!(program.as_os_str().as_bytes().ends_with(DELETED));
        assert_eq!(running.look(), Fact::Known(ExeFile::InPlace));
        std::fs::remove_file(&program).unwrap();
        assert_eq!(running.look(), Fact::Known(ExeFile::Deleted));
    }
}
