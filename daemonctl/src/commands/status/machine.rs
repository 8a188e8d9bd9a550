//! The machine as its managers see it: how many services are how, and which are in trouble.

use std::process::ExitCode;

use host::{Service, ServiceState};
use present::glance::Block;
use present::json::{Document, Note};
use present::{Style, text};
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::managers::Managers;
use crate::options::render_notes;
use crate::service_view::fill::{self, Filled};
use crate::service_view::{ServiceView, json, lookup};

/// In the order in which they are told.
const STATES: [ServiceState; 8] = [
    ServiceState::Failed,
    ServiceState::Crashed,
    ServiceState::Starting,
    ServiceState::Stopping,
    ServiceState::Running,
    ServiceState::Exited,
    ServiceState::Stopped,
    ServiceState::Unknown,
];

/// Shows it.
///
/// # Errors
/// No manager answered.
pub fn run(context: &Context, managers: &Managers) -> Result<ExitCode, Failure> {
    let (mut services, mut notes, mut jobs): (Vec<Service>, Vec<Note>, usize) = Default::default();
    let mut unanswered = None;
    for index in managers.indices() {
        match managers.ask(index, |manager| manager.services()) {
            Ok(found) => services.extend(found),
            Err(error) => {
                notes.push(Note {
                    what: format!("the services of {}", managers.word(index)),
                    reason: error.why(),
                    detail: error.to_string(),
                });
                unanswered = Some(error);
                continue;
            }
        }
        // Without its jobs the services are still worth showing.
        jobs += managers.ask(index, |manager| manager.jobs()).map_or(0, |jobs| jobs.len());
    }
    match unanswered {
        Some(error) if notes.len() == managers.all.len() => return Err(error.into()),
        _ => {}
    }
    let Filled { views, notes: more, .. } = match fill::leaves_open(&services) {
        true => fill::fill(context, services, 0)?,
        false => fill::plain(services),
    };
    notes.extend(more);
    let is_whole = unanswered.is_none();
    match context.common.json {
        true => document(context, managers, &views, jobs, &notes)?,
        false => page(context, managers, &views, jobs, &notes)?,
    }
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn count(views: &[ServiceView], state: ServiceState) -> usize {
    views.iter().filter(|view| view.state.value == state).count()
}

/// `degraded` as `systemctl is-system-running` has it.
fn word(views: &[ServiceView], jobs: usize) -> &'static str {
    match (views.iter().any(|view| !view.trouble.is_empty()), jobs) {
        (true, _) => "degraded",
        (false, 0) => "running",
        (false, _) => "busy",
    }
}

fn page(
    context: &Context,
    managers: &Managers,
    views: &[ServiceView],
    jobs: usize,
    notes: &[Note],
) -> Result<(), Failure> {
    let layout = context.layout();
    let mut out = String::new();
    let word = word(views, jobs);
    let style = if word == "degraded" { Style::Bad } else { Style::Good };
    // Nobody can know how these are, and nobody asks.
    let is_of_boot = |view: &&ServiceView| {
        view.state.value == ServiceState::Unknown
            && view.service.as_ref().is_some_and(fill::has_no_daemon)
    };
    let of_boot = views.iter().filter(is_of_boot).count();
    let mut counts: Vec<String> = STATES
        .iter()
        .filter_map(|state| {
            let is_unknown = *state == ServiceState::Unknown;
            let count = count(views, *state).saturating_sub(if is_unknown { of_boot } else { 0 });
            (count > 0).then(|| format!("{count} {}", state.word()))
        })
        .collect();
    if of_boot > 0 {
        counts.push(format!("{of_boot} scripts of the boot"));
    }
    present::glance::heading("machine", &layout.theme, &mut out);
    let mut block = Block::new()
        .styled("state", word, style)
        .row("managed by", &managers.words(" and "))
        .row("services", &counts.join(", "));
    if jobs > 0 {
        block = block.row("jobs", &format!("{jobs} (daemonctl jobs)"));
    }
    block.render(&layout, &mut out);
    let troubled: Vec<&ServiceView> =
        views.iter().filter(|view| !view.trouble.is_empty()).collect();
    if !troubled.is_empty() {
        present::glance::heading("trouble", &layout.theme, &mut out);
        let mut block = Block::new();
        for view in troubled {
            let title = lookup::title(view, managers.all.len() > 1);
            for (place, sentence) in view.trouble.iter().enumerate() {
                let label = if place == 0 { title.as_str() } else { "" };
                block = block.styled(&text::clean(label.as_bytes()), sentence, Style::Bad);
            }
        }
        block.render(&layout, &mut out);
    }
    render_notes(notes, &layout.theme, &mut out);
    context.print(&out)?;
    Ok(())
}

fn document(
    context: &Context,
    managers: &Managers,
    views: &[ServiceView],
    jobs: usize,
    notes: &[Note],
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "status")?;
    let names: Vec<&str> = managers.indices().map(|index| managers.word(index)).collect();
    let counts: serde_json::Map<String, serde_json::Value> =
        STATES.iter().map(|state| (state.word().to_owned(), count(views, *state).into())).collect();
    let machine = json!({
        "state": word(views, jobs),
        "managers": names,
        "services": counts,
        "jobs": jobs,
    });
    document.put_json("machine", &machine)?;
    document.array("services")?;
    for view in views.iter().filter(|view| !view.trouble.is_empty()) {
        document.item(json::whole(view))?;
    }
    document.end_array()?;
    document.finish(notes)?;
    context.print(&String::from_utf8_lossy(&bytes))?;
    Ok(())
}
