#include "agent/spool/event_spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <utility>

#include "core/evidence/event_digest.h"
#include "platform/base/logging.h"
#include "platform/base/private_file.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent::spool {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kInMemory = ":memory:";
constexpr auto kBetweenAttempts = std::chrono::seconds(1);
constexpr std::size_t kMostTogether = 256;  // appends in one transaction

// Since 1970; at least 1.
std::uint64_t Milliseconds(base::SystemTime at) {
  const auto since_1970 = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970.count(), 1));
}

Result<seal::HostKey::Loaded> KeyFor(const std::string& path) {
  if (path != kInMemory) return seal::HostKey::LoadOrMake(std::filesystem::path(path).parent_path() / "host.key");
  auto key = seal::HostKey::Make();
  if (!key) return key.error();
  return seal::HostKey::Loaded{*std::move(key), true};
}

struct Life {
  base::SystemTime last_alive{};
  bool stopped = false;
};

Result<void> WriteLife(SpoolTable& table, const Life& life) {
  if (auto written = table.WriteNumber("alive", Milliseconds(life.last_alive)); !written) return written;
  return table.WriteNumber("stopped", life.stopped ? 1 : 0);
}

// Since the oldest absence that was not told, else since the last sign of life.
Result<std::optional<Absence>> ReadAbsence(SpoolTable& table) {
  std::array<std::uint64_t, 4> numbers{};
  for (std::size_t i = 0; const char* name : {"absent", "absent_stopped", "alive", "stopped"}) {
    const auto number = table.ReadNumber(name);
    if (!number) return number.error();
    numbers[i++] = *number;
  }
  const auto [absent, absent_stopped, alive, stopped] = numbers;
  const auto since = absent > 0 ? absent : alive;
  if (since == 0) return std::optional<Absence>();
  return std::optional<Absence>({.since = base::SystemTime(std::chrono::milliseconds(since)),
                                 .stopped = (absent > 0 ? absent_stopped : stopped) == 1});
}

Result<void> WriteAbsence(SpoolTable& table, const Absence& absence) {
  if (auto written = table.WriteNumber("absent", Milliseconds(absence.since)); !written) return written;
  return table.WriteNumber("absent_stopped", absence.stopped ? 1 : 0);
}

// The disk may take it another time, or another file at the same place.
bool IsOfTheDisk(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kPermissionDenied ||
         error.code == ErrorCode::kDataLoss || error.code == ErrorCode::kNotFound;
}

// kResourceExhausted: it is full.
Result<void> TryDisk(const std::string& path) {
  constexpr std::size_t kBytes = std::size_t{1} << 16;
  const std::string trial = path + ".trial";
  auto written = base::WritePrivateFile(trial, std::string(kBytes, '\0'));
  std::error_code ignored;
  std::filesystem::remove(trial, ignored);
  return written;
}

}  // namespace

EventSpool::EventSpool(std::string path, seal::HostKey key, SpoolOptions options, const base::Clock& clock)
    : path_(std::move(path)), key_(key), options_(std::move(options)), clock_(clock) {
}

Result<std::unique_ptr<EventSpool>> EventSpool::Open(const std::string& path, SpoolOptions options,
                                                     const base::Clock& clock) {
  const auto key = KeyFor(path);
  if (!key) return key.error().Wrap("open spool " + path);
  auto opened = OpenSpool(path, *key, clock.Now());
  if (!opened) return opened.error().Wrap("open spool " + path);
  std::unique_ptr<EventSpool> spool(new EventSpool(path, key->key, std::move(options), clock));
  if (auto begun = spool->Begin(*std::move(opened)); !begun)
    return begun.error().Wrap("begin an epoch in spool " + path);
  return spool;
}

// That the disk takes nothing now does not stop the start: nobody has been told anything of this epoch yet.
Result<void> EventSpool::Begin(OpenedSpool opened) {
  const auto last = opened.table.LatestEpoch();
  if (!last) return last.error();
  const auto absence = ReadAbsence(opened.table);
  if (!absence) return absence.error();
  const auto position = opened.table.ReadNumber("position");
  if (!position) return position.error();
  boot_epoch_ = std::max(*last + 1, Milliseconds(clock_.Now()));
  absence_ = *absence;
  auto state = state_.Lock();
  state->ledger.last_position = *position;
  state->ledger.last_digest = evidence::EpochDigest(options_.agent_id, boot_epoch_);
  if (auto adopted = Adopt(*state, std::move(opened)); !adopted) return adopted;
  const auto begun = Write(*state, [&] { return EvictAged(*state); });
  if (!begun) base::LogError("the spool {} takes nothing now: {}", path_, begun.error().message);
  return {};
}

