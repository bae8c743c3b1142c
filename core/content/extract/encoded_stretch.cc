#include "core/content/extract/encoded_stretch.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <utility>

#include "core/content/extract/container_format.h"
#include "core/content/extract/text_sniffer.h"
#include "platform/base/utf8.h"

namespace vigie::content {
namespace {

constexpr std::size_t kShortestWrap = 60;
constexpr std::size_t kLongestWrap = 80;
constexpr std::size_t kShortestBinary = 48;

constexpr std::size_t kLongerThanKeys = 4096;

// Of what was encoded on purpose; a long word that happens to have the right letters has fewer.
bool HasManyValues(std::string_view bytes) {
  constexpr std::size_t kMany = 96;
  constexpr std::size_t kJudged = 1024;
  std::bitset<256> values;
  for (const char c : bytes.substr(0, kJudged)) values.set(static_cast<unsigned char>(c));
  return values.count() >= kMany;
}

bool BeginsAsFile(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr std::array kBeginnings = {"PK\x03\x04"sv,
                                      "\x1f\x8b\x08"sv,
                                      "%PDF-"sv,
                                      "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv,
                                      "7z\xbc\xaf\x27\x1c"sv,
                                      "Rar!\x1a\x07"sv,
                                      "BZh"sv,
                                      "\xfd\x37zXZ\0"sv,
                                      "\x28\xb5\x2f\xfd"sv,
                                      "\x04\x22\x4d\x18"sv,
                                      "SQLite format 3\0"sv,
                                      "\x89PNG\r\n"sv,
                                      "\xff\xd8\xff"sv,
                                      "GIF8"sv,
                                      "{\\rtf"sv,
                                      "\x7f"
                                      "ELF"sv,
                                      "\x78\x9f\x3e\x22"sv};
  constexpr std::size_t kTarMagic = 257;
  return std::ranges::any_of(kBeginnings, [&](std::string_view beginning) { return bytes.starts_with(beginning); }) ||
         (bytes.size() > kTarMagic + 5 && bytes.substr(kTarMagic, 5) == "ustar") || IsZlib(bytes);
}

// Eight-bit text: UTF-8, or mostly ASCII. Chance makes neither out of eighteen bytes.
bool IsEightBitText(std::string_view head) {
  if (HasControls(head) || head.find('\0') != std::string_view::npos) return false;
  std::size_t ascii = 0;
  std::size_t wrong = 0;
  for (auto rest = head; !rest.empty();) {
    const auto character = base::FirstUtf8Character(rest);
    if (character.form == base::Utf8Form::kIncomplete) break;
    ascii += character.bytes == 1 ? 1 : 0;
    wrong += character.bytes == 0 ? 1 : 0;
    rest.remove_prefix(std::max<std::size_t>(character.bytes, 1));
  }
  return wrong == 0 || ascii * 4 >= head.size() * 3;
}

bool IsWideText(std::string_view head) {
  constexpr std::size_t kShortest = 8;
  if (head.size() < kShortest || head.find('\0') == std::string_view::npos) return false;
  const auto encoding = SniffEncoding(head, false);
  return encoding && *encoding != TextEncoding::kEightBit;
}

}  // namespace

StretchWorth JudgeDecoded(std::string_view bytes) {
  constexpr std::size_t kShortest = 12;
  constexpr std::size_t kJudged = 4096;
  if (bytes.size() < kShortest) return StretchWorth::kNothing;
  if (BeginsAsFile(bytes)) return StretchWorth::kFile;
  const auto head = bytes.substr(0, kJudged);
  if (IsEightBitText(head) || IsWideText(head)) return StretchWorth::kText;
  if (bytes.size() >= kLongerThanKeys && HasManyValues(bytes)) return StretchWorth::kLargeBinary;
  return bytes.size() >= kShortestBinary ? StretchWorth::kBinary : StretchWorth::kNothing;
}

const ByteSet& StretchReader::digits() const {
  return code_ == StretchCode::kHex ? kHexDigits : kBase64Digits;
}

std::size_t StretchReader::Append(std::string_view chunk) {
  std::size_t used = 0;
  while (used < chunk.size() && !ended_) used += ReadLine(chunk.substr(used));
  return used;
}

// Up to the end of the line, or of the chunk, or of the stretch.
std::size_t StretchReader::ReadLine(std::string_view rest) {
  std::size_t used = 0;
  if (at_line_start_) {
    used = std::min(rest.find_first_not_of(" \t\r"), rest.size());
    if (used == rest.size()) return used;
    at_line_start_ = false;
    ended_ = !digits().Has(rest[used]) || rest[used] == '-';
    if (ended_) return 0;
  }
  const auto line = rest.substr(used, digits().FindNotIn(rest, used) - used);
  line_.append(line);
  length_ += line.size();
  used += line.size();
  constexpr std::size_t kNoLongerDoubted = 1024;
  if (line_.size() > kNoLongerDoubted || lines_ == 0) Keep();
  if (used == rest.size() || ended_) return used;
  return EndOfLine(rest, used, line.size());
}

// `used` bytes of `rest`, the last `digits` of them in this line, are read; something else follows.
std::size_t StretchReader::EndOfLine(std::string_view rest, std::size_t used, std::size_t digits) {
  if (rest[used] == '\r' && used + 1 == rest.size()) return used + 1;
  const auto line_end = rest[used] == '\r' ? used + 1 : used;
  const bool at_line_end = rest[line_end] == '\n';
  if (at_line_end && IsFullLine()) {
    Keep();
    if (lines_++ > 0 || column_ == 0) width_ = length_;
    length_ = 0;
    at_line_start_ = true;
    return line_end + 1;
  }
  ended_ = true;
  if (lines_ == 0) return EndWith(rest, used);
  // A line that is longer, or that goes on as something else (-----END …), or that is one of many of its kind, is not
  // the last line of ours.
  const bool ends_well = at_line_end || std::string_view("=\"<'\\),").find(rest[used]) != std::string_view::npos;
  const bool fits = width_ == 0 || length_ <= width_;
  if (ends_well && fits && !(at_line_end && BelongsToList(rest.substr(line_end + 1)))) return EndWith(rest, used);
  line_.clear();
  return used - digits;
}

std::size_t StretchReader::EndWith(std::string_view rest, std::size_t used) {
  Keep();
  while (used < rest.size() && rest[used] == '=' && code_ == StretchCode::kBase64) ++used;
  return used;
}

bool StretchReader::IsFullLine() const {
  const auto whole = length_ + (lines_ == 0 ? column_ : 0);
  return whole >= kShortestWrap && whole <= kLongestWrap && (width_ == 0 || length_ == width_);
}

bool StretchReader::BelongsToList(std::string_view next_line) const {
  constexpr std::size_t kValue = 8;
  return next_line.size() >= kValue && next_line[0] != '-' &&
         digits().FindNotIn(next_line.substr(0, kValue), 0) == kValue;
}

void StretchReader::Keep() {
  if (code_ == StretchCode::kBase64) {
    base64_.Append(line_, bytes_);
  } else {
    DecodeHex(line_);
  }
  line_.clear();
  if (bytes_.size() > kMostBytes) ended_ = is_cut_ = true;
}

void StretchReader::DecodeHex(std::string_view digits) {
  for (const char c : digits) {
    if (half_ == '\0') {
      half_ = c;
      continue;
    }
    bytes_.push_back(static_cast<char>(*HexDigit(half_) * 16 + *HexDigit(c)));
    half_ = '\0';
  }
}

std::string StretchReader::TakeBytes() {
  Keep();
  base64_.Finish(bytes_);
  return std::move(bytes_);
}

}  // namespace vigie::content
