// What analysts do with incidents, and who may.
#include <gmock/gmock.h>

#include "proto/contract/time_conversion.h"
#include "tests/integration/casework/casework_fixture.h"

namespace vigie::server {
namespace {

using grpc::StatusCode;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class IncidentWork : public CaseworkTest {
 protected:
  grpc::Status Comment(const Analyst& who, const std::string& text, const std::string& id = "inc-1") {
    v1::AddIncidentCommentRequest request;
    request.set_incident_id(id);
    request.set_text(text);
    v1::IncidentEntry entry;
    return who.incidents->AddIncidentComment(who.NewContext().get(), request, &entry);
  }
  std::vector<std::string> History() {
    v1::ListIncidentHistoryRequest request;
    request.set_incident_id("inc-1");
    v1::ListIncidentHistoryResponse response;
    const auto status = analyst().incidents->ListIncidentHistory(analyst().NewContext().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<std::string> told;
    for (const auto& entry : response.entries()) {
      told.push_back(v1::IncidentEntryKind_Name(entry.kind()).substr(sizeof("INCIDENT_ENTRY_KIND_") - 1) + " " +
                     entry.who() + " " + entry.text());
      EXPECT_TRUE(entry.has_at());
    }
    return told;
  }
  template <typename Request>
  grpc::Status Change(grpc::Status (v1::IncidentService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                        v1::Incident*),
                      Request request, const Analyst& who) {
    request.set_id("inc-1");
    return (*who.incidents.*method)(who.NewContext().get(), request, &incident_);
  }
  grpc::Status CloseIt(const Analyst& who, const std::string& reason) {
    v1::CloseIncidentRequest request;
    request.set_reason(reason);
    return Change(&v1::IncidentService::Stub::CloseIncident, request, who);
  }
  grpc::Status Reopen(const Analyst& who, const std::string& reason) {
    v1::ReopenIncidentRequest request;
    request.set_reason(reason);
    return Change(&v1::IncidentService::Stub::ReopenIncident, request, who);
  }

  v1::Incident incident_;
};

TEST_F(IncidentWork, ItsHistorySaysWhoDidWhatAndSurvivesARestart) {
  Begin(5, "    respond: [block_channels]\n");
  Leak({.sequence = 1, .records = Records(1, 6)});
  const Analyst carol = NewPerson("carol", "analyst");
  ASSERT_TRUE(Comment(carol, "is this the « export » of Monday?").ok());
  v1::AssignIncidentRequest assign;
  assign.set_assignee("dave");
  ASSERT_TRUE(Change(&v1::IncidentService::Stub::AssignIncident, assign, carol).ok());
  ASSERT_TRUE(CloseIt(carol, "agreed").ok());
  EXPECT_EQ(CloseIt(carol, "agreed").error_code(), StatusCode::FAILED_PRECONDITION);
  ASSERT_TRUE(Reopen(carol, "it was not").ok());
  EXPECT_EQ(incident_.state(), v1::INCIDENT_STATE_OPEN);
  EXPECT_EQ(incident_.assignee(), "dave");
  const auto expected = ElementsAre("OPENED collector ", "COMMENT carol is this the « export » of Monday?",
                                    "ASSIGNED carol dave", "CLOSED carol agreed", "REOPENED carol it was not");
  EXPECT_THAT(History(), expected);
  client_.reset();
  Stop();
  Start();
  EXPECT_THAT(History(), expected);
  EXPECT_EQ(analyst().Get("inc-1").state(), v1::INCIDENT_STATE_OPEN);
}

TEST_F(IncidentWork, AReopenedOneBlocksAgain) {
  Begin(5, "    respond: [block_channels]\n");
  Leak({.sequence = 1, .records = Records(1, 6)});
  ASSERT_TRUE(CloseIt(analyst(), "agreed").ok());
  ASSERT_TRUE(Reopen(analyst(), "it was not").ok());
  EXPECT_EQ(Connect(NewAgent())->AwaitBlocks()->blocks_size(), 1);
  EXPECT_EQ(Reopen(analyst(), "").error_code(), StatusCode::FAILED_PRECONDITION);
}

TEST_F(IncidentWork, CommentsAreBoundedInCharacters) {
  Begin(5);
  Leak({.sequence = 1, .records = Records(1, 6)});
  std::string text;
  for (int i = 0; i < 4000; ++i) text += "é";
  EXPECT_TRUE(Comment(analyst(), text).ok());
  EXPECT_EQ(Comment(analyst(), text + "x").error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Comment(analyst(), "").error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Comment(analyst(), "x", "inc-9").error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(History().size(), 2U);
}

TEST_F(IncidentWork, AuditorsReadAndChangeNoIncidents) {
  Begin(5);
  Leak({.sequence = 1, .records = Records(1, 6)});
  const Analyst vera = NewPerson("vera", "auditor");
  EXPECT_EQ(Comment(vera, "x").error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Reopen(vera, "x").error_code(), StatusCode::PERMISSION_DENIED);
  v1::ListNearThresholdsResponse near;
  EXPECT_EQ(vera.incidents->ListNearThresholds(vera.NewContext().get(), {}, &near).error_code(),
            StatusCode::PERMISSION_DENIED);
  v1::ListIncidentHistoryResponse history;
  EXPECT_EQ(vera.incidents->ListIncidentHistory(vera.NewContext().get(), {}, &history).error_code(),
            StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(History().size(), 1U);
}

TEST_F(IncidentWork, ACommentIsInTheAuditAsAChange) {
  Begin(5);
  Leak({.sequence = 1, .records = Records(1, 6)});
  ASSERT_TRUE(Comment(NewPerson("carol", "analyst"), std::string(300, 'c')).ok());
  const auto entries = StoppedOf("IncidentService/AddIncidentComment");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].who(), "carol");
  EXPECT_EQ(entries[0].access(), v1::AUDIT_ACCESS_CHANGE);
  EXPECT_THAT(entries[0].asked(), HasSubstr("inc-1"));
  EXPECT_THAT(entries[0].asked(), HasSubstr("300 bytes, sha256"));
}

TEST_F(IncidentWork, SimilarOnesAreFound) {
  Begin(5);
  Leak({.sequence = 1, .user = "alice", .records = Records(1, 20)});
  Leak({.sequence = 2, .user = "bob", .records = Records(11, 20)});
  Leak({.sequence = 3, .host = "w1", .user = "carol", .records = Records(100, 20)});
  v1::SimilarIncidentsRequest request;
  request.set_id("inc-1");
  v1::SimilarIncidentsResponse response;
  ASSERT_TRUE(analyst().incidents->SimilarIncidents(analyst().NewContext().get(), request, &response).ok());
  ASSERT_EQ(response.incidents_size(), 2);
  EXPECT_EQ(response.incidents(0).incident().user(), "bob");
  EXPECT_EQ(response.incidents(0).shared_customers(), 10U);
  EXPECT_TRUE(response.incidents(1).same_host());
  EXPECT_TRUE(response.incidents(0).incident().records().empty());
}

TEST_F(IncidentWork, WhoIsNearAThresholdIsSeenBeforeItFires) {
  Begin(9);
  Leak({.sequence = 1, .user = "bob", .after = Ago(minutes(5)), .records = Records(1, 4)});
  Leak({.sequence = 2, .user = "alice", .after = Ago(minutes(5)), .records = Records(1, 9)});
  v1::ListNearThresholdsResponse near;
  ASSERT_TRUE(analyst().incidents->ListNearThresholds(analyst().NewContext().get(), {}, &near).ok());
  ASSERT_EQ(near.near_size(), 2);
  EXPECT_EQ(near.near(0).subject(), "user=alice");
  EXPECT_EQ(near.near(0).measured(), 9U);
  EXPECT_DOUBLE_EQ(near.near(0).fraction(), 0.9);
  EXPECT_DOUBLE_EQ(near.near(1).fraction(), 0.4);
  Leak({.sequence = 3, .user = "alice", .after = Ago(minutes(1)), .records = Records(10, 1)});
  ASSERT_TRUE(analyst().incidents->ListNearThresholds(analyst().NewContext().get(), {}, &near).ok());
  ASSERT_EQ(near.near_size(), 1);
  EXPECT_EQ(near.near(0).subject(), "user=bob");
  client_.reset();
  Stop();
  Start();
  ASSERT_TRUE(analyst().incidents->ListNearThresholds(analyst().NewContext().get(), {}, &near).ok());
  ASSERT_EQ(near.near_size(), 1) << "a restart counts the stored events again";
  EXPECT_EQ(near.near(0).measured(), 4U);
}

TEST_F(IncidentWork, APolicyIsCheckedAndNotKept) {
  Begin(9);
  v1::ValidatePolicyRequest request;
  request.set_text(BulkPolicy(2, 20));
  v1::ValidatePolicyResponse response;
  const Analyst vera = NewPerson("vera", "auditor");
  ASSERT_TRUE(vera.policies->ValidatePolicy(vera.NewContext().get(), request, &response).ok());
  EXPECT_EQ(response.problems_size(), 0);
  EXPECT_EQ(response.version(), 2U);
  EXPECT_EQ(response.in_force_version(), 1U);
  EXPECT_TRUE(response.pushable());
  EXPECT_THAT(response.difference(), HasSubstr("@@"));
  EXPECT_THAT(response.difference(), HasSubstr("-    over: 9\n+    over: 20\n"));
  request.set_text(BulkPolicy(1, 9));
  ASSERT_TRUE(vera.policies->ValidatePolicy(vera.NewContext().get(), request, &response).ok());
  EXPECT_FALSE(response.pushable()) << "it is in force";
  EXPECT_EQ(response.difference(), "");
  request.set_text("version: 3\nthresholds: 7\n");
  ASSERT_TRUE(vera.policies->ValidatePolicy(vera.NewContext().get(), request, &response).ok());
  ASSERT_EQ(response.problems_size(), 1);
  EXPECT_EQ(response.problems(0).line(), 2U);
  EXPECT_EQ(response.problems(0).key(), "thresholds");
  EXPECT_FALSE(response.pushable());
  v1::ListPolicyVersionsResponse versions;
  ASSERT_TRUE(analyst().policies->ListPolicyVersions(analyst().NewContext().get(), {}, &versions).ok());
  EXPECT_EQ(versions.versions_size(), 1);
}

}  // namespace
}  // namespace vigie::server
