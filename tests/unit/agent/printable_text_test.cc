#include "agent/sensor/printable_text.h"

#include <gtest/gtest.h>

namespace vigie::agent::sensor {
namespace {

TEST(ToPrintable, LeavesUtf8Alone) {
  EXPECT_EQ(ToPrintable("/home/déjà/文/😀"), "/home/déjà/文/😀");
  EXPECT_EQ(ToPrintable(""), "");
}

TEST(ToPrintable, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(ToPrintable("a\xFFz"), "a\\xFFz");
  EXPECT_EQ(ToPrintable("\xC3"), "\\xC3") << "cut off";
  EXPECT_EQ(ToPrintable("\xC0\xAF"), "\\xC0\\xAF") << "overlong";
  EXPECT_EQ(ToPrintable("\xED\xA0\x80"), "\\xED\\xA0\\x80") << "a surrogate";
  EXPECT_EQ(ToPrintable("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80") << "past the last character";
}

TEST(ToPrintable, ShowsControlCharacters) {
  EXPECT_EQ(ToPrintable("a\nb\x1B"), "a\\x0Ab\\x1B");
}

TEST(ToPrintable, CutsBetweenCharacters) {
  EXPECT_EQ(ToPrintable("aé", 2), "a");
  EXPECT_EQ(ToPrintable("aé", 3), "aé");
  EXPECT_EQ(ToPrintable("a\xFF", 4), "a");
}

}  // namespace
}  // namespace vigie::agent::sensor
