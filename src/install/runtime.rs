//! The library of ONNX Runtime, which computes neural voices fastest -> `<voices>/runtime/`.
//!
//! It is program code that will run here, so where it comes from matters more than with a model. What
//! `voices/runtime.json` names is known by its checksum, whoever served it. A file that the operator
//! brings is the operator's word. Anything else that comes over the network is refused.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::archive::{self, Form, Untaken};
use super::library::{BYTES_MAX, Platform};
use super::place::{self, Right};
use super::voice::hash;
use super::{InstallError, Installer, OnFile, Source};
use crate::domain::address::Address;
use crate::fetch::{DownloadError, Size, remove_part};
use crate::synthesize::RUNTIME_FOLDER;

const BUILDS: &str = include_str!("../../voices/runtime.json");

/// Largest archive, in bytes. The one for Windows has 74 MB, since it holds debugging symbols too.
const ARCHIVE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// What is known of official builds.
#[derive(Deserialize)]
struct Builds {
    builds: Vec<Build>,
}

#[derive(Clone, Deserialize)]
struct Build {
    platform: String,
    url: String,
    bytes: u64,
    sha256: String,
    library_sha256: String,
}

/// A library that was installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledRuntime {
    pub path: PathBuf,
    pub version: Option<String>,
    pub sha256: String,
    pub trust: Trust,
}

/// Why a library is taken for the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It is an official build that this program knows.
    Known,
    /// The operator says so.
    OnRequest,
}

/// Where the file lies that holds the library, or is it.
struct Brought {
    path: PathBuf,
    /// Where it came from, for people.
    origin: String,
    by_network: bool,
}

impl Installer {
    /// Installs the library. `unverified`: also one over the network that this program does not know.
    pub async fn runtime(
        &self,
        source: &Source,
        unverified: bool,
        on_file: &mut OnFile<'_>,
    ) -> Result<InstalledRuntime, InstallError> {
        let here = || format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
        let platform = Platform::here().ok_or_else(|| InstallError::NoBuild(here()))?;
        let build = known_build(platform.name);
        let _right = Right::take(&self.folder)?;
        let folder = self.folder.join(RUNTIME_FOLDER);
        place::make_folder(&folder)?;
        let place = folder.join(platform.file);
        if *source == Source::Published
            && let Some(build) = &build
            && place.is_file()
        {
            let sha256 = hash(&place).await?;
            if sha256 == build.library_sha256 {
                let version = platform
                    .check(&place)
                    .map_err(|why| InstallError::NoLibrary(place.display().to_string(), why))?;
                return Ok(InstalledRuntime { path: place, version, sha256, trust: Trust::Known });
            }
        }
        let brought = match source {
            Source::Files(path) => Brought {
                path: by_hand(path, &platform, build.as_ref())?,
                origin: path.display().to_string(),
                by_network: false,
            },
            _ => {
                let build = build.as_ref().ok_or_else(|| InstallError::NoBuild(here()))?;
                self.archive(&folder, source, build, on_file).await?
            }
        };
        let part = place::part(&place);
        let installed = unpacked(&brought, &platform, &part, on_file).and_then(|version| {
            let sha256 = crate::synthesize::checksum::sha256(&part)
                .map_err(|cause| InstallError::Unreadable { path: part.clone(), cause })?;
            let known = build.is_some_and(|build| build.library_sha256 == sha256);
            if !known && brought.by_network && !unverified {
                return Err(InstallError::Unverified(brought.origin.clone(), sha256));
            }
            place::settle(&part, &place)?;
            let trust = if known { Trust::Known } else { Trust::OnRequest };
            Ok(InstalledRuntime { path: place, version, sha256, trust })
        });
        remove_part(&part).await;
        if brought.by_network {
            remove_part(&brought.path).await;
        }
        installed
    }

    /// The archive of the official release, or what lies at an address.
    async fn archive(
        &self,
        folder: &Path,
        source: &Source,
        build: &Build,
        on_file: &mut OnFile<'_>,
    ) -> Result<Brought, InstallError> {
        let (address, is_official) = place_of(source, build)?;
        let name = if is_official { last_segment(&build.url) } else { "given" };
        let path = place::part(&folder.join(name));
        let size =
            if is_official { Size::Exactly(build.bytes) } else { Size::AtMost(ARCHIVE_BYTES_MAX) };
        let mut on_bytes = |done: u64, total: Option<u64>| on_file(name, done, total);
        match self.downloader.file(&address, &path, size, &mut on_bytes).await {
            Ok(()) => {}
            Err(DownloadError::File { path, cause }) => {
                return Err(InstallError::Unwritable { path, cause });
            }
            Err(cause) => {
                return Err(InstallError::Download { address: address.to_string(), cause });
            }
        }
        let origin = address.to_string();
        if is_official {
            let found = hash(&path).await?;
            if found != build.sha256 {
                remove_part(&path).await;
                let file = last_segment(&build.url).to_owned();
                return Err(InstallError::HashDiffers { file, origin, found });
            }
        }
        Ok(Brought { path, origin, by_network: true })
    }
}

fn known_build(platform: &str) -> Option<Build> {
    // The file is compiled in, and a test reads it.
    let builds: Builds = serde_json::from_str(BUILDS).expect("runtime.json is valid");
    builds.builds.into_iter().find(|build| build.platform == platform)
}

