#include "platform/linux/fanotify_file_events.h"

#include <sys/fanotify.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "platform/base/logging.h"
#include "platform/linux/descriptor_limit.h"
#include "platform/linux/file_events.h"
#include "platform/linux/mark_limit.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The kernel denies a permission event for which it finds no free descriptor.
constexpr std::uint64_t kWantedDescriptors = 65536;
// As many as wait, and the processes of as many new files: while the table grows, all wait.
constexpr std::uint32_t kReservedDescriptors = 32768;
constexpr std::uint64_t kMostHeldOpen = 8192;
constexpr std::uint64_t kShareHeldOpen = 8;
// Without FAN_UNLIMITED_MARKS: each mark keeps its inode in memory, so the kernel's limit on them is wanted.
constexpr unsigned kAsking = FAN_CLASS_CONTENT | FAN_UNLIMITED_QUEUE;
constexpr unsigned kObserving = FAN_CLASS_NOTIF | FAN_UNLIMITED_MARKS;  // a bounded queue: its overflow is a gap

}  // namespace

std::size_t EventsHeldOpen() {
  return std::min(kMostHeldOpen, RaiseDescriptorLimit(kWantedDescriptors) / kShareHeldOpen);
}

Result<void> FanotifyFileEvents::Start(FileEventHandler& handler) {
  auto session = OpenSession();
  if (!session) return session.error();
  if (std::exchange(state_.Lock()->started, true)) {
    return Error{ErrorCode::kFailedPrecondition, "file events: started already"};
  }
  (*session)->asking.Deliver(handler);
  (*session)->observing.Start(handler);
  return {};
}

void FanotifyFileEvents::Stop() {
  std::shared_ptr<Session> session;
  {
    auto state = state_.Lock();
    state->stopped = true;
    session = std::exchange(state->session, nullptr);
  }
  if (!session) return;
  // Without the lock: a handler that runs now may call Mark.
  session->observing.Stop();
  session->asking.Stop();
  state_.Lock()->late_at_stop = session->asking.late();
}

Result<void> FanotifyFileEvents::Watch(const std::string& path) {
  auto session = OpenSession();
  if (!session) return session.error();
  const auto file_system = IdentifyFileSystem(path);
  if (!file_system) return file_system.error();
  ForgetIfUnmounted(*file_system);
  const bool added = shared_.places.AddWatched(*file_system, path);
  const std::uint64_t device = file_system->device;
  // One event tells of a file that was made, written and closed, and opens nothing. A medium's closes are seen already.
  const bool closes_named = shared_.places.AreClosesNamed(device);
  if (closes_named || !shared_.places.IsMedium(device)) {
    auto named = (*session)->observing.names().MarkFileSystem(path, FAN_CREATE | FAN_RENAME | FAN_CLOSE_WRITE);
    if (named) shared_.places.NoteClosesNamed(device);
    if (named || closes_named) return named;  // the other queue would tell of each close a second time
  }
  auto watched = (*session)->observing.writes().MarkFileSystem(path, FAN_CLOSE_WRITE);
  if (watched) {
    WatchNames(**session, path);
  } else if (added) {
    shared_.places.RemoveWatched(*file_system);
  }
  return watched;
}

// Its marks are gone, and what lies at its path is another file system.
void FanotifyFileEvents::ForgetIfUnmounted(const FileSystemIdentity& file_system) {
  const auto path = shared_.places.PathOn(file_system.id);
  if (!path) return;
  const auto there = IdentifyFileSystem(*path);
  if (!there || there->id != file_system.id) shared_.places.RemoveWatched(file_system);
}

void FanotifyFileEvents::WatchNames(Session& session, const std::string& path) {
  FanotifyGroup& names = session.observing.names();
  if (names.MarkFileSystem(path, FAN_CREATE | FAN_RENAME)) return;
  const auto created = names.MarkFileSystem(path, FAN_CREATE | FAN_MOVED_TO);
  if (created) {
    Degrade("renames on " + path + " are seen without the previous name: this kernel has no FAN_RENAME (Linux 5.17)");
  } else {
    Degrade("new files and renames on " + path + " are not seen, changed files are: " + created.error().message);
  }
}

Result<void> FanotifyFileEvents::WatchMedium(const std::string& mount_point) {
  auto session = OpenSession();
  if (!session) return session.error();
  const auto file_system = IdentifyFileSystem(mount_point);
  if (!file_system) return file_system.error();
  shared_.places.AddMedium(mount_point, file_system->device);
  auto watched = (*session)->asking.group().MarkFileSystem(mount_point, FAN_OPEN_PERM);
  const bool closes_seen = shared_.places.AreClosesNamed(file_system->device);
  if (watched && !closes_seen) {
    watched = (*session)->observing.writes().MarkFileSystem(mount_point, FAN_CLOSE_WRITE);
  }
  if (!watched) UnwatchMedium(mount_point);
  return watched;
}

