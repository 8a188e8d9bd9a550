use super::*;
use crate::sample::{COLUMNS, Row, rows};
use crate::tree;
use crate::view::Query;
use proptest::prelude::*;

const UNICODE: Theme = Theme { colour: false, unicode: true };

fn shown(query: &Query<'_>, layout: &Layout, rows: &[Row]) -> String {
    let view = View::parse(COLUMNS, query).unwrap();
    let mut out = String::new();
    render(&view, rows, &view.select(rows), layout, &mut out);
    out
}

fn on_terminal(width: usize) -> String {
    let layout = Layout { width: Some(width), header: true, theme: UNICODE };
    shown(&Query::default(), &layout, &rows())
}

const PIPE: Layout = Layout { width: None, header: true, theme: UNICODE };

#[test]
fn wide_narrow_and_piped() {
    insta::assert_snapshot!(shown(&Query::default(), &PIPE, &rows()), @r"
     PID  USER         CPU   RSS  COMMAND
       1  root          0%   12M  /sbin/init splash
      80  www-data    7.3%   90M  nginx: worker
     200  alice     denied  5.0M  vi a\nb \e]0;x\x07 \xff
    3000  root       99.5%  3.0G  größe 漢字漢字漢字 end
    ");
    insta::assert_snapshot!(on_terminal(45), @r"
     PID  USER         CPU   RSS  COMMAND
       1  root          0%   12M  /sbin/init spl…
      80  www-data    7.3%   90M  nginx: worker
     200  alice     denied  5.0M  vi a\nb \e]0;x…
    3000  root       99.5%  3.0G  größe 漢字漢字…
    ");
    insta::assert_snapshot!(on_terminal(33), @r"
     PID  USER     CPU   RSS  COMMAND
       1  root      0%   12M  /sbin/…
      80  www…    7.3%   90M  nginx:…
     200  ali…  denied  5.0M  vi a\n…
    3000  root   99.5%  3.0G  größe …
    ");
    insta::assert_snapshot!(on_terminal(20), @"
     PID  USER     CPU
       1  root      0%
      80  www…    7.3%
     200  ali…  denied
    3000  root   99.5%
    ");
}

#[test]
fn no_header_other_columns_sorted_and_filtered() {
    let query = Query {
        columns: Some("pid, age,ports,started,daemon,cpu"),
        sort: Some("-cpu"),
        filter: Some("age < 1w"),
    };
    let layout = Layout { header: false, ..PIPE };
    insta::assert_snapshot!(shown(&query, &layout, &rows()), @"
    3000   7.0s          Nov14  no    99.5%
      80  1h06m  80,443  Nov14  yes    7.3%
     200  1m00s          Nov14  no   denied
    ");
}

#[test]
fn a_tree_in_front_of_the_command() {
    let view = View::parse(COLUMNS, &Query::default()).unwrap();
    let branches = tree::layout(&[None, Some(0), Some(1), Some(0)]);
    let mut out = String::new();
    render_tree(&view, &rows(), &branches, &PIPE, &mut out);
    insta::assert_snapshot!(out, @r"
     PID  USER         CPU   RSS  COMMAND
       1  root          0%   12M  /sbin/init splash
      80  www-data    7.3%   90M  ├─ nginx: worker
     200  alice     denied  5.0M  │  └─ vi a\nb \e]0;x\x07 \xff
    3000  root       99.5%  3.0G  └─ größe 漢字漢字漢字 end
    ");
}

#[test]
fn colour_only_where_the_theme_has_it() {
    let query = Query { columns: Some("user,cpu"), ..Query::default() };
    let layout = Layout { theme: Theme { colour: true, unicode: false }, ..PIPE };
    insta::assert_snapshot!(shown(&query, &layout, &rows()).replace('\x1b', "ESC"), @"
    ESC[1;4mUSERESC[0m         ESC[1;4mCPUESC[0m
    ESC[33mrootESC[0m          0%
    www-data    7.3%
    alice     ESC[2mdeniedESC[0m
    ESC[33mrootESC[0m       99.5%
    ");
}

#[test]
fn no_rows_and_indices_that_do_not_exist() {
    assert_eq!(shown(&Query::default(), &Layout { header: false, ..PIPE }, &[]), "");
    let view = View::parse(COLUMNS, &Query::default()).unwrap();
    let mut out = String::new();
    render(&view, &rows(), &[99], &Layout { header: false, ..PIPE }, &mut out);
    assert_eq!(out, "");
}

proptest! {
    #[test]
    fn never_wider_than_the_terminal_and_never_a_control(
        width in 0..120_usize,
        args in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..60),
            "[漢ä\u{301}\u{200d}\u{fe0f}❤ a\n]{0,40}".prop_map(String::into_bytes),
        ], 1..6),
        columns in prop::sample::subsequence(COLUMNS.iter().map(|c| c.key).collect::<Vec<_>>(), 1..9),
        header in any::<bool>(),
    ) {
        let mut rows = rows();
        for mut args in args {
            // Blanks at the end of a line are then the table's own.
            args.iter_mut().filter(|byte| **byte == b' ').for_each(|byte| *byte = b'_');
            let row = Row { args, ..rows[0].clone() };
            rows.push(row);
        }
        let columns = columns.join(",");
        let layout = Layout { width: Some(width), header, theme: UNICODE };
        let query = Query { columns: Some(&columns), ..Query::default() };
        let out = shown(&query, &layout, &rows);
        prop_assert_eq!(out.lines().count(), rows.len() + usize::from(header));
        for line in out.lines() {
            prop_assert!(text::width(line) <= width, "{width} {line:?}");
            prop_assert_eq!(line.trim_end_matches(' '), line);
            prop_assert!(!line.chars().any(text::is_unsafe));
        }
    }
}
