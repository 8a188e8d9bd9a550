//! Presets: which units a distribution or an administrator wants enabled (systemd.preset(5)).

use super::{
    Run,
    context::Subjects,
    enable::For,
    folders, glob,
    report::{Failure, Note, Plan, Why},
    scene::Look,
};
use crate::name::Name;

/// What a preset may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PresetMode {
    /// Enable and disable.
    #[default]
    Full,
    /// Only enable.
    EnableOnly,
    /// Only disable.
    DisableOnly,
}

/// Which units presets want enabled.
#[derive(Clone, Debug, Default)]
pub struct Presets(Rules);

impl Presets {
    pub(super) fn read(mut run: Run<'_>) -> Presets {
        Presets(Rules::read(&mut run))
    }

    /// Whether a unit is to be enabled; `None` where it is to be left as it is.
    pub fn wants(&self, unit: &Name) -> Option<bool> {
        match self.0.verdict(unit) {
            Verdict::Enable | Verdict::EnableInstances(_) => Some(true),
            Verdict::Disable => Some(false),
            Verdict::Ignore => None,
        }
    }
}

/// What a rule says of the units that it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Enable,
    Disable,
    /// Leave as they are.
    Ignore,
}

/// A line of a preset file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    action: Action,
    pattern: String,
    /// For a template: which of its instances are to be enabled.
    instances: Vec<String>,
}

/// What is to be done with a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Enable,
    EnableInstances(Vec<Name>),
    Disable,
    Ignore,
}

/// The rules of a tree, the one that wins first.
#[derive(Clone, Debug, Default)]
struct Rules(Vec<Rule>);

impl Rules {
    fn read(run: &mut Run<'_>) -> Rules {
        let is_user = run.search.config().ends_with("/user");
        let kind = if is_user { "user-preset" } else { "system-preset" };
        let folders: Vec<String> = ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"]
            .iter()
            .map(|folder| format!("{folder}/systemd/{kind}"))
            .collect();
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        let mut rules = Rules::default();
        for file in folders::configuration(&mut run.draft, &folders, ".preset") {
            match run.draft.read(&file) {
                Ok(bytes) => rules.parse(&file, &String::from_utf8_lossy(&bytes), &mut run.notes),
                Err(error) => run.notes.push(Note::Skipped(Why::File(error).about(file))),
            }
        }
        rules
    }

    fn parse(&mut self, file: &str, text: &str, notes: &mut Vec<Note>) {
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            match rule(line) {
                Ok(rule) => self.0.push(rule),
                Err(problem) => notes.push(Note::Line(file.into(), number, problem.into())),
            }
        }
    }

    /// The first rule that fits decides. Without one a unit is enabled: systemd.preset(5) has a
    /// distribution that wants it otherwise end its presets with `disable *`.
    fn verdict(&self, unit: &Name) -> Verdict {
        let template = if unit.is_template() { Some(unit.clone()) } else { unit.template() };
        for rule in &self.0 {
            let is_template = template.as_ref().is_some_and(|name| name.as_str() == rule.pattern);
            if is_template && !rule.instances.is_empty() {
                if unit.is_template() {
                    let instances = rule.instances.iter();
                    let names = instances.filter_map(|instance| unit.with_instance(instance));
                    return Verdict::EnableInstances(names.collect());
                }
                if rule.instances.iter().any(|instance| Some(&**instance) == unit.instance()) {
                    return Verdict::Enable;
                }
            }
            if glob::matches(&rule.pattern, unit.as_str()) {
                return match rule.action {
                    Action::Enable => Verdict::Enable,
                    Action::Disable => Verdict::Disable,
                    Action::Ignore => Verdict::Ignore,
                };
            }
        }
        Verdict::Enable
    }
}

fn rule(line: &str) -> Result<Rule, String> {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let action = match word {
        "enable" => Action::Enable,
        "disable" => Action::Disable,
        "ignore" => Action::Ignore,
        _ => return Err(format!("{word} is none of enable, disable and ignore")),
    };
    let rest = rest.trim_start();
    if rest.is_empty() {
        return Err(format!("{word} names no unit"));
    }
    if action != Action::Enable {
        return Ok(Rule { action, pattern: rest.to_owned(), instances: Vec::new() });
    }
    let mut words = rest.split_whitespace().map(str::to_owned);
    let pattern = words.next().unwrap_or_default();
    let instances: Vec<String> = words.collect();
    let is_template = pattern.parse::<Name>().is_ok_and(|name| name.is_template());
    if !instances.is_empty() && !is_template {
        return Err(format!("{pattern} is no template, and so has no instances"));
    }
    Ok(Rule { action, pattern, instances })
}

