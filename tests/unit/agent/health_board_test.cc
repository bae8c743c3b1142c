#include "agent/health/health_board.h"

#include <gtest/gtest.h>

namespace vigie::agent::health {
namespace {

TEST(HealthBoard, AsksEachSourceEachTime) {
  HealthBoard board;
  std::uint64_t produced = 1;
  board.Add([&] {
    v1::SensorHealth health = Running("spool");
    health.set_produced(produced);
    return health;
  });
  EXPECT_EQ(board.Collect().front().produced(), 1U);
  produced = 2;
  EXPECT_EQ(board.Collect().front().produced(), 2U);
}

TEST(HealthBoard, NotesAChangeOfStateOnceAndCountsNever) {
  HealthBoard board;
  v1::SensorHealth health = Running("file_events");
  board.Add([&] { return health; });
  EXPECT_TRUE(board.NoteChanges());
  EXPECT_FALSE(board.NoteChanges());
  health.set_produced(99);
  EXPECT_FALSE(board.NoteChanges());
  health = Unsupported("file_events", "no CAP_SYS_ADMIN");
  EXPECT_TRUE(board.NoteChanges());
  EXPECT_FALSE(board.NoteChanges());
}

}  // namespace
}  // namespace vigie::agent::health
