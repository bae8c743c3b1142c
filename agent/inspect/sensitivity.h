#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "vigie/v1/finding.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::agent::inspect {

// Which findings make a file worth a watch. Each watched file makes its opens wait and its accesses events, and every
// source tree names its authors: a few identifiers that no policy speaks of are nobody's customer data. Immutable.
class Sensitivity {
 public:
  static constexpr std::uint64_t kIdentifiersAtLeast = 10;

  // Without a policy.
  Sensitivity() = default;
  explicit Sensitivity(const v1::Policy& policy);

  // One customer; one identifier of a class that a rule, a threshold or a detector of the policy names (all, if a
  // threshold counts distinct identifiers of any class); or kIdentifiersAtLeast distinct identifiers of all classes
  // together.
  bool Concerns(const v1::Inspection& inspection) const;

  bool operator==(const Sensitivity&) const = default;

 private:
  void Name(const v1::Condition& condition);

  std::set<std::string> classes_;
  bool every_class_ = false;
};

}  // namespace vigie::agent::inspect
