//! Whether a file is the one that was published, and which one it is: SHA-256.
//!
//! A model has 60 MB and more. What was read once is remembered beside it, by size and time of
//! change, so that the program starts and lists quickly.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::manifest::{TEXT_BYTES_MAX, VERIFIED};

/// How much is read at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// What was read of the files of a folder.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Verified {
    #[serde(default)]
    files: BTreeMap<String, Known>,
    #[serde(skip)]
    changed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
struct Known {
    bytes: u64,
    /// Nanoseconds since 1970 as text, since JSON's numbers end at 2^53.
    modified: String,
    sha256: String,
}

/// The SHA-256 of a file, as 64 hexadecimal digits. Reads all of it.
pub fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(&chunk[..read]);
    }
}

impl Verified {
    /// What is remembered of a folder: nothing, where that cannot be read.
    pub fn of(folder: &Path) -> Self {
        let text = text(&folder.join(VERIFIED)).ok();
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// The checksum of a file of the folder; reads it only when it is not the one that was read before.
    pub fn sha256(&mut self, folder: &Path, name: &str) -> io::Result<String> {
        let path = folder.join(name);
        let (bytes, modified) = stamp(&std::fs::metadata(&path)?);
        if let Some(known) = self.files.get(name)
            && (known.bytes, &known.modified) == (bytes, &modified)
        {
            return Ok(known.sha256.clone());
        }
        let sha256 = sha256(&path)?;
        let known = Known { bytes, modified, sha256: sha256.clone() };
        self.files.insert(name.to_owned(), known);
        self.changed = true;
        Ok(sha256)
    }

    /// Remembers it for the next time. A folder that may not be written to is read again instead.
    pub fn keep(&self, folder: &Path) {
        if !self.changed {
            return;
        }
        let Ok(text) = serde_json::to_string_pretty(self) else { return };
        // Two processes may do this at once: each writes its own and renames.
        let beside = folder.join(format!(".{VERIFIED}.{}", std::process::id()));
        let kept = std::fs::write(&beside, text)
            .and_then(|()| std::fs::rename(&beside, folder.join(VERIFIED)));
        if kept.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
    }
}

/// By what a file is taken for unchanged.
fn stamp(about: &Metadata) -> (u64, String) {
    let since = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    (about.len(), since.map_or(0, |since| since.as_nanos()).to_string())
}

/// A small text file.
pub fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(TEXT_BYTES_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > TEXT_BYTES_MAX {
        return Err(io::Error::other(format!("it has more than {TEXT_BYTES_MAX} bytes")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn what_was_read_is_remembered_until_the_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        std::fs::write(folder.join("a"), "abc").unwrap();
        let mut verified = Verified::of(folder);
        assert_eq!(verified.sha256(folder, "a").unwrap(), ABC);
        verified.keep(folder);

        let mut verified = Verified::of(folder);
        assert_eq!(verified.sha256(folder, "a").unwrap(), ABC);
        assert!(!verified.changed);
        std::fs::write(folder.join("a"), "abcd").unwrap();
        assert_ne!(verified.sha256(folder, "a").unwrap(), ABC);
        assert!(verified.sha256(folder, "b").is_err());
    }

    #[test]
    fn a_spoiled_memory_is_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(VERIFIED), "{\"files\": 3").unwrap();
        std::fs::write(folder.path().join("a"), "abc").unwrap();
        assert_eq!(Verified::of(folder.path()).sha256(folder.path(), "a").unwrap(), ABC);
    }
}
