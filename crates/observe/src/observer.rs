//! Starting and ending the watching.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::error::ObserveError;
use crate::record::Record;
use crate::sys;
use crate::tracer::{Shared, Tracer};

/// Why a wait is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// The time is over.
    Elapsed,
    /// The user wants an end: the signal's number.
    Signal(i32),
    /// No process is left that could be watched.
    AllEnded,
}

/// Watches processes, from its start until it is finished or dropped.
///
/// While it lives, SIGCHLD and the signals by which users end programs are kept back in the thread that
/// started it: [`Observer::wait`] tells of the latter, so that whatever was set up for the watching can be undone.
/// Threads that exist already must keep SIGCHLD back too, or changes are noticed some milliseconds late.
#[derive(Debug)]
pub struct Observer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Record>>,
    begun: Instant,
    _kept_back: sys::KeptBack,
}

impl Observer {
    /// Begins to watch. `members` gives the pids of all processes that are meant, and is asked every 20 ms for new
    /// ones; children of watched processes are followed anyway. With the token of a [gate](crate::gate) it is no
    /// error that there is no process yet, and gates of that token are let through once they are watched.
    ///
    /// # Errors
    /// There is no process, none may be watched, or something else traces it.
    pub fn start(
        members: impl FnMut() -> Vec<u32> + Send + 'static,
        gate: Option<String>,
    ) -> Result<Observer, ObserveError> {
        let kept_back = sys::KeptBack::hold();
        let shared = Arc::new(Shared::default());
        let (tell, begun) = mpsc::channel();
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("observer".to_owned()).spawn(move || {
            let mut tracer = Tracer::new(Box::new(members), gate);
            let result = tracer.begin();
            let is_well = result.is_ok();
            let _ = tell.send(result);
            if is_well {
                tracer.run(&of_thread);
            }
            tracer.finish()
        });
        let failed = |_| ObserveError::Failed { action: "make a thread", errno: Errno::AGAIN };
        let thread = thread.map_err(failed)?;
        let ended = ObserveError::Failed { action: "begin to watch", errno: Errno::CANCELED };
        match begun.recv().unwrap_or(Err(ended)) {
            Ok(()) => Ok(Observer {
                shared,
                thread: Some(thread),
                begun: Instant::now(),
                _kept_back: kept_back,
            }),
            Err(error) => {
                let _ = thread.join();
                Err(error)
            }
        }
    }

    /// Watches for so long, or until a signal comes.
    pub fn wait(&self, at_most: Duration) -> Woken {
        match sys::wait_for_user(at_most) {
            Some(signal) => Woken::Signal(signal),
            None => Woken::Elapsed,
        }
    }

    /// Watches until no process is left, but no longer than that.
    pub fn wait_for_end(&self, at_most: Duration) -> Woken {
        let end = Instant::now().checked_add(at_most);
        loop {
            if self.watched() == 0 {
                return Woken::AllEnded;
            }
            if let Woken::Signal(signal) = self.wait(Duration::from_millis(20)) {
                return Woken::Signal(signal);
            }
            if end.is_none_or(|end| Instant::now() >= end) {
                return Woken::Elapsed;
            }
        }
    }

    /// So many threads are watched.
    pub fn watched(&self) -> usize {
        self.shared.watched.load(Ordering::Relaxed)
    }

    /// Lets all processes go, and gives what was seen.
    ///
    /// # Errors
    /// The watching broke down; the processes run on.
    pub fn finish(mut self) -> Result<Record, ObserveError> {
        let seconds = self.begun.elapsed().as_secs_f64();
        let broken = ObserveError::Failed { action: "go on watching", errno: Errno::CANCELED };
        let mut record = self.end().ok_or(broken)?;
        record.seconds = seconds;
        Ok(record)
    }

    fn end(&mut self) -> Option<Record> {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.thread.take()?.join().ok()
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.end();
    }
}
