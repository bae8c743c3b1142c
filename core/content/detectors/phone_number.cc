#include <algorithm>
#include <array>
#include <optional>

#include "core/content/detector_table.h"
#include "core/content/detectors/grouped_digits.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/phone_plan.h"

namespace vigie::content {
namespace {

// The French plan's ways of writing count alone; those of other countries only beside a word for telephone.
constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "##########", .needs_context = false},
    {.written = "##~##~##~##~##", .needs_context = false},
    {.written = "####~###~###", .needs_context = false},
    {.written = "####~##~##~##", .needs_context = false},
    {.written = "#########"},
    {.written = "###########"},
    {.written = "###~###~####"},
    {.written = "###~###~###"},
    {.written = "###~##~##~##"},
    {.written = "##~###~##~##"},
    {.written = "###~####~####"},
    {.written = "####~###~####"},
    {.written = "#####~######"},
    {.written = "####~######"},
    {.written = "####~#######"},
    {.written = "###~#######"},
    {.written = "###~########"},
    {.written = "##~####~####"},
    {.written = "###~######"},
});

constexpr std::array kContextWords = std::to_array<std::string_view>(
    {"tel",      "tél",     "phone",         "telephone",    "téléphone",  "mobile",    "portable",
     "fax",      "cell",    "mob",           "telefon",      "telefono",   "teléfono",  "telefone",
     "telefoon", "handy",   "rufnummer",     "móvil",        "movil",      "cellulare", "telemóvel",
     "celular",  "gsm",     "whatsapp",      "sms",          "call",       "appelez",   "joindre",
     "rückruf",  "puhelin", "telefonnummer", "phone number", "phonenumber"});

constexpr std::size_t kFrenchLength = 10;

// Outside France, with a label beside it: a trunk 0, North America's ten digits, or nine of a plan without trunk
// prefix.
bool IsNational(std::string_view digits) {
  if (digits.starts_with("00")) return false;
  if (digits[0] == '0') return digits.size() >= 9;
  if (digits.size() == 10) return ParseInternational("1" + std::string(digits)).has_value();
  return digits.size() == 9 && digits[0] >= '5';
}

std::optional<PhoneNumber> ParseWritten(std::string_view written) {
  const bool is_international = written.find('+') != std::string_view::npos || written.starts_with("00");
  std::string digits;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == '(' && is_international && written.substr(i).starts_with("(0)")) i += 2;
    if (IsDigit(written[i])) digits.push_back(written[i]);
  }
  if (!is_international) return ParseFrench(digits);
  const std::size_t zeros = written.starts_with("00") ? 2 : 0;
  return ParseInternational(std::string_view(digits).substr(zeros));
}

// +33 639 98 01 23, 0033639980123 and 06 39 98 01 23: one number. What has neither + nor 00 is read after the French
// plan, if it fits.
class PhoneNumberDetector final : public Detector {
 public:
  std::string_view name() const override { return "phone_number"; }
  std::span<const std::string_view> context_words() const override { return kContextWords; }
  std::span<const NumberShape> shapes() const override { return kShapes; }

  std::uint8_t word_starts() const override {
    return WordStart::kPlus | WordStart::kTwoZeros | static_cast<std::uint8_t>(WordStart::kBracket);
  }

  bool IsValid(std::string_view compact) const override {
    if (compact.size() == kFrenchLength && compact[0] == '0') return compact[1] != '0';
    return IsNational(compact);
  }

  std::size_t Prove(std::string_view text, const Candidate& candidate, std::vector<Match>& found) const override {
    const auto begin = candidate.begin;
    std::optional<Match> match;
    if (text[begin] == '(') {
      match = ProveBracketed(text, begin);
    } else {
      match = ProveInternational(text, begin, begin + (text[begin] == '+' ? 1 : 2));
    }
    if (match) found.push_back(*match);
    return candidate.end;
  }

  // International form, or what was written where the country is not known.
  std::string Canonical(std::string_view written) const override {
    std::string value;
    WriteCanonical(written, value);
    return value;
  }

  void WriteCanonical(std::string_view written, std::string& canonical) const override {
    if (IsFrench(written)) {  // most of a long list
      canonical.assign("+33").append(written.substr(1));
      return;
    }
    canonical = CanonicalOf(written);
  }

  std::string Mask(std::string_view value) const override {
    const auto number = value.starts_with('+') ? ParseInternational(value.substr(1)) : std::nullopt;
    return (number ? "+" + number->country_code : "") + MaskAllButTwo(value);
  }

 private:
  static std::string CanonicalOf(std::string_view written) {
    const auto number = ParseWritten(written);
    if (number) return "+" + number->country_code + number->national;
    const auto digits = CompactForm(written);
    return digits.starts_with('0') ? digits.substr(1) : digits;
  }

  static std::optional<Match> ProveInternational(std::string_view text, std::size_t begin, std::size_t digits_begin) {
    if (begin > 0 && text[begin - 1] == '+') return std::nullopt;
    const auto read = ReadGroupedDigits(text, digits_begin, Glue::kPhonePunctuation);
    const auto longest = LongestInternational(read.First(read.digit_count));
    for (auto groups = read.group_count; groups > 0; --groups) {
      const auto& last = read.groups[groups - 1];
      if (last.digits_until_end > longest || !StandsAlone(text, begin, last.text_end)) continue;
      const auto number = ParseInternational(read.First(last.digits_until_end));
      if (number) return Match{.begin = begin, .end = last.text_end, .proof = Proof::kFair};
    }
    return std::nullopt;
  }

  // (202) 555-0143
  static std::optional<Match> ProveBracketed(std::string_view text, std::size_t begin) {
    const auto read = ReadGroupedDigits(text, begin + 1, Glue::kPhonePunctuation);
    constexpr std::size_t kGroups = 3;
    if (read.group_count < kGroups || read.GroupSize(0) != 3 || read.GroupSize(1) != 3) return std::nullopt;
    const auto& last = read.groups[kGroups - 1];
    if (last.digits_until_end != 10 || text[begin + 4] != ')' || !IsNational(read.First(10))) return std::nullopt;
    if (!StandsAlone(text, begin, last.text_end)) return std::nullopt;
    return Match{.begin = begin, .end = last.text_end, .proof = Proof::kWeak, .needs_context = true};
  }
};

}  // namespace

std::unique_ptr<const Detector> MakePhoneNumberDetector() {
  return std::make_unique<PhoneNumberDetector>();
}

}  // namespace vigie::content
