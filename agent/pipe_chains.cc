#include "agent/pipe_chains.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace vigie::agent {
namespace {

constexpr auto kMoment = std::chrono::milliseconds(5);
constexpr int kMoments = 10;

bool Holds(const std::vector<platform::ProcessId>& processes, platform::ProcessId process) {
  return std::ranges::find(processes, process) != processes.end();
}

// The opener's shell, or one of that shell's children that runs no program of its own yet.
bool MayBeMakingThePipeline(const platform::ProcessDescription& reader, const platform::ProcessDescription& opener) {
  if (Holds(opener.parent_ids, reader.id)) return true;
  const bool sibling = !reader.parent_ids.empty() && Holds(opener.parent_ids, reader.parent_ids.front());
  return sibling && !reader.parents.empty() && reader.exe == reader.parents.front();
}

}  // namespace

PipeChains::PipeChains(platform::ProcessInfo& processes, Pause pause)
    : processes_(processes), pause_(std::move(pause)) {
}

void PipeChains::Sleep(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
}

PipeChain PipeChains::BehindNow(std::int32_t pid) {
  auto outflow = processes_.OutflowOf(pid);
  if (!outflow) return {};
  if (!outflow->complete) ++incomplete_;
  PipeChain chain{{}, std::move(outflow->pipes)};
  for (const platform::OutflowReader& reader : outflow->readers) {
    auto description = processes_.Describe(reader.process.pid);
    if (description && description->id == reader.process) chain.readers.push_back(*std::move(description));
  }
  return chain;
}

PipeChain PipeChains::Behind(const platform::ProcessDescription& opener, base::Deadline deadline,
                             const std::function<bool(platform::ProcessId)>& carries) {
  PipeChain chain = BehindNow(opener.id.pid);
  for (int i = 0; i < kMoments && deadline.remaining() > 2 * kMoment; ++i) {
    const bool settled = std::ranges::none_of(chain.readers, [&](const auto& reader) {
      return MayBeMakingThePipeline(reader, opener) && !carries(reader.id);
    });
    if (settled) break;
    pause_(kMoment);
    chain = BehindNow(opener.id.pid);
  }
  return chain;
}

}  // namespace vigie::agent
