#include "core/policy/glob.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>

namespace vigie::policy {
namespace {

struct GlobCase {
  const char* pattern;
  const char* text;
  bool matches;
};

TEST(Glob, FollowsItsTable) {
  const GlobCase cases[] = {
      {"", "", true},
      {"", "a", false},
      {"a", "a", true},
      {"a", "A", false},
      {"a", "ab", false},
      {"*", "", true},
      {"*", "name", true},
      {"*", "a/b", false},
      {"*.csv", "export.csv", true},
      {"*.csv", "export.csv.gz", false},
      {"/home/*/export.csv", "/home/alice/export.csv", true},
      {"/home/*/export.csv", "/home/alice/x/export.csv", false},
      {"/home/*/export.csv", "/home//export.csv", true},
      {"/home/**", "/home/alice/x/export.csv", true},
      {"/home/**", "/home/", true},
      {"/home/**", "/home", false},
      {"/home/**", "/homes/a", false},
      {"/srv/**/a.csv", "/srv/a.csv", true},
      {"/srv/**/a.csv", "/srv/x/y/a.csv", true},
      {"/srv/**/a.csv", "/srv/xa.csv", false},
      {"/srv/**/a.csv", "/srv/x/ya.csv", false},
      {"**/a.csv", "a.csv", true},
      {"**/a.csv", "/x/a.csv", true},
      {"**/a.csv", "xa.csv", false},
      {"/a**z", "/a/b/z", true},
      {"/a***z", "/a/b/z", true},
      {"**", "/any/thing", true},
      {"/srv/**/**/x", "/srv/x", true},
      {"/srv/*/**/x", "/srv/a/x", true},
      {"/srv/*/**/x", "/srv/x", false},
      {"*a*b*", "xxaxxbxx", true},
      {"*a*b*", "xxbxxaxx", false},
      {"[ab]?", "[ab]?", true},
      {"[ab]?", "ax", false},
      {"\\*", "*", false},
  };
  for (const GlobCase& c : cases) {
    EXPECT_EQ(Glob(c.pattern).Matches(c.text), c.matches) << c.pattern << " on " << c.text;
  }
}

TEST(Glob, IgnoresTheCaseOfAsciiLettersIfTold) {
  const Glob glob("*.Example.COM", Glob::Case::kIgnoreAscii);
  EXPECT_TRUE(glob.Matches("files.example.com"));
  EXPECT_TRUE(glob.Matches("FILES.EXAMPLE.COM"));
  EXPECT_FALSE(glob.Matches("files.example.org"));
}

// Backtracking matchers take longer than the universe for this.
TEST(Glob, AnswersHostilePatternsAtOnce) {
  std::string pattern;
  for (int i = 0; i < 300; ++i) pattern += i % 2 == 0 ? "*a" : "**a";
  const std::string text(4000, 'a');
  EXPECT_TRUE(Glob(pattern).Matches(text));
  EXPECT_FALSE(Glob(pattern + "b").Matches(text));
}

// The definition, written down as plainly as possible.
bool MatchesByDefinition(std::string_view pattern, std::string_view text, bool at_folder = true) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*') {
    return !text.empty() && text[0] == pattern[0] &&
           MatchesByDefinition(pattern.substr(1), text.substr(1), pattern[0] == '/');
  }
  const std::size_t stars = std::min(pattern.find_first_not_of('*'), pattern.size());
  const std::string_view rest = pattern.substr(stars);
  if (stars >= 2 && at_folder && rest.starts_with('/')) {
    const std::string_view after = rest.substr(1);
    if (MatchesByDefinition(after, text, true)) return true;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '/' && MatchesByDefinition(after, text.substr(i + 1), true)) return true;
    }
    return false;
  }
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (MatchesByDefinition(rest, text.substr(i), false)) return true;
    if (i < text.size() && stars == 1 && text[i] == '/') return false;
  }
  return false;
}

TEST(Glob, AgreesWithItsDefinitionOnRandomPatterns) {
  std::mt19937 random(20221);
  const auto draw = [&random](std::string_view alphabet, std::size_t most) {
    std::string text(random() % (most + 1), ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    return text;
  };
  for (int i = 0; i < 50'000; ++i) {
    const std::string pattern = draw("**/ab", 7);
    const std::string text = draw("/ab", 8);
    ASSERT_EQ(Glob(pattern).Matches(text), MatchesByDefinition(pattern, text)) << pattern << " on " << text;
  }
}

}  // namespace
}  // namespace vigie::policy
