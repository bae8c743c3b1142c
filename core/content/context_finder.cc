#include "core/content/context_finder.h"

#include <algorithm>

#include "core/content/validate/ascii.h"

namespace vigie::content {
namespace {

// Where somebody asks once, somebody may soon ask again; where many asked, surely.
constexpr std::size_t kLeastSearched = 256;
constexpr std::size_t kMostSearched = 8192;

bool IsLetterByte(char c) {
  return IsLetter(c) || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

base::Result<std::unique_ptr<ContextFinder>> ContextFinder::Compile(std::span<const Detector* const> detectors) {
  if (detectors.size() > kMostDetectors) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "more than " + std::to_string(kMostDetectors) + " detectors are not supported"};
  }
  std::unique_ptr<ContextFinder> finder(new ContextFinder());
  finder->CollectWords(detectors);
  std::vector<std::string_view> words;
  for (const auto& word : finder->words_) words.push_back(word.text);
  if (!words.empty()) finder->finder_ = std::make_unique<const WordFinder>(words);
  return finder;
}

void ContextFinder::CollectWords(std::span<const Detector* const> detectors) {
  for (std::size_t i = 0; i < detectors.size(); ++i) {
    for (auto text : detectors[i]->context_words()) {
      const bool is_beginning = text.ends_with('*');
      if (is_beginning) text.remove_suffix(1);
      auto word = std::ranges::find_if(
          words_, [&](const ContextWord& known) { return known.text == text && known.is_beginning == is_beginning; });
      if (word == words_.end()) {
        words_.push_back({std::string(text), {}, is_beginning});
        word = words_.end() - 1;
      }
      word->detectors.set(i);
      longest_word_ = std::max(longest_word_, text.size());
    }
  }
}

void ContextFinder::Reset(std::string_view text) {
  text_ = text;
  hits_.clear();
  behind_ = 0;
  searched_until_ = 0;
  stride_ = kLeastSearched;
}

std::optional<unsigned> ContextFinder::Distance(const Asked& asked) {
  LookAround(asked.begin, asked.end);
  const auto before = DistanceBefore(asked);
  const auto nearest = std::min(before, DistanceBehind(asked, before));
  if (nearest == kNone) return std::nullopt;
  return static_cast<unsigned>(nearest);
}

bool ContextFinder::HasAny(std::size_t begin, std::size_t end) {
  LookAround(begin, end);
  if (behind_ > 0 && hits_[behind_ - 1].end + kReach >= begin) return true;
  return behind_ < hits_.size() && hits_[behind_].end <= end + kReach + longest_word_;
}

// Makes hits_[behind_] the first one that does not end before.
void ContextFinder::LookAround(std::size_t begin, std::size_t end) {
  const auto lowest = begin - std::min(begin, kReach + longest_word_);
  const auto highest = std::min(text_.size(), end + kReach + longest_word_);
  if (highest > searched_until_) SearchUntil(lowest, highest);
  while (behind_ > 0 && hits_[behind_ - 1].end > begin) --behind_;
  while (behind_ < hits_.size() && hits_[behind_].end <= begin) ++behind_;
}

std::size_t ContextFinder::DistanceBefore(const Asked& asked) const {
  for (auto i = behind_; i-- > 0 && hits_[i].end + kReach >= asked.begin;) {
    if (words_[hits_[i].word].detectors.test(asked.detector)) return asked.begin - hits_[i].end;
  }
  return kNone;
}

std::size_t ContextFinder::DistanceBehind(const Asked& asked, std::size_t nearest) const {
  constexpr std::size_t kWeight = 4;  // "SIREN 732 829 320, NIF …": the words before each
  auto last_end = asked.end + std::min(kReach, nearest / kWeight) + longest_word_;
  nearest = kNone;
  for (auto i = behind_; i < hits_.size() && hits_[i].end <= last_end; ++i) {
    const auto& hit = hits_[i];
    if (hit.begin < asked.end || hit.begin > asked.end + kReach) continue;
    if (!words_[hit.word].detectors.test(asked.detector)) continue;
    nearest = std::min(nearest, (hit.begin - asked.end + 1) * kWeight);
    last_end = std::min(last_end, hit.begin + longest_word_);  // a longer word may end later and begin earlier
  }
  return nearest;
}

void ContextFinder::SearchUntil(std::size_t begin, std::size_t end) {
  if (finder_ == nullptr) return;
  stride_ = begin <= searched_until_ ? std::min(2 * stride_, kMostSearched) : kLeastSearched;
  const auto fresh = std::max(begin, searched_until_);
  const auto from = fresh - std::min(fresh, longest_word_);
  const auto until = std::min(text_.size(), std::max(end, fresh + stride_));
  finder_->Find(text_.substr(0, until), from, [this](std::size_t word, std::size_t place) {
    const Hit hit{place, place + words_[word].text.size(), word};
    if (hit.end > searched_until_ && EndsWhole(hit)) AddHit(hit);
  });
  searched_until_ = until;
}

// Words come by where they begin; a shorter one may end before an earlier one.
void ContextFinder::AddHit(const Hit& hit) {
  auto place = hits_.end();
  while (place != hits_.begin() && (place - 1)->end > hit.end) --place;
  hits_.insert(place, hit);
}

// No letter of any alphabet stands behind.
bool ContextFinder::EndsWhole(const Hit& hit) const {
  const auto& word = words_[hit.word];
  if (word.is_beginning || !IsLetter(word.text.back())) return true;
  return hit.end == text_.size() || !IsLetterByte(text_[hit.end]);
}

}  // namespace vigie::content
