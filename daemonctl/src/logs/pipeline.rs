//! From the plan to the output: batches are rendered on two threads, and written in their order.
//!
//! A thread takes the next batch of the plan, renders it, and writes it if it is its turn; else it leaves
//! it to whoever has the turn, and takes another. Not many are left that way: when the output is slow,
//! who has rendered waits, and nothing is planned.

use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use journal::set::{Position, Set};

use super::query::{Query, Rendering, Shown, Stopped};
use super::stream::{Batch, Plan};
use super::worker::{Rendered, Worker};

/// Entries of the first batches: who looks at the first page does not wait for more.
const FIRST: [usize; 2] = [64, 512];
/// Entries of all other batches, at most and at least.
const BATCH: usize = 2048;
const BATCH_MIN: usize = 128;
/// Batches that become larger than that, in bytes, are halved: a core's own cache holds no more.
const BATCH_BYTES: usize = 384 << 10;
/// So many batches wait for their turn at most.
const WAITING_MAX: usize = 6;

/// One round: everything that the plan has now.
pub struct Round<'r> {
    /// What is asked.
    pub query: &'r Query,
    /// How it looks.
    pub rendering: &'r Rendering,
    /// The names of sources.
    pub labels: &'r [String],
    /// The journal files.
    pub set: &'r Set,
    /// Where it goes.
    pub sink: &'r mut (dyn Write + Send + 'r),
    /// How many entries may be shown, where they are counted when they are written.
    pub limit: Option<u64>,
}

/// What threads share.
struct Shared<'s> {
    set: &'s Set,
    plan: Mutex<&'s mut Plan>,
    turn: Mutex<Turn<'s>>,
    turned: Condvar,
    matched: AtomicU64,
    is_over: AtomicBool,
    /// How many entries a batch has now.
    batch: AtomicUsize,
}

/// Whose batch is written, and what was.
struct Turn<'s> {
    next: u64,
    sink: &'s mut (dyn Write + Send + 's),
    limit: Option<u64>,
    entries: u64,
    cut: bool,
    last_shown: Option<Position>,
    error: Option<io::Error>,
    /// A thread panicked: its batch never comes, and nobody may wait for it.
    is_abandoned: bool,
    waiting: Vec<Waiting>,
    /// Emptied buffers.
    spare: Vec<Vec<u8>>,
}

/// A batch that was rendered before its turn.
struct Waiting {
    number: u64,
    bytes: Vec<u8>,
    rendered: Rendered,
}

impl Round<'_> {
    /// Shows it. `worker` is the calling thread's own.
    ///
    /// # Errors
    /// It can't be written.
    pub fn run(
        self,
        plan: &mut Plan,
        worker: &mut Worker,
        shown: &mut Shown,
    ) -> Result<(), Stopped> {
        let is_alone = self.rendering.format.needs_order()
            || self.rendering.people.is_some()
            || std::thread::available_parallelism().is_ok_and(|count| count.get() < 2);
        let turn = Turn {
            next: plan.number(),
            sink: self.sink,
            limit: self.limit,
            entries: 0,
            cut: false,
            last_shown: None,
            error: None,
            is_abandoned: false,
            waiting: Vec::new(),
            spare: Vec::new(),
        };
        let shared = Shared {
            set: self.set,
            plan: Mutex::new(plan),
            turn: Mutex::new(turn),
            turned: Condvar::new(),
            matched: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            batch: AtomicUsize::new(BATCH),
        };
        let mut buffers = Buffers::default();
        let is_done = FIRST.iter().any(|most| !shared.one(worker, &mut buffers, Some(*most)));
        if is_alone && !is_done {
            while shared.one(worker, &mut buffers, None) {}
        } else if !is_done {
            std::thread::scope(|scope| {
                let (query, rendering, labels) = (self.query, self.rendering, self.labels);
                let shared = &shared;
                scope.spawn(move || {
                    let mut worker = Worker::new(query, rendering, labels);
                    let mut buffers = Buffers::default();
                    let _alarm = Alarm(shared);
                    while shared.one(&mut worker, &mut buffers, None) {}
                });
                let _alarm = Alarm(shared);
                while shared.one(worker, &mut buffers, None) {}
            });
        }
        buffers.out.clear();
        worker.finish(&mut buffers.out);
        shared.finish(&buffers.out, shown)
    }
}

/// Tells the other thread when this one panics: it would wait for ever for a batch that never comes.
struct Alarm<'a, 's>(&'a Shared<'s>);

impl Drop for Alarm<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(&self.0.turn).is_abandoned = true;
            self.0.is_over.store(true, Ordering::Relaxed);
            self.0.turned.notify_all();
        }
    }
}

/// What a thread uses again for each batch.
#[derive(Default)]
struct Buffers {
    batch: Batch,
    out: Vec<u8>,
}

