// From a leaked workbook to the workstation it came from: the real `vigie attribute` with its sandboxed inspector, over
// TLS, against a collector that has heard of five users.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "core/customers/customer_index.h"
#include "core/customers/record_set.h"
#include "tests/integration/collector/collector_under_test.h"
#include "tests/integration/collector/vigie_command.h"
#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_customers/invented_directory.h"

namespace vigie::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr std::uint32_t kCustomers = 4000;  // in the directory
constexpr std::uint32_t kHandled = 3900;    // the others nobody ever touched
constexpr std::size_t kLeaked = 1584;

std::string Upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string Cell(const std::string& text) {
  return R"(<c t="inlineStr"><is><t>)" + text + "</t></is></c>";
}

// As a seller reshapes what he took: other columns, other order, names shouted, no keys and no telephone numbers.
std::string Workbook(const std::vector<invented::Customer>& customers) {
  std::string rows = "<row>" + Cell("Societe") + Cell("Courriel") + Cell("Nom") + "</row>";
  for (const auto& one : customers) {
    rows += "<row>" + Cell(Upper(one.company)) + Cell(Upper(one.email)) + Cell(Upper(one.last_name)) + "</row>";
  }
  const std::string types = R"(<?xml version="1.0"?><Types xmlns="urn:t"/>)";
  return content::MakeZip(
      {{"[Content_Types].xml", types},
       {"xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"},
       {"xl/workbook.xml",
        R"(<workbook xmlns:r="urn:r"><sheets><sheet name="Feuil1" sheetId="1" r:id="rId1"/></sheets></workbook>)"},
       {"xl/_rels/workbook.xml.rels",
        R"(<Relationships><Relationship Id="rId1" Type="urn:w" Target="worksheets/sheet1.xml"/></Relationships>)"}});
}

class LeakAttribution : public CollectorTest {
 protected:
  void SetUp() override {
    directory_ = invented::MakeCustomers(kCustomers);
    state_.Write(Path("directory.csv"), invented::ToCsv(directory_));
    ASSERT_EQ(RunVigie("index key --out " + Path("key")).exit_code, 0);
    const Outcome built = RunVigie("index build --directory " + Path("directory.csv") +
                                   " --columns key=id,name=name,email=email,phone=phone,text=company --key-file " +
                                   Path("key") + " --ledger " + Path("ledger") + " --out " + Path("index"));
    ASSERT_EQ(built.exit_code, 0) << built.err;
    ledger_ = customers::CustomerIndex::ReadInfo(*files_->OpenForReading(Path("index")))->ledger;
    std::vector<std::uint32_t> handled = Records(1, kHandled);
    std::ranges::shuffle(handled, random_);
    leaked_.assign(handled.begin(), handled.begin() + kLeaked);
    others_.assign(handled.begin() + kLeaked, handled.end());
    Start();
  }

  std::string Path(const std::string& name) const { return state_.files().directory() + "/" + name; }

  Outcome Attribute(const std::string& file, const std::string& more = "--output json") const {
    return RunVigie("attribute " + AsAnalyst(*collector_, state_) + " --index " + Path("index") + " --key-file " +
                    Path("key") + " " + more + " " + file);
  }

  // One who works on the host `host`: each batch of records is an event, an hour after the one before.
  void Work(const EventPlan& plan, const std::vector<std::vector<std::uint32_t>>& batches) {
    AgentCredentials agent;
    ASSERT_TRUE(Enrol(analyst(), analyst().NewEnrollmentToken(), agent, plan.host).ok());
    AgentClient client(address(), agent);
    ASSERT_TRUE(client.Hello(plan.host));
    std::uint64_t sequence = 0;
    for (const auto& records : batches) {
      EventPlan each = plan;
      each.agent = agent.agent_id;
      each.sequence = ++sequence;
      each.after = plan.after + hours(sequence);
      each.records = records;
      std::ranges::sort(each.records);
      v1::Event event = MakeEvent(each);
      event.mutable_inspection()->mutable_customers()->set_ledger(ledger_);
      ASSERT_TRUE(client.Send({event}));
      ASSERT_TRUE(client.AwaitAck());
    }
  }
  // `all` in batches of `size`.
  static std::vector<std::vector<std::uint32_t>> Drips(const std::vector<std::uint32_t>& all, std::size_t size) {
    std::vector<std::vector<std::uint32_t>> batches;
    for (std::size_t i = 0; i < all.size(); i += size) {
      batches.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(i),
                           all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), i + size)));
    }
    return batches;
  }
  static std::vector<std::uint32_t> Part(const std::vector<std::uint32_t>& all, std::size_t begin, std::size_t count) {
    return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(begin + count)};
  }

  void PlayFiveUsers() {
    // Mallory exports the list in one go and copies it; everyday work around it.
    Work({.host = "desk-7", .user = "mallory", .after = hours(5)},
         {Part(others_, 0, 20), leaked_, leaked_, Part(others_, 30, 20), Part(leaked_, 0, 5)});
    Work({.host = "desk-3", .user = "mallory"}, {Part(leaked_, 0, 3)});
    // Bob sees more than half of them in drips over three weeks, Carol a third, Dave none.
    Work({.host = "desk-2", .user = "bob", .channel = v1::CHANNEL_LOCAL}, Drips(Part(leaked_, 300, 1000), 25));
    std::vector<std::uint32_t> carols = Part(leaked_, 0, 528);
    carols.insert(carols.end(), others_.begin(), others_.begin() + 900);
    Work({.host = "desk-3", .user = "carol", .channel = v1::CHANNEL_PRINT}, Drips(carols, 100));
    Work({.host = "desk-4", .user = "dave"}, Drips(others_, 400));
    // Erin's service handles everybody, every day: she has held them all, too, and that says nothing.
    Work({.host = "crm", .user = "erin", .channel = v1::CHANNEL_LOCAL}, std::vector(30, Records(1, kHandled)));
  }

  std::string LeakedFile() {
    std::vector<invented::Customer> rows;
    for (const std::uint32_t record : leaked_) rows.push_back(directory_[record - 1]);
    std::ranges::shuffle(rows, random_);
    state_.Write(Path("leaked.xlsx"), Workbook(rows));
    return Path("leaked.xlsx");
  }

  std::mt19937 random_{20220918};
  std::vector<invented::Customer> directory_;  // record id − 1 → customer
  std::string ledger_;
  std::vector<std::uint32_t> leaked_;
  std::vector<std::uint32_t> others_;
};

