//! Services, and names that no manager knows.

use journal::filter::{Filter, Matches};

use super::{Lookup, Subjects};
use crate::failure::Failure;
use crate::logs::matches::{self, UnitOf};
use crate::logs::own_files;
use crate::resolve;
use crate::service_view::ServiceView;
use crate::snapshot::Snapshot;

impl Lookup<'_> {
    /// A service of a manager, or a daemon without one.
    pub fn service(
        &self,
        view: &ServiceView,
        snapshot: Option<&Snapshot>,
        subjects: &mut Subjects,
    ) {
        let stem = view.name.strip_suffix(".service").unwrap_or(&view.name);
        let mut found = Matches::default();
        match view.manager {
            Some("systemd") => matches::unit(&mut found, UnitOf::System, &view.name),
            Some("systemd-user") => {
                let uid = rustix::process::getuid().as_raw();
                matches::unit(&mut found, UnitOf::User(uid), &view.name);
            }
            _ => {}
        }
        if !found.is_empty() {
            subjects.journal.push(found.build());
        }
        subjects.identifier(stem.as_bytes());
        let daemons = self.daemon_names(view);
        daemons.iter().for_each(|name| subjects.identifier(name.as_bytes()));
        let seen = view.seen.as_ref();
        for &pid in seen.map_or(&[][..], |seen| &seen.pids) {
            subjects.pid(pid);
            let row = snapshot.and_then(|all| all.row(all.sample.index_of(pid)?));
            if let Some(row) = row {
                subjects.identifier(&row.process.comm);
            }
            // What a journal without this manager's names has.
            if found.is_empty() {
                subjects.journal.push(Filter::field(format!("_PID={pid}").as_bytes()));
            }
        }
        if found.is_empty() {
            subjects.journal.push(Filter::field(format!("SYSLOG_IDENTIFIER={stem}").as_bytes()));
        }
        let names: Vec<&str> =
            std::iter::once(stem).chain(daemons.iter().map(String::as_str)).collect();
        let files = own_files::of_service(&self.context.common.system_root, view, &names);
        subjects.own_files(files, stem);
    }

    /// What its script calls the daemon.
    fn daemon_names(&self, view: &ServiceView) -> Vec<String> {
        if view.is_systemds() {
            return Vec::new();
        }
        let scripts = host::Scripts::new(&self.context.common.system_root);
        let Some(script) = scripts.get(&view.name) else { return Vec::new() };
        let programs = script.daemon_paths.iter().filter_map(|path| path.file_name());
        let programs = programs.map(|name| name.to_string_lossy().into_owned());
        programs.chain(script.process_names).collect()
    }

    /// A name that no manager knows: a unit that the journal has heard of, or an identifier.
    pub(super) fn name_alone(&self, name: &str, subjects: &mut Subjects) -> Result<(), Failure> {
        if resolve::is_pattern(name) {
            return self.units(UnitOf::System, &[name.to_owned()], subjects);
        }
        let mut known = Vec::new();
        if let Ok(unit) = unit::name::mangle(name.as_bytes(), unit::UnitType::Service, false) {
            let is_known = ["_SYSTEMD_UNIT", "UNIT"].iter().any(|f| self.knows(f, &unit));
            if is_known {
                let mut found = Matches::default();
                matches::unit(&mut found, UnitOf::System, &unit);
                known.push(found.build());
            }
        }
        for field in ["SYSLOG_IDENTIFIER", "_COMM"] {
            if known.is_empty() && self.knows(field, name) {
                known.push(Filter::field(format!("{field}={name}").as_bytes()));
            }
        }
        if known.is_empty() {
            let failure =
                Failure::not_found(format_args!("there is nothing here that is called {name}"))
                    .hint(
                        "`daemonctl list --all` lists services, and \
                         `daemonctl logs -F SYSLOG_IDENTIFIER` what else the journal knows",
                    );
            if !self.has_syslog {
                return Err(failure);
            }
            subjects.doubtful = Some(failure);
        }
        subjects.journal.extend(known);
        subjects.identifier(name.as_bytes());
        Ok(())
    }

    /// Whether any journal file has that field.
    fn knows(&self, field: &str, value: &str) -> bool {
        let text = format!("{field}={value}");
        self.set.files().any(|(_, file)| matches!(file.find_data(text.as_bytes()), Ok(Some(_))))
    }
}
