#include "core/content/number_scanner.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "core/content/digit_runs.h"
#include "core/content/validate/ascii.h"

namespace vigie::content {
namespace {

// Of a chain that was cut, the last words are read again with what follows.
constexpr std::size_t kWordsBeforeCut = 240;
static_assert(kWordsBeforeCut + ShapeTable::kMostWords <= WordChain::kMostWords);

// Where to go on after the cut: within a row of equal groups so that groups of two to six still begin where they did.
std::size_t FirstWordAfterCut(std::span<const Word> words) {
  constexpr std::size_t kCommonMultiple = 60;
  return kWordsBeforeCut - words[kWordsBeforeCut].equals_before % kCommonMultiple;
}

// 06 39 98 01 23 12 rue des Lilas: the house number is no sixth group.
bool WordFollows(std::string_view text, std::size_t position) {
  return position + 1 < text.size() && text[position] == ' ' && IsLetter(text[position + 1]);
}

bool JoinsTightly(char separator) {
  return separator == '.' || separator == '-';
}

// Whether the neighbour makes of these words a piece of a longer number.
bool Continues(const Word& neighbour, const Word& outermost, char between, char inner) {
  if (!neighbour.has_digit) return false;
  if (JoinsTightly(between)) return true;
  if (inner == 0 || between != inner) return false;
  return between != ' ' || (neighbour.is_number() && neighbour.length() == outermost.length());
}

}  // namespace

base::Result<std::unique_ptr<NumberScanner>> NumberScanner::Build(std::span<const Detector* const> detectors) {
  std::unique_ptr<NumberScanner> scanner(new NumberScanner(detectors));
  if (scanner->shapes_.is_full()) return base::Error{base::ErrorCode::kInternal, "too many shapes of numbers"};
  return scanner;
}

NumberScanner::NumberScanner(std::span<const Detector* const> detectors)
    : detectors_(detectors), looked_until_(detectors.size()) {
  for (std::size_t i = 0; i < detectors.size(); ++i) {
    for (const auto& shape : detectors[i]->shapes()) shapes_.Add(shape, i);
    for (std::size_t bit = 0; bit < kWordStarts; ++bit) {
      if ((detectors[i]->word_starts() >> bit & 1) != 0) starters_[bit].push_back(i);
    }
  }
  shapes_.FindEqualRows();
}

void NumberScanner::Scan(std::string_view text, MatchCollector& collector) {
  text_ = text;
  collector_ = &collector;
  chain_.Reset(text);
  std::ranges::fill(looked_until_, 0);
  ForEachDigitRun(text, [this](std::size_t position) { return ScanChain(position); });
}

std::size_t NumberScanner::ScanChain(std::size_t position) {
  Word alone;
  if (chain_.ReadAlone(position, alone)) {
    ScanAlone(alone);
    return alone.end;
  }
  const auto end = chain_.Read(position);
  const auto words = chain_.words();
  const bool is_cut = words.size() == WordChain::kMostWords;
  const auto count = is_cut ? FirstWordAfterCut(words) : words.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (words[i].characters_left >= shapes_.shortest()) ScanShapes(i);
    if (words[i].has_digit) ScanWordStart(words[i]);
  }
  return is_cut ? words[count].begin : end;
}

[[gnu::always_inline]] inline void NumberScanner::ScanShapes(std::size_t first) {
  const auto words = chain_.words();
  auto place = ShapeTable::Start();
  bool has_lower = false;
  const auto end = std::min(words.size(), first + ShapeTable::kMostWords);
  for (auto i = ScanEqualRow(first, place); i < end; ++i) {
    place = shapes_.Next(place, words[i], i == first);
    if (place.count == 0) return;
    has_lower |= words[i].has_lower;
    OfferPlace(place, {first, i, has_lower});
  }
}

// Where to go on, from `place`: behind the number, or equal numbers, that begin with this word.
[[gnu::always_inline]] inline std::size_t NumberScanner::ScanEqualRow(std::size_t first, ShapeTable::Place& place) {
  const auto words = chain_.words();
  if (!words[first].is_number() || words[first].length() > ShapeTable::kLongestInRow) return first;
  const char separator = words[first].equals_after > 0 ? words[first + 1].separator : ' ';
  const auto& row = shapes_.EqualRowOf(words[first].length(), separator);
  const auto count = std::min<std::size_t>(words[first].equals_after + 1U, ShapeTable::kMostWords);
  for (auto ends = row.with_owners & ((1U << count) - 1); ends != 0; ends &= ends - 1) {
    const auto words_behind = static_cast<std::size_t>(std::countr_zero(ends));
    OfferPlace(row.places[words_behind], {first, first + words_behind, false});
  }
  place = row.places[count - 1];
  return place.count == 0 ? words.size() : first + count;
}

[[gnu::always_inline]] inline void NumberScanner::OfferPlace(const ShapeTable::Place& place, const Row& row) {
  for (std::size_t node = 0; node < place.count; ++node) {
    const auto owners = shapes_.OwnersAt(place.nodes[node]);
    if (!owners.empty()) OfferOwners(owners, row);
  }
}

void NumberScanner::OfferOwners(std::span<const ShapeOwner> owners, const Row& row) {
  if (!StandsAlone(row.first, row.last)) return;
  const auto words = chain_.words();
  AskOwners(owners, {words[row.first].begin, words[row.last].end, row.has_lower},
            [&] { return chain_.Compact(row.first, row.last); });
}

