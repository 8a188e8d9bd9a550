//! `daemonctl status`: how services are, with all that is known of them.

mod machine;
mod text;

use std::process::ExitCode;

use host::ServiceState;
use present::json::Document;

use crate::commands::logs::last::LastLines;
use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{ManagerOptions, Managers};
use crate::options::render_notes;
use crate::resolve::Options;
use crate::service_view::fill::need;
use crate::service_view::{ServiceView, json, lookup};

const AFTER_HELP: &str = "\
Without WHAT: the machine as its managers see it, and the services that are in trouble. What a manager
does not know (the start of a SysV service, its processes and ports, log files held open) is from the
processes, and says so.

Examples:
  daemonctl status
  daemonctl status nginx
  daemonctl status nginx -n 30     with more of what it logged
  daemonctl status 'php*' :5432 1234 /var/run/crond.pid
  daemonctl status --state failed --json

Exit status: 0 it runs, 1 it is dead and its pid file is there, 2 wrong usage, 3 it does not run,
4 no such service. Of several the first that is not 0.";

/// A dead program whose pid file is still there, as LSB's `status` has it.
const DEAD_WITH_PID_FILE: u8 = 1;
/// It does not run (LSB, systemctl(1)).
pub const NOT_RUNNING: u8 = 3;

/// So many of the last lines that a service logged are shown.
const USUAL_LINES: u64 = 10;
/// Who asks about more services than that wants to see how they are.
const MANY: usize = 10;

/// Options of `status`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Services: names, 'patterns*', pids, :ports, /paths.
    #[arg(value_name = "WHAT")]
    what: Vec<String>,
    /// Services in one of these states, comma-separated: running, failed …, or in a manager's own words.
    #[arg(long, value_name = "STATES", value_delimiter = ',')]
    state: Vec<String>,
    /// So many of the last lines that each logged; 0: none. Without a journal, of the last week. Usually
    /// 10, and none where more than ten services are shown.
    #[arg(short = 'n', long, value_name = "COUNT")]
    lines: Option<u64>,
    #[command(flatten)]
    managers: ManagerOptions,
}

/// Shows how services are.
///
/// # Errors
/// No manager could be asked, or no word means a service.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let managers = Managers::open(context, &args.managers)?;
    if args.what.is_empty() && args.state.is_empty() {
        return machine::run(context, &managers);
    }
    let options =
        Options { states: &args.state, every_manager: true, verb: "status", ..Options::default() };
    let mut needs = need::PROCESSES | need::PORTS | need::LOGS | need::CGROUP_MEMORY;
    if context.common.json {
        // The page does not show them.
        needs |= need::DEPENDENCIES;
    }
    let looked = lookup::look(context, &managers, &args.what, &options, needs)?;
    let views = &looked.filled.views;
    if context.common.json {
        context.print(&document(views, &looked.filled.notes)?)?;
    } else {
        let layout = context.layout();
        let mut out = String::new();
        let usual = if views.len() > MANY { 0 } else { USUAL_LINES };
        let lines = args.lines.unwrap_or(usual);
        let mut last = LastLines::new(context, lines, layout.theme);
        for view in views {
            text::render(
                view,
                looked.filled.snapshot.as_ref(),
                managers.all.len() > 1,
                &layout,
                &mut out,
            );
            let lines = last.of_service(view, looked.filled.snapshot.as_ref());
            text::log_lines(&lines, &mut out);
        }
        if views.is_empty() && looked.unresolved.is_empty() {
            out.push_str("no service is in such a state\n");
        }
        render_notes(&looked.filled.notes, &layout.theme, &mut out);
        context.print(&out)?;
    }
    // Of a name that several managers have, the machine's own service counts.
    let counts = |place: usize, view: &ServiceView| {
        !views.iter().take(place).any(|before| before.name == view.name)
    };
    let counted = views.iter().enumerate().filter(|(place, view)| counts(*place, view));
    let status = counted.map(|(_, view)| exit_status(view)).find(|status| *status != 0);
    let refused: Vec<ExitCode> =
        looked.unresolved.iter().map(|unresolved| unresolved.failure.report()).collect();
    Ok(status.map(ExitCode::from).or(refused.into_iter().next()).unwrap_or(ExitCode::SUCCESS))
}

/// As systemctl and LSB's `status` end for a service.
pub fn exit_status(view: &ServiceView) -> u8 {
    let is_scripts = !view.is_systemds();
    match view.state.value {
        _ if view.is_active() => 0,
        ServiceState::Crashed if is_scripts => DEAD_WITH_PID_FILE,
        // Nothing tells; LSB's "unknown" is 4, and it is installed all the same.
        _ => NOT_RUNNING,
    }
}

/// The document of services with all that is known of them.
fn document(views: &[ServiceView], notes: &[present::json::Note]) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "status")?;
    document.array("services")?;
    for view in views {
        document.item(json::whole(view))?;
    }
    document.end_array()?;
    document.finish(notes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
