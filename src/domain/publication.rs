//! Whether readers hear an article, and what an editor does about it.

use super::units::Timestamp;

/// Who gets an article's reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Publication {
    /// Editors alone.
    Draft,
    #[default]
    Published,
}

/// When an article that comes in is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewArticles {
    /// As soon as it is known, while it is still being read.
    #[default]
    AtOnce,
    /// When it is read, if nothing in the reading is in doubt; else it waits for an editor.
    WhenSure,
    /// When an editor publishes it.
    ByHand,
}

/// How an article stands when it is read for the first time. One that was read before stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Debut {
    /// It is published from its beginning.
    #[default]
    Published,
    /// It waits for an editor.
    Draft,
    /// It was a draft until it was read, and nothing in the reading is in doubt.
    Sure,
}

/// What an editor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publishing {
    Publish,
    /// It becomes a draft again, and keeps its readings and its comments.
    Unpublish,
    /// A draft is published by itself at that time.
    Schedule(Timestamp),
    /// It stands above the others in "Tin mới".
    Pin,
    Unpin,
}

/// How an article stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub publication: Publication,
    /// When a draft is published by itself.
    pub publish_at: Option<Timestamp>,
    pub is_pinned: bool,
    /// It is a draft that was published before.
    pub was_published: bool,
}

impl Publication {
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Draft, Self::Published].into_iter().find(|known| known.name() == name)
    }
}

impl NewArticles {
    const ALL: [Self; 3] = [Self::AtOnce, Self::WhenSure, Self::ByHand];

    /// The name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::WhenSure => "when_sure",
            Self::ByHand => "by_hand",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// How an article stands whose reading begins.
    pub fn at_first(self) -> Debut {
        match self {
            Self::AtOnce => Debut::Published,
            Self::WhenSure | Self::ByHand => Debut::Draft,
        }
    }

    /// Whether it matters that nothing is in doubt.
    pub fn asks_whether_sure(self) -> bool {
        self == Self::WhenSure
    }

    /// How it stands when it is read.
    pub fn when_read(self, is_sure: bool) -> Debut {
        match self {
            Self::WhenSure if is_sure => Debut::Sure,
            _ => self.at_first(),
        }
    }
}

impl Debut {
    /// Whether readers hear an article that is new.
    pub fn publication(self) -> Publication {
        match self {
            Self::Published | Self::Sure => Publication::Published,
            Self::Draft => Publication::Draft,
        }
    }
}

impl Standing {
    pub fn is_draft(self) -> bool {
        self.publication == Publication::Draft
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_sure_publishes_itself_at_its_end() {
        assert_eq!(NewArticles::AtOnce.at_first(), Debut::Published);
        assert_eq!(NewArticles::AtOnce.when_read(false), Debut::Published);
        assert_eq!(NewArticles::WhenSure.at_first(), Debut::Draft);
        assert_eq!(NewArticles::WhenSure.when_read(false), Debut::Draft);
        assert_eq!(NewArticles::WhenSure.when_read(true), Debut::Sure);
        assert_eq!(NewArticles::ByHand.when_read(true), Debut::Draft);
    }

    #[test]
    fn names_lead_back() {
        for policy in NewArticles::ALL {
            assert_eq!(NewArticles::from_name(policy.name()), Some(policy));
        }
        assert_eq!(Publication::from_name("draft"), Some(Publication::Draft));
        assert_eq!(Publication::from_name("gone"), None);
    }
}
