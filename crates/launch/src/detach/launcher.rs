//! The launcher's side, until the processes are there.

use std::ffi::CString;
use std::fs::OpenOptions;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::net::SocketAddrUnix;
use rustix::process::{Gid, Uid};

use super::child::{self, Birth, Credentials};
use super::course::{self, Course};
use super::log::{Log, News};
use super::pid_file::{self, PidFile, PidFileError};
use super::plan::Plan;
use super::prepare::prepare;
use super::ready::ReadySocket;
use super::{Account, Daemon, Detach, DetachError, Output};
use crate::relay::Relay;
use crate::sys;

/// Where the syslog listens.
const SYSLOG: &str = "/dev/log";

/// Launches it.
pub fn launch(detach: &Detach) -> Result<Daemon, DetachError> {
    let plan = Plan::of(detach)?;
    // Until all is done or taken back: a signal that was held back may end this process.
    let held = sys::Mask::some(&[libc::SIGINT, libc::SIGTERM, libc::SIGHUP]);
    let (_mask, arrived) = held.map_err(DetachError::resources("learn of signals"))?;
    let locked = plan.pid_file.as_deref().filter(|_| !detach.has_plain_pid_file);
    let pid_file = locked.map(claim).transpose()?;
    let things = Things::make(detach, &plan, pid_file.as_ref());
    let outcome = things.and_then(|things| {
        let mut course = things.fork(detach, &plan, arrived)?;
        let outcome = course.see_through(&|pid| write_pid(&plan, pid_file.as_ref(), pid));
        // With an error the sockets close, and the watcher ends what there is.
        course.finish(outcome.is_ok());
        outcome
    });
    match (&outcome, pid_file) {
        (Err(_), Some(file)) => file.remove(),
        (Ok(Daemon { ended: Some(_), .. }), Some(file)) => file.remove_unless_held(),
        _ => {}
    }
    outcome
}

/// Makes this process what a daemon is, but for session and parent, and becomes the program.
pub fn execute(detach: &Detach) -> DetachError {
    execute_or_not(detach).err().unwrap_or(DetachError::Interrupted)
}

fn execute_or_not(detach: &Detach) -> Result<(), DetachError> {
    let plan = Plan::of(detach)?;
    let things = Things::make(detach, &plan, None)?;
    if detach.has_plain_pid_file {
        write_pid(&plan, None, std::process::id())?;
    }
    let birth = things.birth(detach, &plan);
    prepare(&birth, &[])
        .and_then(|()| Err((super::wire::Step::Exec, birth.image.exec())))
        .map_err(|(step, errno)| course::refused(step, errno.into(), &plan))
}

fn claim(path: &Path) -> Result<PidFile, DetachError> {
    PidFile::claim(path).map_err(|source| match source {
        PidFileError::Held(pid) => {
            DetachError::AlreadyRuns { file: path.to_owned(), pid, is_unlocked: false }
        }
        PidFileError::Abandoned(pid) => {
            DetachError::AlreadyRuns { file: path.to_owned(), pid: Some(pid), is_unlocked: true }
        }
        source => DetachError::PidFile { file: path.to_owned(), source },
    })
}

fn write_pid(plan: &Plan, locked: Option<&PidFile>, pid: u32) -> Result<(), DetachError> {
    let written = match (locked, &plan.pid_file) {
        (Some(file), _) => file.write(pid),
        (None, Some(path)) => pid_file::write_plainly(path, pid),
        (None, None) => Ok(()),
    };
    written.map_err(|source| DetachError::PidFile {
        file: plan.pid_file.clone().unwrap_or_default(),
        source: PidFileError::Io(source),
    })
}

/// What a launch needs, made before the first fork.
struct Things {
    image: sys::Image,
    null: OwnedFd,
    /// Standard output and error.
    logs: [Option<Log>; 2],
    syslog: Option<Syslog>,
    lock: Option<OwnedFd>,
    root: Option<CString>,
    directory: CString,
    credentials: Option<Credentials>,
    ready: Option<ReadySocket>,
    /// What a launcher that is killed leaves behind: files, then folders.
    leftovers: [Vec<CString>; 2],
}

struct Syslog {
    read: OwnedFd,
    write: OwnedFd,
    address: SocketAddrUnix,
}

