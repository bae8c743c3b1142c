#include "server/cli/attribute_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "core/customers/record_set.h"
#include "platform/base/file_reading.h"
#include "platform/fake/fake_file_system.h"
#include "server/cli/attribute_report.h"

namespace vigie::cli {
namespace {

using customers::RecordSet;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;

// A file "ab 1 2" holds the customers 1 and 2 of ledger "ab"; "?" was not read to its end.
class SpellingInspector final : public inspection::ContentInspector {
 public:
  v1::Inspection Inspect(const base::FileDescriptor& content, base::Deadline) override {
    std::string text(1000, '\0');
    text.resize(base::ReadAt(content, 0, text).value());
    std::istringstream words(text);
    std::string ledger;
    words >> ledger;
    RecordSet records;
    for (customers::RecordId id = 0; words >> id;) records.Add(id);
    v1::Inspection inspection;
    inspection.set_evaluated(ledger == "?" ? v1::EVALUATED_PARTIAL : v1::EVALUATED_FULL);
    if (ledger == "?") inspection.add_reasons(v1::REASON_ENCRYPTED);
    inspection.mutable_customers()->set_ledger(ledger);
    inspection.mutable_customers()->set_distinct(records.size());
    inspection.mutable_customers()->set_records(records.Serialize());
    return inspection;
  }
};

class AttributeCommand : public testing::Test {
 protected:
  int Attribute(std::vector<std::string> paths, const std::string& output = "json") {
    const AttributeJob job{.scan = {.paths = std::move(paths), .policy = nullptr, .jobs = 2, .budget = budget_},
                           .population = {{"ab", 4000}},
                           .limit = 7};
    Context context{
        .collector = {}, .ca_file = {}, .token_file = {}, .output = output, .out = out_, .err = err_, .run = {}};
    const auto ask = [&](const v1::AttributeRequest& request) -> base::Result<v1::AttributeResponse> {
      asked_.push_back(request);
      return answer_;
    };
    return RunAttribute(job, {inspector_, files_, input_}, ask, context);
  }

