#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "core/content/content_buffer.h"
#include "core/content/context_finder.h"
#include "core/content/detector.h"

namespace vigie::content {

// A match, whose it is, and how sure that is.
struct DetectedMatch {
  static constexpr unsigned kNoContext = std::numeric_limits<unsigned>::max();

  std::size_t detector = 0;  // its place in the table
  Match match;
  unsigned context_distance = kNoContext;

  bool has_context() const { return context_distance != kNoContext; }
  // 0 to 9: the proof counts, a context word lifts a weak proof above a fair one, but never above a strong one.
  int certainty() const;
};

// Of overlapping matches keeps one, as they come by rising begin: the surer one; of two as sure the one whose context
// word is nearer, then the longer, then the earlier detector's.
class OverlapResolver {
 public:
  void Add(const DetectedMatch& next);
  void Clear() { kept_.clear(); }
  const std::vector<DetectedMatch>& kept() const { return kept_; }

 private:
  std::vector<DetectedMatch> kept_;
};

// Takes what detectors prove in one text, asks for context, and drops what needs some and has none. A class that had
// its context lends it to the next value of that class close by: the header of a table speaks for all of its rows, also
// for those in the next buffers of the same text.
class MatchCollector {
 public:
  static constexpr std::size_t kLendingReach = 256;  // bytes from one value of a class to the next

  MatchCollector(std::span<const Detector* const> detectors, ContextFinder& contexts);

  void Reset(const ContentBuffer& buffer);
  // Before the second pass over the same text.
  void StartOver();
  // A value of this class that begins there needs no context word of its own.
  bool IsLentContext(std::size_t detector, std::size_t begin) const { return begin < lends_until_[detector]; }
  // False: that of no class does.
  bool IsAnyLentContext(std::size_t begin) const { return begin < any_lends_until_; }
  // False: no class has a context word near text[begin, end).
  bool IsNearWords(std::size_t begin, std::size_t end) { return contexts_.HasAny(begin, end); }
  // True if it was kept. `is_near_words`: false if IsNearWords said so of this place.
  bool Offer(std::size_t detector, const Match& match, bool is_near_words = true);
  // Everything offered since the reset in two passes, overlaps resolved, by rising place. Valid until the next Reset.
  const std::vector<DetectedMatch>& Finish();

 private:
  void BeginPass();
  void EndPass();
  unsigned ContextDistance(std::size_t detector, const Match& match, bool is_near_words);

  ContextFinder& contexts_;
  std::vector<bool> has_context_words_;  // by detector
  ContentBuffer buffer_;
  std::size_t pass_ = 0;
  std::vector<std::size_t> lends_until_;   // by detector; 0 = had no context yet
  std::vector<std::size_t> lends_beyond_;  // the same, of what begins before the end of the fresh part
  std::size_t any_lends_until_ = 0;        // the last of them
  std::vector<DetectedMatch> offered_;
  OverlapResolver resolver_;
  std::size_t pass_begin_ = 0;  // of what was offered
  bool is_sorted_ = true;       // each pass by itself
};

}  // namespace vigie::content
