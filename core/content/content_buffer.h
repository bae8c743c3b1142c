#pragma once

#include <cstddef>
#include <string_view>

namespace vigie::content {

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

  bool Owns(std::size_t position) const { return position >= fresh_begin && position < fresh_end; }
};

// Where extracted content goes.
class ContentSink {
 public:
  virtual ~ContentSink() = default;
  virtual void Take(const ContentBuffer& buffer) = 0;
};

}  // namespace vigie::content
