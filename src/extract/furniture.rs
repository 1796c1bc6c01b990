//! What surrounds an article on a Vietnamese news page: the tell-tale class words and phrases.
//!
//! Only words that many sites share stand here; nothing is keyed on one site.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::phrases::Phrases;
use super::text::{is_letter, push_small, words};

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
const WORDS: &[(Marks, &str)] = &[
    (
        Marks::FURNITURE,
        "ad adspot admicro ads adsense adv advert advertise advertisement advertising adx adzone \
         aside audio banner breadcrumb breadcrumbs carousel copyright crumb dropdown facebook fb \
         feedback follow footer hotline keyword keywords latest login menu modal most nav navbar \
         navigation newsletter overlay pager pagination paging player podcast poll polls popular popup promo \
         promotion qc qrcode rate rating react reaction recommend recommended relate related \
         relates relation relative seemore share sharing sidebar signin similar slider social \
         socials speech sponsor sponsored subscribe suggest suggestion survey swiper tag tags \
         toast toc toolbar toolbox tools tooltip topic topics trending tts voice vote weather zalo",
    ),
    (Marks::COMMENTS, "comment comments cmt disqus fbcomments reply"),
    (Marks::CAPTION, "caption captions credit imgcaption photocaption imagenote"),
    (
        Marks::LEAD,
        "sapo chappeau lead summary chapeau brief intro desc description abstract excerpt \
         standfirst sum",
    ),
    (
        Marks::AUTHOR,
        "author authors by byline createdby postedby pseudonym tacgia butdanh writer reporter",
    ),
    (Marks::DATE, "date time datetime publish stamp published pubdate timer dateline ngaydang"),
    (Marks::TITLE, "title headline tieude heading"),
    (Marks::SOURCE, "source sources nguon"),
    (Marks::QUOTE, "blockquote pullquote quote quotes trichdan"),
];

/// Parts of class names and ids with all separators taken out.
static NAME_PARTS: LazyLock<Phrases<Marks>> = LazyLock::new(|| {
    Phrases::saying([
        (Marks::FURNITURE, include_str!("tables/class-furniture.txt")),
        (Marks::BODY, include_str!("tables/class-body.txt")),
        (Marks::COMMENTS, "binhluan\nykienbandoc"),
        (Marks::AUTHOR, "tacgia\nbutdanh"),
        (Marks::TITLE, "tieude"),
        (Marks::DATE, "ngaydang"),
    ])
});

/// Whole class names that set text or hide it.
const STYLES: &[(Marks, &str)] = &[
    (Marks::RIGHT, "text-right text-end align-right right-align txt-right"),
    (Marks::CENTER, "text-center align-center aligncenter center"),
    (Marks::BOLD, "font-bold bold fw-bold font-weight-bold font-semibold strong"),
    (Marks::ITALIC, "italic fst-italic font-italic"),
    (Marks::HIDDEN, "hidden d-none hide sr-only visually-hidden screen-reader-text"),
];

/// Parts of class names that show an element again, on larger screens.
const SHOWING: &[&str] =
    &["-block", "-flex", "-inline", "-grid", ":block", ":flex", ":inline", ":grid", "-table"];

type Dictionary = HashMap<&'static str, Marks>;
static WORD_MARKS: LazyLock<Dictionary> = LazyLock::new(|| dictionary(WORDS));
static STYLE_NAMES: LazyLock<Dictionary> = LazyLock::new(|| dictionary(STYLES));

fn dictionary(rows: &[(Marks, &'static str)]) -> Dictionary {
    rows.iter().flat_map(|(mark, words)| words.split(' ').map(|word| (word, *mark))).collect()
}

/// What a class attribute or an id says.
pub fn class_marks(names: &str) -> Marks {
    let marks = names.split_ascii_whitespace().fold(Marks::NONE, |marks, name| {
        let style = STYLE_NAMES.get(name).copied().unwrap_or_default();
        marks.with(style).with(name_marks(name))
    });
    let shows = || SHOWING.iter().any(|part| names.contains(part));
    if marks.has(Marks::HIDDEN) && shows() { marks.without(Marks::HIDDEN) } else { marks }
}

/// What a name says by its words, which are split at signs, digits and where a capital begins, and
/// by what stands in it without these borders.
fn name_marks(name: &str) -> Marks {
    let mut marks = Marks::NONE;
    let mut joined = String::with_capacity(name.len());
    let (mut start, mut after_small) = (0, false);
    for character in name.chars() {
        if !is_letter(character) || (character.is_uppercase() && after_small) {
            marks = marks.with(word_mark(&joined[start..]));
            start = joined.len();
        }
        if is_letter(character) {
            push_small(&mut joined, character);
        }
        after_small = character.is_lowercase();
    }
    marks = marks.with(word_mark(&joined[start..]));
    NAME_PARTS.said_in(&joined).fold(marks, Marks::with)
}

fn word_mark(word: &str) -> Marks {
    if word.is_empty() { Marks::NONE } else { WORD_MARKS.get(word).copied().unwrap_or_default() }
}

/// How the lines of a masthead begin, in small letters: who publishes the paper, with which licence,
/// from where.
static MASTHEAD: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::lines(include_str!("tables/masthead.txt")));

/// How lines of a masthead begin that may begin a sentence as well.
static MASTHEAD_WORDS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::lines(include_str!("tables/masthead-unless-sentences.txt")));