// A transaction of which the disk said that it failed may be there all the same, once the file is opened anew.
Result<void> EventSpool::Adopt(State& state, OpenedSpool opened) {
  const auto last = opened.table.LatestSequence(boot_epoch_);
  if (!last) return last.error();
  state.table.emplace(std::move(opened.table));
  if (auto caught_up = CatchUp(state, *last); !caught_up) return caught_up;
  state.ledger.counts.events = opened.size.events;
  state.ledger.counts.bytes = opened.size.bytes;
  for (const v1::Gap& gap : opened.gaps) state.ledger.untold.Learn(gap);
  state.begun = false;  // written again: it may be another file
  state.doubted = false;
  return {};
}

// Opening looks at every row: on a disk that is still full it would do so once a second for nothing.
Result<void> EventSpool::Reopen(State& state) {
  if (clock_.SteadyNow() < state.next_attempt)
    return Error{ErrorCode::kUnavailable, "the spool could not be written a moment ago"};
  if (path_ == kInMemory) return {};
  const auto room = state.table ? TryDisk(path_) : Result<void>();
  const bool full = !room && room.error().code == ErrorCode::kResourceExhausted;
  auto done = full ? room : Replace(state, [&] { return OpenSpool(path_, {key_, false}, clock_.Now()); });
  state.next_attempt = clock_.SteadyNow() + kBetweenAttempts;  // however long this one took
  return done;
}

Result<void> EventSpool::Rebuild(State& state) {
  if (clock_.SteadyNow() < state.next_attempt)
    return Error{ErrorCode::kUnavailable, "the spool was rebuilt a moment ago"};
  state.doubted = true;
  auto done = Replace(state, [&] { return RebuildSpool(path_, key_, clock_.Now()); });
  state.next_attempt = clock_.SteadyNow() + kBetweenAttempts;
  return done;
}

Result<void> EventSpool::Replace(State& state, const std::function<Result<OpenedSpool>()>& open) {
  state.table.reset();
  auto opened = open();
  return opened ? Adopt(state, *std::move(opened)) : opened.error();
}

Result<void> EventSpool::WriteOnce(State& state, const std::function<Result<void>()>& body) {
  SpoolTable& table = *state.table;
  auto done = table.Transaction([&]() -> Result<void> {
    if (!state.begun) {
      if (auto epoch = table.WriteNumber("epoch", boot_epoch_); !epoch) return epoch;
      if (absence_ && state.ledger.last_sequence == 0) {
        if (auto kept = WriteAbsence(table, *absence_); !kept) return kept;
      }
      if (auto life = WriteLife(table, {.last_alive = clock_.Now()}); !life) return life;
    }
    return body();
  });
  if (done) state.begun = true;
  return done;
}

Result<void> EventSpool::Write(State& state, const std::function<Result<void>()>& body) {
  Result<void> done;
  if (state.doubted || !state.table) done = Reopen(state);
  Ledger before = state.ledger;
  if (done) done = WriteOnce(state, body);
  if (!done && done.error().code == ErrorCode::kDataLoss && path_ != kInMemory) {
    state.ledger = std::move(before);
    done = Rebuild(state);
    before = state.ledger;
    if (done) done = WriteOnce(state, body);
  }
  if (done) {
    state.ledger.counts.last_error.clear();
    return done;
  }
  state.ledger = std::move(before);
  state.ledger.counts.last_error = "the spool cannot be written: " + done.error().message;
  if (IsOfTheDisk(done.error())) state.doubted = true;
  return done;
}

Result<std::vector<StoredEvent>> EventSpool::Read(
    const std::function<Result<std::vector<StoredEvent>>(SpoolTable&)>& read) {
  auto state = state_.Lock();
  if (!state->table) {
    if (auto opened = Reopen(*state); !opened) return opened.error();
  }
  auto events = read(*state->table);
  if (events || events.error().code != ErrorCode::kDataLoss || path_ == kInMemory) return events;
  if (auto rebuilt = Rebuild(*state); !rebuilt) return rebuilt.error().Wrap(events.error().message);
  return read(*state->table);
}

Result<EventKey> EventSpool::Append(v1::Event event, std::uint64_t position) {
  Waiting own{.event = std::move(event), .position = position};
  std::unique_lock lock(queue_mutex_);
  queue_.push_back(&own);
  while (!own.outcome) {
    if (storing_) {
      queue_changed_.wait(lock);
      continue;
    }
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), kMostTogether));
    const std::vector<Waiting*> batch(queue_.begin(), end);
    queue_.erase(queue_.begin(), end);
    storing_ = true;
    lock.unlock();
    Outcomes outcomes;
    StoreTogether(batch, outcomes);
    lock.lock();
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i]->outcome = std::move(outcomes[i]);
    storing_ = false;
    queue_changed_.notify_all();
  }
  lock.unlock();
  if (*own.outcome && appended_) appended_();
  return *std::move(own.outcome);
}

