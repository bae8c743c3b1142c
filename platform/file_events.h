#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"
#include "platform/process_info.h"

// The seam to what the operating system says of files. design.md section 5, "Mark the few, watch the rest":
//   observed, nobody waits    on each watched file system: created, closed after writing, renamed
//   asked, the opener waits   opens of marked files (sensitive, or new and not inspected yet), and every open on a
//   medium
namespace vigie::platform {

// A file's content at one moment. A changed file has another change time or size.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t change_time_ns = 0;
  std::uint64_t bytes = 0;
  auto operator<=>(const FileIdentity&) const = default;
};

// Names one process for good, also after its pid went to another.
class ProcessHandle {
 public:
  virtual ~ProcessHandle() = default;
  // While it is true, what the system says of the pid is said of this process. Thread-safe, does not block.
  virtual bool Alive() const = 0;
};

enum class FileEventKind { kOpening, kCreated, kClosedAfterWrite, kRenamed };

struct FileEvent {
  FileEventKind kind = FileEventKind::kOpening;
  FileIdentity file;
  std::uint32_t owner_uid = 0;                          // of the file
  base::SystemTime born_at{};                           // when its inode was made; 0 = this file system does not say
  std::string path;                                     // as the kernel shows it; " (deleted)" is cut off
  std::string previous_path;                            // kRenamed only
  ProcessId process;                                    // start_time is 0 unless the source knows it
  std::shared_ptr<const ProcessHandle> process_handle;  // of `process`; null if the source has none
  base::SystemTime at;
  base::SteadyTime steady_at;
  bool on_medium = false;        // on a mount given to WatchMedium
  base::FileDescriptor content;  // for reading; its use raises no event. May be empty (kRenamed, vanished file)
  std::uint64_t position = 0;    // replay: number of the recorded line, from 1; 0 = live
  std::shared_ptr<const void> in_flight;  // replay delivers the next event when the last copy is gone
};

enum class Answer { kAllow, kDeny };

// An open that waits for our answer. Owning one is the duty to answer it: move-only; the destructor gives the default
// answer. Exactly one answer reaches the kernel: the first of Allow, Deny, the destructor, or the deadline thread.
// Movable between threads, not shared by them.
class PendingAccess {
 public:
  // `answer` is called exactly once and says whether it was in time (false: the deadline thread answered already).
  using AnswerFunction = std::function<bool(Answer)>;

  PendingAccess(FileEvent event, base::Deadline deadline, Answer default_answer, AnswerFunction answer);
  PendingAccess(PendingAccess&&) noexcept;
  PendingAccess& operator=(PendingAccess&&) noexcept;
  ~PendingAccess();

  const FileEvent& event() const { return event_; }
  base::Deadline deadline() const { return deadline_; }

  // False if the deadline had passed and the default answer was given instead. May be called once; the event, with its
  // content, stays readable afterwards.
  bool Allow() { return Give(Answer::kAllow); }
  bool Deny() { return Give(Answer::kDeny); }
  bool answered() const { return answer_ == nullptr; }
  // Only after the answer.
  FileEvent TakeEvent() && { return std::move(event_); }

 private:
  bool Give(Answer answer);

  FileEvent event_;
  base::Deadline deadline_;
  Answer default_answer_;
  AnswerFunction answer_;
};

// A stretch in which events were lost.
struct FileEventGap {
  std::string reason;
  base::SystemTime at;
  bool file_gone = false;  // one event was lost, and its file is nowhere: nothing that is there has changed unseen
};

// Conservation: produced = delivered + coalesced + lost (design.md, promise 1).
struct SensorCounts {
  std::uint64_t produced = 0;   // read from the operating system, own accesses excluded
  std::uint64_t delivered = 0;  // given to the handler
  std::uint64_t coalesced = 0;  // folded into another
  std::uint64_t lost = 0;  // counted as lost (a kernel queue overflow counts as one: the kernel does not say how many)
  std::uint64_t gone = 0;  // of the lost: of files that were nowhere any more when they were looked at
  std::uint64_t late = 0;  // permission events answered by the deadline thread
};

// Receives events on the sensor's own threads: must not block, log, resolve names or open files; hand the event on.
class FileEventHandler {
 public:
  virtual ~FileEventHandler() = default;
  virtual void OnAccess(PendingAccess access) = 0;
  virtual void OnEvent(FileEvent event) = 0;
  virtual void OnGap(FileEventGap gap) = 0;

  // Of an opening that waits, whether it may go on at once; asked before its path is looked up: without path and
  // content. It is no access then. Asked once for each opening, by the thread that calls OnAccess else.
  virtual bool LetsGo(const FileEvent& /*opening*/) { return false; }

  // Whether it has use for the content of this event (kClosedAfterWrite, kRenamed), which has all else already; without
  // it the file has to be opened again by its path. Not asked where the content came by itself. Same thread as OnEvent.
  virtual bool WantsContent(const FileEvent& /*event*/) { return true; }
};

struct FileEventOptions {
  std::chrono::milliseconds deadline{2000};  // after which the default answer is given by the deadline thread
  Answer default_answer = Answer::kAllow;    // the fail mode
};

// Thread-safe. Start once, Stop once; Watch and Mark may be called before and after Start. The bodies exempt accesses
// of this very process and of the processes given to Exempt.
class FileEvents {
 public:
  virtual ~FileEvents() = default;

  // kUnsupported or kPermissionDenied with the reason if this machine cannot do it. `handler` must outlive Stop.
  virtual base::Result<void> Start(FileEventHandler& handler) = 0;
  // Joins the threads. Accesses still pending are answered with the default.
  virtual void Stop() = 0;

  // Observes the whole file system that holds `path`. A new file there is marked until Unmark: its first open asks.
  virtual base::Result<void> Watch(const std::string& path) = 0;

  // Every open on the file system mounted at `mount_point` asks; closing after writing is observed.
  virtual base::Result<void> WatchMedium(const std::string& mount_point) = 0;
  virtual void UnwatchMedium(const std::string& mount_point) = 0;

  // Every open of a file in this folder or in one below it asks. Folders that come into being later need another call;
  // symbolic links are not followed. kUnsupported: this body cannot.
  virtual base::Result<void> WatchFolder(const std::string& path) {
    return base::Error{base::ErrorCode::kUnsupported, "watch the folder " + path + ": this sensor cannot"};
  }

  // From now on each open of this file asks / does not ask. The descriptor names the file; an event's content will do.
  virtual base::Result<void> Mark(const base::FileDescriptor& file) = 0;
  virtual void Unmark(const base::FileDescriptor& file) = 0;

  // Accesses by this process (an inspector) are never reported and never wait.
  virtual void Exempt(std::int32_t pid) = 0;

  virtual SensorCounts counts() const = 0;

  // What this machine or a watched file system cannot do, one sentence each, for health. Empty: everything is observed.
  virtual std::vector<std::string> degradations() const { return {}; }
};

}  // namespace vigie::platform