/// What a preset comes to, before it is done.
#[derive(Default)]
struct Sorted {
    enable: Subjects,
    disable: Subjects,
}

impl Sorted {
    fn take(&mut self, run: &mut Run<'_>, given: &str, rules: &Rules) -> Result<(), Failure> {
        let refuse = |why: Why| why.about(given);
        let name: Name = given.parse().map_err(|_| refuse(Why::Name))?;
        if self.enable.has(&name) || self.disable.has(&name) {
            return Ok(());
        }
        let mut found = Subjects::default();
        let id = found.discover(given, Look::FOLLOW, &mut run.scene()).map_err(refuse)?;
        if found.get(id).is_none_or(|unit| unit.name != name) {
            // An alias: it goes with its unit.
            return Ok(());
        }
        match rules.verdict(&name) {
            Verdict::Enable => run.discover(&mut self.enable, given).map(drop),
            Verdict::EnableInstances(names) => names
                .iter()
                .try_for_each(|name| run.discover(&mut self.enable, name.as_str()).map(drop)),
            Verdict::Disable => self
                .disable
                .discover(given, Look::FOLLOW, &mut run.scene())
                .map(drop)
                .map_err(refuse),
            Verdict::Ignore => Ok(()),
        }
    }

    fn carry_out(mut self, mut run: Run<'_>, mode: PresetMode, purpose: For) -> Plan {
        if mode != PresetMode::EnableOnly {
            let marks = run.marks(&mut self.disable);
            if !marks.is_empty() {
                run.remove_marked(marks);
            }
        }
        if mode != PresetMode::DisableOnly {
            run.make_links(&mut self.enable, purpose);
        }
        run.into_plan()
    }
}

pub(super) fn units(mut run: Run<'_>, units: &[&str], mode: PresetMode) -> Plan {
    let rules = Rules::read(&mut run);
    let mut sorted = Sorted::default();
    for unit in units {
        if let Err(failure) = sorted.take(&mut run, unit, &rules) {
            run.failures.push(failure);
            return run.into_refusal();
        }
    }
    sorted.carry_out(run, mode, For::Preset)
}

pub(super) fn all(mut run: Run<'_>, mode: PresetMode) -> Plan {
    let rules = Rules::read(&mut run);
    let mut sorted = Sorted::default();
    for name in run.all_names() {
        if let Err(failure) = sorted.take(&mut run, name.as_str(), &rules) {
            run.note(match failure.why {
                Why::Masked => Note::Masked(failure.what),
                _ => Note::Skipped(failure),
            });
        }
    }
    sorted.carry_out(run, mode, For::PresetAll)
}

#[cfg(test)]
mod tests {
    use super::{Rules, Verdict};
    use crate::name::Name;

    fn verdict(text: &str, unit: &str) -> Verdict {
        let (mut rules, mut notes) = (Rules::default(), Vec::new());
        rules.parse("/f", text, &mut notes);
        rules.verdict(&unit.parse::<Name>().unwrap())
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let text = "# c\n; c\nenable a.service\ndisable a.*\nignore b*\n disable\t*\n";
        assert_eq!(verdict(text, "a.service"), Verdict::Enable);
        assert_eq!(verdict(text, "a.socket"), Verdict::Disable);
        assert_eq!(verdict(text, "b.socket"), Verdict::Ignore);
        assert_eq!(verdict(text, "z.socket"), Verdict::Disable);
        assert_eq!(verdict("", "z.socket"), Verdict::Enable);
    }

    #[test]
    fn instances() {
        let text = "enable a@.service x y\ndisable a@*.service\n";
        let names = ["a@x.service".parse().unwrap(), "a@y.service".parse().unwrap()];
        assert_eq!(verdict(text, "a@.service"), Verdict::EnableInstances(names.to_vec()));
        assert_eq!(verdict(text, "a@y.service"), Verdict::Enable);
        assert_eq!(verdict(text, "a@z.service"), Verdict::Disable);
    }

    #[test]
    fn bad_lines_are_noted() {
        let (mut rules, mut notes) = (Rules::default(), Vec::new());
        rules.parse("/f", "enable\nenable a.service x\nEnable a.service\nenabled b\n", &mut notes);
        let lines: Vec<String> = notes.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        /f:1: enable names no unit
        /f:2: a.service is no template, and so has no instances
        /f:3: Enable is none of enable, disable and ignore
        /f:4: enabled is none of enable, disable and ignore
        ");
        assert!(rules.0.is_empty());
    }
}
