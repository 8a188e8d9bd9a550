//! Command lines by chance.

use std::path::Path;

use testkit::journal::{Random, sets};

use super::{Case, Comparison};

/// All formats, those that people use more often several times.
const FORMATS: &[&str] = &[
    "short",
    "short",
    "short",
    "short-full",
    "short-iso",
    "short-iso-precise",
    "short-precise",
    "short-monotonic",
    "short-delta",
    "short-unix",
    "verbose",
    "verbose",
    "export",
    "export",
    "json",
    "json-pretty",
    "json-sse",
    "json-seq",
    "cat",
    "cat",
    "with-unit",
];

const UNITS: &[&str] = &[
    "nginx",
    "nginx.service",
    "ssh.service",
    "app@blue",
    "app@*",
    "*",
    "cron*",
    "init.scope",
    "-.slice",
    "system.slice",
    "nothing.service",
    "nothing*",
    "a b",
    "[cn]*.service",
    "user@1000.service",
];

const USER_UNITS: &[&str] = &["sync", "sync.service", "s*", "app.slice", "none"];

const IDENTIFIERS: &[&str] = &["nginx", "kernel", "systemd", "odd", "", "none", "CRON"];

const LEVELS: &[&str] =
    &["err", "3", "emerg", "debug", "warning..err", "0..2", "info..info", "7..5", "notice", "0x4"];

const FACILITIES: &[&str] = &["kern", "daemon", "auth,3", "4", "kern,user", "local0", "24"];

const PATTERNS: &[&str] = &[
    "needle",
    "GET",
    "get",
    "port [0-9]+",
    "^DB",
    "\\bno\\b",
    "level [1-3]",
    "nothing like it",
    "xhci|CMD",
    "e\\.service",
    "(?i)TRACE",
    ".",
    "$",
    "für",
    "接続",
];

const MATCHES: &[&[&str]] = &[
    &["_PID=1"],
    &["_PID=1", "_PID=42"],
    &["_UID=0", "PRIORITY=6"],
    &["_UID=0", "PRIORITY=6", "PRIORITY=3"],
    &["_TRANSPORT=kernel", "+", "_UID=1000"],
    &["_SYSTEMD_UNIT=nginx.service", "_UID=33", "+", "_PID=1", "UNIT=ssh.service"],
    &["FIELD_7=0"],
    &["_HOSTNAME=web1"],
    &["NO_SUCH=field"],
    &["TAG=value 7"],
    &["MESSAGE="],
    &["SYSLOG_IDENTIFIER=odd"],
    &["EMPTY="],
];

const OUTPUT_FIELDS: &[&str] = &[
    "MESSAGE",
    "_PID",
    "MESSAGE,_PID,PRIORITY",
    "NO_SUCH",
    "__CURSOR",
    "__REALTIME_TIMESTAMP,_UID",
    "TAG",
    "_HOSTNAME,_HOSTNAME,MESSAGE",
    ",",
    "__MONOTONIC_TIMESTAMP,_BOOT_ID,UNIT",
    "MIX,NOISE",
];

/// Times in the sets, before and behind.
const TIMES: &[&str] = &[
    "2025-11-09 18:00:00",
    "2025-11-09 18:00:30",
    "2025-11-09 18:01:10.5",
    "2025-11-09 18:03",
    "@0",
    "2025-11-09 20:00:10",
    "2025-11-09 19:20:00",
    "2025-11-10 03:00:20",
    "@1762711230.123456",
    "2025-11-08",
    "2025-11-11 00:00:00 UTC",
    "2024-01-01",
    "2025-11-09 19:00:30 CET",
    "1970-01-01 00:00:20 UTC",
    "@30",
];

/// A source of command lines.
pub struct Cases<'f> {
    random: Random,
    folder: &'f Path,
    /// Of entries in each set, for options that take them.
    cursors: Vec<Vec<String>>,
    boots: Vec<Vec<String>>,
}

