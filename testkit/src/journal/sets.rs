//! Sets of journal files, by name.

use super::odd;
use super::remote::{Compression, Form, Remote};
use super::story::{Boot, Story};
use super::{Entry, Random};
use crate::error::Error;
use std::fs;
use std::path::Path;

/// Sunday, 9 November 2025, 18:00:00 UTC: where most of the sets begin.
pub const BEGIN_USEC: u64 = 1_762_711_200_000_000;

const SECOND: u64 = 1_000_000;
const HOUR: u64 = 3600 * SECOND;

/// Makes one set in a folder.
type Make = fn(&Remote, &Path) -> Result<(), Error>;

/// A set of journal files.
#[derive(Clone, Copy, Debug)]
pub struct Set {
    /// Its name, that of the folder it is in.
    pub name: &'static str,
    /// What is in it.
    pub about: &'static str,
    make: Make,
}

/// Every set there is.
pub const SETS: &[Set] = &[
    Set { name: "small", about: "60 entries of one boot in one file", make: small },
    Set { name: "medium", about: "5,000 entries of one boot in one file", make: medium },
    Set { name: "hard", about: "every odd entry: binary, huge, empty, repeated …", make: hard },
    Set { name: "boots", about: "6 boots, out of order, clocks set back, in 4 files", make: boots },
    Set { name: "overlap", about: "100 files of 5 writers that overlap in time", make: overlap },
    Set { name: "tangled", about: "as overlap, but the writers' clocks disagree", make: tangled },
    Set {
        name: "rotated",
        about: "one writer, rotated four times: sequence goes on",
        make: rotated,
    },
    Set { name: "compact", about: "compact, keyed, zstd: one file", make: compact },
    Set { name: "plain", about: "not compact, not keyed, not compressed", make: plain },
    Set { name: "xz", about: "values compressed with xz, not compact", make: xz },
    Set { name: "lz4", about: "values compressed with lz4, not compact", make: lz4 },
    Set { name: "zstd", about: "values compressed with zstd, not compact", make: zstd },
    Set {
        name: "unclean",
        about: "a writer was killed: still online; and a whole file",
        make: unclean,
    },
    Set {
        name: "twins",
        about: "the same entries in two files, and some in one only",
        make: twins,
    },
    Set { name: "empty", about: "a file without entries next to a small one", make: empty },
    Set { name: "names", about: "files named as those of system, users and archives", make: names },
];

/// The set of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Set> {
    SETS.iter().find(|set| set.name == name)
}

impl Set {
    /// Makes the set in the folder, which is made too.
    ///
    /// # Errors
    /// When files can't be written.
    pub fn make(&self, remote: &Remote, folder: &Path) -> Result<(), Error> {
        fs::create_dir_all(folder).map_err(Error::io("make", folder))?;
        (self.make)(remote, folder)
    }
}

/// Makes every set, each in a folder of its name.
///
/// # Errors
/// When files can't be written.
pub fn make(folder: &Path) -> Result<(), Error> {
    let remote = Remote::find()?;
    SETS.iter().try_for_each(|set| set.make(&remote, &folder.join(set.name)))
}

/// The boot of that number: with an identifier of its own, at a time of one's choice.
#[must_use]
pub fn boot(number: u64, realtime_usec: u64) -> Boot {
    let id = Random::new(0xb007 + number).id();
    Boot { id, realtime_usec, monotonic_usec: 3 * SECOND + number * 1017 }
}

fn one(seed: u64, count: usize) -> Vec<Entry> {
    Story::new(seed, boot(1, BEGIN_USEC)).entries(count)
}

fn small(remote: &Remote, folder: &Path) -> Result<(), Error> {
    remote.write(&folder.join("system.journal"), Form::default(), &one(1, 60))
}

fn medium(remote: &Remote, folder: &Path) -> Result<(), Error> {
    remote.write(&folder.join("system.journal"), Form::default(), &one(2, 5000))
}

/// 3 MB in one value: more than what readers map at once, and quickly made.
const HUGE: usize = 3 << 20;

fn odd_ones() -> Vec<Entry> {
    odd::entries(boot(1, BEGIN_USEC).id, BEGIN_USEC, HUGE)
}

fn hard(remote: &Remote, folder: &Path) -> Result<(), Error> {
    remote.write(&folder.join("system.journal"), Form::default(), &odd_ones())
}

fn boots(remote: &Remote, folder: &Path) -> Result<(), Error> {
    let mut story = Story::new(3, boot(1, BEGIN_USEC));
    let mut first = story.entries(80);
    story.reboot(boot(2, BEGIN_USEC + 2 * HOUR));
    first.extend(story.entries(40));
    // The clock is set back by an hour while the machine runs, and forth again.
    story.jump(-3_600_000_000);
    first.extend(story.entries(40));
    story.jump(5_400_000_000);
    first.extend(story.entries(20));
    remote.write(&folder.join("system@first.journal"), Form::default(), &first)?;
    // A machine without a clock of its own starts in 1970, and before what went before.
    story.reboot(boot(3, 10 * SECOND));
    let mut second = story.entries(30);
    story.jump(i64::try_from(BEGIN_USEC + 6 * HOUR).unwrap_or(i64::MAX));
    second.extend(story.entries(70));
    remote.write(&folder.join("system@second.journal"), Form::default(), &second)?;
    story.reboot(boot(4, BEGIN_USEC - 30 * HOUR));
    let third = story.entries(50);
    story.reboot(boot(5, BEGIN_USEC + 9 * HOUR));
    let fourth = story.entries(50);
    // One file starts a boot, another one goes on with it.
    let more = story.entries(50);
    remote.write(&folder.join("system@third.journal"), Form::default(), &fourth)?;
    story.reboot(boot(6, BEGIN_USEC + 30 * HOUR));
    let last = story.entries(60);
    let all = [third, more, last].concat();
    remote.write(&folder.join("system.journal"), Form::default(), &all)
}

