#include "core/policy/glob.h"

#include <algorithm>

namespace vigie::policy {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

Glob::Glob(std::string_view pattern, Case letter_case) : ignore_case_(letter_case == Case::kIgnoreAscii) {
  for (std::size_t i = 0; i < pattern.size();) {
    const std::size_t stars = std::min(pattern.find_first_not_of('*', i), pattern.size()) - i;
    const bool at_folder = i == 0 || pattern[i - 1] == '/';
    if (stars >= 2 && at_folder && i + stars < pattern.size() && pattern[i + stars] == '/') {
      tokens_.push_back({Kind::kFolders, '/'});
      i += stars + 1;
    } else if (stars > 0) {
      tokens_.push_back({stars == 1 ? Kind::kName : Kind::kAnything, '*'});
      i += stars;
    } else {
      tokens_.push_back({Kind::kCharacter, ignore_case_ ? Lower(pattern[i]) : pattern[i]});
      ++i;
    }
  }
}

// States are token positions, kept sorted. All but characters may stand for nothing, so what follows them is entered
// too.
void Glob::Enter(std::size_t state, States& states) const {
  for (;; ++state) {
    if (states.empty() || states.back() < state) states.push_back(state);
    if (state == tokens_.size() || tokens_[state].kind == Kind::kCharacter) return;
  }
}

void Glob::Step(std::size_t state, char character, States& next) const {
  if (state == tokens_.size()) return;
  switch (tokens_[state].kind) {
    case Kind::kCharacter:
      if (tokens_[state].character == character) Enter(state + 1, next);
      return;
    case Kind::kName:
      if (character != '/') Enter(state, next);
      return;
    case Kind::kAnything:
      return Enter(state, next);
    case Kind::kFolders:
      if (character == '/') return Enter(state, next);
      // Inside a folder's name: what follows may begin only after its slash.
      if (next.empty() || next.back() < state) next.push_back(state);
      return;
  }
}

bool Glob::Matches(std::string_view text) const {
  States states;
  States next;
  Enter(0, states);
  for (const char character : text) {
    for (const std::size_t state : states) Step(state, ignore_case_ ? Lower(character) : character, next);
    if (next.empty()) return false;
    states.swap(next);
    next.clear();
  }
  return states.back() == tokens_.size();
}

}  // namespace vigie::policy
