#include <fmt/format.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "platform/base/bounded_queue.h"
#include "platform/base/private_file.h"
#include "platform/replay/recorded_activity.h"
#include "platform/replay/replay.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMaxWaiting = 1024;

RecordedKind ToRecordedKind(FileEventKind kind) {
  switch (kind) {
    case FileEventKind::kCreated:
      return RecordedKind::kCreated;
    case FileEventKind::kClosedAfterWrite:
      return RecordedKind::kClosedAfterWrite;
    case FileEventKind::kRenamed:
      return RecordedKind::kRenamed;
    case FileEventKind::kOpening:
      break;
  }
  return RecordedKind::kOpening;
}

class RecordingFileEvents final : public FileEvents, private FileEventHandler {
 public:
  RecordingFileEvents(std::unique_ptr<FileEvents> files, ProcessInfo& processes, std::string path)
      : path_(std::move(path)), processes_(processes), files_(std::move(files)) {}
  ~RecordingFileEvents() override { Stop(); }

  Result<void> Start(FileEventHandler& handler) override;
  void Stop() override;

  Result<void> Watch(const std::string& path) override { return files_->Watch(path); }
  Result<void> WatchMedium(const std::string& mount_point) override { return files_->WatchMedium(mount_point); }
  void UnwatchMedium(const std::string& mount_point) override { files_->UnwatchMedium(mount_point); }
  Result<void> Mark(const base::FileDescriptor& file) override { return files_->Mark(file); }
  void Unmark(const base::FileDescriptor& file) override { files_->Unmark(file); }
  void Exempt(std::int32_t pid) override { files_->Exempt(pid); }
  SensorCounts counts() const override { return files_->counts(); }
  std::vector<std::string> degradations() const override;

 private:
  using Item = std::variant<PendingAccess, FileEvent, FileEventGap>;

  void OnAccess(PendingAccess access) override { Queue(std::move(access)); }
  void OnEvent(FileEvent event) override { Queue(std::move(event)); }
  void OnGap(FileEventGap gap) override { Queue(std::move(gap)); }
  bool LetsGo(const FileEvent& opening) override { return handler_->LetsGo(opening); }  // it is no access then

  void Queue(Item item);
  void HandOn(Item item);
  void Run(const std::stop_token& stop);
  void Record(const Item& item);
  RecordedActivity Describe(const FileEvent& event);

  const std::string path_;
  ProcessInfo& processes_;
  FileEventHandler* handler_ = nullptr;
  base::BoundedQueue<std::shared_ptr<Item>> queue_{kMaxWaiting, base::OverflowPolicy::kReject};
  std::ofstream out_;
  std::atomic<std::uint64_t> unrecorded_{0};
  std::jthread thread_;
  const std::unique_ptr<FileEvents> files_;  // last: its threads call us until it is gone
};

Result<void> RecordingFileEvents::Start(FileEventHandler& handler) {
  if (auto made = base::EnsurePrivateFile(path_); !made) return made.error().Wrap("record");
  out_.open(path_, std::ios::app | std::ios::binary);
  if (!out_) return Error{ErrorCode::kPermissionDenied, "record: cannot write " + path_};
  handler_ = &handler;
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
  return files_->Start(*this);
}

void RecordingFileEvents::Stop() {
  files_->Stop();  // answers what waits here too
  queue_.Close();
  if (thread_.joinable()) thread_.join();
}

std::vector<std::string> RecordingFileEvents::degradations() const {
  auto degradations = files_->degradations();
  if (const auto unrecorded = unrecorded_.load(); unrecorded > 0) {
    degradations.push_back(fmt::format("{} events are missing in the recording {}", unrecorded, path_));
  }
  return degradations;
}

// Called on the sensor's threads. A full queue must not cost the event: it goes on without being recorded.
void RecordingFileEvents::Queue(Item item) {
  const auto shared = std::make_shared<Item>(std::move(item));
  if (queue_.Push(shared)) return;
  ++unrecorded_;
  HandOn(std::move(*shared));
}

void RecordingFileEvents::HandOn(Item item) {
  if (auto* access = std::get_if<PendingAccess>(&item)) {
    handler_->OnAccess(std::move(*access));
  } else if (auto* event = std::get_if<FileEvent>(&item)) {
    handler_->OnEvent(std::move(*event));
  } else {
    handler_->OnGap(std::get<FileEventGap>(std::move(item)));
  }
}

void RecordingFileEvents::Run(const std::stop_token& stop) {
  while (auto item = queue_.Pop(stop)) {
    Record(**item);
    HandOn(std::move(**item));
  }
}

void RecordingFileEvents::Record(const Item& item) {
  const FileEvent* event = std::get_if<FileEvent>(&item);
  if (const auto* access = std::get_if<PendingAccess>(&item)) event = &access->event();
  if (event == nullptr) return;  // a gap: a recording says what was seen
  const std::string line = FormatRecordedActivity(Describe(*event));
  const bool recordable = !event->path.empty() && line.size() <= kMaxRecordedLine;
  if (recordable) out_ << line << '\n' << std::flush;
  if (!recordable || !out_) ++unrecorded_;
}

RecordedActivity RecordingFileEvents::Describe(const FileEvent& event) {
  RecordedActivity activity;
  activity.kind = ToRecordedKind(event.kind);
  activity.path = event.path;
  activity.previous_path = event.previous_path;
  activity.on_medium = event.on_medium;
  activity.at = event.at;
  activity.process.id = event.process;
  auto process = processes_.Describe(event.process.pid);
  const auto writable = processes_.WritableFiles(event.process.pid);
  if (event.kind == FileEventKind::kOpening) activity.mode = processes_.PendingOpenMode(event.process.pid);
  // Asked last: what was read before then was read of this process and of no other with its pid.
  if (event.process_handle && !event.process_handle->Alive()) return activity;
  if (process) activity.process = *std::move(process);
  if (writable) {
    for (const auto& file : *writable) {
      if (activity.writable_files.size() < kMaxRecordedList) activity.writable_files.push_back(file.path);
    }
  }
  return activity;
}

}  // namespace

std::unique_ptr<FileEvents> RecordFileEvents(std::unique_ptr<FileEvents> files, ProcessInfo& processes,
                                             const std::string& path) {
  return std::make_unique<RecordingFileEvents>(std::move(files), processes, path);
}

}  // namespace vigie::platform
