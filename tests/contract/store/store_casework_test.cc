// Histories of incidents, dossiers, and events in a range of time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/validation.h"
#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using base::ErrorCode;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CaseworkStoreContract : public StoreContract {
 protected:
  void SaveIncident(const std::string& id) {
    v1::Incident incident;
    incident.set_id(id);
    incident.set_rule("bulk");
    incident.set_subject("user=" + id);
    incident.set_state(v1::INCIDENT_STATE_OPEN);
    Write([&](StoreTransaction& transaction) { return transaction.SaveIncident(incident, {}); });
  }
  static v1::IncidentEntry Entry(const std::string& incident, const std::string& text,
                                 v1::IncidentEntryKind kind = v1::INCIDENT_ENTRY_KIND_COMMENT) {
    v1::IncidentEntry entry;
    entry.set_incident_id(incident);
    entry.set_kind(kind);
    entry.set_text(text);
    entry.set_who("carol");
    return entry;
  }
  std::uint32_t Append(const v1::IncidentEntry& entry) {
    std::uint32_t number = 0;
    Write([&](StoreTransaction& transaction) -> base::Result<void> {
      const auto appended = transaction.AppendIncidentEntry(entry);
      if (!appended) return appended.error();
      number = *appended;
      return {};
    });
    return number;
  }
  std::vector<std::string> History(HistoryQuery query) {
    std::vector<std::string> texts;
    do {
      const auto page = store().ListIncidentHistory(query);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) break;
      for (const v1::IncidentEntry& entry : page->entries) texts.push_back(entry.text());
      query.page_token = page->next_page_token;
    } while (!query.page_token.empty());
    return texts;
  }

  static v1::Dossier MakeDossier(const std::string& id, const std::string& incident,
                                 v1::DossierState state = v1::DOSSIER_STATE_DRAFT) {
    v1::Dossier dossier;
    dossier.set_id(id);
    dossier.set_revision(1);
    dossier.set_state(state);
    dossier.mutable_content()->add_incident_ids(incident);
    return dossier;
  }
  static void AddSubmission(v1::Dossier& dossier, const std::string& nature) {
    v1::DossierSubmission& submission = *dossier.add_submissions();
    submission.set_number(static_cast<std::uint32_t>(dossier.submissions_size()));
    submission.mutable_content()->set_nature(nature);
  }
  void Save(const v1::Dossier& dossier) {
    Write([&](StoreTransaction& transaction) { return transaction.SaveDossier(dossier); });
  }
  std::vector<std::string> List(DossierQuery query) {
    std::vector<std::string> ids;
    do {
      const auto page = store().ListDossiers(query);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) break;
      for (const v1::Dossier& dossier : page->dossiers) ids.push_back(dossier.id());
      query.page_token = page->next_page_token;
    } while (!query.page_token.empty());
    return ids;
  }
  std::vector<std::uint64_t> InRange(const EventRange& range) {
    std::vector<std::uint64_t> sequences;
    const auto reader = store().OpenEvents();
    EXPECT_TRUE((*reader)->EachInRange(range, [&](const v1::Event& event, base::SystemTime at) -> base::Result<void> {
      EXPECT_EQ(at, contract::HappenedAt(event));
      sequences.push_back(event.sequence());
      return {};
    }));
    return sequences;
  }
};

