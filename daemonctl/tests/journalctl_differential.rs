//! The same command line given to systemd's journalctl and to ours, over journals of every kind:
//! both print the same bytes and end with the same status.
//!
//! `JOURNALCTL_CASES=10000 JOURNALCTL_SEED=7` compares more of them, and others;
//! `JOURNALCTL_PROGRAM=/…/journalctl` with another version, which differs in what docs/differences.md tells.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod journalctl_support;

use journalctl_support::cases::Cases;
use journalctl_support::{Case, Comparison, compare, journals, remove_journals};

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn entries_are_the_same() {
    let mut cases = Cases::new(journals(), number("JOURNALCTL_SEED", 1));
    let all: Vec<_> = (0..number("JOURNALCTL_CASES", 500)).map(|_| cases.show()).collect();
    compare(&all);
}

fn answers_are_the_same() {
    let mut cases = Cases::new(journals(), number("JOURNALCTL_SEED", 1) + 1000);
    let all: Vec<_> = (0..number("JOURNALCTL_CASES", 500) / 4).map(|_| cases.ask()).collect();
    compare(&all);
}

fn each_format_of_each_set_is_the_same() {
    let mut all = Vec::new();
    for set in testkit::journal::sets::SETS.iter().filter(|set| set.name != "tangled") {
        for format in ["short", "short-monotonic", "verbose", "export", "cat", "json"] {
            let folder = journals().join(set.name).display().to_string();
            let mut case = Case::new(&["-D", &folder, "-o", format]);
            case.variables.push(("TZ", "UTC".to_owned()));
            let comparison = if format == "json" { Comparison::Json } else { Comparison::Bytes };
            all.push((case, comparison));
        }
    }
    compare(&all);
}

fn verdicts_are_the_same() {
    let mut all = Vec::new();
    for set in testkit::journal::sets::SETS {
        let folder = journals().join(set.name).display().to_string();
        for more in ["-q", "--utc"] {
            all.push((Case::new(&["-D", &folder, "--verify", more]), Comparison::Bytes));
        }
    }
    compare(&all);
}

fn messages_of_what_is_wrong_are_the_same() {
    let small = journals().join("small").display().to_string();
    let lines: Vec<Vec<&str>> = WRONG
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.split(' ').map(|word| if word == "''" { "" } else { word }).collect())
        .collect();
    let cases: Vec<_> = lines
        .iter()
        .map(|words| {
            let words: Vec<&str> =
                words.iter().map(|word| if *word == "SMALL" { &*small } else { word }).collect();
            let mut case = Case::new(&words);
            case.variables.push(("LC_ALL", "C".to_owned()));
            (case, Comparison::Bytes)
        })
        .collect();
    compare(&cases);
}

/// Command lines that are wrong in some way, or ask what needs no journal.
const WRONG: &str = "
    --nonsense
    --nonsense=1
    -Z
    -D
    -nZ
    -D SMALL -n -5
    -D SMALL -n 5x
    -D SMALL --lines=x
    --lines=-1
    --lines=
    --list
    --no
    --fi
    --use
    --user --u
    --vac
    --since
    -S
    --utc=1
    -o
    -o nonsense
    -o help
    -qo help
    -o json,short
    --output=
    --facility=help
    -q --facility=help
    --facility=kern,help
    --facility=nonsense
    --facility=128
    -D SMALL --facility=
    -p nonsense
    -p 8
    -p 1..9
    -p ..
    -p err..
    -p ''
    --since=nonsense
    --until=
    --since=2025-13-01
    -S 12:00 -U 11:00
    --cursor=x --since=yesterday
    --cursor=x --after-cursor=y
    -f -r
    -D SMALL -f -r
    -D SMALL --file=x
    -D SMALL --root=/tmp
    -D SMALL --list-boots x
    -D SMALL --header x y
    -D SMALL -F MESSAGE x
    -D SMALL --list-boots -m
    -D SMALL -b -m
    -D SMALL -b nonsense
    -b=1
    --boot=nonsense
    -D SMALL -b5
    -D SMALL -b -9
    -D SMALL -b 00000000000000000000000000000001
    -D SMALL -b 00000000000000000000000000000001+1
    -D SMALL -b 00000000000000000000000000000001x
    -D SMALL -b 4294967296
    -D /nonexistent
    -D /etc/hostname
    --file=/nonexistent
    --file=/nonexistent*
    --file=/etc/hostname
    --file=/dev/null
    --file=/tmp
    --root=/nonexistent
    -D SMALL --cursor=nonsense
    -D SMALL --cursor=
    -D SMALL --after-cursor=t=zz
    -D SMALL --cursor-file=/
    -D SMALL --cursor-file=/nonexistent/file
    -D SMALL -F nonsense
    -D SMALL -F ''
    -D SMALL -F __CURSOR
    -D SMALL -F 1A
    -D SMALL nonsense
    -D SMALL A=b + + C=d
    -D SMALL +
    -D SMALL + A=b
    -D SMALL A=b +
    -D SMALL a=b
    -D SMALL __A=b
    -D SMALL =b
    -D SMALL ''
    -D SMALL /nonexistent
    -D SMALL /etc
    -D SMALL /etc/hostname
    -D SMALL /bin/sh
    -D SMALL /usr/bin/ldd
    -D SMALL -u ''
    -D SMALL -u nothing*
    -D SMALL -u a/b
    -D SMALL -u /a/b
    -D SMALL -u /dev/sda
    -D SMALL --user-unit=nothing*
    -D SMALL --case-sensitive=nonsense
    -D SMALL --case-sensitive=no -g NGINX -n 3
    --vacuum-size=nonsense
    --vacuum-size=-1
    --vacuum-files=nonsense
    --vacuum-files=-1
    --vacuum-time=nonsense
    --interval=nonsense
    --interval=0
    --list-catalog nonsense
    --dump-catalog 00000000000000000000000000000001
    --dump-catalog f77379a8490b408bbe5f6940505a777b
    --list-catalog f77379a8490b408bbe5f6940505a777b nonsense
    --list-catalog
    --dump-catalog
    --root=/nonexistent --list-catalog
    --sync
    --rotate
    --flush
    --relinquish-var
    --namespace=nothing --sync
    -M nothing --sync
    -M nothing --rotate
    --smart-relinquish-var
    -D SMALL --verify --verify-key=nonsense
    -D SMALL --verify-key=123456-123456-123456-123456/1-1
    -D SMALL -- -x
    -D SMALL -e
    -D SMALL -n 2 -e
    -D SMALL --this-boot
    -D SMALL -k
    -D SMALL --no-tail -n 3
    -D SMALL --system -n 2
    -D SMALL --namespace=x -n 2
    -D SMALL --namespace=* -n 2
";

/// One after the other, over journals that are made once and then removed.
#[test]
fn journalctl_and_ours_say_the_same() {
    if std::env::var_os("JOURNALCTL_PROGRAM").is_some() {
        // Words of messages change from version to version.
        entries_are_the_same();
        return remove_journals();
    }
    messages_of_what_is_wrong_are_the_same();
    each_format_of_each_set_is_the_same();
    entries_are_the_same();
    answers_are_the_same();
    verdicts_are_the_same();
    remove_journals();
}
