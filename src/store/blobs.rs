//! Sound by content hash, on disk. What is written is complete or absent, and never changes.

use std::fmt;
use std::fs;
use std::io::{self, BufWriter, Read as _, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

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
    file: fs::File,
    /// Length in bytes.
    pub bytes: u64,
}

impl Blob {
    /// Its bytes from `start` on. Nothing is read yet, so this does not wait for the disk.
    pub fn from(mut self, start: u64) -> io::Result<File> {
        self.file.seek(SeekFrom::Start(start))?;
        Ok(File::from_std(self.file))
    }
}

/// A blob that is being written. Until it is finished nobody can get it, and one that is dropped
/// leaves nothing behind.
#[derive(Debug)]
pub struct BlobWriter {
    file: Option<BufWriter<fs::File>>,
    path: PathBuf,
    blobs: Blobs,
}

#[cfg(test)]
impl BlobId {
    fn of(content: &[u8]) -> Self {
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

/// Where blobs lie while they are written.
pub(super) const INCOMING: &str = "incoming";

/// What a killed process left there is removed when it is this old: nothing takes so long to write.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

impl Blobs {
    pub(super) fn open(folder: PathBuf) -> Result<Self, StoreError> {
        let incoming = folder.join(INCOMING);
        match fs::create_dir_all(&incoming) {
            Ok(()) => {
                remove_abandoned(&incoming);
                Ok(Self { folder })
            }
            Err(source) => Err(StoreError::Files { path: incoming, source }),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn path(&self, id: &BlobId) -> PathBuf {
        // Two digits of folder keep each folder small enough to list.
        self.folder.join(&id.0[..2]).join(&id.0[2..])
    }

    /// Begins a blob, whose name will be the hash of all that is written.
    pub fn begin(&self) -> Result<BlobWriter, StoreError> {
        let incoming = self.folder.join(INCOMING);
        let path = incoming.join(uuid::Uuid::now_v7().to_string());
        // The folder may have been tidied away while the service runs.
        let created = fs::create_dir_all(&incoming)
            .and_then(|()| fs::File::options().read(true).write(true).create_new(true).open(&path));
        match created {
            Ok(file) => {
                let file = Some(BufWriter::with_capacity(64 * 1024, file));
                Ok(BlobWriter { file, path, blobs: self.clone() })
            }
            Err(source) => Err(StoreError::Files { path, source }),
        }
    }

    /// Opens a blob, or says that there is none.
    pub async fn get(&self, id: &BlobId) -> Result<Option<Blob>, StoreError> {
        let path = self.path(id);
        self.blocking(move || open(&path)).await
    }

    /// How long each of them is, in bytes, without opening one; `None` for what is not there.
    pub async fn lengths(&self, ids: &[BlobId]) -> Result<Vec<Option<u64>>, StoreError> {
        let paths: Vec<PathBuf> = ids.iter().map(|id| self.path(id)).collect();
        self.blocking(move || paths.iter().map(|path| length(path)).collect()).await
    }

    /// Does what waits for the disk where waiting is allowed.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(error) => Err(StoreError::Files {
                path: self.folder.clone(),
                source: io::Error::other(error),
            }),
        }
    }
}

fn open(path: &Path) -> Result<Option<Blob>, StoreError> {
    let opened = fs::File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
    there(path, opened.map(|(bytes, file)| Blob { file, bytes }))
}

fn length(path: &Path) -> Result<Option<u64>, StoreError> {
    there(path, fs::metadata(path).map(|data| data.len()))
}

fn there<T>(path: &Path, found: io::Result<T>) -> Result<Option<T>, StoreError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::Files { path: path.to_owned(), source }),
    }
}

impl BlobWriter {
    /// Where it lies for now: what is flushed can be read there already.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps what was written. Waits for the disk: call it where waiting is allowed.
    pub fn finish(mut self) -> Result<BlobId, StoreError> {
        let kept = self.keep();
        kept.map_err(|source| StoreError::Files { path: self.path.clone(), source })
    }

