//! Url -> file: large files, taken up again where they were cut off.
//!
//! A voice has 60 MB and comes over lines that break. What has arrived stays in a file beside the
//! place, and the next try asks for the rest of it (RFC 9110, section 14). Whether the whole is what
//! was wanted is for the caller to check: only a checksum tells.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_RANGE, ETAG, HeaderName, IF_RANGE, RANGE};
use reqwest::{Client, Response};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt as _;

use super::{FetchError, Fetcher, Limits};
use crate::domain::address::Address;

/// How much of a body is looked at before any of it is kept, in bytes: enough to know a web page.
const HEAD: usize = 512;

/// Redirects from an address to the file. Model repositories answer with one or two.
const REDIRECTS_MAX: usize = 5;

/// What a download may cost. There is no limit on its whole time: a slow line is no fault.
#[derive(Clone, Debug, PartialEq)]
pub struct DownloadLimits {
    /// Time to connect.
    pub connect: Duration,
    /// How long nothing may arrive.
    pub stall: Duration,
    /// `host:port` pairs that may be asked although they are private.
    pub allow_private: Vec<String>,
}

/// How large a file is, as far as that is known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Exactly(u64),
    AtMost(u64),
}

/// Why a file is not there, or not whole.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("a web page came instead of the file")]
    WebPage,
    #[error("the file there has {found} bytes instead of {expected}")]
    SizeDiffers { found: u64, expected: u64 },
    #[error("the file there has more than {0} bytes")]
    TooLarge(u64),
    #[error("the connection ended after {got} bytes{}: {cause}", of(.total))]
    CutOff { got: u64, total: Option<u64>, cause: String },
    #[error("cannot write {path}: {cause}")]
    File { path: PathBuf, cause: io::Error },
}

fn of(total: &Option<u64>) -> String {
    total.map(|total| format!(" of {total}")).unwrap_or_default()
}

/// Told how many bytes are there, and of how many.
pub type OnBytes<'a> = dyn FnMut(u64, Option<u64>) + Send + 'a;

/// Downloads files. The rules for addresses are those of the [`Fetcher`].
#[derive(Clone, Debug)]
pub struct Downloader {
    fetcher: Fetcher,
}

impl Downloader {
    pub fn new(limits: &DownloadLimits) -> Result<Self, FetchError> {
        let fetch = Limits {
            page_bytes_max: 0,
            redirects_max: REDIRECTS_MAX,
            connect: limits.connect,
            total: limits.stall,
            host_gap: Duration::ZERO,
            sites: Vec::new(),
            allow_private: limits.allow_private.clone(),
        };
        // A compressed body could not be taken up in the middle.
        let plain = Client::builder().no_gzip().no_brotli().no_deflate();
        Ok(Self { fetcher: Fetcher::with(plain.read_timeout(limits.stall), &fetch)? })
    }

    /// Fetches a file into `part`, from where an earlier try was cut off. On failure what arrived is
    /// kept, unless it cannot be the beginning of the file.
    pub async fn file(
        &self,
        address: &Address,
        part: &Path,
        size: Size,
        on_bytes: &mut OnBytes<'_>,
    ) -> Result<(), DownloadError> {
        let mut begun = Begun::find(part, address, size).await?;
        if size == Size::Exactly(begun.bytes) {
            on_bytes(begun.bytes, Some(begun.bytes));
            return Ok(());
        }
        let mut response = self.ask(address, &begun).await?;
        if begun.bytes > 0 && !begun.goes_on_with(&response) {
            begun.bytes = 0;
            // With another part, or none, of a file that is shorter by now; a 200 is all of it.
            if matches!(response.status().as_u16(), PARTIAL | NO_SUCH_PART) {
                response = self.ask(address, &begun).await?;
            }
        }
        if !matches!(response.status().as_u16(), OK | PARTIAL) {
            return Err(FetchError::Status(response.status().as_u16()).into());
        }
        self.write(response, begun, part, size, on_bytes).await
    }

    async fn ask(&self, address: &Address, begun: &Begun) -> Result<Response, DownloadError> {
        let range = format!("bytes={}-", begun.bytes);
        let mut headers: Vec<(HeaderName, &str)> = vec![(ACCEPT_ENCODING, "identity")];
        if begun.bytes > 0 {
            headers.push((RANGE, &range));
            if let Some(etag) = &begun.etag {
                headers.push((IF_RANGE, etag));
            }
        }
        let (_, response) = self.fetcher.follow(address.clone(), "*/*", &headers).await?;
        Ok(response)
    }

