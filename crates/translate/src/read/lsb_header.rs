//! The comment block of LSB, and the older one of chkconfig(8).

use super::Source;
use crate::facility::{self, Meaning};
use crate::{Definition, Level, Link, Lost, Native, Place, System};

/// A line of the block: its keyword, its value with continuation lines, its number.
struct Line {
    key: String,
    value: String,
    number: u32,
}

/// Reads the header into a definition. `false`: there is none.
pub(super) fn read(source: &Source<'_>, text: &str, definition: &mut Definition) -> bool {
    let lines = block(text);
    if lines.is_empty() {
        return chkconfig(source, text, definition);
    }
    for line in &lines {
        one(source, line, definition);
    }
    for line in &lines {
        let key = line.key.to_ascii_lowercase();
        if matches!(key.as_str(), "required-stop" | "should-stop") {
            stops_before(definition, line, source.place(line.number));
        }
    }
    true
}

fn one(source: &Source<'_>, line: &Line, definition: &mut Definition) {
    let place = source.place(line.number);
    let names: Vec<&str> = line.value.split_whitespace().collect();
    match line.key.to_ascii_lowercase().as_str() {
        "provides" => {
            let others = names.iter().filter(|name| **name != definition.name);
            let others: Vec<String> = others.map(|name| (*name).to_owned()).collect();
            definition.provides.extend(others);
        }
        "required-start" => depends(definition, Link::Needs, &names, line, source),
        "should-start" => depends(definition, Link::After, &names, line, source),
        "x-start-before" => depends(definition, Link::Before, &names, line, source),
        // Seen to when all others are known; what starts after us stops before us anyway.
        "required-stop" | "should-stop" | "x-stop-after" => {}
        "default-start" => {
            definition.places.extend(place.map(|place| ("levels", place)));
            levels(definition, &names);
        }
        "default-stop" => {
            let is_usual = names.iter().all(|name| matches!(*name, "0" | "1" | "6" | "S" | "s"));
            if !is_usual {
                let why = "a service is stopped wherever it is not started";
                let lost = Lost::new(format!("Default-Stop: {}", line.value), why);
                definition.lost.push(lost.at(place));
            }
        }
        "short-description" => definition.description = Some(line.value.clone()),
        "description" => {
            definition.description.get_or_insert_with(|| line.value.clone());
        }
        _ => {
            let (system, section) = (System::SysV, String::new());
            let (key, value) = (line.key.clone(), line.value.clone());
            definition.natives.push(Native { system, section, key, value, place });
        }
    }
}

/// Elsewhere services stop in the opposite order of their start.
fn stops_before(definition: &mut Definition, line: &Line, place: Option<Place>) {
    let is_known = |name: &&str| {
        let name = name.trim_start_matches('+');
        let known = match facility::of_lsb(name) {
            Meaning::Name(known) => known,
            Meaning::Implied => return true,
            Meaning::Foreign => name.to_owned(),
        };
        definition.dependencies.iter().any(|dependency| dependency.name == known)
    };
    let more: Vec<&str> = line.value.split_whitespace().filter(|name| !is_known(name)).collect();
    if !more.is_empty() && more != ["$all"] {
        let why = "services stop in the opposite order of their start; there is no other order";
        let lost = Lost::new(format!("{}: {}", line.key, more.join(" ")), why);
        definition.lost.push(lost.at(place));
    }
}

/// The lines between `### BEGIN INIT INFO` and `### END INIT INFO`.
fn block(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let numbered = text.lines().zip(1_u32..);
    let behind = numbered.skip_while(|(line, _)| !line.starts_with("### BEGIN INIT INFO")).skip(1);
    for (line, number) in behind {
        // A block that is not closed ends with the comment.
        let Some(rest) = line.strip_prefix('#').filter(|_| !line.starts_with("### END")) else {
            return lines;
        };
        let is_continued = rest.starts_with('\t') || rest.starts_with("  ");
        let pair = rest.split_once(':').filter(|(key, _)| !key.trim().contains(' '));
        match pair.filter(|_| !is_continued) {
            Some((key, value)) => lines.push(Line {
                key: key.trim().to_owned(),
                value: value.trim().to_owned(),
                number,
            }),
            None => {
                if let Some(last) = lines.last_mut().filter(|_| is_continued) {
                    if !last.value.is_empty() {
                        last.value.push(' ');
                    }
                    last.value.push_str(rest.trim());
                }
            }
        }
    }
    lines
}

fn depends(
    definition: &mut Definition,
    link: Link,
    names: &[&str],
    line: &Line,
    source: &Source<'_>,
) {
    for name in names {
        // A plus in front says that it may be absent.
        let (link, name) = match name.strip_prefix('+') {
            Some(name) => (Link::After, name),
            None => (link, *name),
        };
        match facility::of_lsb(name) {
            Meaning::Name(known) => definition.depends(link, known, source.place(line.number)),
            Meaning::Implied => {}
            Meaning::Foreign => {
                let why = "there is no name for all services; only the order of the start differs";
                let lost = Lost::new(format!("{}: {name}", line.key), why);
                definition.lost.push(lost.at(source.place(line.number)));
            }
        }
    }
}

fn levels(definition: &mut Definition, names: &[&str]) {
    if names.iter().any(|name| name.eq_ignore_ascii_case("s")) {
        definition.levels.push(Level::Early);
    }
    if names.iter().any(|name| matches!(*name, "2" | "3" | "4")) {
        definition.levels.push(Level::Normal);
    } else if names.contains(&"5") {
        definition.levels.push(Level::Graphical);
    }
}

/// `# chkconfig: 2345 85 15` and what stands around it.
fn chkconfig(source: &Source<'_>, text: &str, definition: &mut Definition) -> bool {
    let mut is_found = false;
    let mut is_description = false;
    for (line, number) in text.lines().zip(1_u32..) {
        let Some(rest) = line.strip_prefix('#') else {
            is_description = false;
            continue;
        };
        if is_description && let Some(description) = &mut definition.description {
            is_description = rest.trim_end().ends_with('\\');
            description.push(' ');
            description.push_str(rest.trim().trim_end_matches('\\').trim());
            continue;
        }
        let Some((key, value)) = rest.split_once(':') else { continue };
        match key.trim() {
            "chkconfig" => {
                is_found = true;
                numbers(definition, value, source.place(number));
            }
            "description" => {
                is_description = value.trim_end().ends_with('\\');
                definition.description =
                    Some(value.trim().trim_end_matches('\\').trim().to_owned());
            }
            "pidfile" => definition.pid_file = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    is_found
}

/// Runlevels, and the places in the order of start and stop.
fn numbers(definition: &mut Definition, value: &str, place: Option<Place>) {
    let mut fields = value.split_whitespace();
    let runlevels = fields.next().unwrap_or_default();
    let names: Vec<String> = runlevels.chars().map(String::from).collect();
    definition.places.extend(place.clone().map(|place| ("levels", place)));
    levels(definition, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let numbers: Vec<&str> = fields.collect();
    if !numbers.is_empty() {
        let why = "places in the order of start are said by names elsewhere, not by numbers";
        let lost = Lost::new(format!("chkconfig: {runlevels} {}", numbers.join(" ")), why);
        definition.lost.push(lost.at(place).instead("name what it needs: After=, Required-Start:"));
    }
}
