#include "core/customers/text_fold.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/customers/token_scanner.h"

namespace vigie::customers {
namespace {

std::vector<std::string> TokensOf(std::string_view text) {
  std::vector<std::string> tokens;
  TokenScanner scanner(text);
  for (Token token; scanner.Next(token);) tokens.emplace_back(token.folded);
  return tokens;
}

using Tokens = std::vector<std::string>;

TEST(TokenScanner, FoldsCaseAndAccents) {
  EXPECT_EQ((Tokens{"elodie", "noel", "strasse", "lukasz", "oeuvre", "soren"}),
            TokensOf("Élodie NOËL Straße Łukasz Œuvre SØREN"));
}

TEST(TokenScanner, TreatsComposedAndDecomposedLettersAlike) {
  EXPECT_EQ(TokensOf("Zo\u00EB"), TokensOf("Zoe\u0308"));
}

TEST(TokenScanner, FoldsWidthLigaturesAndSoftHyphens) {
  EXPECT_EQ((Tokens{"acme", "office", "durand"}), TokensOf("\uFF21\uFF23\uFF2D\uFF25 o\uFB03ce du\u00ADrand"));
}

TEST(TokenScanner, TakesEveryHanCharacterAsAToken) {
  EXPECT_EQ((Tokens{"王", "小", "明", "abc"}), TokensOf("王小明abc"));
}

TEST(TokenScanner, KeepsOtherScripts) {
  EXPECT_EQ((Tokens{"иван", "αθηνα"}), TokensOf("ИВАН Αθήνα"));
}

TEST(TokenScanner, TreatsBrokenUtf8AsSeparators) {
  EXPECT_EQ((Tokens{"ab", "cd", "ef"}), TokensOf("ab\xFF\xC3"
                                                 "cd\xE2\x82"
                                                 "ef\xF0"));
}

TEST(TokenScanner, ReportsPlacesAndLineBreaks) {
  TokenScanner scanner("ab, \"cd\"\r\nef");
  Token token;
  ASSERT_TRUE(scanner.Next(token));
  ASSERT_TRUE(scanner.Next(token));
  EXPECT_EQ(5U, token.begin);
  EXPECT_EQ(7U, token.end);
  EXPECT_FALSE(token.after_line_break);
  ASSERT_TRUE(scanner.Next(token));
  EXPECT_TRUE(token.after_line_break);
  EXPECT_FALSE(scanner.Next(token));
}

TEST(TokenScanner, LeavesOutWhatIsTooLongForAWord) {
  TokenScanner scanner("ab " + std::string(65, 'x') + " cd");
  const std::string text = "ab " + std::string(65, 'x') + " cd " + std::string(64, 'y');
  EXPECT_EQ((Tokens{"ab", "cd", std::string(64, 'y')}), TokensOf(text));
}

TEST(TokenScanner, SaysWhenNeighboursAreFarApart) {
  const std::string text = "ab" + std::string(30, ' ') + "cd ef";
  TokenScanner scanner(text);
  Token token;
  ASSERT_TRUE(scanner.Next(token));
  ASSERT_TRUE(scanner.Next(token));
  EXPECT_TRUE(token.after_gap);
  ASSERT_TRUE(scanner.Next(token));
  EXPECT_FALSE(token.after_gap);
}

TEST(FoldCase, GivesNothingForBrokenUtf8) {
  EXPECT_EQ("élan", FoldCase("ÉLAN"));
  EXPECT_FALSE(FoldCase("\xC3"));
  EXPECT_TRUE(IsUtf8("é"));
  EXPECT_FALSE(IsUtf8("a\xC3"));
}

TEST(TrimSpace, LeavesInnerSpace) {
  EXPECT_EQ("a b", TrimSpace("\t a b \r\n"));
  EXPECT_EQ("", TrimSpace("  "));
}

}  // namespace
}  // namespace vigie::customers
