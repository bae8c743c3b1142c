#include "server/integrations/destination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/fake/fake_file_system.h"
#include "proto/contract/yaml_reader.h"
#include "server/integrations/pseudonyms.h"

namespace vigie::server::integrations {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::CollectorConfig::Integrations Read(const std::string& destinations) {
  v1::CollectorConfig config;
  const auto read = contract::ReadYaml("integrations: {destinations: [" + destinations + "]}\n", "test", config);
  EXPECT_TRUE(read) << read.error().message;
  return config.integrations();
}

const std::string kWebhook = "{name: soc, webhook: {url: 'https://soc.example.org/x', secret: {file: /s}}}";

struct Bad {
  const char* name;
  std::string destinations;
  const char* says;
};
class BadDestination : public ::testing::TestWithParam<Bad> {};

TEST_P(BadDestination, IsRefusedWithItsKey) {
  const auto checked = CheckIntegrations(Read(GetParam().destinations));
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr(GetParam().says));
  EXPECT_THAT(checked.error().message, HasSubstr("integrations.destinations"));
}

const std::string kMail = "server: 'm:587', from: a@b, to: [c@d]";
INSTANTIATE_TEST_SUITE_P(
    All, BadDestination,
    ::testing::Values(
        Bad{"plain", "{name: soc, webhook: {url: 'http://x/', secret: {file: /s}}}",
            "webhook.url: must begin with https"},
        Bad{"login", "{name: soc, webhook: {url: 'https://u:p@x/', secret: {file: /s}}}", "no name and password"},
        Bad{"unsigned", "{name: soc, webhook: {url: 'https://x/'}}", "webhook.secret: file or env must be given"},
        Bad{"both", "{name: soc, webhook: {url: 'https://x/', secret: {file: /s, env: S}}}", "is file or env"},
        Bad{"none", "{name: soc}", "one of webhook, syslog and email"},
        Bad{"two", "{name: soc, syslog: {address: 'x:1'}, email: {" + kMail + "}}", "one of webhook, syslog and email"},
        Bad{"name", "{name: 'So c', syslog: {address: 'x:1'}}", "name: must be"},
        Bad{"twice", kWebhook + "," + kWebhook, "[1].name: is the name of another"},
        Bad{"port", "{name: s, syslog: {address: 'x:99999'}}", "syslog.address: must be HOST:PORT"},
        Bad{"host", "{name: s, syslog: {address: 'a b:1'}}", "syslog.address: must be HOST:PORT"},
        Bad{"half", "{name: s, syslog: {address: 'x:1', key: /k}}", "syslog.certificate"},
        Bad{"clear", "{name: m, email: {" + kMail + ", security: none}}", "nothing is sent in clear"},
        Bad{"sender", "{name: m, email: {server: 'm:1', from: \"a@b\\r\\nX: y\", to: [c@d]}}", "email.from"},
        Bad{"nobody", "{name: m, email: {server: 'm:1', from: a@b}}", "email.to"},
        Bad{"password", "{name: m, email: {" + kMail + ", user: u}}", "email.password"},
        Bad{"about", "{name: s, about: [weather], syslog: {address: 'x:1'}}", "about: must be incidents or health"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Destinations, AtMostEightAndAbsencesOfTwoMinutesAtLeast) {
  std::string nine;
  for (int i = 0; i < 9; ++i) nine += "{name: s" + std::to_string(i) + ", syslog: {address: x}},";
  EXPECT_THAT(CheckIntegrations(Read(nine)).error().message, HasSubstr("at most 8"));
  auto config = Read("{name: s, syslog: {address: x}}");
  EXPECT_TRUE(CheckIntegrations(config));
  EXPECT_EQ(UnreachableAfter(config), std::chrono::minutes(15));
  config.mutable_unreachable_after()->set_seconds(60);
  EXPECT_THAT(CheckIntegrations(config).error().message, HasSubstr("unreachable_after: must be 2m to 30d"));
}

TEST(Destinations, AreLoadedWithTheirSecretsAndUsualPorts) {
  platform::FakeFileSystem files;
  files.AddFile("/s", "0123456789abcdef\n");
  const auto loaded = LoadDestinations(
      Read(kWebhook + ", {name: siem, about: [health], syslog: {address: '[::1]'}}, {name: m, email: {" + kMail + "}}"),
      files);
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_EQ(loaded->size(), 3U);
  EXPECT_EQ(loaded->at(0).secret, "0123456789abcdef");
  EXPECT_EQ(loaded->at(0).endpoint.text(), "soc.example.org:443");
  EXPECT_EQ(loaded->at(1).endpoint.text(), "[::1]:6514");
  EXPECT_FALSE(loaded->at(1).WantsIncidents());
  EXPECT_TRUE(loaded->at(1).WantsHealth());
  EXPECT_EQ(KindName(loaded->at(2).kind), "email");
}

TEST(Destinations, ASecretThatIsMissingOrShortIsNamedAndNotShown) {
  platform::FakeFileSystem files;
  const auto missing = LoadDestinations(Read(kWebhook), files);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("destinations[0]: webhook.secret"));
  files.AddFile("/s", "tooshort");
  const auto weak = LoadDestinations(Read(kWebhook), files);
  ASSERT_FALSE(weak);
  EXPECT_THAT(weak.error().message, HasSubstr("at least 16 bytes"));
  EXPECT_THAT(weak.error().message, Not(HasSubstr("tooshort")));
}

TEST(Destinations, AnAuthorityThatIsNoneIsRefused) {
  platform::FakeFileSystem files;
  files.AddFile("/ca", "no certificate");
  const auto loaded = LoadDestinations(Read("{name: s, ca: /ca, syslog: {address: x}}"), files);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("destinations[0]: ca"));
}

TEST(PseudonymKey, IsMadeOnceAndKept) {
  platform::FakeFileSystem files;
  files.AddFile("/d/other", "");
  const auto made = Pseudonyms::Open("/d/key", files);
  ASSERT_TRUE(made) << made.error().message;
  const auto again = Pseudonyms::Open("/d/key", files);
  EXPECT_EQ(made->OfUser("alice"), again->OfUser("alice"));
  EXPECT_EQ(files.StatusOf("/d/key")->mode, 0600U);
  files.AddFile("/d/damaged", "short");
  EXPECT_EQ(Pseudonyms::Open("/d/damaged", files).error().code, base::ErrorCode::kDataLoss);
}

TEST(PseudonymKey, DecidesWhoIsCalledWhat) {
  const Pseudonyms one(std::string(32, 'a'));
  const Pseudonyms other(std::string(32, 'b'));
  EXPECT_NE(one.OfUser("alice"), other.OfUser("alice"));
  EXPECT_NE(one.OfUser("alice"), one.OfUser("bob"));
  EXPECT_NE(one.OfUser("alice").substr(5), one.OfHost("alice").substr(5));
  EXPECT_THAT(one.OfUser("alice"), ::testing::MatchesRegex("user-[0-9a-f]{16}"));
}

}  // namespace
}  // namespace vigie::server::integrations
