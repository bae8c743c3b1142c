// Which customers an incident is about: nobody is shown that alone but officers and admins.
#include <gmock/gmock.h>

#include "core/customers/record_set.h"
#include "tests/integration/casework/casework_fixture.h"
#include "vigie/v1/access_service.grpc.pb.h"
#include "vigie/v1/unmask_service.grpc.pb.h"
#include "vigie/v1/user_service.grpc.pb.h"

namespace vigie::server {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Unmasking : public CaseworkTest {
 protected:
  void SetUp() override {
    Begin(3);
    Leak({.sequence = 1, .records = {1, 2, 3, 4, 5}});
  }
  std::unique_ptr<v1::UnmaskService::Stub> Service() const {
    return v1::UnmaskService::NewStub(grpc::CreateChannel(address(), TlsCredentials(state_.ca())));
  }
  grpc::Status Ask(const Analyst& who, const std::string& reason = "to call them", const std::string& id = "inc-1") {
    v1::RequestUnmaskRequest request;
    request.set_incident_id(id);
    request.set_reason(reason);
    return Service()->RequestUnmask(who.NewContext().get(), request, &told_);
  }
  grpc::Status Decide(const Analyst& who, bool approve, const std::string& id = "unm-1") {
    v1::DecideUnmaskRequest request;
    request.set_id(id);
    request.set_approve(approve);
    return Service()->DecideUnmask(who.NewContext().get(), request, &told_);
  }
  std::vector<std::string> Listed(const Analyst& who, bool open = false) {
    v1::ListUnmaskRequestsRequest request;
    request.set_open(open);
    v1::ListUnmaskRequestsResponse response;
    const auto status = Service()->ListUnmaskRequests(who.NewContext().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<std::string> ids;
    for (const auto& listed : response.requests()) ids.push_back(listed.id());
    return ids;
  }
  void Revoke(const std::string& name) {
    v1::RevokeApiTokenRequest request;
    request.set_name(name);
    v1::RevokeApiTokenResponse response;
    const auto access = v1::AccessService::NewStub(grpc::CreateChannel(address(), TlsCredentials(state_.ca())));
    ASSERT_TRUE(access->RevokeApiToken(analyst().NewContext().get(), request, &response).ok());
  }
  static std::vector<std::uint32_t> RecordsOf(const std::string& bytes) {
    return customers::RecordSet::Parse(bytes).value().Ids();
  }
  // What `who` is shown of the incident's events: asked by the incident, or in general.
  std::vector<std::uint32_t> EventRecords(const Analyst& who, const std::string& incident_id) {
    v1::QueryEventsRequest request;
    request.set_incident_id(incident_id);
    v1::QueryEventsResponse response;
    EXPECT_TRUE(who.events->QueryEvents(who.NewContext().get(), request, &response).ok());
    EXPECT_EQ(response.events_size(), 1);
    EXPECT_EQ(response.events(0).inspection().customers().distinct(), 5U);
    return RecordsOf(response.events(0).inspection().customers().records());
  }

  // Who has held the first two customers, as `who` is told.
  v1::AttributeResponse Attributed(const Analyst& who) {
    v1::AttributeRequest request;
    v1::LeakedCustomers& leaked = *request.add_leaked();
    leaked.set_records(customers::RecordSet(std::vector<std::uint32_t>{1, 2}).Serialize());
    leaked.set_population(100);
    v1::AttributeResponse response;
    const auto status = who.attribution->Attribute(who.NewContext().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.holders_size(), 1);
    EXPECT_EQ(response.holders(0).customers(), 2U);
    return response;
  }

  v1::UnmaskRequest told_;
  std::uint64_t sequence_ = 1;
};

TEST_F(Unmasking, AnAnalystSeesHowManyAndOnlyAfterASecondPersonsWordWho) {
  const Analyst anna = NewPerson("anna", "analyst");
  const Analyst odile = NewPerson("odile", "officer");
  EXPECT_EQ(anna.Get("inc-1").distinct_customers(), 5U);
  EXPECT_THAT(RecordsOf(anna.Get("inc-1").records()), IsEmpty());
  EXPECT_THAT(RecordsOf(odile.Get("inc-1").records()), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(RecordsOf(analyst().Get("inc-1").records()), ElementsAre(1, 2, 3, 4, 5)) << "an admin";
  EXPECT_THAT(EventRecords(anna, "inc-1"), IsEmpty());
  ASSERT_TRUE(Ask(anna).ok());
  EXPECT_EQ(told_.state(), v1::UNMASK_STATE_WAITING);
  EXPECT_THAT(RecordsOf(anna.Get("inc-1").records()), IsEmpty()) << "asking is not enough";
  ASSERT_TRUE(Decide(odile, true).ok());
  EXPECT_EQ(told_.decided_by(), "odile");
  EXPECT_THAT(RecordsOf(anna.Get("inc-1").records()), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(EventRecords(anna, "inc-1"), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(EventRecords(anna, ""), IsEmpty()) << "of this incident, not of all events";
  const Analyst other = NewPerson("albert", "analyst");
  EXPECT_THAT(RecordsOf(other.Get("inc-1").records()), IsEmpty()) << "he was not let";
}

TEST_F(Unmasking, NobodyDecidesForHimselfNorTwiceNorWithoutTheRole) {
  const Analyst anna = NewPerson("anna", "analyst");
  const Analyst albert = NewPerson("albert", "analyst");
  const Analyst aude = NewPerson("aude", "auditor");
  ASSERT_TRUE(Ask(anna).ok());
  for (const Analyst* who : {&anna, &albert, &aude}) {
    EXPECT_EQ(Decide(*who, true).error_code(), StatusCode::PERMISSION_DENIED);
  }
  ASSERT_TRUE(Decide(analyst(), false).ok());
  EXPECT_EQ(Decide(analyst(), true).error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(RecordsOf(anna.Get("inc-1").records()), IsEmpty());
  EXPECT_EQ(Decide(analyst(), true, "unm-9").error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Ask(aude).error_code(), StatusCode::PERMISSION_DENIED);
}

TEST_F(Unmasking, AUserAndHisTokenAreOnePersonInAnyCaseAndRole) {
  const auto users = v1::UserService::NewStub(grpc::CreateChannel(address(), TlsCredentials(state_.ca())));
  const Analyst before = NewPerson("anna", "analyst");
  ASSERT_TRUE(Ask(before).ok());
  v1::CreateUserRequest create;
  create.set_name("Anna");
  create.set_role("officer");
  v1::CreateUserResponse created;
  ASSERT_TRUE(users->CreateUser(analyst().NewContext().get(), create, &created).ok());
  EXPECT_EQ(Decide(before, true).error_message(), "another person than who asked must decide")
      << "an officer by now, and still who asked";
  const Analyst second = NewPerson("ANNA", "officer");
  EXPECT_EQ(Decide(second, true).error_code(), StatusCode::PERMISSION_DENIED) << "a second token of hers";
  const Analyst odile = NewPerson("odile", "officer");
  ASSERT_TRUE(Decide(odile, true).ok()) << "what she asked before she was a user is hers";
  v1::RemoveUserRequest remove;
  remove.set_name("anna");
  v1::RemoveUserResponse removed;
  ASSERT_TRUE(users->RemoveUser(analyst().NewContext().get(), remove, &removed).ok());
  const Analyst another = NewPerson("anna", "analyst");
  EXPECT_THAT(RecordsOf(another.Get("inc-1").records()), IsEmpty()) << "what she was let see is not another's";
}

TEST_F(Unmasking, AWatchTellsHowManyOnly) {
  const auto first_of = [this](const Analyst& who) {
    const auto context = who.NewContext();
    const auto watch = who.events->WatchEvents(context.get(), {});
    watch->WaitForInitialMetadata();
    Leak({.sequence = ++sequence_, .records = {6, 7}});
    v1::WatchEventsResponse told;
    EXPECT_TRUE(watch->Read(&told));
    context->TryCancel();
    EXPECT_EQ(told.event().inspection().customers().distinct(), 2U);
    return RecordsOf(told.event().inspection().customers().records());
  };
  EXPECT_THAT(first_of(NewPerson("anna", "analyst")), IsEmpty());
  EXPECT_THAT(first_of(NewPerson("odile", "officer")), ElementsAre(6, 7));
}

TEST_F(Unmasking, AnApprovalIsTakenBackBeforeItsEnd) {
  const Analyst anna = NewPerson("anna", "analyst");
  const Analyst odile = NewPerson("odile", "officer");
  ASSERT_TRUE(Ask(anna).ok());
  ASSERT_TRUE(Decide(odile, true).ok());
  EXPECT_THAT(Listed(odile, true), ElementsAre("unm-1"));
  EXPECT_THAT(RecordsOf(anna.Get("inc-1").records()), ElementsAre(1, 2, 3, 4, 5));
  ASSERT_TRUE(Decide(odile, false).ok());
  EXPECT_EQ(told_.state(), v1::UNMASK_STATE_REFUSED);
  EXPECT_THAT(RecordsOf(anna.Get("inc-1").records()), IsEmpty());
  EXPECT_THAT(Listed(odile, true), IsEmpty());
  EXPECT_THAT(Listed(odile), ElementsAre("unm-1"));
  EXPECT_EQ(Decide(odile, false).error_code(), StatusCode::FAILED_PRECONDITION);
  ASSERT_TRUE(Ask(anna).ok()) << "he may ask again";
  EXPECT_THAT(Listed(odile, true), ElementsAre("unm-2"));
}

// He asked as an analyst and is an officer by now: he is the same person.
TEST_F(Unmasking, WhoAskedAndGotAnotherRoleIsNoSecondPerson) {
  ASSERT_TRUE(Ask(NewPerson("anna", "analyst")).ok());
  Revoke("anna");
  EXPECT_EQ(Decide(NewPerson("anna", "officer"), true).error_code(), StatusCode::PERMISSION_DENIED);
}

TEST_F(Unmasking, WhatWasAskedEndsWithItsTokenAndIsAskedAnewUnderTheNext) {
  ASSERT_TRUE(Ask(NewPerson("anna", "analyst")).ok());
  Revoke("anna");
  EXPECT_THAT(Listed(analyst(), true), IsEmpty());
  EXPECT_EQ(Decide(analyst(), true).error_code(), StatusCode::FAILED_PRECONDITION);
  const Analyst anna = NewPerson("anna", "analyst");
  ASSERT_TRUE(Ask(anna).ok());
  EXPECT_THAT(Listed(analyst(), true), ElementsAre("unm-2"));
  ASSERT_TRUE(Decide(analyst(), true, "unm-2").ok());
  EXPECT_THAT(RecordsOf(anna.Get("inc-1").records()), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(Unmasking, WhoHasHeldALeakIsToldAfterASecondPersonsWord) {
  const Analyst anna = NewPerson("anna", "analyst");
  const Analyst odile = NewPerson("odile", "officer");
  EXPECT_EQ(Attributed(odile).holders(0).user(), "alice");
  const v1::AttributeResponse masked = Attributed(anna);
  EXPECT_TRUE(masked.masked());
  EXPECT_EQ(masked.SerializeAsString().find("alice"), std::string::npos);
  EXPECT_EQ(masked.id(), Attributed(odile).id()) << "both know which one it is";
  ASSERT_TRUE(Ask(anna, "a file on a forum", masked.id()).ok());
  EXPECT_TRUE(Attributed(anna).masked()) << "asking is not enough";
  EXPECT_EQ(Decide(anna, true).error_code(), StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(Decide(odile, true).ok());
  EXPECT_EQ(Attributed(anna).holders(0).user(), "alice");
  EXPECT_EQ(Attributed(anna).holders(0).event_ids_size(), 1);
  EXPECT_THAT(RecordsOf(anna.Get("inc-1").records()), IsEmpty()) << "of this attribution, not of the incident";
  EXPECT_TRUE(Attributed(NewPerson("albert", "analyst")).masked());
  ASSERT_TRUE(Decide(odile, false).ok());
  EXPECT_TRUE(Attributed(anna).masked()) << "taken back";
}

TEST_F(Unmasking, WhatWasApprovedOutlivesTheCollector) {
  const Analyst anna = NewPerson("anna", "analyst");
  const std::string id = Attributed(anna).id();
  ASSERT_TRUE(Ask(anna, "a file on a forum", id).ok());
  ASSERT_TRUE(Decide(analyst(), true).ok());
  client_.reset();
  Stop();
  Start();
  const Analyst again(address(), state_.ca(), anna.token);
  const v1::AttributeResponse named = Attributed(again);
  EXPECT_EQ(named.id(), id);
  EXPECT_EQ(named.holders(0).user(), "alice");
  EXPECT_TRUE(Attributed(NewPerson("albert", "analyst")).masked());
  EXPECT_EQ(files_->StatusOf(state_.files().attribution_key())->mode & 0777U, 0600U);
}

TEST_F(Unmasking, AKeyOfAttributionsThatIsNoneIsToldAtTheStart) {
  client_.reset();
  Stop();
  state_.Write(state_.files().attribution_key(), "short");
  const auto started = Collector::Start({.config = state_.config()}, *files_, clock_);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, base::ErrorCode::kDataLoss);
  EXPECT_THAT(started.error().message, HasSubstr("attribution.key is no key: remove it"));
}

TEST_F(Unmasking, WhatIsNoAttributionIsNotAskedFor) {
  const Analyst anna = NewPerson("anna", "analyst");
  for (const std::string& id : {std::string("att-"), "att-" + std::string(31, 'a'), "att-" + std::string(32, 'g')}) {
    EXPECT_EQ(Ask(anna, "why", id).error_code(), StatusCode::NOT_FOUND) << id;
  }
}

TEST_F(Unmasking, WhatIsAskedIsCheckedAndEachSeesHisOwn) {
  const Analyst anna = NewPerson("anna", "analyst");
  const Analyst albert = NewPerson("albert", "analyst");
  EXPECT_EQ(Ask(anna, "").error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Ask(anna, std::string(201, 'x')).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Ask(anna, "why", "inc-9").error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Ask(analyst()).error_code(), StatusCode::FAILED_PRECONDITION) << "an admin sees them";
  ASSERT_TRUE(Ask(anna).ok());
  EXPECT_EQ(Ask(anna).error_code(), StatusCode::FAILED_PRECONDITION);
  ASSERT_TRUE(Ask(albert).ok());
  EXPECT_THAT(Listed(anna), ElementsAre("unm-1"));
  EXPECT_THAT(Listed(albert), ElementsAre("unm-2"));
  EXPECT_THAT(Listed(NewPerson("aude", "auditor")), ElementsAre("unm-2", "unm-1"));
}

TEST_F(Unmasking, TheAuditSaysWhoAskedAndWhy) {
  const Analyst anna = NewPerson("anna", "analyst");
  ASSERT_TRUE(Ask(anna, "to call them").ok());
  const auto asked = StoppedOf("UnmaskService/RequestUnmask");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].who(), "anna");
  EXPECT_THAT(asked[0].asked(), HasSubstr("to call them"));
  EXPECT_THAT(asked[0].asked(), HasSubstr("unm-1")) << "which request it became";
}

TEST_F(Unmasking, AndWhoDecided) {
  ASSERT_TRUE(Ask(NewPerson("anna", "analyst")).ok());
  ASSERT_TRUE(Decide(NewPerson("odile", "officer"), true).ok());
  const auto decided = StoppedOf("UnmaskService/DecideUnmask");
  ASSERT_EQ(decided.size(), 1U);
  EXPECT_EQ(decided[0].who(), "odile");
  for (const char* told : {"unm-1", "inc-1", "anna", "to call them", "UNMASK_STATE_APPROVED"}) {
    EXPECT_THAT(decided[0].asked(), HasSubstr(told)) << "for whom, of which incident, why";
  }
}

}  // namespace
}  // namespace vigie::server
