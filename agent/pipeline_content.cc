// The pipeline's part about getting at what a file holds now.
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "agent/pipeline.h"

namespace vigie::agent {

using inspect::Assessment;
using platform::FileEvent;

namespace {

// A change time is coarse, so content may change once more without a new one (git's "racily clean"): right after a
// change only an inspection is believed that began later.
bool ChangedJustNow(const FileEvent& event) {
  const auto changed_at = base::SystemTime(std::chrono::nanoseconds(event.file.change_time_ns));
  return event.at - changed_at < std::chrono::seconds(1);
}

}  // namespace

bool Pipeline::SomebodyGoesThroughNewFiles() const {
  return streak_.GoesOn(std::chrono::steady_clock::now());
}

// In a recording the next event waits for the end of this one.
bool Pipeline::IsSlow(const FileEvent& event) const {
  const bool large = event.kind == platform::FileEventKind::kClosedAfterWrite && event.file.bytes > inspect::kLargeFile;
  return large && !event.in_flight && !MediumOf(event) && !IsByCarrier(event);
}

// The other thread comes from the last to the first, until they meet: which is the only one that we may wait for.
void Pipeline::HandleEvents(std::vector<FileEvent> events, const std::stop_token& stop) {
  if (events.empty()) return;
  if (events.size() == 1) return HandleEvent(std::move(events.front()));
  std::vector<std::atomic_flag> taken(events.size());
  std::jthread ahead([&] {
    for (std::size_t i = events.size(); i-- > 0 && !stop.stop_requested() && !taken[i].test_and_set();) {
      InspectAhead(events[i]);
    }
  });
  for (std::size_t i = 0; i < events.size() && !stop.stop_requested(); ++i) {
    if (taken[i].test_and_set() && ahead.joinable()) ahead.join();
    HandleEvent(std::move(events[i]));
  }
}

bool Pipeline::LearnOneContent() {
  const auto next = to_learn_.PopFor({}, std::chrono::nanoseconds::zero());
  if (!next) return false;
  FileEvent event;
  event.file = next->file;
  if (!OpenAt(next->path, event) || event.file != next->file) return true;  // it has changed: its closing is told
  const auto deadline = base::Deadline::After(options_.inspection_time);
  const auto assessment = stages_.inspection.InspectAtLeisure({event.content, event.file, next->path}, deadline);
  const bool cut_short = assessment.standing == inspect::Standing::kUnknown;  // what is known of it stays
  if (!cut_short && inspect::NeedsWatch(assessment.standing)) stages_.marks.Set(event.content, true);
  return true;
}

// As if somebody had opened the file just now: what he would be told holds for its closing, too.
void Pipeline::InspectAhead(FileEvent& written) {
  if (written.kind != platform::FileEventKind::kClosedAfterWrite || !EnsureContent(written)) return;
  LookAgain(written);
  if (written.file.bytes == 0 || stages_.inspection.Find(written.file)) return;
  const auto asked_at = std::chrono::steady_clock::now();
  const auto deadline = base::Deadline::After(options_.inspection_time);
  const auto assessment = stages_.inspection.InspectPromptly({written.content, written.file, written.path}, deadline);
  if (assessment.standing != inspect::Standing::kUnknown) fresh_.Note(written.file, asked_at);
}

// Beyond some number of waiting events the sensor keeps paths only. The file at the path must still be the one that was
// meant.
bool Pipeline::EnsureContent(FileEvent& event) {
  if (event.content || OpenAt(event.path, event)) return true;
  const std::string other_name = stages_.new_files.LatestPath(event.file);
  if (other_name.empty() || !OpenAt(other_name, event)) return false;
  event.path = other_name;
  return true;
}

bool Pipeline::OpenAt(const std::string& path, FileEvent& event) {
  auto file = stages_.files.OpenForReading(path, false);
  if (!file) return false;
  const auto status = stages_.files.Status(*file);
  if (!status || status->kind != platform::FileKind::kRegular) return false;
  const bool other = event.file.inode != 0 &&
                     (event.file.inode != status->identity.inode || event.file.device != status->identity.device);
  if (other) return false;
  event.content = *std::move(file);
  event.file = status->identity;
  return true;
}

// A file is closed under one name and renamed at once: what is remembered of it is found under its new change time.
void Pipeline::LookAgain(FileEvent& event) {
  const auto status = stages_.files.Status(event.content);
  if (status) event.file = status->identity;
}

// Since it was inspected: the mark that a later closing has set stays until that is inspected, too.
bool Pipeline::HasChanged(const FileEvent& judged) const {
  const auto status = stages_.files.Status(judged.content);
  return status && status->identity != judged.file;
}

// What is known under a change time that is not that of the content may have been learned before that change (a rename,
// or a content whose time was set back): whoever has closed the file may have written just then.
std::optional<Assessment> Pipeline::KnownSince(const FileEvent& written) {
  if (ChangedJustNow(written)) {
    if (!fresh_.TakeLaterThan(written.file, written.steady_at)) return std::nullopt;
  } else {
    const auto status = stages_.files.Status(written.content);
    if (!status || status->modify_time_ns != written.file.change_time_ns) return std::nullopt;
  }
  return stages_.inspection.Find(written.file);
}

// A file that is gone is told of by what it was.
std::optional<Assessment> Pipeline::FindRenamed(FileEvent& renamed) {
  std::int64_t modify_time_ns = 0;
  if (EnsureContent(renamed)) {
    const auto status = stages_.files.Status(renamed.content);
    if (!status) return std::nullopt;
    modify_time_ns = status->modify_time_ns;
  }
  return stages_.inspection.FindRenamed({renamed.file, renamed.path, modify_time_ns});
}

// Many programs give a file its name and permissions when it is complete, which is another change time of the same
// content: the verdict goes with it. A write meanwhile would be another time of the content as well.
Assessment Pipeline::InspectWritten(FileEvent& written) {
  const auto before = stages_.files.Status(written.content);
  auto assessment = InspectAtLeisure(written);
  const auto after = stages_.files.Status(written.content);
  if (!before || !after || before->identity != written.file || after->identity == written.file) return assessment;
  const bool same = before->identity.bytes == after->identity.bytes && before->modify_time_ns == after->modify_time_ns;
  if (!same || !stages_.inspection.Find(written.file)) return assessment;
  auto moved = stages_.inspection.FindRenamed({after->identity, written.path, after->modify_time_ns});
  if (moved) assessment = *std::move(moved);
  fresh_.Forget(after->identity);  // it may stand in place of a later one now
  written.file = after->identity;
  return assessment;
}

}  // namespace vigie::agent
