#include "agent/health/health_board.h"

#include <gtest/gtest.h>

#include "proto/contract/validation.h"

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

// Its heartbeat would be refused, and with it the connection.
TEST(HealthBoard, SaysNoReasonThatACollectorRefuses) {
  v1::Heartbeat heartbeat;
  heartbeat.mutable_at()->set_seconds(1'700'000'000);
  const std::string long_one = std::string(contract::kMaxReasonBytes - 1, 'x') + "\xc3\xa9";
  *heartbeat.add_sensors() = Degraded("policy", long_one);
  *heartbeat.add_sensors() = Degraded("file_events", "watch /home/caf\xe9: no such folder");
  EXPECT_EQ(heartbeat.sensors(0).reason(), std::string(contract::kMaxReasonBytes - 1, 'x')) << "whole characters only";
  EXPECT_EQ(heartbeat.sensors(1).reason(), "watch /home/caf");
  EXPECT_TRUE(contract::ValidateHeartbeat(heartbeat));
  EXPECT_TRUE(v1::Heartbeat().ParseFromString(heartbeat.SerializeAsString()));
}

}  // namespace
}  // namespace vigie::agent::health
