#include "agent/carriers.h"

#include <algorithm>
#include <utility>

#include "agent/sensor/command_line.h"

namespace vigie::agent {
namespace {

std::string Join(const std::vector<std::string>& arguments) {
  std::string joined;
  for (const std::string& argument : arguments) joined += (joined.empty() ? "" : " ") + argument;
  return joined;
}

using platform::CarrierMode;
using platform::ProcessDescription;
using platform::ProcessId;

ProcessDescription AsDescription(const platform::ProcessExecuted& event) {
  ProcessDescription process;
  process.id = event.process;
  process.exe = event.exe;
  process.command_line = Join(event.arguments);
  process.uid = event.uid;
  process.session = event.session;
  process.input_pipe = event.input_pipe;
  return process;
}

constexpr auto kClockTick = std::chrono::milliseconds(10);  // USER_HZ, time(7)
// The clocks of a start and of a reading are not the same one. Who was made so shortly before the reading is taken for
// one made after it.
constexpr auto kInaccuracy = std::chrono::seconds(1);

}  // namespace

Carriers::Carriers(Parts parts) : parts_(parts), gaps_(parts.clock, "process_events") {
}

base::SystemTime Carriers::StartOf(ProcessId process) const {
  if (process.start_time == 0 || parts_.booted_at == base::SystemTime()) return base::SystemTime::max();
  return parts_.booted_at + static_cast<std::int64_t>(process.start_time) * kClockTick + kInaccuracy;
}

std::optional<ProcessDescription> Carriers::DescribeRunning(ProcessId process) const {
  auto description = parts_.processes.Describe(process.pid);
  if (!description || description->id != process) return std::nullopt;
  return *std::move(description);
}

// Of a parent counts what it had read when it made the child on the way to this process.
void Carriers::Meet(const ProcessDescription& process) {
  ProcessId child = process.id;
  bool more = false;
  for (const ProcessId parent : process.parent_ids) {
    more = parts_.taints.Pass(parent, process.id, StartOf(child)) || more;
    child = parent;
  }
  if (more) Guard(process);
  if (process.input_pipe != 0) TakeFrom(process.input_pipe, process.id);  // that it runs may not have been told yet
}

PipeChain Carriers::Behind(const ProcessDescription& opener, const v1::Inspection& content, base::Deadline deadline) {
  if (!parts_.is_protected(content)) return {};
  return parts_.chains.Behind(opener, deadline, [this](ProcessId reader) { return parts_.taints.Carries(reader); });
}

void Carriers::Read(const ProcessDescription& reader, const PipeChain& chain, lineage::Reading reading,
                    bool told_as_transfer) {
  const bool is_protected = parts_.is_protected(reading.inspection);
  if (is_protected && told_as_transfer) NoteTransferTold(reader, chain);
  parts_.taints.Add(reader.id, std::move(reading));
  if (!is_protected) return;
  const auto mode = Guard(reader);
  if (mode) Pass(reader.id, chain, *mode);
}

void Carriers::Pass(ProcessId from, const PipeChain& chain, CarrierMode mode) {
  for (const std::uint64_t pipe : chain.pipes) {
    NotePipe(pipe, from);
    parts_.guard.WatchPipe(pipe, mode);
  }
  for (const ProcessDescription& reader : chain.readers) {
    if (parts_.taints.Pass(from, reader.id)) Guard(reader);
  }
}

std::optional<CarrierMode> Carriers::Guard(const ProcessDescription& process) {
  const auto taint = parts_.taints.Carried(process.id);
  if (!taint || !parts_.is_protected(taint->inspection)) return std::nullopt;
  return parts_.guard.Watch(process, *taint);
}

std::optional<lineage::Taint> Carriers::CarriedInto(ProcessId process, const std::string& path) const {
  return parts_.taints.CarriedInto(process, path);
}

void Carriers::AddLineage(ProcessId process, const std::string& source_path, const std::string& event_id) {
  parts_.taints.AddLineage(process, source_path, event_id);
}

bool Carriers::CarriesSource(ProcessId process, const std::string& path) const {
  return parts_.taints.CarriesSource(process, path);
}

void Carriers::NoteTransferTold(const ProcessDescription& reader, const PipeChain& chain) {
  parts_.guard.NoteTransferTold(reader.id);
  for (const ProcessDescription& behind : chain.readers) parts_.guard.NoteTransferTold(behind.id);
}

void Carriers::Remember(ProcessId process, lineage::Reading reading) {
  parts_.taints.Add(process, std::move(reading));
}

void Carriers::Rebuild() {
  ForgetEnded();
  PassToDescendants();
  for (const ProcessId carrier : parts_.taints.Living()) {
    const auto process = DescribeRunning(carrier);
    if (!process) continue;
    const auto mode = Guard(*process);
    if (transfers_told_.contains(carrier)) parts_.guard.NoteTransferTold(carrier);
    if (mode) Pass(carrier, parts_.chains.BehindNow(carrier.pid), *mode);
  }
  transfers_told_.clear();
}

// Parents start before their children, so one round in the order of their starts reaches grandchildren, too.
void Carriers::PassToDescendants() {
  if (parts_.taints.size() == 0) return;
  auto links = parts_.processes.Running();
  if (!links) return;
  std::ranges::sort(*links, {}, [](const platform::ProcessLink& link) { return link.process.start_time; });
  for (const platform::ProcessLink& link : *links) {
    parts_.taints.Pass(link.parent, link.process, StartOf(link.process));
  }
}

void Carriers::JudgeAgain() {
  for (const ProcessId carrier : parts_.taints.Living()) {
    if (const auto process = DescribeRunning(carrier)) Guard(*process);
  }
}

void Carriers::ForgetEnded() {
  const auto runs = [this](ProcessId process) {
    const auto running = parts_.processes.Describe(process.pid);
    return running && (process.start_time == 0 || running->id.start_time == process.start_time);
  };
  for (const ProcessId ended : parts_.taints.DropEnded(runs, parts_.clock.SteadyNow())) parts_.guard.Release(ended);
  parts_.guard.Sweep([this](ProcessId process) { return parts_.taints.Carries(process); });
}

void Carriers::OnForked(const platform::ProcessForked& event) {
  if (parts_.new_files != nullptr) parts_.new_files->NoteForked(event);
  if (parts_.taints.Pass(event.parent, event.child, StartOf(event.child))) {
    parts_.guard.Adopt(event.parent, event.child);
  }
}

bool Carriers::TakeFrom(std::uint64_t pipe, ProcessId reader) {
  const auto writer = pipes_.WriterOf(pipe);
  const bool more = writer && parts_.taints.Pass(*writer, reader);
  if (more) parts_.guard.Adopt(*writer, reader);
  return more;
}

// Who reads from it may run already, and others behind him. A stage that carries all of it already ends the way, so
// that pipes in a circle do no harm.
void Carriers::NotePipe(std::uint64_t pipe, ProcessId writer) {
  pipes_.Note(pipe, writer);
  std::vector<std::uint64_t> noted = {pipe};
  while (!noted.empty()) {
    const std::uint64_t next = noted.back();
    noted.pop_back();
    for (const lineage::CarrierPipes::Stage& stage : pipes_.StagesBehind(next)) {
      if (!TakeFrom(next, stage.process) || stage.output == 0) continue;
      pipes_.Note(stage.output, stage.process);
      noted.push_back(stage.output);
    }
  }
}

// What comes in by a carrier's pipe may go out by another.
void Carriers::OnExecuted(platform::ProcessExecuted event) {
  const std::string command_line = Join(event.arguments);
  if (parts_.known) parts_.known->NoteExecuted(event.process, event.exe, command_line);
  if (parts_.new_files) {
    parts_.new_files->NoteExecuted(event.process.pid, sensor::ParseInvocation(event.exe, command_line).program);
  }
  const bool passes_on = event.output_pipe != 0 && event.output_pipe != event.input_pipe;
  if (event.input_pipe != 0) {
    pipes_.NoteStage({event.process, event.input_pipe, passes_on ? event.output_pipe : 0});
  }
  TakeFrom(event.input_pipe, event.process);
  if (!parts_.taints.Carries(event.process)) return;
  if (passes_on) NotePipe(event.output_pipe, event.process);
  if (parts_.known) parts_.known->Introduce(AsDescription(event), event.parent);
}

void Carriers::OnEnded(const platform::ProcessEnded& event) {
  parts_.taints.NoteEnded(event.process, parts_.clock.SteadyNow());
  parts_.guard.Release(event.process);
}

void Carriers::OnProcessGap(platform::FileEventGap gap) {
  if (parts_.new_files != nullptr) parts_.new_files->NoteForksLost();
  gaps_.Add(gap.reason, gap.at, 0);
}

}  // namespace vigie::agent
