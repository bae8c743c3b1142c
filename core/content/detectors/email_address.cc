#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include "core/content/byte_masks.h"
#include "core/content/detector_table.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/byte_set.h"
#include "core/content/validate/email_grammar.h"
#include "core/customers/text_fold.h"

namespace vigie::content {
namespace {

constexpr ByteSet kEndOfLocalPart("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+'-");

// An @ between two characters that may stand there; the address is then read in both directions.
class EmailAddressDetector final : public Detector {
 public:
  std::string_view name() const override { return "email_address"; }

  char sign() const override { return '@'; }

  std::size_t Prove(std::string_view text, const Candidate& candidate, std::vector<Match>& found) const override {
    const auto at = candidate.begin + 1;
    if (!kEndOfLocalPart.Has(text[at - 1]) || !IsAlphanumeric(text[at + 1])) return candidate.end;
    if (const auto end = ProveShort(text, at, found)) return *end;
    const auto end = DomainEnd(text, at + 1);
    if (!IsMailDomain(text.substr(at + 1, end - at - 1))) return end;
    const auto begin = LocalPartBegin(text, at);
    if (begin && IsLocalPart(text.substr(*begin, at - *begin))) found.push_back({.begin = *begin, .end = end});
    return end;
  }

  // Local parts may differ by case, but no provider in use tells them apart.
  std::string Canonical(std::string_view written) const override {
    std::string value;
    WriteCanonical(written, value);
    return value;
  }

  void WriteCanonical(std::string_view written, std::string& canonical) const override {
    canonical.assign(written);
    char* const value = canonical.data();
    const auto size = canonical.size();
    std::uint64_t word = 0;
    if (size < sizeof(word)) {
      std::ranges::transform(canonical, value, ToLower);
      return;
    }
    const auto lower = [&](char* eight) {
      std::memcpy(&word, eight, sizeof(word));
      word = customers::LowerAsciiWord(word);
      std::memcpy(eight, &word, sizeof(word));
    };
    for (std::size_t done = 0; done + sizeof(word) < size; done += sizeof(word)) lower(value + done);
    lower(value + size - sizeof(word));  // some of them once more
  }

  std::string Mask(std::string_view value) const override {
    const auto at = value.find('@');
    const auto domain = value.substr(at + 1);
    constexpr std::size_t kLongestShown = 10;
    const auto top_level = domain.substr(domain.rfind('.')).substr(0, kLongestShown);
    return std::string(value.substr(0, 1)) + "***@" + domain.front() + "***" + std::string(top_level);
  }

 private:
  // As Prove for addresses in the middle of text whose parts have less than 32 characters: nearly all. Nothing if this
  // may be another one.
  static std::optional<std::size_t> ProveShort(std::string_view text, std::size_t at, std::vector<Match>& found) {
    constexpr std::size_t kSide = kMaskedBytes / 2;  // the @ is the first byte of the second half
    if (at < kSide || text.size() - at < kSide) return std::nullopt;
    const auto masks = AddressMasksOf(text.data() + at - kSide);
    const auto alphanumeric = masks.letters | masks.digits;
    const auto domain_bytes = alphanumeric | masks.points | masks.hyphens;
    const auto local_bytes = domain_bytes | masks.underscores | masks.others;
    const auto before = static_cast<unsigned>(std::countl_one(local_bytes << kSide));
    auto behind = static_cast<unsigned>(std::countr_one(domain_bytes >> (kSide + 1)));
    if (before >= kSide || behind >= kSide - 1) return std::nullopt;
    const auto of_domain = [&](std::uint64_t bytes) {
      return (bytes >> (kSide + 1)) & ((std::uint64_t{1} << behind) - 1);
    };
    behind = static_cast<unsigned>(std::bit_width(of_domain(alphanumeric)));  // the full stop of a sentence
    const auto end = at + 1 + behind;
    if (!AreLabels(of_domain(masks.points), of_domain(masks.hyphens))) return end;
    const auto last_label = static_cast<unsigned>(std::bit_width(of_domain(masks.points)));
    if (!IsTopLevelDomain(text.substr(at + 1 + last_label, behind - last_label))) return end;
    const auto of_local = ((std::uint64_t{1} << before) - 1) << (kSide - before);
    // Quotes, dashes and points before it are punctuation of the text around.
    const auto first = static_cast<unsigned>(std::countr_zero((alphanumeric | masks.underscores) & of_local));
    if (first >= kSide) return end;
    const auto points = (masks.points & of_local) >> first;
    if ((points & (points << 1)) == 0) found.push_back({.begin = at - kSide + first, .end = end});
    return end;
  }

  // Where points and hyphens stand in a name whose first and last characters are neither: two labels or more, none
  // empty, none with a hyphen at an end.
  static bool AreLabels(std::uint64_t points, std::uint64_t hyphens) {
    const auto beside_points = points << 1 | points >> 1;
    return points != 0 && (beside_points & (points | hyphens)) == 0;
  }

  // Nothing if more stands before the @ than any local part has.
  static std::optional<std::size_t> LocalPartBegin(std::string_view text, std::size_t at) {
    constexpr std::size_t kLongest = 64;
    auto begin = at;
    const auto lowest = at - std::min(at, kLongest + 1);
    while (begin > lowest && IsLocalPartCharacter(text[begin - 1])) --begin;
    if (at - begin > kLongest) return std::nullopt;
    // Quotes, dashes and points before it are punctuation of the text around.
    while (begin < at && !IsAlphanumeric(text[begin]) && text[begin] != '_') ++begin;
    return begin;
  }

  static std::size_t DomainEnd(std::string_view text, std::size_t begin) {
    constexpr std::size_t kLongest = 256;
    const auto domain = text.substr(0, begin + kLongest);
    auto end = kDomainBytes.FindNotIn(domain, begin);
    while (end > begin && !IsAlphanumeric(text[end - 1])) --end;  // the full stop of a sentence
    return end;
  }
};

}  // namespace

std::unique_ptr<const Detector> MakeEmailAddressDetector() {
  return std::make_unique<EmailAddressDetector>();
}

}  // namespace vigie::content
