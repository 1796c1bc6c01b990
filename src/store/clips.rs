//! The cache of clips: an utterance that was spoken once is never spoken again, in any article.
//!
//! A clip lies in a file that is named by its key. Nothing is lost when the cache is: what is not there
//! is spoken again, and so is what cannot be read or is not what was written. When the folder outgrows
//! its limit, the clips go that were not used for the longest time.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tracing::{debug, warn};

use super::StoreError;
use crate::domain::narration::{Clip, Doubt, Spoken};
use crate::domain::units::SampleRate;

/// A folder of clips.
#[derive(Debug)]
pub struct Clips {
    folder: PathBuf,
    bytes_max: u64,
    /// What the folder holds, as far as this process knows.
    bytes: AtomicU64,
}

/// The first bytes of each file; the number changes with the form of what follows.
const MAGIC: &[u8; 8] = b"BNCLIP1\n";

/// Bytes of a SHA-256.
const HASH: usize = 32;

/// When the limit is reached, the folder shrinks to this part of it, so that it does not shrink again
/// at the next clip.
const KEPT: f64 = 0.9;

/// What stands before the samples, as a line of JSON.
#[derive(Serialize, Deserialize)]
struct Head {
    rate: u32,
    unknown_phonemes: String,
    /// Seconds it took, and was expected to take.
    odd_length: Option<(f64, f64)>,
}

impl Clips {
    /// Opens a folder of at most `bytes_max` bytes, making it if it is missing.
    pub fn open(folder: PathBuf, bytes_max: u64) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Files { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        let clips = Self { folder, bytes_max, bytes: AtomicU64::new(0) };
        clips.make_room();
        Ok(clips)
    }

    fn path(&self, key: &str) -> PathBuf {
        let (start, rest) = key.split_at_checked(2).unwrap_or(("__", key));
        self.folder.join(start).join(rest)
    }

    /// The clip of that key, if it is there and whole.
    pub fn get(&self, key: &str) -> Option<Spoken> {
        let path = self.path(key);
        let content = fs::read(&path).ok()?;
        let spoken = read(&content);
        if spoken.is_none() {
            warn!(path = %path.display(), "a clip in the cache is damaged; it is made again");
            self.forget(&path, content.len() as u64);
            return None;
        }
        // The time of its last use. Where that cannot be written, the clip merely goes earlier.
        let _ = fs::File::options()
            .append(true)
            .open(&path)
            .and_then(|file| file.set_modified(SystemTime::now()));
        spoken
    }

    /// Keeps a clip. A cache that cannot be written to is none, and the log says so.
    pub fn put(&self, key: &str, spoken: &Spoken) {
        let content = written(spoken);
        let path = self.path(key);
        if let Err(error) = write(&path, &content) {
            warn!(%error, path = %path.display(), "a clip cannot be kept in the cache");
            return;
        }
        let length = content.len() as u64;
        if self.bytes.fetch_add(length, Ordering::Relaxed) + length > self.bytes_max {
            self.make_room();
        }
    }

    fn forget(&self, path: &Path, bytes: u64) {
        if fs::remove_file(path).is_ok() {
            let less = |all: u64| Some(all.saturating_sub(bytes));
            let _ = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        }
    }

    /// Counts what is there and, if it is too much, removes what was not used for the longest time.
    fn make_room(&self) {
        let mut files = files(&self.folder);
        let mut bytes: u64 = files.iter().map(|(_, length, _)| length).sum();
        if bytes > self.bytes_max {
            let kept = (self.bytes_max as f64 * KEPT) as u64;
            files.sort_by_key(|(used, _, _)| *used);
            let mut removed = 0;
            for (_, length, path) in files {
                if bytes <= kept {
                    break;
                }
                if fs::remove_file(&path).is_ok() {
                    bytes -= length;
                    removed += 1;
                }
            }
            debug!(removed, bytes, "the cache of clips was full");
        }
        self.bytes.store(bytes, Ordering::Relaxed);
    }
}

/// All clips with the time of their last use and their length in bytes.
fn files(folder: &Path) -> Vec<(SystemTime, u64, PathBuf)> {
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let file = |entry: fs::DirEntry| {
        let data = entry.metadata().ok()?;
        Some((data.modified().ok()?, data.len(), entry.path()))
    };
    entries(folder).flat_map(|group| entries(&group.path()).filter_map(file)).collect()
}

/// Writes beside the place and renames: another process may be reading.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension(uuid::Uuid::now_v7().to_string());
    let written = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(content))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Magic, head, samples in 16 bits, and the hash of all that.
