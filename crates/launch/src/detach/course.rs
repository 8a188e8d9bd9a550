//! The launcher's side, once the processes are there: waiting for what they say.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{SendFlags, send};
use rustix::process::{Pid, WaitOptions, waitpid};

use super::error::step_text;
use super::launcher::user_of;
use super::log::News;
use super::plan::Plan;
use super::ready::{ReadySocket, Said};
use super::wire::{GO, Message, SIZE, Step, retry};
use super::{Daemon, Detach, DetachError};
use crate::program;

/// What takes longer than this before the program is executed hangs (a dead network file system).
const PREPARATION: Duration = Duration::from_secs(60);

/// A launch on its way.
pub struct Course<'a> {
    pub detach: &'a Detach,
    pub plan: &'a Plan,
    pub ready: Option<ReadySocket>,
    pub news: Option<News>,
    /// The watcher's pid, and the socket to it.
    pub watcher: Pid,
    pub watch: OwnedFd,
    /// Gone when the program is executed.
    pub birth: Option<OwnedFd>,
    /// Readable when a signal has arrived that is held back.
    pub arrived: OwnedFd,
}

#[derive(Clone, Copy)]
enum Event {
    /// The daemon said so; nothing where it is gone, or is another program now.
    Daemon(Option<Message>),
    Watcher(Option<Message>),
    /// Something came at the socket of sd_notify(3).
    Ready,
    Signal,
    Late,
}

impl Course<'_> {
    /// Sees it through until the daemon is up.
    pub fn see_through(
        &mut self,
        write_pid: &dyn Fn(u32) -> Result<(), DetachError>,
    ) -> Result<Daemon, DetachError> {
        let pid = self.until_prepared()?;
        write_pid(pid)?;
        if let Some(birth) = &self.birth {
            let _ = retry(|| send(birth, &GO, SendFlags::NOSIGNAL));
        }
        self.until_executed()?;
        match self.ready.is_some() {
            true => self.until_ready(pid),
            false => self.for_grace(pid),
        }
    }

    fn until_prepared(&mut self) -> Result<u32, DetachError> {
        let deadline = Instant::now() + PREPARATION;
        let (mut pid, mut is_prepared) = (None, false);
        loop {
            if let (Some(pid), true) = (pid, is_prepared) {
                return Ok(pid);
            }
            match self.next(Some(deadline))? {
                Event::Daemon(Some(Message::Prepared)) => is_prepared = true,
                Event::Watcher(Some(Message::Born(number))) => pid = u32::try_from(number).ok(),
                event => self.unforeseen(event)?,
            }
        }
    }

    fn until_executed(&mut self) -> Result<(), DetachError> {
        let deadline = Instant::now() + PREPARATION;
        while self.birth.is_some() {
            match self.next(Some(deadline))? {
                Event::Daemon(None) => {}
                event => self.unforeseen(event)?,
            }
        }
        Ok(())
    }

    fn until_ready(&mut self, pid: u32) -> Result<Daemon, DetachError> {
        let timeout = self.detach.timeout;
        let mut deadline = Instant::now().checked_add(timeout);
        let mut said = Said::default();
        loop {
            let event = self.next(deadline)?;
            // It may have said it with its last breath.
            if let Some(ready) = &self.ready {
                ready.read(&mut said);
            }
            if said.is_ready {
                return Ok(Daemon { pid, status: said.status, ended: None, is_late: false });
            }
            if let Some(more) = said.extension.take() {
                let extended = Instant::now().checked_add(more);
                deadline = deadline.zip(extended).map(|(old, new)| old.max(new));
            }
            match event {
                Event::Ready => {}
                Event::Late if self.detach.leaves_unready => {
                    return Ok(Daemon { pid, status: said.status, ended: None, is_late: true });
                }
                Event::Late => {
                    let wrote = self.wrote();
                    return Err(DetachError::NotReady { timeout, said: said.status, wrote });
                }
                Event::Watcher(Some(Message::Ended(status))) => {
                    return Err(DetachError::Ended {
                        status: ExitStatus::from_raw(status),
                        before_ready: true,
                        said: said.status,
                        errno: said.errno,
                        wrote: self.wrote(),
                    });
                }
                event => self.unforeseen(event)?,
            }
        }
    }

    fn for_grace(&mut self, pid: u32) -> Result<Daemon, DetachError> {
        let deadline = Instant::now().checked_add(self.detach.grace);
        loop {
            match self.next(deadline)? {
                Event::Late => {
                    return Ok(Daemon { pid, status: None, ended: None, is_late: false });
                }
                Event::Watcher(Some(Message::Ended(0))) => {
                    let ended = Some(ExitStatus::from_raw(0));
                    return Ok(Daemon { pid, status: None, ended, is_late: false });
                }
                event => self.unforeseen(event)?,
            }
        }
    }

    /// What is an error whenever it comes.
    fn unforeseen(&mut self, event: Event) -> Result<(), DetachError> {
        let other = |text| DetachError::resources("launch it")(io::Error::other(text));
        match event {
            Event::Daemon(Some(Message::Failed(step, errno)))
            | Event::Watcher(Some(Message::Failed(step, errno))) => {
                Err(refused(step, io::Error::from_raw_os_error(errno), self.plan))
            }
            Event::Watcher(Some(Message::Ended(status))) => {
                // What it reported before comes at another socket.
                if let Some(error) = self.last_report() {
                    return Err(error);
                }
                Err(DetachError::Ended {
                    status: ExitStatus::from_raw(status),
                    before_ready: false,
                    said: None,
                    errno: None,
                    wrote: self.wrote(),
                })
            }
            Event::Signal => Err(DetachError::Interrupted),
            Event::Watcher(None) => Err(other("the process that watches over it was killed")),
            Event::Late => Err(other("it took too long before it was executed")),
            // The socket is closed by exec, or the process is gone, which the watcher will tell.
            Event::Daemon(_) | Event::Watcher(_) | Event::Ready => Ok(()),
        }
    }

    fn wrote(&self) -> Vec<Vec<u8>> {
        self.news.as_ref().map(News::lines).unwrap_or_default()
    }

    fn last_report(&mut self) -> Option<DetachError> {
        while let Some(birth) = &self.birth {
            match read(birth) {
                Some(Message::Failed(step, errno)) => {
                    return Some(refused(step, io::Error::from_raw_os_error(errno), self.plan));
                }
                Some(_) => {}
                None => self.birth = None,
            }
        }
        None
    }

    fn next(&mut self, deadline: Option<Instant>) -> Result<Event, DetachError> {
        let fds = [
            Some(self.arrived.as_fd()),
            self.birth.as_ref().map(|fd| fd.as_fd()),
            self.ready.as_ref().map(|socket| socket.as_fd()),
            Some(self.watch.as_fd()),
        ];
        loop {
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            let timeout = left.and_then(|left| Timespec::try_from(left).ok());
            let mut polled: Vec<_> = fds
                .iter()
                .flatten()
                .map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
                .collect();
            match retry(|| poll(&mut polled, timeout.as_ref())) {
                Ok(0) => return Ok(Event::Late),
                Ok(_) => {}
                Err(errno) => return Err(DetachError::resources("wait for it")(errno.into())),
            }
            let mut found = polled.iter().map(|polled| !polled.revents().is_empty());
            let mut is_there = fds.iter().map(|fd| fd.is_some() && found.next().unwrap_or(false));
            let mut of_next = || is_there.next().unwrap_or(false);
            if of_next() {
                return Ok(Event::Signal);
            }
            if of_next() {
                let message = self.birth.as_ref().and_then(read);
                if message.is_none() {
                    self.birth = None;
                }
                return Ok(Event::Daemon(message));
            }
            if of_next() {
                return Ok(Event::Ready);
            }
            if of_next() {
                return Ok(Event::Watcher(read(&self.watch)));
            }
        }
    }

    /// Lets the watcher go, or has it end all, and waits until it is gone.
    pub fn finish(self, is_up: bool) {
        let Course { watcher, watch, birth, arrived: _arrived, .. } = self;
        if is_up {
            let _ = retry(|| send(&watch, &GO, SendFlags::NOSIGNAL));
        }
        drop((watch, birth));
        // Where SIGCHLD is ignored there is nothing to wait for, and this says so.
        let _ = retry(|| waitpid(Some(watcher), WaitOptions::empty()));
    }
}