/// A buffer that became larger than that for one entry is given back.
const KEPT: usize = 4 << 20;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nobody panics between two changes of what is locked: it is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'s> Shared<'s> {
    /// Takes a batch through, of so many entries if that is given; says whether there may be another.
    fn one(&self, worker: &mut Worker, buffers: &mut Buffers, most: Option<usize>) -> bool {
        let Buffers { batch, out } = buffers;
        let most = most.unwrap_or_else(|| self.batch.load(Ordering::Relaxed));
        let is_last = {
            let mut plan = lock(&self.plan);
            if plan.is_done || self.is_over.load(Ordering::Relaxed) {
                return false;
            }
            plan.fill(self.set, batch, most, &self.matched);
            plan.is_done
        };
        out.clear();
        out.shrink_to(KEPT);
        let rendered = worker.render(self.set, batch, out, &mut |bytes, rendered| {
            self.write(&mut self.wait_for(batch.number), bytes, rendered)
        });
        if out.len() > BATCH_BYTES && most > BATCH_MIN {
            self.batch.store(most / 2, Ordering::Relaxed);
        }
        self.hand_in(batch.number, out, rendered) && !is_last
    }

    /// Writes a batch, and those that waited for it, or lets it wait; says whether more is wanted.
    fn hand_in(&self, number: u64, out: &mut Vec<u8>, mut rendered: Rendered) -> bool {
        let mut turn = lock(&self.turn);
        if turn.next != number && turn.waiting.len() < WAITING_MAX {
            let bytes = std::mem::replace(out, turn.spare.pop().unwrap_or_default());
            turn.waiting.push(Waiting { number, bytes, rendered });
            return !self.is_over.load(Ordering::Relaxed);
        }
        drop(turn);
        turn = self.wait_for(number);
        let mut goes_on = self.write(&mut turn, out, &mut rendered);
        turn.next += 1;
        while let Some(at) = turn.waiting.iter().position(|batch| batch.number == turn.next) {
            let Waiting { mut bytes, mut rendered, .. } = turn.waiting.swap_remove(at);
            goes_on = self.write(&mut turn, &mut bytes, &mut rendered);
            turn.spare.push(bytes);
            turn.next += 1;
        }
        drop(turn);
        self.turned.notify_all();
        goes_on
    }

    /// Until all batches before that one are written.
    fn wait_for(&self, number: u64) -> MutexGuard<'_, Turn<'s>> {
        let turn = lock(&self.turn);
        let waited = self.turned.wait_while(turn, |turn| turn.next != number && !turn.is_abandoned);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what was rendered until now, as far as it is wanted; says whether more is.
    fn write(&self, turn: &mut Turn<'_>, out: &mut Vec<u8>, rendered: &mut Rendered) -> bool {
        let rendered = std::mem::take(rendered);
        let mut wanted = out.as_slice();
        let mut is_over = self.is_over.load(Ordering::Relaxed);
        if is_over {
            wanted = &[];
        } else {
            self.matched.fetch_add(rendered.entries, Ordering::Relaxed);
            turn.entries += rendered.entries;
            turn.cut |= rendered.cut;
        }
        if let Some(limit) = turn.limit.filter(|limit| turn.entries >= *limit && !is_over) {
            let before = turn.entries - rendered.entries;
            let last = usize::try_from(limit - before).unwrap_or(usize::MAX).checked_sub(1);
            let end = last.and_then(|last| rendered.ends.get(last));
            wanted = wanted.get(..end.map_or(0, |(end, _)| *end)).unwrap_or_default();
            turn.last_shown = end.and_then(|(_, at)| *at);
            turn.entries = limit;
            is_over = true;
        }
        if !wanted.is_empty()
            && turn.error.is_none()
            && let Err(error) = turn.sink.write_all(wanted)
        {
            turn.error = Some(error);
            is_over = true;
        }
        self.is_over.store(is_over, Ordering::Relaxed);
        out.clear();
        !is_over
    }

    fn finish(self, rest: &[u8], shown: &mut Shown) -> Result<(), Stopped> {
        let plan = self.plan.into_inner().unwrap_or_else(PoisonError::into_inner);
        let turn = self.turn.into_inner().unwrap_or_else(PoisonError::into_inner);
        shown.entries += turn.entries;
        shown.cut |= turn.cut;
        shown.last = turn.last_shown.or(plan.last).or(shown.last);
        shown.note_damage(plan.take_damage());
        shown.troubles.extend(plan.texts().take_troubles());
        match turn
            .error
            .map_or_else(|| turn.sink.write_all(rest).and_then(|()| turn.sink.flush()), Err)
        {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                shown.is_closed = true;
                Ok(())
            }
            Err(error) => Err(Stopped::Write(error)),
            Ok(()) => Ok(()),
        }
    }
}
