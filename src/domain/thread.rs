//! The talk below an article: approved comments, each with the replies to it.

use super::comment::Comment;

/// An approved comment and the approved replies to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    pub comment: Comment,
    /// The oldest first; not all of them, when there are many.
    pub replies: Vec<Comment>,
    pub replies_total: u64,
}

/// What stands first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThreadOrder {
    #[default]
    Newest,
    Liked,
}

/// A part of the talk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Talk {
    pub threads: Vec<Thread>,
    pub threads_total: u64,
    /// With the replies.
    pub comments_total: u64,
}

impl ThreadOrder {
    /// The name in addresses.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "newest" => Some(Self::Newest),
            "liked" => Some(Self::Liked),
            _ => None,
        }
    }
}