TEST_P(CaseworkStoreContract, AHistoryIsNumberedForEachIncidentAndComesInPages) {
  SaveIncident("inc-1");
  SaveIncident("inc-2");
  EXPECT_EQ(Append(Entry("inc-1", "one")), 1U);
  EXPECT_EQ(Append(Entry("inc-2", "other")), 1U);
  EXPECT_EQ(Append(Entry("inc-1", "two", v1::INCIDENT_ENTRY_KIND_CLOSED)), 2U);
  EXPECT_EQ(Append(Entry("inc-1", "three")), 3U);
  for (const std::uint32_t page_size : {0U, 1U, 2U, 3U})
    EXPECT_THAT(History({"inc-1", page_size, ""}), ElementsAre("one", "two", "three"));
  EXPECT_THAT(History({"inc-3", 0, ""}), IsEmpty());
  EXPECT_EQ(store().ListIncidentHistory({"inc-1", 0, "nonsense"}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(store().ListIncidentHistory({"inc-1", 1, ""})->entries[0].who(), "carol");
}

TEST_P(CaseworkStoreContract, CommentsAreBoundedAndOtherEntriesAreNot) {
  SaveIncident("inc-1");
  Write([&](StoreTransaction& transaction) -> base::Result<void> {
    for (std::int64_t i = 0; i < kMaxIncidentComments; ++i) {
      if (auto added = transaction.AppendIncidentEntry(Entry("inc-1", "c")); !added) return added.error();
    }
    EXPECT_EQ(transaction.AppendIncidentEntry(Entry("inc-1", "c")).error().code, ErrorCode::kResourceExhausted);
    return {};
  });
  EXPECT_EQ(Append(Entry("inc-1", "", v1::INCIDENT_ENTRY_KIND_REOPENED)), kMaxIncidentComments + 1);
}

TEST_P(CaseworkStoreContract, ADossierIsWholeAndItsIdsCountUp) {
  SaveIncident("inc-1");
  const auto next = [this] {
    std::string id;
    Write([&](StoreTransaction& transaction) -> base::Result<void> {
      id = transaction.NextDossierId().value();
      return {};
    });
    return id;
  };
  EXPECT_EQ(next(), "dos-1");
  v1::Dossier dossier = MakeDossier("dos-1", "inc-1");
  AddSubmission(dossier, "first");
  Save(dossier);
  EXPECT_EQ(next(), "dos-2");
  EXPECT_EQ((*store().FindDossier("dos-1"))->SerializeAsString(), dossier.SerializeAsString());
  EXPECT_FALSE(store().FindDossier("dos-2")->has_value());
  // Being written again uses up no number: a register with holes would seem to lack dossiers.
  Save(dossier);
  Save(dossier);
  Save(MakeDossier("dos-2", "inc-1"));
  EXPECT_EQ(next(), "dos-3");
  Save(MakeDossier("dos-2", "inc-1"));
  Save(MakeDossier("dos-3", "inc-1"));
  EXPECT_EQ(next(), "dos-4");
}

TEST_P(CaseworkStoreContract, WhatWasSubmittedStaysAsItWas) {
  SaveIncident("inc-1");
  v1::Dossier dossier = MakeDossier("dos-1", "inc-1");
  AddSubmission(dossier, "first");
  Save(dossier);
  dossier.mutable_submissions(0)->mutable_content()->set_nature("rewritten");
  AddSubmission(dossier, "second");
  dossier.mutable_content()->set_nature("now");
  Save(dossier);
  const auto kept = store().FindDossier("dos-1");
  ASSERT_TRUE(kept && *kept);
  ASSERT_EQ((*kept)->submissions_size(), 2);
  EXPECT_EQ((*kept)->submissions(0).content().nature(), "first");
  EXPECT_EQ((*kept)->submissions(1).content().nature(), "second");
  EXPECT_EQ((*kept)->content().nature(), "now");
}

TEST_P(CaseworkStoreContract, TheRegisterIsListedByStateAndIncident) {
  SaveIncident("inc-1");
  SaveIncident("inc-2");
  v1::Dossier first = MakeDossier("dos-1", "inc-1");
  AddSubmission(first, "first");
  Save(first);
  Save(MakeDossier("dos-2", "inc-2", v1::DOSSIER_STATE_CLOSED));
  Save(MakeDossier("dos-3", "inc-1", v1::DOSSIER_STATE_CLOSED));
  for (const std::uint32_t page_size : {0U, 1U, 2U, 3U}) {
    EXPECT_THAT(List({.page_size = page_size}), ElementsAre("dos-3", "dos-2", "dos-1"));
    EXPECT_THAT(List({.state = v1::DOSSIER_STATE_CLOSED, .page_size = page_size}), ElementsAre("dos-3", "dos-2"));
    EXPECT_THAT(List({.incident_id = "inc-1", .page_size = page_size}), ElementsAre("dos-3", "dos-1"));
  }
  const auto page = store().ListDossiers({.state = v1::DOSSIER_STATE_DRAFT});
  ASSERT_EQ(page->dossiers.size(), 1U);
  EXPECT_EQ(page->dossiers[0].submissions_size(), 1);
  EXPECT_FALSE(page->dossiers[0].submissions(0).has_content()) << "lists are light";
  first.mutable_content()->set_incident_ids(0, "inc-2");
  Save(first);
  EXPECT_THAT(List({.incident_id = "inc-1"}), ElementsAre("dos-3"));
  first.mutable_submissions(0)->mutable_content()->add_incident_ids("inc-1");
  *first.add_submissions() = first.submissions(0);
  first.mutable_submissions(1)->set_number(2);
  Save(first);
  EXPECT_THAT(List({.incident_id = "inc-1"}), ElementsAre("dos-3", "dos-1")) << "it was submitted with this one";
}

TEST_P(CaseworkStoreContract, RequestsToSeeRecordsAreKeptAndListedByAskerAndIncident) {
  const auto ask = [this](const std::string& who, const std::string& incident) {
    Write([&](StoreTransaction& transaction) -> base::Result<void> {
      v1::UnmaskRequest request;
      request.set_id(transaction.NextUnmaskId().value());
      request.set_asked_by(who);
      request.set_incident_id(incident);
      return transaction.SaveUnmask(request);
    });
  };
  const auto list = [this](UnmaskQuery query) {
    std::vector<std::string> ids;
    do {
      const auto page = store().ListUnmasks(query);
      EXPECT_TRUE(page) << page.error().message;
      for (const auto& request : page->requests) ids.push_back(request.id());
      query.page_token = page->next_page_token;
    } while (!query.page_token.empty());
    return ids;
  };
  ask("anna", "inc-1");
  ask("bob", "inc-1");
  ask("anna", "inc-2");
  for (const std::uint32_t page_size : {0U, 1U, 2U, 3U})
    EXPECT_THAT(list({.page_size = page_size}), ElementsAre("unm-3", "unm-2", "unm-1"));
  EXPECT_THAT(list({.asked_by = "anna", .page_size = 1}), ElementsAre("unm-3", "unm-1"));
  EXPECT_THAT(list({.asked_by = "anna", .incident_id = "inc-1"}), ElementsAre("unm-1"));
  EXPECT_THAT(list({.asked_by = "carol"}), IsEmpty());
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_FALSE(transaction.FindUnmask("unm-4").value());
    auto request = transaction.FindUnmask("unm-2").value();
    request->set_decided_by("odile");
    return transaction.SaveUnmask(*request);
  });
  EXPECT_THAT(list({}), ElementsAre("unm-3", "unm-2", "unm-1"));
  EXPECT_EQ(store().ListUnmasks({.asked_by = "bob"})->requests[0].decided_by(), "odile");
  EXPECT_EQ(store().ListUnmasks({.asked_by = "BOB"})->requests[0].asked_by(), "bob") << "names are of one person";
  EXPECT_EQ(store().ListUnmasks({.page_token = "nonsense"}).error().code, ErrorCode::kInvalidArgument);
}

