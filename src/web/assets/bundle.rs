//! Joins the modules of a page's script into one file, so that it costs one request.
//!
//! What stands in `static/` are modules of JavaScript in a small dialect, which is all that this reads:
//! `import` and `export` begin a line and name what they mean; an import is one line. A style sheet and a
//! section of texts may be imported too, as text and as an object.
//!
//! ```js
//! import { a, b as c } from "./other.js";
//! import css from "./player.css";
//! import vi from "./texts.json#player";
//! export function f() {}
//! import * as d from "./other.js";
//! import address from "./later.js?address";
//! ```
//!
//! The last gives the address of a script that is loaded when it is needed. Each module becomes a function of
//! its own, so names never meet. An entry that exports something is a module itself. Comments and indentation
//! stay behind: no line of text that matters may begin with either.

use std::fmt::Write as _;

use serde_json::Value;

/// The script of an entry module with all that it imports; an error says what in it cannot be joined.
/// `file` gives a file of the folder, or the address of a script.
pub fn bundle(entry: &str, file: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut bundle = Bundle { file, known: Vec::new(), text: String::new() };
    let number = bundle.add(entry)?;
    let Bundle { known, text, .. } = bundle;
    let exported = &known[number].exported;
    if exported.is_empty() {
        return Ok(format!("(()=>{{\"use strict\";\n{text}}})();\n"));
    }
    Ok(format!("{text}export const {{{}}}=m{number};\n", exported.join(",")))
}

struct Bundle<'f> {
    file: &'f dyn Fn(&str) -> Option<String>,
    /// The modules that are in already: module `n` is the constant `mn`.
    known: Vec<Module>,
    text: String,
}

struct Module {
    name: String,
    /// The names of what it exports.
    exported: Vec<String>,
}

impl Bundle<'_> {
    /// Puts a module in, after those that it imports, and gives its number.
    fn add(&mut self, name: &str) -> Result<usize, String> {
        if let Some(number) = self.known.iter().position(|known| known.name == name) {
            return Ok(number);
        }
        let (path, section) = name.split_once('#').unwrap_or((name, ""));
        let content = (self.file)(path).ok_or_else(|| format!("there is no {path}"))?;
        let mut exported = Vec::new();
        let value = if path.ends_with("?address") {
            format!("{{default:{}}}", Value::from(content))
        } else if path.ends_with(".css") {
            format!("{{default:{}}}", Value::from(style(&content)))
        } else if path.ends_with(".json") {
            format!("{{default:{}}}", texts(&content, section)?)
        } else {
            let body = self.module(name, &content, &mut exported)?;
            format!("(()=>{{\n{body}return {{{}}};\n}})()", exported.join(","))
        };
        let number = self.known.len();
        self.known.push(Module { name: name.to_owned(), exported });
        // Cannot fail: it is a string.
        let _ = writeln!(self.text, "const m{number}={value};");
        Ok(number)
    }

    /// The code of a module, with what it imports and without saying what it exports.
    fn module(
        &mut self,
        name: &str,
        content: &str,
        exported: &mut Vec<String>,
    ) -> Result<String, String> {
        let mut body = String::new();
        for line in code(content) {
            if let Some(rest) = line.strip_prefix("import ") {
                let odd = || format!("{name}: cannot read `{line}`");
                let (names, from) =
                    rest.trim_end_matches(';').split_once(" from ").ok_or_else(odd)?;
                let number = self.add(&resolved(name, from.trim_matches('"')).ok_or_else(odd)?)?;
                let names = if names.starts_with('{') {
                    names.replace(" as ", ":")
                } else if let Some(all) = names.strip_prefix("* as ") {
                    all.to_owned()
                } else {
                    format!("{{default:{names}}}")
                };
                let _ = writeln!(body, "const {names}=m{number};");
            } else if let Some(rest) = line.strip_prefix("export ") {
                let name = rest
                    .trim_start_matches("async ")
                    .split_once(' ')
                    .map(|(_, rest)| rest.split(|c| !is_part(c)).next());
                exported.extend(name.flatten().map(str::to_owned));
                let _ = writeln!(body, "{rest}");
            } else {
                let _ = writeln!(body, "{line}");
            }
        }
        Ok(tight(&short_private_names(&body)))
    }
}

