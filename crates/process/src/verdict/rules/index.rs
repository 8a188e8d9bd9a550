//! What the rules ask of the whole sample, worked out once before the first of them.

use std::collections::HashMap;

use super::{Rules, UNJUDGED};
use crate::machine::Machine;
use crate::membership::Unit;
use crate::process::Process;
use crate::roles::{self, Role};
use crate::sample::Sample;
use crate::tree::Tree;
use crate::verdict::KnownServices;

impl<'a> Rules<'a> {
    pub(super) fn new(
        sample: &'a Sample,
        tree: &'a Tree,
        machine: &'a Machine,
        known: &'a KnownServices,
    ) -> Self {
        // Many processes have few names.
        let mut seen: HashMap<&[u8], Option<Role>> = HashMap::new();
        let mut role = |process: &'a Process| match process.stat.is_kernel_thread() {
            true => None,
            false => *seen.entry(&process.comm).or_insert_with(|| roles::role(&process.comm)),
        };
        let roles = sample.processes.iter().map(&mut role).collect();
        let mut rules = Rules {
            sample,
            tree,
            machine,
            known,
            verdicts: vec![UNJUDGED; sample.processes.len()],
            services: Vec::new(),
            wants: Vec::new(),
            roles,
            group_services: Vec::new(),
            lets_people_in: vec![false; sample.cgroups.len()],
            namespace_inits: HashMap::new(),
            service_ids: HashMap::new(),
        };
        rules.index_groups();
        rules.index_namespaces();
        rules
    }

    fn index_groups(&mut self) {
        for group in &self.sample.cgroups {
            let service = match &group.membership.unit {
                Some(Unit::Service(name)) => Some(("systemd", name)),
                Some(Unit::UserService(name)) => Some(("systemd-user", name)),
                Some(Unit::OpenRc(name)) => Some(("openrc", name)),
                _ => None,
            };
            let id = service.map(|(manager, name)| self.service_id(manager, name, "control group"));
            self.group_services.push(id);
        }
        for (process, role) in self.sample.processes.iter().zip(&self.roles) {
            let opens = matches!(
                role,
                Some(
                    Role::LoginServer
                        | Role::Scheduler
                        | Role::Getty
                        | Role::SessionOpener
                        | Role::Multiplexer
                )
            );
            let group = process.cgroup.known().filter(|_| opens);
            if let Some(flag) =
                group.and_then(|group| self.lets_people_in.get_mut(group.0 as usize))
            {
                *flag = true;
            }
        }
    }

    fn index_namespaces(&mut self) {
        for (index, process) in self.sample.processes.iter().enumerate() {
            let Some(&namespace) = process.pid_namespace.known() else { continue };
            if Some(namespace) == self.machine.own_pid_namespace {
                continue;
            }
            let older = |&first: &usize| {
                self.sample.processes.get(first).is_some_and(|first| {
                    (first.key.start_ticks, first.pid()) <= (process.key.start_ticks, process.pid())
                })
            };
            if !self.namespace_inits.get(&namespace).is_some_and(older) {
                self.namespace_inits.insert(namespace, index);
            }
        }
    }
}
