//! What a style attribute sets, and whether it hides the text from readers.

use super::furniture::Marks;
use super::text::push_small;

/// Pixels: text moved further than this out of the window is not seen.
const OUTSIDE: f32 = -500.0;

/// What a style attribute says.
pub fn style_marks(style: &str) -> Marks {
    let mut small = String::with_capacity(style.len());
    style.chars().filter(|c| !c.is_whitespace()).for_each(|c| push_small(&mut small, c));
    let rules: &[(Marks, &[&str])] = &[
        (Marks::HIDDEN, &["display:none", "visibility:hidden", "visibility:collapse"]),
        (Marks::RIGHT, &["text-align:right", "text-align:end"]),
        (Marks::CENTER, &["text-align:center"]),
        (Marks::BOLD, &["font-weight:bold", "font-weight:6", "font-weight:7", "font-weight:8"]),
        (Marks::ITALIC, &["font-style:italic"]),
    ];
    let fits = |(_, parts): &&(Marks, &[&str])| parts.iter().any(|part| small.contains(part));
    let marks = rules.iter().filter(fits).fold(Marks::NONE, |marks, (mark, _)| marks.with(*mark));
    if hides(&small) { marks.with(Marks::HIDDEN) } else { marks }
}

/// Whether a style without white space puts the text out of sight: off the window, cut away, of no
/// height, or clear. What is only waiting to be moved in is seen in the end.
fn hides(style: &str) -> bool {
    let is_moved = style.contains("transition") || style.contains("animation");
    let cuts = style.contains("overflow:hidden");
    let floats = style.contains("position:absolute") || style.contains("position:fixed");
    let (mut flat, mut thin) = (false, false);
    for (name, value) in style.split(';').filter_map(|rule| rule.split_once(':')) {
        let size = || number(value);
        let hidden = match name {
            "left" | "top" | "right" | "bottom" => floats && size().is_some_and(|at| at <= OUTSIDE),
            "text-indent" | "margin-left" => size().is_some_and(|at| at <= OUTSIDE),
            "opacity" => !is_moved && size() == Some(0.0),
            "clip" => floats && value.starts_with("rect("),
            "clip-path" => value.starts_with("inset(50%") || value.starts_with("inset(100%"),
            _ => false,
        };
        if hidden {
            return true;
        }
        let one = size().is_some_and(|size| (0.0..=1.0).contains(&size)) && !value.ends_with("em");
        match name {
            "height" | "max-height" => flat |= one,
            "width" | "max-width" => thin |= one,
            _ => {}
        }
    }
    let no_height =
        ["height:0;", "height:0px;"].iter().any(|rule| format!("{style};").contains(rule));
    cuts && !is_moved && (flat && thin || no_height && !style.contains("min-height:0"))
}

/// The font size that a style sets: whether it is nothing.
pub fn sets_no_size(style: &str) -> Option<bool> {
    let at = style.find("font-size")?;
    let value = style[at + "font-size".len()..].trim_start().strip_prefix(':')?;
    number(value.trim_start()).map(|size| size == 0.0)
}

/// The number that a value begins with.
fn number(value: &str) -> Option<f32> {
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-');
    value[..end.unwrap_or(value.len())].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_sight_is_hidden() {
        for style in [
            "color: red; DISPLAY: none",
            "visibility: hidden",
            "position:absolute; left:-9999px",
            "position: fixed; top: -10000px",
            "text-indent: -9999px",
            "opacity:0",
            "opacity: 0.0",
            "position:absolute;clip: rect(1px,1px,1px,1px);",
            "clip-path: inset(50%)",
            "height:0; overflow:hidden",
            "overflow:hidden; max-height:0px",
            "width:1px;height:1px;overflow:hidden",
        ] {
            assert!(style_marks(style).has(Marks::HIDDEN), "{style}");
        }
        for style in [
            "",
            "opacity:0.9",
            "opacity:0;transition:opacity 1s",
            "position:relative;left:-10px",
            "left:-9999px",
            "text-indent:20px",
            "min-height:0;overflow:hidden",
            "height:0.9em;overflow:hidden",
            "width:1px",
            "text-align:right",
        ] {
            assert!(!style_marks(style).has(Marks::HIDDEN), "{style}");
        }
    }

    #[test]
    fn sizes_of_nothing_are_told() {
        assert_eq!(sets_no_size("font-size: 0px"), Some(true));
        assert_eq!(sets_no_size("font-size:0"), Some(true));
        assert_eq!(sets_no_size("font-size:0.9em"), Some(false));
        assert_eq!(sets_no_size("color:red"), None);
        assert_eq!(sets_no_size("font-size:large"), None);
    }
}
