#include "tests/unit/agent/pipeline_workbench.h"

#include <gtest/gtest.h>

#include <sstream>
#include <utility>

#include "core/customers/record_set.h"

namespace vigie::agent {
namespace {

class AliveProcess final : public platform::ProcessHandle {
 public:
  bool Alive() const override { return true; }
};

v1::Inspection NotEvaluated(v1::Reason reason) {
  v1::Inspection inspection;
  inspection.set_evaluated(v1::EVALUATED_NONE);
  inspection.add_reasons(reason);
  return inspection;
}

std::unique_ptr<spool::EventSpool> MemorySpool(const base::Clock& clock) {
  auto opened = spool::EventSpool::Open(":memory:", {.agent_id = "desk-7"}, clock);
  EXPECT_TRUE(opened) << opened.error().message;
  return *std::move(opened);
}

std::unique_ptr<inspect::VerdictIndex> EmptyIndex(const TemporaryDirectory& directory) {
  auto opened =
      inspect::VerdictIndex::Open(directory.path() + "/verdicts.db", *seal::HostKey::Make(), {.version = "1"});
  EXPECT_TRUE(opened) << opened.error().message;
  return *std::move(opened);
}

std::unique_ptr<inspect::DerivedIndex> MemoryDerived() {
  auto opened = inspect::DerivedIndex::Open(":memory:", *seal::HostKey::Make());
  EXPECT_TRUE(opened) << opened.error().message;
  return *std::move(opened);
}

}  // namespace

v1::Inspection CustomersFound(std::uint32_t first, std::uint32_t last) {
  customers::RecordSet records;
  for (std::uint32_t id = first; id <= last; ++id) records.Add(id);
  v1::Inspection inspection;
  inspection.set_evaluated(v1::EVALUATED_FULL);
  inspection.set_media_type("text/csv");
  inspection.mutable_customers()->set_distinct(records.size());
  inspection.mutable_customers()->set_records(records.Serialize());
  return inspection;
}

std::function<void()> FakeInspector::Begin() {
  auto state = state_.Lock();
  ++state->inspections;
  return std::exchange(state->meanwhile, nullptr);
}

v1::Inspection FakeInspector::Inspect(const base::FileDescriptor& content, base::Deadline) {
  if (const auto meanwhile = Begin()) meanwhile();
  const auto status = files_.Status(content);
  if (!status) return NotEvaluated(v1::REASON_UNREADABLE);
  auto state = state_.Lock();
  std::string& text = state->texts[status->identity.inode];
  std::istringstream words(text);
  std::string kind;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  words >> kind >> first >> last;
  v1::Inspection inspection;
  inspection.set_evaluated(v1::EVALUATED_FULL);
  if (kind == "customers") inspection = CustomersFound(first, last);
  if (kind == "iban") inspection.add_classes()->set_class_("iban");
  if (kind == "encrypted") inspection = NotEvaluated(v1::REASON_ENCRYPTED);
  if (kind == "binary") inspection = NotEvaluated(v1::REASON_UNSUPPORTED);
  if (kind == "broken") inspection = NotEvaluated(v1::REASON_INSPECTOR_FAILED);
  if (kind == "slow") {
    inspection = NotEvaluated(v1::REASON_TIMED_OUT);
    text = "customers 0 9";
  }
  inspection.set_bytes(status->identity.bytes);
  return inspection;
}

PipelineWorkbench::PipelineWorkbench(PipelineOptions options, const std::string& policy_text)
    : spool(MemorySpool(clock)),
      verdicts(EmptyIndex(directory)),
      derived(MemoryDerived()),
      inspection({inspector, inspector, leisurely}, *verdicts, *derived),
      reporter(*spool, &thresholds),
      pipeline({files, process_info, processes, media, classifier, inspection, policy, carriers, derivations, new_files,
                screen, marks, reporter},
               options),
      options_(options) {
  files.AddFile("/policy.yaml", policy_text);
  const auto loaded = active_policy.Load("/policy.yaml");
  EXPECT_TRUE(loaded) << loaded.error().message;
  thresholds.UsePolicy(active_policy.current().get(), [] { return policy::LocalThresholds::Memory(); });
}

void PipelineWorkbench::AddFile(const std::string& path, const std::string& what_is_in_it) {
  files.AddFile(path, what_is_in_it, 1000);
  inspector.Say(EventOf(0, path).file.inode, what_is_in_it);
}

void PipelineWorkbench::AddProcess(std::int32_t pid, const std::string& exe, const std::string& command_line) {
  process_info.Add({.id = {pid, static_cast<std::uint64_t>(pid) * 10},
                    .exe = exe,
                    .command_line = command_line,
                    .parents = {"/usr/bin/bash"},
                    .uid = 1000,
                    .user = "alice",
                    .session = 4});
}

void PipelineWorkbench::AttachMedium(const std::string& mount_point) {
  media.Add({mount_point, "/dev/sdb1", "vfat", "Acme Stick 123"}, 0);
}

void PipelineWorkbench::Connect(std::int32_t pid, std::vector<std::int32_t> readers) {
  platform::Outflow outflow;
  for (const std::int32_t reader : readers) {
    const std::uint64_t pipe = 1000 + static_cast<std::uint64_t>(outflow.pipes.size());
    outflow.pipes.push_back(pipe);
    outflow.readers.push_back({{reader, static_cast<std::uint64_t>(reader) * 10}, pipe});
  }
  process_info.SetOutflow(pid, outflow);
}

platform::FileEvent PipelineWorkbench::EventOf(std::int32_t pid, const std::string& path) {
  platform::FileEvent event;
  auto content = files.OpenForReading(path);
  EXPECT_TRUE(content) << path;
  const auto status = files.Status(*content);
  EXPECT_TRUE(status);
  event.content = *std::move(content);
  event.file = status->identity;
  event.owner_uid = 1000;
  event.path = path;
  event.process.pid = pid;
  event.at = clock.Now();
  event.steady_at = clock.SteadyNow();
  const auto place = media.Holding(path);
  event.on_medium = place && place->kind != platform::MediumKind::kCloudFolder;
  return event;
}

platform::Answer PipelineWorkbench::Play(std::int32_t pid, const std::string& path, base::Deadline deadline,
                                         bool in_time) {
  std::optional<platform::Answer> given;
  pipeline.HandleAccess(
      platform::PendingAccess(EventOf(pid, path), deadline, options_.fail_answer, [&](platform::Answer answer) {
        EXPECT_FALSE(given.has_value()) << "answered twice";
        given = in_time ? answer : options_.fail_answer;
        return in_time;
      }));
  EXPECT_TRUE(given.has_value()) << "not answered";
  return given.value_or(platform::Answer::kAllow);
}

platform::Answer PipelineWorkbench::Open(std::int32_t pid, const std::string& path, platform::OpenMode mode) {
  process_info.SetPendingOpenMode(pid, mode);
  return Play(pid, path, base::Deadline::After(std::chrono::minutes(1)), true);
}

void PipelineWorkbench::OpenTooLate(std::int32_t pid, const std::string& path, platform::OpenMode mode) {
  process_info.SetPendingOpenMode(pid, mode);
  Play(pid, path, base::Deadline::After(std::chrono::nanoseconds::zero()), false);
}

platform::FileEvent PipelineWorkbench::Closed(std::int32_t pid, const std::string& path) {
  platform::FileEvent event = EventOf(pid, path);
  event.kind = platform::FileEventKind::kClosedAfterWrite;
  return event;
}

void PipelineWorkbench::CloseAfterWrite(std::int32_t pid, const std::string& path) {
  pipeline.HandleEvent(Closed(pid, path));
}

bool PipelineWorkbench::MakeAndReadBack(std::int32_t pid, const std::string& path) {
  platform::FileEvent created = EventOf(pid, path);
  created.born_at = clock.Now();
  created.process_handle = std::make_shared<AliveProcess>();
  new_files.NoteCreated(created);
  return new_files.LetThrough(EventOf(pid, path));
}

void PipelineWorkbench::NoteClosed(std::int32_t pid, const std::string& path) {
  writes.Note(EventOf(pid, path));
}

void PipelineWorkbench::Rename(const std::string& from, const std::string& to) {
  platform::FileEvent event = EventOf(0, from);
  event.kind = platform::FileEventKind::kRenamed;
  event.previous_path = from;
  event.path = to;
  event.file.change_time_ns += 1;  // a rename does that
  pipeline.HandleEvent(std::move(event));
}

bool PipelineWorkbench::IsMarked(const std::string& path) {
  const platform::FileIdentity file = EventOf(0, path).file;
  return file_events.marks().contains({file.device, file.inode});
}

std::vector<v1::Event> PipelineWorkbench::Told() {
  std::vector<v1::Event> events;
  const auto stored = spool->ReadAfter({}, {});
  EXPECT_TRUE(stored);
  for (const spool::StoredEvent& one : *stored) EXPECT_TRUE(events.emplace_back().ParseFromString(one.bytes));
  return events;
}

v1::Event PipelineWorkbench::ToldOnce() {
  const auto events = Told();
  EXPECT_EQ(events.size(), 1U);
  return events.empty() ? v1::Event() : events.front();
}

}  // namespace vigie::agent
