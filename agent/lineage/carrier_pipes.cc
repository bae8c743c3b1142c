#include "agent/lineage/carrier_pipes.h"

#include <algorithm>
#include <iterator>

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

void CarrierPipes::NoteStage(const Stage& stage) {
  auto stages = stages_.Lock();
  stages->push_front(stage);
  if (stages->size() > capacity_) stages->pop_back();
}

std::vector<CarrierPipes::Stage> CarrierPipes::StagesBehind(std::uint64_t pipe) const {
  std::vector<Stage> behind;
  auto stages = stages_.Lock();
  std::ranges::copy_if(*stages, std::back_inserter(behind), [pipe](const Stage& one) { return one.input == pipe; });
  return behind;
}

}  // namespace vigie::agent::lineage
