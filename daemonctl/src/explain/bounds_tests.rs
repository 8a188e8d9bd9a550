use super::*;
use process::raw::limits;

fn extra(limits_text: &[u8]) -> Extra {
    let limits = Fact::Known(limits::parse(limits_text).into_boxed_slice());
    Extra { limits, ..Extra::default() }
}

#[test]
fn limits_are_said_with_what_is_used_of_them() {
    let mut extra = extra(
        b"Max open files            1024                 524288               files     \n\
          Max core file size        0                    unlimited            bytes     \n\
          Max processes             62000                62000                processes \n\
          Max locked memory         8388608              8388608              bytes     \n",
    );
    let rest = "processes of the user 62000, core file none (hard unlimited), locked memory 8.0M";
    assert_eq!(limits(&extra), Some(format!("open files 1024 (hard 524288), {rest}")));
    extra.descriptors = Fact::Known(11);
    assert_eq!(limits(&extra), Some(format!("open files 11 of 1024 (hard 524288), {rest}")));
    extra.limits = Fact::NotPermitted;
    assert_eq!(limits(&extra), None);
}

#[test]
fn no_limit_is_null_with_its_reason() {
    let extra =
        extra(b"Max core file size        0                    unlimited            bytes     \n");
    let Fact::Known(limits) = &extra.limits else { panic!() };
    let json = limits_json(limits);
    assert_eq!(json["core"]["soft"], 0);
    assert!(json["core"]["hard"].is_null());
    assert_eq!(json["core"]["unavailable"]["hard"], "not_applicable");
    assert_eq!(json["core"]["unit"], "bytes");
}

#[test]
fn capabilities_are_said_the_shorter_way() {
    let all = (1 << capabilities::NAMES.len()) - 1;
    assert_eq!(capabilities_in_words(0), "no capabilities");
    assert_eq!(capabilities_in_words(all), "all capabilities");
    assert_eq!(capabilities_in_words(all & !(1 << 25)), "all capabilities but sys_time");
    assert_eq!(capabilities_in_words(1 << 10), "the capability net_bind_service");
    assert_eq!(capabilities_in_words(1 << 7 | 1 << 6), "2 capabilities (setgid setuid)");
}

#[test]
fn what_was_not_permitted_is_not_left_out() {
    let mut object = Object::new();
    let extra = Extra { namespaces: Fact::NotPermitted, ..Extra::default() };
    let around = Surroundings { ours: Namespaces::default(), init: Namespaces::default() };
    to_json(&extra, &around, &mut object);
    let json = object.build();
    assert_eq!(json["unavailable"]["namespaces"], "not_permitted");
    assert_eq!(json["unavailable"]["limits"], "not_measured");
    assert_eq!(json["unavailable"]["capabilities"], "not_measured");
}

#[test]
fn the_kernels_scores_in_words() {
    let mut extra = Extra { oom_score: Fact::Known(667), ..Extra::default() };
    assert_eq!(oom(&extra).unwrap(), "score 667 of 2000");
    extra.oom_score_adj = Fact::Known(300);
    assert_eq!(oom(&extra).unwrap(), "score 667 of 2000, of which 300 are set for it");
    extra.oom_score_adj = Fact::Known(-1000);
    assert_eq!(oom(&extra).unwrap(), "score 667 of 2000, -1000: never killed");
}
