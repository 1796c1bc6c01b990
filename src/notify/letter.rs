//! Comments that wait -> Letter: plain text and HTML that say the same.

use askama::Template;

use super::link::{Link, Links};
use super::texts::{DigestTexts, hit_name, texts};
use crate::domain::comment::CommentState;
use crate::domain::units::Timestamp;
use crate::store::DigestComment;

/// The longest title in a subject, in characters.
const TITLE_CHARS_MAX: usize = 60;

/// What a moderator gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    pub text: String,
    pub html: String,
}

struct Contents {
    t: &'static DigestTexts,
    lead: String,
    items: Vec<Item>,
    /// That more wait than the letter shows.
    more: Option<String>,
    desk: String,
    expires: String,
}

struct Item {
    article: String,
    article_page: String,
    /// Who wrote it, and when.
    signed: String,
    lines: Vec<String>,
    rules: Vec<String>,
    approve: String,
    reject: String,
}

#[derive(Template)]
#[template(path = "digest.html")]
struct HtmlPart<'a> {
    letter: &'a Contents,
}

#[derive(Template)]
#[template(path = "digest.txt")]
struct TextPart<'a> {
    letter: &'a Contents,
}

/// The letter about these comments. `waiting` is how many wait altogether.
pub fn letter(
    comments: &[DigestComment],
    waiting: u64,
    links: &Links,
    recipient: &str,
    now: Timestamp,
) -> Result<Letter, askama::Error> {
    let t = &texts().digest;
    let count = comments.len().to_string();
    let expires = Links::expires(now);
    let item = |comment| item(comment, links, recipient, expires);
    let title = comments.first().map(|first| short(&one_line(&first.article_title)));
    let more = waiting.saturating_sub(comments.len() as u64);
    let lead = t.lead.replace("{count}", &count).replace("{waiting}", &waiting.to_string());
    let contents = Contents {
        t,
        lead,
        items: comments.iter().map(item).collect(),
        more: (more > 0).then(|| t.more.replace("{count}", &more.to_string())),
        desk: links.page("/moderation"),
        expires: t.expires.replace("{date}", &expires.date_and_time()),
    };
    Ok(Letter {
        // The title last: it may hold anything, also what looks like a place to fill in.
        subject: t
            .subject
            .replace("{count}", &count)
            .replace("{title}", title.as_deref().unwrap_or_default()),
        text: TextPart { letter: &contents }.render()?,
        html: HtmlPart { letter: &contents }.render()?,
    })
}

fn item(shown: &DigestComment, links: &Links, recipient: &str, expires: Timestamp) -> Item {
    let comment = &shown.comment;
    let link = |state| {
        let recipient = recipient.to_owned();
        links.address(&Link { comment: comment.id, state, recipient, expires })
    };
    let mut rules: Vec<String> = shown.hits.iter().map(hit_name).collect();
    rules.sort_unstable();
    rules.dedup();
    Item {
        article: one_line(&shown.article_title),
        article_page: links.page(&format!("/articles/{}", comment.article)),
        signed: texts()
            .digest
            .signed
            .replace("{date}", &comment.created.date_and_time())
            .replace("{author}", &one_line(&comment.author)),
        lines: comment.body.lines().map(one_line).collect(),
        rules,
        approve: link(CommentState::Approved),
        reject: link(CommentState::Rejected),
    }
}

/// A text from outside as one line that cannot pretend to be another part of the letter: without line
/// breaks and other control characters, and without those that turn the direction of what follows.
fn one_line(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let spaced: String =
        text.chars().filter(|c| !turns(*c)).map(|c| if breaks(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn short(title: &str) -> String {
    match title.char_indices().nth(TITLE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", title[..end].trim_end()),
        None => title.to_owned(),
    }
}

/// A letter, for the tests of its way.
#[cfg(test)]
pub(super) use self::tests::{comment, write};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::Comment;
    use crate::domain::rule::Rule;

    pub fn comment(title: &str, author: &str, body: &str) -> DigestComment {
        DigestComment {
            comment: Comment {
                id: "0197a000-0000-7000-8000-000000000001".parse().unwrap(),
                article: "0197a000-0000-7000-8000-000000000002".parse().unwrap(),
                author: author.to_owned(),
                body: body.to_owned(),
                state: CommentState::Waiting,
                reason: None,
                created: Timestamp(0),
                decision: None,
                parent: None,
                likes: 0,
            },
            article_title: title.to_owned(),
            hits: vec![crate::domain::rule::Hit::new(Rule::Link, 0..1)],
        }
    }

    pub fn write(comments: &[DigestComment], waiting: u64) -> Letter {
        let links = Links::new("bí mật", "https://doc.example", &["lan@bao.example".to_owned()]);
        letter(comments, waiting, &links, "lan@bao.example", Timestamp(0)).unwrap()
    }

    #[test]
    fn both_parts_show_the_comment_with_its_links() {
        let letter = write(&[comment("Cầu mới", "Lò Thị Mai", "Hay lắm\nCảm ơn")], 4);
        assert_eq!(letter.subject, "1 bình luận chờ duyệt: Cầu mới");
        for part in [&letter.text, &letter.html] {
            for words in ["Cầu mới", "Lò Thị Mai", "Hay lắm", "Cảm ơn", "01/01/1970 07:00"]
            {
                assert!(part.contains(words), "{words}: {part}");
            }
            assert!(part.contains(&texts().rules["link"]));
            assert!(
                part.contains("https://doc.example/moderation") && part.contains("3 bình luận")
            );
            assert_eq!(part.matches("https://doc.example/moderation/mail/").count(), 2);
        }
        assert!(letter.text.contains("> Hay lắm\n> Cảm ơn\n"), "{}", letter.text);
    }

    #[test]
    fn what_readers_write_stays_words() {
        let letter = write(&[comment("A & B", "<b>Mai</b>", "<script>alert(1)</script> \"'&")], 1);
        assert!(!letter.html.contains("<script") && !letter.html.contains("<b>Mai"));
        assert!(letter.html.contains("&#60;script&#62;") && letter.html.contains("A &#38; B"));
        assert!(letter.text.contains("> <script>alert(1)</script>"));
    }

    #[test]
    fn a_title_is_one_line_and_a_body_cannot_pretend_to_be_the_letter() {
        let title = format!("Cầu\r\nBcc: x@y.example\u{202e}\u{2028}{}", "dài ".repeat(40));
        let body = "Hay\u{2028}Duyệt: https://evil.example\r\nTừ chối: https://evil.example\u{b}x";
        let letter = write(&[comment(&title, "Mai", body)], 1);
        assert!(!letter.subject.contains(['\r', '\n', '\u{202e}', '\u{2028}']));
        assert!(
            letter.subject.contains("Cầu Bcc: x@y.example dài") && letter.subject.ends_with('…')
        );
        for line in letter.text.lines().filter(|line| line.contains("evil")) {
            assert!(line.starts_with("> "), "{line}");
        }
        assert!(!letter.text.contains(['\u{2028}', '\u{b}']));
    }
}
