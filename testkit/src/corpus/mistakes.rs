//! The mistakes that people make in unit files.

#![allow(clippy::ptr_arg, reason = "all mistakes have one type, and some add and remove lines")]

/// Numbers by chance that are the same in each run (splitmix64).
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// Begins a row.
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`; 0 where that is 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        mixed.checked_rem(limit).and_then(|rest| usize::try_from(rest).ok()).unwrap_or(0)
    }

    /// One of them.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> Option<&'a T> {
        of.get(self.below(of.len())).copied()
    }
}

/// A kind of mistake: its name, and what it does to the lines of a file. `None` where the file has
/// nothing to do it to.
pub(super) type Mistake = (&'static str, fn(&mut Vec<String>, &mut Dice) -> Option<()>);

/// All of them.
pub(super) const MISTAKES: &[Mistake] = &[
    ("misspell", misspell),
    ("value", other_value),
    ("tail", longer_value),
    ("equals", drop_equals),
    ("section", other_section),
    ("garbage", garbage),
    ("again", again),
    ("unfinished", unfinished),
    ("remove", remove),
    ("before", before_any_section),
    ("depend", depend),
    ("twice", twice),
];

const VALUES: &[&str] = &[
    "garbage value",
    "-17x",
    "%",
    "%Z",
    "\"unclosed",
    "'",
    "999999999999999999999999",
    "0",
    "-1",
    "relative/path",
    "/../x",
    "/a//b/",
    "/dev/../etc",
    "a b c",
    "yes maybe",
    "foo@bar@.x",
    "=",
    "5min 3",
    "10Q",
    "150%",
    "infinity",
    "~",
    "*:99",
    "SIGFOO",
    "0999",
    "é",
    "\\x41",
    "%%",
    "%i",
    "no",
    "/bin/true",
    "foo.service",
];

const TAILS: &[&str] =
    &[" \\q", " \\xzz", " %Y", " \"open", " extra words", "%", "x", " ;", " ; /bin/true", " \\;"];

const SECTIONS: &[&str] = &[
    "[Foo]",
    "[X-Foo]",
    "[unit]",
    "[Unit",
    "[Service] x",
    "[]",
    "[Ser vice]",
    "[Socket]",
    "[Install]",
    "[ Unit ]",
    "[Timer]",
    "[[Unit]]",
];

const GARBAGE: &[&str] = &[
    "garbage",
    "=x",
    " = y",
    "[",
    "@@@@",
    "foo bar baz",
    "\u{1}\u{2}",
    "Key==",
    "\\",
    "=",
    ".include /x",
    "Foo=bar",
    "X-Foo=bar",
    "  Description = spaced ",
    "#Comment \\",
    "; other",
];

const DEPENDENCIES: &[&str] = &[
    "Requires=no-such.service",
    "Wants=no-such.service",
    "After=no-such.service",
    "Requires=bad name",
    "BindsTo=foo@.service",
    "Wants=foo",
    "PartOf=../x.service",
    "Upholds=x.unknown",
    "Requires=-.mount dev-sda.device %i",
    "Requisite=no-such.target",
    "OnFailure=x@%n.service",
    "RequiresMountsFor=relative /ok",
    "Sockets=x.socket",
    "JoinsNamespaceOf=no.service",
    "Conflicts=no-such.service",
    "Before=dev-sda.device",
    "Documentation=nowhere man:x(1)",
    "StopWhenUnneeded=perhaps",
    "ConditionPathExists=relative",
    "AssertFoo=x",
    "DefaultDependencies=",
];

fn assignments(lines: &[String]) -> Vec<usize> {
    let is_one = |line: &String| {
        let key = line.split_once('=').map(|(key, _)| key.trim_end());
        key.is_some_and(|key| {
            !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    };
    (0..lines.len()).filter(|index| lines.get(*index).is_some_and(is_one)).collect()
}

/// A line with an assignment, and its two sides.
fn any<'a>(lines: &'a mut [String], dice: &mut Dice) -> Option<(&'a mut String, String, String)> {
    let found = assignments(lines);
    let line = lines.get_mut(*found.get(dice.below(found.len()))?)?;
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.to_owned(), value.to_owned());
    Some((line, key, value))
}

fn misspell(lines: &mut Vec<String>, dice: &mut Dice) -> Option<()> {
    let (line, mut key, value) = any(lines, dice)?;
    let at = dice.below(key.len());
    match dice.below(4) {
        0 => drop(key.remove(at)),
        1 => key.insert(at, 'e'),
        2 => key = key.to_ascii_lowercase(),
        _ => key.insert_str(0, "X-"),
    }
    *line = format!("{key}={value}");
    Some(())
}

fn other_value(lines: &mut Vec<String>, dice: &mut Dice) -> Option<()> {
    let (line, key, _) = any(lines, dice)?;
    *line = format!("{key}={}", dice.pick(VALUES)?);
    Some(())
}

fn longer_value(lines: &mut Vec<String>, dice: &mut Dice) -> Option<()> {
    let (line, _, _) = any(lines, dice)?;
    line.push_str(dice.pick(TAILS)?);
    Some(())
}

fn drop_equals(lines: &mut Vec<String>, dice: &mut Dice) -> Option<()> {
    let (line, key, value) = any(lines, dice)?;
    *line = format!("{key} {value}");
    Some(())
}

fn other_section(lines: &mut Vec<String>, dice: &mut Dice) -> Option<()> {
    let mut headers: Vec<&mut String> =
        lines.iter_mut().filter(|line| line.starts_with('[')).collect();
    let at = dice.below(headers.len());
    dice.pick(SECTIONS)?.clone_into(headers.get_mut(at)?);
    Some(())
}

fn garbage(lines: &mut Vec<String>, dice: &mut Dice) -> Option<()> {
    lines.insert(dice.below(lines.len() + 1), dice.pick(GARBAGE)?.to_owned());
    Some(())
}

fn again(lines: &mut Vec<String>, _dice: &mut Dice) -> Option<()> {
    let more = ["[Unit]", "Description=again", "[Service]", "ExecStart=", "Type=nonsense"];
    lines.extend(more.map(str::to_owned));
    Some(())
}

/// The file ends where its last line says that there is more.
fn unfinished(lines: &mut Vec<String>, dice: &mut Dice) -> Option<()> {
    let line = ["Description=foo \\", "Nonsense=foo \\", "[Unit]\\", "foo \\", "WantedBy=a.b \\"];
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.push(dice.pick(&line)?.to_owned());
    Some(())
}

fn remove(lines: &mut Vec<String>, dice: &mut Dice) -> Option<()> {
    let found = assignments(lines);
    lines.remove(*found.get(dice.below(found.len()))?);
    Some(())
}

fn before_any_section(lines: &mut Vec<String>, dice: &mut Dice) -> Option<()> {
    lines.insert(0, dice.pick(GARBAGE)?.to_owned());
    Some(())
}

fn depend(lines: &mut Vec<String>, dice: &mut Dice) -> Option<()> {
    let header = lines.iter().position(|line| line == "[Unit]")?;
    lines.insert(header + 1, dice.pick(DEPENDENCIES)?.to_owned());
    Some(())
}

/// The same assignment once more, another value first.
fn twice(lines: &mut Vec<String>, dice: &mut Dice) -> Option<()> {
    let found = assignments(lines);
    let at = *found.get(dice.below(found.len()))?;
    let (key, _) = lines.get(at)?.split_once('=')?;
    let line = format!("{key}={}", dice.pick(VALUES)?);
    lines.insert(at, line);
    Some(())
}
