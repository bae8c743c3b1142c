// The configuration and policies that we ship are good by the programs' own schemas.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "core/policy/compiled_policy.h"
#include "proto/contract/yaml_reader.h"
#include "vigie/v1/agent_config.pb.h"
#include "vigie/v1/collector_config.pb.h"

namespace vigie {
namespace {

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

template <typename Config>
void ExpectGood(const std::string& path) {
  Config config;
  const auto read = contract::ReadYaml(ReadAll(path), path, config);
  EXPECT_TRUE(read) << read.error().message;
}

TEST(ShippedFiles, AgentConfigurationIsGood) {
  ExpectGood<v1::AgentConfig>(VIGIE_INSTALLERS "/linux/agent/agent.yaml");
}

TEST(ShippedFiles, CollectorConfigurationIsGood) {
  ExpectGood<v1::CollectorConfig>(VIGIE_INSTALLERS "/linux/collector/collector.yaml");
}

TEST(ShippedFiles, PoliciesCompile) {
  for (const std::string path : {VIGIE_INSTALLERS "/linux/collector/policy.yaml", VIGIE_DEMO "/policy.yaml"}) {
    const auto policy = policy::ReadPolicy(ReadAll(path), path);
    EXPECT_TRUE(policy) << policy.error().message;
  }
}

}  // namespace
}  // namespace vigie
