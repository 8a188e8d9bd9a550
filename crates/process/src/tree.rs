//! Who descends from whom, and who shares a session or a process group.

use crate::sample::Sample;

/// The family tree of a sample: indices into [`Sample::processes`].
#[derive(Debug, Default)]
pub struct Tree {
    parents: Vec<Option<u32>>,
    /// Children of process `i` are `children[starts[i]..starts[i + 1]]`, ascending by pid.
    starts: Vec<u32>,
    children: Vec<u32>,
    /// Every process, each behind its parent.
    order: Vec<u32>,
    /// `(process group, index)`, sorted.
    groups: Vec<(i32, u32)>,
}

impl Tree {
    /// Links the processes of a sample.
    pub fn new(sample: &Sample) -> Tree {
        let processes = &sample.processes;
        let mut last: Option<(u32, Option<u32>)> = None;
        let parents: Vec<Option<u32>> = processes
            .iter()
            .map(|process| {
                let ppid = process.stat.ppid;
                // Neighbours by pid are often siblings.
                if let Some((pid, index)) = last.filter(|(pid, _)| *pid == ppid) {
                    let _ = pid;
                    return index;
                }
                let index = sample.index_of(ppid).map(|index| index as u32);
                last = Some((ppid, index));
                index
            })
            .collect();
        let mut tree = Tree { parents, ..Tree::default() };
        tree.link(processes.len());
        tree.groups = processes.iter().enumerate().map(|(i, p)| (p.stat.pgrp, i as u32)).collect();
        tree.groups.sort_unstable();
        tree
    }

    fn link(&mut self, count: usize) {
        let mut starts = vec![0u32; count + 1];
        for parent in self.parents.iter().flatten() {
            if let Some(slot) = starts.get_mut(*parent as usize + 1) {
                *slot += 1;
            }
        }
        let mut sum = 0;
        for slot in &mut starts {
            sum += *slot;
            *slot = sum;
        }
        let mut next = starts.clone();
        self.children = vec![0; sum as usize];
        for (child, parent) in self.parents.iter().enumerate() {
            let Some(slot) = parent.and_then(|parent| next.get_mut(parent as usize)) else { continue };
            if let Some(place) = self.children.get_mut(*slot as usize) {
                *place = child as u32;
            }
            *slot += 1;
        }
        self.starts = starts;
        self.order_from_roots(count);
    }

    fn order_from_roots(&mut self, count: usize) {
        let mut order: Vec<u32> = Vec::with_capacity(count);
        let mut placed = vec![false; count];
        let roots = (0..count as u32).filter(|&i| self.parent(i as usize).is_none());
        order.extend(roots);
        // Texts read at different moments can make a circle (a pid used again while we read): what
        // no root leads to is entered at its smallest pid.
        let mut unseen = 0;
        let mut at = 0;
        while order.len() < count || at < order.len() {
            if at == order.len() {
                while placed.get(unseen).is_some_and(|placed| *placed) {
                    unseen += 1;
                }
                order.push(unseen as u32);
            }
            let Some(&index) = order.get(at) else { break };
            at += 1;
            match placed.get_mut(index as usize) {
                Some(placed) if !*placed => *placed = true,
                _ => continue,
            }
            let children = self.children(index as usize);
            let fresh = children.iter().filter(|&&child| placed.get(child as usize) == Some(&false));
            order.extend(fresh);
        }
        self.order = order;
    }

    /// The parent, if it is in the sample.
    pub fn parent(&self, index: usize) -> Option<usize> {
        Some((*self.parents.get(index)?)? as usize)
    }

    /// The children, ascending by pid.
    pub fn children(&self, index: usize) -> &[u32] {
        let start = self.starts.get(index).copied().unwrap_or(0) as usize;
        let end = self.starts.get(index + 1).copied().unwrap_or(0) as usize;
        self.children.get(start..end).unwrap_or_default()
    }

    /// Every process once, no child before its parent.
    pub fn parents_first(&self) -> impl Iterator<Item = usize> + '_ {
        self.order.iter().map(|&index| index as usize)
    }

    /// Members of a process group.
    pub fn group(&self, pgrp: i32) -> impl Iterator<Item = usize> + '_ {
        let start = self.groups.partition_point(|(group, _)| *group < pgrp);
        self.groups.iter().skip(start).take_while(move |(group, _)| *group == pgrp).map(|(_, index)| *index as usize)
    }

    /// The ancestors, nearest first. Ends at a circle.
    pub fn ancestors(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let mut at = index;
        let mut left = self.parents.len();
        std::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            at = self.parent(at)?;
            Some(at)
        })
    }
}
