#include "platform/base/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigie::base {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct LevelName {
  std::string_view name;
  LogLevel level;
};

TEST(LogLevel, IsKnownByItsName) {
  for (const auto& [name, level] : {LevelName{"debug", LogLevel::kDebug}, LevelName{"info", LogLevel::kInfo},
                                    LevelName{"warning", LogLevel::kWarning}, LevelName{"error", LogLevel::kError}}) {
    const auto parsed = ParseLogLevel(name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(*parsed, level) << name;
  }
}

TEST(LogLevel, RefusesAnotherNameAndSaysWhichThereAre) {
  for (const std::string_view name : {"", "INFO", "warn", "verbose"}) {
    const auto parsed = ParseLogLevel(name);
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(parsed.error().message, HasSubstr("debug, info, warning or error"));
  }
}

TEST(Logging, WritesWhatIsAtLeastAsImportantAsTheLevel) {
  ConfigureLogging(LogLevel::kWarning, "vigie-test");
  ::testing::internal::CaptureStderr();
  LogInfo("quiet {}", 1);
  LogWarning("loud {}", 2);
  const std::string written = ::testing::internal::GetCapturedStderr();
  ConfigureLogging(LogLevel::kInfo, "vigie-test");
  EXPECT_THAT(written, HasSubstr("vigie-test warning: loud 2"));
  EXPECT_THAT(written, Not(HasSubstr("quiet")));
}

}  // namespace
}  // namespace vigie::base
