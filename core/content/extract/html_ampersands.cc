#include "core/content/extract/html_ampersands.h"

#include <algorithm>

#include "core/content/extract/html_entities.h"
#include "core/content/validate/ascii.h"

namespace vigie::content {
namespace {

constexpr std::string_view kWide = "\xEF\xBC\x86";
constexpr std::size_t kLongestName = 32;

enum class Kind { kBare, kReference, kWithoutEnd, kNeedsMore };

struct Ampersand {
  Kind kind;
  std::string_view name;
};

// What "&…" is. A name without its semicolon is one to browsers (caf&eacute), but not within an address (&copy=1).
Ampersand Judge(std::string_view text, bool is_last) {
  const auto belongs = [](char c) { return IsLetter(c) || IsDigit(c) || c == '#'; };
  const auto body = text.substr(1, kLongestName);
  const auto end = static_cast<std::size_t>(std::ranges::find_if_not(body, belongs) - body.begin());
  if (end == body.size() && body.size() < kLongestName && !is_last) return {Kind::kNeedsMore, {}};
  const auto name = body.substr(0, end);
  const char next = end < body.size() ? body[end] : ' ';
  if (name.starts_with('#')) return {name.size() > 1 ? Kind::kReference : Kind::kBare, name};
  if (FindEntity(name) == 0 || next == '=') return {Kind::kBare, name};
  return {next == ';' ? Kind::kReference : Kind::kWithoutEnd, name};
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
    const auto [kind, name] = Judge(chunk, is_last);
    if (kind == Kind::kNeedsMore) {
      waiting_.assign(chunk);
      return hidden_;
    }
    hidden_.append(kind == Kind::kBare ? kWide : std::string_view("&"));
    has_hidden_ = has_hidden_ || kind == Kind::kBare;
    if (kind == Kind::kWithoutEnd) hidden_.append(name).push_back(';');
    chunk.remove_prefix(kind == Kind::kWithoutEnd ? 1 + name.size() : 1);
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
