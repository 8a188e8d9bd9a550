//! Rows as aligned text.

use crate::column::{Align, Column, Rows};
use crate::style::{Style, Theme, paint};
use crate::text;
use crate::tree::Branch;
use crate::view::View;

/// How a listing is to be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Terminal columns; `None` for a pipe or a file, where nothing is cut.
    pub width: Option<usize>,
    /// Begin with the titles of the columns.
    pub header: bool,
    /// Colour and characters.
    pub theme: Theme,
}

/// Between two columns.
const GAP: usize = 2;

/// Blanks to pad with.
const BLANKS: &str = "                                                                ";

/// Appends the rows whose indices are in `order` (see [`View::select`]), one line each.
pub fn render<'a, K: Rows>(
    view: &View<K>,
    rows: &'a [K::Row<'a>],
    order: &[usize],
    layout: &Layout,
    out: &mut String,
) {
    let lines = order.iter().map(|index| (*index, None));
    Grid::new(view.columns(), rows, lines, layout).emit(out);
}

/// Appends the rows as a tree: `branches` (see [`crate::tree::layout`]) stand in the column that is
/// marked [`Column::branches`], or in the last one if that isn't shown.
pub fn render_tree<'a, K: Rows>(
    view: &View<K>,
    rows: &'a [K::Row<'a>],
    branches: &[Branch],
    layout: &Layout,
    out: &mut String,
) {
    let lines = branches.iter().map(|branch| (branch.row, Some(branch)));
    Grid::new(view.columns(), rows, lines, layout).emit(out);
}

struct Cell {
    /// Where its text ends in [`Grid::text`]; it begins where the one before ends.
    end: usize,
    width: usize,
    style: Style,
}

/// All cells in one string: two passes, no allocation for a cell or a row.
struct Grid<'v, K: Rows> {
    columns: &'v [&'static Column<K>],
    layout: &'v Layout,
    text: String,
    cells: Vec<Cell>,
    widths: Vec<usize>,
}

impl<'v, K: Rows> Grid<'v, K> {
    fn new<'a, 'b>(
        columns: &'v [&'static Column<K>],
        rows: &'a [K::Row<'a>],
        lines: impl ExactSizeIterator<Item = (usize, Option<&'b Branch>)>,
        layout: &'v Layout,
    ) -> Self {
        let mut grid = Grid {
            columns,
            layout,
            text: String::with_capacity(lines.len() * columns.len() * 8),
            cells: Vec::with_capacity((lines.len() + 1) * columns.len()),
            widths: vec![0; columns.len()],
        };
        if layout.header {
            grid.add_header();
        }
        let last = columns.len().saturating_sub(1);
        let tree = columns.iter().position(|column| column.branches).unwrap_or(last);
        for (index, branch) in lines {
            if let Some(row) = rows.get(index) {
                grid.add_row(row, tree, branch);
            }
        }
        grid.fit_to_terminal();
        grid
    }

    fn add_header(&mut self) {
        for (column, widest) in self.columns.iter().zip(&mut self.widths) {
            self.text.push_str(column.title);
            let width = text::width(column.title);
            *widest = width;
            self.cells.push(Cell { end: self.text.len(), width, style: Style::Heading });
        }
    }

    fn add_row<'a>(&mut self, row: &'a K::Row<'a>, tree: usize, branch: Option<&Branch>) {
        let limit = self.layout.width.unwrap_or(usize::MAX);
        let theme = &self.layout.theme;
        for (index, (column, widest)) in self.columns.iter().zip(&mut self.widths).enumerate() {
            let mut width = 0;
            if index == tree
                && let Some(branch) = branch
            {
                width += branch.show_into(theme, &mut self.text);
            }
            let value = (column.value)(row);
            width += value.show_into(theme, limit, &mut self.text);
            let style = match column.style {
                _ if !theme.colour => Style::Plain,
                _ if value.is_missing() => Style::Dim,
                Some(style) => style(row),
                None => Style::Plain,
            };
            *widest = (*widest).max(width);
            self.cells.push(Cell { end: self.text.len(), width, style });
        }
    }

    /// Makes flexible columns, and the last, narrower until a line fits: the widest first, all of
    /// them down to the same width where their minima allow it.
    fn fit_to_terminal(&mut self) {
        let Some(room) = self.layout.width else { return };
        let last = self.columns.len().saturating_sub(1);
        for (column, width) in self.columns.iter().zip(&mut self.widths) {
            *width = (*width).min(column.max_width.unwrap_or(usize::MAX));
        }
        let shrunk = |widths: &[usize], cap: usize| -> Vec<usize> {
            let columns = self.columns.iter().enumerate();
            columns
                .zip(widths)
                .map(|((index, column), width)| match column.flexible {
                    Some(min) => (*width).min(cap.max(min)),
                    None if index == last => (*width).min(cap.max(1)),
                    None => *width,
                })
                .collect()
        };
        let gaps = last * GAP;
        let fits = |widths: &[usize]| widths.iter().sum::<usize>() + gaps <= room;
        if fits(&self.widths) {
            return;
        }
        // The largest common width that fits, found by halving.
        let (mut low, mut high) = (0, room);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if fits(&shrunk(&self.widths, middle)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        self.widths = shrunk(&self.widths, low);
    }

    fn emit(&self, out: &mut String) {
        let columns = self.columns.len();
        if columns == 0 {
            return;
        }
        let lines = self.cells.len() / columns;
        let padding = self.widths.iter().take(columns - 1).sum::<usize>() + columns * GAP;
        out.reserve(self.text.len() + lines * padding);
        let mut from = 0;
        for line in self.cells.chunks(columns) {
            from = self.emit_line(line, from, out);
            out.push('\n');
        }
    }

    /// Blanks are written only before text, so that none stand at the end of a line.
    fn emit_line(&self, line: &[Cell], mut from: usize, out: &mut String) -> usize {
        let limit = self.layout.width.unwrap_or(usize::MAX);
        let (mut written, mut start) = (0, 0_usize);
        for ((cell, column), widest) in line.iter().zip(self.columns).zip(&self.widths) {
            let text = self.text.get(from..cell.end).unwrap_or("");
            from = cell.end;
            let allowed = (*widest).min(limit.saturating_sub(start));
            if allowed > 0 && cell.width > 0 {
                let before = match column.align {
                    Align::Right => allowed.saturating_sub(cell.width),
                    Align::Left => 0,
                };
                pad(start + before - written, out);
                written = start + before + self.emit_cell(cell, text, allowed, out);
            }
            start = start.saturating_add(*widest + GAP);
        }
        from
    }

    /// Returns the width of what was written, `allowed` at most.
    fn emit_cell(&self, cell: &Cell, text: &str, allowed: usize, out: &mut String) -> usize {
        let theme = &self.layout.theme;
        let style = if theme.colour { cell.style } else { Style::Plain };
        if cell.width <= allowed {
            paint(text, style, theme, out);
            return cell.width;
        }
        let cut = text.get(..text::fit(text, allowed.saturating_sub(1))).unwrap_or("");
        paint(&[cut, theme.ellipsis()].concat(), style, theme, out);
        text::width(cut) + 1
    }
}

fn pad(mut blanks: usize, out: &mut String) {
    while blanks > 0 {
        let some = blanks.min(BLANKS.len());
        out.push_str(BLANKS.get(..some).unwrap_or(""));
        blanks -= some;
    }
}

#[cfg(test)]
mod tests;
