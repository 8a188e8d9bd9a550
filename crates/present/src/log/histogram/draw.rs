//! The chart.

use super::{Bucket, Counts};
use crate::log::clock::{Clock, Style as TimeStyle};
use crate::log::zone::LocalTime;
use crate::style::{Style, paint};
use crate::{Layout, text, units};

/// Columns of a terminal that has none.
const WIDTH: usize = 80;
/// Columns that a service's name has at most.
const NAME: usize = 24;
/// What is longer is told with the year: 300 days.
const DATED_SECONDS: u64 = 300 * 24 * 3600;
/// The bars are at least as long.
const SHORTEST: usize = 10;

/// How counts are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Width, colours and characters.
    pub layout: Layout,
    /// What the bars are made of.
    pub by: By,
    /// How many services have a line of their own below.
    pub services: usize,
}

/// What bars are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// Errors, warnings and the rest.
    #[default]
    Level,
    /// The most frequent services and the rest.
    Service,
}

/// What is drawn alike.
struct Part {
    name: String,
    of: Of,
    style: Style,
    ascii: char,
    shade: char,
}

/// What of a bucket is counted.
enum Of {
    Levels(std::ops::Range<usize>),
    Service(usize),
    /// All but that many services.
    Rest(usize),
}

impl Part {
    fn count(&self, bucket: &Bucket) -> u64 {
        match &self.of {
            Of::Levels(levels) => {
                bucket.levels.get(levels.clone()).unwrap_or_default().iter().sum()
            }
            Of::Service(place) => bucket.services.get(*place).copied().unwrap_or(0),
            Of::Rest(known) => {
                bucket.total().saturating_sub(bucket.services.iter().take(*known).sum())
            }
        }
    }
}

impl By {
    fn parts(self, counts: &Counts) -> Vec<Part> {
        let part = |name: &str, of, style, ascii, shade| Part {
            name: name.to_owned(),
            of,
            style,
            ascii,
            shade,
        };
        if self == Self::Level {
            return vec![
                part("errors", Of::Levels(0..4), Style::Bad, '#', '█'),
                part("warnings", Of::Levels(4..5), Style::Warn, '+', '▓'),
                part("other", Of::Levels(5..8), Style::Plain, '-', '░'),
            ];
        }
        let looks = [(Style::Good, '#', '█'), (Style::Warn, '+', '▓'), (Style::Bold, '=', '▒')];
        let mut parts: Vec<Part> = std::iter::zip(counts.services.iter().enumerate(), looks)
            .map(|((place, name), (style, ascii, shade))| {
                part(
                    &text::truncate(&text::clean(name), NAME),
                    Of::Service(place),
                    style,
                    ascii,
                    shade,
                )
            })
            .collect();
        if counts.services.len() > looks.len() {
            parts.push(part("other", Of::Rest(looks.len()), Style::Dim, '-', '░'));
        }
        parts
    }
}

impl Chart {
    /// Appends a bar for each span of time, its errors and warnings first, and a line for each of
    /// the most frequent services.
    pub fn draw(&self, counts: &Counts, zone: impl LocalTime + Send + 'static, out: &mut String) {
        let width = self.layout.width.unwrap_or(WIDTH);
        let most = counts.buckets.iter().map(Bucket::total).max().unwrap_or(0).max(1);
        let digits = units::count(most).len();
        let parts = self.by.parts(counts);
        let span_seconds = counts.width_seconds.saturating_mul(counts.buckets.len() as u64);
        let (style, time_length) = match counts.width_seconds {
            // Each line is days then, and days come again each year.
            _ if span_seconds > DATED_SECONDS => (TimeStyle::Iso, 10),
            ..60 => (TimeStyle::Syslog, 15),
            _ => (TimeStyle::Syslog, 12),
        };
        let mut clock = Clock::new(style, Box::new(zone));
        let room = width.saturating_sub(time_length + digits + 4).max(SHORTEST);
        for (at, bucket) in counts.buckets.iter().enumerate() {
            let start = counts.start.saturating_add(at as i64 * counts.width_seconds as i64);
            let mut time = Vec::new();
            clock.write(start.max(0) as u64 * 1_000_000, &mut time);
            let time =
                String::from_utf8_lossy(time.get(..time_length).unwrap_or(&time)).into_owned();
            paint(&time, Style::Dim, &self.layout.theme, out);
            let total = bucket.total();
            let count = if total == 0 { String::new() } else { units::count(total) };
            out.push_str(&format!("  {count:>digits$} "));
            let line = out.len();
            self.push_bar(&parts, bucket, most, room, out);
            if out.len() == line {
                out.truncate(out.trim_end().len());
            }
            out.push('\n');
        }
        self.push_key(&parts, counts, out);
        self.push_services(counts, width, out);
    }

