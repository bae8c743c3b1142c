#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "agent/inspect/sealed_rows.h"
#include "core/seal/host_key.h"
#include "platform/base/guarded.h"
#include "platform/base/result.h"
#include "platform/file_events.h"
#include "platform/sqlite/database.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::agent::inspect {

struct DerivedIndexOptions {
  std::uint64_t max_rows = 100000;
  std::uint64_t max_bytes = std::uint64_t{256} << 20;  // of what is known of them; over either, the oldest go first
};

// Derived files: what their writers carried, for inspection cannot say it. Unlike a verdict this cannot be found out
// again, so it is kept apart from them, and a change of detectors or indexes leaves it alone. Paths and findings are
// sealed with the host's key; a file of the version that kept them in clear is taken over and overwritten. Survives
// kill -9; a power cut may lose the last rows. A damaged file, or one of another key, is replaced by an empty one.
// Where the disk cannot take the file or its takeover, this is kept in memory until the next start, and the log says
// so. Thread-safe.
class DerivedIndex {
 public:
  static base::Result<std::unique_ptr<DerivedIndex>> Open(const std::string& path, const seal::HostKey& key,
                                                          DerivedIndexOptions options = {});

  // Of this content: the same change time, or the same size, since a rename, a link and a change of mode touch the
  // change time only.
  std::optional<v1::Inspection> Find(const platform::FileIdentity& file);
  // Of the file that this inode is, whatever was written to it since.
  std::optional<v1::Inspection> FindAnyContent(const platform::FileIdentity& file);

  // Replaces what is known of the file.
  base::Result<void> Record(const platform::FileIdentity& file, const std::string& path,
                            const v1::Inspection& inspection);
  void Forget(const platform::FileIdentity& file);
  // Whether anything is known of this inode. Asks no disk.
  bool Holds(const platform::FileIdentity& file) const;

  base::Result<void> ForEachPath(const std::function<void(const std::string& path)>& visit);

  std::uint64_t rows() const { return state_.Lock()->files.size(); }
  // Files that were dropped for the limits, since the start.
  std::uint64_t dropped() const { return state_.Lock()->dropped; }

 private:
  struct State {
    sqlite::Database database;
    std::set<std::pair<std::uint64_t, std::uint64_t>> files{};  // device and inode of each row
    std::uint64_t bytes = 0;
    std::uint64_t dropped = 0;
  };

  DerivedIndex(State state, const RowSeal& seal, DerivedIndexOptions options)
      : options_(options), seal_(seal), state_(std::move(state)) {}
  static base::Result<State> OpenState(const std::string& path, const RowSeal& seal);
  static base::Result<State> InMemory(const std::string& path, const RowSeal& seal);
  static base::Result<void> CountAgain(State& state);
  static void EvictOver(State& state, const DerivedIndexOptions& options);
  std::optional<v1::Inspection> FindWhere(const platform::FileIdentity& file, bool any_content);

  const DerivedIndexOptions options_;
  const RowSeal seal_;
  base::Guarded<State> state_;
};

}  // namespace vigie::agent::inspect
