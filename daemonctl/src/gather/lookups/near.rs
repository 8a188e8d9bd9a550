//! Existing names that are like one that is missing: what somebody may have meant.

/// Names that are near, the nearest first; `names` are what there is.
pub fn nearest<'n>(missing: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    // One letter in four may differ, and one at least.
    let most = (missing.chars().count() / 4).clamp(1, 3);
    let mut found: Vec<(usize, &str)> = names
        .filter(|name| *name != missing)
        .filter_map(|name| Some((distance(missing, name, most)?, name)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// How many letters must be put in, taken out, replaced or exchanged with their neighbour; `None`: more than `most`,
/// or one goes on where the other ends (`nginx.conf`, `nginx.conf.bak`), which counts one.
fn distance(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len() > 255 || other.len() > 255 {
        return None;
    }
    let goes_on = |long: &[char], short: &[char]| {
        short.len() > 3
            && long.starts_with(short)
            && long.get(short.len()).is_some_and(|next| !next.is_alphanumeric())
    };
    if goes_on(&other, &one) || goes_on(&one, &other) {
        return Some(1);
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut previous = None;
    for (row, own) in one.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, its) in other.iter().enumerate() {
            let at =
                |list: &[usize], index: usize| list.get(index).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&last, column) + usize::from(own != its);
            let mut best = replaced.min(at(&last, column + 1) + 1).min(at(&next, column) + 1);
            let left = column.checked_sub(1).and_then(|index| other.get(index));
            if previous == Some(its) && left == Some(own) && column > 0 {
                best = best.min(at(&before, column - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut last, next);
        previous = Some(own);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_and_backups() {
        let near = |missing, names: &[&str]| nearest(missing, names.iter().copied());
        assert_eq!(near("www-dta", &["root", "www-data", "daemon"]), ["www-data"]);
        assert_eq!(near("ngnix", &["nginx", "nginx2"]), ["nginx"]);
        assert_eq!(near("redis.conf", &["redis.conf.bak", "sentinel.conf"]), ["redis.conf.bak"]);
        assert!(near("adm", &["adm", "mail", "sys"]).is_empty());
        assert!(near("postgres", &["mysql"]).is_empty());
    }
}
