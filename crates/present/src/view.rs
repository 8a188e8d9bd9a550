//! Which columns, which rows, in which order: what a user asked for, understood.

use crate::column::{self, Column, Rows};
use crate::error::{Part, QueryError};
use crate::filter::Filter;
use crate::order;
use std::cmp::Ordering;
use std::fmt;

/// The options as they were typed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'q> {
    /// `--columns`: see [`column::select`].
    pub columns: Option<&'q str>,
    /// `--sort`: keys separated by commas, `-key` for descending.
    pub sort: Option<&'q str>,
    /// `--filter`: see [`crate::filter`].
    pub filter: Option<&'q str>,
}

/// A [`Query`] understood against a table of columns.
pub struct View<K: Rows> {
    columns: Vec<&'static Column<K>>,
    sort: Vec<SortKey<K>>,
    filter: Option<Filter<K>>,
}

struct SortKey<K: Rows> {
    column: &'static Column<K>,
    descending: bool,
}

impl<K: Rows> fmt::Debug for View<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sort: Vec<_> = self.sort.iter().map(|key| (key.column, key.descending)).collect();
        let mut fields = f.debug_struct("View");
        fields.field("columns", &self.columns).field("sort", &sort);
        fields.field("filter", &self.filter).finish()
    }
}

impl<K: Rows> View<K> {
    /// Reads the options.
    ///
    /// # Errors
    /// The first thing in them that is wrong, with its place and a hint.
    pub fn parse(table: &'static [Column<K>], query: &Query<'_>) -> Result<Self, QueryError> {
        let columns = match query.columns {
            Some(source) => column::select(source, table)?,
            None => column::defaults(table),
        };
        let sort = match query.sort {
            Some(source) => sort_keys(source, table)?,
            None => Vec::new(),
        };
        let filter = query.filter.map(|source| Filter::parse(source, table)).transpose()?;
        Ok(Self { columns, sort, filter })
    }

    /// The columns to show, in order.
    #[must_use]
    pub fn columns(&self) -> &[&'static Column<K>] {
        &self.columns
    }

    /// The filter, if there is one.
    #[must_use]
    pub fn filter(&self) -> Option<&Filter<K>> {
        self.filter.as_ref()
    }

    /// The union of what the columns need that are shown, sorted by or filtered by.
    #[must_use]
    pub fn needs(&self) -> u64 {
        let shown = self.columns.iter().map(|column| column.needs);
        let sorted = self.sort.iter().map(|key| key.column.needs);
        let filtered = self.filter.as_ref().map_or(0, Filter::needs);
        shown.chain(sorted).fold(filtered, |all, bits| all | bits)
    }

