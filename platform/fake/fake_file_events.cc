#include "platform/fake/fake_file_events.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "platform/linux/linux_platform.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

void FillIn(FileEventKind kind, FileEvent& event) {
  event.kind = kind;
  if (event.at == base::SystemTime()) event.at = std::chrono::system_clock::now();
  if (event.steady_at == base::SteadyTime()) event.steady_at = std::chrono::steady_clock::now();
}

// As the reader asks: before path and content are looked up.
bool LetsGo(FileEventHandler& handler, FileEvent& event) {
  auto path = std::exchange(event.path, {});
  auto content = std::move(event.content);
  const bool goes = handler.LetsGo(event);
  event.path = std::move(path);
  event.content = std::move(content);
  return goes;
}

}  // namespace

std::optional<Answer> FakeOpening::answer() const {
  const std::lock_guard lock(mutex_);
  return answer_;
}

std::optional<Answer> FakeOpening::AwaitAnswer(base::Deadline deadline) const {
  std::unique_lock lock(mutex_);
  replied_.wait_until(lock, deadline.at(), [this] { return answer_.has_value(); });
  return answer_;
}

int FakeOpening::answers() const {
  const std::lock_guard lock(mutex_);
  return answers_;
}

void FakeOpening::Reply(Answer answer) {
  {
    const std::lock_guard lock(mutex_);
    answer_ = answer;
    ++answers_;
  }
  replied_.notify_all();
}

FakeFileEvents::FakeFileEvents(const FileEventOptions& options) : file_system_(MakeFileSystem()), answers_(options) {
}

FakeFileEvents::~FakeFileEvents() {
  Stop();
}

Result<void> FakeFileEvents::Start(FileEventHandler& handler) {
  const std::lock_guard lock(mutex_);
  if (auto usable = CheckUsable(); !usable) return usable;
  if (state_.handler != nullptr) return Error{ErrorCode::kFailedPrecondition, "file events: started already"};
  state_.handler = &handler;
  return {};
}

void FakeFileEvents::Stop() {
  {
    const std::lock_guard lock(mutex_);
    state_.handler = nullptr;
    state_.stopped = true;
  }
  answers_.Stop();
}

Result<void> FakeFileEvents::Watch(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (auto usable = CheckUsable(); !usable) return usable;
  if (!file_system_->StatusOf(path)) return Error{ErrorCode::kNotFound, "watch " + path + ": no such directory"};
  state_.watched.push_back(path);
  return {};
}

Result<void> FakeFileEvents::WatchMedium(const std::string& mount_point) {
  const std::lock_guard lock(mutex_);
  if (auto usable = CheckUsable(); !usable) return usable;
  if (!file_system_->StatusOf(mount_point)) return Error{ErrorCode::kNotFound, "watch " + mount_point + ": not there"};
  state_.media.push_back(mount_point);
  return {};
}

void FakeFileEvents::UnwatchMedium(const std::string& mount_point) {
  const std::lock_guard lock(mutex_);
  std::erase(state_.media, mount_point);
}

Result<void> FakeFileEvents::Mark(const base::FileDescriptor& file) {
  const auto key = KeyOf(file);
  const std::lock_guard lock(mutex_);
  if (auto usable = CheckUsable(); !usable) return usable;
  if (!key) return Error{ErrorCode::kInvalidArgument, "mark a file: the descriptor is not open"};
  state_.marks.insert(*key);
  return {};
}

void FakeFileEvents::Unmark(const base::FileDescriptor& file) {
  const auto key = KeyOf(file);
  const std::lock_guard lock(mutex_);
  if (key) state_.marks.erase(*key);
}

void FakeFileEvents::Exempt(std::int32_t pid) {
  const std::lock_guard lock(mutex_);
  state_.exempt.insert(pid);
}

SensorCounts FakeFileEvents::counts() const {
  const std::lock_guard lock(mutex_);
  SensorCounts counts = state_.counts;
  counts.late = answers_.late();
  return counts;
}

std::vector<std::string> FakeFileEvents::degradations() const {
  const std::lock_guard lock(mutex_);
  return state_.degradations;
}

bool FakeFileEvents::WouldAsk(const FileEvent& event) const {
  const std::lock_guard lock(mutex_);
  return event.on_medium || state_.marks.contains({event.file.device, event.file.inode});
}

std::shared_ptr<FakeOpening> FakeFileEvents::EmitOpening(FileEvent event) {
  auto opening = std::make_shared<FakeOpening>();
  FillIn(FileEventKind::kOpening, event);
  FileEventHandler* const handler = Count(event);
  if (handler == nullptr || LetsGo(*handler, event)) {
    opening->Reply(Answer::kAllow);
  } else {
    handler->OnAccess(answers_.Hold(std::move(event), [opening](Answer answer) { opening->Reply(answer); }));
  }
  return opening;
}

void FakeFileEvents::EmitCreated(FileEvent event) {
  {
    const std::lock_guard lock(mutex_);
    state_.marks.insert({event.file.device, event.file.inode});
  }
  Emit(FileEventKind::kCreated, std::move(event));
}

void FakeFileEvents::EmitClosedAfterWrite(FileEvent event) {
  Emit(FileEventKind::kClosedAfterWrite, std::move(event));
}

void FakeFileEvents::EmitRenamed(FileEvent event) {
  Emit(FileEventKind::kRenamed, std::move(event));
}

void FakeFileEvents::EmitGap(std::string reason) {
  FileEventHandler* handler = nullptr;
  {
    const std::lock_guard lock(mutex_);
    ++state_.counts.produced;
    ++state_.counts.lost;
    handler = state_.handler;
  }
  if (handler != nullptr) handler->OnGap({std::move(reason), std::chrono::system_clock::now()});
}

std::vector<std::string> FakeFileEvents::watched() const {
  const std::lock_guard lock(mutex_);
  return state_.watched;
}

std::vector<std::string> FakeFileEvents::media() const {
  const std::lock_guard lock(mutex_);
  return state_.media;
}

std::set<FakeFileEvents::FileKey> FakeFileEvents::marks() const {
  const std::lock_guard lock(mutex_);
  return state_.marks;
}

std::set<std::int32_t> FakeFileEvents::exempt() const {
  const std::lock_guard lock(mutex_);
  return state_.exempt;
}

void FakeFileEvents::FailWith(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  state_.failure = std::move(error);
}

void FakeFileEvents::SetDegradations(std::vector<std::string> degradations) {
  const std::lock_guard lock(mutex_);
  state_.degradations = std::move(degradations);
}

Result<void> FakeFileEvents::CheckUsable() const {
  if (state_.failure) return *state_.failure;
  if (state_.stopped) return Error{ErrorCode::kFailedPrecondition, "file events: stopped already"};
  return {};
}

std::optional<FakeFileEvents::FileKey> FakeFileEvents::KeyOf(const base::FileDescriptor& file) {
  const auto status = file_system_->Status(file);
  if (!status) return std::nullopt;
  return FileKey{status->identity.device, status->identity.inode};
}

FileEventHandler* FakeFileEvents::Count(const FileEvent& event) {
  const std::lock_guard lock(mutex_);
  if (state_.handler == nullptr || state_.exempt.contains(event.process.pid)) return nullptr;
  ++state_.counts.produced;
  ++state_.counts.delivered;
  return state_.handler;
}

void FakeFileEvents::Emit(FileEventKind kind, FileEvent event) {
  FillIn(kind, event);
  if (FileEventHandler* const handler = Count(event)) handler->OnEvent(std::move(event));
}

}  // namespace vigie::platform