    /// A bar of at most `room` columns, of which `most` takes all.
    fn push_bar(&self, parts: &[Part], bucket: &Bucket, most: u64, room: usize, out: &mut String) {
        let columns =
            |count: u64| (u128::from(count) * room as u128).div_ceil(most.into()) as usize;
        let mut sum = 0;
        let mut drawn = 0;
        for part in parts {
            let count = part.count(bucket);
            sum += count;
            // Rounded up: a single error shows.
            let length = columns(sum).saturating_sub(drawn).max(usize::from(count > 0));
            let length = length.min(room.saturating_sub(drawn));
            drawn += length;
            if length > 0 {
                let bar: String = std::iter::repeat_n(self.block(part), length).collect();
                paint(&bar, part.style, &self.layout.theme, out);
            }
        }
    }

    /// What a bar is made of. Without colours parts differ by character.
    const fn block(&self, part: &Part) -> char {
        match (self.layout.theme.unicode, self.layout.theme.colour) {
            (false, _) => part.ascii,
            (true, true) => '█',
            (true, false) => part.shade,
        }
    }

    /// The line that explains the bars.
    fn push_key(&self, parts: &[Part], counts: &Counts, out: &mut String) {
        out.push('\n');
        for part in parts {
            let count: u64 = counts.buckets.iter().map(|bucket| part.count(bucket)).sum();
            paint(&self.block(part).to_string(), part.style, &self.layout.theme, out);
            out.push_str(&format!(" {} {}   ", units::count(count), part.name));
        }
        let width = units::duration(counts.width_seconds as f64);
        // Whole minutes, hours or days need not be told to the second.
        let zeros = ["00s", "00m", "0h"];
        let short = zeros.iter().find_map(|zeros| width.strip_suffix(zeros));
        out.push_str(&format!("(each line {})\n", short.unwrap_or(&width)));
    }

    fn push_services(&self, counts: &Counts, width: usize, out: &mut String) {
        let shown = counts.services.iter().take(self.services).filter(|name| !name.is_empty());
        let names: Vec<_> = shown.map(|name| text::clean(name)).collect();
        let longest = names.iter().map(|name| text::width(name)).max().unwrap_or(0).min(NAME);
        if longest > 0 {
            out.push('\n');
        }
        let room = width.saturating_sub(longest + 8).max(SHORTEST);
        let services = counts.services.iter().enumerate().filter(|(_, name)| !name.is_empty());
        for ((place, _), name) in services.take(self.services).zip(&names) {
            let name = text::truncate(name, longest);
            out.push_str(&name);
            out.extend(std::iter::repeat_n(' ', longest.saturating_sub(text::width(&name))));
            let all: Vec<u64> = counts
                .buckets
                .iter()
                .map(|bucket| bucket.services.get(place).copied().unwrap_or(0))
                .collect();
            out.push_str(&format!("  {:>5} ", units::count(all.iter().sum())));
            self.push_spark(&all, room, out);
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
        }
    }

