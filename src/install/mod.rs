//! A voice, or what computes voices -> into the folder of voices: whole and checked, or not at all.
//!
//! A file is gathered beside its place (`*.part`), checked, written through to the disk, and only then
//! renamed into place. A voice whose last file is not there yet is not installed; so whatever happens
//! to the process or the machine, nobody ever speaks with half a voice.

mod archive;
mod library;
mod place;
mod runtime;
mod voice;

use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

pub use self::runtime::{InstalledRuntime, Trust};
pub use self::voice::Installed;

use crate::domain::address::Address;
use crate::fetch::{DownloadError, DownloadLimits, Downloader, FetchError};
use crate::synthesize::VoiceError;

/// Where files are taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Where they are published.
    Published,
    /// A mirror: the folder of the files, or what stands in place of the host that publishes them.
    Mirror(Address),
    /// Copied by hand: a folder or a file.
    Files(PathBuf),
}

/// Told which file is on its way, how many of its bytes are there, and of how many.
pub type OnFile<'a> = dyn FnMut(&str, u64, Option<u64>) + Send + 'a;

/// Installs into one folder of voices.
#[derive(Clone, Debug)]
pub struct Installer {
    folder: PathBuf,
    downloader: Downloader,
}

/// Why nothing was installed, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error(transparent)]
    Voice(#[from] VoiceError),
    #[error("another installation is at work in {0}; wait for its end")]
    Busy(PathBuf),
    #[error(
        "`{0}` is neither a file nor a folder that is there; an address begins with https:// or http://"
    )]
    NoSource(String),
    #[error("cannot ask for files at all: {0}")]
    Client(FetchError),
    #[error("{}", unwritable(.path, .cause))]
    Unwritable { path: PathBuf, cause: io::Error },
    #[error("cannot read {path}: {cause}")]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error("{address}: {cause}; {}", advice(.cause))]
    Download { address: String, cause: DownloadError },
    #[error(
        "nobody said where {file} is published; copy it by hand and name its folder with --from"
    )]
    NoAddress { file: String },
    #[error("{file} is not in {folder}; the voice needs {needs}")]
    NotThere { file: String, folder: PathBuf, needs: String },
    #[error(
        "{path} has {found} bytes instead of {expected}: it was copied only in part, or is another \
         file. Copy it again"
    )]
    SizeDiffers { path: PathBuf, found: u64, expected: u64 },
    #[error(
        "{file} from {origin} is not the file that was published (its SHA-256 is {found}); it is \
         removed. Try again, or name another source with --from"
    )]
    HashDiffers { file: String, origin: String, found: String },
    #[error(
        "nobody described which files the voice `{0}` needs: put its *.onnx and *.onnx.json into {1}"
    )]
    Undescribed(String, PathBuf),
    #[error("{0}: {1}")]
    NoLibrary(String, String),
    #[error(
        "no build of ONNX Runtime for {0} is known here; name a library, a wheel or an archive of \
         version 1.24 or newer with --from"
    )]
    NoBuild(String),
    #[error(
        "{0} is not a file this program knows (SHA-256 {1}), so what came over the network cannot be \
         verified. If you trust it, repeat with --unverified; a file that you checked yourself can \
         be given as --from FILE"
    )]
    Unverified(String, String),
}

impl InstallError {
    /// Stable, for the choice of the message that people see.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy(_) => "install_busy",
            Self::Download { .. } | Self::Client(_) => "install_download",
            Self::Unwritable { .. } => "install_unwritable",
            Self::SizeDiffers { .. } | Self::HashDiffers { .. } => "install_differs",
            Self::Undescribed(..) | Self::NoAddress { .. } | Self::NotThere { .. } => {
                "install_nowhere"
            }
            _ => "install_failed",
        }
    }
}

impl FromStr for Source {
    type Err = InstallError;