/// The address to ask, and whether the official archive is expected there. An address that ends like
/// a file is taken as it is; any other is a mirror of the official place.
fn place_of(source: &Source, build: &Build) -> Result<(Address, bool), InstallError> {
    let name = last_segment(&build.url);
    let no_address = || InstallError::NoAddress { file: name.to_owned() };
    let Source::Mirror(mirror) = source else {
        return Ok((build.url.parse().map_err(|_| no_address())?, true));
    };
    let given = last_segment(mirror.as_str());
    let is_file = [".tgz", ".tar.gz", ".zip", ".whl", ".so", ".dylib", ".dll"]
        .iter()
        .any(|ending| given.to_ascii_lowercase().contains(ending));
    if is_file {
        return Ok((mirror.clone(), given == name));
    }
    let there = format!("{}/{name}", mirror.as_str().trim_end_matches('/'));
    Ok((there.parse().map_err(|_| no_address())?, true))
}

fn last_segment(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

/// The file that was brought, or the one in the folder that was.
fn by_hand(
    path: &Path,
    platform: &Platform,
    build: Option<&Build>,
) -> Result<PathBuf, InstallError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    for folder in [path.to_owned(), path.join("lib"), path.join("capi")] {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let names = entries.filter_map(Result::ok).map(|entry| entry.file_name());
        let mut names: Vec<String> =
            names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        let archive = build.map(|build| last_segment(&build.url));
        let library = names.iter().find(|name| platform.is_library(name));
        let found = library.or_else(|| names.iter().find(|name| Some(name.as_str()) == archive));
        if let Some(name) = found {
            return Ok(folder.join(name));
        }
    }
    let why = format!("no {} is in the folder, nor in lib/ of it", platform.file);
    Err(InstallError::NoLibrary(path.display().to_string(), why))
}

/// The library, out of its archive, looked at; gives its version.
fn unpacked(
    brought: &Brought,
    platform: &Platform,
    part: &Path,
    on_file: &mut OnFile<'_>,
) -> Result<Option<String>, InstallError> {
    let no_library = |why: String| InstallError::NoLibrary(brought.origin.clone(), why);
    let unreadable = |cause| InstallError::Unreadable { path: brought.path.clone(), cause };
    let bytes = std::fs::metadata(&brought.path).map_err(unreadable)?.len();
    if bytes > ARCHIVE_BYTES_MAX {
        return Err(no_library(format!("it has more than {ARCHIVE_BYTES_MAX} bytes")));
    }
    match archive::form(&brought.path).map_err(unreadable)? {
        Form::Other if bytes > BYTES_MAX => {
            return Err(no_library(format!("it has more than {BYTES_MAX} bytes")));
        }
        Form::Other => place::copy(&brought.path, part, on_file)?,
        form => {
            archive::take_library(&brought.path, form, platform, part).map_err(
                |error| match error {
                    Untaken::Archive(why) => no_library(why),
                    Untaken::Place(cause) => place::cannot_write(part, cause),
                },
            )?;
        }
    }
    platform.check(part).map_err(no_library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_build_is_one_of_a_platform() {
        let builds: Builds = serde_json::from_str(BUILDS).unwrap();
        assert_eq!(builds.builds.len(), 4);
        for build in builds.builds {
            let own = last_segment(&build.url).strip_prefix("onnxruntime-").unwrap();
            assert!(own.starts_with(&build.platform), "{own}");
            let digits =
                |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(digits(&build.sha256) && digits(&build.library_sha256));
        }
        assert!(known_build("plan9").is_none());
    }

    #[test]
    fn an_address_is_a_file_or_a_mirror() {
        let build = known_build("linux-x64").unwrap();
        let place = |address: &str| {
            let (place, is_official) =
                place_of(&Source::Mirror(address.parse().unwrap()), &build).unwrap();
            (place.to_string(), is_official)
        };
        let name = "onnxruntime-linux-x64-1.24.4.tgz";
        let there = format!("https://mirror.example/ort/{name}");
        assert_eq!(place("https://mirror.example/ort/"), (there.clone(), true));
        assert_eq!(place(&there), (there, true));
        let wheel = "https://mirror.example/onnxruntime-1.24.4-cp311.whl";
        assert_eq!(place(wheel), (wheel.to_owned(), false));
        assert_eq!(place_of(&Source::Published, &build).unwrap().0.as_str(), build.url);
    }

    #[test]
    fn a_folder_is_looked_through() {
        let folder = tempfile::tempdir().unwrap();
        let platform = Platform::of("linux", "x86_64").unwrap();
        let found = || by_hand(folder.path(), &platform, known_build("linux-x64").as_ref());
        assert!(found().unwrap_err().to_string().contains("no libonnxruntime.so"));
        let archive = folder.path().join("onnxruntime-linux-x64-1.24.4.tgz");
        std::fs::write(&archive, "").unwrap();
        assert_eq!(found().unwrap(), archive);
        let library = folder.path().join("libonnxruntime.so.1.25.0");
        std::fs::write(&library, "").unwrap();
        assert_eq!(found().unwrap(), library);
    }
}
