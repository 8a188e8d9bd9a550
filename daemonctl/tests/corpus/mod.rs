//! Labels, the scene that they are gathered in, and the judgement at its end.

pub mod bare;
pub mod host;
mod judge;
pub mod multiplexers;
pub mod oddities;
pub mod people;
mod scene;
pub mod services;

pub use scene::Scene;

/// What an expert says of one process.
#[derive(Debug)]
pub struct Label {
    /// What it is, in words, for the table.
    pub what: String,
    /// Its pid in the box.
    pub pid: u32,
    /// The kind that it must be.
    pub kind: &'static str,
    /// The sub-kinds of which it must be one; more than one where experts would differ.
    pub sub_kinds: &'static [&'static str],
    /// The service that it must be counted to.
    pub service: Option<String>,
    /// Links that the chain of causes must have: a link's kind (or several, by `|`), and a part of
    /// its name.
    pub causes: Vec<(&'static str, String)>,
    /// Whether it poses as a kernel thread.
    pub posing: bool,
}

impl Label {
    /// It belongs to that service.
    pub fn service(&mut self, name: impl Into<String>) -> &mut Self {
        self.service = Some(name.into());
        self
    }

    /// Its chain of causes has a link of that kind (or of one of them, by `|`), whose name contains `name`.
    pub fn because(&mut self, kind: &'static str, name: impl Into<String>) -> &mut Self {
        self.causes.push((kind, name.into()));
        self
    }

    /// It poses as a kernel thread.
    pub fn posing(&mut self) -> &mut Self {
        self.posing = true;
        self
    }
}
