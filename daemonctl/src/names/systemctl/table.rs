//! Tables as systemctl lays them out where standard output is no terminal: columns as wide as
//! their widest cell, one space between, nothing cut, `-` for what there is not.

use present::text::width;

/// A table of texts, or of rows for JSON.
#[derive(Clone, Debug, Default)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Clone, Debug)]
struct Column {
    name: &'static str,
    hidden: bool,
}

/// A cell: what is printed, and what it is in JSON.
#[derive(Clone, Debug)]
pub struct Cell {
    /// `None`: a dash.
    text: Option<String>,
    json: serde_json::Value,
}

impl Cell {
    /// A text, which may be empty.
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        let json = text.as_str().into();
        Cell { text: Some(text), json }
    }

    /// Nothing, also in JSON.
    pub fn nothing() -> Cell {
        Cell { text: None, json: serde_json::Value::Null }
    }

    /// A text or nothing, which is something else in JSON.
    pub fn with_json(text: Option<String>, json: impl Into<serde_json::Value>) -> Cell {
        Cell { text, json: json.into() }
    }
}

impl Table {
    /// A table with these columns; the names are those of JSON, the header has them in capitals.
    pub fn new(columns: &[&'static str]) -> Table {
        let column = |name: &&'static str| Column { name, hidden: false };
        Table { columns: columns.iter().map(column).collect(), rows: Vec::new() }
    }

    /// Leaves a column out.
    pub fn hide(&mut self, name: &str) {
        for column in self.columns.iter_mut().filter(|column| column.name == name) {
            column.hidden = true;
        }
    }

    /// Adds a row: a cell for each column, hidden ones among them.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The table as text.
    pub fn render(&self, header: bool) -> String {
        let shown: Vec<(usize, &Column)> =
            self.columns.iter().enumerate().filter(|(_, column)| !column.hidden).collect();
        let heads: Vec<String> =
            shown.iter().map(|(_, column)| column.name.to_uppercase()).collect();
        let mut lines: Vec<Vec<&str>> = Vec::with_capacity(self.rows.len().saturating_add(1));
        if header {
            lines.push(heads.iter().map(String::as_str).collect());
        }
        for row in &self.rows {
            let cell = |(index, _): &(usize, &Column)| match row.get(*index) {
                Some(Cell { text: Some(text), .. }) => text.as_str(),
                _ => "-",
            };
            lines.push(shown.iter().map(cell).collect());
        }
        // No column is narrower than a character.
        let mut widths = vec![1; shown.len()];
        for line in &lines {
            for (widest, cell) in widths.iter_mut().zip(line) {
                *widest = width(cell).max(*widest);
            }
        }
        let mut out = String::new();
        for line in &lines {
            for (place, (cell, widest)) in line.iter().zip(&widths).enumerate() {
                if place > 0 {
                    out.push(' ');
                }
                out.push_str(cell);
                if place + 1 < line.len() {
                    out.extend(std::iter::repeat_n(' ', widest.saturating_sub(width(cell))));
                }
            }
            out.push('\n');
        }
        out
    }

    /// The table as JSON: an array of objects.
    pub fn json(&self) -> serde_json::Value {
        let object = |row: &Vec<Cell>| {
            let pairs = self.columns.iter().zip(row).filter(|(column, _)| !column.hidden);
            let fields =
                pairs.map(|(column, cell)| (column.name.replace(' ', "_"), cell.json.clone()));
            serde_json::Value::Object(fields.collect())
        };
        serde_json::Value::Array(self.rows.iter().map(object).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Table};

    fn table() -> Table {
        let mut table = Table::new(&["unit", "load", "description"]);
        table.row(["ä.service", "loaded", "A thing"].map(Cell::text).to_vec());
        table.row(vec![Cell::text("b.service"), Cell::text(""), Cell::nothing()]);
        table
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        assert_eq!(
            table().render(true),
            "UNIT      LOAD   DESCRIPTION\n\
             ä.service loaded A thing\n\
             b.service        -\n"
        );
    }

    #[test]
    fn hidden_columns_and_headers_are_left_out() {
        let mut table = table();
        table.hide("load");
        assert_eq!(table.render(false), "ä.service A thing\nb.service -\n");
        let json = r#"[{"unit":"ä.service","description":"A thing"},{"unit":"b.service","description":null}]"#;
        assert_eq!(table.json().to_string(), json);
    }
}
