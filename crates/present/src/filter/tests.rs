use super::*;
use crate::sample::{COLUMNS, NEED_CPU, NEED_PORTS, rows};
use proptest::prelude::*;

/// The pids of the sample rows that pass.
fn pids(source: &str) -> Vec<u32> {
    let filter = match Filter::parse(source, COLUMNS) {
        Ok(filter) => filter,
        Err(error) => panic!("{error}"),
    };
    rows().iter().filter(|row| filter.matches(row)).map(|row| row.pid).collect()
}

fn error(source: &str) -> String {
    Filter::parse(source, COLUMNS).unwrap_err().to_string()
}

#[test]
fn comparisons() {
    for (source, expected) in [
        ("cpu > 5 and user = root", &[3000][..]),
        ("user=root&&cpu<5%", &[1]),
        ("rss >= 90M", &[80, 3000]),
        ("rss = 12M or pid == 80", &[1, 80]),
        ("age < 2h", &[80, 200, 3000]),
        ("age <= 1m", &[200, 3000]),
        ("user in (root, 'alice')", &[1, 200, 3000]),
        ("user not in (root)", &[80, 200]),
        ("user ~ www", &[80]),
        ("user !~ *t", &[80, 200]),
        ("args ~ 'vi a\nb'", &[200]),
        ("args ~ gr?ße*", &[3000]),
        ("started < 2023-11-14", &[1]),
        ("ports = 443", &[80]),
        ("ports > 100", &[80]),
        ("ports != 443", &[1, 200, 3000]),
        ("ports ~ 44", &[80]),
        ("ports", &[80]),
        ("daemon", &[1, 80]),
        ("daemon = no", &[200, 3000]),
        ("NOT daemon AND pid != 200", &[3000]),
        ("!!daemon", &[1, 80]),
        ("rss_bytes > 1G", &[3000]),
        ("pid > 0.5k", &[3000]),
    ] {
        assert_eq!(pids(source), expected, "{source}");
    }
}

#[test]
fn precedence_and_parentheses() {
    assert_eq!(pids("pid = 1 or pid = 80 and user = alice"), [1]);
    assert_eq!(pids("(pid = 1 or pid = 80) and user = root"), [1]);
    assert_eq!(pids("not (pid = 1 or pid = 80) or pid = 1"), [1, 200, 3000]);
    assert_eq!(pids("not pid = 1 and not pid = 80"), [200, 3000]);
}

#[test]
fn a_comparison_with_a_missing_value_is_false() {
    for source in ["cpu > 5", "cpu <= 5", "cpu = 5", "cpu != 5", "cpu in (5)", "cpu not in (5)"] {
        assert!(!pids(source).contains(&200), "{source}");
    }
    assert!(pids("not (cpu > 5)").contains(&200));
    for source in ["cpu = null", "cpu is null", "cpu is unknown", "cpu is denied"] {
        assert_eq!(pids(source), [200], "{source}");
    }
    assert_eq!(pids("cpu is not_permitted"), [200]);
    assert_eq!(pids("cpu is vanished"), [] as [u32; 0]);
    assert_eq!(pids("cpu != null"), [1, 80, 3000]);
    assert_eq!(pids("cpu is not null"), [1, 80, 3000]);
    assert_eq!(pids("user = \"null\""), [] as [u32; 0]);
}

