//! Names of slices: a tree written with dashes (systemd.slice(5)).

use super::{Name, UnitType};

/// The slice above all others.
pub const ROOT_SLICE: &str = "-.slice";

impl Name {
    /// Whether it names a place in the tree of slices: `-.slice`, or names joined by single dashes.
    /// systemd loads no slice that does not.
    pub fn is_slice(&self) -> bool {
        let stem = self.stem();
        let is_path = || stem.split('-').all(|name| !name.is_empty());
        self.unit_type() == UnitType::Slice
            && self.instance().is_none()
            && (stem == "-" || is_path())
    }

    /// The slice above a slice: `a-b.slice` of `a-b-c.slice`, `-.slice` of `a.slice`. `None` for
    /// `-.slice` itself and for what is no slice.
    pub fn parent_slice(&self) -> Option<Name> {
        if !self.is_slice() || self.as_str() == ROOT_SLICE {
            return None;
        }
        match self.stem().rsplit_once('-') {
            Some((parent, _)) => format!("{parent}.slice").parse().ok(),
            None => ROOT_SLICE.parse().ok(),
        }
    }

    /// The slice of that name below a slice: `a-b.slice` for `b` below `a.slice`. `None` where the
    /// result is no slice.
    pub fn child_slice(&self, child: &str) -> Option<Name> {
        if !self.is_slice() {
            return None;
        }
        let name: Name = match self.as_str() {
            ROOT_SLICE => format!("{child}.slice").parse().ok()?,
            _ => format!("{}-{child}.slice", self.stem()).parse().ok()?,
        };
        name.is_slice().then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Name;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn places_in_the_tree() {
        for good in ["-.slice", "a.slice", "a-b.slice", "a-b-c.slice", r"a\x2d-b.slice"] {
            assert!(name(good).is_slice(), "{good}");
        }
        for bad in ["--.slice", "a--b.slice", "-a.slice", "a-.slice", "a@b.slice", "a@.slice"] {
            assert!(!name(bad).is_slice(), "{bad}");
        }
        assert!(!name("a.service").is_slice());
    }

    #[test]
    fn parents_and_children() {
        assert_eq!(name("a-b-c.slice").parent_slice(), Some(name("a-b.slice")));
        assert_eq!(name("a.slice").parent_slice(), Some(name("-.slice")));
        assert_eq!(name("-.slice").parent_slice(), None);
        assert_eq!(name("a--b.slice").parent_slice(), None);
        assert_eq!(name("-.slice").child_slice("a"), Some(name("a.slice")));
        assert_eq!(name("a.slice").child_slice("b"), Some(name("a-b.slice")));
        assert_eq!(name("a.slice").child_slice(""), None);
        assert_eq!(name("a.slice").child_slice("b@"), None);
    }
}
