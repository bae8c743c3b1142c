#include "server/integrations/courier.h"

#include <gmock/gmock.h>

#include "tests/unit/server/server_fixture.h"

namespace vigie::server::integrations {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Takes what the test says, and remembers all that it was given.
class ScriptedSender final : public Sender {
 public:
  struct Log {
    std::vector<std::string> given;
    std::vector<Delivery> answers;  // the first is next; none = takes all
  };
  explicit ScriptedSender(Log& log) : log_(log) {}
  Delivery Send(std::span<const WaitingMessage> messages, const std::stop_token&) override {
    Delivery delivery{.taken = messages.size()};
    if (!log_.answers.empty()) {
      delivery = log_.answers.front();
      log_.answers.erase(log_.answers.begin());
    }
    for (std::size_t i = 0; i < delivery.settled(); ++i) log_.given.push_back(messages[i].message.id());
    return delivery;
  }

 private:
  Log& log_;
};

class Carrying : public ServerFixture {
 protected:
  Carrying() { destination_.config.set_name("soc"); }
  void Append(const std::vector<std::string>& ids) {
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) -> base::Result<void> {
      for (const std::string& id : ids) {
        v1::OutboxMessage message;
        message.set_id(id);
        if (auto appended = transaction.AppendMessage("soc", message); !appended) return appended;
      }
      return {};
    }));
  }
  static Delivery Failing(std::size_t taken = 0) {
    return {.taken = taken, .error = base::Error{base::ErrorCode::kUnavailable, "no answer"}};
  }
  static Delivery Objection() {
    return {.error = base::Error{base::ErrorCode::kFailedPrecondition, "answered with status 403"}};
  }
  bool Carry() { return courier_.CarryOnce({}); }

  Destination destination_;
  Bell bell_;
  ScriptedSender::Log log_;
  Courier courier_{destination_, {store_, lane_, clock_, bell_}, std::make_unique<ScriptedSender>(log_)};
};

TEST_F(Carrying, InOrderAndOffTheStore) {
  Append({"a", "b", "c"});
  EXPECT_TRUE(Carry());
  EXPECT_FALSE(Carry()) << "nothing waits";
  EXPECT_THAT(log_.given, ElementsAre("a", "b", "c"));
  EXPECT_EQ(store_.ListOutbox()->at(0).delivered, 3U);
  EXPECT_EQ(store_.ListOutbox()->at(0).waiting, 0U);
}

TEST_F(Carrying, AFailureKeepsWhatWasNotTaken) {
  Append({"a", "b", "c"});
  log_.answers = {Failing(1), Failing()};
  EXPECT_FALSE(Carry());
  EXPECT_EQ(store_.ListOutbox()->at(0).waiting, 2U);
  EXPECT_EQ(courier_.attempts().failures, 1U);
  EXPECT_EQ(courier_.attempts().last_error->message, "no answer");
  EXPECT_GT(courier_.attempts().next_at, clock_.Now());
  EXPECT_FALSE(Carry());
  EXPECT_EQ(courier_.attempts().failures, 2U);
  EXPECT_TRUE(Carry());
  EXPECT_THAT(log_.given, ElementsAre("a", "b", "c"));
  EXPECT_EQ(courier_.attempts().failures, 0U);
  EXPECT_FALSE(courier_.attempts().last_error);
}

TEST_F(Carrying, ThePauseThatTheOtherSideAsksForIsKeptWithinBounds) {
  Append({"a"});
  Delivery busy = Failing();
  busy.wanted_pause = std::chrono::seconds(90);
  Delivery forever = Failing();
  forever.wanted_pause = std::chrono::seconds::max();
  log_.answers = {busy, forever};
  EXPECT_FALSE(Carry());
  EXPECT_EQ(courier_.attempts().next_at, clock_.Now() + std::chrono::seconds(90));
  EXPECT_FALSE(Carry());
  EXPECT_EQ(courier_.attempts().next_at, clock_.Now() + std::chrono::minutes(5));
}

TEST_F(Carrying, WhatIsRefusedForGoodGivesWayAndIsCounted) {
  Append({"bad", "good"});
  log_.answers = {{.taken = 1, .refused = 1}};
  EXPECT_TRUE(Carry());
  EXPECT_EQ(store_.ListOutbox()->at(0).delivered, 1U);
  EXPECT_EQ(store_.ListOutbox()->at(0).dropped, 1U);
  EXPECT_EQ(courier_.attempts().failures, 0U);
  EXPECT_EQ(courier_.attempts().last_error->message, "a message was refused for good");
}

