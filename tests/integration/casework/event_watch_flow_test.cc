// Events as they are stored, and their sums, at a client.
#include <gmock/gmock.h>

#include "proto/contract/time_conversion.h"
#include "tests/integration/casework/casework_fixture.h"

namespace vigie::server {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::steady_clock;

class EventWatchFlow : public CaseworkTest {
 protected:
  using Watch = grpc::ClientReader<v1::WatchEventsResponse>;

  std::unique_ptr<Watch> StartWatch(const v1::WatchEventsRequest& request = {}) {
    watch_context_ = analyst().NewContext();
    auto watch = analyst().events->WatchEvents(watch_context_.get(), request);
    watch->WaitForInitialMetadata();  // now it listens
    return watch;
  }

  std::unique_ptr<grpc::ClientContext> watch_context_;
};

TEST_F(EventWatchFlow, AnEventIsSeenAsQueriesShowIt) {
  Begin(100);
  const auto watch = StartWatch();
  Leak({.sequence = 1, .records = Records(1, 9)});
  v1::WatchEventsResponse told;
  ASSERT_TRUE(watch->Read(&told));
  EXPECT_EQ(told.skipped(), 0U);
  v1::QueryEventsResponse page;
  ASSERT_TRUE(analyst().events->QueryEvents(analyst().NewContext().get(), {}, &page).ok());
  ASSERT_EQ(page.events_size(), 1);
  EXPECT_EQ(told.event().SerializeAsString(), page.events(0).SerializeAsString());
}

// From the agent's sending to the client's reading. Generous, for a busy machine: usually it is some milliseconds.
TEST_F(EventWatchFlow, ItTakesWellUnderASecond) {
  Begin(1000);
  const auto watch = StartWatch();
  v1::WatchEventsResponse told;
  std::vector<milliseconds> took;
  for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) {
    const auto begin = steady_clock::now();
    Leak({.sequence = sequence, .records = Records(1, 9)});
    ASSERT_TRUE(watch->Read(&told));
    EXPECT_EQ(told.event().sequence(), sequence);
    took.push_back(std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin));
  }
  std::ranges::sort(took);
  EXPECT_LT(took[10], milliseconds(500));
  RecordProperty("median_milliseconds", std::to_string(took[10].count()));
}

TEST_F(EventWatchFlow, OnlyWhatTheFilterWants) {
  Begin(1000);
  v1::WatchEventsRequest request;
  request.mutable_filter()->set_channel(v1::CHANNEL_PRINT);
  const auto watch = StartWatch(request);
  Leak({.sequence = 1});
  Leak({.sequence = 2, .channel = v1::CHANNEL_PRINT});
  v1::WatchEventsResponse told;
  ASSERT_TRUE(watch->Read(&told));
  EXPECT_EQ(told.event().sequence(), 2U);
}

TEST_F(EventWatchFlow, WhoIsToldSlowlyLosesTheOldestAndIsToldHowMany) {
  Begin(1'000'000);
  v1::WatchEventsRequest request;
  request.set_max_rate(2);
  const auto watch = StartWatch(request);
  std::vector<v1::Event> events;
  for (std::uint64_t sequence = 1; sequence <= 500; ++sequence) events.push_back(MakeEvent({.sequence = sequence}));
  ASSERT_TRUE(client_->Send(events));
  ASSERT_TRUE(client_->AwaitAck());
  std::uint64_t seen = 0;
  v1::WatchEventsResponse told;
  do {
    ASSERT_TRUE(watch->Read(&told));
    seen += 1 + told.skipped();
  } while (told.event().sequence() < 500);
  EXPECT_EQ(seen, 500U) << "told or counted, each once";
  request.set_max_rate(1001);
  EXPECT_FALSE(StartWatch(request)->Read(&told));
}

TEST_F(EventWatchFlow, WhatIsNotCommittedIsNotTold) {
  Begin(1000);
  const auto watch = StartWatch();
  v1::Event refused = MakeEvent({.sequence = 1});
  refused.mutable_activity()->set_kind(v1::ACTIVITY_KIND_UNSPECIFIED);
  ASSERT_TRUE(client_->Send({refused, MakeEvent({.sequence = 2})}));
  ASSERT_TRUE(client_->AwaitAck());
  Leak({.sequence = 2});  // a repeat
  Leak({.sequence = 3});
  v1::WatchEventsResponse told;
  ASSERT_TRUE(watch->Read(&told));
  EXPECT_EQ(told.event().sequence(), 2U);
  ASSERT_TRUE(watch->Read(&told));
  EXPECT_EQ(told.event().sequence(), 3U);
}

TEST_F(EventWatchFlow, AuditorsMayNotAndStoppingEndsIt) {
  Begin(1000);
  const Analyst auditor = NewPerson("vera", "auditor");
  const auto context = auditor.NewContext();
  const auto refused = auditor.events->WatchEvents(context.get(), {});
  v1::WatchEventsResponse told;
  EXPECT_FALSE(refused->Read(&told));
  EXPECT_EQ(refused->Finish().error_code(), StatusCode::PERMISSION_DENIED);
  v1::SummarizeEventsResponse summary;
  EXPECT_EQ(auditor.events->SummarizeEvents(auditor.NewContext().get(), {}, &summary).error_code(),
            StatusCode::PERMISSION_DENIED);
  const auto watch = StartWatch();
  client_.reset();
  Stop();
  EXPECT_FALSE(watch->Read(&told));
}

TEST_F(EventWatchFlow, SumsAreThoseOfTheEvents) {
  Begin(1'000'000);
  for (std::uint64_t i = 1; i <= 12; ++i) {
    Leak({.sequence = i,
          .user = i % 3 == 0 ? "bob" : "alice",
          .after = minutes(10 * i),
          .records = Records(static_cast<std::uint32_t>(5 * i), 10)});
  }
  v1::SummarizeEventsRequest request;
  *request.mutable_from() = contract::ToProto(kStoryBegin);
  *request.mutable_until() = contract::ToProto(kStoryBegin + minutes(180));
  *request.mutable_bucket() = contract::ToProto(std::chrono::nanoseconds(minutes(60)));
  request.set_group_by(v1::EVENT_GROUPING_USER);
  v1::SummarizeEventsResponse summary;
  const auto status = analyst().events->SummarizeEvents(analyst().NewContext().get(), request, &summary);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(summary.figures().events(), 12U);
  EXPECT_EQ(summary.figures().distinct_customers(), 65U);
  EXPECT_EQ(summary.figures().bytes(), 12'000U);
  ASSERT_EQ(summary.buckets_size(), 3);
  EXPECT_EQ(summary.buckets(0).figures().events(), 5U);
  EXPECT_EQ(summary.buckets(1).figures().distinct_customers(), 35U);
  ASSERT_EQ(summary.groups_size(), 2);
  EXPECT_EQ(summary.groups(0).name(), "alice");
  EXPECT_EQ(summary.groups(1).figures().distinct_customers(), 40U);
  request.clear_from();
  EXPECT_EQ(analyst().events->SummarizeEvents(analyst().NewContext().get(), request, &summary).error_code(),
            StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace vigie::server
