#include "agent/spool/event_severity.h"

#include <gtest/gtest.h>

#include "tests/unit/agent/spool_events.h"

namespace vigie::agent::spool {
namespace {

v1::Event On(v1::Channel channel, std::uint32_t customers, v1::Verdict verdict) {
  v1::Event event = SomeEvent();
  event.mutable_activity()->set_channel(channel);
  event.mutable_inspection()->mutable_customers()->set_distinct(customers);
  event.set_verdict(verdict);
  return event;
}

TEST(EventSeverity, OfALookAtHarmlessFilesIsLow) {
  EXPECT_EQ(SeverityOf(SomeEvent()), EventSeverity::kLow);
  v1::Event classes = SomeEvent();
  classes.mutable_inspection()->add_classes()->set_class_("iban");
  EXPECT_EQ(SeverityOf(classes), EventSeverity::kLow);
}

TEST(EventSeverity, OfCustomersAndOfGapsIsMedium) {
  EXPECT_EQ(SeverityOf(On(v1::CHANNEL_LOCAL, 3, v1::VERDICT_ALLOW)), EventSeverity::kMedium);
  v1::Event gap;
  gap.mutable_gap()->set_sensor("file_events");
  EXPECT_EQ(SeverityOf(gap), EventSeverity::kMedium);
}

TEST(EventSeverity, OfWhatLeavesUnreadIsMedium) {
  v1::Event event = On(v1::CHANNEL_WEB_UPLOAD, 0, v1::VERDICT_ALLOW);
  EXPECT_EQ(SeverityOf(event), EventSeverity::kLow);
  event.mutable_inspection()->set_evaluated(v1::EVALUATED_NONE);
  EXPECT_EQ(SeverityOf(event), EventSeverity::kMedium);
}

TEST(EventSeverity, OfCustomersThatLeaveIsHighAndCriticalIfTheyWereToBeStopped) {
  EXPECT_EQ(SeverityOf(On(v1::CHANNEL_REMOVABLE_MEDIA, 1, v1::VERDICT_ALLOW)), EventSeverity::kHigh);
  EXPECT_EQ(SeverityOf(On(v1::CHANNEL_REMOVABLE_MEDIA, 1, v1::VERDICT_BLOCK)), EventSeverity::kCritical);
  v1::Event shadow = On(v1::CHANNEL_REMOVABLE_MEDIA, 1, v1::VERDICT_BLOCK);
  shadow.set_shadow(true);
  EXPECT_EQ(SeverityOf(shadow), EventSeverity::kHigh) << "nothing was stopped";
}

TEST(EventSeverity, OfACanaryIsCriticalInAnyLedger) {
  v1::Event event = On(v1::CHANNEL_LOCAL, 0, v1::VERDICT_ALLOW);
  event.mutable_inspection()->add_customers_of_other_ledgers()->set_canaries(1);
  EXPECT_EQ(SeverityOf(event), EventSeverity::kCritical);
}

}  // namespace
}  // namespace vigie::agent::spool
