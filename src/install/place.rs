//! How a file gets to its place: one installation at a time, written through, then renamed.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::{InstallError, OnFile};

/// How much is copied at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// The right to install into a folder; it ends with the value, or with the process.
#[derive(Debug)]
pub struct Right {
    _lock: File,
}

impl Right {
    /// Two installations at once would write into one file.
    pub fn take(folder: &Path) -> Result<Self, InstallError> {
        make_folder(folder)?;
        let path = folder.join(".lock");
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let lock = opened.map_err(|cause| cannot_write(&path, cause))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(std::fs::TryLockError::WouldBlock) => Err(InstallError::Busy(folder.to_owned())),
            Err(std::fs::TryLockError::Error(cause)) => Err(cannot_write(&path, cause)),
        }
    }
}

pub fn make_folder(folder: &Path) -> Result<(), InstallError> {
    std::fs::create_dir_all(folder).map_err(|cause| cannot_write(folder, cause))
}

/// Where a file is gathered.
pub fn part(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Copies a file that was brought by hand.
pub fn copy(from: &Path, to: &Path, on_file: &mut OnFile<'_>) -> Result<(), InstallError> {
    let unreadable = |cause| InstallError::Unreadable { path: from.to_owned(), cause };
    let name = from.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut source = File::open(from).map_err(unreadable)?;
    let total = source.metadata().map_err(unreadable)?.len();
    let mut target = File::create(to).map_err(|cause| cannot_write(to, cause))?;
    let (mut chunk, mut done) = (vec![0; CHUNK], 0);
    loop {
        let read = source.read(&mut chunk).map_err(unreadable)?;
        if read == 0 {
            return Ok(());
        }
        target.write_all(&chunk[..read]).map_err(|cause| cannot_write(to, cause))?;
        done += read as u64;
        on_file(&name, done, Some(total));
    }
}

/// Puts a file that was checked into its place, so that it is still there after a power cut.
pub fn settle(part: &Path, place: &Path) -> Result<(), InstallError> {
    let settled = (|| {
        File::open(part)?.sync_all()?;
        std::fs::rename(part, place)?;
        #[cfg(unix)]
        if let Some(folder) = place.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    })();
    settled.map_err(|cause| cannot_write(place, cause))
}

pub fn cannot_write(path: &Path, cause: io::Error) -> InstallError {
    InstallError::Unwritable { path: path.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_may_install() {
        let folder = tempfile::tempdir().unwrap();
        let right = Right::take(folder.path()).unwrap();
        let second = Right::take(folder.path()).unwrap_err().to_string();
        assert!(second.contains("another installation"), "{second}");
        drop(right);
        Right::take(folder.path()).unwrap();
    }
}
