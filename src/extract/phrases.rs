//! Tables of phrases, in which a text is compared only with those that begin as it does.

/// Phrases in small letters, each with what it says.
pub struct Phrases<T = ()> {
    /// By their first byte.
    by_first: [Vec<(&'static str, T)>; 256],
}

impl Phrases {
    /// The lines of a table.
    pub fn lines(table: &'static str) -> Self {
        Self::saying([((), table)])
    }

    /// Whether a text is one of the phrases.
    pub fn has(&self, text: &str) -> bool {
        let first = text.bytes().next();
        first.is_some_and(|first| self.from(first).contains(&(text, ())))
    }

    /// Whether a text begins, in any case, with one of the phrases.
    pub fn begin(&self, text: &str) -> bool {
        let mut small = text.chars().flat_map(char::to_lowercase);
        let Some(first) = small.next() else { return false };
        self.from(first.encode_utf8(&mut [0; 4]).as_bytes()[0]).iter().any(|(phrase, ())| {
            let mut letters = phrase.chars();
            let mut rest = small.clone();
            letters.next() == Some(first) && letters.all(|letter| rest.next() == Some(letter))
        })
    }

    /// The phrases that stand somewhere in a text, as often as they do.
    pub fn found_in(&self, text: &str) -> impl Iterator<Item = &'static str> {
        self.places(text).map(|(phrase, ())| phrase)
    }
}

impl<T: Copy> Phrases<T> {
    /// The lines of several tables, each with what it says.
    pub fn saying(tables: impl IntoIterator<Item = (T, &'static str)>) -> Self {
        let mut by_first = [const { Vec::new() }; 256];
        for (says, table) in tables {
            for phrase in table.lines().filter(|line| !line.is_empty()) {
                by_first[usize::from(phrase.as_bytes()[0])].push((phrase, says));
            }
        }
        Self { by_first }
    }

    /// What the phrases say that stand somewhere in a text.
    pub fn said_in(&self, text: &str) -> impl Iterator<Item = T> {
        self.places(text).map(|(_, says)| says)
    }

    fn places(&self, text: &str) -> impl Iterator<Item = (&'static str, T)> {
        text.bytes().enumerate().flat_map(move |(at, byte)| {
            let rest = &text.as_bytes()[at..];
            let fits = move |(phrase, _): &&(&str, T)| rest.starts_with(phrase.as_bytes());
            self.from(byte).iter().filter(fits).copied()
        })
    }

    /// The phrases that begin with a byte.
    fn from(&self, first: u8) -> &[(&'static str, T)] {
        &self.by_first[usize::from(first)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_whole_begun_and_inside() {
        let phrases = Phrases::lines("đọc thêm\nđọc\nảnh:\n");
        assert!(phrases.has("đọc thêm") && !phrases.has("đọc th") && !phrases.has(""));
        assert!(phrases.begin("ĐỌC THÊM: chợ phiên") && !phrases.begin("Xem thêm"));
        let found: Vec<&str> = phrases.found_in("đọc ảnh: đọc thêm").collect();
        assert_eq!(found, ["đọc", "ảnh:", "đọc thêm", "đọc"]);
    }

    #[test]
    fn phrases_say_what_their_table_says() {
        let phrases = Phrases::saying([(1, "một\nmốt"), (2, "hai")]);
        assert!(phrases.said_in("hai mươi mốt").eq([2, 1]));
    }
}
