//! The pages, as a browser gets them.

use bytes::Bytes;
use http::{Request, Response};

use super::Site;
use crate::issuer::{Issuer, Service as _};

const HOLDER: &str = "did:key:z2dmzD81cgPx8Vki7JbuuMmFYrWPgYoytykUZ3eyqht1j9KbsDbVZXdb3jzCagESyY4EE2x7Yjx3gNwctoEuRCKKDrdNP3HPFtG8RTvBiYStT5ghBHhHizH2Dy6xQtW3Pd2SecizL9b2jzDCMr7Ka5cRAWZFwvqwAtwTT7xet769y9ERh6";

fn site() -> Site {
    Site::new(Issuer::builder().build().expect("the defaults are valid"))
}

fn get(site: &Site, target: &str) -> Response<Bytes> {
    let request = Request::get(target).body(Bytes::new());
    site.handle(request.expect("it is a request"))
}

fn html(site: &Site, target: &str) -> String {
    String::from_utf8(get(site, target).into_body().to_vec()).expect("it is text")
}

fn offer(credential_type: &str) -> String {
    let target = format!("/offer?client_id={HOLDER}&credential_type={credential_type}");
    html(&site(), &target)
}

/// What stands between two marks.
fn between<'h>(html: &'h str, before: &str, after: &str) -> &'h str {
    let (_, rest) = html.split_once(before).expect("the first mark is there");
    rest.split_once(after).expect("the second mark is there").0
}

/// Reads the QR code in a page as a camera would: from its dark and light squares.
fn scan(html: &str) -> String {
    let size: usize = between(html, "viewBox=\"0 0 ", " ")
        .parse()
        .expect("it is a number");
    let mut dark = vec![false; size * size];
    for run in between(html, "<path d=\"M", "\"").split('M') {
        let (x, rest) = run.split_once(' ').expect("a column and a row");
        let (y, rest) = rest.split_once('h').expect("a row and a length");
        let length = rest.split_once('v').expect("a length and a height").0;
        let [x, y, length] = [x, y, length].map(|text| text.parse::<usize>().expect("a number"));
        dark[y * size + x..][..length].fill(true);
    }
    const SCALE: usize = 4;
    let shade = |x: usize, y: usize| {
        if dark[y / SCALE * size + x / SCALE] {
            0
        } else {
            255
        }
    };
    let mut picture =
        rqrr::PreparedImage::prepare_from_greyscale(size * SCALE, size * SCALE, shade);
    let grids = picture.detect_grids();
    grids[0].decode().expect("the code can be read").1
}

#[test]
fn the_qr_code_holds_the_link_and_the_pin_stands_beside_it() {
    let page = offer("CTWalletCrossPreAuthorisedDeferred");
    let uri = scan(&page);
    assert!(
        uri.starts_with(
            "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Flocalhost%3A3000%2F"
        ),
        "{uri}"
    );
    assert_eq!(between(&page, "<code>", "</code>"), uri);
    // Going back keeps the DID.
    let back = between(&page, "<p class=\"back\"><a href=\"", "\"").to_owned();
    assert!(html(&site(), &back).contains(HOLDER));
    assert_eq!(between(&page, "<p class=\"pin\">", "</p>"), "5910");
}

#[test]
fn a_same_device_offer_is_a_link_without_a_pin_where_there_is_none() {
    let page = offer("CTWalletSameAuthorisedInTime");
    let link = between(&page, "<a class=\"action\" href=\"", "\"");
    assert_eq!(link, scan(&page));
    assert!(!page.contains("PIN to type"));
}

