//! What launcher, watcher and daemon tell each other: records of one size over stream sockets.

use rustix::fd::AsFd;
use rustix::io::Errno;
use rustix::net::{SendFlags, send};

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// From the watcher: the daemon's process exists, with that pid.
    Born(i32),
    /// From the daemon or the watcher: a step failed, with that error number.
    Failed(Step, i32),
    /// From the daemon: all is set but exec; it waits for [`GO`].
    Prepared,
    /// From the watcher: the daemon ended, with that status as wait(2) gives it.
    Ended(i32),
}

/// From the launcher: to the daemon, "execute"; to the watcher, "it is up, go away". A socket that is
/// closed without it means "give up".
pub const GO: [u8; 1] = [1];

/// The size of a record.
pub const SIZE: usize = 12;

/// What a new process does before it is the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Step {
    /// fork(2).
    Fork = 1,
    /// setsid(2).
    Session,
    /// dup2(2) onto descriptors 0 to 2.
    Descriptors,
    /// setpriority(2).
    Nice,
    /// sched_setscheduler(2).
    Scheduler,
    /// ioprio_set(2).
    IoPriority,
    /// chroot(2).
    Root,
    /// setgroups(2).
    Groups,
    /// setresgid(2).
    Group,
    /// setresuid(2).
    User,
    /// It could have become root again.
    Regain,
    /// chdir(2).
    Directory,
    /// execve(2).
    Exec,
}

impl Step {
    const ALL: [Step; 13] = [
        Step::Fork,
        Step::Session,
        Step::Descriptors,
        Step::Nice,
        Step::Scheduler,
        Step::IoPriority,
        Step::Root,
        Step::Groups,
        Step::Group,
        Step::User,
        Step::Regain,
        Step::Directory,
        Step::Exec,
    ];
}

impl Message {
    /// The record's bytes. Called between fork and exec.
    pub fn encode(self) -> [u8; SIZE] {
        let (kind, a, b): (i32, i32, i32) = match self {
            Message::Born(pid) => (1, pid, 0),
            Message::Failed(step, errno) => (2, step as i32, errno),
            Message::Prepared => (3, 0, 0),
            Message::Ended(status) => (4, status, 0),
        };
        let mut bytes = [0; SIZE];
        for (slot, value) in bytes.chunks_exact_mut(4).zip([kind, a, b]) {
            slot.copy_from_slice(&value.to_ne_bytes());
        }
        bytes
    }

    /// The record in these bytes.
    pub fn decode(bytes: [u8; SIZE]) -> Option<Message> {
        let (words, _) = bytes.as_chunks::<4>();
        let [kind, a, b] = <[[u8; 4]; 3]>::try_from(words).ok()?.map(i32::from_ne_bytes);
        match kind {
            1 => Some(Message::Born(a)),
            2 => {
                let step = Step::ALL.into_iter().find(|step| *step as i32 == a)?;
                Some(Message::Failed(step, b))
            }
            3 => Some(Message::Prepared),
            4 => Some(Message::Ended(a)),
            _ => None,
        }
    }

    /// Sends it. Called between fork and exec; if nobody listens any more, that is for the next read
    /// to find out.
    pub fn send(self, to: impl AsFd) {
        let _ = retry(|| send(&to, &self.encode(), SendFlags::NOSIGNAL));
    }
}

/// Again while a signal interrupts.
pub fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Message, Step};

    #[test]
    fn records_come_back() {
        let steps = Step::ALL.map(|step| Message::Failed(step, 13));
        for message in [Message::Born(7), Message::Prepared, Message::Ended(0x100)] {
            assert_eq!(Message::decode(message.encode()), Some(message));
        }
        for message in steps {
            assert_eq!(Message::decode(message.encode()), Some(message));
        }
        assert_eq!(Message::decode([9; 12]), None);
    }
}