fn overlap(remote: &Remote, folder: &Path) -> Result<(), Error> {
    for writer in 0..5_u64 {
        // Three writers share a boot, as journals of users and the system do: their two clocks
        // agree.
        let mut at = boot(1 + writer.saturating_sub(2), BEGIN_USEC + writer * SECOND / 3);
        at.monotonic_usec += writer * SECOND / 3;
        let mut story = Story::new(100 + writer, at);
        story.step_usec = SECOND / 2;
        let mut files: Vec<Vec<Entry>> = vec![Vec::new(); 20];
        let mut random = Random::new(writer);
        for _ in 0..1200 {
            let entry = story.entry();
            let index = usize::try_from(random.below(20)).unwrap_or(0);
            if let Some(file) = files.get_mut(index) {
                file.push(entry);
            }
        }
        for (number, entries) in files.iter().enumerate() {
            let file = folder.join(format!("w{writer}@{number:02}.journal"));
            remote.write(&file, Form::default(), entries)?;
        }
    }
    Ok(())
}

/// Writers whose monotonic clocks agree and whose wall clocks do not: no order of their entries
/// suits both.
fn tangled(remote: &Remote, folder: &Path) -> Result<(), Error> {
    for writer in 0..3_u64 {
        let at = boot(1, BEGIN_USEC + writer * 10 * SECOND);
        let entries = Story::new(200 + writer, at).entries(200);
        let file = folder.join(format!("w{writer}.journal"));
        remote.write(&file, Form::default(), &entries)?;
    }
    Ok(())
}

/// An entry of so many fields that its file is rotated after it: the table of names is full.
fn wide(story: &mut Story) -> Entry {
    let mut entry = story.entry();
    (0..300).for_each(|number| entry.push(&format!("WIDE_{number}"), "x"));
    entry
}

fn rotated(remote: &Remote, folder: &Path) -> Result<(), Error> {
    let mut story = Story::new(8, boot(1, BEGIN_USEC));
    let mut entries = Vec::new();
    for number in 1..=4 {
        entries.extend(story.entries(400));
        entries.push(wide(&mut story));
        if number == 2 {
            story.reboot(boot(2, BEGIN_USEC + HOUR));
        }
    }
    entries.extend(story.entries(100));
    remote.write(&folder.join("system.journal"), Form::default(), &entries)
}

fn formed(remote: &Remote, folder: &Path, form: Form) -> Result<(), Error> {
    let mut entries = odd_ones();
    let mut story = Story::new(9, boot(2, BEGIN_USEC + 40 * HOUR));
    // The odd ones end in a far future: they stay last.
    let at = entries.len().saturating_sub(3);
    entries.splice(at..at, story.entries(500));
    remote.write(&folder.join("system.journal"), form, &entries)
}

fn compact(remote: &Remote, folder: &Path) -> Result<(), Error> {
    formed(remote, folder, Form::default())
}

const PLAIN: Form = Form { compression: Compression::None, is_compact: false, is_keyed: false };

fn plain(remote: &Remote, folder: &Path) -> Result<(), Error> {
    formed(remote, folder, PLAIN)
}

fn xz(remote: &Remote, folder: &Path) -> Result<(), Error> {
    formed(remote, folder, Form { compression: Compression::Xz, ..PLAIN })
}

fn lz4(remote: &Remote, folder: &Path) -> Result<(), Error> {
    formed(remote, folder, Form { compression: Compression::Lz4, is_keyed: true, ..PLAIN })
}

fn zstd(remote: &Remote, folder: &Path) -> Result<(), Error> {
    formed(remote, folder, Form { compression: Compression::Zstd, is_keyed: true, ..PLAIN })
}

fn unclean(remote: &Remote, folder: &Path) -> Result<(), Error> {
    let mut story = Story::new(4, boot(1, BEGIN_USEC));
    let name = "system@0005f0f0f0f0f0f0-00f0f0f0f0f0f0f0.journal~";
    let file = folder.join("system.journal");
    remote.write_and_kill(&file, Form::default(), &story.entries(300))?;
    let to = folder.join(name);
    fs::rename(&file, &to).map_err(Error::io("put in its place", &to))?;
    let more = story.entries(40);
    remote.write_and_kill(&file, Form::default(), &more)
}

fn twins(remote: &Remote, folder: &Path) -> Result<(), Error> {
    let mut story = Story::new(5, boot(1, BEGIN_USEC));
    let (both, first, second) = (story.entries(100), story.entries(20), story.entries(20));
    let at = Form { is_keyed: false, ..Form::default() };
    remote.write(&folder.join("a.journal"), Form::default(), &[&both[..], &first].concat())?;
    remote.write(&folder.join("b.journal"), at, &[&both[..], &second].concat())
}

fn empty(remote: &Remote, folder: &Path) -> Result<(), Error> {
    let writer = remote.keep_writing(&folder.join("empty.journal"), Form::default())?;
    writer.close()?;
    small(remote, folder)
}

fn names(remote: &Remote, folder: &Path) -> Result<(), Error> {
    let mut story = Story::new(6, boot(1, BEGIN_USEC));
    for name in [
        "system@c1f1a1b1c1d1e1f1c1f1a1b1c1d1e1f1-0000000000000001-0006431e10000000.journal",
        "system.journal",
        "user-1000@c1f1a1b1c1d1e1f1c1f1a1b1c1d1e1f2-0000000000000001-0006431e10000000.journal",
        "user-1000.journal",
        "user-1001.journal",
        "remote-host.journal",
    ] {
        remote.write(&folder.join(name), Form::default(), &story.entries(50))?;
    }
    Ok(())
}
