//! The files of a voice: each from where it can be had, checked by size and SHA-256.

use std::path::{Path, PathBuf};

use super::place::{self, Right};
use super::{InstallError, Installer, OnFile, Source};
use crate::domain::address::Address;
use crate::fetch::{DownloadError, FetchError, Size, remove_part};
use crate::synthesize::{Manifest, State, Voice, VoiceFile, Voices, checksum};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installed {
    /// It was there.
    Already(Voice),
    Now(Voice),
}

impl Installer {
    /// Installs a voice that is known here, by what is compiled in or by a `voice.json` in its folder.
    pub async fn voice(
        &self,
        id: &str,
        source: &Source,
        on_file: &mut OnFile<'_>,
    ) -> Result<Installed, InstallError> {
        // What nobody knows is said before anything is written.
        look(&self.folder).await?.named(id)?;
        let _right = Right::take(&self.folder)?;
        let voices = look(&self.folder).await?;
        let known = voices.named(id)?;
        if let State::Installed(voice) = &known.state {
            return Ok(Installed::Already(voice.clone()));
        }
        let folder = self.folder.join(id);
        let Some(manifest) = &known.manifest else {
            // It cannot even be read what it is, which is why it is broken.
            voices.get(id)?;
            return Err(InstallError::Undescribed(id.to_owned(), folder));
        };
        if manifest.files.is_empty() {
            return Err(InstallError::Undescribed(id.to_owned(), folder));
        }
        place::make_folder(&folder)?;
        for file in &manifest.files {
            self.file(&folder, manifest, file, source, on_file).await?;
        }
        Ok(Installed::Now(look(&self.folder).await?.get(id)?))
    }

    /// One file, unless it is there.
    async fn file(
        &self,
        folder: &Path,
        manifest: &Manifest,
        file: &VoiceFile,
        source: &Source,
        on_file: &mut OnFile<'_>,
    ) -> Result<(), InstallError> {
        let place = folder.join(&file.name);
        if is_that_file(&place, file).await {
            return Ok(());
        }
        let part = place::part(&place);
        let origin = match source {
            Source::Files(path) => {
                let from = by_hand(path, manifest, file)?;
                place::copy(&from, &part, on_file)?;
                from.display().to_string()
            }
            Source::Published | Source::Mirror(_) => {
                self.download(&candidates(source, manifest, file)?, file, &part, on_file).await?
            }
        };
        let found = hash(&part).await?;
        if found != file.sha256 {
            remove_part(&part).await;
            return Err(InstallError::HashDiffers { file: file.name.clone(), origin, found });
        }
        place::settle(&part, &place)?;
        // What is left of it says which version the part was.
        remove_part(&part).await;
        Ok(())
    }

    /// From the first of the addresses that has the file; tells which.
    async fn download(
        &self,
        candidates: &[Address],
        file: &VoiceFile,
        part: &Path,
        on_file: &mut OnFile<'_>,
    ) -> Result<String, InstallError> {
        let mut first_failure = None;
        for address in candidates {
            let mut on_bytes = |done: u64, total: Option<u64>| on_file(&file.name, done, total);
            let size = Size::Exactly(file.bytes);
            let error = match self.downloader.file(address, part, size, &mut on_bytes).await {
                Ok(()) => return Ok(address.to_string()),
                Err(DownloadError::File { path, cause }) => {
                    return Err(InstallError::Unwritable { path, cause });
                }
                Err(error) => error,
            };
            // A mirror that keeps its files elsewhere says so, or shows its front page.
            let is_elsewhere = matches!(
                error,
                DownloadError::WebPage | DownloadError::Fetch(FetchError::Status(404 | 410))
            );
            let failure = InstallError::Download { address: address.to_string(), cause: error };
            if !is_elsewhere {
                return Err(failure);
            }
            first_failure.get_or_insert(failure);
        }
        Err(first_failure.unwrap_or(InstallError::NoAddress { file: file.name.clone() }))
    }
}

/// Where a file may be, the likeliest first.
fn candidates(
    source: &Source,
    manifest: &Manifest,
    file: &VoiceFile,
) -> Result<Vec<Address>, InstallError> {
    let no_address = || InstallError::NoAddress { file: file.name.clone() };
    let published: Option<Address> = file.url.as_ref().and_then(|url| url.parse().ok());
    let Source::Mirror(mirror) = source else {
        return Ok(vec![published.ok_or_else(no_address)?]);
    };
    let base = mirror.as_str().trim_end_matches('/');
    let mut places = vec![format!("{base}/{}", file.name)];
    if let Some(published) = &published {
        // The mirror of a whole host keeps its paths.
        places.push(format!("{base}{}", published.path_and_query()));
    }
    places.push(format!("{base}/{}/{}", manifest.id, file.name));
    places.iter().map(|place| place.parse().map_err(|_| no_address())).collect()
}

