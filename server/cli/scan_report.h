#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>

#include "core/customers/record_set.h"
#include "core/policy/compiled_policy.h"
#include "server/cli/table.h"
#include "vigie/v1/activity.pb.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::cli {

// What the policy would do if the file left, by the way out on which it is strictest.
struct ScanDecision {
  policy::Decision decision;
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
};

struct ScanResult {
  std::string path;
  v1::Inspection inspection;
  std::string note;                      // why it was not evaluated, for people
  std::optional<ScanDecision> decision;  // with a policy
};

// The strictest decision over all activities and channels. Conditions on users, processes and destinations do not hold:
// a file at rest has none.
ScanDecision DecideForScan(const policy::CompiledPolicy& policy, const ScanResult& result);

// "partial: too_large, nested (note)".
std::string DescribeEvaluated(const ScanResult& result);

bool HasFindings(const v1::Inspection& inspection);

// Writes results, one JSON object a line as the contract says or as a table, and sums them up. Not thread-safe.
class ScanReport {
 public:
  struct Options {
    bool json = false;
    bool records = false;  // show record ids
    bool policy = false;   // show what the policy would do
  };
  ScanReport(const Options& options, std::ostream& out);

  void Add(const ScanResult& result);
  // The rest of the table and the sum. `links`: symbolic links that were not followed.
  void Finish(std::uint64_t links = 0);

  // Without a policy: something was found. With one: a rule would act.
  bool found() const { return found_; }
  bool all_evaluated() const { return not_evaluated_ == 0; }
  std::uint64_t files() const { return files_; }

 private:
  void WriteJson(const ScanResult& result);
  void AddRow(const ScanResult& result);

  Options options_;
  std::ostream& out_;
  Table table_;
  std::uint64_t files_ = 0;
  std::uint64_t with_findings_ = 0;
  std::uint64_t not_evaluated_ = 0;
  std::uint64_t rows_waiting_ = 0;
  std::map<std::string, customers::RecordSet> customers_;  // by ledger: the same id is somebody else in another one
  bool found_ = false;
};

}  // namespace vigie::cli
