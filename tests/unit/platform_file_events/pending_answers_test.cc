#include "platform/pending_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "platform/base/guarded.h"

namespace vigie::platform {
namespace {

using testing::ElementsAre;

FileEventOptions Options(std::chrono::milliseconds deadline, Answer default_answer = Answer::kDeny) {
  return {.deadline = deadline, .default_answer = default_answer};
}

// Remembers every answer that one access got.
struct Opener {
  base::Guarded<std::vector<Answer>> answers;
  PendingAnswers::Reply reply() {
    return [this](Answer answer) { answers.Lock()->push_back(answer); };
  }
  std::vector<Answer> got() { return *answers.Lock(); }
};

TEST(PendingAnswers, PassesTheOwnersAnswerOn) {
  PendingAnswers answers(Options(std::chrono::minutes(1)));
  Opener opener;
  auto access = answers.Hold({}, opener.reply());
  EXPECT_EQ(answers.waiting(), 1U);
  EXPECT_TRUE(access.Allow());
  EXPECT_THAT(opener.got(), ElementsAre(Answer::kAllow));
  EXPECT_EQ(answers.waiting(), 0U);
}

TEST(PendingAnswers, GivesTheDefaultToADroppedAccess) {
  PendingAnswers answers(Options(std::chrono::minutes(1)));
  Opener opener;
  { auto access = answers.Hold({}, opener.reply()); }
  EXPECT_THAT(opener.got(), ElementsAre(Answer::kDeny));
  EXPECT_EQ(answers.late(), 0U);
}

TEST(PendingAnswers, GivesTheDefaultWhenTheDeadlinePasses) {
  PendingAnswers answers(Options(std::chrono::milliseconds(1)));
  std::promise<Answer> answered;
  auto access = answers.Hold({}, [&](Answer answer) { answered.set_value(answer); });
  EXPECT_EQ(answered.get_future().get(), Answer::kDeny);
  EXPECT_FALSE(access.Allow());
  EXPECT_EQ(answers.late(), 1U);
}

TEST(PendingAnswers, AnOldAccessDoesNotHideTheDeadlineOfALaterOne) {
  PendingAnswers answers(Options(std::chrono::milliseconds(20)));
  Opener first;
  std::promise<Answer> second;
  auto one = answers.Hold({}, first.reply());
  EXPECT_TRUE(one.Allow());
  auto two = answers.Hold({}, [&](Answer answer) { second.set_value(answer); });
  EXPECT_EQ(second.get_future().get(), Answer::kDeny);
  EXPECT_THAT(first.got(), ElementsAre(Answer::kAllow));
}

TEST(PendingAnswers, StopAnswersEveryoneOnceAndWhoComesLaterAtOnce) {
  PendingAnswers answers(Options(std::chrono::minutes(1), Answer::kAllow));
  Opener waiting;
  Opener afterwards;
  auto access = answers.Hold({}, waiting.reply());
  answers.Stop();
  EXPECT_FALSE(access.Deny());
  EXPECT_THAT(waiting.got(), ElementsAre(Answer::kAllow));
  auto late = answers.Hold({}, afterwards.reply());
  EXPECT_FALSE(late.Deny());
  EXPECT_THAT(afterwards.got(), ElementsAre(Answer::kAllow));
}

TEST(PendingAnswers, AnAccessMayOutliveIt) {
  Opener opener;
  std::optional<PendingAccess> access;
  {
    PendingAnswers answers(Options(std::chrono::minutes(1)));
    access.emplace(answers.Hold({}, opener.reply()));
  }
  EXPECT_FALSE(access->Allow());
  EXPECT_THAT(opener.got(), ElementsAre(Answer::kDeny));
}

// Owners answer around the moment of the deadline, on two threads: whoever wins, each opener hears one answer, and an
// owner is told the truth about who won.
TEST(PendingAnswers, ExactlyOneOfOwnerAndDeadlineAnswers) {
  constexpr std::size_t kAccesses = 400;
  PendingAnswers answers(Options(std::chrono::milliseconds(2)));
  std::array<std::atomic<int>, kAccesses> count{};
  std::array<std::atomic<int>, kAccesses> allowed{};
  std::vector<PendingAccess> waiting;
  std::atomic<int> in_time{0};
  for (std::size_t i = 0; i < kAccesses; ++i) {
    waiting.push_back(answers.Hold({}, [&, i](Answer answer) {
      ++count[i];
      if (answer == Answer::kAllow) ++allowed[i];
    }));
  }
  const auto answer_half = [&](std::size_t first) {
    for (std::size_t i = first; i < kAccesses; i += 2) {
      if (i % 16 == first) std::this_thread::sleep_until(waiting[i].deadline().at());
      if (waiting[i].Allow()) ++in_time;
    }
  };
  std::thread other([&] { answer_half(1); });
  answer_half(0);
  other.join();
  int let_through = 0;
  for (std::size_t i = 0; i < kAccesses; ++i) {
    EXPECT_EQ(count[i], 1) << i;
    let_through += allowed[i];
  }
  EXPECT_EQ(let_through, in_time);
  EXPECT_EQ(answers.late() + static_cast<std::uint64_t>(in_time), kAccesses);
}

}  // namespace
}  // namespace vigie::platform
