//! The rules for known sites: those that are compiled in, and the newsroom's folder.

use std::path::Path;

use anyhow::{Context as _, bail};
use baonoi::extract::SiteRules;

/// A larger file is no rule.
const BYTES_MAX: u64 = 64 * 1024;

/// The built-in rules, with those of the folder in place of theirs; an empty path is no folder.
pub fn rules(folder: &Path) -> anyhow::Result<SiteRules> {
    let mut rules = SiteRules::built_in();
    if folder.as_os_str().is_empty() {
        return Ok(rules);
    }
    let unreadable =
        || format!("cannot read {}; `site_rules` must name a folder of rules", folder.display());
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
            add(&mut rules, &path)?;
        }
    }
    Ok(rules)
}

fn add(rules: &mut SiteRules, path: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot read the site rule {}", path.display());
    let size = std::fs::metadata(path).with_context(cannot)?.len();
    if size > BYTES_MAX {
        bail!("the site rule {} has {size} bytes; at most {BYTES_MAX} are read", path.display());
    }
    let text = std::fs::read_to_string(path).with_context(cannot)?;
    let host = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    rules.add(host, &text).with_context(|| {
        format!(
            "the site rule {} cannot be used; correct it or take it out of the folder",
            path.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newsrooms_rule_wins_over_the_built_in_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("bao.example.toml"), "body = [\"#tin\"]").unwrap();
        std::fs::write(folder.path().join("README.md"), "no rule").unwrap();
        std::fs::write(folder.path().join("tap-chi.example.TOML"), "body = [\"#bai\"]").unwrap();
        let rules = rules(folder.path()).unwrap();
        assert!(rules.hosts().any(|host| host == "bao.example"));
        assert!(rules.hosts().any(|host| host == "tap-chi.example"));
        assert!(rules.hosts().any(|host| host == "tuoitre.vn"));
    }

    #[test]
    fn a_broken_rule_is_named_with_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("bao.example.toml"), "\nbody = [\"#\"]").unwrap();
        let error = format!("{:#}", rules(folder.path()).unwrap_err());
        for part in ["bao.example.toml", "line 2", "take it out"] {
            assert!(error.contains(part), "{error}");
        }
        assert!(rules(Path::new("/no/such/folder")).is_err());
    }
}
