// A leaked file given to POST /attribution: who may, what is refused unread, and what is told of its customers by the
// real sandboxed inspector.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/customers/customer_index.h"
#include "platform/linux/linux_platform.h"
#include "tests/integration/collector/vigie_command.h"
#include "tests/integration/http/http_test.h"
#include "tests/unit/core_customers/invented_directory.h"

namespace vigie::server::http {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::size_t kCustomers = 200;

class HttpUpload : public HttpTest {
 protected:
  void SetUp() override {
    directory_ = invented::MakeCustomers(kCustomers);
    state_.Write(Path("directory.csv"), invented::ToCsv(directory_));
    ASSERT_EQ(RunVigie("index key --out " + Path("key")).exit_code, 0);
    const Outcome built = RunVigie("index build --directory " + Path("directory.csv") +
                                   " --columns key=id,name=name,email=email,phone=phone,text=company --key-file " +
                                   Path("key") + " --ledger " + Path("ledger") + " --out " + Path("index"));
    ASSERT_EQ(built.exit_code, 0) << built.err;
    auto config = state_.config();
    config.mutable_listen()->set_http("127.0.0.1:0");
    config.mutable_inspector()->set_executable(InspectorPath());
    Configure(config);
    auto started = Collector::Start({.config = config, .launcher = launcher_.get()}, *files_, clock_);
    ASSERT_TRUE(started) << started.error().message;
    collector_ = std::move(*started);
    analyst_ = std::make_unique<Analyst>(address(), state_.ca(), state_.token());
  }
  void TearDown() override { Stop(); }  // before the launcher goes
  void Configure(v1::CollectorConfig& config) override {
    auto& index = *config.add_indexes();
    index.set_file(Path("index"));
    index.set_key(Path("key"));
  }

  std::string Path(const std::string& name) const { return state_.files().directory() + "/" + name; }
  static std::string InspectorPath() {
    return (std::filesystem::path(std::getenv("VIGIE_BIN_DIR")) / "vigie-inspector").string();
  }
  std::string Leaked(std::size_t customers) const {
    return invented::ToCsv({directory_.begin(), directory_.begin() + static_cast<std::ptrdiff_t>(customers)});
  }
  static Headers With(const std::string& token) {
    return {{"Content-Type", "application/octet-stream"}, {"Authorization", "Bearer " + token}};
  }
  Reply Give(const std::string& file, const std::string& token) {
    return NewClient().Ask("POST", "/attribution", With(token), file);
  }
  std::string NewToken(const std::string& name, const std::string& role) {
    HttpClient client = NewClient();
    const std::string wanted = json{{"name", name}, {"role", role}}.dump();
    return json::parse(client.Post("/vigie.v1.AccessService/CreateApiToken", wanted, state_.token()).body)["token"];
  }
  // What the system would still show of a file: nothing but the store's and the test's own.
  std::vector<std::string> FilesLeft() const {
    std::vector<std::string> left;
    for (const auto& open : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code error;
      const std::string target = std::filesystem::read_symlink(open, error).string();
      if (target.starts_with(state_.files().directory() + "/#")) left.push_back(target);
    }
    return left;
  }

  std::unique_ptr<platform::WorkerLauncher> launcher_ = platform::MakeWorkerLauncher();
  std::vector<invented::Customer> directory_;
};

TEST_F(HttpUpload, TellsWhoHasHeldTheCustomersOfAFileAndKeepsNothingOfIt) {
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 1000)).ok());
  const auto client = Connect(NewAgent());
  v1::Event event = MakeEvent({.records = {1, 2, 3, 4, 5, 6}});
  const auto info = customers::CustomerIndex::ReadInfo(*files_->OpenForReading(Path("index")));
  event.mutable_inspection()->mutable_customers()->set_ledger(info->ledger);
  ASSERT_TRUE(client->Send({event}));
  ASSERT_TRUE(client->AwaitAck());
  const Reply reply = Give(Leaked(10), state_.token());
  ASSERT_EQ(reply.status, 200U) << reply.body;
  const json answer = json::parse(reply.body);
  EXPECT_EQ(answer["customers"], "10");
  EXPECT_EQ(answer["population"], std::to_string(kCustomers));
  EXPECT_EQ(answer["evaluated"], "EVALUATED_FULL");
  ASSERT_EQ(answer["attribution"]["holders"].size(), 1U) << reply.body;
  EXPECT_EQ(answer["attribution"]["holders"][0]["user"], "alice");
  EXPECT_EQ(answer["attribution"]["holders"][0]["customers"], 6);
  EXPECT_THAT(reply.body, Not(HasSubstr(directory_[0].email)));
  EXPECT_THAT(FilesLeft(), IsEmpty());
}

TEST_F(HttpUpload, IsForWhoMayAttributeAndForNobodyElseEvenWithASmallFile) {
  EXPECT_EQ(Give("x", "unknown-token").status, 401U);
  EXPECT_EQ(Give("x", NewToken("aude", "auditor")).status, 403U);
  EXPECT_EQ(Give("nothing in it", NewToken("anna", "analyst")).status, 200U);
  EXPECT_EQ(NewClient().Ask("POST", "/attribution", {{"Content-Type", "application/octet-stream"}}, "x").status, 401U);
  EXPECT_EQ(NewClient().Get("/attribution", state_.token()).status, 405U);
}

