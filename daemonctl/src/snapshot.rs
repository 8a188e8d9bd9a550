//! One look at the machine: processes, verdicts, services, and what is derived from them.

use process::fact::Fact;
use process::machine::Machine;
use process::membership::Container;
use process::nearby;
use process::needs::Needs;
use process::process::Process;
use process::procfs::ProcFs;
use process::sample::{self, Sample};
use process::traffic::{self, Network};
use process::tree::Tree;
use process::verdict::{self, Confidence, Judgement, KnownServices, ServiceRef, Verdict};

use crate::context::Context;
use crate::failure::Failure;
use crate::users::Users;

/// All processes at one moment, judged.
pub struct Snapshot {
    /// The machine.
    pub machine: Machine,
    /// The processes.
    pub sample: Sample,
    /// Who descends from whom.
    pub tree: Tree,
    /// What they are.
    pub judgement: Judgement,
    /// Who they run as.
    pub users: Users,
    /// What each process has to do with the network, if a column asks for it.
    network: Vec<Network>,
    /// The sample of an earlier look: rates are over the time between.
    earlier: Option<Sample>,
    /// How many looks there were before this one.
    round: u32,
}

impl Snapshot {
    /// Looks at all processes. `needs` is what is wanted beyond what the verdict reads.
    ///
    /// # Errors
    /// `/proc` can't be read.
    pub fn take(context: &Context, needs: Needs) -> Result<Snapshot, Failure> {
        let proc = context.proc()?;
        let sample = sample::take(&proc, needs | Needs::VERDICT)?;
        Ok(Snapshot::judge(context, &proc, sample, needs))
    }

    /// Looks again, if `before` is an earlier look: rates are over the time since, and what seldom
    /// changes is not read every time.
    ///
    /// # Errors
    /// `/proc` can't be read.
    pub fn take_after(
        context: &Context,
        needs: Needs,
        before: Option<Snapshot>,
    ) -> Result<Snapshot, Failure> {
        let Some(before) = before else { return Snapshot::take(context, needs) };
        let proc = context.proc()?;
        let round = before.round.wrapping_add(1);
        let sample = sample::take_again(&proc, needs | Needs::VERDICT, &before.sample, round)?;
        let mut snapshot = Snapshot::judge(context, &proc, sample, needs);
        snapshot.earlier = Some(before.sample);
        snapshot.round = round;
        Ok(snapshot)
    }

    /// Looks at some processes and the few that the verdicts on these depend on.
    ///
    /// # Errors
    /// `/proc` can't be read.
    pub fn near(context: &Context, pids: &[u32], needs: Needs) -> Result<Snapshot, Failure> {
        let sample = Snapshot::sample_near(context, pids, needs)?;
        Ok(Snapshot::judge(context, &context.proc()?, sample, needs))
    }

    /// The same where it is known to whom processes can belong: no manager's files are read for it.
    ///
    /// # Errors
    /// `/proc` can't be read.
    pub fn near_known(
        context: &Context,
        pids: &[u32],
        known: &KnownServices,
    ) -> Result<Snapshot, Failure> {
        let sample = Snapshot::sample_near(context, pids, Needs::NOTHING)?;
        let proc = context.proc()?;
        let machine = Machine::look(&proc, &context.common.system_root, false);
        Ok(Snapshot::judge_known(context, &proc, sample, Needs::NOTHING, machine, known))
    }

    fn sample_near(context: &Context, pids: &[u32], needs: Needs) -> Result<Sample, Failure> {
        let proc = context.proc()?;
        let sys = context.common.system_root.join("sys");
        Ok(nearby::sample(&proc, &sys, pids, needs | Needs::VERDICT))
    }

    fn judge(context: &Context, proc: &ProcFs, sample: Sample, needs: Needs) -> Snapshot {
        let machine = Machine::look(proc, &context.common.system_root, needs.any(Needs::MACHINE));
        let known = crate::services::known(context, &machine);
        Snapshot::judge_known(context, proc, sample, needs, machine, &known)
    }

    fn judge_known(
        context: &Context,
        proc: &ProcFs,
        mut sample: Sample,
        needs: Needs,
        machine: Machine,
        known: &KnownServices,
    ) -> Snapshot {
        let (tree, judgement) = verdict::judge(proc, &mut sample, &machine, known);
        let ids = sample.processes.iter().filter_map(|process| process.euid.known().copied());
        let users = Users::of(ids, &context.common.system_root);
        let network = match needs.any(Needs::CONNECTIONS | Needs::LISTENERS) {
            true => traffic::join(proc, &sample, needs),
            false => Vec::new(),
        };
        Snapshot { machine, sample, tree, judgement, users, network, earlier: None, round: 0 }
    }

    /// Processes whose verdict is a guess because what would tell may not be read.
    pub fn guessed(&self) -> usize {
        let verdicts = self.sample.processes.iter().zip(&self.judgement.verdicts);
        verdicts
            .filter(|(process, verdict)| {
                let refused = process
                    .extra
                    .as_ref()
                    .is_some_and(|extra| matches!(extra.environ, Fact::NotPermitted));
                refused && verdict.confidence == Confidence::Low
            })
            .count()
    }

