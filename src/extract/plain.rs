//! Plain text -> Article, and how it is told from HTML.

use super::NoArticle;
use super::legacy;
use super::text::tidy;
use crate::domain::article::{Article, Block, BlockKind};
use crate::domain::note::{Note, NoteKind};

/// Takes the article from a text file: the first line is the title, blank lines part the
/// paragraphs; where there are none, every line is a paragraph.
pub fn plain_text(text: &str) -> Result<(Article, Vec<Note>), NoArticle> {
    let lines: Vec<String> = legacy::text(text).lines().map(tidy).collect();
    let first = lines.iter().position(|line| !line.is_empty()).ok_or(NoArticle::Empty)?;
    let body = &lines[first + 1..];
    let blank_between =
        body.split(|line| line.is_empty()).filter(|part| !part.is_empty()).count() > 1;
    let paragraphs: Vec<String> = if blank_between {
        body.split(|line| line.is_empty()).map(|part| part.join(" ")).collect()
    } else {
        body.to_vec()
    };
    let texts = paragraphs.into_iter().filter(|text| !text.is_empty());
    let blocks: Vec<Block> = texts.map(|text| Block { kind: BlockKind::Paragraph, text }).collect();
    let note = Note::general(NoteKind::Extraction, "plain text: the first line is the title");
    Ok((Article { title: lines[first].clone(), blocks, ..Article::default() }, vec![note]))
}

/// Whether a text is HTML rather than plain text.
pub fn is_html(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace() || c == '\0');
    let mut start = text.chars();
    if start.next() == Some('<')
        && start.next().is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '!' | '?'))
    {
        return true;
    }
    let early = text[..text.floor_char_boundary(4_096)].to_ascii_lowercase();
    ["<html", "<body", "<article", "<p>", "<p ", "<div", "<head", "<!doctype"]
        .iter()
        .any(|tag| early.contains(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_has_a_title_and_paragraphs() {
        let (article, _) =
            plain_text("\u{feff}\n Chợ phiên \n\nĐoạn một,\ncòn nữa.\n\n\nĐoạn hai.\n").unwrap();
        assert_eq!(article.title, "Chợ phiên");
        let texts: Vec<&str> = article.blocks.iter().map(|block| block.text.as_str()).collect();
        assert_eq!(texts, ["Đoạn một, còn nữa.", "Đoạn hai."]);
        assert_eq!(plain_text("Tên\nMột.\nHai.").unwrap().0.blocks.len(), 2);
        assert_eq!(plain_text(" \n\n").unwrap_err(), NoArticle::Empty);
    }

    #[test]
    fn html_is_told_from_text() {
        for html in [
            "<!DOCTYPE html><p>a",
            " \n<html>",
            "\u{feff}<?xml version='1.0'?>",
            "Tin: <p>Một.</p>",
        ] {
            assert!(is_html(html), "{html}");
        }
        for text in ["", "Chợ phiên\n\nMột.", "<3 chợ phiên", "5 < 7 và 9 > 8"] {
            assert!(!is_html(text), "{text}");
        }
    }
}
