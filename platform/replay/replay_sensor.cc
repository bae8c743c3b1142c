#include "platform/replay/replay_sensor.h"

#include <chrono>
#include <optional>
#include <utility>

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kMaxAnswers = 65536;

FileEventKind ToEventKind(RecordedKind kind) {
  switch (kind) {
    case RecordedKind::kCreated:
      return FileEventKind::kCreated;
    case RecordedKind::kClosedAfterWrite:
      return FileEventKind::kClosedAfterWrite;
    case RecordedKind::kRenamed:
      return FileEventKind::kRenamed;
    default:
      return FileEventKind::kOpening;
  }
}

bool IsAboutMedium(const RecordedActivity& activity) {
  return !activity.medium.mount_point.empty();
}

}  // namespace

struct ReplaySensor::Turn {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool in_flight = false;
};

struct ReplaySensor::AnswerLog {
  base::Guarded<std::deque<ReplayAnswer>> answers;
};

// Its destructor says that nobody holds the event any more.
class ReplaySensor::InFlight {
 public:
  explicit InFlight(std::shared_ptr<Turn> turn) : turn_(std::move(turn)) {
    const std::lock_guard lock(turn_->mutex);
    turn_->in_flight = true;
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() {
    {
      const std::lock_guard lock(turn_->mutex);
      turn_->in_flight = false;
    }
    turn_->changed.notify_all();
  }

 private:
  const std::shared_ptr<Turn> turn_;
};

ReplaySensor::ReplaySensor(Recording recording, std::uint64_t after_position, Parts parts,
                           const FileEventOptions& options)
    : recording_(std::move(recording)),
      after_position_(after_position),
      parts_(std::move(parts)),
      turn_(std::make_shared<Turn>()),
      log_(std::make_shared<AnswerLog>()),
      answers_(options) {
  for (const auto& line : recording_.lines()) {
    if (line.number > after_position_) break;
    const auto activity = recording_.Read(line);
    if (IsAboutMedium(activity)) parts_.media->Play(activity);
  }
}

ReplaySensor::~ReplaySensor() {
  Stop();
}

base::Result<void> ReplaySensor::Start(FileEventHandler& handler) {
  const std::lock_guard lock(life_);
  if (stopped_) return Error{ErrorCode::kFailedPrecondition, "file events: stopped already"};
  if (thread_.joinable()) return Error{ErrorCode::kFailedPrecondition, "file events: started already"};
  handler_ = &handler;
  thread_ = std::jthread([this](const std::stop_token& stop) { Play(stop); });
  return {};
}

void ReplaySensor::Stop() {
  const std::lock_guard lock(life_);
  stopped_ = true;
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  answers_.Stop();
}

SensorCounts ReplaySensor::counts() const {
  const std::uint64_t delivered = delivered_;
  return {.produced = delivered, .delivered = delivered, .coalesced = 0, .lost = 0, .late = answers_.late()};
}

std::vector<ReplayAnswer> ReplaySensor::answers() const {
  auto answers = log_->answers.Lock();
  return {answers->begin(), answers->end()};
}

void ReplaySensor::Play(const std::stop_token& stop) {
  for (const auto& line : recording_.lines()) {
    if (line.number <= after_position_) continue;
    if (stop.stop_requested()) return;
    const auto activity = recording_.Read(line);
    if (IsAboutMedium(activity)) {
      parts_.media->Play(activity);
      continue;
    }
    PlayFileEvent(activity, line.number);
    std::unique_lock lock(turn_->mutex);
    if (!turn_->changed.wait(lock, stop, [this] { return !turn_->in_flight; })) return;
  }
  finished_ = true;
}

void ReplaySensor::PlayFileEvent(const RecordedActivity& activity, std::uint64_t position) {
  parts_.processes->Play(activity);
  FileEvent event = MakeEvent(activity, position);
  ++delivered_;
  if (activity.kind != RecordedKind::kOpening) return handler_->OnEvent(std::move(event));
  const auto note = [log = log_, position, path = activity.path](Answer answer) {
    auto answers = log->answers.Lock();
    if (answers->size() >= kMaxAnswers) answers->pop_front();
    answers->push_back({position, path, answer});
  };
  if (handler_->LetsGo(event)) return note(Answer::kAllow);
  handler_->OnAccess(answers_.Hold(std::move(event), note));
}

FileEvent ReplaySensor::MakeEvent(const RecordedActivity& activity, std::uint64_t position) {
  FileEvent event;
  event.kind = ToEventKind(activity.kind);
  event.path = activity.path;
  event.previous_path = activity.previous_path;
  event.process = activity.process.id;
  event.at = activity.at.value_or(std::chrono::system_clock::now());
  event.steady_at = std::chrono::steady_clock::now();
  event.on_medium = activity.on_medium;
  event.position = position;
  event.in_flight = std::make_shared<InFlight>(turn_);
  FillContent(event);
  return event;
}

// A file that is not there any more leaves descriptor and identity empty, as it does for a real sensor.
void ReplaySensor::FillContent(FileEvent& event) const {
  auto content = parts_.files->OpenForReading(event.path);
  if (!content) return;
  const auto status = parts_.files->Status(*content);
  if (!status || status->kind != FileKind::kRegular) return;
  event.file = status->identity;
  event.owner_uid = status->owner_uid;
  event.content = *std::move(content);
}

}  // namespace vigie::platform
