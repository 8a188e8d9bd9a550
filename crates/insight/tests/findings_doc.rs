//! `docs/findings.md` is what the table of rules says. `UPDATE=1 cargo test -p insight --test findings_doc` writes it
//! anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{env, fs, path::Path};

#[test]
fn the_page_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings.md");
    let page = insight::rules::document();
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differs = page.lines().zip(written.lines()).find(|(ours, theirs)| ours != theirs);
    assert!(
        page == written,
        "docs/findings.md is out of date, first at {differs:?}: \
         UPDATE=1 cargo test -p insight --test findings_doc",
    );
}
