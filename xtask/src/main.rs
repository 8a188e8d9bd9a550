//! Program under construction.
fn main() {}