    /// Says on standard error how many processes could not be made out, or may not be looked at.
    ///
    /// # Errors
    /// None at all could be made out.
    pub fn say_unreadable(&self) -> Result<(), Failure> {
        let guessed = self.guessed();
        if guessed > 0 {
            eprintln!(
                "daemonctl: {guessed} verdicts are guesses: those processes are not yours; root may see what would tell"
            );
        }
        if self.sample.hidden > 0 {
            eprintln!(
                "daemonctl: {} processes are hidden from you (hidepid, proc(5)); root may see them",
                self.sample.hidden
            );
        }
        let Some((pid, file)) = self.sample.unreadable.first() else { return Ok(()) };
        let count = self.sample.unreadable.len();
        let message =
            format!("{count} processes could not be made out, the first for /proc/{pid}/{file}");
        if self.sample.processes.is_empty() {
            return Err(
                Failure::failed(message).hint("are files left to open? `ulimit -n` says how many")
            );
        }
        eprintln!("daemonctl: {message}");
        Ok(())
    }

    /// The rows to show.
    pub fn rows(&self) -> Vec<Row<'_>> {
        (0..self.sample.processes.len()).filter_map(|index| self.row(index)).collect()
    }

    /// One row.
    pub fn row(&self, index: usize) -> Option<Row<'_>> {
        let process = self.sample.processes.get(index)?;
        let verdict = self.judgement.verdicts.get(index)?;
        Some(Row { snapshot: self, index, process, verdict })
    }
}

/// One process of a snapshot, with all that its columns ask for.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Where it is from.
    pub snapshot: &'a Snapshot,
    /// Its place there.
    pub index: usize,
    /// The process.
    pub process: &'a Process,
    /// What it is.
    pub verdict: &'a Verdict,
}

impl<'a> Row<'a> {
    /// The service it belongs to.
    pub fn service(&self) -> Option<&'a ServiceRef> {
        self.snapshot.judgement.service(self.index)
    }

    /// The container it is in: as its control group names it, else by the first process of its pid
    /// namespace.
    pub fn container(&self) -> Option<Container> {
        let sample = &self.snapshot.sample;
        if let Some(container) =
            sample.membership(self.process).and_then(|member| member.container.clone())
        {
            return Some(container);
        }
        let first =
            self.snapshot.judgement.namespace_inits.get(self.process.pid_namespace.known()?)?;
        Some(Container { runtime: "pid-namespace", id: first.to_string() })
    }

    /// Seconds since its start.
    pub fn age_seconds(&self) -> f64 {
        let now = self.snapshot.sample.boot_usec as f64 / 1e6;
        let start =
            self.process.key.start_ticks as f64 / self.snapshot.machine.ticks_per_second as f64;
        (now - start).max(0.0)
    }

    /// CPU time it has used, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        self.process.cpu_ticks() as f64 / self.snapshot.machine.ticks_per_second as f64
    }

    /// Share of one processor: since the earlier look if there was one, else over its whole life,
    /// as ps(1) has it.
    pub fn cpu_percent(&self) -> f64 {
        let whole_life = || {
            let age = self.age_seconds();
            if age > 0.0 { 100.0 * self.cpu_seconds() / age } else { 0.0 }
        };
        let Some((before, seconds)) = self.earlier() else { return whole_life() };
        let ticks = self.process.cpu_ticks().saturating_sub(before.cpu_ticks()) as f64;
        100.0 * ticks / self.snapshot.machine.ticks_per_second as f64 / seconds
    }

    /// The same process at the earlier look, if there was one and it was there, and the seconds
    /// since (more than 0).
    pub fn earlier(&self) -> Option<(&'a Process, f64)> {
        let earlier = self.snapshot.earlier.as_ref()?;
        let before =
            earlier.by_pid(self.process.pid()).filter(|before| before.key == self.process.key)?;
        let seconds = self.snapshot.sample.boot_usec.saturating_sub(earlier.boot_usec) as f64 / 1e6;
        (seconds > 0.0).then_some((before, seconds))
    }

    /// What it has to do with the network, if that was asked for.
    pub fn network(&self) -> Option<&'a Network> {
        self.snapshot.network.get(self.index)
    }

    /// Resident memory, in bytes.
    pub fn rss_bytes(&self) -> u64 {
        self.process.stat.resident_pages.saturating_mul(self.snapshot.machine.page_bytes)
    }

    /// The user's name.
    pub fn user(&self) -> Option<&'a str> {
        self.snapshot.users.name(*self.process.euid.known()?)
    }

    /// Arguments for a person: `[name]` for threads of the kernel and for what has none.
    pub fn command(&self) -> Vec<u8> {
        let mut line = Vec::new();
        for argument in self.process.args() {
            if !line.is_empty() {
                line.push(b' ');
            }
            line.extend_from_slice(argument);
        }
        if line.is_empty() {
            line.push(b'[');
            line.extend_from_slice(&self.process.comm);
            line.push(b']');
        }
        line
    }
}
