//! One file out of an archive: the library of ONNX Runtime out of a release (`.tgz`, `.zip`) or a
//! Python wheel (which is a `.zip`).
//!
//! Nothing is unpacked by the names in the archive: its entries are only looked through for the one
//! file, which is written where we want it. So no name can lead out of the folder.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;

use flate2::read::GzDecoder;

use super::library::{BYTES_MAX, Platform};

/// Entries that are looked through. Releases have 30, wheels 300.
const ENTRIES_MAX: usize = 20_000;

/// What an archive may unpack to altogether while it is looked through, in bytes.
const UNPACKED_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// How much is unpacked at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Tgz,
    Zip,
    /// Neither: perhaps the library itself.
    Other,
}

pub fn form(path: &Path) -> io::Result<Form> {
    let mut head = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut head)?;
    Ok(match head.as_slice() {
        [0x1f, 0x8b, ..] => Form::Tgz,
        [b'P', b'K', 3, 4] => Form::Zip,
        _ => Form::Other,
    })
}

/// Why nothing was taken out.
#[derive(Debug)]
pub enum Untaken {
    /// What is wrong with the archive.
    Archive(String),
    /// The place could not be written to.
    Place(io::Error),
}

impl From<io::Error> for Untaken {
    fn from(error: io::Error) -> Self {
        Self::Archive(format!("the archive cannot be read to its end ({error}); is it whole?"))
    }
}

/// Takes the library out of an archive; says which entry it was.
pub fn take_library(
    archive: &Path,
    form: Form,
    platform: &Platform,
    to: &Path,
) -> Result<String, Untaken> {
    let file = File::open(archive)?;
    let taken = match form {
        Form::Tgz => from_tgz(file, platform, to)?,
        Form::Zip | Form::Other => from_zip(file, platform, to)?,
    };
    let none = || format!("the archive holds no {} for {}", platform.file, platform.name);
    taken.ok_or_else(|| Untaken::Archive(none()))
}

fn from_tgz(file: File, platform: &Platform, to: &Path) -> Result<Option<String>, Untaken> {
    let mut archive = tar::Archive::new(GzDecoder::new(file).take(UNPACKED_MAX));
    for entry in archive.entries()?.take(ENTRIES_MAX) {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        // `libonnxruntime.so` itself is a link to the file with the version in its name.
        if entry.header().entry_type().is_file() && platform.is_library(&name) {
            write(&mut entry, to)?;
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn from_zip(file: File, platform: &Platform, to: &Path) -> Result<Option<String>, Untaken> {
    let mut archive = zip::ZipArchive::new(file).map_err(io::Error::from)?;
    for index in 0..archive.len().min(ENTRIES_MAX) {
        let mut entry = archive.by_index(index).map_err(io::Error::from)?;
        let name = entry.name().map_err(io::Error::from)?.into_owned();
        if entry.is_file() && platform.is_library(&name) {
            write(&mut entry, to)?;
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Writes an entry, whose size is what it unpacks to and not what it claims.
fn write(entry: &mut impl Read, to: &Path) -> Result<(), Untaken> {
    let mut file = File::create(to).map_err(Untaken::Place)?;
    let (mut chunk, mut bytes) = (vec![0; CHUNK], 0);
    loop {
        let read = entry.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        bytes += read as u64;
        if bytes > BYTES_MAX {
            return Err(Untaken::Archive(format!("the library has more than {BYTES_MAX} bytes")));
        }
        file.write_all(&chunk[..read]).map_err(Untaken::Place)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: &[u8] = b"\x7fELF and so on";

    fn tgz(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut archive = tar::Builder::new(gzip);
        for (name, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            // Set as bytes: the builder itself refuses names that lead out.
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            archive.append(&header, *content).unwrap();
        }
        let mut link = tar::Header::new_gnu();
        link.set_entry_type(tar::EntryType::Symlink);
        link.set_size(0);
        archive.append_link(&mut link, "lib/libonnxruntime.so", "/etc/passwd").unwrap();
        archive.into_inner().unwrap().finish().unwrap()
    }

    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, content) in entries {
            let options = zip::write::SimpleFileOptions::default();
            archive.start_file(*name, options).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn taken(content: &[u8]) -> Result<(String, Vec<u8>), String> {
        let folder = tempfile::tempdir().unwrap();
        let (archive, to) = (folder.path().join("archive"), folder.path().join("taken"));
        std::fs::write(&archive, content).unwrap();
        let platform = Platform::of("linux", "x86_64").unwrap();
        let name = match take_library(&archive, form(&archive).unwrap(), &platform, &to) {
            Ok(name) => name,
            Err(Untaken::Archive(why)) => return Err(why),
            Err(Untaken::Place(error)) => panic!("{error}"),
        };
        Ok((name, std::fs::read(to).unwrap()))
    }

    #[test]
    fn only_the_library_is_taken_whatever_its_path() {
        let entries: [(&str, &[u8]); 4] = [
            ("ort/lib/libonnxruntime_providers_shared.so", b"another"),
            ("ort/lib/libonnxruntime.1.24.4.dylib", b"of another system"),
            ("../../../lib/libonnxruntime.so.1.24.4", LIBRARY),
            ("ort/README.md", b"text"),
        ];
        for archive in [tgz(&entries), zip(&entries)] {
            let (name, content) = taken(&archive).unwrap();
            assert!(name.ends_with("libonnxruntime.so.1.24.4"), "{name}");
            assert_eq!(content, LIBRARY);
        }
    }

    #[test]
    fn an_archive_without_it_or_cut_short_says_so() {
        for archive in [tgz(&[("README", b"text")]), zip(&[("README", b"text")])] {
            assert!(taken(&archive).unwrap_err().contains("holds no libonnxruntime.so"));
        }
        let noise: Vec<u8> = (0..40_000_u32).map(|n| (n * n / 7) as u8).collect();
        let entries: [(&str, &[u8]); 1] = [("a/libonnxruntime.so", &noise)];
        for archive in [tgz(&entries), zip(&entries)] {
            for cut in [5, archive.len() / 2] {
                assert!(taken(&archive[..cut]).unwrap_err().contains("is it whole"), "{cut}");
            }
        }
        assert!(taken(b"").unwrap_err().contains("is it whole"));
    }
}
