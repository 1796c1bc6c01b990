//! Whether a file is a library of ONNX Runtime that this machine can load.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Largest library, in bytes. Builds for the processor alone have 14 to 35 MB.
pub const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The oldest version that is known to work: 1.24.
pub const MINOR_MIN: u32 = 24;

/// A system and processor for which there are libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    /// As in the names of the official archives: `linux-x64`.
    pub name: &'static str,
    /// What the library is called when it is installed.
    pub file: &'static str,
    machine: Machine,
}

/// What the head of a library must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Machine {
    /// `e_machine` of a 64-bit ELF file.
    Elf(u16),
    /// `cputype` of a 64-bit Mach-O file.
    MachO(u32),
    /// `Machine` of a PE file.
    Pe(u16),
}

const PLATFORMS: [(&str, &str, Platform); 4] = [
    ("linux", "x86_64", linux("linux-x64", 62)),
    ("linux", "aarch64", linux("linux-aarch64", 183)),
    (
        "macos",
        "aarch64",
        Platform {
            name: "osx-arm64",
            file: "libonnxruntime.dylib",
            machine: Machine::MachO(0x0100_000c),
        },
    ),
    (
        "windows",
        "x86_64",
        Platform { name: "win-x64", file: "onnxruntime.dll", machine: Machine::Pe(0x8664) },
    ),
];

const fn linux(name: &'static str, machine: u16) -> Platform {
    Platform { name, file: "libonnxruntime.so", machine: Machine::Elf(machine) }
}

impl Platform {
    /// That of this machine.
    pub fn here() -> Option<Self> {
        Self::of(std::env::consts::OS, std::env::consts::ARCH)
    }

    pub fn of(system: &str, processor: &str) -> Option<Self> {
        let found = PLATFORMS.iter().find(|(s, p, _)| (*s, *p) == (system, processor));
        found.map(|(_, _, platform)| *platform)
    }

    /// Whether a path is that of the library: with a version in its name or without, and not its
    /// debugging symbols, which on macOS have the same name in a folder of their own.
    pub fn is_library(&self, path: &str) -> bool {
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let version = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let fits = match self.machine {
            Machine::Elf(_) => name.strip_prefix("libonnxruntime.so").is_some_and(version),
            Machine::MachO(_) => name
                .strip_prefix("libonnxruntime")
                .and_then(|rest| rest.strip_suffix(".dylib"))
                .is_some_and(version),
            Machine::Pe(_) => name.eq_ignore_ascii_case("onnxruntime.dll"),
        };
        fits && !path.contains(".dSYM")
    }