/// Headings of boxes that hold other things than the article; all that follows in the box goes too.
static BOX_HEADINGS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::lines(include_str!("tables/box-headings.txt")));

/// Headings after which only readers speak.
static COMMENT_HEADINGS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::lines(include_str!("tables/comment-headings.txt")));

/// Whole texts of controls, players and share bars.
static CONTROLS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::lines(include_str!("tables/controls.txt")));

/// How texts begin that are no part of an article, in small letters.
static OPENINGS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::lines(include_str!("tables/openings.txt")));

/// The same of texts that may begin a sentence as well: `Từ khóa của năm là …`.
static OPENING_WORDS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::lines(include_str!("tables/openings-unless-sentences.txt")));

/// Words of the shortest sentence that is told from a label.
const SENTENCE_MIN: usize = 8;
/// Bytes in which a label ends with its colon.
const LABEL_MAX: usize = 40;

/// Whether a text is a line of the paper's masthead.
pub fn is_masthead(text: &str) -> bool {
    text.len() < 400 && (MASTHEAD.begin(text) || MASTHEAD_WORDS.begin(text) && !is_sentence(text))
}

/// Whether a text is a sentence of somebody's and not a label with what it names.
fn is_sentence(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '?', '…', '”', '"'])
        && text.split_whitespace().count() >= SENTENCE_MIN
        && text.find(':').is_none_or(|colon| colon > LABEL_MAX)
}

/// Whether a heading opens a box of other articles.
pub fn opens_other_articles(text: &str) -> bool {
    text.len() < 60 && BOX_HEADINGS.has(&words(text))
}

/// Whether a heading opens the readers' comments; a count may follow, as in `Bình luận (3)`.
pub fn opens_comments(text: &str) -> bool {
    if text.len() > 60 {
        return false;
    }
    let heading = words(text);
    COMMENT_HEADINGS.has(heading.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' '))
}

/// The same where no article would have such a heading: with a count, or in so many words.
pub fn surely_opens_comments(text: &str) -> bool {
    let counted = text.trim_end().ends_with(')') && text.contains(|c: char| c.is_ascii_digit());
    opens_comments(text) && (counted || text.split_whitespace().count() >= 3)
}

/// Whether a text is a control's label, a player's clock, a tag line, a credit.
pub fn is_furniture(text: &str) -> bool {
    OPENINGS.begin(text)
        || OPENING_WORDS.begin(text) && !is_sentence(text)
        || is_masthead(text)
        || is_clock(text)
        || (text.len() < 60 && (is_control(text) || is_count(text)))
        || is_mail_address(text)
        || is_invitation(text)
        || is_follow_us(text)
}

/// A control's label, or several: `Quay lại | In | Gửi email`.
fn is_control(text: &str) -> bool {
    text.split(['|', '•', '·']).all(|label| CONTROLS.has(&words(label)))
}

/// `1.204 lượt xem`, `0 bình luận`.
fn is_count(text: &str) -> bool {
    const COUNTED: &[&str] = &[
        "lượt xem",
        "lượt đọc",
        "lượt thích",
        "lượt nghe",
        "lượt tải",
        "bình luận",
        "bình chọn",
        "chia sẻ",
        "phản hồi",
        "ý kiến",
        "thích",
        "views",
        "view",
        "comments",
    ];
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '(') {
        return false;
    }
    let said = words(text);
    COUNTED.contains(&said.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' '))
}

/// An address of electronic mail, alone.
fn is_mail_address(text: &str) -> bool {
    text.len() < 80
        && text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        && !text.contains(char::is_whitespace)
}

