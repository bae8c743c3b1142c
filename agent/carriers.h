#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/carrier_guard.h"
#include "agent/lineage/carrier_pipes.h"
#include "agent/lineage/new_files.h"
#include "agent/lineage/taint_table.h"
#include "agent/pipe_chains.h"
#include "agent/sensor/gap_list.h"
#include "agent/sensor/process_table.h"
#include "platform/base/clock.h"
#include "platform/process_events.h"
#include "platform/process_info.h"

namespace vigie::agent {

// Who carries customer data: whoever has read it, his children, those who read from him over pipes, and what they make.
// The life of processes keeps it; where it is not told, or told late, the parents of whoever asks are looked up.
// Thread-safe. As a handler of process events it blocks on nothing.
class Carriers final : public platform::ProcessEventHandler {
 public:
  struct Parts {
    platform::ProcessInfo& processes;
    lineage::TaintTable& taints;
    CarrierGuard& guard;
    PipeChains& chains;
    const base::Clock& clock;
    // Whether the policy protects such content; of what it does not, nobody is followed over pipes and the network.
    std::function<bool(const v1::Inspection&)> is_protected;
    base::SystemTime booted_at{};  // not known: a child carries whatever its parent has read, before or after its birth
    sensor::ProcessTable* known = nullptr;   // told which programs they run
    lineage::NewFiles* new_files = nullptr;  // told who made another process
  };

  explicit Carriers(Parts parts);

  // A process asks: it carries what its parents had read before they made it, if nobody has told of it yet.
  void Meet(const platform::ProcessDescription& process);

  // Who stands behind an opener that waits; nobody if the policy does not protect what he opens.
  PipeChain Behind(const platform::ProcessDescription& opener, const v1::Inspection& content, base::Deadline deadline);

  // The same when it is not known yet what he opens, without waiting.
  PipeChain BehindNow(const platform::ProcessDescription& opener) { return parts_.chains.BehindNow(opener.id.pid); }

  // From the return of this call on the reader carries it, and so do those behind him, and whoever gets one of these
  // pipes as its standard input later. `told_as_transfer`: the access is told as a network transfer by him or by one of
  // those behind him, so that their connections are no news from the first on.
  void Read(const platform::ProcessDescription& reader, const PipeChain& chain, lineage::Reading reading,
            bool told_as_transfer);

  // As TaintTable's.
  std::optional<lineage::Taint> CarriedInto(platform::ProcessId process, const std::string& path) const;
  void AddLineage(platform::ProcessId process, const std::string& source_path, const std::string& event_id);
  bool CarriesSource(platform::ProcessId process, const std::string& path) const;
  bool Carries(platform::ProcessId process) const { return parts_.taints.Carries(process); }
  bool empty() const { return parts_.taints.size() == 0; }  // nobody carries anything: no writer need be looked up
  bool Protects(const v1::Inspection& content) const { return parts_.is_protected(content); }

  // Before the start: a reading that was told in the last life. Then, once: those who still run are watched again, with
  // their descendants and those behind them; the others are not.
  void Remember(platform::ProcessId process, lineage::Reading reading);
  // And it was told as a network transfer: its connections are no news.
  void RememberTransfer(platform::ProcessId process) { transfers_told_.insert(process); }
  void Rebuild();

  // The policy or the blocks of channels have changed.
  void JudgeAgain();
  // Lets go of those who have ended.
  void ForgetEnded();

  // The kernel has seen who reads a carrier's pipe. Blocks on nothing.
  void NotePipeReader(const platform::PipeReader& reader) { TakeFrom(reader.pipe, reader.process); }

  void OnForked(const platform::ProcessForked& event) override;
  void OnExecuted(platform::ProcessExecuted event) override;
  void OnEnded(const platform::ProcessEnded& event) override;
  void OnProcessGap(platform::FileEventGap gap) override;

  std::vector<v1::Gap> TakeGaps() { return gaps_.Take(); }

 private:
  base::SystemTime StartOf(platform::ProcessId process) const;
  std::optional<platform::ProcessDescription> DescribeRunning(platform::ProcessId process) const;
  void NoteTransferTold(const platform::ProcessDescription& reader, const PipeChain& chain);
  void Pass(platform::ProcessId from, const PipeChain& chain, platform::CarrierMode mode);
  std::optional<platform::CarrierMode> Guard(const platform::ProcessDescription& process);
  void PassToDescendants();
  bool TakeFrom(std::uint64_t pipe, platform::ProcessId reader);
  void NotePipe(std::uint64_t pipe, platform::ProcessId writer);

  const Parts parts_;
  std::set<platform::ProcessId> transfers_told_;  // in the last life; until Rebuild
  lineage::CarrierPipes pipes_;
  sensor::GapList gaps_;
};

}  // namespace vigie::agent
