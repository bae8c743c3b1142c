#pragma once

#include <string>
#include <string_view>

#include "core/content/extract/text_filter.h"

namespace vigie::content {

// Shows the text that a JSON document means: \u00e9 as é, \/ as /, \n as a line end, chunk by chunk (RFC 8259, section
// 7). Without it "ann\u00e9e" has no accent and "\nann@example.com" another address. Not thread-safe.
class JsonUnescaper final : public TextFilter {
 public:
  // Appends what is complete in `chunk` to `text`; an unfinished escape waits for the next chunk.
  void Append(std::string_view chunk, std::string& text) override;
  void Finish(std::string& text) override;

 private:
  // Bytes of the escape at the start of `rest`, which begins with a backslash; 0 = more are needed.
  std::size_t AppendEscape(std::string_view rest, std::string& text);
  std::size_t AppendUnicode(std::string_view rest, std::string& text);
  std::string waiting_;
};

}  // namespace vigie::content
