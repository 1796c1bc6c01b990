//! Who may log in: passwords, one-time codes, and the administrators' list.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::Response;
use ring::hmac;

use crate::app::{App, Home, form_body, text};
use crate::axe::assert_accessible;
use crate::chromium::Browser;

const PASSWORD: &str = "bí mật dài";

/// An authenticator app: a secret, and the time step of the last code that it gave away.
struct Phone {
    secret: Vec<u8>,
    last: i64,
}

impl Phone {
    /// From the letters on the page (RFC 4648).
    fn new(shown: &str) -> Self {
        let letters = shown.chars().filter(|letter| *letter != ' ');
        let value = |letter: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
        let bits: String = letters.map(|letter| format!("{:05b}", value(letter))).collect();
        let bytes = bits.as_bytes().chunks_exact(8);
        let byte = |bits| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap();
        Self { secret: bytes.map(byte).collect(), last: 0 }
    }

    /// The next code that was not given away. A service takes the one after the present one too, so two
    /// are good at any moment.
    fn code(&mut self) -> String {
        self.last = present().max(self.last + 1);
        self.code_at(self.last)
    }

    /// A code that is wrong for minutes.
    fn wrong(&self) -> String {
        let near: Vec<String> = (-9..10).map(|step| self.code_at(present() + step)).collect();
        (0..).map(|code| format!("{code:06}")).find(|code| !near.contains(code)).unwrap()
    }

    /// RFC 6238
    fn code_at(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.secret);
        let digest = hmac::sign(&key, &step.to_be_bytes());
        let at = usize::from(digest.as_ref()[19] % 16);
        let word = <[u8; 4]>::try_from(&digest.as_ref()[at..at + 4]).unwrap();
        format!("{:06}", (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000)
    }
}

fn present() -> i64 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    i64::try_from(seconds / 30).unwrap()
}

/// What stands between two pieces of a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split_once(after).unwrap().0
}

/// The value of a cookie that an answer sets, with its name.
fn cookie_of(response: &Response, name: &str) -> Option<String> {
    let set = response.headers().get_all("set-cookie").iter();
    let mut cookies = set.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
    cookies.find(|cookie| cookie.starts_with(&format!("{name}="))).map(str::to_owned)
}

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}

async fn post(app: &App, path: &str, pairs: &[(&str, &str)], cookie: &str) -> Response {
    app.post_form(path, form_body(pairs), Some(cookie)).await
}

async fn page(app: &App, path: &str, cookie: &str) -> Response {
    let request = app.client.get(app.url(path)).header("accept", "text/html");
    request.header("cookie", cookie).send().await.unwrap()
}

/// Whether a cookie is that of somebody who is logged in.
async fn is_in(app: &App, cookie: &str) -> bool {
    page(app, "/account", cookie).await.status() == 200
}

/// The password alone, as far as it leads.
async fn password(app: &App, name: &str, password: &str) -> Response {
    let form = form_body(&[("name", name), ("password", password), ("next", "/moderation")]);
    app.post_form("/login", form, None).await
}

