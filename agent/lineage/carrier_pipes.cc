#include "agent/lineage/carrier_pipes.h"

#include <algorithm>

namespace vigie::agent::lineage {

void CarrierPipes::Note(std::uint64_t pipe, platform::ProcessId writer) {
  auto pipes = pipes_.Lock();
  std::erase_if(*pipes, [pipe](const Pipe& known) { return known.inode == pipe; });
  pipes->push_front({pipe, writer});
  if (pipes->size() > capacity_) pipes->pop_back();
}

std::optional<platform::ProcessId> CarrierPipes::WriterOf(std::uint64_t pipe) const {
  if (pipe == 0) return std::nullopt;
  auto pipes = pipes_.Lock();
  const auto known = std::ranges::find(*pipes, pipe, &Pipe::inode);
  if (known == pipes->end()) return std::nullopt;
  return known->writer;
}

}  // namespace vigie::agent::lineage
