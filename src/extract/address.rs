//! The one address of an article that is known by many.

use crate::domain::address::Address;

/// The canonical address: the first claim that names a page of its own on the site that was
/// fetched, without tracking parameters; else the address that was fetched.
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
    claimed.or_else(|| fetched.cloned()).map(|address| address.canonical())
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
