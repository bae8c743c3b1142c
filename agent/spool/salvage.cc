#include "agent/spool/salvage.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "agent/spool/clear_spool.h"
#include "agent/spool/page_carver.h"
#include "agent/spool/untold_gaps.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent::spool {
namespace {

using base::Result;

constexpr std::size_t kAtOnce = 256;
constexpr std::uint64_t kLastSequence = std::numeric_limits<std::int64_t>::max();
constexpr char kReason[] = "the spool was damaged: what could be opened of it is kept";

base::SystemTime TimeAt(std::int64_t milliseconds, base::SystemTime now) {
  constexpr std::int64_t kEarliest = 1'577'836'800'000;  // 2020: what a gap may say
  const base::SystemTime at{std::chrono::milliseconds(std::max(milliseconds, kEarliest))};
  return milliseconds < kEarliest || at > now ? now : at;
}

// One salvage: rows on their way from the carver into the table.
class Rescue {
 public:
  Rescue(SpoolTable& into, base::SystemTime now) : into_(into), now_(now) {}

  Result<void> Take(const CarvedRow& row) {
    constexpr std::size_t kOfAnEvent = 4;
    constexpr std::size_t kOfARemembered = 2;
    const auto count = row.integers.size();
    if (count != kOfAnEvent && count != kOfARemembered) return {};
    const EventKey key{static_cast<std::uint64_t>(row.integers[0]), static_cast<std::uint64_t>(row.integers[1])};
    const auto text = into_.Open(key, row.blob);
    v1::Event event;
    if (!text || !event.ParseFromString(*text)) return Miss(key, count == kOfAnEvent);
    rows_.push_back(
        {{key, SeverityOf(event), count == kOfAnEvent ? row.integers[3] : 0, row.blob}, count == kOfAnEvent});
    return rows_.size() < kAtOnce ? Result<void>() : Flush();
  }

  Result<void> Flush() {
    const auto put = into_.Transaction([&]() -> Result<void> {
      for (const auto& [row, waiting] : rows_) {
        if (auto done = waiting ? into_.InsertIfNew(row) : into_.RememberIfNew(row.key, row.body); !done) return done;
      }
      return {};
    });
    rows_.clear();
    return put;
  }

  // Rows that stand there by their name, but not by their seal.
  const std::set<EventKey>& missed() const { return missed_; }

 private:
  Result<void> Miss(const EventKey& key, bool waiting) {
    constexpr std::size_t kMost = 1'000'000;
    if (waiting && missed_.size() < kMost) missed_.insert(key);
    return {};
  }

  struct Row {
    SealedRow row;
    bool waiting = false;
  };
  SpoolTable& into_;
  const base::SystemTime now_;
  std::vector<Row> rows_;
  std::set<EventKey> missed_;
};

// What was acknowledged in turn is no loss, and must not be sent again; nor what lies before it, for the collector took
// all of it first.
Result<EventKey> DropAcknowledged(SpoolTable& into) {
  const auto epoch = into.ReadNumber("forgot_epoch");
  if (!epoch) return epoch.error();
  const auto sequence = into.ReadNumber("forgot_sequence");
  if (!sequence) return sequence.error();
  const EventKey up_to{*epoch, *sequence};
  std::set<std::uint64_t> earlier;
  const auto read = into.EachKey([&](EventKey key, std::int64_t) {
    if (key.boot_epoch < up_to.boot_epoch) earlier.insert(key.boot_epoch);
  });
  if (!read) return read.error();
  auto dropped = into.Transaction([&]() -> Result<void> {
    SpoolSize gone;
    for (const std::uint64_t before : earlier) {
      if (auto done = into.Acknowledge({before, 0, kLastSequence}, gone); !done) return done;
    }
    if (auto done = into.Acknowledge({up_to.boot_epoch, 0, up_to.sequence}, gone); !done) return done;
    return into.TrimRemembered(4096);
  });
  if (!dropped) return dropped.error();
  return up_to;
}

struct Losses {
  v1::Gap gap;
  std::set<EventKey> told{};

  void Add(const EventKey& key) {
    if (!told.insert(key).second) return;
    gap.set_lost(gap.lost() + 1);
    AddNeverSent(gap, key);
  }
  // Those that this gap names are told by it.
  void Know(const v1::Gap& other) {
    constexpr std::size_t kMost = 1'000'000;
    for (const v1::SequenceRange& range : other.never_sent()) {
      for (auto i = range.first(); i <= range.last() && told.size() < kMost; ++i) told.insert({range.boot_epoch(), i});
    }
  }
};

// What was lost before the damage and is not told yet. Such a gap of an earlier damage becomes one with this one's.
Result<void> CarryUntold(const std::vector<v1::Gap>& untold, SpoolTable& into, Losses& losses) {
  for (const v1::Gap& gap : untold) {
    losses.Know(gap);
    if (gap.reason() == kReason) Fold(losses.gap, gap);
  }
  return into.Transaction([&]() -> Result<void> {
    for (const v1::Gap& gap : untold) {
      if (gap.reason() == kReason) continue;
      if (auto kept = into.KeepGap(gap); !kept) return kept;
    }
    return {};
  });
}

// Sequences that are missing between others of their epoch.
Result<void> AddHoles(SpoolTable& into, EventKey acknowledged, base::SystemTime now, Losses& losses) {
  constexpr std::uint64_t kMostInAHole = 1'000'000;
  EventKey last = acknowledged;
  std::int64_t last_at = 0;
  return into.EachKey([&](EventKey key, std::int64_t at) {
    const bool follows = key.boot_epoch == last.boot_epoch && key.sequence > last.sequence;
    if (follows && key.sequence - last.sequence <= kMostInAHole) {
      if (key.sequence > last.sequence + 1 && last_at > 0) Widen(losses.gap, TimeAt(last_at, now));
      for (std::uint64_t missing = last.sequence + 1; missing < key.sequence; ++missing) {
        losses.Add({key.boot_epoch, missing});
      }
    }
    if (key > last) last = key;
    if (at > 0) last_at = at;
  });
}

}  // namespace

Result<std::optional<v1::Gap>> SalvageSpool(const std::string& path, SpoolTable& into, base::SystemTime now) {
  RawPages pages(path);
  Rescue rescue(into, now);
  Result<void> taken;
  CarveRows(pages, [&](const CarvedRow& row) {
    if (taken) taken = rescue.Take(row);
  });
  if (taken) taken = rescue.Flush();
  if (!taken) return taken.error();
  if (auto copied = CopyNumbers(path, into); !copied) return copied.error();
  const auto acknowledged = DropAcknowledged(into);
  if (!acknowledged) return acknowledged.error();
  Losses losses{.gap = MakeGap(kReason, now)};
  if (auto carried = CarryUntold(ReadUntoldGaps(path), into, losses); !carried) return carried.error();
  std::set<EventKey> there;
  if (auto read = into.EachKey([&](EventKey key, std::int64_t) { there.insert(key); }); !read) return read.error();
  const auto epoch = into.ReadNumber("epoch");
  if (!epoch) return epoch.error();
  for (const EventKey& key : rescue.missed()) {
    const bool plausible = key.boot_epoch > 0 && key.sequence > 0 && (*epoch == 0 || key.boot_epoch <= *epoch);
    if (plausible && key > *acknowledged && !there.contains(key)) losses.Add(key);
  }
  if (auto added = AddHoles(into, *acknowledged, now, losses); !added) return added.error();
  return std::optional(std::move(losses.gap));
}

}  // namespace vigie::agent::spool
