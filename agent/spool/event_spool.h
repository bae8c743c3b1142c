#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/spool/spool_files.h"
#include "agent/spool/stored_event.h"
#include "agent/spool/untold_gaps.h"
#include "core/evidence/digest.h"
#include "core/seal/host_key.h"
#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/base/result.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent::spool {

struct SpoolOptions {
  std::string agent_id;
  std::uint64_t byte_cap = std::uint64_t{1} << 30;     // of events that the collector has not acknowledged, sealed
  std::chrono::hours age_cap = std::chrono::days(60);  // of those, since they were spooled
  std::size_t remembered = 1024;                       // acknowledged events kept for Remembered()
};

struct SpoolCounts {
  std::uint64_t events = 0;    // not acknowledged
  std::uint64_t bytes = 0;     // of those
  std::uint64_t appended = 0;  // since the start
  std::uint64_t lost = 0;      // since the start: no room, or the disk refused
  std::uint64_t evicted = 0;   // since the start: given up for more severe or younger ones
  bool crowded = false;        // some were given up, and no eighth of the cap is free again
  std::string last_error;      // of the last write; empty if it went well
};

// A stretch without an agent, up to this start.
struct Absence {
  base::SystemTime since{};  // the last sign of life
  bool stopped = false;      // it was told to stop; otherwise it was killed, or the machine went down
};

// Events that the collector has not acknowledged, on the disk, sealed with the host's key (host.key beside the file).
// What Append has returned is fsynced and survives kill -9 and a power cut; appends of several threads that wait at
// once share one fsync. Keys are (boot epoch, sequence): a new epoch at each start, greater than any before; sequences
// from 1. Every hole in them is told: by gap events of the sensor "spool", which name the sequences that will never
// come, and why, as soon as there is room. Each event holds the digest of the one before it in its epoch
// (core/evidence), whatever becomes of that one later.
//
// Over the byte cap the least severe events are given up, the oldest first (by severity, then boot epoch, then
// sequence), in batches of 1/64 of the cap out of one severity, but none that is more severe than the one that needs
// the room: that one is refused, if only such are left. What is older than the age cap is given up whatever its
// severity. A gap that is given up is told by the one that tells of it; earlier ones that say the same become
// one with it, and may go over the cap.
//
// A disk that is full or refuses to write loses events, counted, and is written to again as soon as it takes them: the
// file is opened anew at most once a second, and on a full disk only once a small file finds room beside it. A damaged
// file is rebuilt from what can still be opened of it, at the start or while it is in use, and does not stop the start;
// so is one whose key was lost. Thread-safe.
class EventSpool {
 public:
  static base::Result<std::unique_ptr<EventSpool>> Open(const std::string& path, SpoolOptions options,
                                                        const base::Clock& clock);

  // Gives the event its id (agent, epoch, sequence) and its link, salts its record sets, checks it and stores it,
  // atomically with the replay position from which it came (0 = live). kInvalidArgument: the event breaks the contract.
  // kResourceExhausted: the disk is full, or only more severe events are left under the byte cap.
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
  // a gap what lies between the last of them and itself, and for what has become too old.
  base::Result<void> NoteAlive();
  // The end of a life that ends as it should: it watched until `watched_until`.
  base::Result<void> NoteStopped(base::SystemTime watched_until);
  // Before this start; nothing in a new spool. The next start finds the same one, unless AbsenceTold was called.
  const std::optional<Absence>& absence() const { return absence_; }
  base::Result<void> AbsenceTold();

  // The latest events, acknowledged or not, oldest first: what a restarted agent must know of what it has said.
  base::Result<std::vector<v1::Event>> Remembered();
  // The same, apart: what the collector has, and what waits for it.
  base::Result<Recollection> Recollect();

  const std::string& agent_id() const { return options_.agent_id; }
  std::uint64_t boot_epoch() const { return boot_epoch_; }
  // The greatest replay position that was stored.
  std::uint64_t last_position() const;
  SpoolCounts counts() const;
  // `appended` is called after each append, on its thread. Set it before threads start.
  void OnAppended(std::function<void()> appended) { appended_ = std::move(appended); }

 private:
  // What goes back when a transaction fails.
  struct Ledger {
    std::uint64_t last_sequence = 0;
    std::uint64_t last_position = 0;
    evidence::Digest last_digest{};  // of the event with last_sequence; before the first, of the epoch
    UntoldGaps untold{};
    SpoolCounts counts{};
  };
  struct State {
    std::optional<SpoolTable> table;  // nothing: it cannot be opened now
    Ledger ledger{};
    bool begun = false;    // the epoch is on the disk
    bool doubted = false;  // the last write failed: open it anew before the next
    base::SteadyTime next_attempt{};
  };
  // One append on its way; it lives on the stack of its thread.
  struct Waiting {
    v1::Event event;
    std::uint64_t position = 0;
    std::optional<base::Result<EventKey>> outcome{};
  };
  using Outcomes = std::vector<base::Result<EventKey>>;

  EventSpool(std::string path, seal::HostKey key, SpoolOptions options, const base::Clock& clock);
  base::Result<void> Begin(OpenedSpool opened);

  // Runs `body` in a transaction; mends, opens anew and takes back as the class says.
  base::Result<void> Write(State& state, const std::function<base::Result<void>()>& body);
  base::Result<void> WriteOnce(State& state, const std::function<base::Result<void>()>& body);
  base::Result<std::vector<StoredEvent>> Read(
      const std::function<base::Result<std::vector<StoredEvent>>(SpoolTable&)>& read);
  base::Result<void> Reopen(State& state);
  base::Result<void> Rebuild(State& state);
  base::Result<void> Replace(State& state, const std::function<base::Result<OpenedSpool>()>& open);
  base::Result<void> Adopt(State& state, OpenedSpool opened);
  base::Result<void> CatchUp(State& state, std::uint64_t last_sequence);

  void StoreTogether(const std::vector<Waiting*>& batch, Outcomes& outcomes);
  base::Result<void> StoreAll(State& state, const std::vector<Waiting*>& batch, Outcomes& outcomes);
  base::Result<base::Result<EventKey>> StoreOne(State& state, Waiting& waiting);
  base::Result<void> Store(State& state, v1::Event& event);
  base::Result<void> StoreGap(State& state, const v1::Gap& gap);
  base::Result<bool> MakeRoom(State& state, const v1::Event& event);
  static base::Result<void> AddLedger(State& state, const std::string& reason, std::vector<RowHead>& victims);
  base::Result<void> Evict(State& state, const std::vector<RowHead>& victims, const std::string& reason);
  base::Result<void> EvictAged(State& state);
  void CountLost(State& state, const base::Error& error);

  const std::string path_;
  const seal::HostKey key_;
  const SpoolOptions options_;
  const base::Clock& clock_;
  std::uint64_t boot_epoch_ = 0;
  std::optional<Absence> absence_;
  std::function<void()> appended_;
  base::Guarded<State> state_;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::vector<Waiting*> queue_;
  bool storing_ = false;
};

}  // namespace vigie::agent::spool
