#include <algorithm>
#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/ip_address_grammar.h"

namespace vigie::content {
namespace {

bool IsIpv6Character(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

// Four numbers with points between them, or hexadecimal groups with colons.
class IpAddressDetector final : public Detector {
 public:
  std::string_view name() const override { return "ip_address"; }

  std::uint8_t word_starts() const override { return WordStart::kDottedDigits | WordStart::kColon; }

  std::size_t Prove(std::string_view text, const Candidate& candidate, std::vector<Match>& found) const override {
    if (candidate.begin < candidate.fresh_from) return candidate.fresh_from;
    const auto end = ProveIpv6(text, candidate, found);
    return end > candidate.end ? end : ProveIpv4(text, candidate.begin, found);
  }

  std::string Canonical(std::string_view written) const override {
    return written.find(':') == std::string_view::npos ? std::string(written) : ExpandIpv6(written);
  }

  // The network's first number: 192.*.*.*
  std::string Mask(std::string_view value) const override {
    const bool is_v6 = value.find(':') != std::string_view::npos;
    return is_v6 ? std::string(value.substr(0, 4)) + ":****" : std::string(value.substr(0, value.find('.'))) + ".*.*.*";
  }

 private:
  static std::size_t ProveIpv4(std::string_view text, std::size_t begin, std::vector<Match>& found) {
    constexpr std::size_t kLongest = 40;  // a row of numbers with points is looked at once
    auto end = begin;
    while (end < text.size() && end - begin < kLongest && (IsDigit(text[end]) || text[end] == '.')) ++end;
    const auto looked_until = end;
    while (end > begin && text[end - 1] == '.') --end;
    const bool ends_word = end == text.size() || (!IsAlphanumeric(text[end]) && text[end] != '-' && text[end] != '_');
    if (ends_word && IsIpv4Address(text.substr(begin, end - begin)) && !IsVersion(text, begin)) {
      found.push_back({.begin = begin, .end = end, .proof = Proof::kFair});
    }
    return looked_until;
  }

  // Returns candidate.end where nothing with two colons stands.
  static std::size_t ProveIpv6(std::string_view text, const Candidate& candidate, std::vector<Match>& found) {
    constexpr std::size_t kLongest = 45;  // with dotted decimal at its end
    auto begin = candidate.begin;
    while (begin > candidate.fresh_from && candidate.begin - begin < kLongest && IsIpv6Character(text[begin - 1]))
      --begin;
    auto end = candidate.end;
    while (end < text.size() && end - begin <= kLongest && IsIpv6Character(text[end])) ++end;
    const auto whole = text.substr(begin, end - begin);
    if (std::ranges::count(whole, ':') < 2) return candidate.end;
    const auto last = whole.find_last_not_of(".:");
    const auto address = whole.substr(0, last + 1);
    const bool stands_alone =
        (begin == 0 || !IsAlphanumeric(text[begin - 1])) && (end == text.size() || !IsLetter(text[end]));
    if (stands_alone && IsIpv6Address(address)) {
      found.push_back({.begin = begin, .end = begin + address.size(), .proof = Proof::kStrong});
    }
    return end;
  }

  // Version 1.2.3.4, Chrome/120.0.6099.71, lib-1.2.3.4: what stands directly before is a name, or says so.
  static bool IsVersion(std::string_view text, std::size_t begin) {
    constexpr std::array<std::string_view, 8> kWords = {"version", "ver", "release",  "build",
                                                        "rev",     "v",   "firmware", "patch"};
    if (begin == 0) return false;
    const char before = text[begin - 1];
    if (before == '.' || before == '-' || before == '_') return true;
    if (before == '/') return begin > 1 && IsAlphanumeric(text[begin - 2]);
    auto word_end = begin;
    while (word_end > 0 && begin - word_end < 4 && !IsAlphanumeric(text[word_end - 1])) --word_end;
    auto word_begin = word_end;
    while (word_begin > 0 && word_end - word_begin < 10 && IsLetter(text[word_begin - 1])) --word_begin;
    std::string word(text.substr(word_begin, word_end - word_begin));
    std::ranges::transform(word, word.begin(), ToLower);
    return std::ranges::find(kWords, word) != kWords.end();
  }
};

}  // namespace

std::unique_ptr<const Detector> MakeIpAddressDetector() {
  return std::make_unique<IpAddressDetector>();
}

}  // namespace vigie::content
