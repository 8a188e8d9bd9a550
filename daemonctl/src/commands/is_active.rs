//! `daemonctl is-active`, `is-failed`: one word for each service, and an exit status for scripts.

use std::process::ExitCode;

use present::json::{Document, Object};
use present::{Value, Why};

use crate::context::Context;
use crate::failure::{Failure, exit};
use crate::managers::{ManagerOptions, Managers};
use crate::resolve::{Options, Unresolved};
use crate::service_view::ServiceView;
use crate::service_view::lookup::{self, Looked};

const AFTER_HELP: &str = "\
Prints for each service a word: active, reloading, inactive, failed, activating or deactivating.
Of a name that several managers have, the machine's own is meant; --user means the user's.

Examples:
  daemonctl is-active nginx
  daemonctl is-active --quiet nginx redis && echo 'one of them runs'
  daemonctl is-active :80

Exit status: 0 at least one is active, 1 a manager could not be asked, 2 wrong usage, 3 none is,
4 there is no such service.";

/// Options of `is-active`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// What is asked.
    #[command(flatten)]
    pub asked: Asked,
}

/// Options of all commands that ask yes or no.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// Services: names, 'patterns*', pids, :ports, /paths.
    #[arg(value_name = "WHAT", required = true)]
    pub what: Vec<String>,
    /// Print nothing; the exit status tells.
    #[arg(long, short)]
    pub quiet: bool,
    /// Whom to ask.
    #[command(flatten)]
    pub managers: ManagerOptions,
}

/// A question with yes or no for an answer.
pub struct Question {
    /// The subcommand.
    pub name: &'static str,
    /// The word that is printed.
    pub word: fn(&ServiceView) -> String,
    /// Whether the answer is yes.
    pub holds: fn(&ServiceView) -> bool,
    /// The word for what there is not.
    pub word_of_none: &'static str,
    /// The exit status when all answers are no.
    pub no: u8,
    /// The answer does not depend on how the service is now.
    pub is_of_files: bool,
}

/// Asks it.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let question = Question {
        name: "is-active",
        word: |view| view.unit_state().active,
        holds: ServiceView::is_active,
        word_of_none: "inactive",
        no: super::status::NOT_RUNNING,
        is_of_files: false,
    };
    ask(context, &question, &args.asked)
}

/// Puts a question to the services, and prints an answer a line, in the order of the words.
///
/// # Errors
/// No manager could be asked.
pub fn ask(context: &Context, question: &Question, asked: &Asked) -> Result<ExitCode, Failure> {
    let managers = Managers::open(context, &asked.managers)?;
    let mut answers: Vec<(String, String, Option<ServiceView>)> = Vec::new();
    let (mut unasked, mut unknown) = (None, false);
    for word in &asked.what {
        let Looked { filled, unresolved } = look(context, &managers, question, word)?;
        for view in filled.views {
            answers.push((view.name.clone(), (question.word)(&view), Some(view)));
        }
        for Unresolved { word, is_unknown, failure } in unresolved {
            unknown |= is_unknown;
            if is_unknown {
                answers.push((word, question.word_of_none.to_owned(), None));
            } else {
                unasked = unasked.or(Some(failure));
            }
        }
    }
    if context.common.json {
        context.print(&document(question, &answers)?)?;
    } else if !asked.quiet {
        let lines: String = answers.iter().map(|(_, word, _)| format!("{word}\n")).collect();
        context.print(&lines)?;
    }
    let views = || answers.iter().filter_map(|(.., view)| view.as_ref());
    if views().any(question.holds) {
        return Ok(ExitCode::SUCCESS);
    }
    match unasked {
        Some(failure) => Err(failure),
        None if unknown && views().next().is_none() => Ok(ExitCode::from(exit::NOT_FOUND)),
        None => Ok(ExitCode::from(question.no)),
    }
}

/// The services of one word; of several managers' the first's, which is the machine's own.
fn look(
    context: &Context,
    managers: &Managers,
    question: &Question,
    word: &str,
) -> Result<Looked, Failure> {
    let options =
        Options { every_manager: true, all: true, verb: question.name, ..Options::default() };
    let what = [word.to_owned()];
    let mut looked = match question.is_of_files {
        true => lookup::look_at_rest(context, managers, &what, &options)?,
        false => lookup::look(context, managers, &what, &options, 0)?,
    };
    if !crate::resolve::is_pattern(word) {
        looked.filled.views.truncate(1);
    }
    Ok(looked)
}

fn document(
    question: &Question,
    answers: &[(String, String, Option<ServiceView>)],
) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, question.name)?;
    document.array("services")?;
    for (name, word, view) in answers {
        let manager = view.as_ref().and_then(|view| view.manager);
        let mut object = Object::new();
        object.put("name", name.as_str());
        object.put("manager", Value::or_missing(manager, Why::NotApplicable));
        object.put("answer", word.as_str());
        object.put("holds", view.as_ref().is_some_and(question.holds));
        document.item(object)?;
    }
    document.end_array()?;
    document.finish(&[])?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
