//! What passes, what is refused, and that the bounds hold against the parser itself.

use proptest::prelude::*;
use scraper::{Html, Node};

use super::*;

fn check(html: &str) -> Result<(), NoArticle> {
    measure(html).map(|_| ())
}

fn measure(html: &str) -> Result<Size, NoArticle> {
    Scan::over(html).map(|scan| scan.size)
}

#[test]
fn ordinary_pages_pass() {
    let page = "<p>một<p>hai<ul><li>ba<li>bốn</ul><script>if (a<b) '<div>'</script>".repeat(1_000);
    assert!(check(&page).is_ok());
    assert!(check("<!-- <div> --><br><img src='a>b'><p>").is_ok());
    // Icons between paragraphs, one of them not well formed, and styles after them.
    let icon = "<svg><title>x</title><g><path d=m><use href=#a /></g></svg><style>a<b</style>";
    let size = measure(&format!("<div>{icon}<p>một</p></div>").repeat(1_000)).expect("fits");
    assert_eq!(size.depth, 4);
}

/// Items without end tags stand beside each other, however many there are.
#[test]
fn flat_lists_pass() {
    let list = format!("<ul>{}</ul>", "<li>một <b>hai</b>".repeat(50_000));
    assert!(measure(&list).is_ok_and(|size| size.depth <= 3));
    let terms = format!("<dl>{}</dl>", "<dt>một<dd>hai".repeat(30_000));
    assert!(measure(&terms).is_ok_and(|size| size.depth <= 2));
    assert!(check(&"<ul><li>".repeat(20_000)).is_err());
}

#[test]
fn deep_pages_are_refused() {
    for tag in ["<div>", "<b>", "<span>", "<table><tr><td>", "<x-y>"] {
        assert_eq!(
            check(&tag.repeat(20_000)),
            Err(NoArticle::TooDeep { limit: DEPTH_MAX }),
            "{tag}"
        );
    }
}

#[test]
fn unclosed_formatting_is_refused() {
    assert!(check(&"<a><b><i><u>x<p>".repeat(20_000)).is_err());
}

#[test]
fn what_nobody_reads_is_cut_out() {
    for (page, kept) in [
        ("<p>a<b</p>", "<p>a<b</p>"),
        ("<style>p{}</style><p>", "<style></style><p>"),
        ("a<!-- b -->c<<!--d-->e><!---->", "a<!---->c<<!---->e><!---->"),
        ("<!-- a --!>b<!--> c <!-- d", "<!----!>b<!--> c <!--"),
        ("<script>a<!--<script>b</script>--></script>c", "<script></script>c"),
        (
            "<script type='application/LD+JSON'>{}</script>",
            "<script type='application/LD+JSON'>{}</script>",
        ),
        ("<script type='&#106;son'>{}</script>", "<script type='&#106;son'>{}</script>"),
        ("<title>a</title><noscript><img></noscript>", "<title>a</title><noscript></noscript>"),
        ("<svg><!--x--><g><svg/><title>a</title></g></svg>b", "<svg></svg>b"),
        ("<svg><svg><path></svg><g></svg>b", "<svg></svg>b"),
        // What breaks out of a drawing is read.
        ("<svg><g><p>a</p></svg>b", "<svg><g><p>a</p></svg>b"),
        ("<svg><desc><b>a</desc></svg>b", "<svg><desc><b>a</desc></svg>b"),
        ("<math><mi></p>a</mi></math>b", "<math><mi></p>a</mi></math>b"),
        ("<svg><g>a", "<svg><g>a"),
    ] {
        assert_eq!(bounded(page).as_deref(), Ok(kept));
    }
}

/// Tags that a coarser scan would take for closed, while the parser nests them.
#[test]
fn hidden_depth_is_refused() {
    for part in [
        "<x><div></x>",
        "<del><div></del>",
        "<ruby><div></ruby>",
        "<div><table><td></div>",
        "<svg><desc><div></svg></div></desc>",
        "<svg><desc><div></svg></div></desc><style><g>",
        "<svg><input><link></x>",
        "<svg></p><path/>",
        "<div><script><!--<script></script></div>--></script>",
        "<div><style></style-x></div></style>",
        "<div a =\"></div>\">",
        "<div></ a=\"></div><div \">",
        "<abcdefghijklmn1></abcdefghijklmn2>",
        "<script\0><div></script>",
        "<div/><path/>",
        "<math><mi><div></math></mi>",
    ] {
        let depth = built(&part.repeat(100)).depth;
        assert!(depth >= 100, "the parser nests {depth} of {part}");
        assert!(check(&part.repeat(20_000)).is_err(), "{part}");
    }
}

