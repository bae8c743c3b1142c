#include "platform/linux/os_release.h"

#include <gtest/gtest.h>

namespace vigie::platform {
namespace {

TEST(OsRelease, GivesThePrettyName) {
  EXPECT_EQ(PrettyName("NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n"),
            "Debian GNU/Linux 12 (bookworm)");
}

TEST(OsRelease, UnquotesAsAShellWould) {
  EXPECT_EQ(PrettyName("PRETTY_NAME=Plain"), "Plain");
  EXPECT_EQ(PrettyName("PRETTY_NAME='It\\n'"), "It\\n");
  EXPECT_EQ(PrettyName(R"(PRETTY_NAME="a \"b\" \$c")"), "a \"b\" $c");
  EXPECT_EQ(PrettyName("PRETTY_NAME=\"no end"), "no end");
  EXPECT_EQ(PrettyName("PRETTY_NAME="), "");
}

TEST(OsRelease, FallsBackToTheDefaultOfItsManual) {
  EXPECT_EQ(PrettyName(""), "Linux");
  EXPECT_EQ(PrettyName("# PRETTY_NAME=\"x\"\nID=debian"), "Linux");
}

}  // namespace
}  // namespace vigie::platform
