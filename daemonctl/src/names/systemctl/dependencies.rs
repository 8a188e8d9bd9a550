//! `list-dependencies`

use super::failure::Failure;
use super::options::Direction;
use super::source::{Object, Source};
use super::vocabulary::type_of;
use super::{Tool, names};

const FORWARD: &[&str] = &["Requires", "Requisite", "Wants", "ConsistsOf", "BindsTo", "Upholds"];
const REVERSE: &[&str] =
    &["RequiredBy", "RequisiteOf", "WantedBy", "PartOf", "BoundBy", "UpheldBy"];

/// `list-dependencies`
///
/// # Errors
/// Nobody can be asked.
pub fn run(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let written = words.get(1..).unwrap_or_default();
    let units = match written.is_empty() {
        true => vec!["default.target".to_owned()],
        false => names::services(tool, written)?,
    };
    let mut tree = Tree { tool, source: tool.source()?, path: Vec::new(), columns: columns() };
    for (index, unit) in units.iter().enumerate() {
        if index > 0 {
            tool.print("\n");
        }
        tool.print(&format!("{unit}\n"));
        tree.below(unit, &mut Vec::new())?;
    }
    Ok(0)
}

/// The units and, behind each, what it depends on in the direction that is asked for.
///
/// # Errors
/// Nobody can be asked.
pub fn with(tool: &Tool, units: &[String]) -> Result<Vec<String>, Failure> {
    let source = tool.source()?;
    let mut all: Vec<String> = Vec::new();
    for unit in units {
        all.push(unit.clone());
        for name in of(tool, source, unit).unwrap_or_default() {
            if !all.contains(&name) {
                all.push(name);
            }
        }
    }
    Ok(all)
}

/// What a unit depends on, in the manager's order.
fn of(tool: &Tool, source: &dyn Source, unit: &str) -> Result<Vec<String>, Failure> {
    let wanted: &[&str] = match tool.options.direction {
        Direction::Forward => FORWARD,
        Direction::Reverse => REVERSE,
        Direction::After => &["After"],
        Direction::Before => &["Before"],
    };
    let properties = source.properties(Object::Unit(unit)).map_err(|error| {
        Failure::new(format!("Failed to get properties of {unit}: {}", error.message))
    })?;
    let mut units: Vec<String> = Vec::new();
    for property in properties.iter().filter(|property| wanted.contains(&&*property.name)) {
        for name in property.value.value().as_strings().unwrap_or_default() {
            if !units.iter().any(|unit| unit == name) {
                units.push(name.to_owned());
            }
        }
    }
    Ok(units)
}

/// How wide a line may be.
fn columns() -> usize {
    let variable = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let terminal = || rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok();
    let width: usize = variable
        .filter(|width| *width > 0)
        .or_else(|| terminal().map(|size| usize::from(size.ws_col)).filter(|width| *width > 0))
        .unwrap_or(80);
    width.max(20)
}

struct Tree<'t> {
    tool: &'t Tool,
    source: &'t dyn Source,
    /// The units above, or with `--plain` all that were shown.
    path: Vec<String>,
    columns: usize,
}

impl Tree<'_> {
    /// Prints what `unit` depends on; `trunk` says for each level whether more of it follows.
    fn below(&mut self, unit: &str, trunk: &mut Vec<bool>) -> Result<(), Failure> {
        self.path.push(unit.to_owned());
        let mut units = of(self.tool, self.source, unit)?;
        // Targets come last.
        units.sort_by_cached_key(|name| (type_of(name) == "target", name.to_ascii_lowercase()));
        let count = units.len();
        for (index, name) in units.iter().enumerate() {
            let is_last = index + 1 == count;
            if self.path.contains(name) {
                if !self.tool.options.plain {
                    self.tool.print("  ");
                    self.line("...", trunk, is_last);
                }
                continue;
            }
            match self.tool.options.plain {
                true => self.tool.print("  "),
                false => {
                    let state = self.state(name);
                    self.tool.print(&format!("{} ", self.tool.glyphs.of_state(&state)));
                }
            }
            self.line(name, trunk, is_last);
            if self.tool.options.all || type_of(name) == "target" {
                trunk.push(!is_last);
                self.below(name, trunk)?;
                trunk.pop();
            }
        }
        if !self.tool.options.plain {
            self.path.retain(|name| name != unit);
        }
        Ok(())
    }

    fn state(&self, unit: &str) -> String {
        let value = self.source.unit_property(unit, "Unit", "ActiveState");
        value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }

    fn line(&self, name: &str, trunk: &[bool], is_last: bool) {
        let glyphs = &self.tool.glyphs;
        let mut out = String::new();
        let mut width = 0;
        if !self.tool.options.plain {
            for more in trunk.iter().map(Some).chain([None]) {
                width += 2;
                if width > self.columns - 3 && !self.tool.options.full {
                    out.push_str(if self.columns % 2 == 1 { "...\n" } else { " ...\n" });
                    self.tool.print(&out);
                    return;
                }
                out.push_str(match more {
                    Some(true) => glyphs.vertical,
                    Some(false) => glyphs.space,
                    None if is_last => glyphs.last,
                    None => glyphs.branch,
                });
            }
        }
        match self.tool.options.full {
            true => out.push_str(name),
            false => out.push_str(&cut(name, self.columns.saturating_sub(width), glyphs.ellipsis)),
        }
        out.push('\n');
        self.tool.print(&out);
    }
}

/// A name, cut at its end where it is longer than `width`.
fn cut(name: &str, width: usize, ellipsis: &str) -> String {
    if name.chars().count() <= width {
        return name.to_owned();
    }
    let kept = width.saturating_sub(ellipsis.chars().count());
    name.chars().take(kept).chain(ellipsis.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn long_names_are_cut_at_their_end() {
        assert_eq!(cut("abcdef", 6, "…"), "abcdef");
        assert_eq!(cut("abcdefg", 6, "…"), "abcde…");
        assert_eq!(cut("abcdefg", 6, "..."), "abc...");
    }
}
