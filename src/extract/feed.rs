//! The articles that an RSS or Atom feed or a (news) sitemap lists.
//!
//! Read as a stream of tags, without asking whether the file is well formed: many feeds are not.
//! Formats: RSS 2.0, Atom (RFC 4287), the sitemap protocol with its news extension.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion, escape};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::date;
use super::text::tidy;
use crate::domain::address::Address;
use crate::domain::feed::FeedItem;
use crate::domain::units::Timestamp;

/// Entries of one file that are looked at; the sitemap protocol allows 50,000.
const ENTRIES_MAX: usize = 50_000;

/// What a feed's file lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Articles, newest first where times are given.
    pub items: Vec<FeedItem>,
    /// Further sitemaps, newest first.
    pub sitemaps: Vec<Address>,
}

/// The document is no feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is neither an RSS or Atom feed nor a sitemap; give the address of one")]
pub struct NotAFeed;

/// An entry as far as it was read.
#[derive(Default)]
struct Entry {
    /// Whether it is a `<url>` of a sitemap.
    is_url: bool,
    link: Option<String>,
    /// An RSS item's `<guid>`, where it is an address.
    guid: Option<String>,
    is_permalink: bool,
    updated: Option<Timestamp>,
    published: Option<Timestamp>,
    title: Option<String>,
}

/// What an entry lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Article,
    Sitemap,
}

/// Reads a feed that came from `base`. Links to other sites are left out: a feed speaks for its own.
pub fn listing(xml: &str, base: &Address) -> Result<Listing, NotAFeed> {
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}').trim_start());
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut found: Vec<(Kind, FeedItem)> = Vec::new();
    let (mut is_feed, mut text) = (false, String::new());
    let mut entry: Option<(Kind, Entry)> = None;
    // What is wrong beyond a point hides only what comes after it.
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                text.clear();
                let name = tag.local_name();
                let name = name.as_ref();
                is_feed |= matches!(name, "rss" | "feed" | "RDF" | "urlset" | "sitemapindex");
                match name {
                    // The `<image>` of an RSS item has a `<url>` of its own.
                    "item" | "entry" => entry = Some((Kind::Article, Entry::default())),
                    "url" if entry.as_ref().is_none_or(|(_, entry)| entry.is_url) => {
                        entry = Some((Kind::Article, Entry { is_url: true, ..Entry::default() }));
                    }
                    "sitemap" => entry = Some((Kind::Sitemap, Entry::default())),
                    "guid" => {
                        if let Some((_, entry)) = &mut entry {
                            entry.is_permalink =
                                attribute(&tag, "isPermaLink").as_deref() != Some("false");
                        }
                    }
                    "link" => {
                        if let Some((_, entry)) = &mut entry {
                            entry.link = entry.link.take().or_else(|| atom_link(&tag));
                        }
                    }
                    _ => {}
                }
            }
            Event::Text(piece) => text.push_str(&piece),
            Event::CData(piece) => text.push_str(&piece),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(c)) => text.push(c),
                _ => text.push_str(escape::resolve_predefined_entity(&reference).unwrap_or("")),
            },
            Event::End(tag) => {
                let name = tag.local_name();
                let of_picture = tag.starts_with("image:") || tag.starts_with("video:");
                if let Some((_, entry)) = entry.as_mut().filter(|_| !of_picture) {
                    entry.says(name.as_ref(), &text);
                }
                let is_url = entry.as_ref().is_some_and(|(_, entry)| entry.is_url);
                let ends = matches!(name.as_ref(), "item" | "entry" | "sitemap") && !is_url
                    || name.as_ref() == "url" && is_url;
                if ends
                    && let Some((kind, entry)) = entry.take()
                    && let Some(item) = entry.finished(base)
                {
                    found.push((kind, item));
                }
                text.clear();
            }
            Event::Eof => break,
            _ => {}
        }
        if found.len() >= ENTRIES_MAX {
            break;
        }
    }
    if !is_feed {
        return Err(NotAFeed);
    }
    // Stable: without times the order of the file stays.
    found.sort_by_key(|(_, item)| std::cmp::Reverse(item.updated));
    let mut listing = Listing::default();
    for (kind, item) in found {
        match kind {
            Kind::Article => listing.items.push(item),
            Kind::Sitemap => listing.sitemaps.push(item.address),
        }
    }
    Ok(listing)
}

/// The address of the article itself in Atom's `<link>`; in RSS the address is its text.
fn atom_link(tag: &BytesStart) -> Option<String> {
    let is_article = attribute(tag, "rel").is_none_or(|rel| rel == "alternate");
    attribute(tag, "href").filter(|_| is_article)
}

fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|a| a.key.as_ref() == name);
    let value = found?.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

impl Entry {
    fn says(&mut self, name: &str, text: &str) {
        let text = tidy(text);
        if text.is_empty() {
            return;
        }
        match name {
            "title" => self.title = self.title.take().or(Some(text)),
            "link" | "loc" => self.link = self.link.take().or(Some(text)),
            // Unless it says otherwise it is the address (RSS 2.0); many a system writes an id.
            "guid" if self.is_permalink && text.contains("://") => self.guid = Some(text),
            "updated" | "lastmod" => self.updated = timestamp(&text).or(self.updated),
            "pubDate" | "published" | "date" | "publication_date" => {
                self.published = timestamp(&text).or(self.published);
            }
            _ => {}
        }
    }

