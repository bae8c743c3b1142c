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

constexpr ByteSet kLetters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
constexpr ByteSet kLocal("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-'");
constexpr ByteSet kDot(".");
constexpr ByteSet kLabel("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > kLongestLabel) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return kLabel.FindNotIn(label, 0) == label.size();
}

bool IsFileType(std::string_view label) {
  if (label.size() > kLongestFileType) return false;
  const auto packed = Packed(label);
  return std::ranges::any_of(kPackedFileTypes, [packed](std::uint32_t type) { return type == packed; });
}

bool IsTopLevel(std::string_view label) {
  constexpr std::string_view kPunycode = "xn--";
  if (label.size() >= kPunycode.size() && Packed(label.substr(0, kPunycode.size())) == Packed(kPunycode)) return true;
  return label.size() >= 2 && kLetters.FindNotIn(label, 0) == label.size() && !IsFileType(label);
}

}  // namespace

bool IsLocalPart(std::string_view text) {
  if (text.empty() || text.size() > kLongestLocalPart) return false;
  if (!IsAlphanumeric(text.front()) && text.front() != '_') return false;
  if (text.back() == '.' || text.find("..") != std::string_view::npos) return false;
  return kLocal.FindNotIn(text, 0) == text.size();
}

bool IsMailDomain(std::string_view text) {
  if (text.size() > kLongestDomain) return false;
  const auto last_dot = text.rfind('.');
  if (last_dot == std::string_view::npos || !IsTopLevel(text.substr(last_dot + 1))) return false;
  for (std::size_t begin = 0;;) {
    const auto end = kDot.FindIn(text, begin);
    if (!IsLabel(text.substr(begin, end - begin))) return false;
    if (end == text.size()) return true;
    begin = end + 1;
  }
}

}  // namespace vigie::content
