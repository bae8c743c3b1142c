#include "core/content/validate/secret_grammar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>

#include "core/content/validate/ascii.h"
#include "core/content/validate/byte_set.h"

namespace vigie::content {
namespace {

bool IsBase64Url(char c) {
  return IsAlphanumeric(c) || c == '-' || c == '_';
}

// What the providers document: prefix, then so many characters of base64url or fewer kinds.
struct KeyFormat {
  std::string_view prefix;
  std::size_t shortest;  // with the prefix
  std::size_t longest;
  bool capitals_only;
};

constexpr std::array kFormats = std::to_array<KeyFormat>({
    {"AKIA", 20, 20, true},           // AWS IAM, access key identifiers
    {"ASIA", 20, 20, true},           // AWS STS
    {"AIza", 39, 39, false},          // Google API keys
    {"ghp_", 40, 255, false},         // GitHub, token formats of 2021
    {"gho_", 40, 255, false},         //
    {"ghu_", 40, 255, false},         //
    {"ghs_", 40, 255, false},         //
    {"ghr_", 40, 255, false},         //
    {"github_pat_", 60, 255, false},  //
    {"glpat-", 26, 255, false},       // GitLab, personal access tokens
    {"glptt-", 26, 255, false},       //
    {"xoxb-", 24, 255, false},        // Slack, token types
    {"xoxp-", 24, 255, false},        //
    {"xoxa-", 24, 255, false},        //
    {"xoxr-", 24, 255, false},        //
    {"xoxs-", 24, 255, false},        //
    {"sk_live_", 24, 255, false},     // Stripe, API keys
    {"rk_live_", 24, 255, false},     //
    {"sk_test_", 24, 255, false},     //
});

constexpr std::array<std::string_view, 14> kPlaceholders = {
    "password", "passwort", "changeme", "example", "placeholder", "yourpass", "your_",
    "your-",    "xxxx",     "****",     "dummy",   "redacted",    "secret",   "token"};

constexpr ByteSet kPlaceholdersBegin("pceyx*drst");
static_assert(std::ranges::all_of(kPlaceholders,
                                  [](std::string_view word) { return kPlaceholdersBegin.Has(word[0]); }));

bool IsPlaceholder(std::string_view value) {
  std::string lower(value);
  std::ranges::transform(lower, lower.begin(), ToLower);
  const std::string_view text = lower;
  for (auto i = kPlaceholdersBegin.FindIn(text, 0); i < text.size(); i = kPlaceholdersBegin.FindIn(text, i + 1)) {
    const auto begins = [&](std::string_view word) { return text.substr(i).starts_with(word); };
    if (std::ranges::any_of(kPlaceholders, begins)) return true;
  }
  return false;
}

// A call, a path, a template: ${PASSWORD}, os.environ[...], <password>, {{ secret }}, config.password.
bool IsExpression(std::string_view value) {
  static constexpr ByteSet kBrackets("(){}<>[]");
  if (kBrackets.FindIn(value, 0) < value.size() || value.starts_with('$') || value.starts_with('%')) return true;
  if (value.find("::") != std::string_view::npos || value.find("->") != std::string_view::npos || value.front() == '/')
    return true;
  const bool is_words =
      std::ranges::all_of(value, [](char c) { return IsLetter(c) || c == '_' || c == '.' || c == '-'; });
  return is_words;
}

}  // namespace

double EntropyOf(std::string_view text) {
  std::array<unsigned, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  // H = log2(n) - Σ c·log2(c) / n over the counts c of the different bytes.
  double weighed = 0;
  for (const char c : text) {
    auto& count = counts[static_cast<unsigned char>(c)];
    if (count > 1) weighed += count * std::log2(count);
    count = 0;
  }
  const auto size = static_cast<double>(text.size());
  return text.empty() ? 0 : std::log2(size) - weighed / size;
}

bool IsLikelySecret(std::string_view value) {
  constexpr double kLeastEntropy = 2.8;
  constexpr std::size_t kShortest = 8;
  if (value.size() < kShortest || IsExpression(value)) return false;
  const bool has_digit = std::ranges::any_of(value, IsDigit);
  const bool has_letter = std::ranges::any_of(value, IsLetter);
  const bool has_other = std::ranges::any_of(value, [](char c) { return !IsAlphanumeric(c); });
  if (!has_letter || (!has_digit && !has_other)) return false;
  return EntropyOf(value) >= kLeastEntropy && !IsPlaceholder(value);
}

bool IsJsonWebToken(std::string_view text) {
  constexpr std::size_t kShortestPart = 8;
  const auto first = text.find('.');
  if (first == std::string_view::npos) return false;
  const auto second = text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) return false;
  // eyJ is {" in base64.
  if (!text.starts_with("eyJ") || !text.substr(first + 1).starts_with("eyJ")) return false;
  if (first < kShortestPart || second - first < kShortestPart || text.size() - second < kShortestPart) return false;
  return std::ranges::all_of(text, [](char c) { return IsBase64Url(c) || c == '.'; });
}

bool IsProviderKey(std::string_view text) {
  const auto format =
      std::ranges::find_if(kFormats, [&](const KeyFormat& known) { return text.starts_with(known.prefix); });
  if (format == kFormats.end() || text.size() < format->shortest || text.size() > format->longest) return false;
  const auto is_right = [&](char c) { return format->capitals_only ? IsUpper(c) || IsDigit(c) : IsBase64Url(c); };
  const auto rest = text.substr(format->prefix.size());
  constexpr double kLeastEntropy = 2.5;
  return std::ranges::all_of(rest, is_right) && EntropyOf(rest) >= kLeastEntropy;
}

}  // namespace vigie::content
