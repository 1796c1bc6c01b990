//! Pages of a site for which there are rules.

use super::super::*;
use super::{FIRST, LAST};

/// The article of a page by a rule, and what the notes say of it.
fn by_rule(rule: &str, html: &str) -> (Article, Vec<String>) {
    let mut rules = SiteRules::default();
    rules.add("namna.example", rule).expect("the rule can be used");
    let url = "https://www.namna.example/cho-phien-7.html".parse().ok();
    let (article, notes) = super::super::article(&Page { url, html: html.to_owned() }, &rules)
        .expect("it is an article");
    (article, notes.into_iter().map(|note| note.message).collect())
}

/// A page whose general lead, author and body are others than its rule's.
const RULED: &str = "<html><head><title>Báo Nậm Na</title></head><body><h1>Chợ phiên vùng cao tuần này</h1>\
    <b class=t>Phiên chợ bên suối Nậm Na</b><i class=d>9 giờ 10 phút</i><i class=n>12/3/2025 09:10</i>\
    <p class=k>Lò Thị Hương</p><div class=s>Chợ họp mỗi tháng hai phiên bên bờ suối Nậm Na.</div>\
    <div class=c>";

#[test]
fn a_rule_names_every_part_and_its_layer() {
    let rule = "title = ['b.t']\nlead = ['.none', '.s']\nauthor = ['p.k']\ntime = ['.d', '.n']\nbody = ['.c']";
    let html = format!("{RULED}<p>{FIRST}</p><p>Xem thêm: chợ đêm</p><p>{LAST}</p></div>");
    let (article, notes) = by_rule(rule, &html);
    assert_eq!(article.title, "Phiên chợ bên suối Nậm Na");
    assert_eq!(article.lead.as_deref(), Some("Chợ họp mỗi tháng hai phiên bên bờ suối Nậm Na."));
    assert_eq!(article.author.as_deref(), Some("Lò Thị Hương"));
    assert_eq!(article.published, date::timestamp("2025-03-12T09:10:00+07:00"));
    let texts: Vec<&str> = article.blocks.iter().map(|block| block.text.as_str()).collect();
    assert_eq!(texts, [FIRST, LAST], "what a rule finds is cleaned like all else");
    for part in ["title", "lead", "author", "time", "body"] {
        assert!(notes.contains(&format!("{part}: site rule")), "{part}: {notes:?}");
    }
}

#[test]
fn a_rule_removes_what_it_names() {
    let rule = "body = ['.c']\nremove = ['.c > .x']";
    let html = format!("{RULED}<p>{FIRST}</p><div class=x>{LAST}</div><p>{LAST}</p></div>");
    assert_eq!(by_rule(rule, &html).0.blocks.len(), 2);
}

#[test]
fn a_rule_that_has_grown_old_is_not_followed() {
    let html =
        format!("{RULED}<p>{FIRST}</p><p>{LAST}</p></div><div class=old><p>Chợ vui.</p></div>");
    for rule in [
        "body = ['.gone']",
        "body = ['.old']",
        "body = ['.d']",
        "remove = ['body']",
        "remove = ['.c', 'h1', '.s']",
    ] {
        let (article, notes) = by_rule(rule, &html);
        let texts: Vec<&str> = article.blocks.iter().map(|block| block.text.as_str()).collect();
        assert!(texts.ends_with(&[FIRST, LAST]), "{rule}: {texts:?}");
        assert!(notes.iter().any(|note| note.contains("namna.example was not followed")), "{rule}");
        assert!(notes.iter().any(|note| note.starts_with("body: general")), "{rule}");
    }
}

/// A rule costs little however often, and however deep, its elements stand.
#[test]
fn a_rule_is_bounded_on_a_hostile_page() {
    let rule = "body = ['.c .c .c .c .c p', '.c']\nremove = ['.c > .x .x']";
    let nested = format!("{}{}", "<div class=c>".repeat(450), "<p class=x>a</p>".repeat(20_000));
    let html = format!("{RULED}<p>{FIRST}</p><p>{LAST}</p></div>{nested}");
    let begun = std::time::Instant::now();
    by_rule(rule, &html);
    assert!(begun.elapsed().as_secs() < 20);
}