    /// An address, a folder or a file; nothing is the published place.
    fn from_str(text: &str) -> Result<Self, InstallError> {
        let no_source = || InstallError::NoSource(text.to_owned());
        if text.is_empty() {
            return Ok(Self::Published);
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return text.parse().map(Self::Mirror).map_err(|_| no_source());
        }
        let path = PathBuf::from(text);
        if path.exists() { Ok(Self::Files(path)) } else { Err(no_source()) }
    }
}

impl Source {
    /// The `host:port` pairs that the operator has named by it: they may be private.
    pub fn hosts(&self) -> Vec<String> {
        let Self::Mirror(address) = self else { return Vec::new() };
        let Some(host) = address.host() else { return Vec::new() };
        let mut pairs = vec![format!("{host}:{}", address.port())];
        // A mirror that is named by http:// mostly answers with its https:// address.
        if address.port() == 80 {
            pairs.push(format!("{host}:443"));
        }
        pairs
    }
}

impl Installer {
    /// `source` is where things will come from; its host may be private.
    pub fn new(
        folder: &Path,
        mut limits: DownloadLimits,
        source: &Source,
    ) -> Result<Self, InstallError> {
        limits.allow_private.extend(source.hosts());
        let downloader = Downloader::new(&limits).map_err(InstallError::Client)?;
        Ok(Self { folder: folder.to_owned(), downloader })
    }
}

/// What a person can do about a file that did not come.
fn advice(error: &DownloadError) -> &'static str {
    match error {
        DownloadError::Fetch(error) => match error {
            FetchError::Unreachable(_) | FetchError::Timeout(_) => {
                "is there a network? Without one, copy the files by hand and name their folder with \
                 --from (voices/README.md)"
            }
            FetchError::AddressRefused(_) => {
                "a mirror in your own network must be named with --from or the setting `voices_mirror`"
            }
            FetchError::Status(404 | 410) => {
                "nothing is there; --from names another mirror, or a folder of files copied by hand"
            }
            FetchError::Status(401 | 403) => {
                "the server does not give it to us; --from names another mirror"
            }
            _ => "try again later, or name another mirror with --from",
        },
        DownloadError::WebPage => {
            "the mirror answered with a web page: is the address right, and does a portal or proxy \
             want a login first?"
        }
        DownloadError::SizeDiffers { .. } | DownloadError::TooLarge(_) => {
            "it is another file or another version; name another mirror with --from"
        }
        DownloadError::CutOff { .. } => {
            "what arrived is kept, and the same command goes on from there"
        }
        DownloadError::File { .. } => "is there room on the disk?",
    }
}

fn unwritable(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => format!(
            "no space is left for {path}; make room and repeat the command (a download goes on from there)"
        ),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => format!(
            "this user may not write {path} ({error}); run the command as the user of the service, or \
             let the setting `voices` name another folder"
        ),
        _ => format!("cannot write {path}: {error}; the setting `voices` names another folder"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_an_address_or_something_that_is_there() {
        assert_eq!("".parse::<Source>().unwrap(), Source::Published);
        let mirror: Source = "http://127.0.0.1:8099/voices".parse().unwrap();
        assert_eq!(mirror.hosts(), ["127.0.0.1:8099"]);
        let mirror: Source = "http://mirror.example/".parse().unwrap();
        assert_eq!(mirror.hosts(), ["mirror.example:80", "mirror.example:443"]);
        assert!(matches!("Cargo.toml".parse(), Ok(Source::Files(_))));
        for bad in ["/no/such/folder", "mirror.example", "https://", "ftp://mirror.example/"] {
            let refused = bad.parse::<Source>().unwrap_err().to_string();
            assert!(refused.contains("https://"), "{refused}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_explained() {
        let said = |kind: io::ErrorKind| unwritable(Path::new("/a/b"), &kind.into());
        assert!(said(io::ErrorKind::StorageFull).contains("no space is left for /a/b"));
        assert!(said(io::ErrorKind::PermissionDenied).contains("setting `voices`"));
        assert!(said(io::ErrorKind::ReadOnlyFilesystem).contains("may not write"));
        assert!(said(io::ErrorKind::NotADirectory).contains("cannot write /a/b"));
    }
}