    /// Moves the file to its name, so that nobody ever sees half a blob.
    fn keep(&mut self) -> io::Result<BlobId> {
        let Some(file) = self.file.take() else { return Err(io::ErrorKind::NotFound.into()) };
        let closed =
            file.into_inner().map_err(io::IntoInnerError::into_error).and_then(|mut file| {
                // A header may have been written last, so the hash is taken of what lies there now.
                let id = BlobId(hash(&mut file)?);
                file.sync_all()?;
                Ok(id)
            });
        let moved = closed.and_then(|id| {
            let path = self.blobs.path(&id);
            let folder = path.parent().unwrap_or(&self.blobs.folder);
            if path.exists() {
                fs::remove_file(&self.path)?;
                return Ok(id);
            }
            fs::create_dir_all(folder)?;
            fs::rename(&self.path, &path)?;
            // The name too must survive a power cut before anything refers to it.
            #[cfg(unix)]
            fs::File::open(folder)?.sync_all()?;
            Ok(id)
        });
        if moved.is_err() {
            let _ = fs::remove_file(&self.path);
        }
        moved
    }

    fn writer(&mut self) -> io::Result<&mut BufWriter<fs::File>> {
        self.file.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer()?.flush()
    }
}

impl Seek for BlobWriter {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.writer()?.seek(to)
    }
}

impl Drop for BlobWriter {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // What is still in memory must not be written to a full disk once more.
            let _ = file.into_parts();
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The SHA-256 of a whole file.
pub(super) fn hash(file: &mut fs::File) -> io::Result<String> {
    file.rewind()?;
    let mut hash = Sha256::new();
    let mut part = vec![0; 256 * 1024];
    loop {
        match file.read(&mut part)? {
            0 => return Ok(hex(&hash.finalize())),
            count => hash.update(&part[..count]),
        }
    }
}

/// Other processes may be writing at this moment, so only what is old goes.
fn remove_abandoned(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let age = entry.metadata().and_then(|data| data.modified()).ok();
        let age = age.and_then(|modified| modified.elapsed().ok());
        if age.is_some_and(|age| age > ABANDONED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs() -> (tempfile::TempDir, Blobs) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().join("blobs")).unwrap();
        (folder, blobs)
    }

    fn put(blobs: &Blobs, content: &[u8]) -> BlobId {
        let mut writer = blobs.begin().unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap()
    }

    fn files(folder: &Path) -> usize {
        let entries = fs::read_dir(folder).unwrap().flatten();
        entries.map(|e| if e.path().is_dir() { files(&e.path()) } else { 1 }).sum()
    }

    #[tokio::test]
    async fn what_is_put_can_be_got_and_nothing_else_lies_around() {
        let (folder, blobs) = blobs();
        let id = put(&blobs, b"am thanh");
        assert_eq!((&id, id.clone()), (&put(&blobs, b"am thanh"), BlobId::of(b"am thanh")));
        assert_eq!(blobs.get(&id).await.unwrap().unwrap().bytes, 8);
        let other = BlobId::of(b"other");
        assert!(blobs.get(&other).await.unwrap().is_none());
        assert_eq!(blobs.lengths(&[other, id]).await.unwrap(), [None, Some(8)]);
        assert_eq!(files(folder.path()), 1);
    }

    #[test]
    fn what_is_written_can_be_read_before_its_end_and_is_gone_if_there_is_none() {
        let (folder, blobs) = blobs();
        let mut writer = blobs.begin().unwrap();
        writer.write_all(b"am ").unwrap();
        writer.flush().unwrap();
        writer.write_all(b"thanh").unwrap();
        assert_eq!(fs::read(writer.path()).unwrap(), b"am ");
        drop(writer);
        assert_eq!(files(folder.path()), 0);
    }

    #[test]
    fn a_header_may_be_written_last() {
        let (_folder, blobs) = blobs();
        let mut writer = blobs.begin().unwrap();
        writer.write_all(b"?m thanh").unwrap();
        writer.seek(SeekFrom::Start(0)).unwrap();
        writer.write_all(b"a").unwrap();
        assert_eq!(writer.finish().unwrap(), BlobId::of(b"am thanh"));
    }

    #[test]
    fn an_id_cannot_be_a_path() {
        assert!("../../etc/passwd".parse::<BlobId>().is_err());
        assert!("AB".repeat(32).parse::<BlobId>().is_err());
    }
}
