#include "core/content/validate/email_grammar.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/content/validate/ascii.h"
#include "core/content/validate/byte_set.h"

namespace vigie::content {
namespace {

constexpr std::size_t kLongestLocalPart = 64;
constexpr std::size_t kLongestDomain = 255;
constexpr std::size_t kLongestLabel = 63;

// File types that follow an @ in the names of images, packages and scripts; none is a top-level domain of IANA's root
// zone.
constexpr std::array<std::string_view, 19> kFileTypes = {"bmp",  "conf", "css", "csv",  "gif", "html", "ico",
                                                         "jpeg", "jpg",  "js",  "json", "log", "pdf",  "png",
                                                         "svg",  "tgz",  "txt", "webp", "xml"};

constexpr std::size_t kLongestFileType = 4;
constexpr ByteSet kLabelBytes("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

// At most four characters, in small letters, as one number.
constexpr std::uint32_t Packed(std::string_view word) {
  std::uint32_t packed = 0;
  for (const char c : word) packed = packed << 8 | static_cast<unsigned char>(ToLower(c));
  return packed;
}

constexpr auto kPackedFileTypes = [] {
  std::array<std::uint32_t, kFileTypes.size()> packed{};
  std::ranges::transform(kFileTypes, packed.begin(), Packed);
  return packed;
}();

// One bit by the word's hash: most top-level domains are no file types at the first look.
constexpr std::uint64_t FileTypeBit(std::uint32_t packed) {
  return std::uint64_t{1} << ((packed * 0x9E3779B1U) >> 26);
}
constexpr auto kFileTypeBits = [] {
  std::uint64_t bits = 0;
  for (const auto packed : kPackedFileTypes) bits |= FileTypeBit(packed);
  return bits;
}();

constexpr ByteSet kLetters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

// Of bytes that domains have, without points.
bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' && label.back() != '-';
}

bool IsFileType(std::string_view label) {
  if (label.size() > kLongestFileType) return false;
  const auto packed = Packed(label);
  if ((kFileTypeBits & FileTypeBit(packed)) == 0) return false;
  return std::ranges::any_of(kPackedFileTypes, [packed](std::uint32_t type) { return type == packed; });
}

}  // namespace

bool IsTopLevelDomain(std::string_view label) {
  constexpr std::string_view kPunycode = "xn--";
  if (label.size() >= kPunycode.size() && Packed(label.substr(0, kPunycode.size())) == Packed(kPunycode)) return true;
  return label.size() >= 2 && kLetters.FindNotIn(label, 0) == label.size() && !IsFileType(label);
}

bool IsLocalPart(std::string_view text) {
  if (text.empty() || text.size() > kLongestLocalPart) return false;
  if (!IsAlphanumeric(text.front()) && text.front() != '_') return false;
  char before = '.';
  for (const char c : text) {
    if (!kLocalPartBytes.Has(c) || (c == '.' && before == '.')) return false;
    before = c;
  }
  return before != '.';
}

bool IsMailDomain(std::string_view text) {
  if (text.size() > kLongestDomain) return false;
  std::size_t begin = 0;  // of the label
  for (auto end = kLabelBytes.FindNotIn(text, 0); end < text.size(); end = kLabelBytes.FindNotIn(text, begin)) {
    if (text[end] != '.' || !IsLabel(text.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return begin > 0 && IsLabel(text.substr(begin)) && IsTopLevelDomain(text.substr(begin));
}

}  // namespace vigie::content