/// The file among those that were copied by hand.
fn by_hand(path: &Path, manifest: &Manifest, file: &VoiceFile) -> Result<PathBuf, InstallError> {
    let is_folder = path.is_dir();
    let folder = if is_folder { path } else { path.parent().unwrap_or(Path::new(".")) };
    let mut places =
        vec![folder.join(&file.name), folder.join(manifest.id.as_ref()).join(&file.name)];
    // A file may have been renamed on the way: its size tells which it is.
    if !is_folder && std::fs::metadata(path).is_ok_and(|about| about.len() == file.bytes) {
        places.insert(0, path.to_owned());
    }
    let Some(found) = places.into_iter().find(|place| place.is_file()) else {
        let names: Vec<&str> = manifest.files.iter().map(|file| file.name.as_str()).collect();
        return Err(InstallError::NotThere {
            file: file.name.clone(),
            folder: folder.to_owned(),
            needs: names.join(" and "),
        });
    };
    let unreadable = |cause| InstallError::Unreadable { path: found.clone(), cause };
    let bytes = std::fs::metadata(&found).map_err(unreadable)?.len();
    if bytes != file.bytes {
        return Err(InstallError::SizeDiffers { path: found, found: bytes, expected: file.bytes });
    }
    Ok(found)
}

async fn is_that_file(place: &Path, file: &VoiceFile) -> bool {
    let same_size = std::fs::metadata(place).is_ok_and(|about| about.len() == file.bytes);
    same_size && hash(place).await.is_ok_and(|found| found == file.sha256)
}

/// Looks at the folder where it keeps nobody waiting: a model may have to be read.
async fn look(folder: &Path) -> Result<Voices, InstallError> {
    let folder = folder.to_owned();
    computed(move || Voices::in_folder(&folder)).await?.map_err(InstallError::from)
}

pub(super) async fn hash(path: &Path) -> Result<String, InstallError> {
    let asked = path.to_owned();
    let unreadable = |cause| InstallError::Unreadable { path: path.to_owned(), cause };
    computed(move || checksum::sha256(&asked)).await?.map_err(unreadable)
}

async fn computed<T: Send + 'static>(
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T, InstallError> {
    let ended = |error: tokio::task::JoinError| InstallError::Unreadable {
        path: PathBuf::from("the files"),
        cause: std::io::Error::other(error),
    };
    tokio::task::spawn_blocking(compute).await.map_err(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let json = include_str!("../../voices/vi_VN-vais1000-medium/voice.json");
        Manifest::parse(json).unwrap()
    }

    #[test]
    fn a_mirror_is_a_folder_or_a_host() {
        let manifest = manifest();
        let (_, config) = manifest.model_and_config().unwrap();
        let places = |mirror: &str| {
            let source = Source::Mirror(mirror.parse().unwrap());
            candidates(&source, &manifest, config).unwrap()
        };
        let name = "vi_VN-vais1000-medium.onnx.json";
        let published =
            format!("rhasspy/piper-voices/resolve/v1.0.0/vi/vi_VN/vais1000/medium/{name}");
        let [folder, host, id] = &places("https://mirror.example/ai/")[..] else { panic!() };
        assert_eq!(folder.as_str(), format!("https://mirror.example/ai/{name}"));
        assert_eq!(host.as_str(), format!("https://mirror.example/ai/{published}"));
        assert_eq!(id.as_str(), format!("https://mirror.example/ai/vi_VN-vais1000-medium/{name}"));
        let [there] = &candidates(&Source::Published, &manifest, config).unwrap()[..] else {
            panic!()
        };
        assert_eq!(there.as_str(), format!("https://huggingface.co/{published}"));
    }

    #[test]
    fn a_file_that_was_renamed_is_known_by_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = manifest();
        let (_, config) = manifest.model_and_config().unwrap();
        let downloaded = folder.path().join("config (1).json");
        std::fs::write(&downloaded, vec![b' '; 4_860]).unwrap();
        assert_eq!(by_hand(&downloaded, &manifest, config).unwrap(), downloaded);
        let missing = by_hand(folder.path(), &manifest, config).unwrap_err().to_string();
        assert!(missing.contains("the voice needs vi_VN-vais1000-medium.onnx.json and vi_VN"));
        std::fs::write(folder.path().join(&config.name), "{}").unwrap();
        let short = by_hand(folder.path(), &manifest, config).unwrap_err().to_string();
        assert!(short.contains("2 bytes instead of 4860"), "{short}");
    }
}