/// The path of a file that a module names from its own place; `None` if it does not.
fn resolved(module: &str, named: &str) -> Option<String> {
    let mut folders: Vec<&str> = module.split('/').collect();
    folders.pop();
    let mut named = named.strip_prefix("./").unwrap_or(named);
    while let Some(rest) = named.strip_prefix("../") {
        folders.pop()?;
        named = rest;
    }
    let is_path = !named.starts_with(['.', '/']);
    folders.push(named);
    is_path.then(|| folders.join("/"))
}

/// A script whose private names (`#position`) are numbers: nobody outside its classes can name them. Only
/// those are meant that begin a line, which is where a class says what it has.
fn short_private_names(body: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for line in body.lines() {
        let line = ["async ", "get ", "set "]
            .iter()
            .fold(line, |line, word| line.strip_prefix(word).unwrap_or(line));
        let name = line.strip_prefix('#').and_then(|rest| rest.split(|c| !is_part(c)).next());
        names.extend(name.filter(|name| !name.is_empty() && !names.contains(name)));
    }
    let mut pieces = body.split('#');
    let mut short = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c| !is_part(c)).unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        short.push('#');
        match names.iter().position(|known| *known == name) {
            Some(number) => short.push_str(&format!("p{number}")),
            None => short.push_str(name),
        }
        short.push_str(rest);
    }
    short
}

/// A script without the spaces around what needs none. Lines stay lines, so that no semicolon is missed. A line
/// with a slash in it, which may begin a pattern, or with a part of a longer text or texts within texts, is left
/// as it is.
fn tight(body: &str) -> String {
    let mut tight = String::with_capacity(body.len());
    for line in body.lines() {
        let marks = line.matches('`').count();
        let is_plain = !line.contains('/') && matches!(marks, 0 | 2);
        match is_plain {
            true => tighten(line, &mut tight),
            false => tight.push_str(line),
        }
        tight.push('\n');
    }
    tight
}

fn tighten(line: &str, tight: &mut String) {
    let needs_none = |c: char| "=<>?:,;{}()[]!&|*".contains(c);
    let mut quote = None;
    let mut is_escaped = false;
    let mut last = ' ';
    for (at, c) in line.char_indices() {
        match quote {
            Some(_) if is_escaped => is_escaped = false,
            Some(_) if c == '\\' => is_escaped = true,
            Some(mark) if c == mark => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if c == ' ' => {
                let next = line[at + 1..].chars().next().unwrap_or(' ');
                if needs_none(last) || needs_none(next) {
                    continue;
                }
            }
            None => {}
        }
        tight.push(c);
        last = if quote.is_some() { '"' } else { c };
    }
}

/// Whether a name may have it.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The lines of a script without comments and indentation.
fn code(content: &str) -> impl Iterator<Item = &str> {
    let mut in_comment = false;
    content.lines().map(str::trim).filter(move |line| {
        let begins = line.starts_with("/*");
        let is_comment = in_comment || begins || line.starts_with("//");
        in_comment = (in_comment || begins) && !line.ends_with("*/");
        !is_comment && !line.is_empty()
    })
}

/// A style sheet without comments and what space it can do without.
fn style(content: &str) -> String {
    let lines: Vec<&str> = code(content).collect();
    let joined = lines.join(" ");
    [" {", "{ ", "; ", ": ", ", ", " }"].iter().fold(joined, |text, pair| {
        // A space before a colon begins a selector (`a :hover`), one after it never matters.
        text.replace(pair, pair.trim())
    })
}

