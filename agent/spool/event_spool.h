#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/base/result.h"
#include "platform/sqlite/database.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent::spool {

struct EventKey {
  std::uint64_t boot_epoch = 0;
  std::uint64_t sequence = 0;
  auto operator<=>(const EventKey&) const = default;
};

struct StoredEvent {
  EventKey key;
  std::string bytes;  // a serialised v1::Event
};

struct ReadLimits {
  std::size_t events = 1000;
  std::size_t bytes = std::size_t{3} << 20;  // at least one event comes back, however large
};

struct SpoolOptions {
  std::string agent_id;
  std::uint64_t byte_cap = std::uint64_t{256} << 20;  // of events that the collector has not acknowledged
  std::size_t remembered = 1024;                      // acknowledged events kept for Remembered()
};

struct SpoolCounts {
  std::uint64_t events = 0;    // not acknowledged
  std::uint64_t bytes = 0;     // of those
  std::uint64_t appended = 0;  // since the start
  std::uint64_t lost = 0;      // since the start: no room, or the disk refused
  std::string last_error;      // of the last append; empty if it went well
};

// A stretch without an agent, up to this start.
struct Absence {
  base::SystemTime since{};  // the last sign of life
  bool stopped = false;      // it was told to stop; otherwise it was killed, or the machine went down
};

// Events that the collector has not acknowledged, on the disk. What Append has returned is fsynced and survives kill -9
// and a power cut. Keys are (boot epoch, sequence): a new epoch at each start, greater than any before; sequences from
// 1 without holes. What could not be kept is counted, on the disk where that is possible, and told by a gap event as
// soon as there is room. Thread-safe.
class EventSpool {
 public:
  // A damaged file is set aside (NAME.damaged, .damaged.1, …), counted as a gap, and does not stop the start.
  static base::Result<std::unique_ptr<EventSpool>> Open(const std::string& path, SpoolOptions options,
                                                        const base::Clock& clock);

  // Gives the event its id (agent, epoch, sequence), checks it and stores it, atomically with the replay position from
  // which it came (0 = live). kInvalidArgument: the event breaks the contract. kResourceExhausted: the byte cap or the
  // disk is full.
  base::Result<EventKey> Append(v1::Event event, std::uint64_t position);

  // In order of their keys, after `after`, of one epoch only.
  base::Result<std::vector<StoredEvent>> ReadAfter(EventKey after, ReadLimits limits);

  // What may be sent ahead of its turn: severity kHigh or above (event_severity.h), the newest first, of one epoch only
  // and older than `before`. Reading changes nothing: who has some of them in flight reads on before the last of those.
  static constexpr EventKey kNewest{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max()};
  base::Result<std::vector<StoredEvent>> ReadUrgent(ReadLimits limits, EventKey before = kNewest);

  // The collector has everything of this epoch up to this sequence.
  base::Result<void> Forget(EventKey up_to);

  // The collector has these, out of turn. ReadAfter passes over them from now on, and they are no hole: nothing is told
  // of them. Sequences that are not there (any more) are passed over.
  base::Result<void> ForgetThese(std::uint64_t epoch, std::span<const std::uint64_t> sequences);

  // A sign of life. Each append is one, too: on a quiet host these must come from time to time, for a restart tells as
  // a gap what lies between the last of them and itself.
  base::Result<void> NoteAlive() { return NoteLife(clock_.Now(), false); }
  // The end of a life that ends as it should: it watched until `watched_until`.
  base::Result<void> NoteStopped(base::SystemTime watched_until) { return NoteLife(watched_until, true); }
  // Before this start; nothing in a new spool. The next start finds the same one, unless AbsenceTold was called.
  const std::optional<Absence>& absence() const { return absence_; }
  base::Result<void> AbsenceTold();

  // The latest events, acknowledged or not, oldest first: what a restarted agent must know of what it has said.
  base::Result<std::vector<v1::Event>> Remembered();

  const std::string& agent_id() const { return options_.agent_id; }
  std::uint64_t boot_epoch() const { return boot_epoch_; }
  // The greatest replay position that was stored.
  std::uint64_t last_position() const;
  SpoolCounts counts() const;
  // `appended` is called after each append, on its thread. Set it before threads start.
  void OnAppended(std::function<void()> appended) { appended_ = std::move(appended); }

 private:
  struct State {
    sqlite::Database database;
    std::uint64_t last_sequence = 0;
    std::uint64_t last_position = 0;
    std::uint64_t gap_lost = 0;  // lost events that no gap event has told yet
    base::SystemTime gap_since{};
    std::string gap_reason{};
    SpoolCounts counts{};
  };
  struct Beginning {
    std::uint64_t boot_epoch = 0;
    std::optional<Absence> absence{};
  };

  EventSpool(State state, Beginning beginning, SpoolOptions options, const base::Clock& clock);
  static base::Result<State> OpenState(const std::string& path);
  static base::Result<Beginning> BeginEpoch(State& state, base::SystemTime now);

  base::Result<std::vector<StoredEvent>> Read(std::string_view sql, EventKey from, ReadLimits limits);
  base::Result<void> Store(State& state, v1::Event& event, std::uint64_t position);
  base::Result<void> StoreAll(State& state, std::vector<v1::Event>& events, std::uint64_t position);
  base::Result<void> CheckRoom(const State& state, const v1::Event& event) const;
  base::Result<void> NoteLife(base::SystemTime last_alive, bool stopped);
  void CountLost(State& state, const base::Error& error);
  v1::Event MakeGap(const State& state) const;

  const std::uint64_t boot_epoch_;
  const std::optional<Absence> absence_;
  const SpoolOptions options_;
  const base::Clock& clock_;
  std::function<void()> appended_;
  base::Guarded<State> state_;
};

}  // namespace vigie::agent::spool