    /// The rows that pass the filter, as indices into `rows`, in order. Equal rows keep theirs;
    /// a missing value comes last, whichever way the order goes.
    #[must_use]
    pub fn select<'a>(&self, rows: &'a [K::Row<'a>]) -> Vec<usize> {
        let passes = |row| self.filter.as_ref().is_none_or(|filter| filter.matches(row));
        let chosen = rows.iter().enumerate().filter(|(_, row)| passes(row));
        if self.sort.is_empty() {
            return chosen.map(|(index, _)| index).collect();
        }
        // Keys are taken once for each row, not once for each comparison: some are made by
        // allocating.
        let mut keyed: Vec<(usize, Vec<_>)> = chosen
            .map(|(index, row)| {
                (index, self.sort.iter().map(|key| (key.column.value)(row)).collect())
            })
            .collect();
        keyed.sort_by(|(_, a), (_, b)| {
            let pairs = self.sort.iter().zip(a.iter().zip(b));
            pairs
                .map(|(key, (a, b))| match order::compare(a, b) {
                    order if key.descending && !a.is_missing() && !b.is_missing() => {
                        order.reverse()
                    }
                    order => order,
                })
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        keyed.into_iter().map(|(index, _)| index).collect()
    }
}

fn sort_keys<K: Rows>(
    source: &str,
    table: &'static [Column<K>],
) -> Result<Vec<SortKey<K>>, QueryError> {
    column::items(source)
        .map(|(start, item)| {
            let signs = usize::from(item.starts_with(['+', '-']));
            let name = item.get(signs..).unwrap_or("");
            let column = column::find(name, table, Part::Sort, source, start + signs)?;
            Ok(SortKey { column, descending: item.starts_with('-') })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv;
    use crate::sample::{COLUMNS, NEED_CPU, NEED_PORTS, rows};
    use crate::{Kind, Value};
    use proptest::prelude::*;

    fn keys(columns: &str) -> String {
        let query = Query { columns: Some(columns), ..Query::default() };
        match View::parse(COLUMNS, &query) {
            Ok(view) => view.columns().iter().map(|c| c.key).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        }
    }

    fn sorted(sort: &str) -> Vec<u32> {
        let query = Query { sort: Some(sort), ..Query::default() };
        let (view, rows) = (View::parse(COLUMNS, &query).unwrap(), rows());
        view.select(&rows).into_iter().map(|index| rows[index].pid).collect()
    }

    #[test]
    fn columns_named_added_and_taken_away() {
        assert_eq!(keys("rss, pid,rss"), "rss pid");
        assert_eq!(keys("+age,-user,-cpu"), "pid rss args age");
        assert_eq!(keys("-args"), "pid user cpu rss");
        assert_eq!(keys("PID,rss_bytes"), "pid rss");
        assert_eq!(keys("all,-pid,-user"), "cpu rss age daemon started ports args");
        insta::assert_snapshot!(keys("pid,usre,rss"), @"
        --columns, character 5: there is no column `usre`
          pid,usre,rss
              ^^^^
          hint: did you mean `user`?
        ");
        insta::assert_snapshot!(keys("pid,,rss"), @"
        --columns, character 5: expected the name of a column, found `,`
          pid,,rss
              ^
        ");
        insta::assert_snapshot!(keys("pid,-pid"), @"
        --columns, character 1: no column is left to show
          pid,-pid
          ^^^^^^^^
          hint: name at least one column, or leave the option out
        ");
        insta::assert_snapshot!(keys("qqqqq"), @"
        --columns, character 1: there is no column `qqqqq`
          qqqqq
          ^^^^^
          hint: columns are: pid, user, cpu, rss, age, daemon, started, ports, args
        ");
    }

    #[test]
    fn order_is_stable_and_missing_values_come_last() {
        assert_eq!(sorted("cpu"), [1, 80, 3000, 200]);
        assert_eq!(sorted("-cpu"), [3000, 80, 1, 200]);
        assert_eq!(sorted("user"), [200, 1, 3000, 80]);
        assert_eq!(sorted("user,-pid"), [200, 3000, 1, 80]);
        let query = Query { sort: Some("pid,-cpus"), ..Query::default() };
        insta::assert_snapshot!(View::parse(COLUMNS, &query).unwrap_err().to_string(), @"
        --sort, character 6: there is no column `cpus`
          pid,-cpus
               ^^^^
          hint: did you mean `cpu`?
        ");
    }

    #[test]
    fn only_what_is_asked_for_needs_measuring() {
        let needs = |columns, sort, filter| {
            View::parse(COLUMNS, &Query { columns: Some(columns), sort, filter }).unwrap().needs()
        };
        assert_eq!(needs("pid", None, None), 0);
        assert_eq!(needs("cpu", None, None), NEED_CPU);
        assert_eq!(needs("pid", Some("-cpu"), None), NEED_CPU);
        assert_eq!(needs("pid", Some("cpu"), Some("ports")), NEED_CPU | NEED_PORTS);
    }

    #[test]
    fn csv_and_json_have_the_same_keys_and_plain_numbers() {
        let query = Query { columns: Some("all"), sort: None, filter: Some("pid in (80, 200)") };
        let (view, rows) = (View::parse(COLUMNS, &query).unwrap(), rows());
        let mut out = String::new();
        csv::render(&view, &rows, &view.select(&rows), true, &mut out);
        insta::assert_snapshot!(out, @r#"
        pid,user,cpu_percent,rss_bytes,age,daemon,started,ports,args
        80,www-data,7.25,94371840,4000,yes,2023-11-14T21:06:40Z,"80,443",nginx: worker
        200,alice,,5242880,60,no,2023-11-14T22:12:20Z,,vi a\nb \e]0;x\x07 \xff
        "#);
        let json = crate::json::row(view.columns(), &rows[2]).build();
        insta::assert_snapshot!(json.to_string(), @r#"{"pid":200,"user":"alice","cpu_percent":null,"rss_bytes":5242880,"age":60.0,"daemon":false,"started":"2023-11-14T22:12:20Z","ports":[],"args":"vi a\nb \u001b]0;x\u0007 �","args_hex":"766920610a62201b5d303b780720ff","unavailable":{"cpu_percent":"not_permitted"}}"#);
    }

    #[test]
    fn help_comes_from_the_same_table() {
        insta::assert_snapshot!(column::help(COLUMNS, 50), @"
        pid      process id (shown by default)
        user     whose it is (shown by default)
        cpu      share of one core (shown by default)
        rss      memory in RAM (shown by default)
        age      since it began
        daemon   whether it is one
        started  when it began
        ports    where it listens
        args     command line (shown by default)
        ");
    }

    struct Cell(Value<'static>);
    enum Cells {}
    impl Rows for Cells {
        type Row<'a> = Cell;
    }
    static CELLS: &[Column<Cells>] =
        &[Column::<Cells>::new("v", "V", Kind::Number, "anything", |row| row.0.clone()).shown()];

    proptest! {
        #[test]
        fn any_values_can_be_sorted(
            values in prop::collection::vec(order::tests::any_value(), 0..60),
            sort in prop::sample::select(vec!["v", "-v", "v,-v"]),
        ) {
            let rows: Vec<Cell> = values.into_iter().map(Cell).collect();
            let query = Query { sort: Some(sort), ..Query::default() };
            let view = View::parse(CELLS, &query).unwrap();
            let order = view.select(&rows);
            prop_assert_eq!(order.len(), rows.len());
            let missing: Vec<_> = order.iter().map(|index| rows[*index].0.is_missing()).collect();
            prop_assert!(missing.is_sorted(), "missing values last");
        }

        #[test]
        fn no_option_panics(columns in "[a-z+,\\- ä]{0,20}", sort in any::<String>()) {
            let _ = View::parse(COLUMNS, &Query { columns: Some(&columns), ..Query::default() });
            if let Err(error) =
                View::parse(COLUMNS, &Query { sort: Some(&sort), ..Query::default() })
            {
                let _ = error.to_string();
            }
        }
    }
}