fn read(socket: &OwnedFd) -> Option<Message> {
    let mut bytes = [0; SIZE];
    let mut used = 0;
    while let Some(free) = bytes.get_mut(used..).filter(|free| !free.is_empty()) {
        match retry(|| rustix::io::read(socket, &mut *free)) {
            Ok(0) | Err(_) => return None,
            Ok(count) => used += count,
        }
    }
    Message::decode(bytes)
}

/// What a step's failure is as an error.
pub fn refused(step: Step, source: io::Error, plan: &Plan) -> DetachError {
    let user = user_of(plan);
    if step == Step::Exec {
        if source.kind() == io::ErrorKind::NotFound && !plan.program.is_symlink() {
            let is_gone = plan.root.is_some() || plan.program.symlink_metadata().is_err();
            if is_gone {
                return DetachError::NotFound { program: plan.program.clone(), searched: None };
            }
        }
        let source = program::explained(&plan.program, source);
        return DetachError::NotExecutable { program: plan.program.clone(), user, source };
    }
    let mut what = step_text(step).to_owned();
    match step {
        Step::Directory => what = format!("{what} {:?}", plan.directory),
        Step::Root => what = format!("{what} to {:?}", plan.root.as_deref().unwrap_or("".as_ref())),
        Step::User | Step::Groups | Step::Group => {
            what = format!("become the user {}", user.as_deref().unwrap_or_default());
        }
        _ => {}
    }
    if let (Step::Directory, Some(user)) = (step, &user) {
        what = format!("{what} as {user}");
    }
    let is_privilege = source.kind() == io::ErrorKind::PermissionDenied
        && step != Step::Directory
        && step != Step::Regain;
    DetachError::Step { what, is_privilege, source }
}