// What is announced is refused before it is sent: no byte of the file goes out here.
TEST_F(HttpUpload, WhatIsTooLongOrNoFileIsRefusedUnread) {
  const std::string head = "POST /attribution HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + state_.token() +
                           "\r\nContent-Type: application/octet-stream\r\n";
  EXPECT_EQ(NewClient().Raw(head + "Content-Length: 1000000000000\r\n\r\n").status, 413U);
  EXPECT_EQ(NewClient().Raw(head + "Transfer-Encoding: chunked\r\n\r\n").status, 411U);
  EXPECT_EQ(NewClient().Raw(head + "Content-Length: 0\r\n\r\n").status, 400U);
  Headers form = With(state_.token());
  form["Content-Type"] = "text/csv";
  EXPECT_EQ(NewClient().Ask("POST", "/attribution", form, "a,b").status, 400U);
  EXPECT_EQ(NewClient().Raw("POST /attribution HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n").status,
            401U);
  EXPECT_EQ(NewClient().Get("/readyz").status, 200U);
}

TEST_F(HttpUpload, OnlySoManyAreReceivedAtATimeAndWhoGoesAwayLeavesHisPlace) {
  const std::string head = "POST /attribution HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + state_.token() +
                           "\r\nContent-Type: application/octet-stream\r\nExpect: 100-continue\r\n"
                           "Content-Length: 1000\r\n\r\n";
  {
    HttpClient first = NewClient();
    HttpClient second = NewClient();
    EXPECT_EQ(first.Raw(head).status, 100U);
    EXPECT_EQ(second.Raw(head).status, 100U);
    EXPECT_EQ(Give("x", state_.token()).status, 429U);
    first.Close();
    second.Close();
  }
  Reply reply;
  for (int i = 0; i < 100 && reply.status != 200; ++i) {
    reply = Give("x", state_.token());
    if (reply.status != 200) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(reply.status, 200U);
  EXPECT_THAT(FilesLeft(), IsEmpty());
}

// A megabyte of zeros in more containers, one in the other, than an inspector opens.
TEST_F(HttpUpload, ABombIsBoundedByTheInspectorAndToldAsNotEvaluated) {
  state_.Write(Path("bomb"), std::string(1'000'000, '\0'));
  const std::string wrap = "cd " + state_.files().directory() +
                           " && for i in 1 2 3 4 5 6 7 8 9 10; do gzip -c bomb > next && mv next bomb || exit 1; done";
  ASSERT_EQ(std::system(wrap.c_str()), 0);
  const Reply reply = Give(state_.Read(Path("bomb")), state_.token());
  ASSERT_EQ(reply.status, 200U) << reply.body;
  const json answer = json::parse(reply.body);
  EXPECT_EQ(answer["evaluated"], "EVALUATED_NONE");
  EXPECT_EQ(answer["reasons"], json::array({"REASON_TOO_DEEP"}));
}

// One reason for programs beside each sentence, so that a page can say it in its reader's language.
TEST_F(HttpUpload, TellsWhyAnIndexCannotBeUsed) {
  const auto reason = [&] {
    HttpClient client = NewClient();
    const Reply told = client.Post("/vigie.v1.AttributionService/DescribeUpload", "{}", state_.token());
    const json index = json::parse(told.body)["indexes"][0];
    EXPECT_EQ(index.contains("problem"), index.contains("detail")) << told.body;
    return index.value("/detail/reason"_json_pointer, "");
  };
  EXPECT_EQ(reason(), "");
  const std::string index = state_.Read(Path("index"));
  state_.Write(Path("index"), index.substr(0, index.size() / 2));
  EXPECT_EQ(reason(), "INDEX_DAMAGED");
  state_.Write(Path("index"), "a,b\n");
  EXPECT_EQ(reason(), "INDEX_NOT_WHOLE");
  std::filesystem::remove(Path("index"));
  EXPECT_EQ(reason(), "INDEX_MISSING");
  std::filesystem::create_directory(Path("index"));
  EXPECT_NE(reason(), "");
}

TEST_F(HttpUpload, TheAuditNamesTheSizeAndNothingOfTheFile) {
  ASSERT_EQ(Give(Leaked(10), NewToken("anna", "analyst")).status, 200U);
  for (int i = 0; i < 100; ++i) {
    HttpClient client = NewClient();
    const json wanted = {{"method", "AttributionService/AttributeUpload"}};
    const json listed =
        json::parse(client.Post("/vigie.v1.AuditService/ListAudit", wanted.dump(), state_.token()).body);
    if (!listed.contains("entries")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      continue;
    }
    const json entry = listed["entries"][0];
    EXPECT_EQ(entry["who"], "anna");
    EXPECT_EQ(entry["outcome"], "OK");
    EXPECT_EQ(json::parse(entry["asked"].get<std::string>()),
              json({{"token", "secret"}, {"bytes", Leaked(10).size()}}));
    return;
  }
  FAIL() << "no entry";
}

class HttpUploadWithoutIndex : public HttpUpload {
 protected:
  void Configure(v1::CollectorConfig&) override {}
};

TEST_F(HttpUploadWithoutIndex, SaysWhatToConfigure) {
  const Reply reply = Give("x", state_.token());
  EXPECT_EQ(reply.status, 400U);
  EXPECT_THAT(reply.body, HasSubstr("collector.yaml"));
  HttpClient client = NewClient();
  const Reply told = client.Post("/vigie.v1.AttributionService/DescribeUpload", "{}", state_.token());
  EXPECT_EQ(told.status, 200U);
  EXPECT_FALSE(json::parse(told.body).contains("mostBytes"));
}

}  // namespace
}  // namespace vigie::server::http
