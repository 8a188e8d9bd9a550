//! `daemonctl findings`: what the findings of `diagnose` and `audit` mean, from the table of rules.

use std::process::ExitCode;

use insight::rules::{Chapter, Purpose, Rule, rule, rules, words};
use present::glance::{Block, heading};
use present::json::{Document, Object};
use present::{Layout, text};

use crate::context::Context;
use crate::failure::Failure;

const AFTER_HELP: &str = "\
A finding's name stands behind `more` of what diagnose and audit print, and as `rule` in --json.

Examples:
  daemonctl findings port-taken
  daemonctl findings            all of them

Exit status: 0 done, 4 no finding is called that.";

/// Columns of a page where it goes to no terminal.
const USUAL_WIDTH: usize = 100;

/// Options of `findings`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Names of findings; all without one.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// Runs `findings`.
///
/// # Errors
/// No finding has one of the names.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let unknown = args.names.iter().find(|name| rule(name).is_none());
    if let Some(name) = unknown {
        return Err(Failure::not_found(format_args!("no finding is called \"{name}\""))
            .hint("`daemonctl findings` lists them"));
    }
    let chosen: Vec<&Rule> = match args.names.is_empty() {
        true => rules().collect(),
        false => {
            args.names.iter().flat_map(|name| rules().filter(move |r| r.name == name)).collect()
        }
    };
    if context.common.json {
        let mut document = Document::begin(std::io::stdout().lock(), "findings")?;
        document.array("rules")?;
        for rule in chosen {
            document.item(json(rule))?;
        }
        document.finish(&[])?;
        return Ok(ExitCode::SUCCESS);
    }
    let layout = context.layout();
    let mut page = String::new();
    match args.names.is_empty() {
        true => list(&chosen, &layout, &mut page),
        false => chosen.iter().for_each(|rule| explain(rule, &layout, &mut page)),
    }
    context.print(&page)?;
    Ok(ExitCode::SUCCESS)
}

/// All of them, a line each below the heading of their chapter.
fn list(rules: &[&Rule], layout: &Layout, page: &mut String) {
    let width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let most = layout.width.unwrap_or(USUAL_WIDTH).saturating_sub(width + 4);
    let mut chapter = None;
    let mut before = "";
    for rule in rules {
        if chapter != Some(rule.chapter) {
            if chapter.is_some() {
                page.push('\n');
            }
            heading(word(rule.chapter), &layout.theme, page);
            chapter = Some(rule.chapter);
        }
        if rule.name != before {
            let looks_for = text::truncate(rule.looks_for, most.max(20));
            page.push_str(&format!("  {:width$}  {looks_for}\n", rule.name));
            before = rule.name;
        }
    }
}

/// One in full.
fn explain(rule: &Rule, layout: &Layout, page: &mut String) {
    heading(rule.name, &layout.theme, page);
    let most = layout.width.unwrap_or(USUAL_WIDTH).min(USUAL_WIDTH).saturating_sub(2).max(20);
    for paragraph in [rule.looks_for, rule.about] {
        for line in text::wrap(paragraph, most) {
            page.push_str(&format!("  {line}\n"));
        }
    }
    let needs: Vec<&str> = rule.needs.iter().map(|need| words(*need)).collect();
    Block::new()
        .row("needs", &needs.join(", "))
        .row("read more", &rule.read_more.join(", "))
        .render(layout, page);
    page.push('\n');
}

/// The stable word of a chapter.
fn word(chapter: Chapter) -> &'static str {
    match chapter {
        Chapter::Start => "start",
        Chapter::Crash => "crash",
        Chapter::Resources => "resources",
        Chapter::Machine => "machine",
        Chapter::Exposure => "exposure",
    }
}

fn json(rule: &Rule) -> Object {
    let texts = |items: Vec<&str>| -> serde_json::Value { items.into() };
    let mut object = Object::new();
    object.put("rule", rule.name.to_owned());
    let purpose = match rule.purpose {
        Purpose::Diagnose => "diagnose",
        Purpose::Audit => "audit",
    };
    object.put("purpose", purpose.to_owned());
    object.put("chapter", word(rule.chapter).to_owned());
    object.put("looks_for", rule.looks_for.to_owned());
    object.put("about", rule.about.to_owned());
    object.put_json("needs", texts(rule.needs.iter().map(|need| words(*need)).collect()));
    object.put_json("read_more", texts(rule.read_more.to_vec()));
    object
}
