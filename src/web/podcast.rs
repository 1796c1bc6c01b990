//! The podcast: the newest articles as a feed for Apple Podcasts and every other player (RSS 2.0 with the
//! namespaces of iTunes and Podcasting 2.0).

use std::io;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use uuid::{Uuid, uuid};

use super::artwork::Artwork;
use super::error::WebError;
use super::origin::origin;
use super::texts::texts;
use super::xml::{Xml, document as xml_document};
use super::{App, document, views};
use crate::domain::units::Timestamp;
use crate::store::Heard;

/// How many articles the feed lists.
const ITEMS_MAX: u32 = 100;

/// The language of all that is read.
const LANGUAGE: &str = "vi";

const KIND: &str = "application/rss+xml; charset=utf-8";

/// What the root says: the version of RSS, and the namespaces by their usual prefixes.
const ROOT: [(&str, &str); 4] = [
    ("version", "2.0"),
    ("xmlns:atom", "http://www.w3.org/2005/Atom"),
    ("xmlns:itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"),
    ("xmlns:podcast", "https://podcastindex.org/namespace/1.0"),
];

/// In which a feed's address becomes its id, as the Podcasting 2.0 namespace says for `podcast:guid`.
const FEEDS: Uuid = uuid!("ead4c236-bf58-58c6-a2c6-a6b28d128cb6");

/// What the podcast says of itself.
#[derive(Clone, Debug)]
pub struct PodcastSettings {
    /// Empty: the service's name.
    pub title: String,
    /// Empty: the sentence that is built in.
    pub description: String,
    /// Empty: the title.
    pub author: String,
    /// Empty: none is told.
    pub email: String,
    pub category: String,
    /// Empty: none.
    pub subcategory: String,
    pub artwork: Artwork,
}

impl PodcastSettings {
    /// What the paper's readers know it by.
    pub fn title(&self) -> &str {
        or(&self.title, &texts().pages.brand)
    }

    fn author(&self) -> &str {
        or(&self.author, self.title())
    }
}

/// An article with the length of its sound in bytes.
type Item = (Heard, u64);

/// `GET` and `HEAD /feed.xml`
pub async fn show_feed(State(app): State<App>, headers: HeaderMap) -> Result<Response, WebError> {
    let items = items(&app).await?;
    let changed = items.iter().map(|(heard, _)| heard.changed).max();
    let feed = feed(&app.0.settings.podcast, &items, &origin(&app, &headers), changed)?;
    // Other settings make another feed, and come with another start.
    let modified = changed.map_or(app.0.started, |changed| changed.max(app.0.started));
    Ok(document::answer(&headers, KIND, feed, Some(modified)))
}

/// `GET` and `HEAD /podcast.png` or `.jpg`, whichever it is.
pub async fn show_artwork(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let artwork = &app.0.settings.podcast.artwork;
    if uri.path() != artwork.path() {
        return Err(WebError::not_found("not_found"));
    }
    Ok(document::answer(&headers, artwork.media_type(), artwork.bytes.clone(), Some(app.0.started)))
}

/// The newest articles; one whose sound was lost is left out.
async fn items(app: &App) -> Result<Vec<Item>, WebError> {
    let heard = app.0.store.heard(ITEMS_MAX, 0).await?;
    let blobs: Vec<_> = heard.iter().map(|heard| heard.mp3.clone()).collect();
    let lengths = app.0.store.blobs().lengths(&blobs).await?;
    let with_length = heard.into_iter().zip(lengths);
    Ok(with_length.filter_map(|(heard, length)| Some((heard, length?))).collect())
}

fn feed(
    settings: &PodcastSettings,
    items: &[Item],
    origin: &str,
    changed: Option<Timestamp>,
) -> io::Result<Vec<u8>> {
    xml_document("rss", &ROOT, |xml| {
        xml.element("channel", &[], |xml| {
            channel(xml, settings, origin)?;
            if let Some(at) = changed.and_then(document::rfc2822) {
                xml.text("lastBuildDate", &at)?;
            }
            items
                .iter()
                .try_for_each(|item| xml.element("item", &[], |xml| episode(xml, item, origin)))
        })
    })
}

