#include "agent/config.h"

#include <gtest/gtest.h>

namespace vigie::agent {
namespace {

constexpr char kGood[] = R"(
collector: {address: "collector.example:7443", ca: /etc/vigie/ca.pem}
state: /var/lib/vigie/agent
watch: [/home]
indexes: [{file: /etc/vigie/customers.index, key: /etc/vigie/index.key}]
)";

TEST(Config, FillsInItsDefaults) {
  const auto config = ReadConfig(kGood, "agent.yaml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->inspector().processes(), 2U);
  EXPECT_EQ(config->sensors().deadline().seconds(), 2);
  EXPECT_EQ(config->sensors().fail_mode(), v1::AgentConfig::FAIL_MODE_OPEN);
  EXPECT_EQ(config->log().level(), "info");
  EXPECT_EQ(config->spool().byte_limit(), 1U << 30);
  EXPECT_EQ(config->spool().age_limit().seconds(), 60 * 24 * 3600);
}

struct BadCase {
  const char* name;
  std::string yaml;
  std::string says;
};
class BadConfig : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadConfig, IsRefusedWithItsKey) {
  const auto config = ReadConfig(GetParam().yaml, "agent.yaml");
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find(GetParam().says), std::string::npos) << config.error().message;
  EXPECT_NE(config.error().message.find("agent.yaml"), std::string::npos) << config.error().message;
}

const std::vector<BadCase> kBadCases = {
    {"UnknownKey", "colector: {}\n", "colector"},
    {"NoPort", "collector: {address: host, ca: /ca}\n", "collector.address"},
    {"PortOutOfRange", "collector: {address: \"host:70000\", ca: /ca}\n", "collector.address"},
    {"NoAuthority", "collector: {address: \"host:7443\"}\n", "collector.ca"},
    {"InsecureBeyondLoopback", "collector: {address: \"10.0.0.1:7443\", insecure_loopback: true}\n",
     "insecure_loopback"},
    {"InsecureName", "collector: {address: \"127.evil.example:7443\", insecure_loopback: true}\n", "insecure_loopback"},
    {"RelativeState", "collector: {address: \"h:1\", ca: /ca}\nstate: here\n", "state"},
    {"RelativeWatch", "collector: {address: \"h:1\", ca: /ca}\nwatch: [/home, there]\n", "watch[1]"},
    {"IndexWithoutKey", "collector: {address: \"h:1\", ca: /ca}\nindexes: [{file: /i}]\n", "indexes[0].key"},
    {"LogLevel", "collector: {address: \"h:1\", ca: /ca}\nlog: {level: loud}\n", "log.level"},
    {"Deadline", "collector: {address: \"h:1\", ca: /ca}\nsensors: {deadline: 1ms}\n", "sensors.deadline"},
    {"SpoolTooSmall", "collector: {address: \"h:1\", ca: /ca}\nspool: {byte_limit: 4096}\n", "spool.byte_limit"},
    {"SpoolForAMoment", "collector: {address: \"h:1\", ca: /ca}\nspool: {age_limit: 1h}\n", "spool.age_limit"},
    {"ProgramWithFolder",
     "collector: {address: \"h:1\", ca: /ca}\nsensors: {programs: [{name: /bin/beam, channel: email}]}\n",
     "sensors.programs[0].name"},
    {"ProgramWithoutChannel", "collector: {address: \"h:1\", ca: /ca}\nsensors: {programs: [{name: beam}]}\n",
     "sensors.programs[0].channel"},
    {"RelativeCloudFolder", "collector: {address: \"h:1\", ca: /ca}\nsensors: {cloud_folders: [~/Cloud, Cloud]}\n",
     "sensors.cloud_folders[1]"},
    {"RelativeLocalMount", "collector: {address: \"h:1\", ca: /ca}\nsensors: {local_mounts: [home]}\n",
     "sensors.local_mounts[0]"},
};
INSTANTIATE_TEST_SUITE_P(Cases, BadConfig, ::testing::ValuesIn(kBadCases),
                         [](const auto& test) { return test.param.name; });

TEST(Config, AllowsPlainTextOverLoopback) {
  EXPECT_TRUE(ReadConfig("collector: {address: \"127.0.0.1:7000\"}\n", "agent.yaml", true));
  EXPECT_TRUE(IsLoopback("[::1]:7000"));
  EXPECT_TRUE(IsLoopback("localhost:7000"));
  EXPECT_FALSE(IsLoopback("localhost.example:7000"));
}

}  // namespace
}  // namespace vigie::agent
