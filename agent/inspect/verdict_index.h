#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "platform/base/guarded.h"
#include "platform/base/result.h"
#include "platform/file_events.h"
#include "platform/sqlite/database.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::agent::inspect {

struct VerdictIndexOptions {
  std::string version;              // of what inspects: another detector or customer index makes what is stored stale
  std::uint64_t max_rows = 500000;  // over it, those used longest ago go first
};

// What inspection said of each file, kept over restarts; independent of the policy. A cache: a damaged file is replaced
// by an empty one. Rows of watched files are kept at once, others by Flush or some hundred together: a crash may lose
// those (they are inspected again). Nobody but Flush waits for the disk. Thread-safe.
class VerdictIndex {
 public:
  static base::Result<std::unique_ptr<VerdictIndex>> Open(const std::string& path, VerdictIndexOptions options);
  ~VerdictIndex();

  // Of exactly this content, by this version.
  std::optional<v1::Inspection> Find(const platform::FileIdentity& file);
  // Of the same file under another change time: a rename changes the time and not the content.
  std::optional<v1::Inspection> FindRenamed(const platform::FileIdentity& file);

  // Replaces what is known of the file. `watched`: its opens must be asked for.
  base::Result<void> Record(const platform::FileIdentity& file, const std::string& path,
                            const v1::Inspection& inspection, bool watched);

  // Paths of watched files, whatever version judged them.
  base::Result<void> ForEachWatched(const std::function<void(const std::string& path)>& visit);

  // Keeps what was recorded; call it when there is time.
  void Flush();

  // From now on: what other versions said is stale.
  void UseVersion(std::string version);

  std::uint64_t rows() const;

 private:
  struct State {
    sqlite::Database database;
    sqlite::Statement find;
    sqlite::Statement record;
    std::uint64_t unkept = 0;  // rows of the open transaction
    bool unmoved = false;      // something was recorded since the last checkpoint
    std::int64_t uses = 0;     // counts up; a row's `used` is its last value
    std::uint64_t rows = 0;
    std::string version = {};
  };

  VerdictIndex(State state, sqlite::Database second, VerdictIndexOptions options);
  static void Keep(State& state);
  static base::Result<State> OpenState(const std::string& path);
  static void EvictOver(State& state, std::uint64_t max_rows);

  const std::uint64_t max_rows_;
  base::Guarded<State> state_;
  // A connection of its own to move the log into the file, which takes flushes: no look-up waits for those.
  base::Guarded<sqlite::Database> checkpoints_;
};

}  // namespace vigie::agent::inspect