fn channel(xml: &mut Xml, settings: &PodcastSettings, origin: &str) -> io::Result<()> {
    let address = format!("{origin}/feed.xml");
    let itself = [("rel", "self"), ("type", "application/rss+xml"), ("href", address.as_str())];
    let picture = format!("{origin}{}", settings.artwork.path());
    let (title, front) = (settings.title(), format!("{origin}/"));
    xml.empty("atom:link", &itself)?;
    xml.text("title", title)?;
    xml.text("link", &front)?;
    xml.text("description", or(&settings.description, &texts().podcast.description))?;
    xml.text("language", LANGUAGE)?;
    xml.element("image", &[], |xml| {
        xml.text("url", &picture)?;
        xml.text("title", title)?;
        xml.text("link", &front)
    })?;
    xml.empty("itunes:image", &[("href", picture.as_str())])?;
    xml.text("itunes:author", settings.author())?;
    if !settings.email.is_empty() {
        xml.element("itunes:owner", &[], |xml| {
            xml.text("itunes:name", settings.author())?;
            xml.text("itunes:email", &settings.email)
        })?;
    }
    xml.element("itunes:category", &[("text", settings.category.as_str())], |xml| match settings
        .subcategory
        .as_str()
    {
        "" => Ok(()),
        subcategory => xml.empty("itunes:category", &[("text", subcategory)]),
    })?;
    xml.text("itunes:explicit", "false")?;
    xml.text("itunes:type", "episodic")?;
    xml.text("podcast:guid", &guid(&address).to_string())?;
    // Nobody may move the podcast to another host without asking its owner.
    let owner = [("owner", settings.email.as_str())];
    let owner: &[(&str, &str)] = if settings.email.is_empty() { &[] } else { &owner };
    xml.text_with("podcast:locked", owner, "yes")
}

fn episode(xml: &mut Xml, (heard, bytes): &Item, origin: &str) -> io::Result<()> {
    let page = format!("{origin}{}", views::article_path(heard.article));
    let sound = format!("{origin}{}", views::mp3_path(heard.narration));
    let bytes = bytes.to_string();
    let enclosure =
        [("url", sound.as_str()), ("length", bytes.as_str()), ("type", super::narrations::MP3)];
    let text = format!("{origin}{}", views::transcript_path(heard.article));
    let transcript = [("url", text.as_str()), ("type", "text/vtt"), ("language", LANGUAGE)];
    xml.text("title", &heard.title)?;
    xml.text("link", &page)?;
    // The article's own id: it stays when the text is corrected, read again, and moved.
    xml.text_with("guid", &[("isPermaLink", "false")], &heard.article.to_string())?;
    if let Some(at) = document::rfc2822(heard.since()) {
        xml.text("pubDate", &at)?;
    }
    if let Some(lead) = &heard.lead {
        xml.text("description", lead)?;
    }
    xml.empty("enclosure", &enclosure)?;
    xml.text("itunes:duration", &heard.length.0.div_ceil(1000).to_string())?;
    if let Some(author) = &heard.author {
        xml.text("itunes:author", author)?;
    }
    xml.text("itunes:explicit", "false")?;
    xml.empty("podcast:transcript", &transcript)
}

/// The id of the feed at that address, on whatever host it will be one day.
fn guid(address: &str) -> Uuid {
    let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
    Uuid::new_v5(&FEEDS, bare.trim_end_matches('/').as_bytes())
}

fn or<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.is_empty() { other } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feeds_id_is_the_one_that_the_namespace_gives() {
        // The examples of the specification.
        let podnews = "9b024349-ccf0-5f69-a609-6b82873eab3c";
        assert_eq!(guid("https://podnews.net/rss").to_string(), podnews);
        assert_eq!(guid("http://podnews.net/rss//").to_string(), podnews);
        let other = "917393e3-1b1e-5cef-ace4-edaa54e1f810";
        assert_eq!(guid("https://mp3s.nashownotes.com/pc20rss.xml").to_string(), other);
    }
}