#[test]
fn every_type_that_can_be_offered_has_a_button_that_makes_an_offer() {
    let site = site();
    let home = html(&site, "/");
    let names: Vec<&str> = home
        .split("name=\"credential_type\" value=\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"').map(|(name, _)| name))
        .collect();
    assert_eq!(names.len(), 15);
    for name in names {
        assert!(offer(name).contains("<h1 class=\"long\">"), "{name}");
    }
}

#[test]
fn what_was_entered_wrongly_is_told_and_kept_and_escaped() {
    let site = site();
    let target = "/offer?client_id=%3Cscript%3E&credential_type=CTWalletSameInTime";
    let response = get(&site, target);
    assert_eq!(response.status(), 400);
    let page = html(&site, target);
    assert!(page.contains("client_id must be a valid DID"), "{page}");
    assert!(
        page.contains("&lt;script&gt;") && !page.contains("<script>"),
        "{page}"
    );
    let runs = format!(
        "/offer?client_id={HOLDER}&credential_type=CTWalletSameInTime&credential_offer_endpoint=javascript:a"
    );
    assert_eq!(get(&site, &runs).status(), 400);
    assert_eq!(
        get(&site, &format!("/offer?client_id={HOLDER}")).status(),
        400
    );
}

#[test]
fn a_refused_request_is_listed_with_its_step_and_its_rule() {
    let site = site();
    assert!(html(&site, "/requests").contains("No request yet"));
    let request = Request::post("/conformance/v3/issuer-mock/credential?%3Cb%3E=1")
        .header("content-type", "application/json")
        .body(Bytes::from_static(b"{}"));
    site.handle(request.expect("it is a request"));
    for page in ["/", "/requests", "/requests/latest?newest=0&shown=12"] {
        let html = html(&site, page);
        assert!(
            html.contains("invalid_token") && html.contains("step 2"),
            "{html}"
        );
        assert!(
            html.contains("Rule: The access token travels in the Authorization header."),
            "{html}"
        );
        assert!(html.contains("Authorization header is missing"), "{html}");
        assert!(!html.contains("<b>"), "{html}");
    }
    // A client that has seen it gets nothing.
    assert_eq!(
        get(&site, "/requests/latest?newest=1&shown=12").status(),
        204
    );
}

#[test]
fn no_page_shows_a_code() {
    let site = site();
    html(
        &site,
        &format!("/offer?client_id={HOLDER}&credential_type=CTWalletCrossPreAuthorised"),
    );
    let list = html(&site, "/requests");
    assert!(
        list.contains("initiate-credential-offer") && list.contains("did:key:z2dm…"),
        "{list}"
    );
    let offered = html(
        &site,
        &format!("/offer?client_id={HOLDER}&credential_type=CTWalletCrossPreAuthorised"),
    );
    let id = between(&offered, "%2Foffers%2F", "\"").to_owned();
    html(&site, &format!("/conformance/v3/issuer-mock/offers/{id}"));
    let list = html(&site, "/requests");
    assert!(
        list.contains("offer fetched") && !list.contains(&id),
        "{list}"
    );
}

#[test]
fn a_page_may_load_nothing_from_elsewhere() {
    let site = site();
    for page in ["/", "/requests", "/style.css", "/live.js"] {
        let response = get(&site, page);
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .expect("it is text");
        assert!(policy.starts_with("default-src 'none'"), "{page}");
        assert!(!policy.contains("unsafe"), "{page}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let text = String::from_utf8_lossy(response.body()).into_owned();
        assert!(
            !text.contains("//cdn") && !text.contains("style=\""),
            "{page}"
        );
    }
    let post = Request::post("/")
        .body(Bytes::new())
        .expect("it is a request");
    assert_eq!(site.handle(post).status(), 405);
}

#[test]
fn the_issuer_answers_its_own_paths_as_without_the_pages() {
    let site = site();
    let target = "/conformance/v3/issuer-mock/.well-known/openid-credential-issuer";
    let alone = Issuer::builder().build().expect("the defaults are valid");
    let request = Request::get(target).body(Bytes::new());
    let expected = alone.handle(request.expect("it is a request"));
    let answered = get(&site, target);
    assert_eq!(answered.body(), expected.body());
    assert_eq!(answered.headers(), expected.headers());
    assert_eq!(get(&site, "/nowhere").status(), 404);
}
