#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "platform/file_events.h"

namespace vigie::test {

// Something that another process does to files.
struct Act {
  enum class Kind { kWrite, kRename, kOpen };
  Kind kind = Kind::kOpen;
  std::string path;
  std::string to;       // kRename
  std::string content;  // kWrite: creates the file or replaces what is in it
};

// A world with one watched folder, one medium and one other process; the contract suite runs in each of them.
class FileEventsEnvironment {
 public:
  virtual ~FileEventsEnvironment() = default;

  // Why the suite cannot run here; empty if it can.
  virtual std::string SkipReason() const { return {}; }
  // False for a recording: nothing depends on marks, and nobody is exempt.
  virtual bool obeys_marks() const { return true; }

  virtual std::string watched() const = 0;
  virtual std::string medium() const = 0;
  // Makes a file before the sensor looks.
  virtual void Prepare(const std::string& path, const std::string& content) = 0;

  // The sensor, which is to see these acts; once.
  virtual platform::FileEvents& Make(const platform::FileEventOptions& options, const std::vector<Act>& acts) = 0;
  // Does the act in the background.
  virtual void Begin(const Act& act) = 0;
  // Whether the act was allowed; nothing if it still waits after many seconds.
  virtual std::optional<bool> Await() = 0;
  virtual std::int32_t actor() const = 0;
};

struct NamedEnvironment {
  std::string name;
  std::function<std::unique_ptr<FileEventsEnvironment>()> make;
};

inline void PrintTo(const NamedEnvironment& environment, std::ostream* out) {
  *out << environment.name;
}

std::unique_ptr<FileEventsEnvironment> MakeFakeEnvironment();
std::unique_ptr<FileEventsEnvironment> MakeReplayEnvironment();
std::unique_ptr<FileEventsEnvironment> MakeLinuxEnvironment();

}  // namespace vigie::test
