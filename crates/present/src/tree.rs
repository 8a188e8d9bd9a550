//! Forests drawn with branches: `├─`, `└─`, `│`.

use crate::style::Theme;
use crate::units;

/// Levels drawn one by one. Below them only the depth is written, so that a line costs the same
/// however deep it stands, and a forest of ten thousand generations is still readable.
const LEVELS: u32 = 24;

/// One line of a drawn forest: a row and the branches before it. Sixteen bytes and a `usize`,
/// no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The row's index, as given to [`layout`].
    pub row: usize,
    /// 0 for a root.
    pub depth: u32,
    /// Whether no sibling follows.
    pub last: bool,
    /// Bit `i`: a line goes on at level `i`, for there are more siblings of that ancestor.
    bars: u32,
}

impl Branch {
    /// Appends the branches before the row's text and returns their width in terminal columns.
    pub fn show_into(&self, theme: &Theme, out: &mut String) -> usize {
        let Some(levels) = self.depth.checked_sub(1) else { return 0 };
        let (bar, blank, fork, end) = if theme.unicode {
            ("│  ", "   ", "├─ ", "└─ ")
        } else {
            ("|  ", "   ", "|- ", "`- ")
        };
        for level in 0..levels.min(LEVELS) {
            out.push_str(if self.bars >> level & 1 == 1 { bar } else { blank });
        }
        let mut width = 3 * levels.min(LEVELS) as usize;
        if levels > LEVELS {
            let before = out.len();
            out.push('(');
            units::push_uint(self.depth.into(), out);
            out.push_str(") ");
            width += out.len() - before;
        }
        out.push_str(if self.last { end } else { fork });
        width + 3
    }
}

/// Puts every row below its parent: `parents[i]` is the parent of row `i`, as an index into the
/// same slice. Siblings keep the order of their indices.
///
/// A row whose parent doesn't exist is a root. So is one row of each circle, which garbage may
/// contain: every row appears exactly once.
#[must_use]
pub fn layout(parents: &[Option<usize>]) -> Vec<Branch> {
    let rows = parents.len();
    let parents = without_circles(parents);
    // Children as linked lists, made from the end so that they come out in order.
    let mut first_child = vec![None; rows];
    let mut next_sibling = vec![None; rows];
    let mut first_root = None;
    for (row, (parent, next)) in parents.iter().zip(&mut next_sibling).enumerate().rev() {
        let head = parent.and_then(|parent| first_child.get_mut(parent)).unwrap_or(&mut first_root);
        *next = head.replace(row);
    }
    let get = |list: &[Option<usize>], row: usize| list.get(row).copied().flatten();
    let mut branches = Vec::with_capacity(rows);
    let mut open: Vec<(usize, u32, u32)> = first_root.map(|row| (row, 0, 0)).into_iter().collect();
    while let Some((row, depth, bars)) = open.pop() {
        let next = get(&next_sibling, row);
        branches.push(Branch { row, depth, last: next.is_none(), bars });
        if let Some(next) = next {
            open.push((next, depth, bars));
        }
        if let Some(child) = get(&first_child, row) {
            // Roots have no branch, so their children's is at level 0.
            let bar = match depth.checked_sub(1) {
                Some(level) if next.is_some() => 1_u32.checked_shl(level).unwrap_or(0),
                _ => 0,
            };
            open.push((child, depth + 1, bars | bar));
        }
    }
    branches
}

/// Appends the forest alone: `label` writes the (clean) text of a row.
pub fn render(
    branches: &[Branch],
    mut label: impl FnMut(usize, &mut String),
    theme: &Theme,
    out: &mut String,
) {
    for branch in branches {
        branch.show_into(theme, out);
        label(branch.row, out);
        out.push('\n');
    }
}

/// The same parents, with those that don't exist, and one of each circle, taken away.
fn without_circles(parents: &[Option<usize>]) -> Vec<Option<usize>> {
    let rows = parents.len();
    let mut parents: Vec<_> =
        parents.iter().map(|parent| parent.filter(|parent| *parent < rows)).collect();
    // On which walk up a row was first met: meeting it again on the same walk is a circle, on an
    // earlier one is known ground.
    let mut met = vec![usize::MAX; rows];
    for start in 0..rows {
        let mut row = start;
        while let Some(mark) = met.get_mut(row).filter(|mark| **mark == usize::MAX) {
            *mark = start;
            let Some(slot) = parents.get_mut(row) else { break };
            let Some(parent) = *slot else { break };
            if met.get(parent) == Some(&start) {
                if let Some(slot) = parents.get_mut(row) {
                    *slot = None;
                }
                break;
            }
            row = parent;
        }
    }
    parents
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNICODE: Theme = Theme { colour: false, unicode: true };

    fn drawn(parents: &[Option<usize>], theme: &Theme) -> String {
        let mut out = String::new();
        render(&layout(parents), |row, out| out.push_str(&format!("r{row}")), theme, &mut out);
        out
    }

    #[test]
    fn a_forest_in_both_alphabets() {
        let parents = [None, Some(0), Some(1), Some(0), Some(3), Some(3), None, Some(2)];
        insta::assert_snapshot!(drawn(&parents, &UNICODE), @r"
        r0
        ├─ r1
        │  └─ r2
        │     └─ r7
        └─ r3
           ├─ r4
           └─ r5
        r6
        ");
        insta::assert_snapshot!(drawn(&parents, &Theme::plain()), @r"
        r0
        |- r1
        |  `- r2
        |     `- r7
        `- r3
           |- r4
           `- r5
        r6
        ");
    }

    #[test]
    fn circles_and_orphans_are_shown_once() {
        let parents = [Some(1), Some(0), Some(2), Some(99), Some(0)];
        insta::assert_snapshot!(drawn(&parents, &UNICODE), @r"
        r1
        └─ r0
           └─ r4
        r2
        r3
        ");
    }

    #[test]
    fn ten_thousand_generations_cost_ten_thousand_short_lines() {
        let parents: Vec<_> = (0..10_000_usize).map(|row| row.checked_sub(1)).collect();
        let text = drawn(&parents, &UNICODE);
        assert_eq!(text.lines().count(), 10_000);
        assert!(text.lines().all(|line| line.chars().count() < 100));
        assert!(text.ends_with("(9999) └─ r9999\n"));
    }

    proptest! {
        #[test]
        fn every_row_once_and_below_its_parent(
            parents in prop::collection::vec(prop::option::of(0..40_usize), 0..40),
        ) {
            let branches = layout(&parents);
            let mut seen: Vec<_> = branches.iter().map(|branch| branch.row).collect();
            for (at, branch) in branches.iter().enumerate().filter(|(_, b)| b.depth > 0) {
                let parent = parents[branch.row].unwrap();
                let above = branches[..at].iter().rev().find(|b| b.depth < branch.depth).unwrap();
                prop_assert_eq!((above.row, above.depth), (parent, branch.depth - 1));
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..parents.len()).collect::<Vec<_>>());
        }
    }
}
