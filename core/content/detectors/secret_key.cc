#include <algorithm>
#include <array>

#include "core/content/detector_table.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/byte_set.h"
#include "core/content/validate/secret_grammar.h"

namespace vigie::content {
namespace {

constexpr std::size_t kLongest = 4096;

// Patterns of providers' keys, of tokens and key files, and the names after which people write secrets.
constexpr std::array<std::string_view, 11> kPrefixes = {
    "(?:AKIA|ASIA|AIza)",      "gh[pousr]_", "github_pat_", "gl(?:pat|ptt)-",       "xox[bpars]-",
    "[sr]k_(?:live|test)_",    "eyJ",        "-----BEGIN ", "[Pp][Aa][Ss][Ss][Ww]", "[Pp][Ww][Dd]",
    "[Ss][Ee][Cc][Rr][Ee][Tt]"};
constexpr std::array<std::string_view, 4> kNames = {"[Aa][Pp][Ii][_\\-]?[Kk][Ee][Yy]", "[Tt][Oo][Kk][Ee][Nn]",
                                                    "[Aa][Cc][Cc][Ee][Ss][Ss][_\\-]?[Kk][Ee][Yy]", "[Mm][Dd][Pp]"};

bool IsKeyCharacter(char c) {
  return IsAlphanumeric(c) || c == '-' || c == '_';
}

bool IsNameCharacter(char c) {
  return IsAlphanumeric(c) || c == '_' || c == '-';
}

class SecretKeyDetector final : public Detector {
 public:
  std::string_view name() const override { return "secret_key"; }

  std::vector<std::string> patterns() const override {
    std::vector<std::string> patterns;
    for (const auto pattern : kPrefixes) patterns.emplace_back(pattern);
    for (const auto pattern : kNames) {
      const std::string optional(pattern);
      const auto mark = optional.find("[_\\-]?");
      patterns.push_back(mark == std::string::npos ? optional : optional.substr(0, mark) + optional.substr(mark + 6));
      if (mark != std::string::npos) patterns.push_back(optional.substr(0, mark + 5) + optional.substr(mark + 6));
    }
    return patterns;
  }

  std::size_t Prove(std::string_view text, const Candidate& candidate, std::vector<Match>& found) const override {
    if (candidate.begin < candidate.fresh_from) return candidate.fresh_from;
    const auto rest = text.substr(candidate.begin);
    if (rest.starts_with("-----")) return ProveKeyFile(text, candidate.begin, found);
    const bool begins_word = candidate.begin == 0 || !IsKeyCharacter(text[candidate.begin - 1]);
    if (begins_word && rest.starts_with("eyJ")) return ProveToken(text, candidate.begin, found);
    if (begins_word) {
      const auto end = WordEnd(text, candidate.begin);
      if (IsProviderKey(text.substr(candidate.begin, end - candidate.begin))) {
        found.push_back({.begin = candidate.begin, .end = end});
        return end;
      }
    }
    return ProveAssignment(text, candidate.end, found);
  }

  std::string Canonical(std::string_view written) const override { return std::string(written); }
  std::string Mask(std::string_view value) const override {
    constexpr std::string_view kFile = "-----BEGIN";
    if (value.starts_with(kFile)) return "-----BEGIN ***";
    const bool begins_publicly = IsProviderKey(value) || IsJsonWebToken(value);
    return begins_publicly ? std::string(value.substr(0, 4)) + "****" : "********";
  }

 private:
  static std::size_t WordEnd(std::string_view text, std::size_t begin) {
    auto end = begin;
    while (end < text.size() && end - begin < kLongest && IsKeyCharacter(text[end])) ++end;
    return end;
  }

  static std::size_t ProveToken(std::string_view text, std::size_t begin, std::vector<Match>& found) {
    auto end = begin;
    while (end < text.size() && end - begin < kLongest && (IsKeyCharacter(text[end]) || text[end] == '.')) ++end;
    const auto looked_until = end;
    while (end > begin && text[end - 1] == '.') --end;
    if (IsJsonWebToken(text.substr(begin, end - begin))) found.push_back({.begin = begin, .end = end});
    return looked_until;
  }

  // RFC 7468 and OpenSSH, PGP: -----BEGIN … PRIVATE KEY-----, up to the first line of the key, which tells keys apart.
  static std::size_t ProveKeyFile(std::string_view text, std::size_t begin, std::vector<Match>& found) {
    constexpr std::size_t kLongestLabel = 60;
    constexpr std::size_t kShown = 160;
    const auto label = text.substr(begin, kLongestLabel);
    const auto key = label.find("PRIVATE KEY");
    const auto line_end = label.find_first_of("\r\n\\");
    if (key == std::string_view::npos || (line_end != std::string_view::npos && line_end < key)) return begin;
    const auto end = std::min(text.size(), begin + kShown);
    found.push_back({.begin = begin, .end = end});
    return end;
  }

  // password = "…", "api_key": "…", PGPASSWORD=… ; `name_end` is inside or behind the name.
  static std::size_t ProveAssignment(std::string_view text, std::size_t name_end, std::vector<Match>& found) {
    constexpr std::size_t kLongestName = 24;
    constexpr std::size_t kLongestGap = 6;
    auto position = name_end;
    while (position < text.size() && position - name_end < kLongestName && IsNameCharacter(text[position])) ++position;
    const auto gap_end = std::min(text.size(), position + kLongestGap);
    bool is_assigned = false;
    char quote = 0;
    for (; position < gap_end; ++position) {
      const char c = text[position];
      if (c == '=' || c == ':')
        is_assigned = true;
      else if (c == '"' || c == '\'' || c == '`')
        quote = is_assigned ? c : quote;
      else if (c != ' ' && c != '>')
        break;
    }
    if (!is_assigned) return name_end;
    return TakeValue(text, position, quote, found);
  }

  static std::size_t TakeValue(std::string_view text, std::size_t begin, char quote, std::vector<Match>& found) {
    constexpr std::size_t kLongestValue = 256;
    static constexpr ByteSet kEnds(" \t\r\n\"'`,;|=:&");
    auto end = begin;
    while (end < text.size() && end - begin < kLongestValue) {
      const char c = text[end];
      if (quote != 0 ? c == quote || c == '\n' : kEnds.Has(c)) break;
      ++end;
    }
    const auto value = text.substr(begin, end - begin);
    if (value.find(' ') != std::string_view::npos || !IsLikelySecret(value)) return begin;
    found.push_back({.begin = begin, .end = end, .proof = Proof::kFair});
    return end;
  }
};

}  // namespace

std::unique_ptr<const Detector> MakeSecretKeyDetector() {
  return std::make_unique<SecretKeyDetector>();
}

}  // namespace vigie::content
