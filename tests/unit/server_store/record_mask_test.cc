#include "server/api/record_mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "platform/fake/fake_clock.h"
#include "proto/contract/time_conversion.h"
#include "server/api/method_table.h"
#include "server/server.h"
#include "server/store/memory/memory_store.h"
#include "vigie/v1/event_service.pb.h"

namespace vigie::server::api {
namespace {

using std::chrono::minutes;
using ::testing::UnorderedElementsAre;

// The fields of bytes in whatever an answer of this type can hold.
void AddBytesFields(const google::protobuf::Descriptor& type, std::set<std::string>& seen,
                    std::set<std::string>& fields) {
  if (!seen.insert(type.full_name()).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    if (field.type() == google::protobuf::FieldDescriptor::TYPE_BYTES) fields.insert(field.full_name());
    if (field.message_type() != nullptr) AddBytesFields(*field.message_type(), seen, fields);
  }
}

class RecordMaskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* who : {"anna", "bob"}) GiveToken(who, clock_.Now());
  }
  void Let(const std::string& who, const std::string& incident, v1::UnmaskState state = v1::UNMASK_STATE_APPROVED) {
    v1::UnmaskRequest request;
    request.set_id("unm-1");
    request.set_asked_by(who);
    request.set_incident_id(incident);
    request.set_state(state);
    *request.mutable_asked_at() = contract::ToProto(clock_.Now());
    *request.mutable_ends_at() = contract::ToProto(clock_.Now() + minutes(60));
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) { return transaction.SaveUnmask(request); }));
  }
  void GiveToken(const std::string& who, base::SystemTime created_at) {
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) {
      return transaction.AddApiToken(
          {.hash = "hash of " + who, .name = who, .role = "analyst", .created_at = created_at});
    }));
  }
  static v1::Incident IncidentOf(const std::string& id) {
    v1::Incident incident;
    incident.set_id(id);
    incident.set_records("records");
    return incident;
  }
  static v1::QueryEventsResponse Events() {
    v1::QueryEventsResponse events;
    v1::Inspection& inspection = *events.add_events()->mutable_inspection();
    inspection.mutable_customers()->set_records("records");
    inspection.mutable_customers()->set_salt("records' salt");
    inspection.mutable_customers()->set_distinct(3);
    inspection.add_customers_of_other_ledgers()->set_records("records");
    return events;
  }

  static v1::AttributeUploadResponse Upload(const std::string& id) {
    v1::AttributeUploadResponse upload;
    v1::AttributeResponse& attribution = *upload.mutable_attribution();
    attribution.set_id(id);
    for (const char* host : {"desk-7", "desk-3"}) {
      v1::AttributedHolder& holder = *attribution.add_holders();
      holder.set_user("mallory");
      holder.set_host(host);
      holder.set_customers(3);
      holder.mutable_first_seen()->set_seconds(7);
      holder.mutable_last_seen()->set_seconds(8);
      holder.add_event_ids("agent-1/1/1");
      holder.set_fullest_event("agent-1/1/1");
      holder.set_touched(12);
      holder.set_events(1);
      holder.add_channels(v1::CHANNEL_PRINT);
    }
    return upload;
  }
  // What an analyst is shown of it.
  v1::AttributeResponse Shown(const std::string& id, const std::string& who = "anna") {
    const auto masked = mask_.Masked(Upload(id), who, "analyst", "");
    return masked ? static_cast<const v1::AttributeUploadResponse&>(*masked).attribution() : Upload(id).attribution();
  }

  MemoryStore store_;
  platform::FakeClock clock_;
  const RecordMask mask_{store_, clock_};
};

const std::string kAttribution = "att-" + std::string(32, 'a');

TEST_F(RecordMaskTest, WhoHeldTheCustomersOfALeakIsAPseudonym) {
  const v1::AttributeResponse shown = Shown(kAttribution);
  EXPECT_TRUE(shown.masked());
  const std::string whole = shown.SerializeAsString();
  for (const char* hidden : {"mallory", "desk-", "agent-1"}) EXPECT_EQ(whole.find(hidden), std::string::npos) << hidden;
  const v1::AttributedHolder& first = shown.holders(0);
  EXPECT_EQ(first.user(), shown.holders(1).user()) << "one user on two hosts is seen as one";
  EXPECT_NE(first.host(), shown.holders(1).host());
  EXPECT_EQ(first.user().substr(0, 5), "user-");
  EXPECT_FALSE(first.has_first_seen() || first.has_last_seen());
  EXPECT_EQ(first.event_ids_size(), 0);
  EXPECT_EQ(first.touched(), 0U);
  EXPECT_EQ(first.customers(), 3U);
  EXPECT_EQ(first.channels_size(), 1);
}

TEST_F(RecordMaskTest, PseudonymsAreOfOneAttributionAndOneCollectorOnly) {
  const std::string user = Shown(kAttribution).holders(0).user();
  EXPECT_EQ(Shown(kAttribution, "bob").holders(0).user(), user);
  EXPECT_NE(Shown("att-" + std::string(32, 'b')).holders(0).user(), user);
  const RecordMask restarted{store_, clock_};
  const auto other = restarted.Masked(Upload(kAttribution), "anna", "analyst", "");
  EXPECT_NE(static_cast<const v1::AttributeUploadResponse&>(*other).attribution().holders(0).user(), user);
}

