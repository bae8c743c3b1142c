#include "proto/contract/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/yaml_document.h"
#include "vigie/v1/agent_config.pb.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

template <typename Message>
void ExpectRefused(const std::string& text, const std::string& error) {
  Message message;
  const auto read = ReadYaml(text, "f.yaml", message);
  ASSERT_FALSE(read) << text;
  EXPECT_THAT(read.error().message, StartsWith(error)) << text;
  EXPECT_EQ(read.error().code, base::ErrorCode::kInvalidArgument);
}

TEST(ReadYaml, FillsAConfiguration) {
  v1::AgentConfig config;
  const auto read = ReadYaml(R"(# the agent
collector: {address: "collector:7443", ca: /etc/vigie/ca.pem, insecure_loopback: true}
state: /var/lib/vigie/agent
watch:
  - /home
  - /srv
inspector:
  processes: 4
  time_limit: 1500ms
  byte_limit: 18446744073709551615
sensors: {fail_mode: closed, deadline: 2s, transfer_programs: []}
)",
                             "agent.yaml", config);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(config.collector().address(), "collector:7443");
  EXPECT_TRUE(config.collector().insecure_loopback());
  EXPECT_THAT(config.watch(), ElementsAre("/home", "/srv"));
  EXPECT_EQ(config.inspector().processes(), 4U);
  EXPECT_EQ(config.inspector().time_limit().nanos(), 500'000'000);
  EXPECT_EQ(config.inspector().byte_limit(), 18446744073709551615ULL);
  EXPECT_EQ(config.sensors().fail_mode(), v1::AgentConfig::FAIL_MODE_CLOSED);
}

TEST(ReadYaml, ReadsTimesRealsAndMixedNumbers) {
  v1::Event event;
  const auto read = ReadYaml(R"(activity:
  at: 2026-11-22T10:00:00Z
  process: {pid: -5}
inspection: {milliseconds: 3.25}
)",
                             "event.yaml", event);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(event.activity().at().seconds(), 1'795'341'600);
  EXPECT_EQ(event.activity().process().pid(), -5);
  EXPECT_EQ(event.inspection().milliseconds(), 3.25);
}

TEST(ReadYaml, TakesTextForWhatItLooksLike) {
  v1::AgentConfig config;
  ASSERT_TRUE(ReadYaml("watch: [1, true, \"null\", 2026-11-22]", "f.yaml", config));
  EXPECT_THAT(config.watch(), ElementsAre("1", "true", "null", "2026-11-22"));
}

TEST(ReadYaml, NamesFileLineKeyAndReason) {
  const std::pair<const char*, const char*> cases[] = {
      {"a: 1", "f.yaml:1: a: unknown key; the keys here are collector, state, watch"},
      {"state: /a\nlog: {levl: info}", "f.yaml:2: log.levl: unknown key; the keys here are level"},
      {"state: /a\nstate: /b", "f.yaml:2: state: given twice"},
      {"watch: /home", "f.yaml:1: watch: must be a list"},
      {"watch: {a: b}", "f.yaml:1: watch: must be a list"},
      {"watch:\n  - /home\n  - [x]", "f.yaml:3: watch[1]: must be a single value"},
      {"watch:\n  - /home\n  -", "f.yaml:3: watch[1]: must be a single value"},
      {"watch:", "f.yaml:1: watch: has no value"},
      {"log: info", "f.yaml:1: log: must be a map of keys and values"},
      {"log: [info]", "f.yaml:1: log: must be a map of keys and values"},
      {"state: [a]", "f.yaml:1: state: must be a single value"},
      {"state: ~", "f.yaml:1: state: has no value"},
      {"state: \"a\\0b\"", "f.yaml:1: state: must not contain a NUL character"},
      {"indexes:\n  - file: a\n  - fil: b", "f.yaml:3: indexes[1].fil: unknown key; the keys here are file, key"},
      {"inspector:\n  processes: -1", "f.yaml:2: inspector.processes: must be a whole number from 0 to 4294967295"},
      {"inspector: {processes: 4294967296}", "f.yaml:1: inspector.processes: must be a whole number"},
      {"inspector: {processes: 1.0}", "f.yaml:1: inspector.processes: must be a whole number"},
      {"inspector: {processes: 0x10}", "f.yaml:1: inspector.processes: must be a whole number"},
      {"inspector: {processes: \"4\"}", "f.yaml:1: inspector.processes: must be a whole number"},
      {"inspector: {time_limit: 5}", "f.yaml:1: inspector.time_limit: not a duration"},
      {"collector: {insecure_loopback: yes}", "f.yaml:1: collector.insecure_loopback: must be true or false"},
      {"collector: {insecure_loopback: \"true\"}", "f.yaml:1: collector.insecure_loopback: must be true or false"},
      {"sensors: {fail_mode: shut}", "f.yaml:1: sensors.fail_mode: must be one of open, closed"},
      {"sensors: {fail_mode: FAIL_MODE_OPEN}", "f.yaml:1: sensors.fail_mode: must be one of open, closed"},
      {"[a]: b", "f.yaml:1: a key must be a name"},
      {"~: b", "f.yaml:1: a key must be a name"},
      {"<<: {state: a}", "f.yaml:1: <<: unknown key"},
  };
  for (const auto& [text, error] : cases) ExpectRefused<v1::AgentConfig>(text, error);
}

