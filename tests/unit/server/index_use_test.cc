#include "server/api/index_use.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vigie/v1/agent_service.pb.h"

namespace vigie::server::api {
namespace {

using testing::ElementsAre;

v1::IndexStatus Index(const std::string& ledger, const std::string& state, std::int64_t built_at,
                      std::uint32_t deltas = 0) {
  v1::IndexStatus index;
  index.set_ledger(ledger);
  index.set_state(state);
  index.mutable_built_at()->set_seconds(built_at);
  index.set_deltas(deltas);
  return index;
}

std::string HeartbeatWith(const std::vector<v1::IndexStatus>& indexes) {
  v1::Heartbeat heartbeat;
  heartbeat.mutable_indexes()->Add(indexes.begin(), indexes.end());
  heartbeat.set_spooled_events(1);  // empty bytes are none
  return heartbeat.SerializeAsString();
}

TEST(IndexUse, IsCountedByLedgerTheNewestFirst) {
  const auto old = Index("aa", "1", 100), changed = Index("aa", "2", 100, 1), rebuilt = Index("aa", "0", 200);
  const auto other = Index("bb", "9", 50);
  const auto use = CountIndexes({HeartbeatWith({old}), HeartbeatWith({rebuilt, other}), HeartbeatWith({changed}),
                                 HeartbeatWith({other, old}), HeartbeatWith({}), "not a heartbeat"});
  EXPECT_EQ(use.workstations(), 5U);
  EXPECT_EQ(use.without_indexes(), 1U);
  std::vector<std::pair<std::string, std::uint32_t>> counted;
  for (const auto& one : use.indexes()) counted.emplace_back(one.index().state(), one.workstations());
  EXPECT_THAT(counted, ElementsAre(std::pair("0", 1U), std::pair("2", 1U), std::pair("1", 2U), std::pair("9", 2U)));
}

TEST(IndexUse, OfNobodyIsNothing) {
  const auto use = CountIndexes({});
  EXPECT_EQ(use.workstations(), 0U);
  EXPECT_TRUE(use.indexes().empty());
}

}  // namespace
}  // namespace vigie::server::api
