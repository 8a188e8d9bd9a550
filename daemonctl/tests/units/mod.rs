//! What the tests on the corpus of unit files share.

pub mod compare;
pub mod ours;
