#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platform/file_events.h"
#include "platform/file_system.h"
#include "platform/pending_answers.h"

namespace vigie::platform {

// An open that a test has made up, and the answer it got.
class FakeOpening {
 public:
  // Nothing as long as the opener would still wait.
  std::optional<Answer> answer() const;
  // Waits for it; nothing if it does not come.
  std::optional<Answer> AwaitAnswer(base::Deadline deadline) const;
  // How often it was answered: exactly once in the end.
  int answers() const;

  void Reply(Answer answer);

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable replied_;
  std::optional<Answer> answer_;
  int answers_ = 0;
};

// A sensor that a test plays. Emit… calls the handler on the test's thread as the readers would: accesses of exempt
// processes are not reported, new files are marked. Deadlines are real ones. Thread-safe.
class FakeFileEvents final : public FileEvents {
 public:
  using FileKey = std::pair<std::uint64_t, std::uint64_t>;  // device, inode

  explicit FakeFileEvents(const FileEventOptions& options = {});
  ~FakeFileEvents() override;

  base::Result<void> Start(FileEventHandler& handler) override;
  void Stop() override;
  base::Result<void> Watch(const std::string& path) override;
  base::Result<void> WatchMedium(const std::string& mount_point) override;
  void UnwatchMedium(const std::string& mount_point) override;
  base::Result<void> Mark(const base::FileDescriptor& file) override;
  void Unmark(const base::FileDescriptor& file) override;
  void Exempt(std::int32_t pid) override;
  SensorCounts counts() const override;
  std::vector<std::string> degradations() const override;

  // Whether an open of this file would ask: it is marked, or `on_medium`.
  bool WouldAsk(const FileEvent& event) const;
  // Asks, marked or not. An exempt process, everyone while the sensor does not run, and whom the handler lets go is
  // allowed at once. kind, position and missing times are filled in.
  std::shared_ptr<FakeOpening> EmitOpening(FileEvent event);
  void EmitCreated(FileEvent event);  // marks the file, as a new one
  void EmitClosedAfterWrite(FileEvent event);
  void EmitRenamed(FileEvent event);
  void EmitGap(std::string reason);

  // What the owner asked for.
  std::vector<std::string> watched() const;
  std::vector<std::string> media() const;
  std::set<FileKey> marks() const;
  std::set<std::int32_t> exempt() const;

  // The next calls of Start, Watch, WatchMedium and Mark fail with this, until nothing is set.
  void FailWith(std::optional<base::Error> error);
  void SetDegradations(std::vector<std::string> degradations);

 private:
  struct State {
    FileEventHandler* handler = nullptr;
    bool stopped = false;
    std::vector<std::string> watched;
    std::vector<std::string> media;
    std::set<FileKey> marks;
    std::set<std::int32_t> exempt;
    std::vector<std::string> degradations;
    std::optional<base::Error> failure;
    SensorCounts counts;
  };

  base::Result<void> CheckUsable() const;
  std::optional<FileKey> KeyOf(const base::FileDescriptor& file);
  // The handler to call, once the event was counted; null if nobody is to hear of it.
  FileEventHandler* Count(const FileEvent& event);
  void Emit(FileEventKind kind, FileEvent event);

  const std::unique_ptr<FileSystem> file_system_;
  PendingAnswers answers_;
  mutable std::mutex mutex_;
  State state_;
};

}  // namespace vigie::platform
