//! One finding: its sentence, its proof, its remedies, what followed.

use insight::finding::{Confidence, Evidence, Finding, Remedy, Severity, Source};
use jiff::Timestamp;
use present::style::paint;
use present::{Layout, Style, Theme};

/// Columns of a step to the right.
const STEP: usize = 2;
/// Columns of the label before a part: `proof`, `fix`, `more`.
const LABEL: usize = 7;
/// Pieces of proof that are shown of one finding.
const EVIDENCE_MAX: usize = 6;
/// What followed is shown so deep.
const DEPTH_MAX: usize = 6;

/// A page that is being written.
pub struct Page<'l> {
    layout: &'l Layout,
    width: usize,
    /// What stands on it.
    pub out: String,
}

/// A foreign text on one line, safe for a terminal.
pub fn clean(text: &str) -> String {
    present::text::clean(text.as_bytes()).into_owned()
}

impl<'l> Page<'l> {
    /// An empty page.
    pub fn new(layout: &'l Layout) -> Page<'l> {
        Page { layout, width: super::width(layout), out: String::new() }
    }

    /// How it is coloured.
    pub fn theme(&self) -> &'l Theme {
        &self.layout.theme
    }

    /// A line of our own words.
    pub fn line(&mut self, depth: usize, text: &str, style: Style) {
        self.indent(depth * STEP);
        paint(text, style, self.theme(), &mut self.out);
        self.out.push('\n');
    }

    /// A label and a text that takes as many lines as it needs. Both may be foreign.
    pub fn paragraph(&mut self, depth: usize, label: &str, text: &str, style: Style) {
        let whole = clean(&format!("{label} {text}"));
        let indent = depth * STEP;
        for line in present::text::wrap(whole.trim(), self.width.saturating_sub(indent)) {
            self.indent(indent);
            paint(&line, style, self.theme(), &mut self.out);
            self.out.push('\n');
        }
    }

    /// A finding; the title of the first one stands in the headline already.
    pub fn finding(&mut self, finding: &Finding, is_headline: bool, depth: usize) {
        if !is_headline {
            self.title(finding, depth);
        }
        let inner = if is_headline { depth } else { depth + 1 };
        self.paragraph(inner, "", &finding.sentence, Style::Plain);
        for (at, evidence) in finding.evidence.iter().take(EVIDENCE_MAX).enumerate() {
            let label = if at == 0 { "proof" } else { "" };
            self.part(inner, label, &quoted(evidence), Style::Dim);
        }
        if finding.confidence == Confidence::Possible {
            self.part(inner, "sure", "not: something else may be the reason", Style::Dim);
        }
        for remedy in &finding.remedies {
            self.remedy(inner, remedy);
        }
        let read_more = insight::rules::rule(finding.rule).map_or(&[][..], |rule| rule.read_more);
        let mut more = vec![format!("daemonctl findings {}", finding.rule)];
        more.extend(read_more.iter().map(|page| (*page).to_owned()));
        self.part(inner, "more", &more.join(", "), Style::Dim);
        if depth < DEPTH_MAX {
            for (at, consequence) in finding.consequences.iter().enumerate() {
                let label = if at == 0 { "then" } else { "" };
                let text = match consequence.service == finding.service {
                    true => consequence.title.clone(),
                    false => format!("{}: {}", consequence.service, consequence.title),
                };
                self.part(inner, label, &text, Style::Plain);
                self.followed(consequence, inner + 1);
            }
        }
    }

    /// What followed from what followed, by their titles.
    fn followed(&mut self, finding: &Finding, depth: usize) {
        if depth >= DEPTH_MAX {
            return;
        }
        for consequence in &finding.consequences {
            let text = format!("{}: {}", consequence.service, consequence.title);
            self.part(depth, "then", &text, Style::Plain);
            self.followed(consequence, depth + 1);
        }
    }

    fn title(&mut self, finding: &Finding, depth: usize) {
        let (word, style) = match finding.severity {
            Severity::Error => ("error", Style::Bad),
            Severity::Warning => ("warning", Style::Warn),
            Severity::Info => ("remark", Style::Dim),
        };
        self.indent(depth * STEP);
        paint(word, style, self.theme(), &mut self.out);
        self.out.push_str(": ");
        paint(&clean(&finding.title), Style::Bold, self.theme(), &mut self.out);
        self.out.push('\n');
    }

    fn remedy(&mut self, depth: usize, remedy: &Remedy) {
        self.part(depth, "fix", &remedy.what, Style::Good);
        for command in &remedy.commands {
            // Commands are copied: they are not wrapped.
            self.indent(depth * STEP + LABEL);
            self.out.push_str("  ");
            paint(&clean(command), Style::Bold, self.theme(), &mut self.out);
            self.out.push('\n');
        }
        let mut section = "";
        for (of, setting) in &remedy.settings {
            if of != section {
                self.part(depth, "", &format!("  [{of}]"), Style::Bold);
                section = of;
            }
            self.part(depth, "", &format!("  {setting}"), Style::Bold);
        }
    }

    /// A part of a finding behind its label.
    fn part(&mut self, depth: usize, label: &str, text: &str, style: Style) {
        let indent = depth * STEP;
        let text = clean(text);
        if text.is_empty() {
            return;
        }
        let room = self.width.saturating_sub(indent + LABEL).max(20);
        for (at, line) in present::text::wrap(&text, room).iter().enumerate() {
            self.indent(indent);
            let shown = if at == 0 { label } else { "" };
            paint(&format!("{shown:<LABEL$}"), Style::Dim, self.theme(), &mut self.out);
            paint(line, style, self.theme(), &mut self.out);
            self.out.push('\n');
        }
    }

    fn indent(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }
}

/// A piece of proof with where it is from.
fn quoted(evidence: &Evidence) -> String {
    let text = evidence.text.trim();
    match &evidence.source {
        Source::File { path, line: Some(line) } => format!("{path}:{line}: {text}"),
        Source::File { path, line: None } => format!("{path}: {text}"),
        Source::Log { time_usec, origin } => {
            let time = time_usec.map(clock).unwrap_or_default();
            let place = if origin == "journal" { "" } else { origin.as_str() };
            format!("{} {text}", [time.as_str(), place].join(" ").trim()).trim().to_owned()
        }
        Source::Process { pid, aspect } => format!("/proc/{pid}/{aspect}: {text}"),
        Source::Manager { property } => format!("{property}={text}"),
        Source::Path { path } => format!("{path}: {text}"),
        Source::Counter { name } => format!("{name}: {text}"),
        Source::Test { command } => format!("$ {command}: {text}"),
    }
}

/// When a line was logged: to the second, with the day where it was another one.
fn clock(usec: u64) -> String {
    let zone = crate::time::zone();
    let at = i64::try_from(usec).ok().and_then(|usec| Timestamp::from_microsecond(usec).ok());
    let Some(at) = at.map(|at| at.to_zoned(zone.clone())) else { return String::new() };
    let is_today = at.date() == Timestamp::now().to_zoned(zone).date();
    at.strftime(if is_today { "%H:%M:%S" } else { "%b %d %H:%M:%S" }).to_string()
}