void FanotifyFileEvents::UnwatchMedium(const std::string& mount_point) {
  const auto device = shared_.places.RemoveMedium(mount_point);
  const auto session = state_.Lock()->session;
  if (!device || !session || shared_.places.IsMedium(*device)) return;
  // After an unmount the marks are gone with the file system, and the path is of another one.
  const auto now_there = IdentifyFileSystem(mount_point);
  if (!now_there || now_there->device != *device) return;
  session->asking.group().UnmarkFileSystem(mount_point, FAN_OPEN_PERM);
  if (!shared_.places.IsWatched(*device)) session->observing.writes().UnmarkFileSystem(mount_point, FAN_CLOSE_WRITE);
}

Result<void> FanotifyFileEvents::WatchFolder(const std::string& path) {
  auto session = OpenSession();
  if (!session) return session.error();
  FanotifyGroup& group = (*session)->asking.group();
  if (auto marked = group.MarkFolder(path, FAN_OPEN_PERM); !marked) return marked;
  std::error_code failure;
  const auto options = std::filesystem::directory_options::skip_permission_denied;
  for (std::filesystem::recursive_directory_iterator entry(path, options, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    std::error_code unknown;
    if (entry->is_symlink(unknown) || !entry->is_directory(unknown)) continue;
    if (auto marked = group.MarkFolder(entry->path().string(), FAN_OPEN_PERM); !marked) return marked;
  }
  return {};
}

Result<void> FanotifyFileEvents::Mark(const base::FileDescriptor& file) {
  auto session = OpenSession();
  if (!session) return session.error();
  auto marked = (*session)->asking.group().MarkFile(file, FAN_OPEN_PERM);
  shared_.marks_refused = !marked && marked.error().code == ErrorCode::kResourceExhausted;
  return marked;
}

void FanotifyFileEvents::Unmark(const base::FileDescriptor& file) {
  const auto session = state_.Lock()->session;
  if (session) session->asking.group().UnmarkFile(file, FAN_OPEN_PERM);
}

SensorCounts FanotifyFileEvents::counts() const {
  std::uint64_t late = 0;
  {
    auto state = state_.Lock();
    late = state->session ? state->session->asking.late() : state->late_at_stop;
  }
  return shared_.counters.Read(late);
}

std::vector<std::string> FanotifyFileEvents::degradations() const {
  std::vector<std::string> sentences = *degradations_.Lock();
  if (shared_.marks_refused) {
    sentences.push_back("no more files can be marked, " + DescribeMarkLimit() +
                        ": opens of further sensitive files do not wait");
  }
  return sentences;
}

Result<std::shared_ptr<FanotifyFileEvents::Session>> FanotifyFileEvents::OpenSession() {
  auto state = state_.Lock();
  if (state->session) return state->session;
  if (state->stopped) return Error{ErrorCode::kFailedPrecondition, "file events: stopped already"};
  auto session = MakeSession();
  if (session) state->session = *session;
  return session;
}

Result<std::shared_ptr<FanotifyFileEvents::Session>> FanotifyFileEvents::MakeSession() {
  RaiseDescriptorLimit(kWantedDescriptors);
  if (!ReserveDescriptors(kReservedDescriptors)) base::LogWarning("the table of open files grows as it must");
  RaiseMarkLimit();
  auto asking = MakeGroup("opens that ask", {kAsking | FAN_REPORT_PIDFD, kAsking});
  if (!asking) return asking.error();
  auto writes = MakeGroup("writes", {kObserving | FAN_REPORT_PIDFD, kObserving});
  if (!writes) return writes.error();
  auto names = MakeGroup("names", {kObserving | FAN_REPORT_DFID_NAME_TARGET | FAN_REPORT_PIDFD,
                                   kObserving | FAN_REPORT_DFID_NAME_TARGET, kObserving | FAN_REPORT_DFID_NAME});
  if (!names) return names.error();
  if (auto raised = asking->RaiseAbove({writes->descriptor(), names->descriptor()}); !raised) return raised.error();
  return std::make_shared<Session>(*std::move(asking), *std::move(writes), *std::move(names), *this);
}

Result<FanotifyGroup> FanotifyFileEvents::MakeGroup(const char* purpose,
                                                    std::initializer_list<unsigned> flags_best_first) {
  Result<FanotifyGroup> group = Error{ErrorCode::kInternal, "file events: no flags to try"};
  for (const unsigned flags : flags_best_first) {
    group = FanotifyGroup::Make(flags);
    if (group) {
      if (flags != *flags_best_first.begin()) {
        Degrade(std::string("events of ") + purpose + " lack process handles or file handles: the kernel is too old");
      }
      return group;
    }
    if (group.error().code != ErrorCode::kInvalidArgument) return group;
  }
  return group;
}

void FanotifyFileEvents::Degrade(std::string sentence) {
  auto degradations = degradations_.Lock();
  if (std::find(degradations->begin(), degradations->end(), sentence) == degradations->end()) {
    degradations->push_back(std::move(sentence));
  }
}

}  // namespace vigie::platform
