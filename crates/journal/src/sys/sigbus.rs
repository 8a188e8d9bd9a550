//! The handler of SIGBUS, and the table of mappings that it looks at: the one piece of global state of
//! this room, since signals know no other. Nothing here locks, allocates or frees while the handler may
//! look: blocks of the table are added and never taken away.

use std::cell::UnsafeCell;
use std::io;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};

/// Rows of the table's blocks.
const ROWS: usize = 256;
/// A row's `start` while it is owned and watches nothing yet.
const CLAIMED: usize = 1;

/// One mapping: `start` is 0 where the row is free.
#[derive(Debug)]
struct Row {
    start: AtomicUsize,
    end: AtomicUsize,
    hit: AtomicBool,
}

impl Row {
    const fn new() -> Row {
        Row { start: AtomicUsize::new(0), end: AtomicUsize::new(0), hit: AtomicBool::new(false) }
    }
}

#[derive(Debug)]
struct Block {
    rows: [Row; ROWS],
    next: AtomicPtr<Block>,
}

impl Block {
    const fn new() -> Block {
        Block { rows: [const { Row::new() }; ROWS], next: AtomicPtr::new(ptr::null_mut()) }
    }

    fn next(&self) -> Option<&'static Block> {
        // SAFETY: null, or of a block that was leaked when it was added.
        unsafe { self.next.load(Ordering::Acquire).as_ref() }
    }
}

static TABLE: Block = Block::new();
static SERIAL: AtomicU64 = AtomicU64::new(1);
static INSTALL: Once = Once::new();
static PREVIOUS: Previous = Previous(UnsafeCell::new(MaybeUninit::zeroed()));

/// What handled SIGBUS before us.
struct Previous(UnsafeCell<MaybeUninit<libc::sigaction>>);

// SAFETY: written once, before our handler is there to read it.
unsafe impl Sync for Previous {}

/// A row of the table, owned.
#[derive(Debug)]
pub struct Slot {
    row: &'static Row,
    serial: u64,
}

impl Slot {
    /// A free row; also puts the handler in place when it is the first.
    pub fn claim() -> io::Result<Slot> {
        INSTALL.call_once(install);
        let mut block = &TABLE;
        loop {
            let free = block.rows.iter().find(|row| {
                row.start.load(Ordering::Relaxed) == 0
                    && row
                        .start
                        .compare_exchange(0, CLAIMED, Ordering::AcqRel, Ordering::Relaxed)
                        .is_ok()
            });
            if let Some(row) = free {
                row.hit.store(false, Ordering::Relaxed);
                return Ok(Slot { row, serial: SERIAL.fetch_add(1, Ordering::Relaxed) });
            }
            block = match block.next() {
                Some(next) => next,
                None => add_after(block),
            };
        }
    }

    /// From now on that range is ours.
    pub fn watch(&self, start: usize, length: usize) {
        self.row.end.store(start.saturating_add(length), Ordering::Release);
        self.row.start.store(start, Ordering::Release);
    }

    /// Whether zeroes were put into the range.
    pub fn was_hit(&self) -> bool {
        self.row.hit.load(Ordering::Acquire)
    }

    /// See [`super::Mapping::serial`].
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// The range is not ours any more. Watches nothing from now on.
    pub fn release(&mut self) {
        self.row.start.store(CLAIMED, Ordering::Release);
        self.row.end.store(0, Ordering::Release);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.release();
        self.row.start.store(0, Ordering::Release);
    }
}

/// The block behind that one, which had none a moment ago.
fn add_after(block: &Block) -> &'static Block {
    let new = Box::into_raw(Box::new(Block::new()));
    match block.next.compare_exchange(ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire) {
        // SAFETY: just leaked, and never freed from here on.
        Ok(_) => unsafe { &*new },
        Err(other) => {
            // SAFETY: ours alone: it has not been published.
            drop(unsafe { Box::from_raw(new) });
            // SAFETY: not null, or the exchange would have succeeded; blocks are never freed.
            unsafe { &*other }
        }
    }
}