impl Things {
    fn make(
        detach: &Detach,
        plan: &Plan,
        pid_file: Option<&PidFile>,
    ) -> Result<Things, DetachError> {
        let nul = |what| move |_| DetachError::Nul(what);
        let null = OpenOptions::new().read(true).write(true).open("/dev/null");
        let null = null.and_then(|file| sys::above_stdio(file.into()));
        let ready = detach.waits_ready.then(|| ReadySocket::make(plan.root.is_some()));
        let ready = ready.transpose();
        let ready = ready.map_err(DetachError::resources("make the socket of sd_notify(3)"))?;
        let open = |output: &Output| match output {
            Output::File(path) => Log::open(path, plan.account.as_ref()).map(Some),
            Output::PlainFile(path) => Log::open_plainly(path).map(Some),
            _ => Ok(None),
        };
        let errors = plan.errors.as_ref().map(open).transpose()?.flatten();
        let syslog = match plan.output {
            Output::Syslog => Some(syslog().map_err(DetachError::resources("make a pipe"))?),
            _ => None,
        };
        let lock = pid_file.map(PidFile::lock).transpose();
        let text = |path: &Path| CString::new(path.as_os_str().as_bytes());
        let root = plan.root.as_deref().map(text).transpose();
        let locked = plan.pid_file.as_deref().filter(|_| pid_file.is_some());
        let files = [locked, ready.as_ref().and_then(ReadySocket::file)];
        let folder = ready.as_ref().and_then(ReadySocket::folder);
        Ok(Things {
            image: plan.image(ready.as_ref().map(ReadySocket::name))?,
            null: null.map_err(DetachError::resources("open /dev/null"))?,
            logs: [open(&plan.output)?, errors],
            syslog,
            lock: lock.map_err(DetachError::resources("share the PID file's lock"))?,
            root: root.map_err(nul("the root directory"))?,
            directory: text(&plan.directory).map_err(nul("the working directory"))?,
            credentials: rights(detach, plan),
            leftovers: [
                files.into_iter().flatten().filter_map(|path| text(path).ok()).collect(),
                folder.and_then(|path| text(path).ok()).into_iter().collect(),
            ],
            ready,
        })
    }

    /// What the new processes are to know.
    fn birth<'a>(&'a self, detach: &'a Detach, plan: &'a Plan) -> Birth<'a> {
        let null = Some(&self.null).filter(|_| !detach.inherits.descriptors);
        let written = |log: &'a Option<Log>| log.as_ref().map(|log| &log.fd);
        let [out, errors] = &self.logs;
        let pipe = self.syslog.as_ref().map(|syslog| &syslog.write);
        let out = written(out).or(pipe).or(null);
        let relay = |syslog: &'a Syslog| {
            let relay = Relay { address: &syslog.address, tag: plan.tag.as_bytes() };
            (relay, &syslog.read)
        };
        Birth {
            image: &self.image,
            null: &self.null,
            stdio: [null, out, written(errors).or(out)],
            closes: !detach.inherits.descriptors,
            resets_signals: !detach.inherits.signals,
            lock: self.lock.as_ref(),
            umask: detach.umask,
            scheduling: &detach.scheduling,
            root: self.root.as_deref(),
            credentials: self.credentials.as_ref(),
            directory: &self.directory,
            enters_early: detach.enters_early,
            relay: self.syslog.as_ref().map(relay),
            leftovers: &self.leftovers,
        }
    }

    /// The watcher, and with it the daemon. What the daemon alone needs is closed here.
    fn fork<'a>(
        self,
        detach: &'a Detach,
        plan: &'a Plan,
        arrived: OwnedFd,
    ) -> Result<Course<'a>, DetachError> {
        let error = DetachError::resources("make the sockets of a launch");
        let (watch, watchers) = pair().map_err(&error)?;
        let (birth, daemons) = pair().map_err(&error)?;
        let what = self.birth(detach, plan);
        let ours = [watch.as_raw_fd(), birth.as_raw_fd()];
        let forked = sys::fork_into(|| {
            // Else nobody would notice that the launcher is gone.
            ours.into_iter().for_each(sys::close);
            child::watch(&what, &watchers, &daemons)
        });
        let [out, errors] = self.logs;
        let news: Option<News> = errors.or(out).map(|log| log.news);
        let watcher = forked.map_err(DetachError::resources("make a process"))?;
        let ready = self.ready;
        Ok(Course { detach, plan, ready, news, watcher, watch, birth: Some(birth), arrived })
    }
}

fn rights(detach: &Detach, plan: &Plan) -> Option<Credentials> {
    let account = plan.account.as_ref().filter(|account| !account.is_ours());
    let Some(account) = account else {
        let gid = detach.group.map(Gid::from_raw)?;
        return Some(Credentials { groups: None, gid, uid: None });
    };
    let group = |gid: &u32| Gid::from_raw(*gid);
    Some(Credentials {
        groups: Some(account.groups.iter().map(group).collect()),
        gid: Gid::from_raw(account.gid),
        uid: Some(Uid::from_raw(account.uid)),
    })
}

fn syslog() -> io::Result<Syslog> {
    let (read, write) = io::pipe()?;
    Ok(Syslog {
        read: sys::above_stdio(read.into())?,
        write: sys::above_stdio(write.into())?,
        address: SocketAddrUnix::new(SYSLOG)?,
    })
}

fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (one, other) = UnixStream::pair()?;
    Ok((sys::above_stdio(one.into())?, sys::above_stdio(other.into())?))
}

/// Whom the launch is for, in errors.
pub fn user_of(plan: &Plan) -> Option<String> {
    plan.account.as_ref().filter(|account| !account.is_ours()).map(Account::shown)
}
