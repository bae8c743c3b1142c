#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/calendar.h"

namespace vigie::content {
namespace {

constexpr std::array kShapes = std::to_array<NumberShape>({
    {.written = "####-##-##", .proof = Proof::kFair},
    {.written = "####/##/##", .proof = Proof::kFair},
    {.written = "####.##.##", .proof = Proof::kFair},
    {.written = "##~##~####", .proof = Proof::kFair},
    {.written = "#~##~####", .proof = Proof::kFair},
    {.written = "##~#~####", .proof = Proof::kFair},
    {.written = "#~#~####", .proof = Proof::kFair},
    {.written = "##/##/##"},
    {.written = "##.##.##"},
    {.written = "##-##-##"},
});

// Every date has a label when it is one of birth.
constexpr std::array kContextWords = std::to_array<std::string_view>({"born",
                                                                      "birth",
                                                                      "birthday",
                                                                      "date of birth",
                                                                      "birthdate",
                                                                      "dob",
                                                                      "d.o.b",
                                                                      "né le",
                                                                      "née le",
                                                                      "né(e) le",
                                                                      "naissance",
                                                                      "nee le",
                                                                      "ne le",
                                                                      "geboren",
                                                                      "geb.",
                                                                      "geburtsdatum",
                                                                      "geburtstag",
                                                                      "geb",
                                                                      "nacimiento",
                                                                      "nacido",
                                                                      "nacida",
                                                                      "fecha de nac*",
                                                                      "nascita",
                                                                      "nato il",
                                                                      "nata il",
                                                                      "nato a",
                                                                      "nascimento",
                                                                      "nascido",
                                                                      "geboortedatum",
                                                                      "geboortedag",
                                                                      "fødselsdato",
                                                                      "född",
                                                                      "födelsedatum",
                                                                      "født",
                                                                      "syntymäaika",
                                                                      "data urodzenia",
                                                                      "urodzon*",
                                                                      "datum narození",
                                                                      "narozen*",
                                                                      "data nașterii",
                                                                      "născut*",
                                                                      "doğum",
                                                                      "datum rođenja",
                                                                      "rođen*",
                                                                      "γέννηση*",
                                                                      "дата на раждане",
                                                                      "date_naissance",
                                                                      "birth_date",
                                                                      "date_of_birth",
                                                                      "生年月日",
                                                                      "출생"});

int NumberIn(std::string_view digits) {
  int number = 0;
  for (const char c : digits) number = number * 10 + (c - '0');
  return number;
}

// The three numbers of a written date.
std::array<std::string_view, 3> PartsOf(std::string_view written) {
  std::array<std::string_view, 3> parts;
  std::size_t position = 0;
  for (auto& part : parts) {
    while (position < written.size() && !IsDigit(written[position])) ++position;
    const auto begin = position;
    while (position < written.size() && IsDigit(written[position])) ++position;
    part = written.substr(begin, position - begin);
  }
  return parts;
}

int FullYear(std::string_view year) {
  constexpr int kYoungest = 30;  // of two digits, later ones are of the last century
  const int number = NumberIn(year);
  if (year.size() > 2) return number;
  return number + (number > kYoungest ? 1900 : 2000);
}

// Day before month but in America, where the day fits only the second place; year first as in ISO 8601.
CalendarDate ReadDate(const std::array<std::string_view, 3>& parts) {
  if (parts[0].size() == 4) return {NumberIn(parts[0]), NumberIn(parts[1]), NumberIn(parts[2])};
  const int first = NumberIn(parts[0]);
  const int second = NumberIn(parts[1]);
  if (second > 12) return {FullYear(parts[2]), first, second};
  return {FullYear(parts[2]), second, first};
}

// Whether day and month, of one or two digits each, stand before a year of `year_digits`.
bool HasDateBefore(std::string_view compact, std::size_t year_digits) {
  const auto year = compact.substr(compact.size() - year_digits);
  const auto rest = compact.substr(0, compact.size() - year_digits);
  for (std::size_t split = 1; split <= 2 && split < rest.size(); ++split) {
    if (rest.size() - split <= 2 && IsBirthDate(ReadDate({rest.substr(0, split), rest.substr(split), year})))
      return true;
  }
  return false;
}

// A date of the last hundred years and more, with a word for birth beside it.
class DateOfBirthDetector final : public Detector {
 public:
  std::string_view name() const override { return "date_of_birth"; }
  std::span<const std::string_view> context_words() const override { return kContextWords; }
  std::span<const NumberShape> shapes() const override { return kShapes; }

  // Without separators several readings are possible: one that is a date is enough here, Canonical decides which.
  bool IsValid(std::string_view compact) const override {
    if (compact.size() == 8 &&
        IsBirthDate({NumberIn(compact.substr(0, 4)), NumberIn(compact.substr(4, 2)), NumberIn(compact.substr(6, 2))})) {
      return true;
    }
    const bool may_be_short = compact.size() == 6;
    return (may_be_short && HasDateBefore(compact, 2)) || HasDateBefore(compact, 4);
  }

  std::string Canonical(std::string_view written) const override {
    const auto date = ReadDate(PartsOf(written));
    const auto two = [](int number) { return std::string(number < 10 ? "0" : "") + std::to_string(number); };
    return std::to_string(date.year) + "-" + two(date.month) + "-" + two(date.day);
  }

  std::string Mask(std::string_view value) const override { return std::string(value.substr(0, 2)) + "**-**-**"; }
};

}  // namespace

std::unique_ptr<const Detector> MakeDateOfBirthDetector() {
  return std::make_unique<DateOfBirthDetector>();
}

}  // namespace vigie::content