fn install() {
    // SAFETY: `sigaction` reads and writes valid structures; `PREVIOUS` is written before the handler
    // that reads it is installed, and by nobody else (`Once`). The handler keeps to what is safe in one.
    unsafe {
        if libc::sigaction(libc::SIGBUS, ptr::null(), (*PREVIOUS.0.get()).as_mut_ptr()) != 0 {
            return;
        }
        let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
        let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = handle;
        action.sa_sigaction = handler as libc::sighandler_t;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
        libc::sigemptyset(&mut action.sa_mask);
        libc::sigaction(libc::SIGBUS, &action, ptr::null_mut());
    }
}

/// A thread touched a page that has no file behind it.
extern "C" fn handle(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel gives a valid `info`; its address is only looked at where the code says that
    // the fault has one.
    let address = unsafe {
        match (*info).si_code {
            libc::BUS_ADRERR | libc::BUS_OBJERR => Some((*info).si_addr().addr()),
            _ => None,
        }
    };
    if !address.is_some_and(put_zeroes) {
        pass_on(signal, info, context);
    }
}

/// Puts zeroes from that page to the end of the mapping that it lies in, if it is one of ours. To the
/// end, and not on one page, so that a long file that was cut down to nothing doesn't fall into more
/// pieces than a process may have.
fn put_zeroes(address: usize) -> bool {
    let Some((row, end)) = row_of(address) else { return false };
    let page = address - address % rustix::param::page_size();
    // SAFETY: `errno` is the faulting thread's own, kept over the call. The range is a part of our own
    // mapping, which can't go away while a thread reads it; replacing its pages by zeroes is what
    // readers of a file that others truncate must expect anyway.
    let is_there = unsafe {
        let errno = libc::__errno_location();
        let kept = *errno;
        let new = libc::mmap(
            ptr::without_provenance_mut(page),
            end - page,
            libc::PROT_READ,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED | libc::MAP_NORESERVE,
            -1,
            0,
        );
        *errno = kept;
        new != libc::MAP_FAILED
    };
    row.hit.store(true, Ordering::Release);
    is_there
}

/// The row whose range has that address, and where the range ends.
fn row_of(address: usize) -> Option<(&'static Row, usize)> {
    let mut block = Some(&TABLE);
    while let Some(rows) = block {
        for row in &rows.rows {
            let start = row.start.load(Ordering::Acquire);
            let end = row.end.load(Ordering::Acquire);
            // The same twice: the row did not pass from one mapping to another between the reads.
            let is_settled = row.start.load(Ordering::Acquire) == start;
            if start > CLAIMED && is_settled && (start..end).contains(&address) {
                return Some((row, end));
            }
        }
        block = rows.next();
    }
    None
}

/// Not ours: whoever was there before us handles it; the default ends the process when the instruction
/// is tried again.
fn pass_on(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: written before this handler was installed, never since. The handlers are called as the
    // kernel would have called them.
    unsafe {
        let previous = (*PREVIOUS.0.get()).assume_init_ref();
        let handler = previous.sa_sigaction;
        // A fault comes again by itself, and can't be ignored; what kill(2) sent does not, and can.
        let is_sent = (*info).si_code <= 0;
        if handler == libc::SIG_IGN && is_sent {
            // We stay: our own mappings need us as before.
        } else if handler == libc::SIG_DFL || handler == libc::SIG_IGN {
            libc::sigaction(signal, previous, ptr::null_mut());
            if is_sent {
                libc::raise(signal);
            }
        } else if previous.sa_flags & libc::SA_SIGINFO != 0 {
            type Long = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);
            std::mem::transmute::<libc::sighandler_t, Long>(handler)(signal, info, context);
        } else {
            type Short = extern "C" fn(libc::c_int);
            std::mem::transmute::<libc::sighandler_t, Short>(handler)(signal);
        }
    }
}
