#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <vector>

#include "platform/base/guarded.h"
#include "platform/process_info.h"

namespace vigie::agent::lineage {

// Pipes that carriers write into. A shell may fork the reader of a pipeline only after its writer has read the file:
// whoever gets such a pipe as its standard input carries, too. Bounded: the pipe noted longest ago is forgotten; an
// inode number comes again after four thousand million pipes only. Thread-safe.
class CarrierPipes {
 public:
  explicit CarrierPipes(std::size_t capacity = 1024) : capacity_(capacity) {}

  void Note(std::uint64_t pipe, platform::ProcessId writer);
  std::optional<platform::ProcessId> WriterOf(std::uint64_t pipe) const;

  // A stage of some pipeline: a shell may start the last one first, before anybody knows that the pipe is a carrier's.
  struct Stage {
    platform::ProcessId process;
    std::uint64_t input = 0;   // inode of the pipe it reads from
    std::uint64_t output = 0;  // and that it writes into; 0 = none
  };
  void NoteStage(const Stage& stage);
  // Of those noted whose input this pipe is.
  std::vector<Stage> StagesBehind(std::uint64_t pipe) const;

  std::size_t size() const { return pipes_.Lock()->size(); }

 private:
  struct Pipe {
    std::uint64_t inode = 0;
    platform::ProcessId writer;
  };
  const std::size_t capacity_;
  base::Guarded<std::list<Pipe>> pipes_;    // noted last first
  base::Guarded<std::list<Stage>> stages_;  // the same
};

}  // namespace vigie::agent::lineage