impl<'f> Cases<'f> {
    /// Over journals in that folder; the same seed gives the same lines.
    pub fn new(folder: &'f Path, seed: u64) -> Cases<'f> {
        let exports = sets::SETS.iter().map(|set| {
            let folder = folder.join(set.name).display().to_string();
            let output =
                Case::new(&["-D", &folder, "-q", "-o", "export", "--output-fields=X"]).theirs();
            String::from_utf8_lossy(&output.stdout).into_owned()
        });
        let (mut cursors, mut boots) = (Vec::new(), Vec::new());
        for export in exports {
            let all = |name: &str| -> Vec<String> {
                export
                    .lines()
                    .filter_map(|line| line.strip_prefix(name))
                    .map(str::to_owned)
                    .collect()
            };
            cursors.push(all("__CURSOR="));
            let mut ids = all("_BOOT_ID=");
            ids.dedup();
            boots.push(ids);
        }
        Cases { random: Random::new(seed), folder, cursors, boots }
    }

    fn one_in(&mut self, times: u64) -> bool {
        self.random.one_in(times)
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        self.random.pick(from).copied().unwrap()
    }

    /// The next one that shows entries.
    pub fn show(&mut self) -> (Case, Comparison) {
        let mut case = Case::default();
        let index = self.set(&mut case);
        let format = self.pick(FORMATS);
        let mut has_fields = false;
        if format != "short" || self.one_in(3) {
            case.push(format!("--output={format}"));
        }
        self.filters(&mut case);
        self.places(&mut case, index);
        for flag in ["--utc", "--no-hostname", "-a", "-r", "-q", "-x", "--show-cursor", "--no-full"]
        {
            if self.one_in(8) {
                case.push(flag);
            }
        }
        if self.one_in(12) {
            case.push("-m");
        }
        if self.one_in(5) {
            has_fields = true;
            let fields = self.pick(match format {
                // journalctl stops at fields that are none of the entry's own.
                "cat" => &OUTPUT_FIELDS[..4],
                _ => OUTPUT_FIELDS,
            });
            case.push(format!("--output-fields={fields}"));
        }
        self.surroundings(&mut case);
        let comparison = match format {
            _ if format.starts_with("json") => Comparison::Json,
            "cat" if has_fields => Comparison::Lines,
            _ => Comparison::Bytes,
        };
        (case, comparison)
    }

    /// Names a set, or some of its files; says which set.
    fn set(&mut self, case: &mut Case) -> usize {
        // No order suits the one that is tangled: journalctl's is a matter of its heap.
        let known: Vec<usize> = (0..sets::SETS.len())
            .filter(|index| {
                sets::SETS[*index].name != "tangled" && !self.cursors[*index].is_empty()
            })
            .collect();
        let index = *self.random.pick(&known).unwrap();
        let folder = self.folder.join(sets::SETS[index].name).display().to_string();
        match self.random.below(6) {
            // More than 64 files that one pattern names come in an order that is glob(3)'s own matter.
            0 if sets::SETS[index].name != "overlap" => {
                case.push(format!("--file={folder}/*.journal*"))
            }
            1 => case.push(format!("--directory={folder}")),
            _ => {
                case.push("-D");
                case.push(folder);
            }
        }
        index
    }

    fn filters(&mut self, case: &mut Case) {
        let options: &[(&str, &[&'static str], u64)] = &[
            ("--unit=", UNITS, 6),
            ("-u", UNITS, 16),
            ("--user-unit=", USER_UNITS, 16),
            ("--identifier=", IDENTIFIERS, 9),
            ("-t", &["nginx", "sshd"], 12),
            ("--priority=", LEVELS, 7),
            ("--facility=", FACILITIES, 12),
            ("--grep=", PATTERNS, 7),
        ];
        for (name, values, times) in options {
            if self.one_in(*times) {
                let value = self.pick(values);
                case.push(format!("{name}{value}"));
            }
        }
        if self.one_in(25) {
            case.push("-k");
        }
        if self.one_in(12) {
            let word =
                self.pick(&["--case-sensitive", "--case-sensitive=no", "--case-sensitive=1"]);
            case.push(word);
        }
        if self.one_in(7) {
            let words = self.random.pick(MATCHES).copied().unwrap();
            words.iter().for_each(|word| case.push(*word));
        }
    }

    /// Where to begin and to end.
    fn places(&mut self, case: &mut Case, index: usize) {
        if self.one_in(3) {
            let lines =
                self.pick(&["-n", "-n5", "-n0", "-n1", "--lines=20", "-nall", "-n 100", "--lines"]);
            lines.split(' ').for_each(|word| case.push(word));
        }
        if self.one_in(6) {
            let boot = match self.random.below(5) {
                0 => self.random.pick(&self.boots[index]).cloned().unwrap_or_default(),
                1 => {
                    let id = self.random.pick(&self.boots[index]).cloned().unwrap_or_default();
                    format!("{id}{}", self.pick(&["-1", "+1", "-0", "+2"]))
                }
                2 => String::new(),
                _ => self.pick(&["0", "-1", "-2", "1", "+2", "all", "-7"]).to_owned(),
            };
            case.push(format!("-b{boot}"));
        }
        let cursor = match self.one_in(6) {
            true => self.random.pick(&self.cursors[index]).cloned(),
            false => None,
        };
        let is_cursor = cursor.is_some();
        if let Some(cursor) = cursor {
            let name = self.pick(&["--cursor=", "--after-cursor=", "--cursor="]);
            let cursor = match self.random.below(8) {
                0 => cursor.split(';').filter(|part| part.starts_with("t=")).collect(),
                1 => cursor.split(";x=").next().unwrap_or_default().to_owned(),
                2 => cursor
                    .split(';')
                    .filter(|part| !part.starts_with("s="))
                    .collect::<Vec<_>>()
                    .join(";"),
                _ => cursor,
            };
            case.push(format!("{name}{cursor}"));
        }
        if !is_cursor && self.one_in(4) {
            let time = self.pick(TIMES);
            case.push(format!("--since={time}"));
        }
        if self.one_in(5) {
            let time = self.pick(TIMES);
            case.push(format!("--until={time}"));
        }
    }

    pub fn surroundings(&mut self, case: &mut Case) {
        let zone = self.pick(&["UTC", "Europe/Berlin", "UTC", "America/St_Johns"]);
        case.variables.push(("TZ", zone.to_owned()));
        let locale = self.pick(&["C", "C.UTF-8"]);
        case.variables.push(("LC_ALL", locale.to_owned()));
        if self.one_in(6) {
            let colours = self.pick(&["1", "16", "256", "0"]);
            case.variables.push(("SYSTEMD_COLORS", colours.to_owned()));
        }
        if self.one_in(10) {
            case.variables.push(("SYSTEMD_URLIFY", "1".to_owned()));
        }
        if self.one_in(4) {
            let columns = self.pick(&["40", "80", "133", "20", "x"]);
            case.variables.push(("COLUMNS", columns.to_owned()));
        }
    }

    /// The next one that asks something else.
    pub fn ask(&mut self) -> (Case, Comparison) {
        let mut case = Case::default();
        let index = self.set(&mut case);
        let comparison = match self.random.below(7) {
            0 => {
                case.push("--list-boots");
                match self.random.below(4) {
                    0 => case.push("-r"),
                    1 => case.push("-q"),
                    2 => case.push("-ojson"),
                    _ => {}
                }
                Comparison::Bytes
            }
            1 | 2 => {
                let field = self.pick(&[
                    "_SYSTEMD_UNIT",
                    "MESSAGE",
                    "PRIORITY",
                    "_PID",
                    "NO_SUCH",
                    "NOISE",
                    "MIX",
                    "TAG",
                    "_BOOT_ID",
                ]);
                case.push(format!("--field={field}"));
                if self.one_in(4) {
                    case.push("-n3");
                }
                Comparison::Bytes
            }
            3 => {
                case.push("--fields");
                Comparison::Bytes
            }
            4 => {
                case.push("--header");
                Comparison::Bytes
            }
            5 => {
                case.push("--disk-usage");
                Comparison::Bytes
            }
            _ => {
                // As each entry once in its order: the cursors alone.
                case.push("--output=export");
                case.push("--output-fields=X");
                self.places(&mut case, index);
                Comparison::Bytes
            }
        };
        self.surroundings(&mut case);
        // Tables have no colours here.
        case.variables.retain(|(name, _)| *name != "SYSTEMD_COLORS");
        (case, comparison)
    }
}
