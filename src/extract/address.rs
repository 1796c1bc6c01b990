//! The one address of an article that is known by many.

use crate::domain::address::Address;

/// The canonical address: the first claim that names a page of its own on the site that was
/// fetched, without tracking parameters; else the address that was fetched. Its AMP and print
/// versions have no addresses of their own.
///
/// A page cannot claim an address of another site: it would speak there in that paper's name.
pub fn canonical(claims: &[String], fetched: Option<&Address>) -> Option<Address> {
    let read = |claim: &String| match fetched {
        Some(fetched) => fetched.join(claim).ok(),
        None if claim.contains("://") => claim.parse().ok(),
        None => None,
    };
    let believed = |claim: &Address| {
        fetched.is_none_or(|fetched| {
            claim.is_same_site(fetched) && (claim.path() != "/" || fetched.path() == "/")
        })
    };
    let claimed = claims.iter().filter_map(read).find(believed);
    let address = claimed.or_else(|| fetched.cloned())?.canonical();
    Some(without_version(&address).unwrap_or(address))
}

/// Query parameters that ask for another version of a page, and the values that do.
const VERSIONS: &[(&str, &[&str])] = &[
    ("amp", &["", "1", "true", "yes"]),
    ("outputtype", &["amp"]),
    ("print", &["", "1", "true", "yes"]),
    ("tmpl", &["component"]),
    ("view", &["print", "amp"]),
];

/// The article's own address, when this is the one of its AMP or print version.
fn without_version(address: &Address) -> Option<Address> {
    let (front, query) = address.as_str().split_once('?').unwrap_or((address.as_str(), ""));
    let path = front.trim_end_matches('/');
    let own = ["/amp", ".amp"].iter().find_map(|end| path.strip_suffix(end)).map(str::to_owned);
    let own = own.filter(|own| own.matches('/').count() > 2).or_else(|| {
        ["-print.htm", "-print.html"]
            .iter()
            .find_map(|end| Some(format!("{}{}", path.strip_suffix(end)?, &end["-print".len()..])))
    });
    let is_version = |pair: &&str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (name.to_ascii_lowercase(), value.to_ascii_lowercase());
        VERSIONS.iter().any(|(asks, values)| *asks == name && values.contains(&value.as_str()))
    };
    let kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !is_version(pair)).collect();
    let front = own.as_deref().unwrap_or(front);
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    format!("{front}{query}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(claims: &[&str], fetched: Option<&str>) -> Option<String> {
        let claims: Vec<String> = claims.iter().map(|claim| (*claim).to_owned()).collect();
        let fetched = fetched.map(|address| address.parse().unwrap());
        canonical(&claims, fetched.as_ref()).map(|address| address.to_string())
    }

    #[test]
    fn many_addresses_are_one() {
        let page = "https://www.bao.example/tin/nuoc-sach-12.html";
        let fetched = format!("{page}?utm_source=zalo&id=7#binh-luan");
        assert_eq!(found(&[], Some(&fetched)), Some(format!("{page}?id=7")));
        for claim in ["/tin/nuoc-sach-12.html", "nuoc-sach-12.html", page] {
            assert_eq!(found(&[claim], Some(&fetched)), Some(page.to_owned()), "{claim}");
        }
        let mobile = "https://m.bao.example/tin/nuoc-sach-12.html";
        assert_eq!(found(&[page], Some(mobile)), Some(page.to_owned()));
    }

    #[test]
    fn the_versions_of_a_page_are_one() {
        let page = "https://bao.example/tin/nuoc-sach-12.html";
        for version in [
            "https://bao.example/tin/nuoc-sach-12.html/amp",
            "https://bao.example/tin/nuoc-sach-12.html/amp/",
            "https://bao.example/tin/nuoc-sach-12.html.amp",
            "https://bao.example/tin/nuoc-sach-12.html?amp",
            "https://bao.example/tin/nuoc-sach-12.html?print=1&utm_source=x",
            "https://bao.example/tin/nuoc-sach-12.html?tmpl=component&print=1",
            "https://bao.example/tin/nuoc-sach-12-print.html",
        ] {
            assert_eq!(found(&[], Some(version)).as_deref(), Some(page), "{version}");
            assert_eq!(found(&[page], Some(version)).as_deref(), Some(page), "{version}");
        }
        for own in [
            "https://bao.example/amp",
            "https://bao.example/tin?view=7",
            "https://bao.example/print.html",
        ] {
            assert_eq!(found(&[], Some(own)).as_deref(), Some(own), "{own}");
        }
    }

    #[test]
    fn a_claim_that_cannot_be_is_not_believed() {
        let fetched = Some("https://bao.example/tin-7.html");
        for claim in
            ["https://bao.example/", "https://another.example/tin-7.html", "javascript:alert(1)"]
        {
            assert_eq!(found(&[claim], fetched).as_deref(), fetched, "{claim}");
        }
        assert_eq!(found(&["javascript:alert(1)", "tin.html"], None), None);
    }
}
