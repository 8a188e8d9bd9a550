//! `-F`: all values of a field, and `-N`: the names of all fields.

use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;

use journal::set::Set;
use journal::unique;

use super::Tool;
use super::failure::Failure;

/// How much is held back before it is written.
const HELD_BYTES: usize = 1 << 16;
/// The longest name that a field may have.
const NAME_BYTES: usize = 64;

/// `-F`
///
/// # Errors
/// No field can have that name; nobody reads it.
pub fn values(tool: &Tool, set: &Set) -> Result<(), Failure> {
    let field = tool.settings.field.as_bytes();
    if !is_name(field) {
        return Err(Failure::new("Failed to query unique data objects: Invalid argument"));
    }
    let limit = tool.settings.lines.limit().unwrap_or(u64::MAX);
    let mut lines = Lines { tool, limit, text: Vec::new(), failure: None };
    // What is damaged is left out, as journalctl does.
    unique::values(set, field, &mut |value| lines.add(value));
    lines.finish()
}

/// `-N`
///
/// # Errors
/// Nobody reads it.
pub fn names(tool: &Tool, set: &Set) -> Result<(), Failure> {
    let mut lines = Lines { tool, limit: u64::MAX, text: Vec::new(), failure: None };
    unique::names(set, &mut |name| lines.add(name));
    lines.finish()
}

/// What sd-journal takes for a field's name.
fn is_name(name: &[u8]) -> bool {
    name.len() <= NAME_BYTES && unique::is_name(name)
}

/// Lines on their way out.
struct Lines<'t> {
    tool: &'t Tool,
    /// How many more are wanted.
    limit: u64,
    text: Vec<u8>,
    failure: Option<Failure>,
}

impl Lines<'_> {
    fn add(&mut self, value: &[u8]) -> ControlFlow<()> {
        if self.limit == 0 || self.failure.is_some() {
            return ControlFlow::Break(());
        }
        self.limit -= 1;
        // journalctl prints it as a text of C.
        let end = memchr::memchr(0, value).unwrap_or(value.len());
        self.text.extend_from_slice(value.get(..end).unwrap_or_default());
        self.text.push(b'\n');
        if self.text.len() >= HELD_BYTES {
            self.failure = self.tool.print(&self.text).err();
            self.text.clear();
        }
        ControlFlow::Continue(())
    }

    fn finish(mut self) -> Result<(), Failure> {
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => self.tool.print(&self.text),
        }
    }
}