/// Turns one-time codes on: the phone that has the secret now, and the recovery codes.
async fn turn_on(app: &App, session: &str) -> (Phone, Vec<String>) {
    let offered = post(app, "/account/totp/offer", &[("password", PASSWORD)], session).await;
    assert_eq!(location(&offered), "/account/totp");
    let shown = page(app, "/account/totp", session).await;
    assert_eq!(shown.headers()["cache-control"], "no-store");
    let shown = shown.text().await.unwrap();
    let mut phone = Phone::new(between(&shown, "<code data-secret>", "<"));
    assert_eq!(phone.secret.len(), 20);
    let wrong = post(app, "/account/totp", &[("code", &phone.wrong())], session).await;
    assert_eq!(wrong.status(), 422);
    let codes = post(app, "/account/totp", &[("code", &phone.code())], session).await;
    assert_eq!(codes.status(), 200);
    assert_eq!(codes.headers()["cache-control"], "no-store");
    let codes = codes.text().await.unwrap();
    let codes =
        codes.split("<li><code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
    (phone, codes.collect())
}

#[tokio::test]
async fn a_session_is_always_a_new_one() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let app = home.start();
    // A secret that somebody else has put into the browser opens nothing, before and after the login.
    let planted = "baonoi_session=0000";
    let form = form_body(&[("name", "lan"), ("password", PASSWORD)]);
    let login = app.post_form("/login", form.clone(), Some(planted)).await;
    let first = cookie_of(&login, "baonoi_session").unwrap();
    assert_ne!(first, planted);
    assert!(!is_in(&app, planted).await && is_in(&app, &first).await);
    // Who logs in again in the same browser leaves nothing open behind.
    let login = app.post_form("/login", form, Some(&first)).await;
    let second = cookie_of(&login, "baonoi_session").unwrap();
    assert_ne!(first, second);
    assert!(!is_in(&app, &first).await && is_in(&app, &second).await);
    // A cookie that was seen is worth nothing after the logout.
    assert_eq!(app.post_form("/logout", String::new(), Some(&second)).await.status(), 303);
    assert!(!is_in(&app, &second).await);
    assert_eq!(location(&page(&app, "/account", &second).await), "/login?next=%2Faccount");
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let app = home.start();
    let here = app.log_in("lan", PASSWORD).await;
    let elsewhere = app.log_in("lan", PASSWORD).await;
    let change = async |old: &str, new: &str, again: &str| {
        let form = [("old", old), ("new", new), ("again", again)];
        let answer = post(&app, "/account/password", &form, &here).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let new = "mật khẩu mới";
    for (old, new, again, said) in [
        ("sai mật khẩu", new, new, "Mật khẩu hiện tại không đúng"),
        (PASSWORD, "7 ký tự", "7 ký tự", "ít nhất 8 ký tự"),
        (PASSWORD, new, "mật khẩu khác", "không giống nhau"),
    ] {
        let (status, page) = change(old, new, again).await;
        assert!(status == 422 && page.contains(said), "{status} {page}");
    }
    let foreign = app.client.post(app.url("/account/password")).header("cookie", &here);
    let foreign = foreign.header("origin", "https://evil.example");
    let form = form_body(&[("old", PASSWORD), ("new", new), ("again", new)]);
    let foreign = foreign.header("content-type", "application/x-www-form-urlencoded").body(form);
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    assert!(is_in(&app, &elsewhere).await);

    assert_eq!(change(PASSWORD, new, new).await.0, 303);
    assert!(is_in(&app, &here).await && !is_in(&app, &elsewhere).await);
    assert_eq!(password(&app, "lan", PASSWORD).await.status(), 422);
    app.log_in("lan", new).await;
    // Who has only found an open browser cannot try many.
    let mut last = 0;
    for _ in 0..11 {
        last = change("sai mật khẩu", new, new).await.0;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_code_is_asked_for_and_good_once() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let app = home.start();
    let here = app.log_in("lan", PASSWORD).await;
    let refused = post(&app, "/account/totp/offer", &[("password", "sai")], &here).await;
    assert_eq!(refused.status(), 422);
    let (mut phone, recovery) = turn_on(&app, &here).await;
    assert_eq!(recovery.len(), 8);
    let shown = page(&app, "/account", &here).await.text().await.unwrap();
    assert!(shown.contains("Bạn còn 8 mã dự phòng"));
    // The secret is not shown again.
    assert_eq!(location(&page(&app, "/account/totp", &here).await), "/account");

    // The right password leads to the second page and no further.
    let waiting = password(&app, "lan", PASSWORD).await;
    assert_eq!(location(&waiting), "/login/code?next=%2Fmoderation");
    assert!(cookie_of(&waiting, "baonoi_session").is_none());
    let pending = cookie_of(&waiting, "baonoi_pending").unwrap();
    assert!(!is_in(&app, &pending).await);
    assert!(!is_in(&app, &pending.replace("pending", "session")).await);
    assert_eq!(page(&app, "/login/code?next=/moderation", &pending).await.status(), 200);
    let try_code = async |code: &str, pending: &str| {
        post(&app, "/login/code", &[("code", code), ("next", "/moderation")], pending).await
    };
    assert_eq!(try_code(&phone.wrong(), &pending).await.status(), 422);
    assert_eq!(try_code("", &pending).await.status(), 422);
    let code = phone.code();
    let entered = try_code(&code, &pending).await;
    assert_eq!(location(&entered), "/moderation");
    let session = cookie_of(&entered, "baonoi_session").unwrap();
    assert!(is_in(&app, &session).await);
    assert_eq!(cookie_of(&entered, "baonoi_pending").unwrap(), "baonoi_pending=");

    // Neither the wait nor the code is good twice.
    assert_eq!(location(&try_code(&code, &pending).await), "/login?next=%2Fmoderation");
    let pending = cookie_of(&password(&app, "lan", PASSWORD).await, "baonoi_pending").unwrap();
    assert_eq!(try_code(&code, &pending).await.status(), 422);
    // A recovery code is, once, however it is typed.
    let typed = recovery[0].to_uppercase().replace('-', " ");
    assert_eq!(try_code(&typed, &pending).await.status(), 303);
    let pending = cookie_of(&password(&app, "lan", PASSWORD).await, "baonoi_pending").unwrap();
    assert_eq!(try_code(&recovery[0], &pending).await.status(), 422);

    // New recovery codes take the place of the old ones.
    let new = post(&app, "/account/totp/codes", &[("password", PASSWORD)], &here).await;
    let new = new.text().await.unwrap();
    assert!(!new.contains(&recovery[1]));
    assert_eq!(try_code(&recovery[1], &pending).await.status(), 422);
    assert_eq!(try_code(between(&new, "<li><code>", "<"), &pending).await.status(), 303);

    // Switching off asks for the password.
    let off = async |password: &str| {
        post(&app, "/account/totp/off", &[("password", password)], &here).await.status()
    };
    assert_eq!(off("sai mật khẩu").await, 422);
    assert!(password(&app, "lan", PASSWORD).await.headers()["location"] != "/moderation");
    assert_eq!(off(PASSWORD).await, 303);
    assert_eq!(location(&password(&app, "lan", PASSWORD).await), "/moderation");
    let doctor = home.run(&["doctor"], "");
    assert!(doctor.status.success(), "{}", text(&doctor.stdout));
}

#[tokio::test]
async fn nobody_guesses_for_long() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    home.add_account("minh");
    let app = home.start();
    let here = app.log_in("lan", PASSWORD).await;
    let (mut phone, _) = turn_on(&app, &here).await;
    // A new login does not give new tries.
    let mut last = 0;
    for _ in 0..11 {
        let pending = cookie_of(&password(&app, "lan", PASSWORD).await, "baonoi_pending").unwrap();
        let tried = post(&app, "/login/code", &[("code", &phone.wrong())], &pending).await;
        last = tried.status().as_u16();
    }
    assert_eq!(last, 429);
    let pending = cookie_of(&password(&app, "lan", PASSWORD).await, "baonoi_pending").unwrap();
    let tried = post(&app, "/login/code", &[("code", &phone.code())], &pending).await;
    assert_eq!(tried.status(), 429);
    for _ in 0..11 {
        last = password(&app, "minh", "sai mật khẩu").await.status().as_u16();
    }
    assert_eq!(last, 429);
    assert_eq!(password(&app, "minh", PASSWORD).await.status(), 429);
    // Whoever has the machine lets people in again.
    assert!(home.run(&["accounts", "totp-off", "lan"], "").status.success());
    app.log_in("lan", PASSWORD).await;
}

/// The id of an account, from the administrators' list.
async fn id_of(app: &App, session: &str, name: &str) -> String {
    let list = page(app, "/accounts", session).await.text().await.unwrap();
    between(&list, &format!("data-account=\"{name}\""), "/roles")
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn administrators_say_who_may_log_in() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let moderator = ["accounts", "add", "minh", "--role", "moderator"];
    assert!(home.run(&moderator, &format!("{PASSWORD}\n")).status.success());
    let key = home.api_key("lan");
    let app = home.start();
    let lan = app.log_in("lan", PASSWORD).await;
    let minh = app.log_in("minh", PASSWORD).await;
    // Nobody else, and no program.
    assert_eq!(page(&app, "/accounts", &minh).await.status(), 403);
    assert_eq!(post(&app, "/accounts", &[("name", "x")], &minh).await.status(), 403);
    assert_eq!(app.get("/accounts").await.status(), 401);
    let by_key = app.client.get(app.url("/accounts")).bearer_auth(&key).send().await.unwrap();
    assert_eq!(by_key.status(), 401);
    let desk = page(&app, "/moderation", &minh).await.text().await.unwrap();
    assert!(!desk.contains("href=\"/accounts\""));

    // Added, with a password that is made up and shown once, or typed.
    let add = async |name: &str, password: &str, role: &str| {
        let form = [("name", name), ("password", password), (role, "yes")];
        let answer = post(&app, "/accounts", &form, &lan).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, shown) = add("Hoa", "", "editor").await;
    assert_eq!(status, 200);
    let made_up = between(&shown, "<code data-password>", "<");
    let hoa = app.log_in("hoa", made_up).await;
    assert!(!page(&app, "/accounts", &lan).await.text().await.unwrap().contains(made_up));
    assert_eq!(add("son", PASSWORD, "editor").await.0, 303);
    for (name, password, role, said) in [
        ("hoa", PASSWORD, "editor", "đã được dùng"),
        ("system", PASSWORD, "editor", "đã được dùng"),
        ("Sơn", PASSWORD, "editor", "chữ cái không dấu"),
        ("an", PASSWORD, "boss", "ít nhất một vai trò"),
        ("an", "ngắn", "editor", "ít nhất 8 ký tự"),
    ] {
        let (status, page) = add(name, password, role).await;
        assert!(status == 422 && page.contains(said), "{name}: {status} {page}");
        assert!(page.contains(&format!("value=\"{name}\"")), "what was typed is lost: {page}");
    }

    // Roles hold at once, for sessions that are open too.
    let of = async |name: &str| id_of(&app, &lan, name).await;
    let (lan_id, minh_id, hoa_id) = (of("lan").await, of("minh").await, of("hoa").await);
    let change = async |id: &str, what: &str, form: &[(&str, &str)]| {
        let answer = post(&app, &format!("/accounts/{id}/{what}"), form, &lan).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(page(&app, "/moderation", &hoa).await.status(), 403);
    assert_eq!(change(&hoa_id, "roles", &[("moderator", "yes")]).await.0, 303);
    assert_eq!(page(&app, "/moderation", &hoa).await.status(), 200);
    assert_eq!(page(&app, "/desk", &hoa).await.status(), 403);
    assert_eq!(change(&hoa_id, "roles", &[]).await.0, 422);

    // Locked out at once, and let in again by a new login only.
    assert_eq!(change(&hoa_id, "state", &[("decision", "disable")]).await.0, 303);
    assert!(!is_in(&app, &hoa).await);
    assert_eq!(password(&app, "hoa", made_up).await.status(), 422);
    assert_eq!(change(&hoa_id, "state", &[("decision", "enable")]).await.0, 303);
    assert!(!is_in(&app, &hoa).await);
    let hoa = app.log_in("hoa", made_up).await;
    assert_eq!(change(&hoa_id, "password", &[("password", "một cái khác")]).await.0, 303);
    assert!(!is_in(&app, &hoa).await);
    app.log_in("hoa", "một cái khác").await;

    // A lost telephone.
    turn_on(&app, &minh).await;
    assert!(location(&password(&app, "minh", PASSWORD).await).starts_with("/login/code"));
    assert_eq!(change(&minh_id, "totp", &[]).await.0, 303);
    assert_eq!(location(&password(&app, "minh", PASSWORD).await), "/moderation");

    // Nobody saws off the branch.
    let refused = async |what: &str, form: &[(&str, &str)], said: &str| {
        let (status, page) = change(&lan_id, what, form).await;
        assert!(status == 422 && page.contains(said), "{what}: {status} {page}");
    };
    refused("state", &[("decision", "disable")], "không thể tự khóa").await;
    refused("roles", &[("editor", "yes")], "quản trị viên duy nhất").await;
    refused("password", &[("password", "một cái khác")], "trang “Tài khoản của tôi”").await;
    refused("totp", &[], "trang “Tài khoản của tôi”").await;
    assert_eq!(change("0198f0c2-7a52-7c11-9d6e-2f6b1c1d0a01", "totp", &[]).await.0, 404);
    assert_eq!(change(&minh_id, "state", &[("decision", "explode")]).await.0, 400);
    let roles = [("moderator", "yes"), ("administrator", "yes")];
    assert_eq!(change(&minh_id, "roles", &roles).await.0, 303);
    assert_eq!(change(&lan_id, "roles", &[("editor", "yes")]).await.0, 303);
    assert_eq!(page(&app, "/accounts", &lan).await.status(), 403);
    assert_eq!(page(&app, "/accounts", &minh).await.status(), 200);
    // Three accounts and a key by hand; two added, two times roles, disabled, enabled, a password,
    // codes on and off, and the last two: all of it in the chain.
    let doctor = text(&home.run(&["doctor"], "").stdout);
    assert!(doctor.contains("audit log: 13 records") && doctor.contains("unbroken"), "{doctor}");
}

#[tokio::test]
async fn roles_are_changed_at_the_command_line() {
    let home = Home::new("");
    home.add_account("lan");
    let changed = home.run(&["accounts", "roles", "lan", "--role", "administrator"], "");
    assert_eq!(text(&changed.stdout), "lan is now administrator\n");
    assert_eq!(text(&home.run(&["accounts", "list"], "").stdout), "lan\tadministrator\tactive\n");
    assert_eq!(home.run(&["accounts", "roles", "lan"], "").status.code(), Some(2));
    assert_eq!(home.run(&["accounts", "totp-off", "mai"], "").status.code(), Some(1));
    let off = home.run(&["accounts", "totp-off", "lan"], "");
    assert!(text(&off.stdout).contains("by password alone"));
}

/// Looked at narrow and wide, by day and by night.
pub async fn looked_at(browser: &Browser, name: &str) {
    for (width, height, dark) in [(390, 844, true), (390, 844, false), (1280, 900, false)] {
        browser.resize(width, height).await;
        browser.dark(dark).await;
        if !dark {
            browser.picture(&format!("{name}-{width}")).await;
        }
        assert_accessible(browser, &format!("{name}, {width}, dark: {dark}")).await;
        let wide = browser.ask("document.documentElement.scrollWidth").await;
        assert!(wide.as_u64().unwrap() <= u64::from(width), "{name}: {wide} of {width}");
    }
}

#[tokio::test]
async fn a_person_logs_in_with_a_code_and_keeps_the_accounts() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let name = "mot.ten.tai-khoan_that-la-dai.40-ky-tu";
    home.run(&["accounts", "add", name, "--role", "editor"], &format!("{PASSWORD}\n"));
    home.run(&["accounts", "add", "minh", "--role", "moderator"], &format!("{PASSWORD}\n"));
    home.run(&["accounts", "disable", "minh"], "");
    let app = home.start();
    let browser = Browser::open().await;
    browser.log_in(&app, "lan", PASSWORD, "/account").await;
    browser.until("location.pathname === '/account'").await;
    looked_at(&browser, "account").await;
    browser.find("#on-password").await.send_keys(PASSWORD).await.unwrap();
    browser.find("form[action='/account/totp/offer'] button").await.click().await.unwrap();
    browser.until("location.pathname === '/account/totp'").await;
    looked_at(&browser, "account-totp").await;
    let secret = browser.find("[data-secret]").await.text().await.unwrap();
    let mut phone = Phone::new(&secret);
    browser.find("#code").await.send_keys(phone.wrong()).await.unwrap();
    browser.find("main form button").await.click().await.unwrap();
    browser.until("!!document.querySelector('[role=alert]')").await;
    looked_at(&browser, "account-totp-wrong").await;
    browser.find("#code").await.send_keys(phone.code()).await.unwrap();
    browser.find("main form button").await.click().await.unwrap();
    browser.until("document.querySelectorAll('.recovery-codes li').length === 8").await;
    looked_at(&browser, "account-codes").await;
    let recovery = browser.find(".recovery-codes code").await.text().await.unwrap();
    browser.go(&app.url("/account")).await;
    looked_at(&browser, "account-totp-on").await;

    browser.find(".account button").await.click().await.unwrap();
    browser.until("location.pathname === '/'").await;
    browser.log_in(&app, "lan", PASSWORD, "/accounts").await;
    browser.until("location.pathname === '/login/code'").await;
    looked_at(&browser, "login-code").await;
    browser.find("#code").await.send_keys(phone.wrong()).await.unwrap();
    browser.find("main form button").await.click().await.unwrap();
    browser.until("!!document.querySelector('[role=alert]')").await;
    browser.ask("void (document.querySelector('details').open = true)").await;
    looked_at(&browser, "login-code-wrong").await;
    browser.find("#recovery").await.send_keys(recovery.as_str()).await.unwrap();
    browser.find("details button").await.click().await.unwrap();
    browser.until("location.pathname === '/accounts'").await;

    looked_at(&browser, "accounts").await;
    browser
        .ask(&format!(
            "void (document.querySelector('[data-account=\"{name}\"] details').open = true)"
        ))
        .await;
    looked_at(&browser, "accounts-open").await;
    browser
        .find(&format!("[data-account=\"{name}\"] form[action$=password] button"))
        .await
        .click()
        .await
        .unwrap();
    browser.until("!!document.querySelector('[data-password]')").await;
    looked_at(&browser, "accounts-made-up").await;
    browser.ask("void (document.querySelector('[data-account=lan] details').open = true)").await;
    browser.find("[data-account=lan] [name=administrator]").await.click().await.unwrap();
    browser.find("[data-account=lan] form[action$=roles] button").await.click().await.unwrap();
    browser.until("!!document.querySelector('[role=alert]')").await;
    looked_at(&browser, "accounts-refused").await;
    browser.ask("void (document.querySelector('[data-add]').open = true)").await;
    browser.find("#add-name").await.send_keys("hoa").await.unwrap();
    browser.find("#add-password").await.send_keys(PASSWORD).await.unwrap();
    browser.find("[data-add] [name=moderator]").await.click().await.unwrap();
    looked_at(&browser, "accounts-add").await;
    browser.find("[data-add] button").await.click().await.unwrap();
    browser
        .until("document.querySelector('[role=status]')?.textContent === 'Đã thêm tài khoản hoa.'")
        .await;
    browser.until("!!document.querySelector('[data-account=hoa]')").await;
    // A finger finds every control.
    browser.resize(390, 844).await;
    browser
        .ask("void document.querySelectorAll('details').forEach((details) => details.open = true)")
        .await;
    let small = browser
        .ask(
            "[...document.querySelectorAll('main :is(button, summary, input:not([type=checkbox]), label.tick)')]
                .map((node) => [node.outerHTML, node.getBoundingClientRect().height])
                .filter(([, height]) => height < 44)",
        )
        .await;
    assert_eq!(small, serde_json::json!([]));
    browser.go(&app.url("/accounts")).await;
    browser.assert_calm(&[&app.url("/")]).await;
}