/// One section of a file of texts.
fn texts(content: &str, section: &str) -> Result<String, String> {
    let file: Value = serde_json::from_str(content).map_err(|error| error.to_string())?;
    let section = file.get(section).ok_or_else(|| format!("no texts for {section:?}"))?;
    Ok(section.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(files: &[(&str, &str)]) -> Result<String, String> {
        let file = |path: &str| {
            files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned())
        };
        bundle(files[0].0, &file)
    }

    #[test]
    fn modules_come_once_and_before_those_that_need_them() {
        let script = joined(&[
            ("a.js", "// Why.\nimport { b_1, c as d } from \"./b.js\";\nimport { e } from \"./e.js\";\nd(b_1, e);\n"),
            ("b.js", "import { e } from \"./e.js\";\nexport const b_1 = e;\nexport async function c() {\n  /** What. */\n  return 1;\n}\n"),
            ("e.js", "/*\n * long\n */\nexport class e {}\n"),
        ])
        .unwrap();
        let wanted = "(()=>{\"use strict\";\n\
            const m0=(()=>{\nclass e{}\nreturn {e};\n})();\n\
            const m1=(()=>{\nconst{e}=m0;\nconst b_1=e;\nasync function c(){\nreturn 1;\n}\nreturn {b_1,c};\n})();\n\
            const m2=(()=>{\nconst{b_1,c:d}=m1;\nconst{e}=m0;\nd(b_1,e);\nreturn {};\n})();\n\
            })();\n";
        assert_eq!(script, wanted);
    }

    #[test]
    fn styles_and_texts_are_values() {
        let script = joined(&[
            (
                "a.js",
                "import css from \"./a.css\";\nimport t from \"./t.json#one\";\nuse(css, t);\n",
            ),
            ("a.css", "/* Red. */\na:hover {\n  margin: 0 1px;\n  color: red;\n}\n"),
            ("t.json", "{\"one\": {\"x\": \"</script>\"}, \"two\": {}}"),
        ])
        .unwrap();
        assert!(
            script.contains(r#"const m0={default:"a:hover{margin:0 1px;color:red;}"};"#),
            "{script}"
        );
        assert!(script.contains(r#"const m1={default:{"x":"</script>"}};"#), "{script}");
        assert!(script.contains("const{default:css}=m0;\nconst{default:t}=m1;"), "{script}");
    }

    #[test]
    fn private_names_are_short() {
        let class = "class A {\n#b = 1;\nasync #cd() {\nreturn this.#b + \"#b5\" + \"#x\";\n}\nget #e() {}\n}\n";
        let wanted = "class A {\n#p0 = 1;\nasync #p1() {\nreturn this.#p0 + \"#b5\" + \"#x\";\n}\nget #p2() {}\n}\n";
        assert_eq!(short_private_names(class), wanted);
    }

    #[test]
    fn spaces_stay_where_they_mean_something() {
        let lines = [
            ("const { a, b } = c ? d : -1;", "const{a,b}=c?d:-1;"),
            ("return a - -b + c;", "return a - -b + c;"),
            ("say(\"a , b\", 'x = [y]', `z : ${w}`);", "say(\"a , b\",'x = [y]',`z : ${w}`);"),
            (r#"say("\" = ", d);"#, r#"say("\" = ",d);"#),
            ("x = / , /.test(y);", "x = / , /.test(y);"),
            ("x = `a ${b ? `c , d` : e}`;", "x = `a ${b ? `c , d` : e}`;"),
            ("for (const a of [b, c]) await d;", "for(const a of[b,c])await d;"),
        ];
        for (line, wanted) in lines {
            assert_eq!(tight(line), format!("{wanted}\n"));
        }
    }

    #[test]
    fn a_script_that_is_loaded_later_is_a_module_with_an_address() {
        let script = joined(&[
            ("a.js", "import * as b from \"./b.js\";\nimport c from \"./c.js?address\";\nexport class A {}\n"),
            ("b.js", "export const x = 1;\n"),
            ("c.js?address", "static/c.js?v=1"),
        ])
        .unwrap();
        let wanted = "const m0=(()=>{\nconst x=1;\nreturn {x};\n})();\n\
            const m1={default:\"static/c.js?v=1\"};\n\
            const m2=(()=>{\nconst b=m0;\nconst{default:c}=m1;\nclass A{}\nreturn {A};\n})();\n\
            export const {A}=m2;\n";
        assert_eq!(script, wanted);
    }

    #[test]
    fn paths_are_read_from_the_place_of_the_module() {
        let path = |module, named| resolved(module, named).unwrap();
        assert_eq!(path("a.js", "./b/c.js"), "b/c.js");
        assert_eq!(path("b/c.js", "./d.js"), "b/d.js");
        assert_eq!(path("b/c.js", "../t.json#one"), "t.json#one");
        assert_eq!((resolved("a.js", "../b.js"), resolved("a.js", "/b.js")), (None, None));
    }

    #[test]
    fn what_cannot_be_joined_is_named() {
        let error = |text| joined(&[("a.js", text)]).unwrap_err();
        assert_eq!(error("import { x } from \"./none.js\";"), "there is no none.js");
        assert!(error("import \"./b.js\";").contains("cannot read"));
    }
}