    async fn write(
        &self,
        mut response: Response,
        begun: Begun,
        part: &Path,
        size: Size,
        on_bytes: &mut OnBytes<'_>,
    ) -> Result<(), DownloadError> {
        let coming = response.content_length().map(|rest| begun.bytes + rest);
        let (head, mut failure) = head(&mut response).await;
        if begun.bytes == 0 && is_web_page(&head) {
            return Err(DownloadError::WebPage);
        }
        check_announced(coming, size)?;
        // Only now, when it looks like the file, does it replace what was there.
        let mut gathering = Gathering::open(&begun, part, &response, size, coming).await?;
        let mut arrived = gathering.add(&head, on_bytes).await;
        while arrived.is_ok() {
            let next = match failure.take() {
                Some(failure) => Err(failure),
                None => response.chunk().await,
            };
            arrived = match next {
                Ok(Some(chunk)) => gathering.add(&chunk, on_bytes).await,
                Ok(None) => break,
                Err(error) => Err(gathering.cut_off(self.fetcher.explain(&error).to_string())),
            };
        }
        gathering.end(arrived).await
    }
}

/// A file on its way.
struct Gathering<'a> {
    file: File,
    part: &'a Path,
    got: u64,
    /// All of it, if that is known.
    total: Option<u64>,
    most: Size,
}

impl<'a> Gathering<'a> {
    async fn open(
        begun: &Begun,
        part: &'a Path,
        response: &Response,
        most: Size,
        coming: Option<u64>,
    ) -> Result<Self, DownloadError> {
        let failed = |cause| DownloadError::File { path: part.to_owned(), cause };
        let file = begun.open(part, response).await.map_err(failed)?;
        let total = match most {
            Size::Exactly(bytes) => Some(bytes),
            Size::AtMost(_) => coming,
        };
        Ok(Self { file, part, got: begun.bytes, total, most })
    }

    async fn add(&mut self, chunk: &[u8], on_bytes: &mut OnBytes<'_>) -> Result<(), DownloadError> {
        let got = self.got + chunk.len() as u64;
        if got > self.most.most() {
            return Err(too_much(got, self.most));
        }
        self.file.write_all(chunk).await.map_err(|error| self.failed(error))?;
        self.got = got;
        on_bytes(got, self.total);
        Ok(())
    }

    /// Writes through what arrived, whole or not, for it is gone on with.
    async fn end(mut self, arrived: Result<(), DownloadError>) -> Result<(), DownloadError> {
        let written = match self.file.flush().await {
            Ok(()) => self.file.sync_all().await,
            Err(error) => Err(error),
        };
        match arrived {
            Ok(()) => {}
            Err(error @ (DownloadError::SizeDiffers { .. } | DownloadError::TooLarge(_))) => {
                remove(self.part).await;
                return Err(error);
            }
            Err(error) => return Err(error),
        }
        written.map_err(|error| self.failed(error))?;
        if self.total.is_some_and(|total| self.got < total) {
            return Err(self.cut_off("the server said that this is all".to_owned()));
        }
        Ok(())
    }

    fn failed(&self, cause: io::Error) -> DownloadError {
        DownloadError::File { path: self.part.to_owned(), cause }
    }

    fn cut_off(&self, cause: String) -> DownloadError {
        DownloadError::CutOff { got: self.got, total: self.total, cause }
    }
}

/// The first bytes of a body, and why there are no more.
async fn head(response: &mut Response) -> (Vec<u8>, Option<reqwest::Error>) {
    let mut head = Vec::new();
    while head.len() < HEAD {
        match response.chunk().await {
            Ok(Some(chunk)) => head.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return (head, Some(error)),
        }
    }
    (head, None)
}

const OK: u16 = 200;
const PARTIAL: u16 = 206;
const NO_SUCH_PART: u16 = 416;

/// What an earlier try has left.
struct Begun {
    bytes: u64,
    /// By which the server knows whether it is still the same file.
    etag: Option<String>,
    address: String,
}

impl Begun {
    async fn find(part: &Path, address: &Address, size: Size) -> Result<Self, DownloadError> {
        let failed = |cause| DownloadError::File { path: part.to_owned(), cause };
        let address = address.to_string();
        let bytes = match tokio::fs::metadata(part).await {
            Ok(about) => about.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(failed(error)),
        };
        let said = tokio::fs::read_to_string(beside(part)).await.unwrap_or_default();
        let etag = match said.split_once('\n') {
            Some((from, etag)) if from == address => Some(etag.to_owned()),
            _ => None,
        };
        // Without a size there is no checksum either: only the server knows what belongs together.
        let is_beginning = match size {
            Size::Exactly(all) => bytes <= all,
            Size::AtMost(_) => etag.is_some(),
        };
        if !is_beginning {
            remove(part).await;
            return Ok(Self { bytes: 0, etag: None, address });
        }
        Ok(Self { bytes, etag, address })
    }

