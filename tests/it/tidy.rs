//! The rules of the house, checked by reading the source.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// One Rust file of `src/`.
struct Source {
    /// Relative to `src/`, e.g. `store/jobs.rs`.
    path: String,
    /// The module at the top, e.g. `store`.
    module: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let read = |file: PathBuf| {
        let path = file.strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
        let module = path.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        Source { path, module, text: fs::read_to_string(file).unwrap() }
    };
    files(&src, "rs").into_iter().map(read).collect()
}

impl Source {
    /// The code: without comments, and without the tests at the bottom.
    fn code(&self) -> String {
        let is_test = self.path.ends_with("tests.rs") || self.path.contains("/tests/");
        if is_test || self.path.ends_with("signals.rs") {
            return String::new();
        }
        let end = self.text.find("#[cfg(test)]\nmod tests").unwrap_or(self.text.len());
        let lines = self.text[..end].lines();
        let code = lines.filter(|line| !line.trim_start().starts_with("//"));
        code.collect::<Vec<_>>().join("\n")
    }

    /// The modules of ours that the code names, by `crate::`.
    fn imports(&self) -> Vec<String> {
        let code = self.code();
        let mut found = Vec::new();
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            let part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            found.push(rest.chars().take_while(part).collect());
        }
        found
    }
}

#[test]
fn modules_import_only_what_they_may() {
    let stages = ["fetch", "extract", "normalize", "phonemize", "synthesize", "audio", "moderate"];
    let mut allowed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    allowed.insert("domain", vec![]);
    for module in ["config", "store"].iter().chain(&stages) {
        allowed.insert(module, vec!["domain"]);
    }
    allowed.insert("identify", vec!["domain"]);
    allowed.insert("narrate", [&["domain", "store"][..], &stages].concat());
    allowed.insert("jobs", vec!["domain", "narrate", "store"]);
    allowed.insert("follow", vec!["domain", "store", "fetch", "extract", "narrate", "jobs"]);
    allowed.insert("install", vec!["domain", "fetch", "synthesize"]);
    allowed.insert("studio", vec!["domain", "store", "fetch", "synthesize", "install", "narrate"]);
    allowed.insert("notify", vec!["domain", "store", "fetch"]);
    // A token is read where it comes in; of the fetchers only the newspaper's telephone check is asked there.
    let behind_web = ["domain", "config", "store", "jobs", "narrate", "moderate", "notify"];
    allowed.insert("web", [&behind_web[..], &["identify", "fetch", "studio", "follow"]].concat());
    for source in sources() {
        let Some(allowed) = allowed.get(source.module.as_str()) else {
            assert!(
                ["lib", "main", "commands"].contains(&source.module.as_str()),
                "{}: a module that the map does not know",
                source.path
            );
            continue;
        };
        // One `use` for each module, so that this test can read them.
        assert!(!source.code().contains("crate::{"), "{} imports a list", source.path);
        for import in source.imports() {
            let own = import == source.module;
            assert!(own || allowed.contains(&import.as_str()), "{} imports {import}", source.path);
        }
    }
}

#[test]
fn the_core_is_pure() {
    let banned = [
        "tokio",
        "reqwest",
        "sqlx",
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::time",
        "Instant::now",
        "SystemTime",
        "now_utc",
        "now_v7",
        "getrandom",
        "File::open",
    ];
    for source in sources() {
        let core = ["domain", "extract", "normalize", "phonemize", "audio", "moderate"];
        if !core.contains(&source.module.as_str()) {
            continue;
        }
        let code = source.code();
        for word in banned {
            assert!(!code.contains(word), "{} uses {word}", source.path);
        }
        let serde = source.module == "domain" && code.contains("serde");
        assert!(!serde, "{}: domain has no serde", source.path);
    }
}

