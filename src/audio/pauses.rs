//! How long the voice is silent, and what is heard around the reading.

use std::sync::Arc;

use crate::domain::narration::Clip;
pub use crate::domain::pace::Pauses;

/// How the clips of an article are put together: the same for all articles of a newsroom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrangement {
    pub pauses: Pauses,
    /// Heard before the first word, e.g. the newsroom's jingle.
    pub intro: Option<Arc<Clip>>,
    /// Heard after the last word.
    pub outro: Option<Arc<Clip>>,
}