TEST_F(RecordMaskTest, NamesOfAnAttributionAreForWhoIsLetSeeThatOne) {
  EXPECT_FALSE(mask_.Masked(Upload(kAttribution), "odile", "officer", ""));
  EXPECT_TRUE(mask_.Masked(Upload(kAttribution), "aude", "auditor", ""));
  Let("anna", kAttribution);
  EXPECT_EQ(Shown(kAttribution).holders(0).user(), "mallory");
  EXPECT_FALSE(Shown(kAttribution).masked());
  EXPECT_TRUE(Shown(kAttribution, "bob").masked());
  EXPECT_TRUE(Shown("att-" + std::string(32, 'b')).masked());
  EXPECT_TRUE(Shown("").masked()) << "one without an id is nobody's to see";
  clock_.Advance(minutes(61));
  EXPECT_TRUE(Shown(kAttribution).masked());
}

TEST_F(RecordMaskTest, TakesRecordsOutOfEveryMessageAndLeavesTheRest) {
  const auto events = mask_.Masked(Events(), "anna", "analyst", "");
  ASSERT_TRUE(events);
  EXPECT_EQ(events->SerializeAsString().find("records"), std::string::npos);
  EXPECT_EQ(static_cast<const v1::QueryEventsResponse&>(*events).events(0).inspection().customers().distinct(), 3U);
  const auto incident = mask_.Masked(IncidentOf("inc-1"), "anna", "", "");
  ASSERT_TRUE(incident) << "no role is no leave";
  EXPECT_EQ(static_cast<const v1::Incident&>(*incident).id(), "inc-1");
  EXPECT_FALSE(mask_.Masked(v1::Incident(), "anna", "analyst", "")) << "nothing to hide, nothing to copy";
}

TEST_F(RecordMaskTest, LeavesThemToWhoMaySeeThemOfThatIncidentOnly) {
  Let("anna", "inc-1");
  EXPECT_EQ(static_cast<const v1::Incident&>(*mask_.Masked(IncidentOf("inc-1"), "anna", "analyst", "")).records(),
            "records");
  EXPECT_EQ(static_cast<const v1::Incident&>(*mask_.Masked(IncidentOf("inc-2"), "anna", "analyst", "")).records(), "");
  EXPECT_EQ(static_cast<const v1::Incident&>(*mask_.Masked(IncidentOf("inc-1"), "bob", "analyst", "")).records(), "");
  EXPECT_FALSE(mask_.Masked(Events(), "anna", "analyst", "inc-1"));
  EXPECT_TRUE(mask_.Masked(Events(), "anna", "analyst", "inc-2"));
  EXPECT_FALSE(mask_.Masked(Events(), "odile", "officer", ""));
  EXPECT_FALSE(mask_.Masked(Events(), "root", "admin", ""));
  EXPECT_TRUE(mask_.Masked(Events(), "aude", "auditor", ""));
}

// Whoever links the collector links the descriptions of all services; of what nobody names the linker takes none.
[[gnu::used]] const auto kEveryService = &Collector::Start;

// A new field of bytes in an answer: record ids of customers are called `records`, and what they are salted with
// `salt`, or they leave the collector unmasked. Digests are of what is salted; a file of evidence is concealed where it
// is made.
TEST(RecordMask, KnowsEveryFieldOfBytesInAnswersToPeople) {
  std::set<std::string> seen;
  std::set<std::string> fields;
  for (const MethodRule& rule : MethodTable()) {
    if (rule.caller != Caller::kPerson) continue;
    std::string name = "vigie.v1." + std::string(rule.method);
    std::ranges::replace(name, '/', '.');
    const auto* method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
    ASSERT_NE(method, nullptr) << name;
    AddBytesFields(*method->output_type(), seen, fields);
  }
  EXPECT_THAT(fields, UnorderedElementsAre("vigie.v1.CustomerFinding.records", "vigie.v1.CustomerFinding.salt",
                                           "vigie.v1.CustomerFinding.concealed", "vigie.v1.Event.previous",
                                           "vigie.v1.Event.told_digest", "vigie.v1.ExportEvidenceResponse.piece",
                                           "vigie.v1.Incident.records", "vigie.v1.ExportDossierResponse.content"));
}

TEST_F(RecordMaskTest, IsNoLeaveForATokenMadeAnewUnderTheSameName) {
  Let("anna", "inc-1");
  clock_.Advance(minutes(1));
  EXPECT_TRUE(mask_.MaySee("anna", "analyst", "inc-1"));
  ASSERT_TRUE(store_.Write([](StoreTransaction& transaction) { return transaction.RemoveApiToken("anna"); }));
  EXPECT_FALSE(mask_.MaySee("anna", "analyst", "inc-1"));
  GiveToken("anna", clock_.Now());
  EXPECT_FALSE(mask_.MaySee("anna", "analyst", "inc-1"));
}

TEST_F(RecordMaskTest, UntilTheTimeIsOver) {
  Let("anna", "inc-1");
  EXPECT_TRUE(mask_.MaySee("anna", "analyst", "inc-1"));
  clock_.Advance(minutes(61));
  EXPECT_FALSE(mask_.MaySee("anna", "analyst", "inc-1"));
}

TEST_F(RecordMaskTest, WhatOnlyWaitsOrWasRefusedIsNoLeave) {
  Let("anna", "inc-1", v1::UNMASK_STATE_WAITING);
  EXPECT_FALSE(mask_.MaySee("anna", "analyst", "inc-1"));
  Let("anna", "inc-1", v1::UNMASK_STATE_REFUSED);
  EXPECT_FALSE(mask_.MaySee("anna", "analyst", "inc-1"));
  EXPECT_FALSE(mask_.MaySee("", "analyst", "inc-1"));
}

}  // namespace
}  // namespace vigie::server::api
