// Breach files over a store in memory, the clock in the test's hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/customers/record_set.h"
#include "proto/contract/time_conversion.h"
#include "server/dossier/stored_dossiers.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server::dossier {
namespace {

using base::ErrorCode;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DossiersTest : public ServerFixture {
 protected:
  DossiersTest() : dossiers_({store_, lane_, clock_}) {}

  void SaveIncident(const std::string& id, const std::vector<std::uint32_t>& records, minutes first) {
    v1::Incident incident;
    incident.set_id(id);
    incident.set_rule("bulk");
    incident.set_subject("user=" + id);
    incident.set_state(v1::INCIDENT_STATE_OPEN);
    incident.set_events(3);
    incident.set_records(customers::RecordSet(records).Serialize());
    incident.set_distinct_customers(static_cast<std::uint32_t>(records.size()));
    incident.add_channels(v1::CHANNEL_PRINT);
    if (id == "inc-2") incident.add_channels(v1::CHANNEL_EMAIL);
    *incident.mutable_first_event_at() = contract::ToProto(kStoryBegin + first);
    *incident.mutable_last_event_at() = contract::ToProto(kStoryBegin + first + minutes(5));
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) { return transaction.SaveIncident(incident, {}); }));
  }
  v1::Dossier Create(const std::vector<std::string>& incidents) {
    v1::CreateDossierRequest request;
    for (const std::string& id : incidents) request.mutable_content()->add_incident_ids(id);
    auto made = dossiers_.Create(request, "carol");
    EXPECT_TRUE(made) << made.error().message;
    return made ? *made : v1::Dossier();
  }
  base::Result<v1::Dossier> Update(const v1::Dossier& dossier, bool refresh = false) {
    v1::UpdateDossierRequest request;
    request.set_id(dossier.id());
    request.set_revision(dossier.revision());
    *request.mutable_content() = dossier.content();
    request.set_refresh_facts(refresh);
    return dossiers_.Update(request, "dave");
  }
  base::Result<v1::Dossier> Submit(const v1::Dossier& dossier) {
    v1::SubmitPhaseRequest request;
    request.set_id(dossier.id());
    request.set_revision(dossier.revision());
    return dossiers_.Submit(request, "erin");
  }
  base::Result<v1::Dossier> CloseIt(const v1::Dossier& dossier) {
    v1::CloseDossierRequest request;
    request.set_id(dossier.id());
    request.set_revision(dossier.revision());
    request.set_reason("done");
    return dossiers_.Close(request, "erin");
  }
  // With all that a submission needs.
  v1::Dossier Ready() {
    SaveIncident("inc-1", Records(1, 10), minutes(0));
    v1::Dossier dossier = Create({"inc-1"});
    dossier.mutable_content()->set_authority("CNIL");
    dossier.mutable_content()->mutable_contact()->set_name("Data Protection Officer");
    dossier.mutable_content()->mutable_contact()->set_email("dpo@example.com");
    auto updated = Update(dossier);
    EXPECT_TRUE(updated) << updated.error().message;
    return *updated;
  }

  StoredDossiers dossiers_;
};

TEST_F(DossiersTest, ItsFiguresComeFromTheIncidentsAndSaySo) {
  SaveIncident("inc-1", Records(1, 100), minutes(10));
  SaveIncident("inc-2", Records(51, 100), minutes(0));
  const v1::Dossier dossier = Create({"inc-1", "inc-2"});
  EXPECT_EQ(dossier.id(), "dos-1");
  EXPECT_EQ(dossier.revision(), 1U);
  EXPECT_EQ(dossier.state(), v1::DOSSIER_STATE_DRAFT);
  EXPECT_EQ(dossier.created_by(), "carol");
  const v1::DossierFacts& facts = dossier.facts();
  EXPECT_EQ(facts.customers().value(), 150U) << "the union, not the sum";
  EXPECT_THAT(facts.customers().incident_ids(), ElementsAre("inc-1", "inc-2"));
  EXPECT_EQ(facts.events().value(), 6U);
  EXPECT_EQ(contract::FromProto(facts.first_event().at()), kStoryBegin);
  EXPECT_THAT(facts.first_event().incident_ids(), ElementsAre("inc-2"));
  EXPECT_EQ(contract::FromProto(facts.last_event().at()), kStoryBegin + minutes(15));
  EXPECT_THAT(facts.last_event().incident_ids(), ElementsAre("inc-1"));
  ASSERT_EQ(facts.channels_size(), 2);
  EXPECT_EQ(facts.channels(0).channel(), v1::CHANNEL_EMAIL);
  EXPECT_THAT(facts.channels(0).incident_ids(), ElementsAre("inc-2"));
  EXPECT_THAT(facts.channels(1).incident_ids(), ElementsAre("inc-1", "inc-2"));
  EXPECT_EQ(dossier.content().approximate_subjects(), 150U);
  EXPECT_THAT(dossier.content().nature(), HasSubstr("150 customers were in events"))
      << "rules overlap: added, an event may count twice";
  EXPECT_THAT(dossier.content().nature(), HasSubstr("email, print"));
  EXPECT_EQ(contract::FromProto(dossier.content().aware_at()), clock_.Now());
  EXPECT_EQ(contract::FromProto(dossier.deadline()), clock_.Now() + hours(72));
}

