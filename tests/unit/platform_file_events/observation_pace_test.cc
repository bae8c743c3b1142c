#include "platform/linux/observation_pace.h"

#include <gtest/gtest.h>

namespace vigie::platform {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kEmptyBuffer = 8192;
constexpr std::size_t kNoRoom = 100;  // the next event did not fit

class ObservationPaceTest : public ::testing::Test {
 protected:
  ObservationPaceTest() { (void)pace.NapIsDue(now); }  // a moment begins

  base::SteadyTime now = base::SteadyTime() + std::chrono::hours(1);
  ObservationPace pace;
};

TEST_F(ObservationPaceTest, NapsAmongManyEvents) {
  pace.NoteRead(16, 4000);
  EXPECT_TRUE(pace.NapIsDue(now + milliseconds(1)));
}

TEST_F(ObservationPaceTest, FewEventsAreEachSeenAtOnce) {
  pace.NoteRead(15, 4000);
  EXPECT_FALSE(pace.NapIsDue(now + milliseconds(1)));
  pace.NoteRead(15, 4000);
  EXPECT_FALSE(pace.NapIsDue(now + milliseconds(6))) << "another moment";
}

TEST_F(ObservationPaceTest, WhileEventsAreQueuedItGoesOn) {
  pace.NoteRead(78, kNoRoom);
  pace.NoteRead(0, kEmptyBuffer);
  EXPECT_FALSE(pace.NapIsDue(now + milliseconds(1)));
  pace.NoteRead(0, kEmptyBuffer);
  pace.NoteRead(78, kNoRoom);
  EXPECT_FALSE(pace.NapIsDue(now + milliseconds(2))) << "nor while the other queue has some";
  pace.NoteRead(3, 7000);
  pace.NoteRead(0, kEmptyBuffer);
  EXPECT_TRUE(pace.NapIsDue(now + milliseconds(3))) << "now both are empty";
}

}  // namespace
}  // namespace vigie::platform