TEST_P(CaseworkStoreContract, ARangeGivesActivitiesInOrderOfTime) {
  StoreContract::Append(
      {MakeEvent({.sequence = 1, .after = minutes(30)}), MakeEvent({.sequence = 2, .after = minutes(10)}),
       MakeEvent({.sequence = 3, .after = minutes(10), .records = {1}}),
       MakeEvent({.sequence = 4, .after = minutes(60)}), MakeGap("agent-1", 5, minutes(20)),
       MakeEvent({.sequence = 6, .user = "bob", .channel = v1::CHANNEL_PRINT, .after = minutes(40)})});
  EventRange range{kStoryBegin + minutes(10), kStoryBegin + minutes(60)};
  EXPECT_THAT(InRange(range), ElementsAre(2, 3, 1, 6)) << "the end is not in it, gaps are no activities";
  range.user = "bob";
  EXPECT_THAT(InRange(range), ElementsAre(6));
  range.channel = v1::CHANNEL_REMOVABLE_MEDIA;
  EXPECT_THAT(InRange(range), IsEmpty());
  range.user = "";
  EXPECT_THAT(InRange(range), ElementsAre(2, 3, 1));
  range.host = "w2";
  EXPECT_THAT(InRange(range), IsEmpty());
  range.host = "w1";
  EXPECT_THAT(InRange(range), ElementsAre(2, 3, 1));
}

TEST_P(CaseworkStoreContract, ARangeGivesWhatWasDecidedInShadow) {
  std::vector<v1::Event> events;
  for (std::uint64_t sequence = 1; sequence <= 6; ++sequence) {
    events.push_back(MakeEvent({.sequence = sequence,
                                .user = sequence == 6 ? "bob" : "alice",
                                .after = minutes(10 - static_cast<int>(sequence))}));
    events.back().set_shadow(sequence % 2 == 0);
  }
  StoreContract::Append(events);
  EventRange range{.from = kStoryBegin, .until = kStoryBegin + minutes(8), .shadow = true};
  EXPECT_THAT(InRange(range), ElementsAre(6, 4)) << "2 is beyond the end";
  range.user = "alice";
  EXPECT_THAT(InRange(range), ElementsAre(4));
  range.channel = v1::CHANNEL_PRINT;
  EXPECT_THAT(InRange(range), IsEmpty());
}

