#include "server/api/audit_trail.h"

#include <gmock/gmock.h>

#include "tests/unit/server/server_fixture.h"
#include "vigie/v1/attribution_service.pb.h"
#include "vigie/v1/dossier_service.pb.h"
#include "vigie/v1/enrollment_service.pb.h"
#include "vigie/v1/event_service.pb.h"
#include "vigie/v1/incident_service.pb.h"
#include "vigie/v1/policy_service.pb.h"

namespace vigie::server {
namespace {

using api::AuditedCall;
using api::AuditText;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AuditKeeping : public ServerFixture {
 protected:
  void SetUp() override { Start(nullptr); }
  void TearDown() override { AuditedCall::SetCurrent(nullptr); }

  std::shared_ptr<AuditedCall> Call(const std::string& method, const std::string& who = "alice") {
    const std::string path = "/vigie.v1." + method;
    auto call = std::make_shared<AuditedCall>(api::FindMethod(path), path, "ipv4:192.0.2.7:4711");
    if (!who.empty()) call->SetCaller(who, "analyst");
    AuditedCall::SetCurrent(call);
    return call;
  }
  std::vector<v1::AuditEntry> Kept() { return store_.ListAudit({.page_size = 1000}).value().entries; }
  std::vector<std::string> KeptOutcomes() {
    std::vector<std::string> outcomes;
    for (const auto& entry : Kept()) outcomes.push_back(entry.method() + " " + entry.outcome());
    return outcomes;
  }
  static base::Result<void> Nothing(StoreTransaction&) { return {}; }

  api::AuditTrail trail_{store_, clock_};
  WriteLane audited_{store_, detector_, &trail_};
};

TEST_F(AuditKeeping, AChangeIsKeptInItsOwnTransaction) {
  const auto call = Call("IncidentService/CloseIncident");
  bool seen_inside = true;
  ASSERT_TRUE(audited_.Run([&](StoreTransaction&) -> base::Result<void> {
    seen_inside = !Kept().empty();
    return {};
  }));
  EXPECT_FALSE(seen_inside);
  EXPECT_THAT(KeptOutcomes(), ElementsAre("IncidentService/CloseIncident OK")) << "without any waiting";
  trail_.Finished(*call, "OK");
  trail_.Stop();
  EXPECT_EQ(Kept().size(), 1U) << "once";
  EXPECT_EQ(Kept()[0].who(), "alice");
  EXPECT_EQ(Kept()[0].role(), "analyst");
  EXPECT_EQ(Kept()[0].address(), "ipv4:192.0.2.7:4711");
  EXPECT_EQ(Kept()[0].access(), v1::AUDIT_ACCESS_CHANGE);
}

TEST_F(AuditKeeping, AChangeThatFailsToCommitIsKeptAsRefused) {
  const auto call = Call("IncidentService/CloseIncident");
  store_.FailCommits(1);
  ASSERT_FALSE(audited_.Run(&Nothing));
  EXPECT_THAT(KeptOutcomes(), IsEmpty());
  trail_.Finished(*call, "RESOURCE_EXHAUSTED");
  trail_.Stop();
  EXPECT_THAT(KeptOutcomes(), ElementsAre("IncidentService/CloseIncident RESOURCE_EXHAUSTED"));
}

TEST_F(AuditKeeping, WhatTheCollectorWritesForItselfIsNobodysCall) {
  ASSERT_TRUE(audited_.Run(&Nothing));
  EXPECT_THAT(Kept(), IsEmpty());
}

TEST_F(AuditKeeping, ReadsAreOnTheDiskWhenItHasStopped) {
  for (int i = 0; i < 50; ++i) {
    const auto call = Call("IncidentService/GetIncident");
    v1::Incident incident;
    incident.set_distinct_customers(40);
    call->answer().Add(incident);
    trail_.Finished(*call, "OK");
  }
  trail_.Stop();
  ASSERT_EQ(Kept().size(), 50U);
  EXPECT_EQ(Kept()[7].customers(), 40U);
  EXPECT_EQ(Kept()[7].incidents(), 1U);
  EXPECT_TRUE(store_.VerifyAudit()->good());
}

TEST_F(AuditKeeping, NothingIsShownWhileItCannotBeWritten) {
  store_.FailCommits(1'000'000);
  trail_.Finished(*Call("IncidentService/GetIncident"), "OK");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (trail_.Admit() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  const auto admitted = trail_.Admit();
  ASSERT_FALSE(admitted);
  EXPECT_EQ(admitted.error().code, base::ErrorCode::kUnavailable);
  store_.FailCommits(0);
  trail_.Stop();
  EXPECT_EQ(Kept().size(), 1U) << "what waited is not lost";
  EXPECT_TRUE(trail_.Admit());
}

TEST_F(AuditKeeping, RefusalsBecomeOneEntryWhileItCannotBeWritten) {
  store_.FailCommits(1'000'000);
  for (std::size_t i = 0; i < api::AuditTrail::kMostWaiting; ++i) {
    trail_.Finished(*Call("IncidentService/GetIncident"), "OK");
  }
  EXPECT_FALSE(trail_.Admit());
  for (int i = 0; i < 500; ++i) trail_.Finished(*Call("IncidentService/GetIncident", "bob"), "UNAVAILABLE");
  for (int i = 0; i < 7; ++i) trail_.Finished(*Call("AuditService/ListAudit", "bob"), "PERMISSION_DENIED");
  trail_.Finished(*Call("AuditService/ListAudit", "carol"), "PERMISSION_DENIED");
  store_.FailCommits(0);
  trail_.Stop();
  const auto bobs = store_.ListAudit({.who = "bob"}).value().entries;
  ASSERT_EQ(bobs.size(), 2U);
  EXPECT_EQ(bobs[0].asked() + bobs[1].asked(), R"({"calls": 7}{"calls": 500})");
  EXPECT_EQ(store_.ListAudit({.who = "carol"}).value().entries.size(), 1U);
  EXPECT_EQ(store_.VerifyAudit()->last(), api::AuditTrail::kMostWaiting + 3) << "nothing else is lost";
}

TEST_F(AuditKeeping, StrangersCannotFillTheDisk) {
  for (int i = 0; i < 500; ++i) trail_.Finished(*Call("IncidentService/ListIncidents", ""), "UNAUTHENTICATED");
  trail_.Finished(*Call("IncidentService/ListIncidents"), "OK");
  trail_.Stop();
  EXPECT_EQ(Kept().size(), api::AuditTrail::kStrangersAMinute + 1);
  EXPECT_EQ(Kept()[0].who(), "unknown");
}

TEST(AuditTexts, SayWhatWasAskedButNoSecretsAndNoContents) {
  v1::QueryEventsRequest query;
  query.set_user("bob");
  query.set_channel(v1::CHANNEL_PRINT);
  query.mutable_since()->set_seconds(1732269600);
  EXPECT_EQ(AuditText(query), R"({"since":"2024-11-22T10:00:00.000Z","user":"bob","channel":"CHANNEL_PRINT"})");
  v1::EnrollRequest enroll;
  enroll.set_token("very-secret");
  enroll.set_host("w1");
  EXPECT_EQ(AuditText(enroll), R"({"token":"secret","host":"w1"})");
  v1::PushPolicyRequest push;
  push.set_text(std::string(5000, 'p'));
  EXPECT_THAT(AuditText(push), HasSubstr("5000 bytes, sha256 "));
  v1::AttributeRequest attribute;
  attribute.add_leaked()->set_records("\x01\x02");
  EXPECT_THAT(AuditText(attribute), HasSubstr("2 bytes, sha256 "));
  v1::AddIncidentCommentRequest comment;
  comment.set_incident_id("inc-1");
  comment.set_text("she is on sick leave");
  EXPECT_THAT(AuditText(comment), HasSubstr(R"({"incident_id":"inc-1","text":"20 bytes, sha256 )"));
  v1::CreateDossierRequest dossier;
  dossier.mutable_content()->mutable_contact()->set_phone("+33 1 99 00 11 22");
  EXPECT_THAT(AuditText(dossier), Not(HasSubstr("99 00")));
  query.set_user("\xff\xfe");
  EXPECT_THAT(AuditText(query), Not(HasSubstr("\xff")));
}

TEST(AuditTexts, CountTheDistinctCustomersOfAllEvents) {
  v1::QueryEventsResponse page;
  *page.add_events() = MakeEvent({.sequence = 1, .records = Records(1, 10)});
  *page.add_events() = MakeEvent({.sequence = 2, .records = Records(6, 10)});
  *page.add_events() = MakeGap("agent-1", 3, std::chrono::hours(1));
  api::AnswerCount count;
  count.Add(page);
  v1::AuditEntry entry;
  count.WriteTo(entry);
  EXPECT_EQ(entry.customers(), 15U);
  EXPECT_EQ(entry.events(), 3U);
}

}  // namespace
}  // namespace vigie::server
