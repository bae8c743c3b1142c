#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/linux/bpf/kernel_maps.h"
#include "platform/linux/bpf/kernel_stream.h"
#include "platform/linux/bpf/kernel_walks.h"
#include "platform/linux/bpf/program_loader.h"

namespace vigie::platform {

// The loaded programs, and what the agent does with them. Shared by process events and the network guard. Thread-safe.
class KernelPrograms {
 public:
  explicit KernelPrograms(LoadedPrograms loaded);

  // Why one of these programs does not run; nothing if they all do.
  std::optional<base::Error> WhyNot(const std::vector<std::string>& names) const;
  // "what is lost (why)", for each of the programs that does not run.
  std::vector<std::string> LossesOf(const std::map<std::string, std::string>& loss_of_program) const;

  // Only if anything was loaded.
  KernelStream& stream() { return *stream_; }
  const vigie_watch& watch() const { return *loaded_.skeleton; }

  // One thread at a time.
  base::Result<void> Watch(ProcessId process, CarrierMode mode, std::optional<std::uint64_t> output_pipe);
  void Release(ProcessId process);
  base::Result<void> WatchPipe(std::uint64_t inode, CarrierMode mode);
  // Sets of places: bits. What reads its standard output must not write there either.
  base::Result<void> RefuseWrites(ProcessId process, std::uint32_t places, std::optional<std::uint64_t> output_pipe);
  base::Result<void> AllowDestinations(const std::vector<AddressRange>& ranges);

 private:
  base::Result<void> AddPipe(std::uint64_t inode, PipeWatch watch);
  void SweepPipes();
  void KeepHouse();

  const LoadedPrograms loaded_;
  std::mutex mutex_;  // guards what is below, down to the stream
  std::optional<KernelMaps> maps_;
  std::optional<KernelWalks> walks_;
  base::Deadline next_sweep_;
  std::unique_ptr<KernelStream> stream_;
};

}  // namespace vigie::platform