fn written(spoken: &Spoken) -> Vec<u8> {
    let mut head =
        Head { rate: spoken.clip.rate.0, unknown_phonemes: String::new(), odd_length: None };
    for doubt in &spoken.doubts {
        match doubt {
            Doubt::UnknownPhonemes(phonemes) => head.unknown_phonemes.extend(phonemes),
            Doubt::OddLength { seconds, expected } => {
                head.odd_length = Some((*seconds, *expected));
            }
        }
    }
    let mut content = MAGIC.to_vec();
    content.extend_from_slice(super::to_json(&head).as_bytes());
    content.push(b'\n');
    content.extend(spoken.clip.pcm16().flat_map(i16::to_le_bytes));
    let hash = Sha256::digest(&content);
    content.extend_from_slice(&hash);
    content
}

/// The clip, if the content is what was written.
fn read(content: &[u8]) -> Option<Spoken> {
    let (content, hash) = content.split_at_checked(content.len().checked_sub(HASH)?)?;
    if Sha256::digest(content).as_slice() != hash {
        return None;
    }
    let rest = content.strip_prefix(MAGIC)?;
    let end = rest.iter().position(|&byte| byte == b'\n')?;
    let head: Head = serde_json::from_slice(&rest[..end]).ok()?;
    let samples = rest[end + 1..].chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]]));
    let mut doubts = Vec::new();
    if !head.unknown_phonemes.is_empty() {
        doubts.push(Doubt::UnknownPhonemes(head.unknown_phonemes.chars().collect()));
    }
    let odd = head.odd_length;
    doubts.extend(odd.map(|(seconds, expected)| Doubt::OddLength { seconds, expected }));
    Some(Spoken { clip: Clip::of_pcm16(SampleRate(head.rate), samples), doubts })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn spoken(count: usize) -> Spoken {
        let samples = (0..count).map(|i| (i % 200) as i16 * 100);
        let doubts = vec![
            Doubt::UnknownPhonemes(vec!['ʎ', 'x']),
            Doubt::OddLength { seconds: 0.125, expected: 3.5 },
        ];
        Spoken { clip: Clip::of_pcm16(SampleRate(22_050), samples), doubts }
    }

    fn cache(bytes_max: u64) -> (tempfile::TempDir, Clips) {
        let folder = tempfile::tempdir().unwrap();
        let clips = Clips::open(folder.path().join("clips"), bytes_max).unwrap();
        (folder, clips)
    }

    #[test]
    fn what_is_put_comes_back_the_same() {
        let (folder, clips) = cache(1_000_000);
        assert_eq!(clips.get("abc"), None);
        clips.put("abc", &spoken(500));
        assert_eq!(clips.get("abc"), Some(spoken(500)));
        let again = Clips::open(folder.path().join("clips"), 1_000_000).unwrap();
        assert_eq!(again.get("abc"), Some(spoken(500)));
        assert_eq!(again.bytes.load(Ordering::Relaxed), clips.bytes.load(Ordering::Relaxed));
    }

    #[test]
    fn a_damaged_clip_is_none_and_goes() {
        let (_folder, clips) = cache(1_000_000);
        let whole = written(&spoken(50));
        for damage in 0..whole.len() {
            clips.put("abc", &spoken(50));
            let mut content = whole.clone();
            content[damage] ^= 1;
            fs::write(clips.path("abc"), content).unwrap();
            assert_eq!(clips.get("abc"), None, "byte {damage}");
            assert!(!clips.path("abc").exists());
        }
        for length in 0..whole.len() {
            fs::create_dir_all(clips.path("abc").parent().unwrap()).unwrap();
            fs::write(clips.path("abc"), &whole[..length]).unwrap();
            assert_eq!(clips.get("abc"), None, "{length} bytes");
        }
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let one = written(&spoken(1_000)).len() as u64;
        let (_folder, clips) = cache(10 * one);
        let now = SystemTime::now();
        for i in 0..10_u32 {
            clips.put(&format!("clip{i}"), &spoken(1_000));
            let file = fs::File::options().append(true).open(clips.path(&format!("clip{i}")));
            let age = Duration::from_secs(u64::from(100 - i));
            file.unwrap().set_modified(now.checked_sub(age).unwrap()).unwrap();
        }
        // The oldest is used once more.
        assert!(clips.get("clip0").is_some());
        clips.put("clip10", &spoken(1_000));
        let there = |i: u32| clips.path(&format!("clip{i}")).exists();
        let left: Vec<u32> = (0..=10).filter(|&i| there(i)).collect();
        assert_eq!(left, [0, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(clips.bytes.load(Ordering::Relaxed), 9 * one);
    }

    #[test]
    fn where_nothing_can_be_written_nothing_is_kept() {
        let (folder, clips) = cache(1_000_000);
        fs::remove_dir_all(folder.path().join("clips")).unwrap();
        fs::write(folder.path().join("clips"), "a file").unwrap();
        clips.put("abc", &spoken(10));
        assert_eq!(clips.get("abc"), None);
    }
}
