//! A zero before what is counted (`04 điểm`), which is not said, and one in a name (`tổ 03`), which is.

use super::measure;
use super::tokenize::{At, Kind, one_of};

/// Nouns that are counted whatever stands before the number: persons, time, powers of ten.
const ALWAYS_COUNTED: &str = "người hộ cháu em trẻ vị tuổi ngày tháng năm giờ phút giây tuần lần \
    lượt nghìn ngàn triệu tỷ tỉ cặp đối";

/// Nouns that are counted, unless what stands before the number is named by it: `lớp 02 học`.
const COUNTED: &str = "ca ổ cuộc bộ loại mẫu phòng tổ lớp xe vụ con cái chiếc ngôi căn xã huyện \
    thôn bản đội đoàn đồng cán trường tàu máy khẩu viên gói bánh bị nhóm tên anh chị ông bà bé \
    học công dự suất giải điểm sao tập cá nội mô sân thành nhà tấn tạ yến lít mét ki héc sào \
    chương nhiệm chỉ tiêu tuyến cầu đường giống cây quả trái hạng gian bàn cụm khu đề kế văn nghị \
    hội buổi đợt kỳ quý thế câu bài trang quyển cuốn tờ bức tấm món phần hồ đơn phiếu trạm thùng \
    hộp chai lọ lon kiện bao ban sở ngành phường thị tỉnh quận đảng chi ủy liên doanh hợp cơ \
    trung bệnh trận hiệp huy danh giấy bằng mặt khía dãy tầng bước nguyên lực mũi hướng chốt trụ \
    hố giếng bể hầm ao đầu thửa mảnh lô chuyến cổng mục tác tiết vở chiến sĩ nạn tai sự hành đám \
    chục vạn trăm khóa gương bác y kiến ý đại thí thanh nữ nam nghệ hạt cột chuồng trại vườn \
    phương biện quy quyết thủ yếu vấn giáo nước quốc vùng kênh vòng bậc cấp tiểu làng ấp xóm khóm \
    buôn vật bồn nồi bếp giường đĩa chậu khối vé sản thuyền ghe xuồng khách mẻ đôi tuyển hồi \
    tiếng đứa thai lợn bò trâu gà cổ vết";

/// Nouns whose number is a name, so that its zero is said: `Đề án 06`, `tổ 03`.
const NAMED_BY_NUMBER: &str = "số án thị quyết định tư luật lệnh điều khoản mục chương tổ khu thôn \
    bản ấp xóm khóm phố phường quận lớp khối phòng tầng lô kênh vùng bàn mã cổng cửa đường ngõ hẻm \
    nhà tuyến trạm chốt thửa tờ bài tiết hầm ca tàu xe máy đài mẫu biểu hướng làn dãy ô ga bến";

/// Words after which a number in front of any noun is an amount: `gồm 05 hạng mục`.
const BEFORE_AMOUNTS: &str =
    "có gồm với thêm được hơn gần khoảng đủ còn tặng trao mỗi chỉ là cho cả";

/// Whether `word` stands in a list of `words` between spaces.
pub(super) fn is_in(word: &str, words: &str) -> bool {
    words.split_ascii_whitespace().any(|known| one_of(word, &[known]))
}

/// Whether the number from here to `end` counts what follows it, so that it has no zero to say.
pub(super) fn counted_follows(at: At, end: isize) -> bool {
    let next = at.skip_space(end);
    let noun = at.text(next);
    if at.follows(&["số"]) {
        return false;
    }
    if is_in(noun, ALWAYS_COUNTED) || measure::unit_follows(at, end) {
        return true;
    }
    let spaced = next > end && at.kind(next) == Kind::Lower;
    let amount = is_in(noun, COUNTED) || spaced && is_in(at.before(1), BEFORE_AMOUNTS);
    amount && !is_in(at.before(1), NAMED_BY_NUMBER)
}

/// `02 đối tượng` is `hai đối tượng`, but `Đề án 06` stays `không sáu`.
pub(super) fn is_padded_count(at: At) -> bool {
    let written = at.digits(0);
    written.len() == 2 && written.starts_with('0') && counted_follows(at, 1)
}
