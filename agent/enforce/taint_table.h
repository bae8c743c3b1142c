#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/customers/record_set.h"
#include "platform/base/guarded.h"
#include "platform/process_info.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::agent::enforce {

// What a process carries: the content of sensitive files that it has read.
struct Taint {
  v1::Inspection inspection;         // of all of them together
  std::string source_path;           // read last
  std::vector<std::string> lineage;  // ids of the events that reported the reads, where known
};

struct TaintLimits {
  std::size_t processes = 4096;
  std::size_t sources = 64;  // of one process; older ones are merged into one
};

// Which processes carry customer data. Bounded: the process tainted longest ago is forgotten first. Thread-safe.
class TaintTable {
 public:
  explicit TaintTable(TaintLimits limits = {}) : limits_(limits) {}

  void Add(platform::ProcessId process, const std::string& source_path, const v1::Inspection& inspection);
  // The event that reported the read of `source_path`.
  void AddLineage(platform::ProcessId process, const std::string& source_path, const std::string& event_id);

  // What the process would put into a file of this path: the source with the same name if it has read one (cp keeps
  // names), else everything that it has read. Nothing if it carries nothing.
  std::optional<Taint> CarriedInto(platform::ProcessId process, const std::string& path) const;

  // Forgets processes of which `runs` says false. It is called without the lock.
  void DropEnded(const std::function<bool(platform::ProcessId)>& runs);
  std::size_t size() const { return table_.Lock()->processes.size(); }

 private:
  struct Source {
    std::string path;
    v1::Inspection inspection;
    std::vector<std::string> lineage;
  };
  struct Carrier {
    std::list<Source> sources;  // read last first
    std::uint64_t used = 0;
  };
  struct Table {
    std::map<platform::ProcessId, Carrier> processes;
    std::uint64_t uses = 0;
  };

  void MergeOldest(Carrier& carrier) const;
  void ForgetOldest(Table& table) const;

  const TaintLimits limits_;
  base::Guarded<Table> table_;
};

// Both together: the union of the customers, the sum of the classes, the weaker `evaluated`. Distinct values of classes
// may be counted twice, customers never are.
void MergeInspection(const v1::Inspection& from, v1::Inspection& into);

}  // namespace vigie::agent::enforce