// As ScanShapes and ScanWordStart do for a chain of one word.
void NumberScanner::ScanAlone(const Word& word) {
  const bool is_signed = word.begin > 0 && text_[word.begin - 1] == '+';
  if (word.length() >= shapes_.shortest() && !is_signed) {
    const auto& place = PlaceOfAlone(word);
    for (std::size_t node = 0; node < place.count; ++node) {
      const auto owners = shapes_.OwnersAt(place.nodes[node]);
      if (!owners.empty()) AskOwners(owners, {word.begin, word.end, word.has_lower}, [&] { return CapitalsOf(word); });
    }
  }
  ScanWordStart(word);
}

const ShapeTable::Place& NumberScanner::PlaceOfAlone(const Word& word) {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
  const auto shape = word.letters << 8 | word.length();  // at most kLongestShaped letters
  auto& known = known_shapes_[(shape * kGolden) >> 58];
  if (known.shape != shape) known = {shape, shapes_.Next(ShapeTable::Start(), word, true)};
  return known.place;
}

std::string_view NumberScanner::CapitalsOf(const Word& word) {
  const auto written = text_.substr(word.begin, word.length());
  if (!word.has_lower) return written;
  std::ranges::transform(written, capitals_.begin(), ToUpper);
  return {capitals_.data(), written.size()};
}

template <typename Compact>
void NumberScanner::AskOwners(std::span<const ShapeOwner> owners, const Reading& reading, const Compact& compact) {
  std::optional<bool> is_near_words;  // one look around costs less than the check digits of ten countries
  const bool is_lent = collector_->IsAnyLentContext(reading.begin);
  std::string_view value;
  for (const auto& owner : owners) {
    if (owner.needs_context && !(is_lent && collector_->IsLentContext(owner.detector, reading.begin))) {
      if (!is_near_words) is_near_words = collector_->IsNearWords(reading.begin, reading.end);
      if (!*is_near_words) continue;
    }
    if (value.empty()) value = compact();
    if (!detectors_[owner.detector]->IsValid(value)) continue;
    // Numbers are issued in capitals; who writes small letters may mean anything.
    const bool needs_context = owner.needs_context || reading.has_lower;
    collector_->Offer(owner.detector, {reading.begin, reading.end, owner.proof, needs_context},
                      is_near_words.value_or(true));
  }
}

// A number or code of its own, and no piece of a longer word, decimal or grouped number. Four groups of four out of
// five are an account or licence number; out of eight they are two cards.
bool NumberScanner::StandsAlone(std::size_t first, std::size_t last) const {
  const auto words = chain_.words();
  const auto& begin = words[first];
  const auto& end = words[last];
  if (begin.begin > 0 && text_[begin.begin - 1] == '+') return false;
  const auto groups = last - first + 1;
  const char inner = groups > 1 ? words[first + 1].separator : '\0';
  if (groups > 1 && begin.equals_after + 1U >= groups) {
    const auto before = begin.separator == inner ? begin.equals_before : 0U;
    const auto after = end.equals_after > 0 && words[last + 1].separator == inner ? end.equals_after : 0U;
    if (before % groups != 0) return false;
    const bool is_cut = words.size() == WordChain::kMostWords && last + after + 1 == words.size();
    const bool is_house_number = begin.length() == 2 && WordFollows(text_, words[last + after].end);
    if (after % groups != 0 && !is_cut && !is_house_number) return false;
    if (before + after > 0) return true;
  }
  if (first > 0 && Continues(words[first - 1], begin, begin.separator, inner)) return false;
  if (last + 1 == words.size()) return true;
  const char inner_last = groups > 1 ? end.separator : '\0';
  return !Continues(words[last + 1], end, words[last + 1].separator, inner_last);
}

[[gnu::always_inline]] inline void NumberScanner::ScanWordStart(const Word& word) {
  const char before = word.begin > 0 ? text_[word.begin - 1] : '\0';
  const char after = word.end < text_.size() ? text_[word.end] : '\0';
  std::uint8_t starts = 0;
  const auto set = [&](WordStart start) { starts |= static_cast<std::uint8_t>(start); };
  if (before == ':' || after == ':') set(WordStart::kColon);
  if (word.is_number()) {
    if (before == '+') set(WordStart::kPlus);
    if (before == '(') set(WordStart::kBracket);
    if (word.length() >= 4 && text_[word.begin] == '0' && text_[word.begin + 1] == '0') set(WordStart::kTwoZeros);
    if (word.length() <= 3 && after == '.') set(WordStart::kDottedDigits);
  } else if (word.length() >= 4 && (word.letters & 15U) == 3) {
    set(WordStart::kCountryAndCheck);
  }
  for (; starts != 0; starts = static_cast<std::uint8_t>(starts & (starts - 1))) {
    const auto bit = static_cast<std::uint8_t>(starts & -starts);
    const bool takes_sign =
        bit == static_cast<std::uint8_t>(WordStart::kPlus) || bit == static_cast<std::uint8_t>(WordStart::kBracket);
    AskStart(bit, word.begin - (takes_sign ? 1 : 0), word.end);
  }
}

void NumberScanner::AskStart(std::uint8_t start, std::size_t begin, std::size_t end) {
  for (const auto detector : starters_[static_cast<unsigned>(std::countr_zero(start))]) {
    proven_.clear();
    auto& looked_until = looked_until_[detector];
    looked_until = std::max(looked_until, detectors_[detector]->Prove(text_, {begin, end, looked_until}, proven_));
    for (const auto& match : proven_) collector_->Offer(detector, match);
  }
}

}  // namespace vigie::content
