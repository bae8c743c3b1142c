#pragma once

#include "core/policy/fault_finder.h"
#include "vigie/v1/policy.pb.h"

// Parts of FindPolicyFault.
namespace vigie::policy {

// What else a policy's conditions may name.
struct OwnNames {
  std::set<std::string> classes;
  std::set<std::string> groups;
  std::set<std::string> tags;
};
OwnNames OwnNamesOf(const v1::Policy& policy);

void CheckCondition(const v1::Condition& when, const OwnNames& own, FaultFinder& find);

// All of a threshold but its id.
void CheckThreshold(const v1::Threshold& threshold, const OwnNames& own, FaultFinder& find);

}  // namespace vigie::policy
