//! What a rule's file may say, and what is said when it cannot be used.

use super::*;

fn refused(text: &str) -> BrokenRule {
    SiteRules::default().add("bao.example", text).unwrap_err()
}

#[test]
fn every_file_in_the_folder_is_compiled_in() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sites");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    let mut files: Vec<String> =
        files.map(|name| name.into_string().unwrap().replace(".toml", "")).collect();
    files.sort();
    let listed: Vec<&str> = built_in::SITES.iter().map(|(host, _)| *host).collect();
    assert_eq!(listed, files, "src/extract/site/built_in.rs lists the files of sites/, sorted");
}

#[test]
fn every_rule_that_is_compiled_in_can_be_used() {
    for (host, text) in built_in::SITES {
        SiteRules::default().add(host, text).unwrap_or_else(|error| panic!("{host}: {error}"));
    }
    assert_eq!(SiteRules::built_in().hosts().count(), built_in::SITES.len());
}

#[test]
fn a_broken_rule_names_its_line_and_what_to_write() {
    let broken = refused("title = [\"h1\"]\n\nbody = [\"div[\"]");
    assert_eq!(broken.line, 3);
    assert!(broken.reason.contains("div["), "{broken}");
    assert_eq!(refused("title = [\"h1\"]\nbodi = [\"div\"]").line, 2);
    assert_eq!(refused("\n\n\ntitle = h1").line, 4);
    assert!(refused("body = [\"div, p\"]").reason.contains("comma"));
    assert!(refused("body = [\"div:has(p)\"]").reason.contains(":has"));
    assert!(refused("body = [\"div:HAS(p)\"]").reason.contains(":has"));
    assert!(refused("body = ['div:h\\61s(p)']").reason.contains(":has"));
    assert!(refused("body = [\"[itemprop]\"]").reason.contains("must end in"));
    let many = format!("body = [{}]", "\"div\", ".repeat(40));
    assert!(refused(&many).reason.contains("more than"));
}

#[test]
fn a_rule_is_named_by_its_host() {
    for host in ["www.bao.example", "Bao.example", "bao", "bao..example", "", "báo.example"] {
        let broken = SiteRules::default().add(host, "").unwrap_err();
        assert!(broken.reason.contains("file's name"), "{broken}");
    }
}

#[test]
fn a_rule_holds_for_its_host_and_what_is_below() {
    let mut rules = SiteRules::default();
    rules.add("bao.example", "body = [\"#a\"]").unwrap();
    rules.add("so.bao.example", "body = [\"#b\"]").unwrap();
    let host = |url: &str| {
        let page = Page { url: url.parse().ok(), html: String::new() };
        rules.of(&page, &Html::new_document()).map(|(host, _)| host.to_owned())
    };
    assert_eq!(host("https://www.bao.example/1").as_deref(), Some("bao.example"));
    assert_eq!(host("https://m.bao.example/1").as_deref(), Some("bao.example"));
    assert_eq!(host("https://m.so.bao.example/1").as_deref(), Some("so.bao.example"));
    assert_eq!(host("https://xbao.example/1"), None);
    assert_eq!(host("https://10.0.0.1/1"), None);
}

#[test]
fn a_file_belongs_to_the_host_that_it_claims() {
    let mut rules = SiteRules::default();
    rules.add("bao.example", "").unwrap();
    let document =
        Html::parse_document("<link rel=Canonical href='https://www.bao.example/tin-1.html'>");
    let from = |url: Option<&str>| {
        let page = Page { url: url.and_then(|url| url.parse().ok()), html: String::new() };
        rules.of(&page, &document).is_some()
    };
    assert!(from(None));
    assert!(!from(Some("https://khac.example/")));
}

#[test]
fn a_selector_is_tried_where_its_last_part_may_fit() {
    let key = |selector: &str| match last_part(selector) {
        Ok((Key::Id, name)) => format!("#{name}"),
        Ok((Key::Class, name)) => format!(".{name}"),
        Ok((Key::Tag, name)) => name,
        Err(_) => "none".to_owned(),
    };
    for (selector, wanted) in [
        ("h1", "h1"),
        ("div.a > p.b.c", ".b"),
        ("div#content .x[data-y='a, b > c']", ".x"),
        ("div.a#b", "#b"),
        ("article[itemprop=articleBody]", "article"),
        ("div.lg\\:x", "div"),
        ("div:not(.a)", "div"),
        (".a ~ li:first-child", "li"),
        ("*", "none"),
        (":first-child", "none"),
        ("a, b", "none"),
    ] {
        assert_eq!(key(selector), wanted, "{selector}");
    }
}
