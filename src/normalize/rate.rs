//! What `/` means after an amount: a rate (`tạ/ha`, `đồng/kg`), or a choice (`5 xã/phường`).

use crate::domain::script::SemioticClass;

use super::Reading;
use super::counted::is_in;
use super::letters;
use super::measure::is_unit;
use super::table::{Quantity, UNITS};
use super::tokenize::{At, Kind, one_of};

/// Words for money, after which `/` is said `một`.
const MONEY_WORDS: [&str; 11] =
    ["đồng", "triệu", "tỷ", "tỉ", "nghìn", "ngàn", "đô", "la", "mỹ", "euro", "xu"];

/// Units in words that go with `trên` after a physical unit: `km/giờ`, `mg/lít`.
const UNIT_WORDS: [&str; 7] = ["giờ", "phút", "giây", "lít", "mét", "héc", "ki"];

/// Nouns that amounts are given for each of: time, persons, bodies, places, pieces, containers.
const SHARED_BY: &str = "giây phút giờ ngày đêm tuần tháng quý năm vụ mùa lứa đợt kỳ khóa niên lần \
    lượt ca buổi tiết chuyến vòng trận hiệp người hộ gia khẩu đầu em trẻ cháu học khách bệnh \
    phụ thai tổ nhóm đội đoàn lớp trường chi xã phường thị huyện quận tỉnh thành thôn \
    bản ấp xóm làng khu cụm điểm cơ đơn doanh nhà hợp trang căn phòng tầng giường bàn ghế con cây \
    bụi khóm gốc cành chùm hoa quả trái củ hố luống giàn đàn ổ chuồng trại ao bể lồng bè ruộng sào \
    thửa mẫu héc mét ki lít tấn tạ yến cân lạng gam chỉ lượng cái chiếc bộ cặp đôi tấm tờ cuốn \
    quyển trang bài câu vé phiếu suất phần chai lọ lon hộp gói túi bao thùng kiện vỉ viên liều ống \
    thang nồi mẻ đĩa bát tàu thuyền xe máy toa container dự sản mỗi một triệu nghìn đồng vạn";

/// Nouns of one kind: a slash between two of them offers a choice, `5 xã/phường`.
const OF_ONE_KIND: [&str; 10] = [
    "tỉnh thành phố",
    "huyện quận thị thành phố",
    "xã phường thị trấn",
    "thôn bản ấp xóm làng khu buôn khóm tiểu tổ",
    "tổ nhóm đội",
    "tàu thuyền ghe xuồng nô ca bay xe",
    "hộ gia",
    "em cháu trẻ",
    "lần lượt",
    "cái chiếc",
];

/// Whether what is counted at `left` is counted for each of the things at `right`.
fn is_for_each(at: At, left: isize, right: isize) -> bool {
    let (left, right) = (at.text(left), at.text(right));
    let choice = OF_ONE_KIND.iter().any(|kind| is_in(left, kind) && is_in(right, kind));
    is_in(right, SHARED_BY) && !choice
}

/// `tấn CO2/năm`: the end of a formula in letters and digits that is counted.
fn counts_substance(at: At, k: isize) -> bool {
    at.kind(k) == Kind::Digits
        && matches!(at.kind(k - 1), Kind::Letter | Kind::Caps | Kind::Mixed)
        && counts(at, k - 1)
}

/// `1 viên x 2 lần`: so much, so many times.
pub(super) fn read_times(at: At) -> Option<Reading> {
    let spaced = at.kind(-1) == Kind::Space && at.kind(1) == Kind::Space;
    let times = at.is(0, "x") && spaced && at.kind(2) == Kind::Digits;
    (times && at.kind(-2) == Kind::Lower && counts(at, -2))
        .then(|| Reading::new(1, SemioticClass::Math, "nhân"))
}

/// The slash of a rate: `đồng/kg`, `tạ/ha`, `3%/năm`, `cây/ha`, `20 ml/16 lít`.
pub(super) fn read(at: At) -> Option<Reading> {
    if !at.is(0, "/") {
        return None;
    }
    let right = at.skip_space(1);
    let left = if at.kind(-1) == Kind::Space { -2 } else { -1 };
    let physical = is_physical(at, left);
    let chained = at.is(left - 1, "/") && at.kind(left) == Kind::Lower;
    let counted = counts(at, left) || counts_substance(at, left);
    let measured = physical || chained || is_money(at, left);
    let rate = measured || counted;
    let money = is_money(at, left)
        && (at.kind(left) != Kind::Lower || one_of(at.text(left), &["đ", "đồng"]));
    let unit = UNITS.longest(at, right).filter(|(unit, _)| match unit.quantity {
        Quantity::Physical => true,
        // `25.000 VND/USD`: a rate of exchange.
        Quantity::Money => money && unit.alone && counts(at, left),
        Quantity::Percent => false,
    });
    if let Some((unit, end)) = unit.filter(|(unit, _)| rate || unit.alone) {
        let word = if physical { "trên" } else { "một" };
        let spoken = format!("{word} {}", unit.spoken);
        return Some(Reading::new(end, SemioticClass::Measure, spoken));
    }
    if !rate {
        return None;
    }
    let timed = physical && one_of(at.text(right), &UNIT_WORDS) && is_unit(at, left);
    match at.kind(right) {
        Kind::Digits if physical || at.kind(left) == Kind::Lower => {
            Some(Reading::new(1, SemioticClass::Measure, "trên"))
        }
        // `đồng/HTX`: what follows is read by its own rule.
        Kind::Caps if !physical && letters::is_known(at, right) => {
            Some(Reading::new(1, SemioticClass::Measure, "một"))
        }
        Kind::Lower if timed => Some(Reading::new(1, SemioticClass::Measure, "trên")),
        Kind::Lower if measured || is_for_each(at, left, right) => {
            Some(Reading::new(1, SemioticClass::Measure, "một"))
        }
        _ => None,
    }
}

fn is_physical(at: At, k: isize) -> bool {
    (0..3).any(|back| {
        let unit = UNITS.longest(at, k - back).filter(|(_, end)| *end == k + 1);
        unit.is_some_and(|(unit, _)| unit.quantity == Quantity::Physical)
    })
}

fn is_money(at: At, k: isize) -> bool {
    let unit = UNITS.longest(at, k);
    let sign = unit.is_some_and(|(unit, end)| end == k + 1 && unit.quantity != Quantity::Physical);
    sign || one_of(at.text(k), &MONEY_WORDS)
}

/// Whether something is counted before `k`: a number stands up to five words back in the phrase.
fn counts(at: At, k: isize) -> bool {
    const WORDS_BACK: usize = 5;
    if !at.kind(k).is_word() {
        return false;
    }
    let here = at.moved(k);
    let mut back = 0;
    for _ in 0..WORDS_BACK {
        back -= 1;
        if here.kind(back) == Kind::Space {
            back -= 1;
        }
        match here.kind(back) {
            Kind::Digits => return true,
            Kind::Lower => {}
            _ => return false,
        }
    }
    false
}
