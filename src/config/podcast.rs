//! The podcast's settings, as the directories of podcasts want them.

use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, refuse};

/// What the podcast at `/feed.xml` says of itself.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PodcastConfig {
    /// Its name. Empty: the service's.
    pub title: String,
    /// What it is about. Empty: a sentence that is built in, which says that a machine reads.
    pub description: String,
    /// Who makes it. Empty: the title.
    pub author: String,
    /// Where its owner gets the directories' letters; everybody can read it in the feed. Empty: none.
    pub email: String,
    /// Where it stands at Apple's, and below that; the subcategory may be empty.
    pub category: String,
    pub subcategory: String,
    /// The picture, a square JPEG or PNG file of 1400 to 3000 px. Empty: the one that is compiled in.
    pub image: PathBuf,
}

impl Default for PodcastConfig {
    fn default() -> Self {
        Self {
            title: String::new(),
            description: String::new(),
            author: String::new(),
            email: String::new(),
            category: "News".to_owned(),
            subcategory: "Daily News".to_owned(),
            image: PathBuf::new(),
        }
    }
}

/// The longest name, and the longest description, in characters: what Apple shows.
const NAME_CHARS_MAX: usize = 255;
const DESCRIPTION_CHARS_MAX: usize = 4_000;

/// Apple's categories, each with its subcategories, as
/// <https://podcasters.apple.com/support/1691-apple-podcasts-categories> names them.
const CATEGORIES: [(&str, &[&str]); 19] = [
    ("Arts", &["Books", "Design", "Fashion & Beauty", "Food", "Performing Arts", "Visual Arts"]),
    (
        "Business",
        &["Careers", "Entrepreneurship", "Investing", "Management", "Marketing", "Non-Profit"],
    ),
    ("Comedy", &["Comedy Interviews", "Improv", "Stand-Up"]),
    ("Education", &["Courses", "How To", "Language Learning", "Self-Improvement"]),
    ("Fiction", &["Comedy Fiction", "Drama", "Science Fiction"]),
    ("Government", &[]),
    (
        "Health & Fitness",
        &["Alternative Health", "Fitness", "Medicine", "Mental Health", "Nutrition", "Sexuality"],
    ),
    ("History", &[]),
    ("Kids & Family", &["Education for Kids", "Parenting", "Pets & Animals", "Stories for Kids"]),
    (
        "Leisure",
        &[
            "Animation & Manga",
            "Automotive",
            "Aviation",
            "Crafts",
            "Games",
            "Hobbies",
            "Home & Garden",
            "Video Games",
        ],
    ),
    ("Music", &["Music Commentary", "Music History", "Music Interviews"]),
    (
        "News",
        &[
            "Business News",
            "Daily News",
            "Entertainment News",
            "News Commentary",
            "Politics",
            "Sports News",
            "Tech News",
        ],
    ),
    (
        "Religion & Spirituality",
        &["Buddhism", "Christianity", "Hinduism", "Islam", "Judaism", "Religion", "Spirituality"],
    ),
    (
        "Science",
        &[
            "Astronomy",
            "Chemistry",
            "Earth Sciences",
            "Life Sciences",
            "Mathematics",
            "Natural Sciences",
            "Nature",
            "Physics",
            "Social Sciences",
        ],
    ),
    (
        "Society & Culture",
        &["Documentary", "Personal Journals", "Philosophy", "Places & Travel", "Relationships"],
    ),
    (
        "Sports",
        &[
            "Baseball",
            "Basketball",
            "Cricket",
            "Fantasy Sports",
            "Football",
            "Golf",
            "Hockey",
            "Rugby",
            "Running",
            "Soccer",
            "Swimming",
            "Tennis",
            "Volleyball",
            "Wilderness",
            "Wrestling",
        ],
    ),
    ("Technology", &[]),
    ("True Crime", &[]),
    (
        "TV & Film",
        &["After Shows", "Film History", "Film Interviews", "Film Reviews", "TV Reviews"],
    ),
];

impl PodcastConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (name, text, max) in [
            ("podcast.title", &self.title, NAME_CHARS_MAX),
            ("podcast.author", &self.author, NAME_CHARS_MAX),
            ("podcast.description", &self.description, DESCRIPTION_CHARS_MAX),
        ] {
            if text.chars().count() > max {
                let rule = "use at most 255 characters, 4000 for the description";
                return refuse(name, format!("{} characters long", text.chars().count()), rule);
            }
        }
        if !self.email.is_empty() && !is_email(&self.email) {
            return refuse(
                "podcast.email",
                self.email.clone(),
                "use an address such as a@b.example",
            );
        }
        let Some((_, below)) = CATEGORIES.iter().find(|(name, _)| *name == self.category) else {
            let rule = "use one of Apple's podcast categories in English, e.g. News or Government";
            return refuse("podcast.category", self.category.clone(), rule);
        };
        if !self.subcategory.is_empty() && !below.contains(&self.subcategory.as_str()) {
            let rule = "use a subcategory of `podcast.category` at Apple's, or leave it empty";
            return refuse("podcast.subcategory", self.subcategory.clone(), rule);
        }
        Ok(())
    }
}

/// Whether letters could go there, as far as its form tells.
fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"@".contains(c);
    match text.split_once('@') {
        Some((name, host)) => {
            let dotted = host.contains('.') && !host.split('.').any(str::is_empty);
            !name.is_empty() && !name.contains(odd) && dotted && !host.contains(odd)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(settings: &str) -> Result<(), String> {
        let config: PodcastConfig = toml::from_str(settings).unwrap();
        config.check().map_err(|error| error.to_string())
    }

    #[test]
    fn what_directories_would_refuse_is_refused() {
        assert_eq!(checked(""), Ok(()));
        assert_eq!(checked("category = 'Government'\nsubcategory = ''"), Ok(()));
        assert_eq!(checked("email = 'toa-soan@bao.example'"), Ok(()));
        for (bad, named) in [
            ("category = 'Tin tức'", "podcast.category"),
            ("category = 'Sports'", "podcast.subcategory"),
            ("email = 'toa-soan'", "podcast.email"),
            ("email = 'a@b.example, c@d.example'", "podcast.email"),
            ("email = 'a@b..example'", "podcast.email"),
        ] {
            assert!(checked(bad).unwrap_err().contains(named), "{bad}");
        }
        assert!(checked(&format!("title = '{}'", "ă".repeat(256))).unwrap_err().contains("256"));
    }
}
