#include "core/content/validate/email_grammar.h"

#include <algorithm>
#include <array>

#include "core/content/validate/ascii.h"

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

bool EqualLowered(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {}, ToLower);
}

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > kLongestLabel) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char c) { return IsAlphanumeric(c) || c == '-'; });
}

bool IsTopLevel(std::string_view label) {
  constexpr std::string_view kPunycode = "xn--";
  if (EqualLowered(label.substr(0, kPunycode.size()), kPunycode)) return true;
  if (label.size() < 2 || !std::ranges::all_of(label, IsLetter)) return false;
  return std::ranges::none_of(kFileTypes, [label](std::string_view type) { return EqualLowered(label, type); });
}

}  // namespace

bool IsLocalPart(std::string_view text) {
  if (text.empty() || text.size() > kLongestLocalPart) return false;
  if (!IsAlphanumeric(text.front()) && text.front() != '_') return false;
  if (text.back() == '.' || text.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(text, IsLocalPartCharacter);
}

bool IsMailDomain(std::string_view text) {
  if (text.size() > kLongestDomain) return false;
  const auto last_dot = text.rfind('.');
  if (last_dot == std::string_view::npos || !IsTopLevel(text.substr(last_dot + 1))) return false;
  while (true) {
    const auto dot = text.find('.');
    if (!IsLabel(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace vigie::content
