#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/content/extract/embedded_text.h"
#include "core/content/extract/text_escapes.h"

namespace vigie::content {

// A stretch of text, [begin, end).
struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// One pass of EmbeddedText over one buffer: reads each candidate, puts short text in place and hands the rest on.
class EmbeddedRewriting {
 public:
  struct Context {
    EmbeddedText& owner;
    const ContentBuffer& buffer;
    std::uint64_t offset = 0;             // of the buffer's text in its part
    bool may_stay_open = false;           // a stretch that reaches the end may go on in the next buffer
    const std::vector<TextRange>& known;  // stretches that an earlier pass handed on
  };
  explicit EmbeddedRewriting(const Context& context);

  // Whether anything was put in place; then text() is what it became.
  bool Run(const EncodedCandidates& candidates);
  std::string TakeText() { return std::move(result_); }
  // Where the limits of the fresh part, and the stretches that were handed on, came to lie.
  std::size_t fresh_begin() const { return boundaries_[0].mapped; }
  std::size_t fresh_end() const { return boundaries_[1].mapped; }
  std::vector<TextRange> TakeHandedOn() { return std::move(handed_on_); }
  std::optional<EmbeddedText::OpenStretch> TakeOpen() { return std::move(open_); }

 private:
  struct Place {
    TextRange range;
    const char* code;
  };
  struct Boundary {
    std::size_t position = 0;
    std::size_t mapped = 0;
    bool settled = false;
  };

  void TryEscape(std::size_t position);
  void TrySpacedHex(std::size_t inside);
  bool TakeSpacedHex(std::size_t begin, std::size_t& used);
  void TryWord(std::size_t inside);
  bool TryText(TextRange run);
  bool ReadStretch(std::size_t begin, StretchCode code);
  bool SkipKnown(std::size_t begin);
  bool TakeDecoded(std::string bytes, const Place& place);
  void HandOn(std::string bytes, const Place& place, StretchWorth worth);
  void NoteHandedOn(TextRange range);
  void Replace(TextRange range, std::string_view meaning);
  void SettleBoundaries(TextRange range, std::size_t size_before, std::size_t size_after);
  std::string OriginOf(const Place& place) const;

  Context with_;
  std::string_view text_;
  TextEscapes escapes_;
  std::string result_;
  std::size_t cursor_ = 0;     // all before is in the result
  std::size_t word_read_ = 0;  // candidates before are dealt with
  std::size_t hex_read_ = 0;
  std::array<Boundary, 2> boundaries_;
  std::vector<TextRange> handed_on_;
  std::optional<EmbeddedText::OpenStretch> open_;
};

}  // namespace vigie::content
