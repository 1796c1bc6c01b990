//! What a site asks programs not to read: robots.txt (RFC 9309).

use std::time::Duration;

/// Largest part of a robots.txt that is looked at, in bytes (RFC 9309, section 2.5, asks for at
/// least 500 KiB).
pub const BYTES_MAX: usize = 500 * 1024;

/// How long a robots.txt holds (RFC 9309, section 2.4, says at most a day).
pub const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// Longest wait between two pages that a site may ask for; with more, a day would not be enough for
/// what a paper publishes in it.
const DELAY_MAX: Duration = Duration::from_secs(300);

/// Rules that one site may give; bounds the work of a page.
const RULES_MAX: usize = 2_000;

/// The rules for us.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Robots {
    rules: Vec<Rule>,
    /// The wait between two pages that the site asks for.
    pub delay: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    allows: bool,
    /// A path, in which `*` stands for anything and `$` at the end for the end.
    pattern: String,
}

impl Robots {
    /// The rules of a file for the program of this name: those of every group that names it, else
    /// those of `*` (section 2.2.1).
    pub fn parse(text: &str, name: &str) -> Self {
        let (mut ours, mut everybodys) = (Self::default(), Self::default());
        let mut is_named = false;
        // Whether the lines being read are for us, and for everybody.
        let (mut for_us, mut for_all) = (false, false);
        let mut among_names = false;
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if key == "user-agent" {
                if !among_names {
                    (for_us, for_all) = (false, false);
                }
                among_names = true;
                for_us |= value.eq_ignore_ascii_case(name);
                for_all |= value == "*";
                is_named |= for_us;
                continue;
            }
            among_names &= !matches!(key.as_str(), "allow" | "disallow" | "crawl-delay");
            if for_us {
                ours.add(&key, value);
            }
            if for_all {
                everybodys.add(&key, value);
            }
        }
        if is_named { ours } else { everybodys }
    }

    fn add(&mut self, key: &str, value: &str) {
        match key {
            "allow" | "disallow" if !value.is_empty() && self.rules.len() < RULES_MAX => {
                self.rules.push(Rule { allows: key == "allow", pattern: encoded(value) });
            }
            "crawl-delay" => {
                if let Some(seconds) =
                    value.parse::<f64>().ok().filter(|s| s.is_finite() && *s > 0.0)
                {
                    self.delay = Duration::from_secs_f64(seconds.min(DELAY_MAX.as_secs_f64()));
                }
            }
            _ => {}
        }
    }

    /// Whether a path with its query may be read. The longest rule that fits decides, and of two of
    /// one length the one that allows (section 2.2.2).
    pub fn allow(&self, path: &str) -> bool {
        let fitting = self.rules.iter().filter(|rule| fits(&rule.pattern, path));
        let decides = fitting.max_by_key(|rule| (rule.pattern.len(), rule.allows));
        decides.is_none_or(|rule| rule.allows)
    }
}

/// A pattern as paths are compared: letters beyond ASCII percent-encoded (section 2.2.2).
fn encoded(pattern: &str) -> String {
    let byte = |b: u8| if b.is_ascii() { char::from(b).to_string() } else { format!("%{b:02X}") };
    pattern.bytes().map(byte).collect()
}

/// Whether a pattern fits the beginning of a path. Each part between stars is looked for once, from
/// left to right, which is enough since a star takes anything.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return !to_the_end || rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() && to_the_end {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_rule_decides() {
        let robots = Robots::parse(
            "User-agent: *\nDisallow: /in/\nAllow: /in/bai\nDisallow: /*.pdf$\nCrawl-delay: 2\n",
            "BaoNoi",
        );
        assert!(robots.allow("/bai-1.html") && robots.allow("/in/bai-2"));
        assert!(!robots.allow("/in/") && !robots.allow("/a/b.pdf") && robots.allow("/a/b.pdf?x"));
        assert_eq!(robots.delay, Duration::from_secs(2));
        let slow = |asked| Robots::parse(&format!("User-agent: *\nCrawl-delay: {asked}"), "BaoNoi");
        assert_eq!(slow("60").delay, Duration::from_secs(60));
        assert_eq!(slow("86400").delay, DELAY_MAX);
    }

    #[test]
    fn a_group_that_names_us_is_the_only_one() {
        let file =
            "User-agent: a\nUser-agent: BAONOI\nDisallow: /kin\n\nUser-agent: *\nDisallow: /\n";
        let robots = Robots::parse(file, "BaoNoi");
        assert!(robots.allow("/tin") && !robots.allow("/kin/1"));
        assert!(!Robots::parse(file, "Other").allow("/tin"));
    }

    #[test]
    fn groups_may_come_twice_and_lines_may_be_anything() {
        let file = "Disallow: /\nrubbish\nUser-agent: *\nDisallow: /a\nSitemap: x\nUser-agent: *\nDisallow: /b\nDisallow:\n";
        let robots = Robots::parse(file, "BaoNoi");
        assert!(!robots.allow("/a") && !robots.allow("/b") && robots.allow("/c"));
        assert!(Robots::parse("", "BaoNoi").allow("/"));
        let encoded = Robots::parse("User-agent: *\nDisallow: /tin-tức/\n", "BaoNoi");
        assert!(!encoded.allow("/tin-t%E1%BB%A9c/8"));
    }

    #[test]
    fn stars_take_linear_time() {
        let pattern = "/*a".repeat(500);
        assert!(!fits(&pattern, &format!("/{}", "a".repeat(400))));
        assert!(fits("/*/tin*$", "/a/b/tin-1") && !fits("/tin$", "/tin-1"));
    }
}
