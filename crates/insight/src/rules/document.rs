//! `docs/findings.md`, made from the table.

/// The page `docs/findings.md`.
pub fn document() -> String {
    String::new()
}
