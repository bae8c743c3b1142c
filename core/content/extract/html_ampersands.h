#pragma once

#include <string>
#include <string_view>

namespace vigie::content {

// Hides ampersands that begin no reference (a && b, ?x=1&y=2) from libxml2, which needs a microsecond to forgive each:
// they go in as the wide ampersand U+FF06 and are put back in what comes out. References get the semicolon that they
// miss, as in browsers (https://html.spec.whatwg.org/, 13.2.5.73). Text is UTF-8, in chunks. Not thread-safe.
class BareAmpersands {
 public:
  // Valid until the next call. An ampersand at the end waits for what follows it.
  std::string_view Hide(std::string_view chunk, bool is_last);
  // In everything from `begin` on. A wide ampersand that was one becomes a narrow one as well, which means the same.
  void Show(std::string& text, std::size_t begin) const;

 private:
  std::string waiting_;
  std::string joined_;
  std::string hidden_;
  bool has_hidden_ = false;
};

}  // namespace vigie::content