TEST_F(LeakAttribution, AReshapedWorkbookNamesTheRightUserFirst) {
  PlayFiveUsers();
  const Outcome outcome = Attribute(LeakedFile());
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  const Json ranked = Json::parse(outcome.out, nullptr, false);
  ASSERT_EQ(ranked.size(), 5U) << outcome.out;
  const Json& first = ranked[0];
  EXPECT_EQ(first["user"], "mallory");
  EXPECT_EQ(first["host"], "desk-7");
  EXPECT_EQ(first["coverage"], 1.0);
  EXPECT_EQ(first["customers"], kLeaked);
  EXPECT_EQ(first["events"], 3);
  EXPECT_EQ(first["event_ids"].size(), 3U);
  EXPECT_EQ(first["most_in_one_event"], kLeaked);
  EXPECT_EQ(first["fullest_event"], first["event_ids"][0]);
  EXPECT_EQ(first["first_seen"], "2024-11-22T17:00:00.000Z");
  EXPECT_EQ(first["last_seen"], "2024-11-22T20:00:00.000Z");
  EXPECT_THAT(first["channels"], ElementsAre("removable_media"));
  EXPECT_EQ(first["touched"], kLeaked + 40);
  EXPECT_LT(first["log10_chance"].get<double>(), -1000);
  EXPECT_EQ(first["log10_chance_over_next"], 0.0) << "erin has held the same";
}

TEST_F(LeakAttribution, WhoHandlesNearlyEverybodyIsLittleSurprise) {
  PlayFiveUsers();
  const Json ranked = Json::parse(Attribute(LeakedFile()).out, nullptr, false);
  ASSERT_EQ(ranked.size(), 5U);
  EXPECT_EQ(ranked[1]["user"], "erin");
  EXPECT_EQ(ranked[1]["customers"], kLeaked);
  EXPECT_GT(ranked[1]["log10_chance"].get<double>(), -30) << "3900 of 4000: that none of the others was leaked, only";
  EXPECT_EQ(ranked[2]["user"], "bob");
  EXPECT_EQ(ranked[2]["customers"], 1000);
  EXPECT_EQ(ranked[2]["events"], 40);
  EXPECT_EQ(ranked[2]["most_in_one_event"], 25);
  EXPECT_LT(ranked[2]["log10_chance_over_next"].get<double>(), -30);
  EXPECT_EQ(ranked[3]["user"], "carol");
  EXPECT_EQ(ranked[3]["customers"], 528);
  EXPECT_EQ(ranked[3]["log10_chance"], 0.0) << "fewer than a blind draw would give";
  EXPECT_EQ(ranked[4]["host"], "desk-3") << "the same user elsewhere";
  EXPECT_EQ(ranked[4]["customers"], 3);
  EXPECT_TRUE(ranked[4]["log10_chance_over_next"].is_null());
}

TEST_F(LeakAttribution, PeopleReadATableAndWhatItMeans) {
  PlayFiveUsers();
  const Outcome outcome = Attribute(LeakedFile(), "--limit 2");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("mallory  desk-7  100.0 %   1584"));
  EXPECT_THAT(outcome.out,
              HasSubstr("mallory on desk-7 has held 1584 of the 1584 leaked customers, 1584 of them in one event"));
  EXPECT_THAT(outcome.out, HasSubstr("The first two cannot be told apart"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("carol")));
}

TEST_F(LeakAttribution, AFileThatNobodyTouchedSaysSo) {
  PlayFiveUsers();
  state_.Write(Path("old.xlsx"), Workbook({directory_.begin() + kHandled, directory_.end()}));
  const Outcome json = Attribute(Path("old.xlsx"));
  EXPECT_EQ(json.exit_code, 0) << json.err;
  EXPECT_EQ(Json::parse(json.out, nullptr, false), Json::array());
  EXPECT_THAT(json.err, HasSubstr("Nobody has held any of the 100 customers in the file"));
  const Outcome table = Attribute(Path("old.xlsx"), "");
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.out, HasSubstr("Nobody has held any of the 100 customers in the file"));
}

TEST_F(LeakAttribution, AFileWithoutCustomersIsNotAskedAbout) {
  state_.Write(Path("poem.txt"), "The quick brown fox jumps over the lazy dog.");
  const Outcome outcome = Attribute(Path("poem.txt"), "");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("No customer of the indexes is in the file"));
}

TEST_F(LeakAttribution, OnlyAnalystsAreAnswered) {
  v1::AttributeRequest request;
  v1::AttributeResponse response;
  grpc::ClientContext nobody;
  EXPECT_EQ(analyst().attribution->Attribute(&nobody, request, &response).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(analyst().attribution->Attribute(analyst().NewContext().get(), request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace vigie::server
