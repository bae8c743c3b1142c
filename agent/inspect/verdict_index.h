#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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

struct VerdictIndexOptions {
  std::string version;              // of what inspects: another detector or customer index makes what is stored stale
  std::uint64_t max_rows = 500000;  // over it, those used longest ago go first
};

// What inspection said of each file, kept over restarts; independent of the policy. Paths and findings are sealed with
// the host's key; a file of the version that kept them in clear is taken over and overwritten. A cache: a damaged file,
// one of another key, and one that cannot be opened or taken over (a full disk), is replaced by an empty one. Rows of
// watched files are kept at once, others by Flush and FlushIfMany: a crash may lose those (they are inspected again),
// and so may a disk that stays full, which some 16,000 in memory wait for. Who looks something up does not wait for
// what is being written. Thread-safe.
class VerdictIndex {
 public:
  // `path`: of a file; it is opened twice.
  static base::Result<std::unique_ptr<VerdictIndex>> Open(const std::string& path, const seal::HostKey& key,
                                                          VerdictIndexOptions options);
  ~VerdictIndex();

  // Of exactly this content, by this version.
  std::optional<v1::Inspection> Find(const platform::FileIdentity& file);
  // Of the same file under another change time: a rename changes the time and not the content. Nothing if the content,
  // changed at `modify_time_ns`, is newer than what is known.
  std::optional<v1::Inspection> FindRenamed(const platform::FileIdentity& file, std::int64_t modify_time_ns);

  // How often the version has changed. Whoever inspects asks before he begins.
  std::uint64_t versions() const;
  // Replaces what is known of the file. `watched`: its opens must be asked for. Nothing, if the version is another than
  // at `versions`, when the inspection began.
  base::Result<void> Record(const platform::FileIdentity& file, const std::string& path,
                            const v1::Inspection& inspection, bool watched, std::uint64_t versions);

  // Paths of watched files, whatever version judged them.
  base::Result<void> ForEachWatched(const std::function<void(const std::string& path)>& visit);

  // Keeps what was recorded; call it when there is time.
  void Flush();
  // The same if it has become much; call it now and then.
  void FlushIfMany();

  // From now on: what other versions said is stale.
  void UseVersion(std::string version);
  // While what inspects is changed: until the next UseVersion nothing is found, nothing recorded. False, and nothing
  // happens, if `next` is in use.
  bool LeaveVersionFor(const std::string& next);

  std::uint64_t rows() const;

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // device, inode
  struct Row {
    platform::FileIdentity file;
    std::string path;
    std::string version;
    std::string inspection;  // serialized; sealed, if it was read from the file
    bool watched = false;
    std::int64_t used = 0;
  };
  using Rows = std::map<Key, Row>;

  // What is not in the file yet.
  struct Memory {
    Rows recorded;
    Rows being_kept;                   // by the writer; still found here until it is done
    std::map<Key, std::int64_t> used;  // of rows in the file
    std::int64_t uses = 0;             // counts up; a row's `used` is its last value
    std::optional<std::string> version = {};
    std::uint64_t versions = 0;
    bool cannot_keep = false;               // said
    const Row* Find(const Key& key) const;  // null: the file may know
  };
  // A connection each: in WAL mode a reader does not wait for the writer.
  struct Reader {
    sqlite::Database database;
    sqlite::Statement find;
  };
  struct Writer {
    sqlite::Database database;
    sqlite::Statement record;
    sqlite::Statement use;
    std::uint64_t rows = 0;
  };
  struct Opened {
    Writer writer;
    Reader reader;
    std::int64_t uses = 0;
  };

  VerdictIndex(Opened opened, const RowSeal& seal, VerdictIndexOptions options);
  static base::Result<Opened> OpenFile(const std::string& path, const RowSeal& seal);
  struct ChangedWithin {  // nanoseconds since 1970
    std::int64_t from = 0;
    std::int64_t to = 0;
  };
  std::optional<v1::Inspection> FindRow(const platform::FileIdentity& file, ChangedWithin times);
  std::optional<Row> ReadRow(const platform::FileIdentity& file);
  base::Result<void> KeepSome(const Key* only);
  base::Result<void> KeepRows(Writer& writer, const Rows& rows, const std::map<Key, std::int64_t>& used);
  void EvictOver(Writer& writer);

  const std::uint64_t max_rows_;
  const RowSeal seal_;
  base::Guarded<Writer> writer_;  // locked before memory_
  base::Guarded<Reader> reader_;
  base::Guarded<Memory> memory_;
};

}  // namespace vigie::agent::inspect
