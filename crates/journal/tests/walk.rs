//! Walks, boots and values compared with journalctl, over many sets and many questions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use journal::boots;
use journal::filter::{Filter, Matches};
use journal::places::Places;
use journal::set::{Position, Set};
use journal::unique;
use journal::walk::{Direction, Seek, Walk};
use support::{BEGIN_USEC, Folder};
use testkit::journal::{Entry, Form, Random, Remote, Story, sets};

fn journalctl(folder: &Path, arguments: &[String]) -> Vec<u8> {
    let output = Command::new("journalctl")
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .arg("-q")
        .arg("-D")
        .arg(folder)
        .args(arguments)
        .output()
        .unwrap();
    output.stdout
}

fn cursors_of_journalctl(folder: &Path, arguments: &[String]) -> Vec<String> {
    let mut all = arguments.to_vec();
    all.extend(["--output=export".into(), "--output-fields=MESSAGE_ID".into()]);
    lines(&journalctl(folder, &all), "__CURSOR=")
}

fn lines(text: &[u8], prefix: &str) -> Vec<String> {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| line.strip_prefix(prefix.as_bytes()))
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect()
}

fn open(folder: &Path) -> Set {
    Set::open(&Places { directory: Some(folder.to_owned()), ..Places::default() })
}

/// What to ask for, of journalctl and of ourselves.
#[derive(Clone, Debug, Default)]
struct Question {
    is_reverse: bool,
    lines: Option<u64>,
    since: Option<u64>,
    until: Option<u64>,
    cursor: Option<(String, bool)>,
    matches: Vec<String>,
}

impl Question {
    fn arguments(&self) -> Vec<String> {
        let time = |usec: &u64| format!("@{}.{:06}", usec / 1_000_000, usec % 1_000_000);
        let mut arguments = Vec::new();
        arguments.extend(self.is_reverse.then(|| "--reverse".to_owned()));
        arguments.extend(self.lines.map(|lines| format!("--lines={lines}")));
        arguments.extend(self.since.iter().map(|usec| format!("--since={}", time(usec))));
        arguments.extend(self.until.iter().map(|usec| format!("--until={}", time(usec))));
        if let Some((cursor, is_after)) = &self.cursor {
            let option = if *is_after { "--after-cursor" } else { "--cursor" };
            arguments.push(format!("{option}={cursor}"));
        }
        arguments.extend(self.matches.iter().cloned());
        arguments
    }

    fn filter(&self) -> Filter {
        let mut matches = Matches::default();
        for text in &self.matches {
            match text.as_str() {
                "+" => matches.disjunction(),
                text => matches.add(text.as_bytes()).unwrap(),
            }
        }
        matches.build()
    }

    /// Positions as journalctl's main loop would come upon them. `is_planned`: many at once.
    fn answer(&self, set: &Set, is_planned: bool) -> Vec<Position> {
        let direction = if self.is_reverse { Direction::Backward } else { Direction::Forward };
        let mut walk = Walk::new(self.filter(), direction);
        let mut first = None;
        match (&self.cursor, self.since, self.until) {
            (Some((cursor, is_after)), ..) => {
                walk.seek(Seek::Cursor(cursor.parse().unwrap()));
                if *is_after {
                    walk.next(set);
                }
            }
            (None, Some(usec), _) if !self.is_reverse => walk.seek(Seek::Realtime(usec)),
            (None, _, Some(usec)) if self.is_reverse => walk.seek(Seek::Realtime(usec)),
            _ => {
                if let Some(lines) = self.lines.filter(|_| !self.is_reverse) {
                    walk.seek(Seek::Tail);
                    first = walk.skip(set, Direction::Backward, lines).1;
                }
            }
        }
        let max = self.lines.unwrap_or(u64::MAX) as usize;
        let mut found: Vec<Position> = first.into_iter().collect();
        if is_planned {
            while walk.plan(set, &mut found, 100) > 0 {}
        } else {
            found.extend(std::iter::from_fn(|| walk.next(set)));
        }
        assert_eq!(walk.take_damage(), []);
        let time = |at: &Position| set.entry(*at).unwrap().realtime_usec;
        found
            .into_iter()
            .take_while(|at| match self.is_reverse {
                true => self.since.is_none_or(|since| time(at) >= since),
                false => self.until.is_none_or(|until| time(at) <= until),
            })
            .take(max)
            .collect()
    }
}

