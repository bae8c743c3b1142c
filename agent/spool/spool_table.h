#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/spool/event_severity.h"
#include "agent/spool/stored_event.h"
#include "core/seal/host_key.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/sqlite/database.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent::spool {

// A row as it stands in the table: in clear what queries need and says nothing of a person, the rest sealed with the
// host's key for this epoch and sequence and no other.
struct SealedRow {
  EventKey key;
  EventSeverity severity = EventSeverity::kLow;
  std::int64_t at_ms = 0;  // when it was spooled, since 1970
  std::string body{};
};

// What a row says besides its body.
struct RowHead {
  EventKey key;
  EventSeverity severity = EventSeverity::kLow;
  std::int64_t at_ms = 0;
  std::uint64_t bytes = 0;
};

// A gap that no event has told yet, as it stands in its table. A row of slot kTold says that those of earlier revisions
// are told: images of them may stand in the file for long.
struct UntoldRow {
  static constexpr std::uint64_t kTold = 0;
  std::uint64_t slot = 0;
  std::uint64_t revision = 0;  // greater than that of any row written before
  v1::Gap gap{};
};
// Of rows, and older images of them, in any order.
std::vector<v1::Gap> StillUntold(std::vector<UntoldRow> rows);

// The spool's database: its tables, and the sealing of what they hold. kDataLoss from any call: the file is damaged, or
// holds what this key does not open. Used by one thread at a time.
class SpoolTable {
 public:
  // What a file is, by its schema; its version is but a number.
  enum class Shape { kSealed, kNew, kClear, kOther };  // kClear: of version 1 or 2, kSealed: of a later one
  static base::Result<Shape> ShapeOf(const std::string& path);

  // Opens a file of shape kSealed, or makes one.
  static base::Result<SpoolTable> Open(const std::string& path, const seal::HostKey& key);

  // Looks at every row and index entry of every table.
  base::Result<SpoolSize> Measure();

  base::Result<void> Transaction(const std::function<base::Result<void>()>& body) {
    return database_.Transaction(body);
  }

  SealedRow Seal(const EventKey& key, const v1::Event& event, base::SystemTime at) const;
  // Nothing if this key does not open it.
  std::optional<std::string> Open(const EventKey& key, std::string_view body) const;

  base::Result<void> Insert(const SealedRow& row);
  // Passed over if it is there already.
  base::Result<void> InsertIfNew(const SealedRow& row);
  base::Result<void> RememberIfNew(const EventKey& key, std::string_view body);

  base::Result<std::vector<StoredEvent>> ReadAfter(EventKey after, ReadLimits limits);
  base::Result<std::vector<StoredEvent>> ReadUrgent(EventKey before, ReadLimits limits);
  base::Result<Recollection> Remembered();

  // Moves the events to those that are remembered, and adds to `gone` what they were.
  base::Result<void> Acknowledge(const SequenceSpan& span, SpoolSize& gone);
  base::Result<void> TrimRemembered(std::size_t count);

  // Calls until it returns false: from this severity on, by severity, then oldest first.
  base::Result<void> EachBySeverity(EventSeverity from, const std::function<bool(const RowHead&)>& row);
  // The oldest first: those that were spooled before.
  base::Result<void> EachOlderThan(std::int64_t at_ms, const std::function<bool(const RowHead&)>& row);
  // In the order of their keys, remembered ones too.
  base::Result<void> EachKey(const std::function<void(EventKey key, std::int64_t at_ms)>& row);
  // The event itself; an empty one if it is not there or cannot be opened.
  base::Result<v1::Event> Find(const EventKey& key);
  // The same, of those that are remembered, too.
  base::Result<v1::Event> FindAppended(const EventKey& key);
  base::Result<void> Delete(const EventKey& key);

  // Of all rows, and what was noted as "epoch"; 0 if there are none.
  base::Result<std::uint64_t> LatestEpoch();
  // Of all rows of the epoch; 0 if there are none.
  base::Result<std::uint64_t> LatestSequence(std::uint64_t epoch);

  // 0 if it was never written.
  base::Result<std::uint64_t> ReadNumber(std::string_view name);
  base::Result<void> WriteNumber(std::string_view name, std::uint64_t value);

  // What the collector has, out of turn too: sorted, no two touch. The one from sequence 0 on is what it has in turn.
  base::Result<std::vector<SequenceSpan>> Acknowledged();
  base::Result<void> NoteAcknowledged(SequenceSpan span);
  base::Result<void> NoteAcknowledged(std::uint64_t epoch, std::span<const std::uint64_t> sequences);
  // All of the epoch up to this sequence; earlier epochs are done.
  base::Result<void> NoteAcknowledgedUpTo(const EventKey& key);
  // Whether a row of that table is one.
  bool IsAcknowledged(const SequenceSpan& span, std::string_view seal) const;

  // Gaps that no event has told yet, one for each reason.
  base::Result<void> KeepGap(const v1::Gap& gap);
  base::Result<void> DropGaps();
  base::Result<std::vector<v1::Gap>> Gaps();
  // Nothing if this key does not open it.
  std::optional<UntoldRow> OpenUntold(std::uint64_t slot, std::uint64_t revision, std::string_view body) const;

 private:
  SpoolTable(sqlite::Database database, const seal::HostKey& key) : key_(key), database_(std::move(database)) {}
  base::Result<void> InsertWith(std::string_view sql, const SealedRow& row);
  base::Result<v1::Event> FindWith(std::string_view sql, const EventKey& key);
  base::Result<std::vector<StoredEvent>> Read(std::string_view sql, EventKey from, ReadLimits limits);
  base::Result<std::uint64_t> Count(std::string_view sql);
  base::Result<std::vector<UntoldRow>> UntoldRows();
  base::Result<void> WriteUntold(UntoldRow row);
  base::Result<void> TakeOverGaps();  // of version 3
  base::Result<void> EachHead(std::string_view sql, std::int64_t bound, const std::function<bool(const RowHead&)>& row);

  seal::HostKey key_;
  sqlite::Database database_;
};

}  // namespace vigie::agent::spool
