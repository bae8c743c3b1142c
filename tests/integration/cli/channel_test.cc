// How the command line reaches the collector: over TLS, with a token, and what it says when it cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/credentials/certificates.h"
#include "tests/integration/cli/fake_collector.h"
#include "tests/support/temporary_directory.h"

namespace vigie::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string WriteTo(const std::string& path, const std::string& content) {
  std::ofstream(path) << content;
  return path;
}

TEST(CollectorChannel, SendsTheTokenOfItsFile) {
  FakeCollector collector;
  collector.state().Lock()->token = "secret";
  const test::TemporaryDirectory directory;
  const std::string file = WriteTo(directory / "token", "secret\n");
  EXPECT_EQ(collector.Run({"agents", "list", "--token-file", file}).exit_code, kFine);
  EXPECT_THAT(collector.state().Lock()->authorizations, ElementsAre("Bearer secret"));
}

TEST(CollectorChannel, SaysThatItIsNotAllowed) {
  FakeCollector collector;
  collector.state().Lock()->token = "secret";
  const test::TemporaryDirectory directory;
  const Outcome without = collector.Run({"agents", "list"});
  EXPECT_EQ(without.exit_code, kUnreachable);
  EXPECT_THAT(without.err, HasSubstr("not allowed; give a valid token with --token-file"));
  const Outcome wrong = collector.Run({"agents", "list", "--token-file", WriteTo(directory / "token", "guess")});
  EXPECT_EQ(wrong.exit_code, kUnreachable);
  EXPECT_THAT(wrong.err, HasSubstr("not allowed"));
  EXPECT_THAT(wrong.err, ::testing::Not(HasSubstr("guess")));
  const Outcome watch = collector.Run({"incidents", "watch"});
  EXPECT_EQ(watch.exit_code, kUnreachable);
}

TEST(CollectorChannel, ABusyCollectorIsNoFaultOfTheQuestion) {
  FakeCollector collector;
  collector.state().Lock()->busy = true;
  const Outcome outcome = collector.Run({"agents", "list"});
  EXPECT_EQ(outcome.exit_code, kUnreachable);
  EXPECT_THAT(outcome.err, HasSubstr("cannot answer now: another one runs: ask again later"));
}

TEST(CollectorChannel, RefusesAFileThatHoldsNoToken) {
  FakeCollector collector;
  const test::TemporaryDirectory directory;
  for (const char* content : {"", "  \n", "two tokens", "x\x01y"}) {
    const Outcome outcome = collector.Run({"agents", "list", "--token-file", WriteTo(directory / "token", content)});
    EXPECT_EQ(outcome.exit_code, kUsage) << content;
    EXPECT_THAT(outcome.err, HasSubstr("does not hold one token"));
  }
}

TEST(CollectorChannel, SaysThatItCannotReachTheCollector) {
  std::string address;
  {
    const FakeCollector gone;
    address = "127.0.0.1:" + std::to_string(gone.port());
  }
  for (const char* action : {"list", "watch"}) {
    const Outcome outcome = RunVigie({"incidents", action, "--collector", address, "--insecure-loopback"});
    EXPECT_EQ(outcome.exit_code, kUnreachable);
    EXPECT_THAT(outcome.err, HasSubstr("cannot reach the collector at " + address));
  }
}

class TlsChannel : public ::testing::Test {
 protected:
  TlsChannel() {
    const auto authority = credentials::CreateAuthority("Vigie test");
    const auto stranger = credentials::CreateAuthority("Somebody else");
    if (!authority || !stranger) return;
    const auto server = credentials::CreateServerCertificate(*authority, {"127.0.0.1", "localhost"});
    if (!server) return;
    ca_file_ = WriteTo(directory_ / "ca.pem", authority->certificate_pem);
    stranger_file_ = WriteTo(directory_ / "stranger.pem", stranger->certificate_pem);
    const ServerTls tls{server->certificate_pem, server->key_pem};
    collector_ = std::make_unique<FakeCollector>(&tls);
  }

  Outcome ListAgents(const std::string& ca_file) {
    return RunVigie(
        {"agents", "list", "--collector", "127.0.0.1:" + std::to_string(collector_->port()), "--ca", ca_file});
  }

  test::TemporaryDirectory directory_;
  std::string ca_file_;
  std::string stranger_file_;
  std::unique_ptr<FakeCollector> collector_;
};

TEST_F(TlsChannel, TrustsTheCollectorOfItsAuthority) {
  ASSERT_NE(collector_, nullptr);
  const Outcome outcome = ListAgents(ca_file_);
  EXPECT_EQ(outcome.exit_code, kFine) << outcome.err;
}

TEST_F(TlsChannel, TrustsNobodyElse) {
  ASSERT_NE(collector_, nullptr);
  EXPECT_EQ(ListAgents(stranger_file_).exit_code, kUnreachable);
  EXPECT_EQ(collector_->Run({"agents", "list"}).exit_code, kUnreachable) << "plainly";
  EXPECT_TRUE(collector_->state().Lock()->calls.empty());
}

TEST_F(TlsChannel, RefusesAFileThatIsNoCertificate) {
  ASSERT_NE(collector_, nullptr);
  const Outcome outcome = ListAgents(WriteTo(directory_ / "none.pem", "no certificate"));
  EXPECT_EQ(outcome.exit_code, kUsage);
  EXPECT_THAT(outcome.err, ::testing::StartsWith("vigie: certificate authority: " + (directory_ / "none.pem")));
}

}  // namespace
}  // namespace vigie::cli
