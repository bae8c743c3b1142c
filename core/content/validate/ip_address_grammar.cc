#include "core/content/validate/ip_address_grammar.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/content/validate/ascii.h"

namespace vigie::content {
namespace {

bool IsHexDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

unsigned HexValue(char c) {
  return static_cast<unsigned>(IsDigit(c) ? c - '0' : ToLower(c) - 'a' + 10);
}

// The four numbers of dotted decimal.
std::optional<std::array<unsigned, 4>> ParseDotted(std::string_view text) {
  std::array<unsigned, 4> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos || dot == 0 || dot > 3) return std::nullopt;
    const auto digits = text.substr(0, dot);
    if (!std::ranges::all_of(digits, IsDigit) || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
    for (const char c : digits) numbers[i] = numbers[i] * 10 + static_cast<unsigned>(c - '0');
    if (numbers[i] > 255) return std::nullopt;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return numbers;
}

// Appends the groups of one side of "::"; false if they are none. "" has none.
bool AppendGroups(std::string_view text, std::vector<unsigned>& groups) {
  while (!text.empty()) {
    const auto colon = text.find(':');
    const auto group = text.substr(0, colon);
    if (colon == std::string_view::npos && group.find('.') != std::string_view::npos) {
      const auto dotted = ParseDotted(group);
      if (!dotted) return false;
      groups.push_back((*dotted)[0] << 8 | (*dotted)[1]);
      groups.push_back((*dotted)[2] << 8 | (*dotted)[3]);
      return true;
    }
    if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, IsHexDigit)) return false;
    unsigned value = 0;
    for (const char c : group) value = value * 16 + HexValue(c);
    groups.push_back(value);
    if (colon == std::string_view::npos) return true;
    text.remove_prefix(colon + 1);
    if (text.empty()) return false;
  }
  return true;
}

std::optional<std::vector<unsigned>> ParseIpv6(std::string_view text) {
  constexpr std::size_t kGroups = 8;
  std::vector<unsigned> groups;
  const auto gap = text.find("::");
  if (!AppendGroups(text.substr(0, gap), groups)) return std::nullopt;
  if (gap == std::string_view::npos) return groups.size() == kGroups ? std::optional(groups) : std::nullopt;
  const auto before = groups.size();
  if (!AppendGroups(text.substr(gap + 2), groups) || groups.size() >= kGroups) return std::nullopt;
  groups.insert(groups.begin() + static_cast<std::ptrdiff_t>(before), kGroups - groups.size(), 0);
  return groups;
}

}  // namespace

bool IsIpv4Address(std::string_view text) {
  const auto numbers = ParseDotted(text);
  return numbers && (*numbers)[0] != 0 && (*numbers)[0] != 127 && text != "255.255.255.255";
}

bool IsIpv6Address(std::string_view text) {
  const auto groups = ParseIpv6(text);
  if (!groups) return false;
  const bool is_local =
      std::ranges::all_of(groups->begin(), groups->end() - 1, [](unsigned group) { return group == 0; });
  return !is_local || groups->back() > 1;
}

std::string ExpandIpv6(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string expanded;
  for (const unsigned group : ParseIpv6(text).value_or(std::vector<unsigned>())) {
    if (!expanded.empty()) expanded.push_back(':');
    for (const int shift : {12, 8, 4, 0}) expanded.push_back(kDigits[(group >> shift) & 15U]);
  }
  return expanded;
}

}  // namespace vigie::content
