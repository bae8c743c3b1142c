#include "agent/spool/fold_window.h"

#include <gtest/gtest.h>

#include "tests/unit/agent/spool_events.h"

namespace vigie::agent::spool {
namespace {

v1::Event SecondsLater(std::int64_t seconds) {
  v1::Event event = SomeEvent();
  event.mutable_activity()->mutable_at()->set_seconds(event.activity().at().seconds() + seconds);
  return event;
}

TEST(FoldWindow, KnowsAnEqualEventWithinItsSpan) {
  FoldWindow window;
  EXPECT_FALSE(window.Knows(SomeEvent()));
  window.Add(SomeEvent());
  EXPECT_TRUE(window.Knows(SecondsLater(FoldWindow::kSpan.count())));
}

TEST(FoldWindow, LetsWhatHappensAgainLaterBeToldAgain) {
  FoldWindow window;
  window.Add(SomeEvent());
  EXPECT_FALSE(window.Knows(SecondsLater(FoldWindow::kSpan.count() + 1)));
  window.Add(SecondsLater(FoldWindow::kSpan.count() + 1));
  EXPECT_TRUE(window.Knows(SecondsLater(FoldWindow::kSpan.count() + 2)));
}

TEST(FoldWindow, TellsApartWhatDiffersInAnythingThatMatters) {
  FoldWindow window;
  window.Add(SomeEvent());
  v1::Event process = SomeEvent();
  process.mutable_activity()->mutable_process()->set_start_time(71);
  v1::Event channel = SomeEvent();
  channel.mutable_activity()->set_channel(v1::CHANNEL_ARCHIVE);
  v1::Event customers = SomeEvent();
  customers.mutable_inspection()->mutable_customers()->set_records("other");
  v1::Event verdict = SomeEvent();
  verdict.set_verdict(v1::VERDICT_BLOCK);
  for (const v1::Event& event : {process, channel, customers, verdict, SomeEvent("/home/b.csv")}) {
    EXPECT_FALSE(window.Knows(event)) << event.ShortDebugString();
  }
}

TEST(FoldWindow, NeverFoldsProcessesThatItCannotTellApart) {
  FoldWindow window;
  v1::Event event = SomeEvent();
  event.mutable_activity()->mutable_process()->set_start_time(0);
  window.Add(event);
  EXPECT_FALSE(window.Knows(event));
}

TEST(FoldWindow, ForgetsWhatWasSaidLongestAgo) {
  FoldWindow window(2);
  window.Add(SomeEvent("/1"));
  window.Add(SomeEvent("/2"));
  window.Add(SomeEvent("/3"));
  EXPECT_TRUE(window.Knows(SomeEvent("/3")));
  EXPECT_FALSE(window.Knows(SomeEvent("/1")));
}

}  // namespace
}  // namespace vigie::agent::spool
