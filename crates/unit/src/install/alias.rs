//! Which unit may be another name of which (systemd.unit(5), "Aliases", `Alias=`).

use super::report::{Clash, Why};
use crate::{
    name::{Name, UnitType},
    unit::FolderKind,
};

/// Whether units of a type can have other names.
pub(super) const fn may_alias(unit_type: UnitType) -> bool {
    matches!(
        unit_type,
        UnitType::Service
            | UnitType::Socket
            | UnitType::Target
            | UnitType::Device
            | UnitType::Timer
            | UnitType::Path
    )
}

/// Whether there can be templates of a type.
pub(super) const fn may_template(unit_type: UnitType) -> bool {
    may_alias(unit_type) && !matches!(unit_type, UnitType::Device)
}

/// Whether `alias` may be another name of `unit`.
pub(super) fn check(alias: &Name, unit: &Name) -> Result<(), Clash> {
    if !may_alias(alias.unit_type()) {
        return Err(Clash::Type);
    }
    if alias.instance().is_some() && !may_template(alias.unit_type()) {
        return Err(Clash::Type);
    }
    if alias == unit {
        return Err(Clash::Same);
    }
    match (alias.instance(), unit.instance()) {
        (None, None) | (Some(""), Some("")) => {}
        // Every instance may stand for one of a template.
        (Some(instance), Some("")) if !instance.is_empty() => {}
        (Some(a), Some(b)) if !a.is_empty() && !b.is_empty() => {
            if a != b {
                return Err(Clash::Instance);
            }
        }
        _ => return Err(Clash::Form),
    }
    if alias.unit_type() != unit.unit_type() {
        return Err(Clash::OtherType);
    }
    Ok(())
}

/// Where below the folder of links an `Alias=` of a unit puts a link: the alias, with the unit's
/// instance where the alias is a template. Besides names, `unit.wants/name` is understood, which
/// was the way to say `WantedBy=` before there was one. `Ok(None)`: the unit's own name, nothing
/// needs to be done.
pub(super) fn place(alias: &str, unit: &Name) -> Result<Option<String>, (String, Why)> {
    if let Some((folder, name)) = alias.rsplit_once('/') {
        return match legacy(folder, name, unit) {
            Ok(()) => Ok(Some(alias.to_owned())),
            Err(why) => Err((alias.to_owned(), why)),
        };
    }
    let clash = |alias: &str, clash| (alias.to_owned(), Why::Alias(unit.as_str().into(), clash));
    let Ok(mut name) = alias.parse::<Name>() else {
        return Err((alias.to_owned(), Why::Name));
    };
    if let (true, Some(instance)) = (name.is_template(), unit.instance())
        && !instance.is_empty()
    {
        name = name.with_instance(instance).ok_or_else(|| (alias.to_owned(), Why::Name))?;
    }
    match check(&name, unit) {
        Ok(()) => Ok(Some(name.to_string())),
        Err(Clash::Same) => Ok(None),
        Err(why) => Err(clash(name.as_str(), why)),
    }
}

fn legacy(folder: &str, name: &str, unit: &Name) -> Result<(), Why> {
    // systemd 252 knows no `.upholds` here, later ones neither.
    let owner = [FolderKind::Wants, FolderKind::Requires]
        .iter()
        .find_map(|kind| folder.strip_suffix(kind.suffix()))
        .and_then(|owner| owner.parse::<Name>().ok())
        .ok_or(Why::Reference)?;
    let fits = match name.parse::<Name>() {
        Ok(name) if name == *unit && !name.is_template() => true,
        Ok(name) if unit.is_template() => {
            name.template().as_ref() == Some(unit) || owner.is_template() && name == *unit
        }
        _ => false,
    };
    if fits { Ok(()) } else { Err(Why::Alias(unit.as_str().into(), Clash::Form)) }
}

#[cfg(test)]
mod tests {
    use super::{Clash, check, place};
    use crate::name::Name;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn who_may_stand_for_whom() {
        let clash = |alias: &str, unit: &str| check(&name(alias), &name(unit));
        assert_eq!(clash("a.service", "b.service"), Ok(()));
        assert_eq!(clash("a@.service", "b@.service"), Ok(()));
        assert_eq!(clash("a@x.service", "b@.service"), Ok(()));
        assert_eq!(clash("a@x.service", "b@x.service"), Ok(()));
        assert_eq!(clash("a@x.service", "b@y.service"), Err(Clash::Instance));
        assert_eq!(clash("a@.service", "b@x.service"), Err(Clash::Form));
        assert_eq!(clash("a.service", "b@.service"), Err(Clash::Form));
        assert_eq!(clash("a.service", "b.socket"), Err(Clash::OtherType));
        assert_eq!(clash("a.slice", "b.slice"), Err(Clash::Type));
        assert_eq!(clash("a@x.device", "b@x.device"), Err(Clash::Type));
        assert_eq!(clash("a.service", "a.service"), Err(Clash::Same));
    }

    #[test]
    fn where_an_alias_lies() {
        let place = |alias: &str, unit: &str| place(alias, &name(unit)).map_err(|(at, _)| at);
        assert_eq!(place("a.service", "b.service"), Ok(Some("a.service".into())));
        assert_eq!(place("b.service", "b.service"), Ok(None));
        assert_eq!(place("a@.service", "b@x.service"), Ok(Some("a@x.service".into())));
        assert_eq!(place("x.target.wants/b.service", "b.service").map(|p| p.is_some()), Ok(true));
        assert_eq!(
            place("x.target.wants/b@i.service", "b@.service").map(|p| p.is_some()),
            Ok(true)
        );
        assert_eq!(
            place("x@.target.wants/b@.service", "b@.service").map(|p| p.is_some()),
            Ok(true)
        );
        assert!(place("x.target.wants/b@.service", "b@.service").is_err());
        assert!(place("x.target.wants/c.service", "b.service").is_err());
        assert!(place("x.wants/b.service", "b.service").is_err());
        assert!(place("../../../tmp/b.service", "b.service").is_err());
        assert!(place("../x.target.wants/b.service", "b.service").is_err());
    }
}