/// `* Mời bạn đọc vào chuyên mục …`, `Mời quý vị cùng nghe …`: what readers are asked to do.
fn is_invitation(text: &str) -> bool {
    const READERS: &[&str] = &[
        "quý vị và các bạn",
        "quý vị",
        "quý độc giả",
        "quý khán giả",
        "quý thính giả",
        "quý bạn đọc",
        "bạn đọc",
        "các bạn",
        "bạn",
        "độc giả",
        "khán giả",
        "thính giả",
    ];
    const ASKED: &[&str] = &[
        "xem", "gửi", "nghe", "theo", "đón", "vào", "bấm", "nhấn", "tham", "click", "truy", "cùng",
        "đăng", "tải", "like",
    ];
    if text.len() > 300
        || !text.trim_start_matches(['*', '(', ' ', '-']).starts_with(['M', 'm', 'K', 'k'])
    {
        return false;
    }
    let said = words(text);
    let rest = said.strip_prefix("kính ").unwrap_or(&said).strip_prefix("mời ");
    rest.is_some_and(|rest| {
        let to = READERS.iter().find_map(|readers| rest.strip_prefix(readers));
        let asked = to.and_then(|rest| rest.split_whitespace().next());
        asked.is_some_and(|word| ASKED.contains(&word))
    })
}

/// `00:00`, `00:00 / 03:15`, `1x`: digits and signs without a letter, or a speed.
fn is_clock(text: &str) -> bool {
    let bare = text.trim_end_matches(['x', 'X']);
    !bare.is_empty()
        && text.chars().count() < 24
        && !bare.chars().any(is_letter)
        && (bare.contains(':') || bare.len() < text.len() || !bare.chars().any(char::is_numeric))
}

/// `Theo dõi Báo … trên Google News`.
fn is_follow_us(text: &str) -> bool {
    if text.len() > 160 || !text.starts_with(['T', 't', 'Đ', 'đ']) {
        return false;
    }
    let said = words(text);
    (said.starts_with("theo dõi") || said.starts_with("đọc tin tức"))
        && said.split(' ').any(|word| {
            ["google", "zalo", "fanpage", "facebook", "youtube", "kênh"].contains(&word)
                || word == "trên" && !is_sentence(text)
        })
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
            "Bản quyền thuộc về Báo Mường Thanh",
            "Trụ sở: số 5, phố Chợ, thị trấn Mường Thanh, tỉnh Điện Biên.",
            "1.204 lượt xem",
            "0 bình luận",
            "5/5 - (3 bình chọn)",
            "Quay lại | In | Gửi email",
            "toasoan@muongthanh.example",
            "* Mời bạn đọc vào chuyên mục Kinh tế xem các tin, bài liên quan.",
            "Mời quý vị và các bạn cùng nghe phóng sự của đài.",
            "Nghe nội dung chi tiết tại đây:",
            "#chophien #muongthanh",
        ] {
            assert!(is_furniture(furniture), "{furniture}");
        }
        for text in [
            "Giọng nữ trong đoàn văn công vang lên.",
            "Theo dõi diễn biến mưa lũ, xã đã cho học sinh nghỉ.",
            "Theo dõi giá mận trên điện thoại, bà con biết lúc nào nên bán.",
            "Từ khóa của năm trong các phiên họp bản là tiết kiệm điện.",
            "Bản quyền giống mận này thuộc về bà con trong bản từ nhiều đời.",
            "Bạn còn nhớ phiên chợ năm ấy khi nước dâng lên tận chân cầu không?",
            "Mời bạn đọc thử một đoạn trong cuốn sổ ghi chép của già làng.",
            "Mời các bạn trẻ về bản, già làng nói, rừng vẫn còn đó.",
            "Nguồn ảnh tư liệu của bảo tàng cho thấy chợ đã có từ lâu.",
            "Lượt xem hội chợ trên sóng truyền hình tăng gấp đôi năm trước.",
            "Ảnh tư liệu cho thấy chợ họp ở đây từ đầu thế kỷ trước.",
            "Ảnh minh họa trong sách giáo khoa cũ vẽ đúng cảnh chợ này.",
            "Cỡ chữ trên biển chợ quá nhỏ, người già không đọc được.",
            "Nhấn vào đây là thấy mạch nước, ông Lả chỉ xuống khe đá.",
            "Cơ quan của xã dời về bên chợ từ mùa xuân năm ngoái.",
            "Trụ sở xã nằm ngay bên chợ, bà con ghé làm giấy tờ rất tiện.",
            "Giấy phép mở chợ được cấp từ năm 1962, nay vẫn treo ở nhà văn hóa.",
            "Tòa soạn báo tường của bản chỉ có ba người.",
            "Tổng biên tập của tờ báo tường là thầy giáo già trong bản.",
            "Đường dây nóng của xã nhận hai mươi cuộc gọi trong ngày.",
            "Vui lòng nhập hàng trước năm giờ sáng, đó là nội quy của chợ.",
            "Chia sẻ qua câu hát là cách người già dạy người trẻ ở đây.",
            "12 hộ đã thoát nghèo",
            "7h30 sáng, chợ đã đông.",
            "2025",
        ] {
            assert!(!is_furniture(text), "{text}");
        }
        assert!(opens_other_articles("Tin liên quan:"));
        assert!(opens_comments("BÌNH LUẬN (0)"));
    }
}
