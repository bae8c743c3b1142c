#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/process_info.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::agent::lineage {

// A sensitive file that a process has read.
struct Reading {
  std::string path;
  v1::Inspection inspection;
  base::SystemTime at{};
};

// What a process carries: the content of sensitive files that it has read, or that came to it.
struct Taint {
  v1::Inspection inspection;         // of all of them together
  std::string source_path;           // read last
  std::vector<std::string> lineage;  // ids of the events that reported the reads, where known
};

struct TaintLimits {
  std::size_t processes = 4096;
  std::size_t sources = 64;                                  // of one process; older ones are merged into one
  std::size_t bytes = std::size_t{64} << 20;                 // of what was found in all sources together
  std::chrono::nanoseconds grace = std::chrono::minutes(1);  // an ended process may still be the writer of a file
};

// Which processes carry customer data. What one passes to another they share, so a thousand children cost little.
// Bounded: the process tainted longest ago is forgotten first, and counted. Thread-safe; holds its lock for no merging
// of record sets and no call.
class TaintTable {
 public:
  explicit TaintTable(TaintLimits limits = {}) : limits_(limits) {}

  void Add(platform::ProcessId process, Reading reading);
  // The event that reported the read of `source_path`; for everybody who shares it.
  void AddLineage(platform::ProcessId process, const std::string& source_path, const std::string& event_id);

  // From now on `to` carries what `from` had read by this time. True if that is more than it carried before.
  bool Pass(platform::ProcessId from, platform::ProcessId to, base::SystemTime read_by = base::SystemTime::max());

  // What the process would put into a file of this path: the source with the same name if it has read one (cp keeps
  // names), else everything that it has read. Nothing if it carries nothing.
  std::optional<Taint> CarriedInto(platform::ProcessId process, const std::string& path) const;
  std::optional<Taint> Carried(platform::ProcessId process) const { return CarriedInto(process, ""); }
  bool Carries(platform::ProcessId process) const { return table_.Lock()->processes.contains(process); }
  // Whether it carries this very source already.
  bool CarriesSource(platform::ProcessId process, const std::string& path) const;

  // Carriers that have not ended, as far as is known.
  std::vector<platform::ProcessId> Living() const;
  // It is forgotten after the grace.
  void NoteEnded(platform::ProcessId process, base::SteadyTime now);
  // Notes the end of processes of which `runs` says false (called without the lock), and forgets those that ended
  // longer ago than the grace. Returns whose end is new.
  std::vector<platform::ProcessId> DropEnded(const std::function<bool(platform::ProcessId)>& runs,
                                             base::SteadyTime now);

  std::size_t size() const { return table_.Lock()->processes.size(); }
  // Carriers that were forgotten while they may have run, since the start.
  std::uint64_t forgotten() const { return forgotten_; }

 private:
  struct Source {
    Source(Reading read, std::shared_ptr<std::atomic<std::size_t>> bytes);
    ~Source();
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    const Reading reading;
    std::vector<std::string> lineage;  // under the table's lock
    const std::size_t size;
    const std::shared_ptr<std::atomic<std::size_t>> total;
  };
  using Sources = std::list<std::shared_ptr<Source>>;
  struct Carrier {
    Sources sources;  // read last first
    std::uint64_t used = 0;
    std::optional<base::SteadyTime> ended;
  };
  struct Table {
    std::map<platform::ProcessId, Carrier> processes;
    std::uint64_t uses = 0;
  };

  // What a merge needs, taken out of the table.
  struct Taken {
    std::shared_ptr<Source> source;
    std::vector<std::string> lineage;
  };

  std::vector<Taken> Take(platform::ProcessId process, const std::string& path) const;
  void Touch(Table& table, Carrier& carrier) const { carrier.used = ++table.uses; }
  void KeepWithinLimits(Table& table, Carrier& carrier);
  std::shared_ptr<Source> MergeOldest(Carrier& carrier) const;
  void ForgetOldest(Table& table);

  const TaintLimits limits_;
  const std::shared_ptr<std::atomic<std::size_t>> bytes_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::atomic<std::uint64_t> forgotten_ = 0;
  base::Guarded<Table> table_;
};

}  // namespace vigie::agent::lineage