  static v1::AttributeResponse OneHolder() {
    v1::AttributeResponse response;
    response.set_leaked(4);
    response.set_held(3);
    response.set_candidates(9);
    v1::AttributedHolder& holder = *response.add_holders();
    holder.set_user("mallory");
    holder.set_host("desk-7");
    holder.set_customers(3);
    holder.set_coverage(0.75);
    holder.add_channels(v1::CHANNEL_REMOVABLE_MEDIA);
    holder.mutable_first_seen()->set_seconds(1'732'269'600);
    holder.mutable_last_seen()->set_seconds(1'732'269'660);
    holder.set_events(12);
    for (int i = 1; i <= 12; ++i) holder.add_event_ids("a/1/" + std::to_string(i));
    holder.set_log10_chance(-14.2);
    return response;
  }

  v1::InspectionBudget budget_ = inspection::DefaultBudget();
  SpellingInspector inspector_;
  platform::FakeFileSystem files_;
  std::istringstream input_;
  std::ostringstream out_;
  std::ostringstream err_;
  base::Result<v1::AttributeResponse> answer_ = v1::AttributeResponse();
  std::vector<v1::AttributeRequest> asked_;
};

TEST_F(AttributeCommand, SendsTheCustomersOfAllFilesByLedgerAndNothingElse) {
  files_.AddFile("/d/one", "ab 1 2");
  files_.AddFile("/d/two", "ab 2 3");
  files_.AddFile("/d/three", "cd 9");
  EXPECT_EQ(kFine, Attribute({"/d"}));
  ASSERT_EQ(1U, asked_.size());
  v1::AttributeRequest expected;
  v1::LeakedCustomers& ab = *expected.add_leaked();
  ab.set_ledger("ab");
  ab.set_records(RecordSet(std::vector<customers::RecordId>{1, 2, 3}).Serialize());
  ab.set_population(4000);
  v1::LeakedCustomers& cd = *expected.add_leaked();
  cd.set_ledger("cd");
  cd.set_records(RecordSet(std::vector<customers::RecordId>{9}).Serialize());
  cd.set_population(1);
  expected.set_limit(7);
  EXPECT_EQ(expected.SerializeAsString(), asked_[0].SerializeAsString());
}

TEST_F(AttributeCommand, WritesTheContractsJson) {
  files_.AddFile("/leak", "ab 1 2 3 4");
  answer_ = OneHolder();
  EXPECT_EQ(kFound, Attribute({"/leak"}));
  const Json json = Json::parse(out_.str(), nullptr, false);
  ASSERT_EQ(1U, json.size()) << out_.str();
  EXPECT_EQ("mallory", json[0]["user"]);
  EXPECT_EQ("desk-7", json[0]["host"]);
  EXPECT_EQ(0.75, json[0]["coverage"]);
  EXPECT_EQ(3, json[0]["customers"]);
  EXPECT_EQ("2024-11-22T10:00:00.000Z", json[0]["first_seen"]);
  EXPECT_EQ("2024-11-22T10:01:00.000Z", json[0]["last_seen"]);
  EXPECT_EQ(Json::array({"removable_media"}), json[0]["channels"]);
  EXPECT_EQ(12U, json[0]["event_ids"].size());
  EXPECT_EQ(-14.2, json[0]["log10_chance"]);
}

TEST_F(AttributeCommand, WritesWhatItMeansForPeople) {
  files_.AddFile("/leak", "ab 1 2 3 4");
  answer_ = OneHolder();
  EXPECT_EQ(kFound, Attribute({"/leak"}, "table"));
  EXPECT_THAT(out_.str(), HasSubstr("75.0 %"));
  EXPECT_THAT(out_.str(), HasSubstr("That anybody of 9 comes to as many by chance: 1 in 10^14."));
  EXPECT_THAT(out_.str(), HasSubstr("a/1/10 and 2 more"));
  EXPECT_THAT(out_.str(), HasSubstr("1 of the leaked customers were held by nobody here"));
}

TEST_F(AttributeCommand, WhoMaySeePseudonymsOnlyIsToldSo) {
  files_.AddFile("/leak", "ab 1 2 3 4");
  answer_ = OneHolder();
  answer_->set_masked(true);
  answer_->set_id("att-1f");
  v1::AttributedHolder& holder = *answer_->mutable_holders(0);
  holder.set_user("user-0a");
  for (const auto clear : {&v1::AttributedHolder::clear_first_seen, &v1::AttributedHolder::clear_last_seen,
                           &v1::AttributedHolder::clear_event_ids}) {
    (holder.*clear)();
  }
  EXPECT_EQ(kFound, Attribute({"/leak"}));
  const Json json = Json::parse(out_.str(), nullptr, false);
  EXPECT_EQ("user-0a", json[0]["user"]);
  EXPECT_EQ(true, json[0]["masked"]);
  for (const char* field : {"first_seen", "last_seen", "event_ids", "fullest_event", "touched"}) {
    EXPECT_TRUE(json[0][field].is_null()) << field;
  }
  EXPECT_THAT(err_.str(), HasSubstr("att-1f"));
  out_.str("");
  EXPECT_EQ(kFound, Attribute({"/leak"}, "table"));
  EXPECT_THAT(out_.str(), HasSubstr("user-0a"));
  EXPECT_THAT(out_.str(), testing::Not(HasSubstr("Events of")));
}

TEST_F(AttributeCommand, WithoutCustomersNobodyIsAsked) {
  files_.AddFile("/poem", "ab");
  EXPECT_EQ(kFine, Attribute({"/poem"}));
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_EQ("[]\n", out_.str());
  EXPECT_THAT(err_.str(), HasSubstr("there is nobody to look for"));
}

TEST_F(AttributeCommand, WhatCouldNotBeReadIsSaid) {
  files_.AddFile("/half", "? 1");
  EXPECT_EQ(kFound, Attribute({"/half"}));
  EXPECT_THAT(err_.str(), HasSubstr("not everything could be read (1 of 1 files)"));
  EXPECT_THAT(err_.str(), HasSubstr("vigie: /half: evaluated partial: encrypted\n"));
}

TEST_F(AttributeCommand, NobodyIsClearedByWhatCouldNotBeRead) {
  files_.AddFile("/locked", "?");
  EXPECT_EQ(kFound, Attribute({"/locked"}, "table"));
  EXPECT_EQ("No customer of the indexes was found in what could be read of the file: whom to look for is not known.\n",
            out_.str());
  out_.str("");
  files_.AddFile("/half", "? 1");
  EXPECT_EQ(kFound, Attribute({"/half"}, "table"));
  EXPECT_THAT(out_.str(), HasSubstr("the 1 customers that were found in what could be read of the file"));
}

TEST_F(AttributeCommand, SaysWhyAChanceTellsLittle) {
  files_.AddFile("/leak", "ab 1 2 3 4");
  answer_ = OneHolder();
  v1::AttributedHolder& holder = *answer_->mutable_holders(0);
  holder.set_log10_chance(-1);
  holder.set_touched(2000);  // of 4000
  (void)Attribute({"/leak"}, "table");
  EXPECT_THAT(out_.str(), HasSubstr("who handles so many customers comes to these as well"));
  out_.str("");
  holder.set_touched(1999);
  (void)Attribute({"/leak"}, "table");
  EXPECT_THAT(out_.str(), HasSubstr("too few customers were leaked to tell"));
}

TEST_F(AttributeCommand, OneUserOnTwoHostsIsOneUser) {
  files_.AddFile("/leak", "ab 1 2 3 4");
  answer_ = OneHolder();
  answer_->mutable_holders(0)->set_log10_chance_over_next(-0.5);
  v1::AttributedHolder& second = *answer_->add_holders();
  second.set_user("mallory");
  second.set_host("desk-8");
  (void)Attribute({"/leak"}, "table");
  EXPECT_THAT(out_.str(), HasSubstr("The second is the same user on another host: mallory on desk-8.\n"));
  out_.str("");
  second.set_user("bob");
  (void)Attribute({"/leak"}, "table");
  EXPECT_THAT(out_.str(), HasSubstr("The first two cannot be told apart"));
}

TEST_F(AttributeCommand, AMissingFileAndACollectorThatIsAwayAreErrors) {
  EXPECT_EQ(kUsage, Attribute({"/nowhere"}));
  EXPECT_THAT(asked_, IsEmpty());
  files_.AddFile("/leak", "ab 1");
  answer_ = base::Error{base::ErrorCode::kUnavailable, "cannot reach it"};
  EXPECT_EQ(kUnreachable, Attribute({"/leak"}));
  EXPECT_EQ("", out_.str());
}

TEST(ChanceText, SaysHowLikely) {
  EXPECT_EQ("as expected", ChanceText(0));
  EXPECT_EQ("50 %", ChanceText(-0.30103));
  EXPECT_EQ("2 %", ChanceText(-1.99));
  EXPECT_EQ("1 in 10^2", ChanceText(-2.9));
  EXPECT_EQ("1 in 10^6021", ChanceText(-6021.5));
}

}  // namespace
}  // namespace vigie::cli
