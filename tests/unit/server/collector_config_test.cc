#include "server/collector_config.h"

#include <gmock/gmock.h>

#include "core/credentials/certificates.h"
#include "platform/linux/linux_platform.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using ::testing::HasSubstr;

class CollectorConfiguration : public ::testing::Test {
 protected:
  base::Result<v1::CollectorConfig> Load(const std::string& text, bool insecure = false) {
    WriteText(folder_.File("collector.yaml"), text);
    return LoadConfig(*files_, folder_.File("collector.yaml"), insecure);
  }

  TemporaryFolder folder_;
  std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
};

constexpr const char* kGood =
    "listen: {grpc: '127.0.0.1:0'}\nstate: /tmp/x\ntls: {certificate: a, key: b, client_ca: c}\n";

TEST_F(CollectorConfiguration, DefaultsAreFilledIn) {
  const auto config = Load(kGood);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->store().kind(), "sqlite");
  EXPECT_EQ(config->log().level(), "info");
  EXPECT_FALSE(config->listen().insecure_loopback());
}

TEST_F(CollectorConfiguration, WithoutTlsOnlyOnLoopback) {
  EXPECT_TRUE(Load("listen: {grpc: '127.0.0.1:0'}\nstate: /tmp/x\n", true));
  EXPECT_TRUE(Load("listen: {grpc: '[::1]:0', insecure_loopback: true}\nstate: /tmp/x\n"));
  for (const char* address : {"0.0.0.0:0", "10.0.0.1:7443", "[::]:0", "example.org:1"}) {
    const auto config = Load("listen: {grpc: '" + std::string(address) + "'}\nstate: /tmp/x\n", true);
    ASSERT_FALSE(config) << address;
    EXPECT_THAT(config.error().message, HasSubstr("listen.grpc"));
    EXPECT_THAT(config.error().message, HasSubstr("loopback"));
  }
}

struct BadConfig {
  const char* name;
  std::string text;
  const char* says;
};

class BadCollectorConfiguration : public CollectorConfiguration, public ::testing::WithParamInterface<BadConfig> {};

TEST_P(BadCollectorConfiguration, IsRefusedWithItsPlace) {
  const auto config = Load(GetParam().text);
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message, HasSubstr(GetParam().says));
  EXPECT_THAT(config.error().message, HasSubstr("collector.yaml"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadCollectorConfiguration,
    ::testing::Values(
        BadConfig{"Empty", "", "collector.yaml"}, BadConfig{"NoYaml", "listen: [", "collector.yaml:1"},
        BadConfig{"UnknownKey", std::string(kGood) + "bogus: 1\n", ":4: bogus"},
        BadConfig{"UnknownInnerKey", "listen: {grpc: 'a:1', bogus: 1}\n", "listen.bogus"},
        BadConfig{"RepeatedKey", std::string(kGood) + "state: /y\n", ":4: state"},
        BadConfig{"WrongType", "listen: yes\n", ":1: listen"}, BadConfig{"NoListen", "state: /x\n", "listen.grpc"},
        BadConfig{"BadAddress", "listen: {grpc: everywhere}\nstate: /x\n", "listen.grpc"},
        BadConfig{"BadPort", "listen: {grpc: '127.0.0.1:70000'}\nstate: /x\n", "listen.grpc"},
        BadConfig{"NoState", "listen: {grpc: '127.0.0.1:0'}\n", "state"},
        BadConfig{"OtherStore", std::string(kGood) + "store: {kind: postgresql}\n", "store.kind"},
        BadConfig{"BadLevel", std::string(kGood) + "log: {level: loud}\n", "log.level"},
        BadConfig{"EndlessSession", std::string(kGood) + "http: {session_idle: 30d}\n", "http.session_idle"},
        BadConfig{"NoSession", std::string(kGood) + "http: {session_length: 1s}\n", "http.session_length"},
        BadConfig{"ManySessions", std::string(kGood) + "http: {sessions: 100000}\n", "http.sessions"},
        BadConfig{"IndexWithoutFile", std::string(kGood) + "indexes: [{key: b}]\n", "indexes.file"},
        BadConfig{"IndexWithoutKey", std::string(kGood) + "indexes: [{file: a}]\n", "indexes.key"},
        BadConfig{"NineIndexes",
                  std::string(kGood) + "indexes: [{file: a}, {file: a}, {file: a}, {file: a}, {file: a}, {file: a}, "
                                       "{file: a}, {file: a}, {file: a}]\n",
                  "at most 8"},
        BadConfig{"EndlessInspection", std::string(kGood) + "inspector: {time_limit: 51s}\n", "inspector.time_limit"},
        BadConfig{"NoCertificate", "listen: {grpc: '127.0.0.1:0'}\nstate: /x\n", "tls.certificate"},
        BadConfig{"NoKey", "listen: {grpc: '127.0.0.1:0'}\nstate: /x\ntls: {certificate: a}\n", "tls.key"},
        BadConfig{"NoClientCa", "listen: {grpc: '127.0.0.1:0'}\nstate: /x\ntls: {certificate: a, key: b}\n",
                  "tls.client_ca"}),
    [](const auto& tested) { return tested.param.name; });

class TlsLoading : public CollectorConfiguration {
 protected:
  void SetUp() override {
    const auto authority = credentials::CreateAuthority("test");
    const auto server = credentials::CreateServerCertificate(*authority, {"localhost"});
    WriteText(folder_.File("ca.crt"), authority->certificate_pem);
    WriteText(folder_.File("ca.key"), authority->key_pem);
    WriteText(folder_.File("server.crt"), server->certificate_pem);
    WriteText(folder_.File("server.key"), server->key_pem);
  }
  base::Result<TlsFiles> LoadWith(const std::string& certificate, const std::string& key, const std::string& ca) {
    v1::CollectorConfig::Tls tls;
    tls.set_certificate(folder_.File(certificate));
    tls.set_key(folder_.File(key));
    tls.set_client_ca(folder_.File(ca));
    return LoadTls(*files_, tls);
  }
};

TEST_F(TlsLoading, TakesFilesThatBelongTogether) {
  EXPECT_TRUE(LoadWith("server.crt", "server.key", "ca.crt"));
}

TEST_F(TlsLoading, NamesTheFileThatIsWrong) {
  EXPECT_THAT(LoadWith("none.crt", "server.key", "ca.crt").error().message, HasSubstr("tls.certificate"));
  EXPECT_THAT(LoadWith("server.crt", "none.key", "ca.crt").error().message, HasSubstr("tls.key"));
  EXPECT_THAT(LoadWith("server.crt", "server.key", "none.crt").error().message, HasSubstr("tls.client_ca"));
  EXPECT_THAT(LoadWith("server.crt", "ca.key", "ca.crt").error().message, HasSubstr("belongs to another"));
  EXPECT_THAT(LoadWith("server.key", "server.key", "ca.crt").error().message, HasSubstr("certificate"));
  EXPECT_THAT(LoadWith("server.crt", "server.key", "ca.key").error().message, HasSubstr("tls.client_ca"));
}

}  // namespace
}  // namespace vigie::server