#[test]
fn quotes() {
    assert_eq!(pids(r#"args = "nginx: worker""#), [80]);
    let filter = Filter::parse(r#"args ~ "a\"b\\c\d""#, COLUMNS).unwrap();
    let mut row = rows().remove(0);
    row.args = br#"xa"b\c\dx"#.to_vec();
    assert!(filter.matches(&row));
}

#[test]
fn what_must_be_measured() {
    assert_eq!(Filter::parse("pid = 1", COLUMNS).unwrap().needs(), 0);
    let filter = Filter::parse("pid = 1 or (cpu > 1 and ports)", COLUMNS).unwrap();
    assert_eq!(filter.needs(), NEED_CPU | NEED_PORTS);
}

#[test]
fn errors_say_what_where_and_what_to_do() {
    insta::assert_snapshot!(error("cpu > 5 and usr = root"), @"
    --filter, character 13: there is no column `usr`
      cpu > 5 and usr = root
                  ^^^
      hint: did you mean `user`?
    ");
    insta::assert_snapshot!(error("zzzzz"), @"
    --filter, character 1: there is no column `zzzzz`
      zzzzz
      ^^^^^
      hint: columns are: pid, user, cpu, rss, age, daemon, started, ports, args
    ");
    insta::assert_snapshot!(error("user > root"), @"
    --filter, character 6: this operator is of no use for `user`, which holds text
      user > root
           ^
      hint: use one of: = != ~ !~ in is
    ");
    insta::assert_snapshot!(error("rss > lots"), @"
    --filter, character 7: `lots` can't be compared with `rss`, which holds sizes
      rss > lots
            ^^^^
      hint: write it as in: 512, 10M, 1.5G
    ");
    insta::assert_snapshot!(error("user = 'root"), @r#"
    --filter, character 8: this quotation mark is never closed
      user = 'root
             ^
      hint: a quotation mark inside quotes is written \"
    "#);
    insta::assert_snapshot!(error("(user = root and cpu > 1"), @"
    --filter, character 1: this parenthesis is never closed
      (user = root and cpu > 1
      ^
    ");
    insta::assert_snapshot!(error("cpu >"), @"
    --filter, character 6: expected a value, but here it ends
      cpu >
           ^
    ");
    insta::assert_snapshot!(error("cpu 5"), @"
    --filter, character 5: expected an operator (= != > >= < <= ~ !~ in is), found `5`
      cpu 5
          ^
    ");
    insta::assert_snapshot!(error("cpu > 5 user = root"), @"
    --filter, character 9: expected `and`, `or` or the end, found `user`
      cpu > 5 user = root
              ^^^^
    ");
    insta::assert_snapshot!(error("user in (root alice)"), @"
    --filter, character 15: expected `,` or `)`, found `alice`
      user in (root alice)
                    ^^^^^
    ");
    insta::assert_snapshot!(error("cpu is nice"), @"
    --filter, character 8: expected `null`, `not_permitted`, `not_measured`, `not_applicable` or `vanished`, found `nice`
      cpu is nice
             ^^^^
    ");
    insta::assert_snapshot!(error(""), @"--filter is empty: expected the name of a column, but here it ends");
}

#[test]
fn a_hundred_thousand_of_anything_neither_overflows_nor_hangs() {
    let deep = "(".repeat(100_000);
    assert!(error(&deep).contains("more than 64 parentheses"));
    assert!(error(&deep).len() < 400);
    assert!(error(&"not ".repeat(100_000)).contains("the name of a column"));
    assert!(error(&"x".repeat(100_000)).contains("no column"));
    assert!(error(&"pid = 1 ) ".repeat(100_000)).contains("found `)`"));
    assert_eq!(pids(&vec!["pid = 1"; 20_000].join(" or ")), [1]);
    assert_eq!(pids(&vec!["pid = 1"; 20_000].join(" and ")), [1]);
    assert_eq!(pids(&format!("{}pid = 1{}", "(".repeat(64), ")".repeat(64))), [1]);
    assert!(error(&format!("{}pid = 1{}", "(".repeat(65), ")".repeat(65))).contains("more than"));
}

/// A filter as a tree, with its own evaluation: the steps must agree with it.
#[derive(Clone, Debug)]
enum Model {
    Pid(u32),
    User(&'static str),
    Cpu(u32),
    Not(Box<Model>),
    And(Vec<Model>),
    Or(Vec<Model>),
}

impl Model {
    fn holds(&self, row: &crate::sample::Row) -> bool {
        match self {
            Self::Pid(pid) => row.pid == *pid,
            Self::User(user) => row.user == *user,
            Self::Cpu(cpu) => row.cpu.is_some_and(|found| found > f64::from(*cpu)),
            Self::Not(inner) => !inner.holds(row),
            Self::And(parts) => parts.iter().all(|part| part.holds(row)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(row)),
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |parts: &[Self], word| {
            parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(word)
        };
        match self {
            Self::Pid(pid) => write!(f, "pid={pid}"),
            Self::User(user) => write!(f, "user = \"{user}\""),
            Self::Cpu(cpu) => write!(f, "cpu > {cpu}%"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            // Without parentheses: precedence must do.
            Self::And(parts) if parts.iter().all(|part| !matches!(part, Self::Or(_))) => {
                write!(f, "{}", joined(parts, " and "))
            }
            Self::And(parts) => write!(f, "({})", joined(parts, ") and (")),
            Self::Or(parts) => write!(f, "{}", joined(parts, " || ")),
        }
    }
}

fn model() -> impl Strategy<Value = Model> {
    let leaf = prop_oneof![
        prop::sample::select(vec![1, 80, 200, 3000, 4]).prop_map(Model::Pid),
        prop::sample::select(vec!["root", "alice", "x y"]).prop_map(Model::User),
        (0..100_u32).prop_map(Model::Cpu),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| Model::Not(Box::new(part))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Model::And),
            prop::collection::vec(inner, 1..4).prop_map(Model::Or),
        ]
    })
}

proptest! {
    #[test]
    fn printed_parsed_and_asked_as_the_model(model in model()) {
        let source = model.to_string();
        let filter = Filter::parse(&source, COLUMNS).unwrap();
        prop_assert_eq!(&filter.to_string(), &source);
        for row in rows() {
            prop_assert_eq!(filter.matches(&row), model.holds(&row), "{} {:?}", source, row);
        }
    }

    #[test]
    fn nothing_typed_panics(
        any in any::<String>(),
        near in "([a-z(),=!<>~&|'\"\\\\ 0-9äµ.%*?-]|cpu |user |and |or |not |in |is ){0,30}",
    ) {
        for source in [any, near] {
            match Filter::parse(&source, COLUMNS) {
                Ok(filter) => rows().iter().for_each(|row| {
                    let _ = filter.matches(row);
                }),
                Err(error) => {
                    prop_assert!(source.get(error.start..error.end).is_some(), "{error:?}");
                    prop_assert!(!error.to_string().replace('\n', "").contains(char::is_control));
                }
            }
        }
    }
}