    /// A character for each of the counts, or for several if there is no room; the highest is the
    /// service's own most.
    fn push_spark(&self, counts: &[u64], room: usize, out: &mut String) {
        let together = counts.len().div_ceil(room.max(1)).max(1);
        let sums: Vec<u64> = counts.chunks(together).map(|chunk| chunk.iter().sum()).collect();
        let most = sums.iter().copied().max().unwrap_or(0).max(1);
        let heights: &str =
            if self.layout.theme.unicode { "▁▂▃▄▅▆▇█" } else { ".:-=+*#@" };
        for sum in sums {
            let height = (u128::from(sum) * 8).div_ceil(most.into()) as usize;
            let symbol = height.checked_sub(1).and_then(|at| heights.chars().nth(at));
            out.push(symbol.unwrap_or(' '));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::log::Utc;
    use crate::log::histogram::{By, Chart, Histogram};
    use crate::{Layout, Theme};

    fn chart(unicode: bool, width: usize) -> String {
        drawn(unicode, width, By::Level, 2)
    }

    fn drawn(unicode: bool, width: usize, by: By, services: usize) -> String {
        let mut histogram = Histogram::default();
        let base = 1_795_392_000;
        for at in 0..400_u64 {
            let second = base + at * at / 40;
            let level = [6, 6, 6, 4, 6, 7, 3][at as usize % 7];
            let service = ["nginx.service", "sshd", "cron.service"][at as usize % 5 % 3];
            histogram.add(second * 1_000_000, level, service.as_bytes(), &Utc);
        }
        let theme = Theme { colour: false, unicode };
        let layout = Layout { width: Some(width), header: true, theme };
        let mut out = String::new();
        Chart { layout, by, services }.draw(&histogram.counts(12).unwrap(), Utc, &mut out);
        out
    }

    #[test]
    fn days_of_several_years_are_told_with_the_year() {
        let mut histogram = Histogram::default();
        for year in 0..4 {
            histogram.add(year * 366 * 86_400_000_000, 6, b"a", &Utc);
        }
        let layout = Layout { width: Some(60), header: true, theme: Theme::plain() };
        let mut out = String::new();
        let counts = histogram.counts(4).unwrap();
        Chart { layout, by: By::Level, services: 1 }.draw(&counts, Utc, &mut out);
        let days: Vec<&str> = out.lines().map_while(|line| line.split(' ').next()).collect();
        assert_eq!(days[..2], ["1970-01-01", "1970-12-31"], "{out}");
    }

    #[test]
    fn bars_in_unicode() {
        insta::assert_snapshot!(chart(true, 60), @r"
        Nov 23 00:00  155 ██████▓▓▓▓▓▓░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        Nov 23 00:10   65 ███▓▓░░░░░░░░░░░░░
        Nov 23 00:20   49 ██▓▓░░░░░░░░░
        Nov 23 00:30   41 ██▓▓░░░░░░░
        Nov 23 00:40   37 ██▓░░░░░░░
        Nov 23 00:50   33 ██▓░░░░░░
        Nov 23 01:00   20 █▓░░░░

        █ 57 errors   ▓ 57 warnings   ░ 286 other   (each line 10m)

        nginx.service    160 █▄▃▃▂▂▂
        sshd             160 █▄▃▃▂▂▂
        ");
    }

    #[test]
    fn bars_in_ascii() {
        insta::assert_snapshot!(chart(false, 50), @r"
        Nov 23 00:00  155 #####++++----------------------
        Nov 23 00:10   65 ##++---------
        Nov 23 00:20   49 ##+-------
        Nov 23 00:30   41 ##+------
        Nov 23 00:40   37 #++-----
        Nov 23 00:50   33 #+-----
        Nov 23 01:00   20 #+--

        # 57 errors   + 57 warnings   - 286 other   (each line 10m)

        nginx.service    160 @=--:::
        sshd             160 @=--:::
        ");
    }

    #[test]
    fn bars_by_service() {
        insta::assert_snapshot!(drawn(true, 60, By::Service, 0), @r"
        Nov 23 00:00  155 █████████████████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▒▒▒▒▒▒▒▒
        Nov 23 00:10   65 ███████▓▓▓▓▓▓▓▒▒▒▒
        Nov 23 00:20   49 ██████▓▓▓▓▓▒▒
        Nov 23 00:30   41 █████▓▓▓▓▒▒
        Nov 23 00:40   37 ████▓▓▓▓▒▒
        Nov 23 00:50   33 ████▓▓▓▒▒
        Nov 23 01:00   20 ███▓▓▒

        █ 160 nginx.service   ▓ 160 sshd   ▒ 80 cron.service   (each line 10m)
        ");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [45, 80, 200] {
            for line in chart(true, width).lines().filter(|line| !line.contains("each line")) {
                assert!(crate::text::width(line) <= width, "{line}");
            }
        }
    }
}