TEST(ReadYaml, RefusesWhatIsNoDocumentOfKeys) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "f.yaml:1: the document is empty"},
      {"# nothing\n\n", "f.yaml:1: the document is empty"},
      {"---\n", "f.yaml:"},
      {"~", "f.yaml:1: the document is empty"},
      {"text", "f.yaml:1: must be a map of keys and values"},
      {"- a", "f.yaml:1: must be a map of keys and values"},
      {"a: b: c", "f.yaml:1: "},
      {"state: {", "f.yaml:"},
      {"state: \"a", "f.yaml:"},
      {"\tstate: a", "f.yaml:1: "},
      {"state: a\n---\nstate: b", "f.yaml:2: more than one document"},
      {"state: \xff", "f.yaml:1: not UTF-8 text"},
      {"log: {}\nstate: \xc0\xaf", "f.yaml:2: not UTF-8 text"},
  };
  for (const auto& [text, error] : cases) ExpectRefused<v1::AgentConfig>(text, error);
  ExpectRefused<v1::AgentConfig>(std::string("s\0t\0", 4), "f.yaml:1: not UTF-8 text");
}

TEST(ReadYaml, RefusesAnchorsAliasesAndTags) {
  const std::pair<const char*, const char*> cases[] = {
      {"state: &a /x\npolicy: *a", "f.yaml:1: anchors are not supported"},
      {"state: a\nlog: &l {level: info}", "f.yaml:2: anchors are not supported"},
      {"state: *a", "f.yaml:1: "},
      {"state: !!str a", "f.yaml:1: tags are not supported"},
      {"log: !x {level: info}", "f.yaml:1: tags are not supported"},
      {"watch: !!seq [a]", "f.yaml:1: tags are not supported"},
  };
  for (const auto& [text, error] : cases) ExpectRefused<v1::AgentConfig>(text, error);
}

TEST(ReadYaml, IsBounded) {
  ExpectRefused<v1::AgentConfig>("state: " + std::string(kMaxYamlBytes, 'a'), "f.yaml:1: larger than 1 MiB");
  ExpectRefused<v1::AgentConfig>("watch: " + std::string(kMaxYamlDepth, '['), "f.yaml:1: nested too deeply");
  ExpectRefused<v1::AgentConfig>(std::string(500'000, '['), "f.yaml:1: nested too deeply");
  std::string many = "watch: [";
  for (std::size_t i = 0; i < kMaxYamlNodes; ++i) many += "a,";
  ExpectRefused<v1::AgentConfig>(many + "]", "f.yaml:1: too many values");
}

TEST(ReadYaml, RefusesFieldsThatHaveNoYamlForm) {
  ExpectRefused<v1::CustomerFinding>("records: abcd", "f.yaml:1: records: cannot be written in YAML");
}

TEST(ReadYaml, RefusesTwoOfWhichOnlyOneMayBe) {
  ExpectRefused<v1::Event>("activity: {user: a}\ngap: {sensor: b}", "f.yaml:2: gap: excludes a key given before");
}

TEST(ReadYaml, ShowsHostileKeysHarmlessly) {
  v1::AgentConfig config;
  const auto read = ReadYaml("\"\\e[2J" + std::string(200, 'k') + "\": 1", "f.yaml", config);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, Not(HasSubstr("\x1b")));
  EXPECT_THAT(read.error().message, StartsWith("f.yaml:1: ?[2Jkkk"));
  EXPECT_LT(read.error().message.size(), 300U);
}

TEST(ReadYaml, NeverRepeatsAValue) {
  v1::AgentConfig config;
  const auto read = ReadYaml("inspector: {processes: secret}", "f.yaml", config);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, Not(HasSubstr("secret")));
}

TEST(ReadYaml, TellsWhereEachValueStands) {
  v1::Policy policy;
  const auto lines =
      ReadYamlWithLines("version: 1\nrules:\n  - id: a\n    action: block\n  - id: b\n", "f.yaml", policy);
  ASSERT_TRUE(lines) << lines.error().message;
  EXPECT_EQ(lines->at("version"), 1);
  EXPECT_EQ(lines->at("rules"), 2);
  EXPECT_EQ(lines->at("rules[0].action"), 4);
  EXPECT_EQ(lines->at("rules[1]"), 5);
}

}  // namespace
}  // namespace vigie::contract