/// What questions about a set can be made of.
struct Known {
    cursors: Vec<String>,
    times: Vec<u64>,
    fields: BTreeMap<&'static str, Vec<String>>,
}

const FIELDS: [&str; 7] =
    ["PRIORITY", "_SYSTEMD_UNIT", "_BOOT_ID", "SYSLOG_IDENTIFIER", "_TRANSPORT", "_PID", "_UID"];

impl Known {
    fn of(folder: &Path) -> Known {
        let text = journalctl(folder, &["--output=export".into()]);
        let mut fields = BTreeMap::new();
        for field in FIELDS {
            let mut values = lines(&text, &format!("{field}="));
            values.sort();
            values.dedup();
            let matches = values.iter().map(|value| format!("{field}={value}"));
            fields.insert(field, matches.collect());
        }
        Known {
            cursors: lines(&text, "__CURSOR="),
            times: lines(&text, "__REALTIME_TIMESTAMP=")
                .iter()
                .map(|usec| usec.parse().unwrap())
                .collect(),
            fields,
        }
    }

    fn question(&self, random: &mut Random) -> Question {
        let mut chance = |of: u64| random.below(of) == 0;
        let (is_reverse, has_lines, has_since, has_until, has_cursor, has_matches) =
            (chance(3), chance(3), chance(4), chance(4), chance(4), !chance(4));
        let time = |random: &mut Random| {
            random.pick(&self.times).map(|usec| (usec + random.below(3)).saturating_sub(1))
        };
        Question {
            is_reverse,
            lines: has_lines.then(|| 1 + random.below(60)),
            // journalctl takes one of both.
            since: if has_since && !has_cursor { time(random) } else { None },
            until: if has_until { time(random) } else { None },
            cursor: match random.pick(&self.cursors) {
                Some(cursor) if has_cursor => Some((cursor.clone(), random.below(2) == 0)),
                _ => None,
            },
            matches: if has_matches { self.matches(random) } else { Vec::new() },
        }
    }

    fn matches(&self, random: &mut Random) -> Vec<String> {
        let mut matches: Vec<String> = Vec::new();
        for number in 0..1 + random.below(5) {
            let values = &self.fields[random.pick(&FIELDS).unwrap()];
            let Some(value) = random.pick(values) else { continue };
            if number > 0 && !matches.is_empty() && random.below(4) == 0 {
                matches.push("+".into());
            }
            matches.push(value.clone());
        }
        matches
    }
}

fn cursors(set: &Set, found: &[Position]) -> Vec<String> {
    found.iter().map(|at| set.cursor(*at).unwrap().to_string()).collect()
}

/// Asks both that many questions.
fn compare(name: &str, folder: &Path, seed: u64, questions: usize) {
    let known = Known::of(folder);
    let mut random = Random::new(seed);
    let set = open(folder);
    assert!(set.unread().is_empty());
    let plain = [false, true].map(|is_reverse| Question { is_reverse, ..Question::default() });
    let others: Vec<Question> = (0..questions).map(|_| known.question(&mut random)).collect();
    for question in plain.into_iter().chain(others) {
        let arguments = question.arguments();
        let expected = cursors_of_journalctl(folder, &arguments);
        for is_planned in [false, true] {
            let found = cursors(&set, &question.answer(&set, is_planned));
            let same = found.iter().zip(&expected).take_while(|(a, b)| a == b).count();
            let lens = (found.len(), expected.len());
            assert!(
                found == expected,
                "{name} (seed {seed}): journalctl -D … {}: {lens:?} entries, the first {same} alike",
                arguments.join(" "),
            );
        }
    }
    compare_boots(name, folder, &set);
    compare_values(name, folder, &set, &known);
}

