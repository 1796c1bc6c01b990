//! What an article's page says to programs: search engines, social networks, other sites' editors.

use serde_json::{Value, json};

use super::articles::Told;
use super::texts::texts;
use super::{narrations, views};
use crate::domain::address::Address;
use crate::domain::units::Millis;

/// The addresses and data in the head of an article's page.
pub struct Metadata {
    /// The article's own address at its paper, else that of the page.
    pub canonical: String,
    /// The address of the page.
    pub page: String,
    /// The address of the sound.
    pub audio: Option<String>,
    /// Where other sites ask for the player (oEmbed), when there is something to hear.
    pub oembed: Option<String>,
    /// RFC 3339
    pub published: Option<String>,
    /// JSON-LD (<https://schema.org/NewsArticle>), safe inside of `<script>`.
    pub json_ld: String,
}

/// What the page of that article says, where the outside reaches us at `origin`.
pub fn metadata(told: &Told, origin: &str) -> Metadata {
    let article = &told.article.article;
    let page = format!("{origin}{}", views::article_path(told.article.id));
    let narration = told.narration.as_ref();
    let oembed = narration.map(|_| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("{origin}/oembed?{}", query.append_pair("url", &page).finish())
    });
    Metadata {
        canonical: article.url.as_ref().map_or_else(|| page.clone(), Address::to_string),
        audio: narration.map(|narration| format!("{origin}{}", views::mp3_path(narration.id))),
        oembed,
        published: article.published.map(|at| at.rfc3339()),
        json_ld: in_script(&news_article(told, &page, origin)),
        page,
    }
}

fn news_article(told: &Told, page: &str, origin: &str) -> Value {
    let article = &told.article.article;
    let publisher = article.site.as_ref().unwrap_or(&texts().pages.brand);
    let known = [
        ("description", article.lead.as_ref().map(|lead| json!(lead))),
        ("datePublished", article.published.map(|at| json!(at.rfc3339()))),
        ("author", article.author.as_ref().map(|name| json!({"@type": "Person", "name": name}))),
        ("isBasedOn", article.url.as_ref().map(|address| json!(address.to_string()))),
        ("audio", audio(told, origin)),
    ];
    let mut data = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "url": page,
        "mainEntityOfPage": page,
        "inLanguage": "vi",
        "dateModified": told.article.updated.rfc3339(),
        "publisher": {"@type": "Organization", "name": publisher},
    });
    if let Some(data) = data.as_object_mut() {
        let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        data.extend(known);
    }
    data
}

/// The sound, its transcript, and that no person speaks.
fn audio(told: &Told, origin: &str) -> Option<Value> {
    let narration = told.narration.as_ref()?;
    let transcript = format!("{origin}{}", views::transcript_path(told.article.id));
    Some(json!({
        "@type": "AudioObject",
        "name": told.article.article.title,
        "contentUrl": format!("{origin}{}", views::mp3_path(narration.id)),
        "encodingFormat": narrations::MP3,
        "duration": iso8601(narration.length.millis(narration.rate)),
        "inLanguage": "vi",
        "uploadDate": narration.created.rfc3339(),
        "description": texts().pages.synthetic,
        "creditText": texts().pages.synthetic,
        "transcript": transcript,
        "caption": {"@type": "MediaObject", "contentUrl": transcript, "encodingFormat": "text/vtt",
            "inLanguage": "vi"},
    }))
}

/// `PT3M5S` (ISO 8601), in whole seconds.
fn iso8601(length: Millis) -> String {
    let seconds = length.0.div_ceil(1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("PT{seconds}S"),
        (0, _) => format!("PT{minutes}M{seconds}S"),
        _ => format!("PT{hours}H{minutes}M{seconds}S"),
    }
}

/// JSON in which nothing can end the script or begin a comment, and that older JavaScript reads too. All
/// of these characters occur in strings only.
fn in_script(data: &Value) -> String {
    let mut escaped = String::new();
    for c in data.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_script() {
        let hostile = "</script><!-- ]]> & \u{2028}\u{2029}\u{0}\"\\ 🎧";
        let escaped = in_script(&json!({"headline": hostile}));
        assert!(!escaped.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\u{0}']), "{escaped}");
        let read: Value = serde_json::from_str(&escaped).unwrap();
        assert_eq!(read["headline"], hostile);
    }

    #[test]
    fn a_length_is_written_as_programs_read_it() {
        assert_eq!(iso8601(Millis(4_200)), "PT5S");
        assert_eq!(iso8601(Millis(185_000)), "PT3M5S");
        assert_eq!(iso8601(Millis(3_600_000)), "PT1H0M0S");
    }
}