void EventSpool::StoreTogether(const std::vector<Waiting*>& batch, Outcomes& outcomes) {
  auto state = state_.Lock();
  const auto stored = Write(*state, [&] { return StoreAll(*state, batch, outcomes); });
  if (!stored) outcomes.assign(batch.size(), Result<EventKey>(stored.error()));
  for (const auto& outcome : outcomes) {
    if (!outcome) CountLost(*state, outcome.error());
  }
}

Result<void> EventSpool::StoreAll(State& state, const std::vector<Waiting*>& batch, Outcomes& outcomes) {
  outcomes.clear();
  bool told = false;
  for (Waiting* waiting : batch) {
    auto stored = StoreOne(state, *waiting);
    if (!stored) return stored.error();
    told = told || *stored;
    outcomes.push_back(*std::move(stored));
  }
  if (!told) return {};
  if (auto dropped = state.table->DropGaps(); !dropped) return dropped;
  state.ledger.untold.Clear();
  return WriteLife(*state.table, {.last_alive = clock_.Now()});
}

Result<std::vector<StoredEvent>> EventSpool::ReadAfter(EventKey after, ReadLimits limits) {
  return Read([&](SpoolTable& table) { return table.ReadAfter(after, limits); });
}

Result<std::vector<StoredEvent>> EventSpool::ReadUrgent(ReadLimits limits, EventKey before) {
  return Read([&](SpoolTable& table) { return table.ReadUrgent(before, limits); });
}

Result<void> EventSpool::Forget(EventKey up_to) {
  auto state = state_.Lock();
  SpoolSize gone;
  const auto done = Write(*state, [&]() -> Result<void> {
    gone = {};
    SpoolTable& table = *state->table;
    if (auto moved = table.Acknowledge({up_to.boot_epoch, 0, up_to.sequence}, gone); !moved) return moved;
    if (auto noted = table.NoteAcknowledgedUpTo(up_to); !noted) return noted;
    return table.TrimRemembered(options_.remembered);
  });
  if (!done) return done.error().Wrap("forget acknowledged events");
  state->ledger.counts.events -= std::min(gone.events, state->ledger.counts.events);
  state->ledger.counts.bytes -= std::min(gone.bytes, state->ledger.counts.bytes);
  return {};
}

Result<void> EventSpool::ForgetThese(std::uint64_t epoch, std::span<const std::uint64_t> sequences) {
  auto state = state_.Lock();
  SpoolSize gone;
  const auto done = Write(*state, [&]() -> Result<void> {
    gone = {};
    for (const std::uint64_t sequence : sequences) {
      if (auto moved = state->table->Acknowledge({epoch, sequence, sequence}, gone); !moved) return moved;
    }
    if (auto noted = state->table->NoteAcknowledged(epoch, sequences); !noted) return noted;
    return state->table->TrimRemembered(options_.remembered);
  });
  if (!done) return done.error().Wrap("forget events that were acknowledged out of turn");
  state->ledger.counts.events -= std::min(gone.events, state->ledger.counts.events);
  state->ledger.counts.bytes -= std::min(gone.bytes, state->ledger.counts.bytes);
  return {};
}

Result<void> EventSpool::NoteAlive() {
  auto state = state_.Lock();
  return Write(*state, [&]() -> Result<void> {
    if (auto evicted = EvictAged(*state); !evicted) return evicted;
    return WriteLife(*state->table, {.last_alive = clock_.Now()});
  });
}

Result<void> EventSpool::NoteStopped(base::SystemTime watched_until) {
  auto state = state_.Lock();
  return Write(*state, [&] { return WriteLife(*state->table, {.last_alive = watched_until, .stopped = true}); });
}

Result<void> EventSpool::AbsenceTold() {
  auto state = state_.Lock();
  return Write(*state, [&] { return state->table->WriteNumber("absent", 0); });
}

Result<std::vector<v1::Event>> EventSpool::Remembered() {
  auto all = Recollect();
  if (!all) return all.error();
  std::ranges::move(all->waiting, std::back_inserter(all->acknowledged));
  return std::move(all->acknowledged);
}

Result<Recollection> EventSpool::Recollect() {
  auto state = state_.Lock();
  if (!state->table) return Error{ErrorCode::kUnavailable, "the spool cannot be read now"};
  return state->table->Remembered();
}

std::uint64_t EventSpool::last_position() const {
  return state_.Lock()->ledger.last_position;
}

SpoolCounts EventSpool::counts() const {
  SpoolCounts counts = state_.Lock()->ledger.counts;
  counts.crowded = counts.evicted > 0 && counts.bytes > options_.byte_cap - options_.byte_cap / 8;
  return counts;
}

}  // namespace vigie::agent::spool
