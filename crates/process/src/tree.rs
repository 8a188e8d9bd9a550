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
        tree.cut_circles();
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
            let Some(slot) = parent.and_then(|parent| next.get_mut(parent as usize)) else {
                continue;
            };
            if let Some(place) = self.children.get_mut(*slot as usize) {
                *place = child as u32;
            }
            *slot += 1;
        }
        self.starts = starts;
        self.order_from_roots(count);
    }

    /// Texts read at different moments can make a circle (a pid used again while we read): its
    /// smallest pid loses its parent, so that every line of ancestors ends.
    fn cut_circles(&mut self) {
        // The walk in which each was first met; 0: not yet.
        let mut met = vec![0usize; self.parents.len()];
        for start in 0..met.len() {
            let mut at = Some(start);
            while let Some(index) = at.filter(|&index| met.get(index) == Some(&0)) {
                if let Some(walk) = met.get_mut(index) {
                    *walk = start + 1;
                }
                at = self.parent(index);
            }
            let Some(closing) = at.filter(|&index| met.get(index) == Some(&(start + 1))) else {
                continue;
            };
            let (mut smallest, mut at) = (closing, self.parent(closing));
            while let Some(index) = at.filter(|&index| index != closing) {
                smallest = smallest.min(index);
                at = self.parent(index);
            }
            if let Some(parent) = self.parents.get_mut(smallest) {
                *parent = None;
            }
        }
    }

    fn order_from_roots(&mut self, count: usize) {
        let mut order: Vec<u32> = Vec::with_capacity(count);
        order.extend((0..count as u32).filter(|&index| self.parent(index as usize).is_none()));
        let mut at = 0;
        while let Some(&index) = order.get(at) {
            at += 1;
            order.extend_from_slice(self.children(index as usize));
        }
        self.order = order;
    }

    /// The parent, if it is in the sample and not a descendant too.
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
        self.groups
            .iter()
            .skip(start)
            .take_while(move |(group, _)| *group == pgrp)
            .map(|(_, index)| *index as usize)
    }

    /// The ancestors, nearest first.
    pub fn ancestors(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.parent(index), |&above| self.parent(above))
    }
}