    fn finished(self, base: &Address) -> Option<FeedItem> {
        let address = base
            .join(&self.link.or(self.guid)?)
            .ok()
            .filter(|address| address.is_same_site(base))?;
        let updated = self.updated.max(self.published);
        Some(FeedItem { address: address.canonical(), updated, title: self.title })
    }
}

/// RSS writes its times as mails do, the others as RFC 3339; papers write anything, `GMT+7` too.
fn timestamp(text: &str) -> Option<Timestamp> {
    let zone = text.replace("GMT+7", "+0700").replace("GMT +7", "+0700");
    let mail = OffsetDateTime::parse(&zone, &Rfc2822).ok();
    mail.map(|at| Timestamp(at.unix_timestamp() * 1_000)).or_else(|| date::timestamp(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Address {
        "https://baomuongthanh.example/rss/home.rss".parse().unwrap()
    }

    fn addresses(listing: &Listing) -> Vec<&str> {
        listing.items.iter().map(|item| item.address.as_str()).collect()
    }

    #[test]
    fn rss_is_read_newest_first_and_other_sites_are_left_out() {
        let xml = "<?xml version='1.0'?><rss version='2.0'><channel><title>Báo &amp; đài</title>
            <link>https://baomuongthanh.example/</link>
            <item><title>Cũ</title><link>https://baomuongthanh.example/cu?utm_source=rss&amp;id=1</link>
            <pubDate>Mon, 23 Nov 2026 07:00:00 +0700</pubDate></item>
            <item><title><![CDATA[Mới & hay]]></title><link><![CDATA[ /moi ]]></link>
            <pubDate>Tue, 24 Nov 2026 07:00:00 GMT+7</pubDate></item>
            <item><image><url>/anh.jpg</url></image><link>/anh</link></item>
            <item><title>Lạ</title><link>https://khac.example/x</link></item>
            <item><guid>https://baomuongthanh.example/guid?utm_source=rss</guid></item>
            <item><guid isPermaLink='false'>https://baomuongthanh.example/so-7</guid></item>
            <item><guid>so-8</guid></item>
            <item><title>Không có địa chỉ</title></item></channel></rss>";
        let listing = listing(xml, &base()).unwrap();
        let expected = [
            "https://baomuongthanh.example/moi",
            "https://baomuongthanh.example/cu?id=1",
            "https://baomuongthanh.example/anh",
            "https://baomuongthanh.example/guid",
        ];
        assert_eq!(addresses(&listing), expected);
        let updated = listing.items[1].updated.unwrap();
        assert_eq!(updated.rfc3339(), "2026-11-23T07:00:00+07:00");
        let titles = listing.items.iter().map(|item| item.title.as_deref());
        assert_eq!(titles.collect::<Vec<_>>(), [Some("Mới & hay"), Some("Cũ"), None, None]);
    }

    #[test]
    fn atom_links_are_attributes() {
        let xml = "<feed xmlns='http://www.w3.org/2005/Atom'><link href='/'/>
            <entry><link rel='edit' href='/sua/1'/><link href='/bai-1?a=1&amp;b=2'/>
            <published>2026-11-20T01:00:00Z</published><updated>2026-11-24T01:00:00Z</updated></entry></feed>";
        let listing = listing(xml, &base()).unwrap();
        assert_eq!(addresses(&listing), ["https://baomuongthanh.example/bai-1?a=1&b=2"]);
        assert_eq!(listing.items[0].updated.unwrap().rfc3339(), "2026-11-24T08:00:00+07:00");
    }

    #[test]
    fn sitemaps_list_articles_or_sitemaps() {
        let news =
            "<urlset xmlns:news='x'><url><image:image><image:loc>/x.jpg</image:loc></image:image>
            <loc>https://baomuongthanh.example/a</loc><news:news>
            <news:publication_date>2026-11-24</news:publication_date></news:news></url></urlset>";
        assert_eq!(
            addresses(&listing(news, &base()).unwrap()),
            ["https://baomuongthanh.example/a"]
        );
        let index = "<sitemapindex><sitemap><loc>https://baomuongthanh.example/s1.xml</loc>
            <lastmod>2025-01-01</lastmod></sitemap><sitemap><loc>/s2.xml</loc>
            <lastmod>2026-01-01</lastmod></sitemap></sitemapindex>";
        let index = listing(index, &base()).unwrap();
        assert!(index.items.is_empty());
        assert_eq!(index.sitemaps[0].as_str(), "https://baomuongthanh.example/s2.xml");
    }

    #[test]
    fn what_is_no_feed_is_refused_and_what_is_broken_is_read_as_far_as_it_goes() {
        assert_eq!(listing("<html><body>x</body></html>", &base()), Err(NotAFeed));
        assert_eq!(listing("", &base()), Err(NotAFeed));
        let broken = "<rss><item><link>/a</link></item><item><link>/b & c</link></x></item><item><";
        assert_eq!(listing(broken, &base()).unwrap().items.len(), 1 + 1);
    }
}
