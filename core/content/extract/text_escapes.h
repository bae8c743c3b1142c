#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vigie::content {

// Undoes, in text that has no such rules of its own, what programs write for characters: %C3%A9 and %u00e9, &eacute;
// and &#233;, \u00e9 \u{e9} \xe9 \303\251, the plus signs of forms (&city=Le+Mans), and quoted-printable =C3=A9 where
// it is clear that it is meant. One call handles the run of escapes at one place. Not thread-safe: it remembers how far
// a line is quoted-printable.
class TextEscapes {
 public:
  explicit TextEscapes(std::string_view text) : text_(text) {}

  // Appends the meaning of the run at `position` to `utf8`; bytes of the run, 0 = there is none, or what it spells is
  // no text.
  std::size_t Undo(std::size_t position, std::string& utf8);

 private:
  std::size_t UndoPercent(std::size_t position, std::string& utf8) const;
  std::size_t UndoBackslash(std::size_t position, std::string& utf8) const;
  std::size_t UndoControl(std::size_t position, std::string& utf8) const;
  std::size_t UndoFormValue(std::size_t position, std::string& utf8) const;
  std::size_t UndoQuotedPrintable(std::size_t position, std::string& utf8);

  std::string_view text_;
  std::size_t quoted_printable_until_ = 0;
};

}  // namespace vigie::content
