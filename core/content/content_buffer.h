#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace vigie::content {

// What a text that is cut into buffers lends from one to the next: the header of a table speaks for all of its rows.
struct LentContext {
  static constexpr std::size_t kPasses = 2;  // of the detectors over each buffer
  // By detector: how many bytes behind the cut a value needs no context word of its own. Empty before the first cut.
  std::array<std::vector<std::size_t>, kPasses> reaches;
};

// A stretch of one part of a file as the detectors see it: decoded text, or the raw bytes of what is not understood,
// with the path of containers it came from. Immutable; valid for the duration of the call that it is given to.
struct ContentBuffer {
  std::string_view text;    // UTF-8 when decoded
  std::string_view origin;  // a.zip/export.csv
  // What begins in [fresh_begin, fresh_end) belongs to this buffer. The rest is context that a neighbouring buffer also
  // shows, so that nothing is cut in two and nothing counts twice.
  std::size_t fresh_begin = 0;
  std::size_t fresh_end = 0;
  // The next buffer of this origin continues where this one's fresh part ends.
  bool more_follows = false;
  // Of this text and of no other; the detectors read it and leave there what the next buffer is lent. None: nothing is.
  LentContext* lent = nullptr;

  bool Owns(std::size_t position) const { return position >= fresh_begin && position < fresh_end; }
};

// Where extracted content goes.
class ContentSink {
 public:
  virtual ~ContentSink() = default;
  virtual void Take(const ContentBuffer& buffer) = 0;
};

}  // namespace vigie::content
