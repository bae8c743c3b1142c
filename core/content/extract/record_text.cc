#include <algorithm>

#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_filter.h"
#include "core/content/extract/text_sniffer.h"
#include "core/content/extract/transfer_encodings.h"

namespace vigie::content {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr std::size_t kLongestCell = 512;  // photos and keys stand on a line of their own
constexpr std::size_t kLongestRow = 3500;  // beyond this, cells are not looked for in one row

bool ContainsWord(std::string_view text, std::string_view upper) {
  const auto same = [](char a, char b) { return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b; };
  return std::search(text.begin(), text.end(), upper.begin(), upper.end(), same) != text.end();
}

class RecordText final : public TextFilter {
 public:
  explicit RecordText(RecordLines kind) : kind_(kind) {}

  void Append(std::string_view chunk, std::string& text) override {
    while (!chunk.empty()) {
      const auto line = chunk.substr(0, chunk.find('\n'));
      Grow(line, text);
      if (line.size() == chunk.size()) return;
      EndPhysicalLine(text);
      chunk.remove_prefix(line.size() + 1);
    }
  }
  void Finish(std::string& text) override {
    EndPhysicalLine(text);
    EndLogicalLine(text);
    EndRow(text);
  }

 private:
  // A physical line as it comes; the first byte says whether it continues the one before.
  void Grow(std::string_view piece, std::string& text) {
    if (piece.empty()) return;
    if (at_line_start_) {
      at_line_start_ = false;
      const bool folded = (piece[0] == ' ' || piece[0] == '\t') && !line_.empty();
      if (folded) piece.remove_prefix(1);
      if (!folded && !soft_break_) EndLogicalLine(text);
      soft_break_ = false;
    }
    line_.append(piece);
    if (line_.size() > kLongestLine) EndLogicalLine(text);
  }

  void EndPhysicalLine(std::string& text) {
    if (line_.ends_with('\r')) line_.pop_back();
    if (at_line_start_) {  // an empty line
      EndLogicalLine(text);
      if (kind_ == RecordLines::kLdif) EndRow(text);
    }
    // Quoted-printable of vCard 2.1 breaks its lines by itself.
    soft_break_ = line_.ends_with('=') && IsQuotedPrintable();
    if (soft_break_) line_.pop_back();
    at_line_start_ = true;
  }

  bool IsQuotedPrintable() const {
    return kind_ != RecordLines::kLdif &&
           ContainsWord(std::string_view(line_).substr(0, line_.find(':')), "QUOTED-PRINTABLE");
  }

  void EndLogicalLine(std::string& text) {
    if (line_.empty()) return;
    const auto cell = Decode(line_);
    if (cell.size() > kLongestCell) {
      text.append(cell).push_back('\n');
    } else {
      if (row_.size() + cell.size() > kLongestRow) EndRow(text);
      row_.append(cell).push_back('\t');
    }
    const bool ends = kind_ != RecordLines::kLdif && ContainsWord(std::string_view(line_).substr(0, 4), "END:");
    line_.clear();
    if (ends) EndRow(text);
  }

  void EndRow(std::string& text) {
    if (!row_.empty()) text.append(row_).push_back('\n');
    row_.clear();
  }

  std::string Decode(std::string_view line) const {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return std::string(line);
    if (kind_ == RecordLines::kLdif) return DecodeLdif(line, colon);
    if (!IsQuotedPrintable()) return Unescape(line);
    std::string value;
    QuotedPrintableDecoder decoder;
    decoder.Append(line.substr(colon + 1), value);
    decoder.Finish(value);
    return Unescape(std::string(line.substr(0, colon + 1)) + ToText(value));
  }

  // cn:: SsOpcsO0bWU=
  static std::string DecodeLdif(std::string_view line, std::size_t colon) {
    if (line.substr(colon).substr(0, 2) != "::") return std::string(line);
    std::string value;
    Base64Decoder decoder;
    decoder.Append(line.substr(colon + 2), value);
    decoder.Finish(value);
    // Photos and certificates stay as they are: base64, which is looked into further on.
    if (HasControls(value)) return std::string(line);
    return std::string(line.substr(0, colon + 1)) + " " + ToText(value);
  }

  static std::string ToText(std::string_view bytes) {
    TextDecoder decoder(TextEncoding::kEightBit);
    std::string text;
    decoder.Decode(bytes, text);
    decoder.Finish(text);
    std::ranges::replace(text, '\n', ' ');
    std::ranges::replace(text, '\r', ' ');
    return text;
  }

  // \, \; \n (RFC 6350, section 3.4)
  static std::string Unescape(std::string_view line) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool escape = line.substr(i, 1) == "\\" && i + 1 < line.size() &&
                          std::string_view("\\,;:nN").find(line[i + 1]) != std::string_view::npos;
      if (escape) ++i;
      text.push_back(escape && (line[i] == 'n' || line[i] == 'N') ? ' ' : line[i]);
    }
    return text;
  }

  RecordLines kind_;
  std::string line_;  // unfolded so far
  std::string row_;
  bool at_line_start_ = true;
  bool soft_break_ = false;
};

}  // namespace

std::unique_ptr<TextFilter> MakeRecordText(RecordLines kind) {
  return std::make_unique<RecordText>(kind);
}

}  // namespace vigie::content