TEST_F(Carrying, WhatTheStoreCannotTakeOffComesAgain) {
  Append({"a"});
  store_.FailCommits(1);
  EXPECT_FALSE(Carry());
  EXPECT_EQ(courier_.attempts().failures, 1U);
  EXPECT_TRUE(Carry());
  EXPECT_THAT(log_.given, ElementsAre("a", "a")) << "at least once";
  EXPECT_EQ(store_.ListOutbox()->at(0).waiting, 0U);
}

TEST_F(Carrying, AFailureBehindAProgressIsTheFirstOfItsRow) {
  Append({"a", "b", "c"});
  log_.answers = {Failing(), Failing(), Failing(1)};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(Carry());
  EXPECT_EQ(courier_.attempts().failures, 1U);
}

// A firewall of the other side dislikes what a host is called.
TEST_F(Carrying, WhoIsObjectedToWhileTheNextIsTakenGivesWay) {
  Append({"bad", "good", "next"});
  log_.answers.assign(5, Objection());
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(Carry());
  EXPECT_THAT(log_.given, IsEmpty());
  log_.answers = {Objection(), {.taken = 1}, Objection()};
  EXPECT_TRUE(Carry());
  EXPECT_THAT(log_.given, ElementsAre("good"));
  EXPECT_EQ(store_.ListOutbox()->at(0).delivered, 1U);
  EXPECT_EQ(store_.ListOutbox()->at(0).dropped, 1U);
  EXPECT_TRUE(Carry());
  EXPECT_THAT(log_.given, ElementsAre("good", "next"));
}

TEST_F(Carrying, NobodyGivesWayIfNoneIsTakenOrTheFirstIsInTheEnd) {
  Append({"a", "b"});
  log_.answers.assign(7, Objection());  // the last attempt tries both
  for (int i = 0; i < 6; ++i) EXPECT_FALSE(Carry());
  EXPECT_EQ(store_.ListOutbox()->at(0).waiting, 2U);
  log_.answers = {Objection(), {.taken = 1}, {.taken = 1}};
  EXPECT_TRUE(Carry());
  EXPECT_EQ(store_.ListOutbox()->at(0).delivered, 2U);
  EXPECT_EQ(store_.ListOutbox()->at(0).dropped, 0U);
}

TEST_F(Carrying, WhoDoesNotAnswerGetsAllOfItLater) {
  Append({"a", "b"});
  log_.answers.assign(8, Failing());
  for (int i = 0; i < 8; ++i) EXPECT_FALSE(Carry());
  EXPECT_TRUE(Carry());
  EXPECT_TRUE(Carry());
  EXPECT_THAT(log_.given, ElementsAre("a", "b"));
  EXPECT_EQ(store_.ListOutbox()->at(0).dropped, 0U);
}

TEST_F(Carrying, ByItselfOnceTheBellRings) {
  courier_.Start();
  Append({"a"});
  bell_.Ring();
  for (int i = 0; i < 500 && store_.ListOutbox()->at(0).waiting > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  courier_.Stop();
  EXPECT_THAT(log_.given, ElementsAre("a"));
}

TEST_F(Carrying, StoppingDoesNotWaitForTheNextAttempt) {
  Append({"a"});
  log_.answers.assign(100, Failing());
  courier_.Start();
  for (int i = 0; i < 500 && courier_.attempts().failures == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const auto began = std::chrono::steady_clock::now();
  courier_.Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(1));
  EXPECT_THAT(log_.given, IsEmpty());
}

TEST(PauseAfterFailures, DoublesUpToFiveMinutesWithJitter) {
  EXPECT_EQ(PauseAfter(0, 1), seconds(0));
  EXPECT_EQ(PauseAfter(1, 1), seconds(1));
  EXPECT_EQ(PauseAfter(1, 0), std::chrono::milliseconds(500));
  EXPECT_EQ(PauseAfter(4, 1), seconds(8));
  EXPECT_EQ(PauseAfter(9, 1), seconds(256));
  EXPECT_EQ(PauseAfter(10, 1), seconds(300));
  EXPECT_EQ(PauseAfter(4'000'000'000U, 1), seconds(300));
  EXPECT_EQ(PauseAfter(10, 0), seconds(150));
}

}  // namespace
}  // namespace vigie::server::integrations
