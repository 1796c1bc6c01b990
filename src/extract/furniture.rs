//! What surrounds an article on a Vietnamese news page: the tell-tale class words and phrases.
//!
//! Only words that many sites share stand here; nothing is keyed on one site.

use super::text::words;

/// What an element's tag, class, id and style say about it; several may hold at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(u32);

impl Marks {
    pub const NONE: Self = Self(0);
    /// Not shown to readers.
    pub const HIDDEN: Self = Self(1);
    /// Menus, related links, tags, share bars, adverts, players.
    pub const FURNITURE: Self = Self(1 << 1);
    /// The comment box and readers' comments.
    pub const COMMENTS: Self = Self(1 << 2);
    /// The words under a picture, or its credit.
    pub const CAPTION: Self = Self(1 << 3);
    /// Named as the place of the text.
    pub const BODY: Self = Self(1 << 4);
    /// Declared as the article's body in microdata.
    pub const ARTICLE_BODY: Self = Self(1 << 5);
    pub const LEAD: Self = Self(1 << 6);
    pub const AUTHOR: Self = Self(1 << 7);
    pub const DATE: Self = Self(1 << 8);
    pub const TITLE: Self = Self(1 << 9);
    pub const RIGHT: Self = Self(1 << 10);
    pub const CENTER: Self = Self(1 << 11);
    pub const BOLD: Self = Self(1 << 12);
    pub const ITALIC: Self = Self(1 << 13);
    /// Where the text comes from: another paper, an agency.
    pub const SOURCE: Self = Self(1 << 14);
    /// Somebody's words, set apart.
    pub const QUOTE: Self = Self(1 << 15);

