#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/policy/compiled_policy.h"
#include "vigie/v1/activity.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::threshold {

// Whom a threshold counts for: "host=w1,user=alice", keys sorted by name. A process is its exe, a destination its name
// or else its address, a group that of the user. A comma or per cent sign in a value is written %2C or %25, so that
// different subjects never look alike.
class SubjectKeys {
 public:
  enum class Missing { kCountsNot, kIsLeftOut };

  // `policy` outlives it.
  SubjectKeys(const v1::Threshold& threshold, const policy::CompiledPolicy& policy,
              Missing missing = Missing::kCountsNot);

  // Writes the activity's subject. False if it lacks one of the keys (all of them, where a missing one is left out).
  bool Write(const v1::Activity& activity, std::string& subject) const;

  // Whether they write the same subject of every activity.
  bool operator==(const SubjectKeys&) const = default;

 private:
  struct Key {
    v1::SubjectKey key;
    std::string prefix;  // "user="
    bool operator==(const Key&) const = default;
  };
  std::string_view ValueOf(v1::SubjectKey key, const v1::Activity& activity) const;

  const policy::CompiledPolicy* policy_;
  Missing missing_;
  std::vector<Key> keys_;
};

}  // namespace vigie::threshold
