//! Sound by content hash, on disk. What is written is complete or absent, and never changes.

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sha2::{Digest, Sha256};
use tokio::fs::File;

use super::StoreError;

/// The SHA-256 of a blob, as 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlobId(String);

/// A folder of blobs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: PathBuf,
}

/// An open blob.
#[derive(Debug)]
pub struct Blob {
    pub file: File,
    /// Length in bytes.
    pub bytes: u64,
}

impl BlobId {
    pub fn of(content: &[u8]) -> Self {
        Self(hex(&Sha256::digest(content)))
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BlobId {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if text.len() == 64 && text.chars().all(digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(StoreError::Corrupt(format!("not a blob id: {text:?}")))
        }
    }
}

impl Blobs {
    pub(super) fn open(folder: PathBuf) -> Result<Self, StoreError> {
        match std::fs::create_dir_all(&folder) {
            Ok(()) => Ok(Self { folder }),
            Err(source) => Err(StoreError::Files { path: folder, source }),
        }
    }

    fn path(&self, id: &BlobId) -> PathBuf {
        // Two digits of folder keep each folder small enough to list.
        self.folder.join(&id.0[..2]).join(&id.0[2..])
    }

    /// Keeps `content`. Waits for the disk: call it where waiting is allowed.
    pub fn put(&self, content: &[u8]) -> Result<BlobId, StoreError> {
        let id = BlobId::of(content);
        let path = self.path(&id);
        if !path.exists() {
            self.write(&path, content)
                .map_err(|source| StoreError::Files { path: path.clone(), source })?;
        }
        Ok(id)
    }

    /// Writes beside the final place and renames, so that nobody ever sees half a blob.
    fn write(&self, path: &Path, content: &[u8]) -> std::io::Result<()> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let beside = path.with_extension(format!("{}.new", uuid::Uuid::now_v7()));
        let written = (|| {
            let mut file = std::fs::File::create(&beside)?;
            file.write_all(content)?;
            file.sync_all()?;
            std::fs::rename(&beside, path)?;
            // The name too must survive a power cut before anything refers to it.
            #[cfg(unix)]
            if let Some(parent) = path.parent() {
                std::fs::File::open(parent)?.sync_all()?;
            }
            Ok(())
        })();
        if written.is_err() {
            // The disk may be full: give back what the half blob took.
            let _ = std::fs::remove_file(&beside);
        }
        written
    }

    /// Opens a blob, or says that there is none.
    pub async fn get(&self, id: &BlobId) -> Result<Option<Blob>, StoreError> {
        let path = self.path(id);
        let opened = async {
            let file = File::open(&path).await?;
            let bytes = file.metadata().await?.len();
            Ok::<_, std::io::Error>(Blob { file, bytes })
        };
        match opened.await {
            Ok(blob) => Ok(Some(blob)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::Files { path, source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_put_can_be_got_and_nothing_else_lies_around() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().join("blobs")).unwrap();
        let id = blobs.put(b"am thanh").unwrap();
        assert_eq!(blobs.put(b"am thanh").unwrap(), id);
        assert_eq!(blobs.get(&id).await.unwrap().unwrap().bytes, 8);
        assert!(blobs.get(&BlobId::of(b"other")).await.unwrap().is_none());
        let inside = folder.path().join("blobs").join(&id.to_string()[..2]);
        assert_eq!(std::fs::read_dir(inside).unwrap().count(), 1);
    }

    #[test]
    fn an_id_cannot_be_a_path() {
        assert!("../../etc/passwd".parse::<BlobId>().is_err());
        assert!("AB".repeat(32).parse::<BlobId>().is_err());
    }
}
