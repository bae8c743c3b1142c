#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/seal/host_key.h"
#include "platform/base/result.h"
#include "platform/file_events.h"
#include "platform/sqlite/database.h"

// What the agent keeps of files in databases: path and findings of each row are sealed with the host's key for that
// file and that column and no other; device, inode, times and sizes stand in clear, for they are what is looked up.
namespace vigie::agent::inspect {

// Thread-safe.
class RowSeal {
 public:
  enum class Column : char { kPath = 'p', kInspection = 'i' };

  explicit RowSeal(const seal::HostKey& key) : key_(key) {}
  std::string Seal(const platform::FileIdentity& file, Column column, std::string_view text) const;
  // Nothing if it is of another key, file or column, or was changed; that is counted, and logged now and then.
  std::optional<std::string> Open(const platform::FileIdentity& file, Column column, std::string_view sealed) const;
  // kDataLoss if of the rows that `sql` gives (device, inode, sealed path) none opens: they are of another key. One
  // that does proves the key, so that damage of others costs those only; no row is fine.
  base::Result<void> CheckKey(sqlite::Database& database, std::string_view sql) const;
  std::uint64_t unopened() const { return *unopened_; }

 private:
  static std::string Associated(const platform::FileIdentity& file, Column column);
  const seal::HostKey key_;
  const std::shared_ptr<std::atomic<std::uint64_t>> unopened_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

// Replaces a database of version 1, whose values stand in clear, by what `copy` makes of it: it reads `clear` and
// writes a new one at `into`. Then the one in clear, with its write-ahead log, is overwritten with zeros and removed. A
// file of any other version, and no file, are left alone. Killed at any moment or failed, the next call goes on: what
// was in clear is there until all of it stands sealed. Before anybody else opens the file.
using CopySealed = std::function<base::Result<void>(sqlite::Database& clear, const std::string& into)>;
base::Result<void> ReplaceClear(const std::string& path, const CopySealed& copy);

// A database of version 1, to read what stands in clear there; an error if there is none.
base::Result<sqlite::Database> OpenClear(const std::string& path);

// Overwrites and removes a database with its write-ahead log, and what a takeover left beside it.
base::Result<void> EraseDatabase(const std::string& path);

}  // namespace vigie::agent::inspect