    pub fn has(self, any_of: Self) -> bool {
        self.0 & any_of.0 != 0
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn only(self, those: Self) -> Self {
        Self(self.0 & those.0)
    }

    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What one word of a class name or id says; names are split at signs, digits and capitals.
fn word_mark(word: &str) -> Marks {
    match word {
        "ad" | "adspot" | "admicro" | "ads" | "adsense" | "adv" | "advert" | "advertise"
        | "advertisement" | "advertising" | "adx" | "adzone" | "aside" | "audio" | "banner"
        | "breadcrumb" | "breadcrumbs" | "carousel" | "copyright" | "crumb" | "dropdown"
        | "facebook" | "fb" | "feedback" | "follow" | "footer" | "hotline" | "keyword"
        | "keywords" | "latest" | "login" | "menu" | "modal" | "most" | "nav" | "navbar"
        | "navigation" | "newsletter" | "overlay" | "pager" | "pagination" | "paging"
        | "player" | "podcast" | "popular" | "popup" | "promo" | "promotion" | "qc" | "qrcode"
        | "rate" | "rating" | "react" | "reaction" | "recommend" | "recommended" | "relate"
        | "related" | "relates" | "relation" | "relative" | "seemore" | "share" | "sharing"
        | "sidebar" | "signin" | "similar" | "slider" | "social" | "socials" | "speech"
        | "sponsor" | "sponsored" | "subscribe" | "suggest" | "suggestion" | "survey"
        | "swiper" | "tag" | "tags" | "toast" | "toc" | "toolbar" | "toolbox" | "tools"
        | "tooltip" | "topic" | "topics" | "trending" | "tts" | "voice" | "vote" | "weather"
        | "zalo" => Marks::FURNITURE,
        "comment" | "comments" | "cmt" | "disqus" | "fbcomments" | "reply" => Marks::COMMENTS,
        "caption" | "captions" | "credit" | "imgcaption" | "photocaption" | "imagenote" => {
            Marks::CAPTION
        }
        "sapo" | "chappeau" | "lead" | "summary" | "chapeau" | "brief" | "intro" | "desc"
        | "description" | "abstract" | "excerpt" | "standfirst" | "sum" => Marks::LEAD,
        "author" | "authors" | "by" | "byline" | "createdby" | "postedby" | "pseudonym"
        | "tacgia" | "butdanh" | "writer" | "reporter" => Marks::AUTHOR,
        "date" | "time" | "datetime" | "publish" | "stamp" | "published" | "pubdate" | "timer"
        | "dateline" | "ngaydang" => Marks::DATE,
        "title" | "headline" | "tieude" | "heading" => Marks::TITLE,
        "source" | "sources" | "nguon" => Marks::SOURCE,
        "blockquote" | "pullquote" | "quote" | "quotes" | "trichdan" => Marks::QUOTE,
        _ => Marks::NONE,
    }
}

/// Parts of class names and ids with all separators taken out.
const CLASS_FURNITURE: &str = include_str!("tables/class-furniture.txt");
const CLASS_BODY: &str = include_str!("tables/class-body.txt");

/// Whole class names that set text.
const CLASS_STYLES: &[(Marks, &[&str])] = &[
    (Marks::RIGHT, &["text-right", "text-end", "align-right", "right-align", "txt-right"]),
    (Marks::CENTER, &["text-center", "align-center", "aligncenter", "center"]),
    (Marks::BOLD, &["font-bold", "bold", "fw-bold", "font-weight-bold", "font-semibold", "strong"]),
    (Marks::ITALIC, &["italic", "fst-italic", "font-italic"]),
];

/// Whole class names that hide, unless another class shows the element again on larger screens.
const HIDING: &[&str] =
    &["hidden", "d-none", "hide", "sr-only", "visually-hidden", "screen-reader-text"];
const SHOWING: &[&str] =
    &["-block", "-flex", "-inline", "-grid", ":block", ":flex", ":inline", ":grid", "-table"];

/// What a class attribute or an id says.
pub fn class_marks(names: &str) -> Marks {
    let mut marks = Marks::NONE;
    let (mut hides, mut shows) = (false, false);
    for name in names.split_ascii_whitespace() {
        for (mark, styles) in CLASS_STYLES {
            if styles.contains(&name) {
                marks = marks.with(*mark);
            }
        }
        hides |= HIDING.contains(&name);
        shows |= SHOWING.iter().any(|part| name.contains(part));
        marks = marks.with(name_marks(name));
    }
    if hides && !shows { marks.with(Marks::HIDDEN) } else { marks }
}

fn name_marks(name: &str) -> Marks {
    let mut marks = Marks::NONE;
    let mut joined = String::with_capacity(name.len());
    for_each_word(name, |word| {
        joined.push_str(word);
        marks = marks.with(word_mark(word));
    });
    let names = |table: &str| table.lines().any(|part| joined.contains(part));
    let parts = |parts: &[&str]| parts.iter().any(|part| joined.contains(part));
    let said = [
        (Marks::FURNITURE, names(CLASS_FURNITURE)),
        (Marks::BODY, names(CLASS_BODY)),
        (Marks::COMMENTS, parts(&["binhluan", "ykienbandoc"])),
        (Marks::AUTHOR, parts(&["tacgia", "butdanh"])),
        (Marks::TITLE, parts(&["tieude"])),
        (Marks::DATE, parts(&["ngaydang"])),
    ];
    for (mark, _) in said.iter().filter(|(_, says)| *says) {
        marks = marks.with(*mark);
    }
    marks
}

/// The words of a class name in lower case: split at signs, digits and where a capital begins.
fn for_each_word(name: &str, mut each: impl FnMut(&str)) {
    let mut word = String::new();
    let mut after_small = false;
    for character in name.chars() {
        let ends = !character.is_alphabetic() || (character.is_uppercase() && after_small);
        if ends && !word.is_empty() {
            each(&word);
            word.clear();
        }
        if character.is_alphabetic() {
            word.extend(character.to_lowercase());
        }
        after_small = character.is_lowercase();
    }
    if !word.is_empty() {
        each(&word);
    }
}

/// What a style attribute says.
pub fn style_marks(style: &str) -> Marks {
    let style: String =
        style.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let rules: &[(Marks, &[&str])] = &[
        (Marks::HIDDEN, &["display:none", "visibility:hidden"]),
        (Marks::RIGHT, &["text-align:right", "text-align:end"]),
        (Marks::CENTER, &["text-align:center"]),
        (Marks::BOLD, &["font-weight:bold", "font-weight:6", "font-weight:7", "font-weight:8"]),
        (Marks::ITALIC, &["font-style:italic"]),
    ];
    let fits = |(_, parts): &&(Marks, &[&str])| parts.iter().any(|part| style.contains(part));
    rules.iter().filter(fits).fold(Marks::NONE, |marks, (mark, _)| marks.with(*mark))
}

/// How the lines of a masthead begin, in small letters: who publishes the paper, with which licence,
/// from where.
const MASTHEAD: &str = include_str!("tables/masthead.txt");

/// Headings of boxes that hold other things than the article; all that follows in the box goes too.
const BOX_HEADINGS: &str = include_str!("tables/box-headings.txt");

/// Headings after which only readers speak.
const COMMENT_HEADINGS: &str = include_str!("tables/comment-headings.txt");

/// Whole texts of controls, players and share bars.
const CONTROLS: &str = include_str!("tables/controls.txt");

/// How texts begin that are no part of an article, in small letters.
const OPENINGS: &str = include_str!("tables/openings.txt");

/// Whether a text is a line of the paper's masthead.
pub fn is_masthead(text: &str) -> bool {
    text.len() < 400 && begins_with_one_of(text, MASTHEAD)
}

/// Whether a heading opens a box of other articles.
pub fn opens_other_articles(text: &str) -> bool {
    text.len() < 60 && is_line_of(BOX_HEADINGS, &words(text))
}

/// Whether a heading opens the readers' comments; a count may follow, as in `Bình luận (3)`.
pub fn opens_comments(text: &str) -> bool {
    if text.len() > 60 {
        return false;
    }
    let heading = words(text);
    is_line_of(COMMENT_HEADINGS, heading.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' '))
}

/// The same where no article would have such a heading: with a count, or in so many words.
pub fn surely_opens_comments(text: &str) -> bool {
    let counted = text.trim_end().ends_with(')') && text.contains(|c: char| c.is_ascii_digit());
    opens_comments(text) && (counted || text.split_whitespace().count() >= 3)
}

/// Whether a text is a control's label, a player's clock, a tag line, a credit.
pub fn is_furniture(text: &str) -> bool {
    begins_with_one_of(text, OPENINGS)
        || is_masthead(text)
        || is_clock(text)
        || (text.len() < 60 && is_line_of(CONTROLS, &words(text)))
        || is_follow_us(text)
}

/// Whether a table has that line.
fn is_line_of(table: &str, text: &str) -> bool {
    table.lines().any(|line| line == text)
}

/// Whether a text begins, in any case, with one of those in small letters.
fn begins_with_one_of(text: &str, openings: &str) -> bool {
    let mut small = text.chars().flat_map(char::to_lowercase);
    let Some(first) = small.next() else { return false };
    // Asked of every passage of a page: most differ in the first letter.
    openings.lines().any(|opening| {
        let mut letters = opening.chars();
        let mut rest = small.clone();
        letters.next() == Some(first) && letters.all(|letter| rest.next() == Some(letter))
    })
}

/// `00:00`, `00:00 / 03:15`, `1x`: digits and signs without a letter, or a speed.
fn is_clock(text: &str) -> bool {
    let bare = text.trim_end_matches(['x', 'X']);
    !bare.is_empty()
        && text.chars().count() < 24
        && !bare.chars().any(char::is_alphabetic)
        && (bare.contains(':') || bare.len() < text.len() || !bare.chars().any(char::is_numeric))
}

/// `Theo dõi Báo … trên Google News`.
fn is_follow_us(text: &str) -> bool {
    if text.len() > 160 || !text.starts_with(['T', 't', 'Đ', 'đ']) {
        return false;
    }
    let said = words(text);
    (said.starts_with("theo dõi") || said.starts_with("đọc tin tức"))
        && ["trên", "google", "zalo", "fanpage", "kênh"]
            .iter()
            .any(|word| said.split(' ').any(|w| w == *word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names_are_read_by_their_words() {
        assert!(class_marks("box-related").has(Marks::FURNITURE));
        assert!(class_marks("newsRelated").has(Marks::FURNITURE));
        assert!(class_marks("tin-lien-quan").has(Marks::FURNITURE));
        assert!(class_marks("article__sapo").has(Marks::LEAD));
        assert!(class_marks("detail_content").has(Marks::BODY));
        assert!(!class_marks("adapter shared-worker commentary").has(Marks::FURNITURE));
    }

    #[test]
    fn what_shows_again_is_not_hidden() {
        assert!(class_marks("d-none").has(Marks::HIDDEN));
        assert!(!class_marks("d-none d-md-block").has(Marks::HIDDEN));
        assert!(style_marks("color: red; DISPLAY: none").has(Marks::HIDDEN));
        assert!(style_marks("text-align:right").has(Marks::RIGHT));
    }

    #[test]
    fn furniture_is_told_from_sentences() {
        for furniture in [
            "00:00",
            "00:00 / 03:15",
            "1x",
            "Giọng nữ",
            "NGHE ĐỌC BÀI",
            "Bạn còn 500/500 ký tự",
            "Ảnh: Thu Trang",
            "Từ khóa: bản làng",
            "Theo dõi Báo Mường Thanh trên Google News",
        ] {
            assert!(is_furniture(furniture), "{furniture}");
        }
        for text in [
            "Giọng nữ trong đoàn văn công vang lên.",
            "Theo dõi diễn biến mưa lũ, xã đã cho học sinh nghỉ.",
            "7h30 sáng, chợ đã đông.",
            "2025",
        ] {
            assert!(!is_furniture(text), "{text}");
        }
        assert!(opens_other_articles("Tin liên quan:"));
        assert!(opens_comments("BÌNH LUẬN (0)"));
    }
}
