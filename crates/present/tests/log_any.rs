//! Any entry can be rendered, whatever is in it.

use std::hash::{DefaultHasher, Hash, Hasher};

use present::log::{
    Colours, Entry, Extras, Field, Format, Links, Look, Options, People, Renderer, Utc, Wants,
    Written,
};
use present::{Theme, log};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Any {
    numbers: [u64; 3],
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    wanted: Option<Vec<Vec<u8>>>,
}

impl Entry for Any {
    fn realtime_usec(&self) -> u64 {
        self.numbers[0]
    }
    fn monotonic_usec(&self) -> u64 {
        self.numbers[1]
    }
    fn boot_id(&self) -> [u8; 16] {
        [7; 16]
    }
    fn seqnum(&self) -> u64 {
        self.numbers[2]
    }
    fn seqnum_id(&self) -> [u8; 16] {
        [9; 16]
    }
    fn xor_hash(&self) -> u64 {
        self.numbers[2]
    }
    fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.fields.iter().map(|(name, value)| {
            let place = |names: &Vec<Vec<u8>>| names.iter().position(|wanted| wanted == name);
            let place = self.wanted.as_ref().and_then(place);
            let index = place.map_or(Field::UNLISTED, |place| place as u16);
            let mut id = DefaultHasher::new();
            (name, value).hash(&mut id);
            Field { index, name, value, id: id.finish() }
        })
    }
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    let known = [
        "MESSAGE",
        "MESSAGE",
        "MESSAGE",
        "PRIORITY",
        "_PID",
        "_COMM",
        "_HOSTNAME",
        "_TRANSPORT",
        "SYSLOG_IDENTIFIER",
        "SYSLOG_PID",
        "CONFIG_FILE",
        "DOCUMENTATION",
        "_SYSTEMD_UNIT",
        "_SYSTEMD_USER_UNIT",
        "_SOURCE_REALTIME_TIMESTAMP",
        "_SOURCE_MONOTONIC_TIMESTAMP",
        "_BOOT_ID",
        "__CURSOR",
        "A",
        "lower",
        "",
        "1A",
    ];
    proptest::sample::select(known.map(|name| name.as_bytes().to_vec()).to_vec())
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[ -~\n\t\r\x1b\\[0-9mß日😀\u{9b}]{0,60}".prop_map(String::into_bytes),
        vec(any::<u8>(), 0..40),
        vec(b'a'..=b'b', 280..320),
        vec(b'a'..=b'b', 4080..4100),
        "[0-9]{1,20}".prop_map(String::into_bytes),
        Just(b"audit".to_vec()),
    ]
}

fn entry() -> impl Strategy<Value = Any> {
    (any::<[u64; 3]>(), vec((name(), value()), 0..20)).prop_map(|(numbers, fields)| Any {
        numbers,
        fields,
        wanted: None,
    })
}