#[test]
fn endless_pages_are_refused() {
    assert_eq!(check(&"<p>x</p>".repeat(250_000)), Err(NoArticle::TooMany { what: "tags" }));
    let many: String = (0..400).map(|n| format!(" a{n}=x")).collect();
    for tag in [format!("<div{many}>"), format!("</div{many}>"), format!("<script></script{many}>")]
    {
        assert_eq!(check(&tag), Err(NoArticle::TooMany { what: "attributes" }));
    }
    let fonts: String = (0..500).map(|n| format!("<font size={n}>")).collect();
    let reopened = format!("<p>{fonts}</p>{}", "<div>x</div>".repeat(20_000));
    assert_eq!(check(&reopened), Err(NoArticle::TooMany { what: "unclosed formatting tags" }));
    let unclosed = format!("{}{}", "<div>".repeat(3_000), "<p>x</p>".repeat(40_000));
    assert_eq!(check(&unclosed), Err(NoArticle::TooMany { what: "unclosed tags" }));
}

/// What the parser made of a page.
#[derive(Debug)]
struct Built {
    depth: usize,
    elements: usize,
}

fn built(html: &str) -> Built {
    let document = Html::parse_document(html);
    let elements = document.tree.nodes().filter(|node| node.value().is_element()).count();
    let mut built = Built { depth: 0, elements };
    // Nodes with their depth, without recursion.
    let mut waiting = vec![(document.tree.root(), 0)];
    while let Some((node, depth)) = waiting.pop() {
        built.depth = built.depth.max(depth);
        let inner = node
            .children()
            .filter(|child| matches!(child.value(), Node::Element(_) | Node::Fragment));
        waiting.extend(inner.map(|child| (child, depth + 1)));
    }
    built
}

/// Tags and texts of a page in order, those left out that no reader sees.
fn read(html: &str) -> String {
    let document = Html::parse_document(html);
    let mut read = String::new();
    // Without recursion; a text behind a node is what ends it.
    let mut waiting = vec![Ok(document.tree.root())];
    while let Some(next) = waiting.pop() {
        match next.map(|node| (node, node.value())) {
            Ok((_, Node::Text(text))) => read.push_str(text),
            Ok((node, Node::Element(element))) => {
                read.push_str(&format!("<{}>", element.name()));
                waiting.push(Err(()));
                let unread = ["iframe", "noframes", "noscript", "script", "style", "textarea"];
                if !["svg", "math"].iter().chain(&unread).any(|name| *name == element.name()) {
                    waiting.extend(node.children().map(Ok).rev());
                }
            }
            Ok((node, _)) => waiting.extend(node.children().map(Ok).rev()),
            Err(()) => read.push_str("</>"),
        }
    }
    read
}

const NAMES: &[&str] = &[
    "a",
    "annotation-xml",
    "b",
    "body",
    "br",
    "button",
    "caption",
    "col",
    "colgroup",
    "dd",
    "del",
    "desc",
    "div",
    "dt",
    "font",
    "foreignObject",
    "form",
    "g",
    "h1",
    "h2",
    "head",
    "hr",
    "html",
    "i",
    "img",
    "input",
    "kbd",
    "li",
    "link",
    "math",
    "mi",
    "nobr",
    "object",
    "optgroup",
    "option",
    "p",
    "path",
    "plaintext",
    "rt",
    "ruby",
    "script",
    "select",
    "span",
    "style",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "th",
    "title",
    "tr",
    "ul",
    "x",
    "x-y",
];

/// Tags without order, some of them alike, and signs that end what they should not.
fn soup() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(NAMES);
    let piece = prop_oneof![
        8 => name().prop_map(|name| format!("<{name}>")),
        6 => name().prop_map(|name| format!("</{name}>")),
        2 => name().prop_map(|name| format!("<{name}/>")),
        2 => (name(), 0..4).prop_map(|(name, n)| format!("<{name} size={n}>")),
        1 => (name(), name()).prop_map(|(a, b)| format!("<{a} x =\"</{a}><{b}>\">")),
        3 => Just("x".to_owned()),
        1 => prop::sample::select(&["<!--", "-->", "--!>", "<!-->", "<![CDATA[", "]]>", "</ ", "<?", "\"", "'", "<!x>", "\0"][..])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 1..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Once and often: what the scan misses in a stretch would add up.
    #[test]
    fn the_parser_stays_within_the_bounds(before in soup(), soup in soup(), times in 1_usize..40) {
        let html = format!("{before}{}", soup.repeat(times));
        if let Ok(size) = measure(&html) {
            let built = built(&html);
            prop_assert!(built.depth <= 3 * size.depth + 3, "{built:?} {size:?}");
            prop_assert!(built.elements <= size.elements, "{built:?} {size:?}");
        }
    }

    /// What the cuts leave is the same page to the parser; but behind `<plaintext>`, which no
    /// newspaper has, the marks of comments are text.
    #[test]
    fn what_is_read_stays(html in soup()) {
        prop_assume!(!html.contains("plaintext"));
        if let Ok(kept) = bounded(&html) {
            prop_assert_eq!(read(&kept), read(&html), "{}", kept);
        }
    }
}
