#include "server/cli/printable.h"

#include <gtest/gtest.h>

namespace vigie::cli {
namespace {

TEST(Printable, KeepsWhatPeopleWrite) {
  for (const char* text : {"", "alice", "Müller 株式会社", "a b", "/srv/été.csv"}) EXPECT_EQ(Printable(text), text);
}

TEST(Printable, HasNothingThatSteersATerminalOrDeceives) {
  EXPECT_EQ(Printable("\x1b[2Jx"), "?[2Jx");
  EXPECT_EQ(Printable("a\r\nb\t"), "a??b?");
  EXPECT_EQ(Printable("\x7f"), "?");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "?31m")
      << "the one-byte form of ESC [";
  EXPECT_EQ(Printable("cod\xe2\x80\xae.exe"), "cod?.exe") << "right-to-left override";
  EXPECT_EQ(Printable("a\xff\xc0z"), "a??z");
}

TEST(Printable, KnowsHowWideTextIs) {
  EXPECT_EQ(DisplayWidth(""), 0U);
  EXPECT_EQ(DisplayWidth("alice"), 5U);
  EXPECT_EQ(DisplayWidth("Müller"), 6U);
  EXPECT_EQ(DisplayWidth("株式"), 4U);
}

}  // namespace
}  // namespace vigie::cli
