use super::*;

fn facts(pairs: &[(&str, &str)]) -> Facts {
    Facts::of(
        |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
        true,
    )
}

#[test]
fn the_weights_are_systemds() {
    let all: u64 = CHECKS.iter().flat_map(|part| part.iter()).map(|check| check.weight).sum();
    assert_eq!(CHECKS.iter().map(|part| part.len()).sum::<usize>(), 81);
    assert_eq!(all, 56_460);
}

#[test]
fn a_service_without_any_sandbox_is_unsafe() {
    let plain = facts(&[("KeyringMode", "private"), ("NotifyAccess", "none"), ("UMask", "0022")]);
    let exposure = assess(&plain, 252);
    assert_eq!((exposure.tenths, exposure.word()), (96, "UNSAFE"));
    assert_eq!(figure(&plain, 252), 96);
    assert_eq!(text(exposure.tenths), "9.6");
}
