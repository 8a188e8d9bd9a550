//! A newer `journalctl` (of systemd 257) over the same journals: what did not change since 252 is the same.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod journalctl_support;

use journalctl_support::{Case, Comparison, compare, journals, remove_journals};

/// What newer versions print as 252 does, of journals with one boot.
const LINES: &str = "
    -o short
    -o short-full
    -o short-precise
    -o short-unix
    -o with-unit
    -o verbose
    -o cat
    -o cat -a
    -o short -a
    -o verbose -a
    -o short -r
    -o short-full --utc
    -o short --no-hostname
    -o short --no-full
    -o cat -n 7
    -o short -n 7 -r
    -o short -x
    -o verbose --output-fields=MESSAGE,_PID
    -o short -p err
    -o short -p warning..err
    -o short -t nginx -t kernel
    -o short -u nginx
    -o short -u ssh -u cron
    -o short -u app@*
    -o short --user-unit=sync
    -o short -g needle
    -o short -g GET -n 3
    -o short --facility=kern
    -o short _PID=1 + _UID=1000
    -o short _UID=0 PRIORITY=6 PRIORITY=3
    -o short --since=@1762711230
    -o short --until=@1762711230
    -o short --until=@1762711230 -r
    -o short --show-cursor -n 2
    -F _SYSTEMD_UNIT
    -F MESSAGE
    -N
";

#[test]
fn what_did_not_change_is_the_same_as_of_a_newer_version() {
    let newer = testkit::journal::newer::find().unwrap();
    journalctl_support::compare_with(&newer);
    let mut cases = Vec::new();
    for set in ["small", "medium", "names", "empty"] {
        let folder = journals().join(set).display().to_string();
        for line in LINES.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> =
                ["-D", &folder].into_iter().chain(line.split_whitespace()).collect();
            let mut case = Case::new(&words);
            case.variables.push(("TZ", "Europe/Berlin".to_owned()));
            case.variables.push(("LC_ALL", "C.UTF-8".to_owned()));
            cases.push((case, Comparison::Bytes));
        }
    }
    for set in ["hard", "plain", "xz", "lz4", "zstd", "compact"] {
        let folder = journals().join(set).display().to_string();
        for format in ["short", "short-full", "cat", "verbose"] {
            let mut case = Case::new(&["-q", "-D", &folder, "-o", format]);
            case.variables.push(("LC_ALL", "C".to_owned()));
            cases.push((case, Comparison::Bytes));
        }
    }
    compare(&cases);
    remove_journals();
}
