#include "agent/spool/salvage.h"

#include <algorithm>
#include <iterator>
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
    if (TakeNote(row) || (count != kOfAnEvent && count != kOfARemembered)) return {};
    const EventKey key{static_cast<std::uint64_t>(row.integers[0]), static_cast<std::uint64_t>(row.integers[1])};
    const auto text = into_.Open(key, row.blob);
    v1::Event event;
    if (!text || !event.ParseFromString(*text)) return Miss(key, count == kOfAnEvent);
    if (event.gap().never_sent_size() > 0) told_.push_back(event.gap());
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
  const std::vector<SequenceSpan>& acknowledged() const { return acknowledged_; }
  std::vector<v1::Gap> Untold() const { return StillUntold(untold_); }
  // Gaps that events tell which are still here.
  const std::vector<v1::Gap>& told() const { return told_; }

 private:
  // Older images of notes are as true as new ones.
  bool TakeNote(const CarvedRow& row) {
    std::vector<std::uint64_t> numbers;
    for (const std::int64_t number : row.integers) numbers.push_back(static_cast<std::uint64_t>(number));
    if (numbers.size() == 3) {
      const SequenceSpan span{numbers[0], numbers[1], numbers[2]};
      const bool whole = into_.IsAcknowledged(span, row.blob);
      if (whole) acknowledged_.push_back(span);
      return whole;
    }
    if (numbers.size() != 2) return false;
    auto untold = into_.OpenUntold(numbers[0], numbers[1], row.blob);
    if (untold) untold_.push_back(*std::move(untold));
    return untold.has_value();
  }
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
  std::vector<SequenceSpan> acknowledged_;
  std::vector<UntoldRow> untold_;
  std::vector<v1::Gap> told_;
};

// Of spans as SpoolTable::Acknowledged gives them.
bool Holds(const std::vector<SequenceSpan>& spans, const EventKey& key) {
  const auto after = std::ranges::upper_bound(spans, std::pair(key.boot_epoch, key.sequence), {},
                                              [](const auto& span) { return std::pair(span.epoch, span.first); });
  return after != spans.begin() && std::prev(after)->epoch == key.boot_epoch && key.sequence <= std::prev(after)->last;
}

Result<void> NoteAcknowledged(const std::vector<SequenceSpan>& spans, SpoolTable& into) {
  return into.Transaction([&]() -> Result<void> {
    for (const SequenceSpan& span : spans) {
      if (auto noted = into.NoteAcknowledged(span); !noted) return noted;
    }
    return {};
  });
}

// What was acknowledged is no loss, and must not be sent again; nor what lies before it, for the collector took
// all of it first.
Result<EventKey> DropAcknowledged(SpoolTable& into) {
  const auto epoch = into.ReadNumber("forgot_epoch");
  if (!epoch) return epoch.error();
  const auto sequence = into.ReadNumber("forgot_sequence");
  if (!sequence) return sequence.error();
  EventKey up_to{*epoch, *sequence};  // of version 3
  const auto spans = into.Acknowledged();
  if (!spans) return spans.error();
  for (const SequenceSpan& span : *spans) {
    if (span.first == 0) up_to = std::max(up_to, EventKey{span.epoch, span.last});
  }
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
    for (const SequenceSpan& span : *spans) {
      if (auto done = into.Acknowledge(span, gone); !done) return done;
    }
    if (up_to.boot_epoch > 0) {
      if (auto noted = into.NoteAcknowledgedUpTo(up_to); !noted) return noted;
    }
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
  const auto ahead = into.Acknowledged();
  if (!ahead) return ahead.error();
  EventKey last = acknowledged;
  std::int64_t last_at = 0;
  return into.EachKey([&](EventKey key, std::int64_t at) {
    const bool follows = key.boot_epoch == last.boot_epoch && key.sequence > last.sequence;
    if (follows && key.sequence - last.sequence <= kMostInAHole) {
      for (std::uint64_t missing = last.sequence + 1; missing < key.sequence; ++missing) {
        if (Holds(*ahead, {key.boot_epoch, missing})) continue;
        if (last_at > 0) Widen(losses.gap, TimeAt(last_at, now));
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
  if (auto noted = NoteAcknowledged(rescue.acknowledged(), into); !noted) return noted.error();
  const auto acknowledged = DropAcknowledged(into);
  if (!acknowledged) return acknowledged.error();
  Losses losses{.gap = MakeGap(kReason, now)};
  for (const v1::Gap& gap : rescue.told()) losses.Know(gap);
  std::vector<v1::Gap> untold = ReadUntoldGaps(path);
  std::ranges::move(rescue.Untold(), std::back_inserter(untold));
  if (auto carried = CarryUntold(untold, into, losses); !carried) return carried.error();
  std::set<EventKey> there;
  if (auto read = into.EachKey([&](EventKey key, std::int64_t) { there.insert(key); }); !read) return read.error();
  const auto epoch = into.ReadNumber("epoch");
  if (!epoch) return epoch.error();
  const auto spans = into.Acknowledged();
  if (!spans) return spans.error();
  for (const EventKey& key : rescue.missed()) {
    const bool plausible = key.boot_epoch > 0 && key.sequence > 0 && (*epoch == 0 || key.boot_epoch <= *epoch);
    const bool safe = key <= *acknowledged || Holds(*spans, key) || there.contains(key);
    if (plausible && !safe) losses.Add(key);
  }
  if (auto added = AddHoles(into, *acknowledged, now, losses); !added) return added.error();
  return std::optional(std::move(losses.gap));
}

}  // namespace vigie::agent::spool