prop_compose! {
    fn options()(
        utc in any::<bool>(), no_hostname in any::<bool>(), all in any::<bool>(),
        full_width in any::<bool>(), columns in 0..300_u32, utf8 in any::<bool>(),
        colours in proptest::sample::select(vec![Colours::Off, Colours::Sixteen, Colours::Many]),
        output_fields in vec(name(), 0..4), links in any::<bool>(), catalog in any::<bool>(),
        seqnum in any::<bool>(),
    ) -> Options {
        let links = links.then(Links::default);
        Options {
            utc, no_hostname, all, full_width, columns, utf8, colours, output_fields, links,
            catalog, seqnum,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rendered_without_panic_and_alike_with_and_without_places(
        entries in vec(entry(), 1..5), options in options(), range in any::<(u8, u8)>(),
    ) {
        for format in Format::all() {
            let mut renderer = Renderer::new(format, options.clone(), Utc);
            let mut again = Renderer::new(format, options.clone(), Utc);
            let wants = again.wants();
            for entry in entries.iter().chain(&entries) {
                // As readers have it: what was found lies in the message.
                let length = entry.fields().find(|field| field.name == b"MESSAGE").map_or(0, |field| field.value.len());
                let (a, b) = (usize::from(range.0).min(length), usize::from(range.1).min(length));
                let extras = Extras {
                    highlight: Some(a.min(b)..a.max(b)),
                    catalog: Some(b"Subject: x\nDocumentation: man:x(1)\n\n"),
                };
                let (mut out, mut placed) = (Vec::new(), Vec::new());
                let written = renderer.write_with(entry, &extras, &mut out);
                prop_assert_eq!(written == Written::Nothing, out.is_empty());
                let mut other = entry.clone();
                if let Wants::These(names) = &wants {
                    other.wanted = Some(names.clone());
                    other.fields.retain(|(name, _)| names.contains(name));
                }
                again.write_with(&other, &extras, &mut placed);
                prop_assert_eq!(out, placed, "{}", format.name());
            }
        }
    }

    #[test]
    fn json_is_json_and_says_all(entry in entry(), seqnum in any::<bool>()) {
        for format in [Format::Json, Format::JsonPretty] {
            let options = Options { all: true, seqnum, ..Options::default() };
            let mut out = Vec::new();
            Renderer::new(format, options, Utc).write(&entry, &mut out);
            let object: serde_json::Value = serde_json::from_slice(&out).unwrap();
            for (name, value) in &entry.fields {
                let name = std::str::from_utf8(name).unwrap();
                if ["", "1A", "lower", "_BOOT_ID"].contains(&name) {
                    continue;
                }
                let shown = &object[name];
                let same = |shown: &serde_json::Value| match shown {
                    serde_json::Value::String(text) => text.as_bytes() == value,
                    serde_json::Value::Array(bytes) => {
                        bytes.iter().map(|byte| byte.as_u64().unwrap_or(256)).eq(value.iter().map(|byte| u64::from(*byte)))
                    }
                    _ => false,
                };
                let listed = shown.as_array().is_some_and(|values| values.iter().any(same));
                prop_assert!(same(shown) || listed, "{name}: {shown}");
            }
            prop_assert_eq!(object.get("__SEQNUM").is_some(), seqnum);
        }
    }

    #[test]
    fn nothing_for_people_moves_a_cursor(entries in vec(entry(), 1..6), fold in any::<bool>(),
                                         all in any::<bool>()) {
        let look = Look { theme: Theme { colour: false, unicode: true }, utc: true, host: true, fold, all };
        let mut people = People::new(look, Utc);
        let mut out = Vec::new();
        for entry in &entries {
            people.write(entry, &Extras { highlight: Some(1..3), catalog: None }, &mut out);
        }
        people.finish(&mut out);
        let text = String::from_utf8(out).unwrap();
        prop_assert!(text.chars().all(|symbol| symbol == '\n' || !symbol.is_control()), "{text:?}");
    }
}

#[test]
fn long_fields_are_null_in_json_unless_all_is_asked_for() {
    for (length, is_null) in [(4091, false), (4092, true)] {
        let fields = vec![(b"BIG".to_vec(), vec![b'q'; length]), (b"A".to_vec(), b"x".to_vec())];
        let entry = Any { numbers: [1; 3], fields, wanted: None };
        for all in [false, true] {
            let options = Options { all, ..Options::default() };
            let mut out = Vec::new();
            Renderer::new(Format::Json, options, Utc).write(&entry, &mut out);
            let object: serde_json::Value = serde_json::from_slice(&out).unwrap();
            assert_eq!(object["BIG"].is_null(), is_null && !all, "{length} {all}");
            assert_eq!(object["A"], "x");
        }
    }
}

#[test]
fn the_catalogue_explains() {
    let entry = Any {
        numbers: [1_000_000; 3],
        fields: vec![(b"MESSAGE".to_vec(), b"x".to_vec())],
        wanted: None,
    };
    let text = b"\nSubject: y\n\nWhy.\n\n";
    let show = |options: Options| {
        let mut out = Vec::new();
        let extras = Extras { highlight: None, catalog: Some(text) };
        Renderer::new(Format::Short, options, Utc).write_with(&entry, &extras, &mut out);
        String::from_utf8(out).unwrap().replace('\x1b', "^")
    };
    assert_eq!(show(Options::default()), "Jan 01 00:00:01 unknown: x\n");
    let plain = Options { catalog: true, ..Options::default() };
    assert_eq!(show(plain.clone()), "Jan 01 00:00:01 unknown: x\n-- Subject: y\n-- \n-- Why.\n");
    let coloured = Options { utf8: true, colours: Colours::Many, ..plain };
    assert!(show(coloured).ends_with(
        "\n^[0;38;5;245m░░ ^[0m^[0;32mSubject: y^[0m\n^[0;38;5;245m░░^[0m ^[0;32m^[0m\n\
         ^[0;38;5;245m░░^[0m ^[0;32mWhy.^[0m\n"
    ));
    assert_eq!(log::NO_ENTRIES, "-- No entries --\n");
}

#[test]
fn an_entry_that_knows_no_boot_is_still_shown() {
    let mut entry = Any {
        numbers: [1_000_000, u64::MAX, 0],
        fields: vec![(b"MESSAGE".to_vec(), b"x".to_vec())],
        wanted: None,
    };
    let mut renderer = Renderer::new(Format::ShortDelta, Options::default(), Utc);
    let mut out = Vec::new();
    renderer.write(&entry, &mut out);
    entry.numbers[0] += 1_500_000;
    renderer.write(&entry, &mut out);
    let out = String::from_utf8(out).unwrap();
    let expected =
        "[                            ] unknown: x\n[             <    1.500000*>] unknown: x\n";
    assert_eq!(out, expected);
}
