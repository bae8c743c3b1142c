// A new rpc must say whether it reads or changes, and who may call it, before anybody may.
#include "server/api/method_table.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <set>

#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

std::set<std::string> MethodsOf(const std::string& proto) {
  const std::regex line(R"(\b(service|rpc)\s+(\w+))");
  std::set<std::string> methods;
  std::string service;
  for (std::sregex_iterator match(proto.begin(), proto.end(), line); match != std::sregex_iterator(); ++match) {
    if ((*match)[1] == "service") {
      service = (*match)[2];
    } else {
      methods.insert(service + "/" + (*match)[2].str());
    }
  }
  return methods;
}

std::set<std::string> MethodsOfTheContract() {
  const char* tree = std::getenv("VIGIE_SOURCE_DIR");
  std::set<std::string> methods;
  if (tree == nullptr) return methods;
  for (const auto& file : std::filesystem::directory_iterator(std::string(tree) + "/proto/vigie/v1")) {
    if (file.path().extension() == ".proto") methods.merge(MethodsOf(ReadText(file.path().string())));
  }
  return methods;
}

TEST(MethodTable, KnowsEveryRpcOfTheContractAndNoOther) {
  const auto contract = MethodsOfTheContract();
  ASSERT_GE(contract.size(), 20U) << "is VIGIE_SOURCE_DIR set?";
  for (const std::string& method : contract) {
    EXPECT_NE(api::FindMethod("/vigie.v1." + method), nullptr)
        << method
        << " is not in server/api/method_table.cc: say there whether it reads or changes, and who may call it";
  }
  std::set<std::string> listed;
  for (const api::MethodRule& rule : api::MethodTable()) {
    EXPECT_TRUE(listed.insert(std::string(rule.method)).second) << rule.method << " stands there twice";
    EXPECT_TRUE(contract.contains(std::string(rule.method))) << rule.method << " is in no .proto any more";
  }
}

TEST(MethodTable, RolesMayWhatTheyNeed) {
  const auto may = [](const char* role, const char* method) { return api::MayCall(role, *api::FindMethod(method)); };
  EXPECT_TRUE(may("admin", "PolicyService/PushPolicy"));
  EXPECT_FALSE(may("analyst", "PolicyService/PushPolicy"));
  for (const char* method : {"PolicyService/RollOutPolicy", "PolicyService/PromotePolicy",
                             "PolicyService/RollBackPolicy", "PolicyService/SetRings", "FleetService/AssignRing"}) {
    EXPECT_TRUE(may("admin", method));
    for (const char* role : {"analyst", "officer", "auditor"}) EXPECT_FALSE(may(role, method)) << role << " " << method;
  }
  EXPECT_TRUE(may("analyst", "EventService/QueryEvents"));
  EXPECT_FALSE(may("auditor", "EventService/QueryEvents")) << "who watches the readers needs no customers' data";
  EXPECT_TRUE(may("auditor", "AuditService/ListAudit"));
  EXPECT_TRUE(may("auditor", "EvidenceService/VerifyEvidence")) << "the report names no customer";
  EXPECT_FALSE(may("auditor", "EvidenceService/ExportEvidence"));
  EXPECT_FALSE(may("analyst", "AuditService/ListAudit"));
  EXPECT_TRUE(may("officer", "DossierService/UpdateDossier"));
  EXPECT_FALSE(may("officer", "PolicyService/PushPolicy"));
  EXPECT_FALSE(may("officer", "AuditService/ListAudit"));
  EXPECT_FALSE(may("officer", "AccessService/CreateApiToken"));
  EXPECT_FALSE(may("", "IncidentService/ListIncidents"));
  EXPECT_FALSE(may("root", "IncidentService/ListIncidents"));
  EXPECT_FALSE(may("admin", "AgentService/Connect"));
}

}  // namespace
}  // namespace vigie::server