#[test]
fn each_outside_package_has_one_home() {
    let homes = [
        ("axum", "web"),
        ("askama", "web notify/letter.rs notify/digest.rs"),
        ("tower_http", "web"),
        ("sqlx", "store"),
        ("reqwest", "fetch"),
        ("scraper", "extract"),
        // One reads, the other writes.
        ("quick_xml", "extract/feed.rs web/xml.rs"),
        ("hound", "audio/wav.rs"),
        ("rusty_mp3", "audio/mp3.rs"),
        ("opus_pure", "audio/opus.rs"),
        ("rubato", "audio/resample.rs"),
        ("ebur128", "audio"),
        ("argon2", "web/password.rs"),
        ("fast_qr", "web/totp.rs"),
        ("tar", "install/archive.rs"),
        ("zip", "install/archive.rs"),
        ("aho_corasick", "moderate"),
        ("ipnet", "web/client.rs web/networks.rs"),
        ("lettre", "notify/mail.rs"),
        ("clap", "commands"),
        ("jsonwebtoken", "identify"),
        ("similar", "narrate/changes.rs"),
        ("rustix", "store/health.rs"),
    ];
    for source in sources() {
        for (package, home) in homes {
            let used = source.code().contains(&format!("{package}::"));
            let main = source.path == "main.rs" && home == "commands";
            assert!(
                !used || main || home.split(' ').any(|home| source.path.starts_with(home)),
                "{} uses {package}, whose home is {home}",
                source.path
            );
        }
    }
}

#[test]
fn sql_status_codes_and_exits_stay_where_they_belong() {
    for source in sources() {
        let code = source.code();
        let sql = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"];
        if source.module != "store" {
            for word in sql {
                assert!(!code.contains(&format!("\"{word}")), "{} has SQL", source.path);
            }
        }
        if source.module != "web" {
            assert!(!code.contains("StatusCode"), "{} knows status codes", source.path);
        }
        let exits = code.contains("process::exit") && source.path != "main.rs";
        assert!(!exits, "{} exits the process", source.path);
        assert!(!code.contains("static mut"), "{} has global state", source.path);
    }
}

#[test]
fn names_and_sizes_are_readable() {
    let banned = ["utils", "common", "helpers", "manager", "service", "core", "misc"];
    for source in sources() {
        for part in source.path.trim_end_matches(".rs").split('/') {
            assert!(!banned.contains(&part), "{}: a noun is missing", source.path);
        }
        let lines = source.code().lines().count();
        assert!(lines <= 600, "{} has {lines} lines of code", source.path);
        assert!(source.text.starts_with("//!"), "{} does not say what it is", source.path);
        for line in source.code().lines() {
            assert!(!line.contains(".unwrap()"), "{}: {line}", source.path);
            assert!(!line.contains("todo!") && !line.contains("unimplemented!"), "{line}");
        }
    }
    for file in files(&root().join("static"), "js") {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 600, "{} has {lines} lines", file.display());
    }
}

#[test]
fn vietnamese_is_nfc_everywhere() {
    for folder in ["src", "static", "templates", "samples", "voices", "docs"] {
        for ending in ["rs", "tsv", "json", "html", "js", "css", "md"] {
            for file in files(&root().join(folder), ending) {
                let text = fs::read_to_string(&file).unwrap();
                assert!(unicode_normalization::is_nfc(&text), "{} is not NFC", file.display());
            }
        }
    }
}

#[test]
fn interface_text_lives_in_one_place() {
    let letters = "ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ";
    let vietnamese = |line: &str| line.chars().any(|c| letters.contains(c));
    let mut outside = files(&root().join("static"), "js");
    outside.extend(files(&root().join("templates"), "html"));
    for file in outside {
        let text = fs::read_to_string(&file).unwrap();
        let comment = |line: &str| {
            let line = line.trim_start();
            line.starts_with("//") || line.starts_with('*') || line.starts_with("/*")
        };
        for line in text.lines().filter(|line| !comment(line)) {
            assert!(!vietnamese(line), "{}: {line}", file.display());
        }
    }
    for source in sources().iter().filter(|source| source.module == "web") {
        assert!(!vietnamese(&source.code()), "{} speaks to people by itself", source.path);
    }
}

/// The number only grows on purpose.
const PACKAGES_MAX: usize = 446;

#[test]
fn dependencies_are_counted_and_explained() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let count = lock.matches("[[package]]").count();
    assert!(count <= PACKAGES_MAX, "{count} packages");
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let reasons = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let sections = manifest.split("\n[").filter(|section| section.contains("dependencies]\n"));
    for section in sections {
        let lines = section.lines().skip(1).take_while(|line| !line.starts_with('['));
        for name in lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name) {
            if name.starts_with('#') || name.contains(' ') {
                continue;
            }
            assert!(reasons.contains(&format!("`{name}`")), "docs/dependencies.md lacks {name}");
        }
    }
}
