// The console's files: read once, and nothing but what was read is ever answered.
#include "server/http/assets.h"

#include <gtest/gtest.h>

#include "platform/fake/fake_file_system.h"
#include "server/http/asset_answers.h"

namespace vigie::server::http {
namespace {

using base::ErrorCode;

class ConsoleFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    files_.AddFile("/console/index.html", "<!doctype html>");
    files_.AddFile("/console/assets/index-3f.js", "script");
    files_.AddFile("/console/assets/index-3f.js.gz", "GZ");
    files_.AddFile("/console/assets/index-3f.js.br", "B");
    files_.AddFile("/console/api/index.html", "reference");
    files_.AddFile("/secret.txt", "secret");
  }
  Assets Read() {
    auto assets = Assets::Read(files_, "/console");
    EXPECT_TRUE(assets) << assets.error().message;
    return assets ? *std::move(assets) : Assets();
  }
  static AssetAnswer Get(const Assets& assets, const std::string& path, const std::string& accept = "",
                         const std::string& known = "") {
    Request request(beast_http::verb::get, path, 11);
    if (!accept.empty()) request.set("Accept-Encoding", accept);
    if (!known.empty()) request.set("If-None-Match", known);
    return ToAnswer(request, *assets.Find(path));
  }

  platform::FakeFileSystem files_;
};

TEST_F(ConsoleFiles, AFileIsFoundByItsPath) {
  const Assets assets = Read();
  EXPECT_EQ(assets.Find("/")->plain.bytes, "<!doctype html>");
  EXPECT_EQ(assets.Find("/index.html")->type, "text/html; charset=utf-8");
  EXPECT_EQ(assets.Find("/assets/index-3f.js")->type, "text/javascript; charset=utf-8");
  EXPECT_EQ(assets.Find("/api")->plain.bytes, "reference");
  EXPECT_EQ(assets.Find("/api/")->plain.bytes, "reference");
}

TEST_F(ConsoleFiles, ARouteOfTheConsoleIsItsFirstPage) {
  const Assets assets = Read();
  for (const char* route : {"/incidents", "/incidents/inc-17", "/now/", "/fleet/a_b"}) {
    ASSERT_NE(assets.Find(route), nullptr) << route;
    EXPECT_EQ(assets.Find(route), assets.Find("/index.html")) << route;
  }
}

TEST_F(ConsoleFiles, NothingElseIsFoundHoweverItIsWritten) {
  const Assets assets = Read();
  const std::string with_nul("/incidents\0/x", 13);
  for (const std::string& path :
       {std::string("/../secret.txt"), std::string("/assets/../../secret.txt"), std::string("/%2e%2e/secret.txt"),
        std::string("/%252e%252e%252fsecret.txt"), std::string("/..\\secret.txt"), std::string("/a\\b"), with_nul,
        std::string("//secret"), std::string("/assets"), std::string("/assets/none"), std::string("/metrics/x"),
        std::string("/session/x"), std::string("/vigie.v1.X/Y"), std::string("/favicon.png"), std::string("secret"),
        std::string(""), std::string("*"), std::string("/assets/index-3f.js.gz"), "/" + std::string(600, 'a')}) {
    EXPECT_EQ(assets.Find(path), nullptr) << path;
  }
}

TEST_F(ConsoleFiles, WhatIsNoPlainFileIsLeftOut) {
  files_.AddSymlink("/console/secret.txt", "/secret.txt");
  files_.AddSymlink("/console/assets/away", "/");
  files_.AddFifo("/console/pipe.js");
  files_.AddFile("/console/.env.txt", "hidden");
  files_.AddFile("/console/program.exe", "odd");
  files_.AddFile("/console/lonely.gz", "odd");
  const Assets assets = Read();
  for (const char* path : {"/secret.txt", "/assets/away/secret.txt", "/pipe.js", "/.env.txt", "/program.exe",
                           "/lonely.gz", "/lonely.js"}) {
    EXPECT_EQ(assets.Find(path), nullptr) << path;
  }
}

