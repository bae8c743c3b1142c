#pragma once

#include <string>
#include <string_view>

#include "core/content/content_buffer.h"

namespace vigie::content {

// Cuts text of any length into buffers of bounded size, at line ends, each beginning with the lines before the cut once
// more: a record that needs two neighbouring lines is seen whole. Lines longer than a window are cut at a space or
// punctuation mark. Not thread-safe.
class TextWindows {
 public:
  static constexpr std::size_t kWindowBytes = std::size_t{1} << 20;
  // No match is longer, and cells of one record are nearer.
  static constexpr std::size_t kContextBytes = 1024;

  TextWindows(std::string_view origin, ContentSink& sink) : origin_(origin), sink_(sink) {}

  // Hands out what is complete.
  void Append(std::string_view text);
  // Hands out the rest.
  void Finish();

 private:
  struct Cut {
    std::size_t end = 0;        // of the window
    std::size_t fresh_end = 0;  // what begins later belongs to the next window
  };
  void HandOut();
  Cut FindCut() const;
  std::size_t StartOfContext(std::size_t fresh_end) const;

  std::string_view origin_;
  ContentSink& sink_;
  std::string buffer_;
  std::size_t fresh_begin_ = 0;
  bool promised_more_ = false;
  LentContext lent_;
};

}  // namespace vigie::content
