//! Showing what is there, and waiting for more.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use journal::follow::Watch;
use journal::set::Set;
use journal::text;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::pipeline::Round;
use super::query::{Output, Query, Rendering, Shown, Sources, Stopped};
use super::stream::Plan;
use super::texts::{TextSource, Texts};
use super::worker::Worker;

/// How often text is looked at where the kernel tells of no changes.
const LOOK_EVERY: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// So many times is looked for more of what was just told of, before waiting to be told again.
const LOOKS_AGAIN: u32 = 8;

/// Shows what a query asks for.
///
/// # Errors
/// It can't be written, or new entries can't be waited for. That nobody reads any more is no error.
pub fn show(
    sources: &mut Sources,
    query: &Query,
    rendering: &Rendering,
    output: Output<'_>,
) -> Result<Shown, Stopped> {
    let Output { sink, mut waits } = output;
    let mut worker = None;
    rounds(sources, query, &mut |labels, set, plan, shown, limit| {
        let worker = worker.get_or_insert_with(|| Worker::new(query, rendering, labels));
        let round = Round { query, rendering, labels, set, sink: &mut *sink, limit };
        round.run(plan, worker, shown)?;
        if let Some(tell) = waits.take().filter(|_| query.follow) {
            tell(shown);
        }
        Ok(())
    })
}

/// Goes through what there is once, given the names of sources, the files, the plan, what was shown until
/// then, and how many entries may be shown where they are counted at the end.
pub(super) type OneRound<'r> =
    &'r mut dyn FnMut(&[String], &Set, &mut Plan, &mut Shown, Option<u64>) -> Result<(), Stopped>;

/// Goes through what there is, and again through what comes if the query waits for more.
pub(super) fn rounds(
    sources: &mut Sources,
    query: &Query,
    round: OneRound<'_>,
) -> Result<Shown, Stopped> {
    let texts = std::mem::take(&mut sources.texts);
    let set = &mut sources.set;
    // Before the first look: what comes meanwhile is told.
    let mut waiting = match query.follow {
        true => Some(Waiting::new(set, &texts).map_err(Stopped::Watch)?),
        false => None,
    };
    let mut labels: Vec<String> = std::iter::once("journal".to_owned())
        .chain(texts.iter().map(|text| text.label.clone()))
        .collect();
    let texts = Texts::new(texts, query.reverse, query.since_usec, query.until_usec);
    let mut plan = Plan::new(query, set, texts);
    if !plan.has_texts && !query.follow {
        // Nothing but the journal has anything to say: nothing needs a mark.
        labels.clear();
    }
    let mut shown = Shown::default();
    let mut limit = query.lines.filter(|_| query.has_tests());
    let mut looks_again = LOOKS_AGAIN;
    loop {
        round(&labels, set, &mut plan, &mut shown, limit)?;
        let Some(waiting) = &mut waiting else { break };
        limit = None;
        // A source that has grown may have been rotated besides, and tells one thing at a time.
        looks_again = match looks_again.checked_sub(1) {
            Some(left) if !shown.is_closed && plan.next_round() => left,
            _ if shown.is_closed || !waiting.wait(set, &plan).map_err(Stopped::Watch)? => break,
            _ => {
                plan.next_round();
                LOOKS_AGAIN
            }
        };
    }
    Ok(shown)
}

/// What tells of new entries.
struct Waiting {
    journals: Watch,
    texts: Option<text::Watch>,
    /// The kernel tells of no changes of text files, so that they are looked at now and then.
    looks: bool,
}

impl Waiting {
    fn new(set: &mut Set, texts: &[TextSource]) -> io::Result<Waiting> {
        let journals = set.watch()?;
        let is_file = |text: &&TextSource| text.source.poll_fd().is_none();
        let paths: Vec<_> =
            texts.iter().filter(is_file).map(|text| text.source.origin().path.as_path()).collect();
        let watch = match paths.is_empty() {
            true => None,
            false => text::Watch::new(paths.iter().copied()).ok(),
        };
        // Of folders that are not there yet the kernel tells nothing either.
        let is_partial = watch.as_ref().is_none_or(|watch| watch.unwatched() > 0);
        let looks = is_partial && !paths.is_empty();
        Ok(Waiting { journals, texts: watch, looks })
    }

    /// Sleeps until there may be more; says whether anybody still reads.
    fn wait(&mut self, set: &mut Set, plan: &Plan) -> io::Result<bool> {
        let stdout = io::stdout();
        loop {
            let timeout = self.looks.then_some(LOOK_EVERY);
            let kernel: Vec<BorrowedFd<'_>> = plan.texts_fds().collect();
            let mut fds = vec![
                PollFd::from_borrowed_fd(stdout.as_fd(), PollFlags::empty()),
                PollFd::from_borrowed_fd(self.journals.as_fd(), PollFlags::IN),
            ];
            let texts = self.texts.as_ref().map(AsFd::as_fd);
            let more = kernel.iter().copied().chain(texts);
            fds.extend(more.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
            match poll(&mut fds, timeout.as_ref()) {
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            let is_ready = |fd: &PollFd<'_>| !fd.revents().is_empty();
            if fds.first().is_some_and(is_ready) {
                return Ok(false);
            }
            let mut is_changed = fds.iter().skip(2).any(is_ready) || self.looks;
            drop(fds);
            is_changed |= self.journals.update(set)?.any;
            if let Some(texts) = &mut self.texts {
                texts.drain();
            }
            if is_changed {
                return Ok(true);
            }
        }
    }
}
