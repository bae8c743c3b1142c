#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/policy/glob.h"
#include "platform/base/result.h"
#include "vigie/v1/activity.pb.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/finding.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::policy {

// A process is a full path if it has a slash, else the last name of one.
bool IsProcess(std::string_view exe, std::string_view wanted);

// The `when` of a rule or threshold, ready to be asked. Immutable, thread-safe, pure.
// `paths` hold for the file's path or for the path it was copied or renamed from; a process is a full path if it has a
// slash, else the last name of one; destinations ignore the case of ASCII letters, as host names do. A tag stands for
// the condition that the policy gives it.
class Condition {
 public:
  // Refuses what this build does not understand; the error names the field. `policy` may have classes of its own.
  static base::Result<Condition> Compile(const v1::Condition& source, const v1::Policy& policy = {});

  // `verdict` is unspecified while it is being decided: a condition on verdicts does not hold then.
  bool Matches(const v1::Activity& activity, const v1::Inspection& inspection, v1::Verdict verdict) const;

 private:
  Condition(v1::Condition source, const v1::Policy& policy);

  bool MatchesActivity(const v1::Activity& activity) const;
  bool MatchesFindings(const v1::Inspection& inspection) const;
  bool MatchesPaths(const v1::File& file) const;
  bool MatchesTags(const v1::Activity& activity, const v1::Inspection& inspection) const;

  v1::Condition source_;
  std::vector<Glob> paths_;
  std::vector<Glob> destinations_;
  std::unordered_set<std::string> group_users_;  // of source_.groups()
  std::vector<Condition> tags_;                  // what source_.tags() stand for
};

}  // namespace vigie::policy