fn compare_boots(name: &str, folder: &Path, set: &Set) {
    let text = String::from_utf8(journalctl(folder, &["--list-boots".into()])).unwrap();
    let expected: Vec<&str> =
        text.lines().map(|line| line.split_whitespace().nth(1).unwrap()).collect();
    let found: Vec<String> = boots::list(set).iter().map(|boot| boot.id.to_string()).collect();
    assert_eq!(found, expected, "{name}: --list-boots");
    if name == "mixed" {
        // Boots that come back make journalctl go in circles, and where depends on what it has looked
        // at before.
        return;
    }
    for offset in -2..=3 {
        let arguments = [format!("--boot={offset}"), "-n1".into(), "-ojson".into()];
        let text = String::from_utf8_lossy(&journalctl(folder, &arguments)).into_owned();
        let expected = text.split_once("\"_BOOT_ID\":\"").map(|(_, rest)| rest[..32].to_owned());
        let found = boots::find(set, None, offset).map(|id| id.to_string());
        assert_eq!(found, expected, "{name}: --boot={offset}");
    }
}

fn compare_values(name: &str, folder: &Path, set: &Set, known: &Known) {
    let collect = |text: &mut Vec<u8>, value: &[u8]| {
        text.extend(value);
        text.push(b'\n');
        ControlFlow::Continue(())
    };
    for field in known.fields.keys() {
        let mut found = Vec::new();
        let damage = unique::values(set, field.as_bytes(), &mut |value| collect(&mut found, value));
        let expected = journalctl(folder, &["-F".into(), (*field).into()]);
        assert_eq!(damage, []);
        assert!(found == expected, "{name}: -F {field}");
    }
    let mut found = Vec::new();
    unique::names(set, &mut |value| collect(&mut found, value));
    assert!(found == journalctl(folder, &["-N".into()]), "{name}: -N");
}

#[test]
fn the_known_sets_as_journalctl() {
    let remote = Remote::find().unwrap();
    for (seed, set) in (1..).zip(sets::SETS) {
        let folder = Folder::new(set.name);
        set.make(&remote, folder.path()).unwrap();
        let questions = if set.name == "medium" { 6 } else { 18 };
        compare(set.name, folder.path(), seed, questions);
    }
}

/// Some writers in some boots, whose clocks are set back and forth, in some files each, some of
/// which are copied.
fn make_mixed(folder: &Folder, seed: u64) {
    let mut random = Random::new(seed);
    let boots = 1 + random.below(3);
    for writer in 0..1 + random.below(4) {
        let begin = |boot: u64, random: &mut Random| {
            let usec = BEGIN_USEC + boot * 7_000_000 + random.below(20_000_000);
            sets::boot(boot, usec)
        };
        let mut story = Story::new(seed * 100 + writer, begin(0, &mut random));
        story.step_usec = 200_000;
        let mut entries: Vec<Entry> = Vec::new();
        for boot in 0..boots {
            for _ in 0..1 + random.below(4) {
                entries.extend(story.entries(random.below(40) as usize));
                if random.below(3) == 0 {
                    entries.push(wide(&mut story));
                }
                if random.below(3) == 0 {
                    story.jump(random.below(4_000_000) as i64 - 2_000_000);
                }
            }
            story.reboot(begin((boot + 1) % boots, &mut random));
        }
        let parts = 1 + random.below(3);
        let mut files: Vec<Vec<Entry>> = vec![Vec::new(); parts as usize];
        for entry in entries {
            files[random.below(parts) as usize].push(entry);
        }
        for (part, entries) in files.iter().enumerate().filter(|(_, file)| !file.is_empty()) {
            let form = Form { is_compact: random.below(2) == 0, ..Form::default() };
            let path = folder.write(&format!("w{writer}-{part}.journal"), form, entries);
            if random.below(4) == 0 {
                std::fs::copy(&path, path.with_extension("copy.journal")).unwrap();
            }
        }
    }
}

/// An entry of so many fields that the writer begins another file, of the same sequence.
fn wide(story: &mut Story) -> Entry {
    let mut entry = story.entry();
    (0..300).for_each(|number| entry.push(&format!("WIDE_{number}"), "x"));
    entry
}

/// `JOURNAL_WALK_SEEDS=500` takes longer.
#[test]
fn files_that_contradict_each_other_as_journalctl() {
    let seeds = std::env::var("JOURNAL_WALK_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    for seed in 1..=seeds.unwrap_or(12) {
        let folder = Folder::new("mixed");
        make_mixed(&folder, seed);
        compare("mixed", folder.path(), seed, 6);
    }
}
