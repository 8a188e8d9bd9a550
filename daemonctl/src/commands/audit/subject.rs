//! The service that is observed or mended: what its manager and its files say of it.

use host::{Event, ManagerKind, Refusal, Request, ServiceManager, Verb};
use insight::exposure::{self, Facts};
use insight::proposal::{Current, Proposed};
use insight::snapshot::{Service, Snapshot};

use crate::context::Context;
use crate::failure::{Failure, of_refusal};
use crate::gather;
use crate::managers::{Chosen, Managers};

/// A service, and who manages it.
pub struct Subject<'a> {
    /// Its manager.
    pub manager: &'a dyn ServiceManager,
    /// By its manager's own name.
    pub name: String,
    /// What was gathered of it.
    pub service: Service,
    /// What it declares, for the figure of exposure; `None`: its manager has no such settings.
    pub declared: Option<Facts>,
    /// systemd's version; 0 without.
    pub version: u16,
}

impl<'a> Subject<'a> {
    /// Looks at a service.
    ///
    /// # Errors
    /// Its manager does not answer.
    pub fn look(
        context: &Context,
        managers: &'a Managers,
        chosen: &Chosen,
    ) -> Result<Subject<'a>, Failure> {
        let manager =
            managers.of(chosen).ok_or_else(|| Failure::failed("there is no such manager"))?;
        let one = std::slice::from_ref(chosen);
        let mut snapshot = gather::audit::gather(context, managers, one, &[])?;
        let (declared, version) = take_declared(&mut snapshot);
        let service = match first(snapshot) {
            Some(service) => service,
            None => first(gather::snapshot(context, managers, one, &gather::Options::audit())?)
                .ok_or_else(|| {
                    Failure::not_found(format_args!("nothing is known of {}", chosen.name))
                })?,
        };
        Ok(Subject { manager, name: chosen.name.clone(), service, declared, version })
    }

    /// It is a unit of the system's systemd.
    pub fn is_unit(&self) -> bool {
        self.manager.kind() == ManagerKind::Systemd
    }

    /// What holds now, for the proposal.
    pub fn current(&self) -> Current {
        let settings = self.service.definition.iter().flat_map(|definition| &definition.settings);
        Current {
            name: self.name.clone(),
            settings: settings
                .filter(|setting| setting.section == "Service")
                // What an earlier fix wrote is about to be written anew.
                .filter(|setting| !setting.place.path.ends_with(super::fix::FILE_NAME))
                .map(|setting| (setting.key.clone(), setting.value.clone()))
                .collect(),
            version: Some(u32::from(self.version)).filter(|version| *version != 0),
        }
    }

    /// The figure of exposure now and with these settings, as it is printed.
    pub fn figures(&self, settings: &[Proposed]) -> Option<(String, String)> {
        let (before, after) = self.exposures(settings)?;
        Some((exposure::text(before), exposure::text(after)))
    }

    /// Whether these settings leave it as exposed as it is, or more: its author was stricter.
    pub fn is_loosened(&self, settings: &[Proposed]) -> bool {
        self.exposures(settings).is_some_and(|(before, after)| after >= before)
    }

    fn exposures(&self, settings: &[Proposed]) -> Option<(u64, u64)> {
        let declared = self.declared.as_ref()?;
        let assignments: Vec<(String, String)> = settings
            .iter()
            .map(|setting| ("Service".to_owned(), format!("{}={}", setting.key, setting.value)))
            .collect();
        let before = exposure::figure(declared, self.version);
        let after = exposure::figure(&declared.with(&assignments, self.version), self.version);
        Some((before, after))
    }

    /// Does one thing with it, without a word.
    ///
    /// # Errors
    /// Why its manager did not.
    pub fn act(&self, verb: Verb) -> Result<(), Failure> {
        let names = [self.name.clone()];
        let mut nobody = |_: &Event<'_>| {};
        let outcomes = self.manager.act(&Request::new(verb, &names), &mut nobody);
        let refused = outcomes.into_iter().find_map(|outcome| outcome.result.err());
        refused.map_or(Ok(()), |refusal| Err(refused_by(&refusal)))
    }

    /// Has its manager read its definitions again.
    ///
    /// # Errors
    /// Why it did not.
    pub fn reload_definitions(&self) -> Result<(), Failure> {
        self.manager.reload_definitions().map(drop).map_err(|refusal| refused_by(&refusal))
    }
}

fn refused_by(refusal: &Refusal) -> Failure {
    let failure = Failure::failed(&refusal.message).with_status(of_refusal(refusal));
    match &refusal.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn first(snapshot: Snapshot) -> Option<Service> {
    snapshot.services.into_iter().next()
}

fn take_declared(snapshot: &mut Snapshot) -> (Option<Facts>, u16) {
    let service = snapshot.services.first_mut();
    service
        .map_or((None, 0), |service| (service.audit.declared.take(), service.audit.systemd_version))
}