// More than is read at a time, many of one moment.
TEST_P(CaseworkStoreContract, ALongRangeLosesNoneAndRepeatsNone) {
  std::vector<v1::Event> events;
  const auto rare = [](std::uint64_t sequence) { return sequence == 2 || sequence == 8999; };
  for (std::uint64_t sequence = 1; sequence <= 9000; ++sequence) {
    events.push_back(MakeEvent({.sequence = sequence,
                                .channel = rare(sequence) ? v1::CHANNEL_PRINT : v1::CHANNEL_REMOVABLE_MEDIA,
                                .after = minutes((sequence - 1) / 3000)}));
  }
  StoreContract::Append(events);
  const auto seen = InRange({kStoryBegin, kStoryBegin + minutes(3)});
  ASSERT_EQ(seen.size(), 9000U);
  for (std::size_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i], i + 1);
  EventRange range{kStoryBegin, kStoryBegin + minutes(3)};
  range.channel = v1::CHANNEL_PRINT;
  EXPECT_THAT(InRange(range), ElementsAre(2, 8999));
}

v1::SavedSearch MakeSearch(const std::string& id, const std::string& owner, const std::string& name) {
  v1::SavedSearch search;
  search.set_id(id);
  search.set_owner(owner);
  search.set_name(name);
  search.mutable_query()->set_user("alice");
  return search;
}

class SearchStoreContract : public StoreContract {
 protected:
  base::Result<void> Save(const v1::SavedSearch& search) {
    return store().Write([&](StoreTransaction& transaction) { return transaction.SaveSearch(search); });
  }
  std::vector<std::string> ListedFor(const std::string& owner) {
    std::vector<std::string> ids;
    const auto listed = store().ListSearches(owner);
    EXPECT_TRUE(listed) << listed.error().message;
    for (const auto& search : *listed) ids.push_back(search.id() + " " + search.name());
    return ids;
  }
  std::string NextId() {
    std::string id;
    Write([&](StoreTransaction& transaction) -> base::Result<void> {
      id = transaction.NextSearchId().value();
      return {};
    });
    return id;
  }
};

TEST_P(SearchStoreContract, AnOwnerSeesHisOwnAndWhatIsShared) {
  v1::SavedSearch shared = MakeSearch("sea-2", "bob", "b");
  shared.set_shared(true);
  EXPECT_TRUE(Save(MakeSearch("sea-1", "anna", "c")));
  EXPECT_TRUE(Save(shared));
  EXPECT_TRUE(Save(MakeSearch("sea-3", "bob", "a")));
  EXPECT_THAT(ListedFor("anna"), ElementsAre("sea-2 b", "sea-1 c"));
  EXPECT_THAT(ListedFor("bob"), ElementsAre("sea-3 a", "sea-2 b"));
  EXPECT_EQ(store().ListSearches("bob")->front().query().user(), "alice");
  EXPECT_EQ(store().ListSearches("BOB")->size(), store().ListSearches("bob")->size());
}

TEST_P(SearchStoreContract, ANameServesAnOwnerOnceAndAnIdIsNeverGivenTwice) {
  EXPECT_EQ(NextId(), "sea-1");
  EXPECT_TRUE(Save(MakeSearch("sea-1", "anna", "x")));
  EXPECT_EQ(Save(MakeSearch("sea-2", "anna", "x")).error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(Save(MakeSearch("sea-2", "Anna", "x")).error().code, ErrorCode::kAlreadyExists) << "the same person";
  EXPECT_TRUE(Save(MakeSearch("sea-2", "anna", "y")));
  EXPECT_EQ(Save(MakeSearch("sea-1", "anna", "y")).error().code, ErrorCode::kAlreadyExists);
  EXPECT_TRUE(Save(MakeSearch("sea-1", "anna", "z")));
  EXPECT_THAT(ListedFor("anna"), ElementsAre("sea-2 y", "sea-1 z"));
  const auto remove = [](StoreTransaction& transaction) { return transaction.RemoveSearch("sea-2"); };
  EXPECT_TRUE(store().Write(remove));
  EXPECT_EQ(store().Write(remove).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(NextId(), "sea-3");
}

TEST_P(SearchStoreContract, OneIsFoundInItsTransaction) {
  Write([&](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_FALSE(transaction.FindSearch("sea-1").value());
    if (auto saved = transaction.SaveSearch(MakeSearch("sea-1", "anna", "x")); !saved) return saved;
    EXPECT_EQ(transaction.FindSearch("sea-1").value()->name(), "x");
    return {};
  });
}

INSTANTIATE_TEST_SUITE_P(Stores, SearchStoreContract, ::testing::Values("memory", "sqlite"),
                         [](const auto& tested) { return tested.param; });

INSTANTIATE_TEST_SUITE_P(Stores, CaseworkStoreContract, ::testing::Values("memory", "sqlite"),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace vigie::server