    /// Reads a library and says its version, if it can be told. The error says why it is none for
    /// this machine.
    pub fn check(&self, path: &Path) -> Result<Option<String>, String> {
        let content = read(path).map_err(|error| error.to_string())?;
        if machine(&content) != Some(self.machine) {
            return Err(format!("it is not a library for {}", self.name));
        }
        if find(&content, b"OrtGetApiBase").is_none() {
            return Err("it is a library, but not of ONNX Runtime".to_owned());
        }
        let version = version(&content);
        let minor = version.as_deref().and_then(|v| v.split('.').nth(1)?.parse::<u32>().ok());
        match minor {
            Some(minor) if minor < MINOR_MIN => Err(format!(
                "it is version {}; 1.{MINOR_MIN} or newer is needed",
                version.unwrap_or_default()
            )),
            _ => Ok(version),
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_end(&mut content)?;
    if content.len() as u64 > BYTES_MAX {
        return Err(io::Error::other(format!("it has more than {BYTES_MAX} bytes")));
    }
    Ok(content)
}

/// What a head says: ELF (gABI), Mach-O (`mach-o/loader.h`) or PE (Microsoft's specification).
fn machine(content: &[u8]) -> Option<Machine> {
    let u16_at = |at: usize| Some(u16::from_le_bytes(content.get(at..at + 2)?.try_into().ok()?));
    let u32_at = |at: usize| Some(u32::from_le_bytes(content.get(at..at + 4)?.try_into().ok()?));
    // 64 bits, little endian, a shared object.
    if content.starts_with(b"\x7fELF\x02\x01") && u16_at(16)? == 3 {
        return Some(Machine::Elf(u16_at(18)?));
    }
    // MH_DYLIB
    if content.starts_with(b"\xcf\xfa\xed\xfe") && u32_at(12)? == 6 {
        return Some(Machine::MachO(u32_at(4)?));
    }
    if content.starts_with(b"MZ") {
        let at = usize::try_from(u32_at(0x3c)?).ok()?;
        let end = at.checked_add(4)?;
        return (content.get(at..end)? == b"PE\0\0").then_some(Machine::Pe(u16_at(end)?));
    }
    None
}

/// Where each kind of library says its version: in the name of its symbols, in its own name, or in its
/// resources (UTF-16).
fn version(content: &[u8]) -> Option<String> {
    let utf16: Vec<u8> = "ProductVersion".bytes().flat_map(|byte| [byte, 0]).collect();
    let marks: [&[u8]; 3] = [b"VERS_1.", b"libonnxruntime.1.", &utf16];
    let (mark, at) = marks.iter().find_map(|mark| Some((mark, find(content, mark)?)))?;
    let after = content.get(at + mark.len()..)?;
    let text: String = if mark.contains(&0) {
        let bytes = after.iter().copied().filter(|byte| *byte != 0);
        bytes.take_while(is_of_version).map(char::from).collect()
    } else {
        let rest: String =
            after.iter().copied().take_while(is_of_version).map(char::from).collect();
        format!("1.{rest}")
    };
    let text = text.trim_matches('.');
    (!text.is_empty() && text.len() < 32).then(|| text.to_owned())
}

fn is_of_version(byte: &u8) -> bool {
    byte.is_ascii_digit() || *byte == b'.'
}

fn find(content: &[u8], part: &[u8]) -> Option<usize> {
    let first = *part.first()?;
    let mut from = 0;
    loop {
        let at = from + content.get(from..)?.iter().position(|byte| *byte == first)?;
        if content[at..].starts_with(part) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elf(machine: u8, rest: &str) -> Vec<u8> {
        let mut content = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0".to_vec();
        content.extend([machine, 0]);
        content.extend(rest.as_bytes());
        content
    }

    fn checked(system: &str, processor: &str, content: &[u8]) -> Result<Option<String>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        Platform::of(system, processor).unwrap().check(file.path())
    }

    #[test]
    fn a_library_must_be_of_this_machine_and_new_enough() {
        let linux = |content: &[u8]| checked("linux", "x86_64", content);
        let good = elf(62, "..OrtGetApiBase\0VERS_1.24.4\0");
        assert_eq!(linux(&good).unwrap().as_deref(), Some("1.24.4"));
        assert_eq!(linux(&elf(62, "OrtGetApiBase")).unwrap(), None);
        assert!(linux(&elf(62, "OrtGetApiBase VERS_1.23.2\0")).unwrap_err().contains("1.23.2"));
        assert!(linux(&elf(183, "OrtGetApiBase")).unwrap_err().contains("linux-x64"));
        assert!(linux(&elf(62, "SSL_new")).unwrap_err().contains("not of ONNX Runtime"));
        for other in [&b"<html>"[..], b"", b"\x7fELF", b"MZ", b"MZ\xff\xff"] {
            assert!(linux(other).unwrap_err().contains("not a library for"), "{other:?}");
        }
    }

    #[test]
    fn libraries_of_other_systems_are_told_apart() {
        let mut dylib = b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\x06\0\0\0".to_vec();
        dylib.extend(b"@rpath/libonnxruntime.1.25.0.dylib\0OrtGetApiBase");
        assert_eq!(checked("macos", "aarch64", &dylib).unwrap().as_deref(), Some("1.25.0"));
        assert!(checked("linux", "x86_64", &dylib).is_err());
        let mut dll = b"MZ".to_vec();
        dll.resize(0x3c, 0);
        dll.extend([0x40, 0, 0, 0]);
        dll.extend(b"PE\0\0\x64\x86 OrtGetApiBase ");
        dll.extend("ProductVersion\0\u{0}1.24.4".bytes().flat_map(|byte| [byte, 0]));
        assert_eq!(checked("windows", "x86_64", &dll).unwrap().as_deref(), Some("1.24.4"));
        assert!(Platform::of("plan9", "x86_64").is_none());
    }

    #[test]
    fn the_library_is_known_by_its_name() {
        let platform = |s, p| Platform::of(s, p).unwrap();
        let linux = platform("linux", "x86_64");
        assert!(linux.is_library("a/libonnxruntime.so") && linux.is_library("libonnxruntime.so.1"));
        assert!(!linux.is_library("libonnxruntime_providers_shared.so"));
        let mac = platform("macos", "aarch64");
        assert!(mac.is_library("lib/libonnxruntime.1.24.4.dylib"));
        assert!(!mac.is_library("lib/libonnxruntime.1.24.4.dylib.dSYM/DWARF/libonnxruntime.dylib"));
        assert!(platform("windows", "x86_64").is_library("lib\\onnxruntime.dll"));
    }
}
