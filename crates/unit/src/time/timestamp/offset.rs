//! Offsets from UTC behind a time: `Z`, `+05`, `-0530`, `+05:30`.

/// `Z` or `+05:30` right behind the time, as RFC 3339 has it.
pub(super) fn welded_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(body) = text.strip_suffix('Z') {
        return Some((body, 0)).filter(|_| body.len() > 1);
    }
    let (body, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let fits = body.len() > 1 && !body.ends_with(' ');
    offset(zone).filter(|_| fits && zone.contains(':')).map(|offset| (body, offset))
}

/// `Z`, `+05`, `+0530` or `+05:30` as seconds east; a day at most.
pub(super) fn offset(word: &str) -> Option<i64> {
    if word == "Z" {
        return Some(0);
    }
    let sign = if word.starts_with('-') { -1 } else { 1 };
    let digits = word.strip_prefix(['+', '-'])?;
    let (hours, minutes) = match digits.len() {
        2 => (digits, "0"),
        4 => digits.split_at_checked(2)?,
        5 => digits.split_once(':').filter(|(hours, _)| hours.len() == 2)?,
        _ => return None,
    };
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
    let (hours, minutes): (i64, i64) = (number(hours)?, number(minutes)?);
    let seconds = hours * 3_600 + minutes * 60;
    (minutes < 60 && seconds <= 86_400).then_some(sign * seconds)
}
