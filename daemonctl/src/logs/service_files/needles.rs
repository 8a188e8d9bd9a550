//! What the lines must contain that a filter lets through.

use journal::filter::Filter;

/// Fields whose values stand in the line as they are.
const LITERAL: [&[u8]; 2] = [b"SYSLOG_IDENTIFIER=", b"SYSLOG_PID="];

/// Texts of which every record that a filter lets through has one, for
/// [`Options::needles`](journal::text::Options); none if that cannot be said. Lines that name nobody
/// count as `identifier`'s.
pub fn needles(filter: &Filter, identifier: &str) -> Vec<Vec<u8>> {
    match filter {
        Filter::All => Vec::new(),
        Filter::Field(text) => {
            let value = LITERAL.iter().find_map(|name| text.strip_prefix(*name));
            let found = value.filter(|value| !value.is_empty() && *value != identifier.as_bytes());
            found.map(<[u8]>::to_vec).into_iter().collect()
        }
        Filter::AllOf(all) => {
            let each = all.iter().map(|filter| needles(filter, identifier));
            each.filter(|found| !found.is_empty()).min_by_key(Vec::len).unwrap_or_default()
        }
        Filter::AnyOf(any) => {
            let each: Vec<_> = any.iter().map(|filter| needles(filter, identifier)).collect();
            match each.iter().any(Vec::is_empty) {
                true => Vec::new(),
                false => each.concat(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(filter: &Filter) -> Vec<String> {
        let found = needles(filter, "nginx");
        found.into_iter().map(|text| String::from_utf8(text).unwrap()).collect()
    }

    #[test]
    fn only_what_must_stand_there() {
        let name = |name: &str| Filter::field(format!("SYSLOG_IDENTIFIER={name}").as_bytes());
        let level = Filter::field(b"PRIORITY=3");
        assert_eq!(of(&Filter::All), Vec::<String>::new());
        assert_eq!(of(&name("cron")), ["cron"]);
        assert_eq!(of(&name("nginx")), Vec::<String>::new());
        assert_eq!(of(&Filter::AnyOf(vec![name("a"), name("b")])), ["a", "b"]);
        assert_eq!(of(&Filter::AnyOf(vec![name("a"), level.clone()])), Vec::<String>::new());
        assert_eq!(of(&Filter::AllOf(vec![level, name("b")])), ["b"]);
        assert_eq!(of(&Filter::AllOf(Vec::new())), Vec::<String>::new());
        assert_eq!(of(&Filter::AnyOf(Vec::new())), Vec::<String>::new());
    }
}