TEST_F(DossiersTest, WhatSomebodyWroteIsNotFilledInOver) {
  SaveIncident("inc-1", Records(1, 100), minutes(0));
  v1::CreateDossierRequest request;
  request.mutable_content()->add_incident_ids("inc-1");
  request.mutable_content()->set_nature("as I say");
  request.mutable_content()->set_approximate_subjects(0);
  *request.mutable_content()->mutable_aware_at() = contract::ToProto(kStoryBegin);
  const auto made = dossiers_.Create(request, "carol");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->content().nature(), "as I say");
  EXPECT_EQ(made->content().approximate_subjects(), 0U);
  EXPECT_EQ(contract::FromProto(made->deadline()), kStoryBegin + hours(72));
}

TEST_F(DossiersTest, AWriteOnAnOldRevisionIsRefusedAndChangesNothing) {
  SaveIncident("inc-1", Records(1, 10), minutes(0));
  v1::Dossier mine = Create({"inc-1"});
  v1::Dossier theirs = mine;
  theirs.mutable_content()->set_measures("theirs");
  const auto kept = Update(theirs);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->revision(), 2U);
  EXPECT_EQ(kept->updated_by(), "dave");
  mine.mutable_content()->set_measures("mine");
  EXPECT_EQ(Update(mine).error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(Submit(mine).error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(CloseIt(mine).error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(dossiers_.Get("dos-1")->content().measures(), "theirs");
}

TEST_F(DossiersTest, FactsStandStillUntilIncidentsChangeOrARefreshIsAskedFor) {
  SaveIncident("inc-1", Records(1, 10), minutes(0));
  SaveIncident("inc-2", Records(11, 5), minutes(0));
  v1::Dossier dossier = Create({"inc-1"});
  SaveIncident("inc-1", Records(1, 30), minutes(0));
  dossier = *Update(dossier);
  EXPECT_EQ(dossier.facts().customers().value(), 10U);
  dossier = *Update(dossier, true);
  EXPECT_EQ(dossier.facts().customers().value(), 30U);
  EXPECT_EQ(dossier.content().approximate_subjects(), 10U) << "what people say is theirs to change";
  dossier.mutable_content()->set_incident_ids(0, "inc-2");
  EXPECT_EQ(Update(dossier)->facts().customers().value(), 5U);
}

TEST_F(DossiersTest, AnIncidentThatIsAddedLaterMovesTheFiguresAndWhatWasFilledInFromThem) {
  SaveIncident("inc-1", Records(1, 10), minutes(0));
  SaveIncident("inc-2", Records(6, 10), minutes(-30));
  v1::Dossier dossier = Create({"inc-1"});
  dossier.mutable_content()->add_incident_ids("inc-2");
  dossier = *Update(dossier);
  EXPECT_EQ(dossier.facts().customers().value(), 15U);
  EXPECT_THAT(dossier.facts().customers().incident_ids(), ElementsAre("inc-1", "inc-2"));
  EXPECT_THAT(dossier.facts().first_event().incident_ids(), ElementsAre("inc-2"));
  EXPECT_EQ(dossier.content().approximate_subjects(), 15U);
  EXPECT_EQ(dossier.content().approximate_records(), 15U);
  EXPECT_EQ(dossier.content().title(), "Breach of inc-1, inc-2");
  EXPECT_THAT(dossier.content().nature(), HasSubstr("15 customers"));
  dossier.mutable_content()->mutable_incident_ids()->RemoveLast();
  dossier = *Update(dossier);
  EXPECT_EQ(dossier.facts().customers().value(), 10U);
  EXPECT_EQ(dossier.content().SerializeAsString(), Create({"inc-1"}).content().SerializeAsString());
}

TEST_F(DossiersTest, AnotherLanguageTakesAlongWhatWasFilledInAndNothingElse) {
  SaveIncident("inc-1", Records(1, 10), minutes(0));
  v1::Dossier dossier = Create({"inc-1"});
  dossier.mutable_content()->set_title("Export on a stick");
  dossier.mutable_content()->set_language("fr");
  dossier = *Update(dossier);
  EXPECT_EQ(dossier.content().title(), "Export on a stick");
  EXPECT_THAT(dossier.content().nature(), HasSubstr("les données de 10 clients"));
  dossier.mutable_content()->set_language("en");
  dossier = *Update(dossier);
  EXPECT_THAT(dossier.content().nature(), HasSubstr("Data of 10 customers"));
  dossier.mutable_content()->set_language("de");
  EXPECT_THAT(Update(dossier).error().message, HasSubstr("language: is not known"));
}

TEST_F(DossiersTest, EnglishIsTheSameWhetherItIsNamedOrNot) {
  v1::Dossier dossier = *Submit(Ready());
  dossier.mutable_content()->set_language("en");
  const auto updated = Update(dossier);
  ASSERT_TRUE(updated) << updated.error().message;
  EXPECT_FALSE(updated->changed_since_submission());
  dossier = *updated;
  dossier.mutable_content()->set_language("fr");
  EXPECT_TRUE(Update(dossier)->changed_since_submission());
}

TEST_F(DossiersTest, WhatIsFilledInOfManyIncidentsCanBeSavedAgain) {
  SaveIncident("inc-1000", Records(1, 10), minutes(0));
  v1::Dossier dossier = Create({"inc-1000"});
  for (std::uint32_t i = 1; i < 100; ++i) {
    const std::string id = "inc-" + std::to_string(1000 + i);
    SaveIncident(id, Records(10 * i + 1, 10), minutes(i));
    dossier.mutable_content()->add_incident_ids(id);
  }
  dossier = *Update(dossier);
  EXPECT_EQ(dossier.content().title(), "Breach of inc-1000 and 99 other incidents");
  EXPECT_EQ(dossier.content().approximate_subjects(), 1000U);
  const auto again = Update(dossier);
  ASSERT_TRUE(again) << again.error().message;
  dossier = *again;
  dossier.mutable_content()->mutable_incident_ids()->DeleteSubrange(2, 98);
  EXPECT_EQ(Update(dossier)->content().title(), "Breach of inc-1000, inc-1001") << "it is followed, too";
}

TEST_F(DossiersTest, WhatPeopleWroteStaysWhenIncidentsAreAdded) {
  SaveIncident("inc-1", Records(1, 10), minutes(0));
  SaveIncident("inc-2", Records(11, 10), minutes(0));
  v1::Dossier dossier = Create({"inc-1"});
  dossier.mutable_content()->set_title("The portal");
  dossier.mutable_content()->set_approximate_subjects(9);
  dossier.mutable_content()->clear_approximate_records();
  dossier = *Update(dossier);
  dossier.mutable_content()->add_incident_ids("inc-2");
  dossier = *Update(dossier);
  EXPECT_EQ(dossier.content().title(), "The portal");
  EXPECT_EQ(dossier.content().approximate_subjects(), 9U);
  EXPECT_FALSE(dossier.content().has_approximate_records()) << "not known yet: nobody else says so";
  EXPECT_EQ(dossier.facts().customers().value(), 20U);
}

TEST_F(DossiersTest, WhatWasSubmittedIsNotTakenOutAndItsSubmissionStays) {
  v1::Dossier dossier = Ready();
  SaveIncident("inc-2", Records(11, 10), minutes(0));
  SaveIncident("inc-3", Records(21, 10), minutes(0));
  dossier = *Submit(dossier);
  const std::string submitted = dossier.submissions(0).SerializeAsString();
  dossier.mutable_content()->add_incident_ids("inc-2");
  dossier = *Update(dossier);
  EXPECT_EQ(dossier.facts().customers().value(), 20U);
  EXPECT_TRUE(dossier.changed_since_submission());
  EXPECT_EQ(dossier.submissions(0).SerializeAsString(), submitted);
  dossier = *Submit(dossier);
  v1::Dossier without = dossier;
  without.mutable_content()->mutable_incident_ids()->RemoveLast();
  const auto refused = Update(without);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(refused.error().message, "incident_ids: inc-2 was submitted and stays");
  dossier.mutable_content()->add_incident_ids("inc-3");
  dossier = *Update(dossier);
  dossier.mutable_content()->mutable_incident_ids()->RemoveLast();
  EXPECT_TRUE(Update(dossier)) << "what nobody was told of may go";
  EXPECT_EQ(dossiers_.Get("dos-1")->submissions(0).SerializeAsString(), submitted);
}

TEST_F(DossiersTest, EachPhaseIsKeptAsItWasSubmitted) {
  v1::Dossier dossier = Ready();
  dossier = *Submit(dossier);
  EXPECT_EQ(dossier.state(), v1::DOSSIER_STATE_SUBMITTED);
  EXPECT_FALSE(dossier.changed_since_submission());
  clock_.Pass(hours(100));
  dossier.mutable_content()->set_consequences("spam");
  dossier = *Update(dossier);
  EXPECT_TRUE(dossier.changed_since_submission());
  EXPECT_EQ(dossier.state(), v1::DOSSIER_STATE_SUBMITTED);
  dossier = *Submit(dossier);
  ASSERT_EQ(dossier.submissions_size(), 2);
  EXPECT_EQ(dossier.submissions(0).phase(), v1::DOSSIER_PHASE_INITIAL);
  EXPECT_EQ(dossier.submissions(0).content().consequences(), "");
  EXPECT_EQ(dossier.submissions(0).by(), "erin");
  EXPECT_FALSE(dossier.submissions(0).late());
  EXPECT_EQ(dossier.submissions(1).phase(), v1::DOSSIER_PHASE_FOLLOW_UP);
  EXPECT_EQ(dossier.submissions(1).content().consequences(), "spam");
  EXPECT_FALSE(dossier.submissions(1).late()) << "what follows in phases has no 72 hours";
  EXPECT_EQ(dossiers_.Get("dos-1")->SerializeAsString(), dossier.SerializeAsString());
}

TEST_F(DossiersTest, ALateNotificationSaysWhy) {
  v1::Dossier dossier = Ready();
  clock_.Pass(hours(72) + std::chrono::seconds(1));
  const auto refused = Submit(dossier);
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(refused.error().message, HasSubstr("delay_reasons"));
  v1::SubmitPhaseRequest request;
  request.set_id(dossier.id());
  request.set_revision(dossier.revision());
  *request.mutable_notified_at() = dossier.deadline();
  EXPECT_FALSE(dossiers_.Submit(request, "erin")->submissions(0).late()) << "by telephone, and entered later";
  v1::Dossier second = Create({"inc-1"});
  second.mutable_content()->MergeFrom(dossier.content());
  second.mutable_content()->mutable_incident_ids()->DeleteSubrange(1, 1);
  second.mutable_content()->set_delay_reasons("the office had burnt down");
  second = *Update(second);
  EXPECT_TRUE(Submit(second)->submissions(0).late());
}

TEST_F(DossiersTest, WhatIsMissingIsNamed) {
  SaveIncident("inc-1", Records(1, 10), minutes(0));
  const auto refused = Submit(Create({"inc-1"}));
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(refused.error().message, HasSubstr("contact"));
  EXPECT_THAT(refused.error().message, HasSubstr("authority"));
  EXPECT_EQ(dossiers_.Get("dos-1")->state(), v1::DOSSIER_STATE_DRAFT);
}

TEST_F(DossiersTest, TimesThatCannotBeAreRefused) {
  v1::Dossier dossier = Ready();
  v1::SubmitPhaseRequest request;
  request.set_id(dossier.id());
  request.set_revision(dossier.revision());
  *request.mutable_notified_at() = contract::ToProto(clock_.Now() + hours(1));
  EXPECT_EQ(dossiers_.Submit(request, "erin").error().code, ErrorCode::kInvalidArgument);
  *request.mutable_notified_at() = contract::ToProto(kStoryBegin - hours(1));
  EXPECT_EQ(dossiers_.Submit(request, "erin").error().code, ErrorCode::kInvalidArgument);
  *dossier.mutable_content()->mutable_aware_at() = contract::ToProto(clock_.Now() + hours(1));
  EXPECT_THAT(Update(dossier).error().message, HasSubstr("aware_at"));
  dossier.mutable_content()->mutable_aware_at()->set_seconds(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(Update(dossier).error().code, ErrorCode::kInvalidArgument);
  dossier.mutable_content()->clear_aware_at();
  EXPECT_EQ(Update(dossier).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(DossiersTest, ClosedItIsOnlyRead) {
  v1::Dossier dossier = Ready();
  EXPECT_EQ(CloseIt(dossier).error().code, ErrorCode::kFailedPrecondition)
      << "nobody was notified, and nobody says why";
  dossier.mutable_content()->set_not_notified_reason("encrypted, and the key is safe");
  dossier = *Update(dossier);
  dossier = *CloseIt(dossier);
  EXPECT_EQ(dossier.state(), v1::DOSSIER_STATE_CLOSED);
  EXPECT_EQ(dossier.closed_by(), "erin");
  EXPECT_EQ(Update(dossier).error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(Submit(dossier).error().code, ErrorCode::kFailedPrecondition);
  EXPECT_TRUE(dossiers_.Export({}).error().code == ErrorCode::kNotFound);
}

TEST_F(DossiersTest, HostileContentIsRefusedAndNamed) {
  SaveIncident("inc-1", Records(1, 10), minutes(0));
  const v1::Dossier dossier = Create({"inc-1"});
  const auto refusal = [&](const std::function<void(v1::DossierContent&)>& change) {
    v1::Dossier other = dossier;
    change(*other.mutable_content());
    const auto updated = Update(other);
    return updated ? std::string("taken") : updated.error().message;
  };
  EXPECT_THAT(refusal([](auto& c) { c.set_nature(std::string(8001, 'n')); }), HasSubstr("nature"));
  EXPECT_THAT(refusal([](auto& c) { c.set_title(std::string(257, 't')); }), HasSubstr("title"));
  EXPECT_THAT(refusal([](auto& c) { c.mutable_contact()->set_email(std::string(257, 'e')); }),
              HasSubstr("contact.email"));
  EXPECT_THAT(refusal([](auto& c) { c.clear_incident_ids(); }), HasSubstr("incident_ids"));
  EXPECT_THAT(refusal([](auto& c) { c.add_incident_ids("inc-1"); }), HasSubstr("twice"));
  EXPECT_THAT(refusal([](auto& c) { c.add_incident_ids("inc-9"); }), HasSubstr("inc-9"));
  EXPECT_THAT(refusal([](auto& c) { c.add_kinds(static_cast<v1::BreachKind>(77)); }), HasSubstr("kinds"));
  EXPECT_THAT(refusal([](auto& c) { c.set_subject_notice(static_cast<v1::SubjectNotice>(77)); }),
              HasSubstr("subject_notice"));
  EXPECT_THAT(refusal([](auto& c) {
                for (int i = 0; i < 51; ++i) c.add_record_categories("contact data");
              }),
              HasSubstr("record_categories"));
  EXPECT_THAT(refusal([](auto& c) {
                for (auto* text : {c.mutable_awareness(), c.mutable_nature(), c.mutable_consequences(),
                                   c.mutable_measures(), c.mutable_delay_reasons()}) {
                  *text = std::string(8000, 'x');
                }
              }),
              HasSubstr("32 KiB"));
  EXPECT_EQ(refusal([](auto& c) { c.set_nature(std::string(8000, 'n')); }), "taken");
}

TEST_F(DossiersTest, SubmissionsAreBounded) {
  v1::Dossier dossier = Ready();
  for (int i = 0; i < kMaxSubmissions; ++i) dossier = *Submit(dossier);
  EXPECT_EQ(Submit(dossier).error().code, ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace vigie::server::dossier
