#include "core/content/extract/html_ampersands.h"

#include <algorithm>
#include <optional>

#include "core/content/extract/html_entities.h"
#include "core/content/validate/ascii.h"

namespace vigie::content {
namespace {

constexpr std::string_view kWide = "\xEF\xBC\x86";
constexpr std::size_t kLongestName = 32;

// Whether "&…" is what a parser takes for a reference, with a semicolon or without; nothing if more must be seen.
std::optional<bool> IsReference(std::string_view text, bool is_last) {
  const auto belongs = [](char c) { return IsLetter(c) || IsDigit(c) || c == '#'; };
  const auto body = text.substr(1, kLongestName);
  const auto end = std::ranges::find_if_not(body, belongs);
  if (end == body.end() && body.size() < kLongestName && !is_last) return std::nullopt;
  const auto name = body.substr(0, static_cast<std::size_t>(end - body.begin()));
  if (name.starts_with('#')) return name.size() > 1;
  return FindEntity(name) != 0;
}

}  // namespace

std::string_view BareAmpersands::Hide(std::string_view chunk, bool is_last) {
  if (!waiting_.empty()) {
    joined_.assign(waiting_).append(chunk);
    waiting_.clear();
    chunk = joined_;
  }
  auto at = chunk.find('&');
  if (at == std::string_view::npos) return chunk;
  hidden_.clear();
  for (; at != std::string_view::npos; at = chunk.find('&')) {
    hidden_.append(chunk.substr(0, at));
    chunk.remove_prefix(at);
    const auto is_reference = IsReference(chunk, is_last);
    if (!is_reference) {
      waiting_.assign(chunk);
      return hidden_;
    }
    hidden_.append(*is_reference ? std::string_view("&") : kWide);
    has_hidden_ = has_hidden_ || !*is_reference;
    chunk.remove_prefix(1);
  }
  return hidden_.append(chunk);
}

void BareAmpersands::Show(std::string& text, std::size_t begin) const {
  if (!has_hidden_) return;
  auto at = text.find(kWide, begin);
  if (at == std::string::npos) return;
  auto to = at;
  while (at < text.size()) {
    const bool is_wide = text.compare(at, kWide.size(), kWide) == 0;
    text[to++] = is_wide ? '&' : text[at];
    at += is_wide ? kWide.size() : 1;
  }
  text.resize(to);
}

}  // namespace vigie::content
