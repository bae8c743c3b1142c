#pragma once

#include <array>
#include <bitset>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/content/detector.h"
#include "core/content/word_finder.h"
#include "platform/base/result.h"

namespace vigie::content {

// Finds the context words of all detectors around candidates. A text is searched only where somebody asks, each stretch
// once, for all words in one pass. Not thread-safe.
class ContextFinder {
 public:
  static constexpr std::size_t kReach = 100;  // bytes between a word and what it speaks of
  static constexpr std::size_t kMostDetectors = 192;

  static base::Result<std::unique_ptr<ContextFinder>> Compile(std::span<const Detector* const> detectors);

  // A new text, which must stay until the next Reset. Also to be called before asking for places further ahead again.
  void Reset(std::string_view text);

  struct Asked {
    std::size_t detector = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  // How far the nearest of the detector's words stands from text[begin, end); words behind count as further away, for
  // labels stand before. Nothing if there is none within reach. Questions must come by about rising places.
  std::optional<unsigned> Distance(const Asked& asked);
  // False: no detector's word is within reach of text[begin, end). The same order of questions.
  bool HasAny(std::size_t begin, std::size_t end);

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::size_t DistanceBefore(const Asked& asked) const;
  // May be kNone if there is none nearer than `nearest`.
  std::size_t DistanceBehind(const Asked& asked, std::size_t nearest) const;
  struct ContextWord {
    std::string text;
    std::bitset<kMostDetectors> detectors;
    bool is_beginning = false;  // of a longer word
  };
  struct Hit {
    std::size_t begin;
    std::size_t end;
    std::size_t word;
  };

  void CollectWords(std::span<const Detector* const> detectors);
  void LookAround(std::size_t begin, std::size_t end);
  void SearchUntil(std::size_t begin, std::size_t end);
  void AddHit(const Hit& hit);
  bool EndsWhole(const Hit& hit) const;

  std::vector<ContextWord> words_;
  std::size_t longest_word_ = 0;
  std::unique_ptr<const WordFinder> finder_;
  std::string_view text_;
  std::vector<Hit> hits_;   // by rising end
  std::size_t behind_ = 0;  // of the hits, the first that ends behind where the last question began
  std::size_t searched_until_ = 0;
  std::size_t stride_ = 0;  // bytes to search at least: more, the longer questions follow on each other
};

}  // namespace vigie::content