TEST_F(ConsoleFiles, WhatChangesOnTheDiskLaterChangesNothing) {
  const Assets assets = Read();
  files_.AddFile("/console/index.html", "another");
  ASSERT_TRUE(files_.Remove("/console/assets/index-3f.js"));
  EXPECT_EQ(assets.Find("/")->plain.bytes, "<!doctype html>");
  EXPECT_NE(assets.Find("/assets/index-3f.js"), nullptr);
}

TEST_F(ConsoleFiles, ADirectoryWithoutAPageIsNoConsole) {
  EXPECT_EQ(Assets::Read(files_, "/nowhere").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Assets::Read(files_, "/console/assets").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(Assets().installed());
  EXPECT_EQ(Assets().Find("/"), nullptr);
}

TEST_F(ConsoleFiles, AHashedNameIsKeptForEverAndAPageIsAskedForAgain) {
  const Assets assets = Read();
  EXPECT_EQ(Get(assets, "/assets/index-3f.js").head["Cache-Control"], "public, max-age=31536000, immutable");
  EXPECT_EQ(Get(assets, "/").head["Cache-Control"], "no-cache");
  EXPECT_EQ(Get(assets, "/incidents").head["Cache-Control"], "no-cache");
}

TEST_F(ConsoleFiles, TheFormIsTheOneThatTheBrowserLikesBest) {
  const Assets assets = Read();
  const std::string path = "/assets/index-3f.js";
  EXPECT_EQ(Get(assets, path, "gzip, deflate, br").body, "B");
  EXPECT_EQ(Get(assets, path, "gzip;q=1.0, br;q=0.5").body, "GZ");
  EXPECT_EQ(Get(assets, path, "br;q=0, gzip;q=0").body, "script");
  EXPECT_EQ(Get(assets, path, "*").body, "B");
  EXPECT_EQ(Get(assets, path).body, "script");
  EXPECT_EQ(Get(assets, "/", "br").body, "<!doctype html>");
  EXPECT_EQ(Get(assets, path, "br").head["Content-Encoding"], "br");
  EXPECT_EQ(Get(assets, path, "br").head["Content-Length"], "1");
  EXPECT_EQ(Get(assets, path).head.count("Content-Encoding"), 0U);
  EXPECT_EQ(Get(assets, path).head["Vary"], "Accept-Encoding");
}

TEST_F(ConsoleFiles, WhoHasItAlreadyIsToldSo) {
  const Assets assets = Read();
  const std::string path = "/assets/index-3f.js";
  const std::string tag(Get(assets, path, "br").head["ETag"]);
  EXPECT_EQ(tag.size(), 34U);
  const AssetAnswer again = Get(assets, path, "br", "\"other\", W/" + tag);
  EXPECT_EQ(again.head.result_int(), 304U);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(again.head["ETag"], tag);
  EXPECT_EQ(Get(assets, path, "gzip", tag).head.result_int(), 200U) << "another form has another tag";
  EXPECT_EQ(Get(assets, path, "br", "*").head.result_int(), 304U);
  EXPECT_EQ(Get(assets, path, "br", tag.substr(1)).head.result_int(), 200U);
}

TEST_F(ConsoleFiles, NoPageIsFramedAndNoScriptOfOthersRuns) {
  const auto head = Get(Read(), "/").head;
  const std::string policy(head["Content-Security-Policy"]);
  for (const char* directive : {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'",
                                "form-action 'none'", "base-uri 'none'"}) {
    EXPECT_NE(policy.find(directive), std::string::npos) << directive;
  }
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(head["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(head["Referrer-Policy"], "no-referrer");
  EXPECT_EQ(head["Cross-Origin-Opener-Policy"], "same-origin");
  EXPECT_EQ(head["Cross-Origin-Resource-Policy"], "same-origin");
}

}  // namespace
}  // namespace vigie::server::http
