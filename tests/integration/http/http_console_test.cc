// The console's files from a collector's HTTP side, over real TLS and from a real directory.
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <filesystem>

#include "server/http/http_server.h"
#include "tests/integration/http/http_test.h"

namespace vigie::server::http {
namespace {

using ::testing::HasSubstr;

class HttpConsole : public HttpTest {
 protected:
  void Configure(v1::CollectorConfig& config) override {
    folder_ = std::filesystem::path(state_.files().directory()).parent_path() / "console";
    std::filesystem::create_directories(folder_ / "assets");
    state_.Write(folder_ / "index.html", "<!doctype html><title>Vigie</title>");
    state_.Write(folder_ / "assets/app-1.js", std::string(200'000, 'j'));
    state_.Write(folder_ / "assets/app-1.js.br", "BR");
    state_.Write(folder_ / "assets/app-1.js.gz", "GZ");
    std::filesystem::create_symlink(state_.files().admin_token(), folder_ / "assets/token.txt");
    config.mutable_console()->set_directory(folder_);
  }

  std::filesystem::path folder_;
};

TEST_F(HttpConsole, ItsPagesFilesAndRoutesAreThere) {
  HttpClient client = NewClient();
  for (const char* path : {"/", "/index.html", "/incidents/inc-1", "/now?tab=1"}) {
    const Reply page = client.Get(path);
    EXPECT_EQ(page.status, 200U) << path;
    EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.headers.at("cache-control"), "no-cache");
  }
  const Reply script = client.Get("/assets/app-1.js");
  EXPECT_EQ(script.body.size(), 200'000U);
  EXPECT_THAT(script.headers.at("cache-control"), HasSubstr("immutable"));
}

TEST_F(HttpConsole, ABrowserGetsWhatItUnpacksAndKeepsWhatItHas) {
  HttpClient client = NewClient();
  const Reply packed = client.Ask("GET", "/assets/app-1.js", {{"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(packed.body, "BR");
  EXPECT_EQ(packed.headers.at("content-encoding"), "br");
  const Reply again = client.Ask("GET", "/assets/app-1.js",
                                 {{"Accept-Encoding", "gzip, br"}, {"If-None-Match", packed.headers.at("etag")}});
  EXPECT_EQ(again.status, 304U);
  EXPECT_EQ(again.body, "");
  client.Write("HEAD /assets/app-1.js HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.ReadHead(), 200U);
  EXPECT_EQ(client.Get("/healthz").body, "alive\n") << "a HEAD has no body";
}

TEST_F(HttpConsole, NoPathLeavesTheConsole) {
  const std::string token = state_.token();
  for (const char* path :
       {"/../state/admin.token", "/assets/../../state/admin.token", "/%2e%2e/state/admin.token",
        "/%252e%252e%252fstate/admin.token", "/..%5cstate", "/..\\state\\admin.token", "/assets/token.txt",
        "/assets/%00", "/assets/app-1.js%00.txt", "//etc/passwd", "/etc/passwd.txt", "/assets/", "/./index.html"}) {
    const Reply reply = NewClient().Raw(std::string("GET ") + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(reply.status, ::testing::AnyOf(400U, 404U)) << path;
    EXPECT_EQ(reply.body.find(token), std::string::npos) << path;
  }
  const Reply with_nul = NewClient().Raw(std::string("GET /index.html") + '\0' + ".txt HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(with_nul.status, 400U);
}

TEST_F(HttpConsole, EveryAnswerSaysThatNobodyFramesSniffsOrKeepsIt) {
  HttpClient client = NewClient();
  for (const char* path : {"/", "/assets/app-1.js", "/nowhere.txt", "/session", "/healthz", "/metrics"}) {
    const Reply reply = client.Get(path);
    EXPECT_THAT(reply.headers.at("content-security-policy"), HasSubstr("frame-ancestors 'none'")) << path;
    EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff") << path;
    EXPECT_EQ(reply.headers.at("referrer-policy"), "no-referrer") << path;
    EXPECT_EQ(reply.headers.at("cross-origin-opener-policy"), "same-origin") << path;
    EXPECT_EQ(reply.headers.at("cross-origin-resource-policy"), "same-origin") << path;
    EXPECT_THAT(reply.headers.at("strict-transport-security"), HasSubstr("max-age=")) << path;
    EXPECT_TRUE(reply.headers.contains("permissions-policy")) << path;
  }
  EXPECT_EQ(client.Post("/vigie.v1.FleetService/ListAgents", "{}", state_.token()).headers.at("cache-control"),
            "no-store");
}

TEST_F(HttpConsole, OnlyGetAndHeadAskForAFile) {
  const Reply posted = NewClient().Ask("POST", "/index.html", {}, "x");
  EXPECT_EQ(posted.status, 405U);
  EXPECT_EQ(posted.allow, "GET");
  EXPECT_EQ(NewClient().Ask("DELETE", "/assets/app-1.js", {}).status, 405U);
  EXPECT_EQ(NewClient().Ask("POST", "/nowhere.txt", {}, "x").status, 404U);
}

// The HTTP side alone: a collector would find the console that the build has made beside this test.
TEST_F(HttpTest, WithoutAConsoleTheFirstPageSaysSo) {
  const v1::CollectorConfig config = state_.config();
  HttpSetup setup;
  setup.host = "127.0.0.1";
  setup.tls =
      ServerTls{*files_->ReadFile(config.tls().certificate(), 1 << 20), *files_->ReadFile(config.tls().key(), 1 << 20)};
  auto nobody = grpc::CreateChannel("unix:/nowhere", grpc::InsecureChannelCredentials());
  const auto server = HttpServer::Start(std::move(setup), std::make_unique<Relay>(std::vector{nobody}), clock_);
  ASSERT_TRUE(server) << server.error().message;
  HttpClient client("127.0.0.1:" + std::to_string((*server)->port()), state_.ca());
  const Reply reply = client.Get("/");
  EXPECT_EQ(reply.status, 404U);
  EXPECT_THAT(reply.body, HasSubstr("console.directory"));
}

TEST_F(HttpTest, AConsoleThatIsNamedMustBeThere) {
  auto config = state_.config();
  config.set_state(config.state() + "-other");
  config.mutable_listen()->set_http("127.0.0.1:0");
  config.mutable_console()->set_directory("/nowhere/at/all");
  const auto started = Collector::Start({config}, *files_, clock_);
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("console.directory"));
}

}  // namespace
}  // namespace vigie::server::http