    /// Whether an answer begins where the file ends.
    fn goes_on_with(&self, response: &Response) -> bool {
        let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
        let first = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next());
        let first = first.and_then(|first| first.trim().parse::<u64>().ok());
        response.status().as_u16() == PARTIAL && first == Some(self.bytes)
    }

    /// The file, ready for what comes next; remembers which version of it comes.
    async fn open(&self, part: &Path, response: &Response) -> io::Result<File> {
        if self.bytes > 0 {
            return OpenOptions::new().append(true).open(part).await;
        }
        let etag = response.headers().get(ETAG).and_then(|value| value.to_str().ok());
        // A weak one says nothing about single bytes (RFC 9110, section 13.1.5).
        match etag.filter(|etag| !etag.starts_with("W/")) {
            Some(etag) => {
                tokio::fs::write(beside(part), format!("{}\n{etag}", self.address)).await?
            }
            None => remove_file(&beside(part)).await,
        }
        File::create(part).await
    }
}

impl Size {
    fn most(self) -> u64 {
        match self {
            Self::Exactly(bytes) | Self::AtMost(bytes) => bytes,
        }
    }
}

fn check_announced(coming: Option<u64>, size: Size) -> Result<(), DownloadError> {
    match (coming, size) {
        (Some(found), Size::Exactly(expected)) if found != expected => {
            Err(DownloadError::SizeDiffers { found, expected })
        }
        (Some(found), Size::AtMost(most)) if found > most => Err(DownloadError::TooLarge(most)),
        _ => Ok(()),
    }
}

fn too_much(found: u64, size: Size) -> DownloadError {
    match size {
        Size::Exactly(expected) => DownloadError::SizeDiffers { found, expected },
        Size::AtMost(most) => DownloadError::TooLarge(most),
    }
}

/// Portals of hotels, pages of errors with status 200, and mirrors that show their front page for
/// everything. No file of a voice begins like this.
fn is_web_page(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with("<!doctype") || text.starts_with("<html") || text.starts_with("<!--")
}

/// Where the version of a part is remembered.
fn beside(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".from");
    PathBuf::from(name)
}

/// Throws a part away.
pub async fn remove(part: &Path) {
    remove_file(part).await;
    remove_file(&beside(part)).await;
}

async fn remove_file(path: &Path) {
    // What is not there need not be removed; what cannot be is found out when it is written to.
    let _ = tokio::fs::remove_file(path).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_is_known_by_its_beginning() {
        for page in ["<!DOCTYPE html><html>", "\n\n <html lang=vi>", "\u{feff}<!doctype HTML>"] {
            assert!(is_web_page(page.as_bytes()), "{page:?}");
        }
        for file in [&b"{\"audio\": {}}"[..], b"\x08\x07\x12\x07pytorch", b"", b"\x7fELF"] {
            assert!(!is_web_page(file), "{file:?}");
        }
    }

    #[test]
    fn an_announced_size_is_believed_before_anything_is_read() {
        assert!(check_announced(Some(10), Size::Exactly(10)).is_ok());
        assert!(check_announced(None, Size::Exactly(10)).is_ok());
        let shorter = check_announced(Some(9), Size::Exactly(10));
        assert!(matches!(shorter, Err(DownloadError::SizeDiffers { found: 9, expected: 10 })));
        let larger = check_announced(Some(11), Size::AtMost(10));
        assert!(matches!(larger, Err(DownloadError::TooLarge(10))));
    }

    #[tokio::test]
    async fn what_is_longer_than_the_file_is_no_beginning_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("a.part");
        let address = "https://bao.example/a".parse().unwrap();
        tokio::fs::write(&part, b"12345").await.unwrap();
        tokio::fs::write(beside(&part), "https://bao.example/a\n\"1\"").await.unwrap();
        let begun = Begun::find(&part, &address, Size::Exactly(9)).await.unwrap();
        assert_eq!((begun.bytes, begun.etag.as_deref()), (5, Some("\"1\"")));
        // The version is one of its own server only.
        let other = "https://mirror.example/a".parse().unwrap();
        let begun = Begun::find(&part, &other, Size::Exactly(9)).await.unwrap();
        assert_eq!((begun.bytes, begun.etag), (5, None));
        let begun = Begun::find(&part, &address, Size::Exactly(4)).await.unwrap();
        assert_eq!(begun.bytes, 0);
        assert!(!part.exists() && !beside(&part).exists());
        // Nothing to check it by: from the beginning.
        tokio::fs::write(&part, b"12345").await.unwrap();
        let begun = Begun::find(&part, &address, Size::AtMost(9)).await.unwrap();
        assert_eq!(begun.bytes, 0);
    }
}
