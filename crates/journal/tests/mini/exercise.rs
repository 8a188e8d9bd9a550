//! Everything that can be done with a journal file, on one that may be damaged in any way.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use journal::cursor::Cursor;
use journal::fields::{Fields, Wanted};
use journal::file::{EntryList, File, Scratch};
use journal::filter::Filter;
use journal::places::Places;
use journal::verify::{Key, verify};
use journal::walk::{Direction, Seek, Walk};
use journal::{Set, boots, unique};

/// Memory of the process, but for mapped files: far more than the largest test file needs, far less
/// than what a damaged one can claim.
const MEMORY: u64 = 1 << 30;
/// One file takes milliseconds.
const SECONDS: u64 = 60;

/// Holds the memory to a bound: what asks for more is told that there is none.
pub fn bound_memory() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Data);
    let _ = setrlimit(Resource::Data, Rlimit { current: Some(MEMORY), maximum: limit.maximum });
}

/// Ends the process, saying at what, when one thing takes too long.
pub struct Watchdog(Arc<Mutex<Option<(Instant, String)>>>);

impl Watchdog {
    pub fn new() -> Watchdog {
        let now = Arc::new(Mutex::new(Some((Instant::now(), String::new()))));
        let watched = Arc::clone(&now);
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let Some((since, what)) = watched.lock().unwrap().clone() else { return };
                if since.elapsed() > Duration::from_secs(SECONDS) {
                    eprintln!("hangs at: {what}");
                    std::process::abort();
                }
            }
        });
        Watchdog(now)
    }

    pub fn at(&self, what: impl FnOnce() -> String) {
        *self.0.lock().unwrap() = Some((Instant::now(), what()));
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        *self.0.lock().unwrap() = None;
    }
}

/// No list of a file of that size has more; one that changes meanwhile may have had some thousands.
fn most(bytes: u64) -> usize {
    bytes as usize / 4 + 4096
}

/// Does everything with that file; panics where something never ends or says too much.
pub fn everything(path: &Path) {
    let Ok(file) = File::open(path) else { return };
    one_file(&file);
    let key: Key = "8b1b4c-2b67ed-8e9b22-f4b0a1/1a2b3c-35a4e900".parse().unwrap();
    let verdict = verify(&file, file.header().is_sealed().then_some(&key), &mut ());
    if let Err(problem) = verdict {
        let _ = (problem.to_string(), problem.corruption("x"));
    }
    let most = most(file.size_bytes());
    set(path.to_owned(), most);
}

fn one_file(file: &File) {
    let most = most(file.size_bytes());
    let mut scratch = Scratch::default();
    let mut fields = Fields::new(Wanted::All);
    list(file, file.entries(), &mut fields);
    let mut names = Vec::new();
    for (number, name) in file.field_names().enumerate() {
        assert!(number <= most, "endless names");
        names.extend(name.map(<[u8]>::to_vec));
    }
    names.push(b"MESSAGE".to_vec());
    for name in names {
        for (number, data) in file.values_of(&name).enumerate() {
            assert!(number <= most, "endless values");
            let Ok(data) = data else { continue };
            if let Ok(payload) = file.payload(data, &mut scratch).map(<[u8]>::to_vec) {
                let _ = file.find_data(&payload);
            }
            if let Ok(entries) = file.entries_of(data) {
                list(file, entries, &mut fields);
            }
        }
    }
}

fn list(file: &File, mut entries: EntryList<'_>, fields: &mut Fields) {
    let most = most(file.size_bytes());
    let length = entries.len();
    for index in (0..length).take(most).chain((0..length).rev().take(most)) {
        let Ok(at) = entries.get(index) else { break };
        if let Ok(record) = fields.read_from(file, at) {
            let said = record.fields().map(|field| field.name.len() + field.value.len());
            assert!(said.clone().count() <= most, "endless fields");
            let _ = said.sum::<usize>();
        }
    }
    let _ = entries.partition_point(|at| Ok(file.entry(at)?.seqnum < 3));
}

fn set(path: PathBuf, most: usize) {
    let set = Set::open(&Places { files: vec![path], ..Places::default() });
    let one = || Filter::field(b"_PID=1");
    let other = || Filter::any_of([Filter::field(b"PRIORITY=2"), Filter::field(b"PRIORITY=1")]);
    let filters = [Filter::all_of([]), one(), other(), Filter::all_of([one(), other()])];
    let mut cursor: Option<Cursor> = None;
    for filter in filters {
        for direction in [Direction::Forward, Direction::Backward] {
            let mut walk = Walk::new(filter.clone(), direction);
            let mut number = 0;
            while let Some(at) = walk.next(&set) {
                cursor = set.cursor(at).ok().or(cursor);
                number += 1;
                assert!(number <= most, "an endless walk");
            }
            let _ = walk.take_damage();
            let times = [Seek::Realtime(1_762_711_203_000_000), Seek::Head, Seek::Tail];
            for seek in times.into_iter().chain(cursor.map(Seek::Cursor)) {
                walk.seek(seek);
                let _ = walk.next(&set).map(|at| set.entry(at));
                let _ = walk.skip(&set, direction.opposite(), 2);
            }
        }
    }
    let _ = boots::list(&set);
    let mut number = 0;
    let mut count = |_: &[u8]| {
        number += 1;
        assert!(number <= 2 * most, "endless values");
        ControlFlow::Continue(())
    };
    let _ = unique::values(&set, b"MESSAGE", &mut count);
    let _ = unique::names(&set, &mut count);
}
