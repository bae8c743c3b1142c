#include "core/content/validate/ip_address_grammar.h"

#include <algorithm>
#include <array>
#include <optional>

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
  std::size_t number = 0;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '.') {
      if (digits == 0 || ++number == numbers.size()) return std::nullopt;
      digits = 0;
      continue;
    }
    const bool has_leading_zero = digits > 0 && numbers[number] == 0;
    if (!IsDigit(c) || has_leading_zero) return std::nullopt;
    numbers[number] = numbers[number] * 10 + static_cast<unsigned>(c - '0');
    if (++digits > 3 || numbers[number] > 255) return std::nullopt;
  }
  return number + 1 == numbers.size() && digits > 0 ? std::optional(numbers) : std::nullopt;
}

using Ipv6Groups = std::array<unsigned, 8>;

struct Groups {
  Ipv6Groups values{};
  std::size_t count = 0;

  // False if there are too many.
  bool Add(unsigned value) {
    if (count == values.size()) return false;
    values[count++] = value;
    return true;
  }
};

// Appends the groups of one side of "::"; false if they are none. "" has none.
bool AppendGroups(std::string_view text, Groups& groups) {
  constexpr std::size_t kMostDigits = 4;
  std::size_t position = 0;
  while (position < text.size()) {
    const auto begin = position;
    unsigned value = 0;
    for (; position < text.size() && position - begin <= kMostDigits && IsHexDigit(text[position]); ++position) {
      value = value * 16 + HexValue(text[position]);
    }
    if (position < text.size() && text[position] == '.') {
      const auto dotted = ParseDotted(text.substr(begin));
      if (!dotted) return false;
      return groups.Add((*dotted)[0] << 8 | (*dotted)[1]) && groups.Add((*dotted)[2] << 8 | (*dotted)[3]);
    }
    const auto digits = position - begin;
    if (digits == 0 || digits > kMostDigits || !groups.Add(value)) return false;
    if (position == text.size()) return true;
    if (text[position] != ':' || ++position == text.size()) return false;
  }
  return true;
}

std::optional<Ipv6Groups> ParseIpv6(std::string_view text) {
  Groups before;
  const auto gap = text.find("::");
  if (!AppendGroups(text.substr(0, gap), before)) return std::nullopt;
  if (gap == std::string_view::npos)
    return before.count == before.values.size() ? std::optional(before.values) : std::nullopt;
  Groups behind;
  if (!AppendGroups(text.substr(gap + 2), behind)) return std::nullopt;
  if (before.count + behind.count >= before.values.size()) return std::nullopt;
  std::copy_backward(behind.values.begin(), behind.values.begin() + static_cast<std::ptrdiff_t>(behind.count),
                     before.values.end());
  return before.values;
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
  constexpr std::size_t kLength = 39;
  std::string expanded;
  const auto groups = ParseIpv6(text);
  if (!groups) return expanded;
  expanded.reserve(kLength);
  for (const unsigned group : *groups) {
    if (!expanded.empty()) expanded.push_back(':');
    for (const int shift : {12, 8, 4, 0}) expanded.push_back(kDigits[(group >> shift) & 15U]);
  }
  return expanded;
}

}  // namespace vigie::content
