#include "core/content/extract/dumped_text.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "core/content/extract/text_filter.h"
#include "core/content/extract/transfer_encodings.h"

namespace vigie::content {
namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kUsualBytes = 16;  // where no colon says that a double space ends the bytes
constexpr std::string_view kHexLetters = "0123456789abcdef";

bool IsTextColumn(std::string_view aside, std::string_view bytes) {
  aside = aside.substr(std::min(aside.find_first_not_of(' '), aside.size()));
  if (aside.starts_with('|')) aside.remove_prefix(1);
  if (aside.ends_with('|')) aside.remove_suffix(1);
  if (aside.size() > bytes.size()) return false;
  for (std::size_t i = 0; i < aside.size(); ++i) {
    if (aside[i] != bytes[i] && aside[i] != '.' && aside[i] != ' ') return false;
  }
  return true;
}

std::string BytesOf(const DumpLine& line) {
  std::string bytes;
  for (std::size_t at = 0; at < line.hex.size();) {
    const auto byte = HexByte(line.hex.substr(at));
    if (byte) bytes.push_back(static_cast<char>(*byte));
    at += byte ? 2 : 1;
  }
  for (std::size_t i = 0; line.is_swapped && i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
  return bytes;
}

std::string UudecodeLine(std::string_view line, std::size_t bytes) {
  const auto value = [&](std::size_t i) { return i < line.size() ? (static_cast<unsigned>(line[i]) - 32U) & 63U : 0U; };
  std::string decoded;
  for (std::size_t i = 1; decoded.size() < bytes; i += 4) {
    const unsigned group = value(i) << 18 | value(i + 1) << 12 | value(i + 2) << 6 | value(i + 3);
    for (const int shift : {16, 8, 0}) {
      if (decoded.size() < bytes) decoded.push_back(static_cast<char>(group >> shift & 0xff));
    }
  }
  return decoded;
}

// Dumps become one run of hex digits, which whoever looks at text reads as the file that it is; all other lines stay.
class DumpedText final : public TextFilter {
 public:
  void Append(std::string_view chunk, std::string& text) override {
    while (!chunk.empty()) {
      const auto end = chunk.find('\n');
      line_.append(chunk.substr(0, end));
      if (end == std::string_view::npos) break;
      TakeLine(text, true);
      chunk.remove_prefix(end + 1);
    }
    if (line_.size() <= kLongestLine) return;
    PassOn(line_, text);
    line_.clear();
  }

  void Finish(std::string& text) override {
    if (!line_.empty()) TakeLine(text, false);
    EndDump(text);
    text.append(begin_line_);
  }

  std::optional<v1::Reason> trouble() const override {
    return has_gap_ ? std::optional(v1::REASON_UNSUPPORTED) : std::nullopt;
  }

 private:
  void TakeLine(std::string& text, bool has_end) {
    const std::string_view line(line_);
    const auto bare = line.substr(0, line.ends_with('\r') ? line.size() - 1 : line.size());
    if (!TakeUuencoded(bare, text) && !TakeDumped(bare, text)) {
      PassOn(line, text);
      if (has_end) text.push_back('\n');
    }
    line_.clear();
  }

  bool TakeUuencoded(std::string_view line, std::string& text) {
    if (IsUuencodeBegin(line)) {
      EndDump(text);
      text.append(begin_line_);
      begin_line_.assign(line).push_back('\n');
      is_uuencoded_ = false;
      return true;
    }
    if (begin_line_.empty() && !is_uuencoded_) return false;
    const auto bytes = UuencodedBytes(line);
    if (!bytes || *bytes == 0) {
      const bool is_last = bytes.has_value() && is_uuencoded_;
      is_uuencoded_ = false;
      return is_last;
    }
    text.append(begin_line_);  // it names the file
    begin_line_.clear();
    is_uuencoded_ = true;
    AppendHex(UudecodeLine(line, *bytes), text);
    return true;
  }

  bool TakeDumped(std::string_view line, std::string& text) {
    if (line == "*" && in_dump_) return repeats_ = true;
    const auto read = ReadDumpLine(line);
    if (!read || (!in_dump_ && !IsOffset(read->offset, 0))) return false;
    if (in_dump_ && !IsOffset(read->offset, next_) && !Repeat(read->offset, text)) return false;
    if (!in_dump_) next_ = 0;
    if (read->bytes == 0) return in_dump_;  // the length, on a line of its own
    in_dump_ = true;
    last_ = BytesOf(*read);
    next_ += last_.size();
    AppendHex(last_, text);
    if (!IsTextColumn(read->aside, last_)) asides_.append(read->aside).push_back('\n');
    return true;
  }

  // "*": the last line again and again, up to the next offset. Within reason: a few bytes could mean gigabytes.
  bool Repeat(std::string_view offset, std::string& text) {
    constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20;
    if (!repeats_ || last_.empty()) return false;
    repeats_ = false;
    for (; filled_bytes_ < kMostBytes; filled_bytes_ += last_.size()) {
      if (IsOffset(offset, next_)) return true;
      AppendHex(last_, text);
      next_ += last_.size();
    }
    has_gap_ = true;
    return false;
  }

  void PassOn(std::string_view line, std::string& text) {
    EndDump(text);
    text.append(begin_line_).append(line);
    begin_line_.clear();
  }

  void EndDump(std::string& text) {
    if (in_hex_) text.push_back('\n');
    text.append(asides_);
    asides_.clear();
    in_dump_ = in_hex_ = repeats_ = false;
  }

  void AppendHex(std::string_view bytes, std::string& text) {
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      text.push_back(kHexLetters[byte >> 4]);
      text.push_back(kHexLetters[byte & 15]);
    }
    in_hex_ = true;
    constexpr std::size_t kMostAside = std::size_t{64} << 10;
    if (asides_.size() > kMostAside) EndAsides(text);
  }

  // Columns that say something else than their bytes: an attempt to hide, and worth cutting the run for.
  void EndAsides(std::string& text) {
    text.append("\n").append(asides_);
    asides_.clear();
  }

  std::string line_;
  std::string begin_line_;  // while it is not known whether encoded lines follow
  std::string last_;
  std::string asides_;
  std::uint64_t next_ = 0;
  std::uint64_t filled_bytes_ = 0;
  bool is_uuencoded_ = false;
  bool in_dump_ = false;
  bool in_hex_ = false;
  bool repeats_ = false;
  bool has_gap_ = false;
};

}  // namespace

