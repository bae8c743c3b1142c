#include "platform/base/utf8.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

namespace vigie::base {
namespace {

// Character by character.
std::size_t SlowPrefix(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && text[count] != '\0') {
    const auto character = FirstUtf8Character(text.substr(count));
    if (character.form != Utf8Form::kValid) break;
    count += character.bytes;
  }
  return count;
}

TEST(Utf8Prefix, EndsWhereCharactersEndOneByOne) {
  using namespace std::string_view_literals;
  constexpr std::array kPieces = {"a"sv, "plain text of some length, "sv, "é"sv, "Łódź"sv, "’"sv, "漢字"sv,
                                  "😀"sv, "éééééééééééééééééééé"sv,        " "sv, "\n"sv};
  constexpr std::array kEnds = {"\0"sv,    "\x80"sv,     "\xc3"sv,         "\xc0\xaf"sv, "\xff"sv,
                                "\xc3("sv, "\xe2\x80"sv, "\xed\xa0\x80"sv, "é\x80"sv,    "\xc3\xc3\xa9"sv};
  std::mt19937 random(7);
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    const auto pieces = random() % 40;
    for (std::size_t i = 0; i < pieces; ++i) text += kPieces[random() % kPieces.size()];
    if (random() % 4 != 0) text.insert(random() % (text.size() + 1), kEnds[random() % kEnds.size()]);
    text += "what follows is not looked at when something is wrong before it, of more than a block of bytes";
    ASSERT_EQ(SlowPrefix(text), Utf8Prefix(text)) << "round " << round;
  }
}

TEST(Utf8Prefix, TellsEveryPairOfBytesAtEveryPlaceOfABlock) {
  for (int first = 0; first < 256; ++first) {
    for (const std::size_t place : {0U, 1U, 15U, 16U, 62U, 63U, 64U, 127U}) {
      std::string text(200, 'x');
      text[place] = static_cast<char>(first);
      for (const int second : {0x00, 0x78, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xff}) {
        text[place + 1] = static_cast<char>(second);
        ASSERT_EQ(SlowPrefix(text), Utf8Prefix(text)) << first << " " << second << " at " << place;
      }
    }
  }
}

}  // namespace
}  // namespace vigie::base
