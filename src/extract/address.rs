//! The one address of an article that is known by many.

/// Query parameters that say where a reader came from, not what is read.
const TRACKING: &[&str] = &[
    "fbclid",
    "gclid",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "igshid",
    "zarsrc",
    "mc_cid",
    "mc_eid",
    "gidzl",
    "fb_comment_id",
    "ref_src",
    "_ga",
    "_gl",
];
const TRACKING_PREFIXES: &[&str] = &["utm_", "zalo", "pk_", "at_"];

/// The canonical address: the first claim that names a page of its own, made absolute and without
/// tracking parameters; else the address that was fetched.
pub fn canonical(claims: &[String], fetched: Option<&str>) -> Option<String> {
    let absolute = claims.iter().filter_map(|claim| join(fetched, claim));
    let wanted = |address: &String| {
        path(address) != "/" || fetched.is_none_or(|fetched| path(fetched) == "/")
    };
    let claimed = absolute.into_iter().find(wanted);
    claimed
        .or_else(|| fetched.filter(|fetched| origin_end(fetched).is_some()).map(str::to_owned))
        .map(|address| clean(&address))
}

/// The host of an address without `www.`.
pub fn host(address: &str) -> Option<&str> {
    let end = origin_end(address)?;
    let host = &address[address.find("://")? + 3..end];
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(':').next().unwrap_or(host);
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

/// Where the path begins, for an http(s) address.
fn origin_end(address: &str) -> Option<usize> {
    let lower = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    let start = ["https://", "http://"].iter().find(|scheme| lower.starts_with(**scheme))?.len();
    let length = address[start..].find(['/', '?', '#']).unwrap_or(address.len() - start);
    (length > 0).then_some(start + length)
}

fn path(address: &str) -> &str {
    let path = origin_end(address).map_or("", |end| &address[end..]);
    if path.is_empty() { "/" } else { path }
}

/// An address of the page, made absolute by the address that the page was fetched from.
fn join(base: Option<&str>, address: &str) -> Option<String> {
    if address.contains(char::is_whitespace) {
        return None;
    }
    if origin_end(address).is_some() {
        return Some(address.to_owned());
    }
    let base = base?;
    let origin = &base[..origin_end(base)?];
    if let Some(rest) = address.strip_prefix("//") {
        let scheme = &base[..base.find("//")?];
        return Some(format!("{scheme}//{rest}"));
    }
    if address.starts_with('/') {
        return Some(format!("{origin}{address}"));
    }
    if address.contains(':') || address.starts_with(['#', '?', '.']) || address.is_empty() {
        return None;
    }
    let path = &base[origin.len()..];
    let path = &path[..path.find(['?', '#']).unwrap_or(path.len())];
    let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
    Some(format!("{origin}{folder}{address}"))
}

/// Without the fragment and tracking parameters.
fn clean(address: &str) -> String {
    let address = address.split('#').next().unwrap_or(address);
    let Some((page, query)) = address.split_once('?') else { return address.to_owned() };
    let kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !is_tracking(pair)).collect();
    if kept.is_empty() { page.to_owned() } else { format!("{page}?{}", kept.join("&")) }
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or(pair).to_ascii_lowercase();
    TRACKING.contains(&name.as_str())
        || TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_addresses_are_one() {
        let fetched =
            Some("https://www.bao.example/tin/nuoc-sach-12.html?utm_source=zalo&id=7#binh-luan");
        assert_eq!(
            canonical(&[], fetched).as_deref(),
            Some("https://www.bao.example/tin/nuoc-sach-12.html?id=7")
        );
        let claims = ["/tin/nuoc-sach-12.html".to_owned()];
        assert_eq!(
            canonical(&claims, fetched).as_deref(),
            Some("https://www.bao.example/tin/nuoc-sach-12.html")
        );
        let relative = ["nuoc-sach-12.html".to_owned()];
        assert_eq!(
            canonical(&relative, fetched).as_deref(),
            Some("https://www.bao.example/tin/nuoc-sach-12.html")
        );
    }

    #[test]
    fn a_canonical_link_to_the_front_page_is_not_believed() {
        let claims = ["https://bao.example/".to_owned()];
        let fetched = Some("https://bao.example/tin-7.html");
        assert_eq!(canonical(&claims, fetched).as_deref(), fetched);
    }

    #[test]
    fn only_http_addresses_count() {
        assert_eq!(canonical(&["javascript:alert(1)".to_owned()], None), None);
        assert_eq!(host("https://www.bao.example:8080/x"), Some("bao.example"));
        assert_eq!(host("tệp.html"), None);
    }
}