std::optional<DumpLine> ReadDumpLine(std::string_view line) {
  constexpr std::size_t kShortestOffset = 4;
  constexpr std::size_t kLongestOffset = 16;
  const auto offset_end = std::min(kHexDigits.FindNotIn(line, 0), line.size());
  if (offset_end < kShortestOffset || offset_end > kLongestOffset) return std::nullopt;
  DumpLine read{.offset = line.substr(0, offset_end), .hex = {}, .aside = {}};
  auto at = offset_end;
  const bool has_colon = at < line.size() && line[at] == ':';
  if (has_colon) ++at;
  if (at < line.size() && line[at] != ' ' && line[at] != '\t') return std::nullopt;
  at = std::min(line.find_first_not_of(" \t", at), line.size());
  const auto hex_begin = at;
  auto hex_end = at;
  while (at < line.size() && (has_colon || read.bytes < kUsualBytes)) {
    const auto group_end = std::min(kHexDigits.FindNotIn(line, at), line.size());
    const auto digits = group_end - at;
    const bool ends_well = group_end == line.size() || line[group_end] == ' ';
    if (digits < 2 || digits % 2 != 0 || digits > 16 || !ends_well) break;
    read.is_swapped = read.is_swapped || (!has_colon && digits == 4);
    read.bytes += digits / 2;
    hex_end = group_end;
    at = std::min(line.find_first_not_of(' ', group_end), line.size());
    if (has_colon && at > group_end + 1) break;
  }
  read.hex = line.substr(hex_begin, hex_end - hex_begin);
  read.aside = line.substr(hex_end);
  if (read.bytes == 0 && hex_begin < line.size()) return std::nullopt;
  return read;
}

bool IsOffset(std::string_view offset, std::uint64_t number) {
  return std::ranges::any_of(std::initializer_list<int>{16, 8, 10}, [&](int base) {
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(offset.data(), offset.data() + offset.size(), value, base);
    return parsed.ec == std::errc() && parsed.ptr == offset.data() + offset.size() && value == number;
  });
}

std::optional<std::size_t> UuencodedBytes(std::string_view line) {
  const auto is_digit = [](char c) { return c >= ' ' && c <= '`'; };
  if (line.empty()) return std::nullopt;
  if (!std::ranges::all_of(line, is_digit)) return std::nullopt;
  const auto bytes = (static_cast<unsigned>(line[0]) - 32U) & 63U;
  const auto digits = (bytes + 2) / 3 * 4;
  // Spaces at the end get lost on the way, a checksum may be added.
  constexpr std::size_t kMostMore = 2;
  if (line.size() > 1 + digits + kMostMore || line.size() + kMostMore < 1 + (bytes * 8 + 5) / 6) return std::nullopt;
  return bytes;
}

bool IsUuencodeBegin(std::string_view line) {
  constexpr std::string_view kBegin = "begin ";
  if (!line.starts_with(kBegin)) return false;
  const auto mode = line.substr(kBegin.size(), line.find(' ', kBegin.size()) - kBegin.size());
  return (mode.size() == 3 || mode.size() == 4) && kBegin.size() + mode.size() + 1 < line.size() &&
         std::ranges::all_of(mode, [](char c) { return c >= '0' && c <= '7'; });
}

std::unique_ptr<TextFilter> MakeDumpedText() {
  return std::make_unique<DumpedText>();
}

}  // namespace vigie::content
