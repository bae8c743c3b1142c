#include <gtest/gtest.h>
#include <unistd.h>

#include "platform/linux/process_identity.h"
#include "tests/root/file_events/actor.h"

namespace vigie::platform {
namespace {

TEST(ExemptProcesses, HoldsOurOwnProcessAndThoseGivenToIt) {
  const test::Actor actor;
  ExemptProcesses exempt;
  EXPECT_TRUE(exempt.Contains(::getpid()));
  EXPECT_FALSE(exempt.Contains(actor.pid()));
  exempt.Add(actor.pid());
  EXPECT_TRUE(exempt.Contains(actor.pid()));
}

TEST(ExemptProcesses, AnExemptionEndsWithItsProcess) {
  test::Actor actor;
  const auto pid = actor.pid();
  ExemptProcesses exempt;
  exempt.Add(pid);
  actor.Kill();
  EXPECT_FALSE(exempt.Contains(pid));
}

TEST(ExemptProcesses, NobodyIsExemptBecauseOfAnInvalidPid) {
  ExemptProcesses exempt;
  exempt.Add(-1);
  exempt.Add(0);
  EXPECT_FALSE(exempt.Contains(-1));
  EXPECT_FALSE(exempt.Contains(0));
}

}  // namespace
}  // namespace vigie::platform
