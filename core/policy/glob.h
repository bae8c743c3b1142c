#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace vigie::policy {

// A pattern over paths. `*` stands for any part of one name, never for a slash; `**` for anything; `**/` at the start
// or after a slash for any number of folders, none included, so that /srv/**/a.csv holds for /srv/a.csv too. Every
// other character is itself. Matching costs at most pattern × text steps, whatever the pattern. Immutable, thread-safe.
class Glob {
 public:
  enum class Case { kExact, kIgnoreAscii };

  explicit Glob(std::string_view pattern, Case letter_case = Case::kExact);

  // The whole text must match.
  bool Matches(std::string_view text) const;

 private:
  enum class Kind { kCharacter, kName, kAnything, kFolders };
  struct Token {
    Kind kind;
    char character;
  };
  using States = std::vector<std::size_t>;

  void Enter(std::size_t state, States& states) const;
  void Step(std::size_t state, char character, States& next) const;

  bool ignore_case_;
  std::vector<Token> tokens_;
};

}  // namespace vigie::policy
