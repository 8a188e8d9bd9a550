//! Files and their rotated ones, both ways, seeks, archives.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod text;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use journal::text::{Direction, Options, Seek, Source, Why};
use text::{all, backward, folder, forward, put, readable, rest, service, syslog, usec, utc};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

fn xz(text: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut packer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

/// Syslog lines, one a minute from that hour of 22 November on.
fn lines(hour: u32, count: u32, tag: &str) -> String {
    (0..count)
        .map(|n| format!("Nov 22 {:02}:{:02}:00 h {tag}: {hour}-{n}\n", hour + n / 60, n % 60))
        .collect()
}

fn rotated(name: &str) -> std::path::PathBuf {
    let path = folder(name).join("syslog");
    let beside = |suffix: &str| path.with_file_name(format!("syslog{suffix}"));
    put(
        &beside(".4.zst"),
        zstd::encode_all(lines(0, 60, "a").as_bytes(), 1).unwrap(),
        "2026-11-22T01:00:00Z",
    );
    put(&beside(".3.xz"), xz(lines(1, 60, "a").as_bytes()), "2026-11-22T02:00:00Z");
    put(&beside(".2.gz"), gzip(lines(2, 60, "a").as_bytes()), "2026-11-22T03:00:00Z");
    put(&beside(".1"), lines(3, 60, "a"), "2026-11-22T04:00:00Z");
    // Being made from `.1`: has the same lines.
    put(&beside(".1.gz"), gzip(lines(3, 30, "a").as_bytes()), "2026-11-22T04:00:00Z");
    put(&path, lines(4, 30, "a"), "2026-11-22T04:30:00Z");
    path
}

#[test]
fn a_family_is_read_as_one_both_ways() {
    let mut source = syslog(&rotated("family"), utc());
    let found = all(&mut source);
    assert_eq!(found.len(), 4 * 60 + 30);
    assert!(found.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert_eq!(found[0], (usec("2026-11-22T00:00:00Z"), "0-0".to_owned()));
    assert_eq!(found[269], (usec("2026-11-22T04:29:00Z"), "4-29".to_owned()));
    assert!(source.take_troubles().is_empty());
    source.seek(Seek::Tail, Direction::Backward);
    let path = source.record().unwrap().path.to_owned();
    assert!(path.ends_with("syslog"));
}

#[test]
fn seeks_by_time_find_the_same_in_every_file() {
    let mut source = syslog(&rotated("seek"), utc());
    let found = all(&mut source);
    for (index, (at, _)) in found.iter().enumerate().step_by(7) {
        for (wanted, first) in [(*at, index), (at - 1, index), (at + 1, index + 1)] {
            source.seek(Seek::Realtime(wanted), Direction::Forward);
            assert!(rest(&mut source) == found[first..], "{wanted} forward");
        }
        for (wanted, last) in [(*at, index + 1), (at + 1, index + 1), (at - 1, index)] {
            source.seek(Seek::Realtime(wanted), Direction::Backward);
            let mut rest = rest(&mut source);
            rest.reverse();
            assert!(rest == found[..last], "{wanted} backward");
        }
    }
}

#[test]
fn a_place_is_where_reading_goes_on_even_after_rotation() {
    let path = rotated("place");
    let mut source = syslog(&path, utc());
    let found = all(&mut source);
    source.seek(Seek::Head, Direction::Forward);
    for _ in 0..200 {
        source.advance();
    }
    let place = source.place();
    fs::rename(path.with_file_name("syslog.1"), path.with_file_name("syslog.0.moved")).unwrap();
    fs::rename(path.with_file_name("syslog.0.moved"), path.with_file_name("syslog.5")).unwrap();
    fs::rename(path.with_file_name("syslog.5"), path.with_file_name("syslog.1")).unwrap();
    let mut other = syslog(&path, utc());
    other.seek(Seek::Place(place), Direction::Forward);
    assert!(rest(&mut other) == found[200..]);
    other.seek(Seek::Place(place), Direction::Backward);
    assert!(rest(&mut other).into_iter().rev().eq(found[..200].iter().cloned()));
}

#[test]
fn lines_without_a_time_belong_to_the_one_before() {
    let path = folder("trace").join("app.log");
    let text = "rest of a trace\n\
        2026-11-22 01:00:00,000 ERROR [main] c.C: failed\n\
        java.lang.Exception: x\n\
        \tat a.b(C.java:1)\n\
        \n\
        2026-11-22 01:00:01,000 INFO  [main] c.C: on\n";
    put(&path, text, "2026-11-22T01:00:01Z");
    assert_eq!(
        readable(&all(&mut service(&path, utc()))),
        [
            "2026-11-22T01:00:00Z rest of a trace",
            "2026-11-22T01:00:00Z ERROR [main] c.C: failed\njava.lang.Exception: x\n\tat a.b(C.java:1)",
            "2026-11-22T01:00:01Z INFO  [main] c.C: on",
        ]
    );
}

#[test]
fn a_repeated_line_is_told_with_the_one_before() {
    let path = folder("repeated").join("messages");
    let text = "Nov 22 01:00:00 h a: x\nNov 22 01:00:30 h last message repeated 3 times\nNov 22 01:01:00 h b: y";
    put(&path, text, "2026-11-22T01:01:00Z");
    assert_eq!(
        readable(&all(&mut syslog(&path, utc()))),
        ["2026-11-22T01:00:00Z x\nlast message repeated 3 times", "2026-11-22T01:01:00Z y"]
    );
}

#[test]
fn a_file_without_times_keeps_its_order() {
    let path = folder("timeless").join("out.log");
    put(&path, "one\ntwo\nthree", "2026-11-22T01:00:00Z");
    let found = readable(&all(&mut service(&path, utc())));
    assert_eq!(found, ["one", "two", "three"].map(|text| format!("2026-11-22T01:00:00Z {text}")));
    let mut source = service(&path, utc());
    source.seek(Seek::Realtime(usec("2026-11-22T01:00:01Z")), Direction::Forward);
    assert_eq!(source.peek(), None);
}

#[test]
fn a_service_gives_its_name_to_lines_that_have_none() {
    let path = folder("named").join("error.log");
    put(&path, "2026/11/22 01:00:00 [error] 7#7: x\n", "2026-11-22T01:00:00Z");
    let options =
        Options { identifier: Some(b"nginx".to_vec()), hostname: Some(b"box".to_vec()), ..utc() };
    let mut source = service(&path, options);
    let record = source.record().unwrap();
    let fields: Vec<String> = record
        .fields()
        .map(|field| format!("{}={}", field.name.escape_ascii(), field.value.escape_ascii()))
        .collect();
    assert_eq!(
        fields,
        [
            "PRIORITY=3",
            "SYSLOG_PID=7",
            "SYSLOG_IDENTIFIER=nginx",
            "_HOSTNAME=box",
            "MESSAGE=[error] 7#7: x"
        ]
    );
}

#[test]
fn needles_leave_out_what_does_not_hold_them() {
    let path = folder("needles").join("syslog");
    let mut text = String::new();
    for n in 0..9000 {
        let tag = if n % 100 == 7 { "rare[1]" } else { "often[2]" };
        text +=
            &format!("Nov 22 {:02}:{:02}:{:02} h {tag}: line {n}\n", n / 3600, n / 60 % 60, n % 60);
        if n % 500 == 7 {
            text += "  and a trace\n";
        }
    }
    put(&path, &text, "2026-11-22T03:00:00Z");
    let every = all(&mut syslog(&path, utc()));
    let wanted: Vec<_> = (0..9000).filter(|n| n % 100 == 7).map(|n| every[n].clone()).collect();
    let options = Options { needles: vec![b" rare[".to_vec(), b"not there".to_vec()], ..utc() };
    assert!(all(&mut syslog(&path, options.clone())) == wanted);
    let in_trace = Options { needles: vec![b"and a trace".to_vec()], ..utc() };
    let traces: Vec<_> = (0..9000).filter(|n| n % 500 == 7).map(|n| every[n].clone()).collect();
    assert!(all(&mut syslog(&path, in_trace)) == traces);
    let mut source = syslog(&path, options);
    source.seek(Seek::Realtime(every[507].0 + 1), Direction::Forward);
    assert!(rest(&mut source) == wanted[6..]);
}

#[test]
fn archives_too_large_for_memory_are_read_both_ways() {
    let path = folder("big-archive").join("messages");
    let mut text = String::new();
    for n in 0..100_000_u32 {
        text += &format!(
            "Nov {:2} {:02}:{:02}:{:02} h a[1]: some text that fills the line {n}\n",
            1 + n / 10_000,
            n / 3600 % 24,
            n / 60 % 60,
            n % 60
        );
    }
    let mut sorted: Vec<&str> = text.lines().collect();
    sorted.sort_unstable();
    let text = sorted.join("\n") + "\n";
    assert!(text.len() > 4 << 20);
    put(&path.with_file_name("messages.1.gz"), gzip(text.as_bytes()), "2026-11-11T00:00:00Z");
    let mut source = syslog(&path, utc());
    let found = forward(&mut source);
    assert_eq!(found.len(), 100_000);
    let mut reversed = backward(&mut source);
    reversed.reverse();
    assert!(found == reversed);
    let middle = found[50_000].0;
    source.seek(Seek::Realtime(middle), Direction::Forward);
    assert_eq!(source.peek(), Some(middle));
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_read() {
    let path = folder("troubles").join("syslog");
    let beside = |suffix: &str| path.with_file_name(format!("syslog{suffix}"));
    let mut cut = gzip(lines(1, 60, "a").as_bytes());
    cut.truncate(cut.len() - 20);
    put(&beside(".3.gz"), cut, "2026-11-22T02:00:00Z");
    put(&beside(".2.bz2"), b"BZh91AY&SY", "2026-11-22T03:00:00Z");
    fs::create_dir(beside(".1")).unwrap();
    put(&path, lines(4, 2, "a"), "2026-11-22T04:30:00Z");
    let mut source = syslog(&path, utc());
    let found = forward(&mut source);
    assert!(found.len() > 2, "the start of the cut archive is given");
    assert_eq!(found.last().unwrap().1, "4-1");
    let troubles = source.take_troubles();
    let told: Vec<_> =
        troubles.iter().map(|trouble| (file_name(&trouble.path), trouble.why)).collect();
    assert_eq!(told, [("syslog.3.gz", Why::Damaged), ("syslog.2.bz2", Why::Unsupported)]);
    assert!(troubles[1].hint.as_deref().unwrap().starts_with("bzcat "));
    // Once only.
    forward(&mut source);
    assert!(source.take_troubles().is_empty());
}

fn file_name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[test]
fn seeks_by_time_over_lines_that_are_longer_than_what_is_looked_at() {
    let path = folder("long").join("syslog");
    for bytes in [3_000, 5_000, 20_000] {
        let filler = "x".repeat(bytes);
        let lines: String = (0..60)
            .map(|n| format!("Nov 22 01:{n:02}:00 h a: {n} {}\n", filler.repeat(1 + n % 3)))
            .collect();
        put(&path, lines, "2026-11-22T02:00:00Z");
        let mut source = syslog(&path, utc());
        let found = all(&mut source);
        assert_eq!(found.len(), 60);
        for (index, (at, _)) in found.iter().enumerate() {
            for (wanted, first) in [(*at, index), (at - 1, index), (at + 1, index + 1)] {
                source.seek(Seek::Realtime(wanted), Direction::Forward);
                assert_eq!(source.peek(), found.get(first).map(|(at, _)| *at), "{wanted}");
            }
        }
    }
}
