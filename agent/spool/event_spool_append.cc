// How an event gets its sequence and its link to the one before, and becomes a row.
#include <fmt/format.h>

#include <utility>

#include "agent/spool/event_spool.h"
#include "core/evidence/event_digest.h"
#include "proto/contract/validation.h"

namespace vigie::agent::spool {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

const std::string kRoomForLink(sizeof(evidence::Digest), '\0');

}  // namespace

// What a transaction that seemed to have failed has left is what comes before the next event.
Result<void> EventSpool::CatchUp(State& state, std::uint64_t last_sequence) {
  if (last_sequence <= state.ledger.last_sequence) return {};
  const auto event = state.table->FindAppended({boot_epoch_, last_sequence});
  if (!event) return event.error();
  state.ledger.last_sequence = last_sequence;
  state.ledger.last_digest = evidence::EventDigest(*event);
  return {};
}

// What was lost before is told first, and only if there is something to follow it.
Result<Result<EventKey>> EventSpool::StoreOne(State& state, Waiting& waiting) {
  v1::Event& event = waiting.event;
  event.set_agent_id(options_.agent_id);
  event.set_boot_epoch(boot_epoch_);
  event.set_sequence(state.ledger.last_sequence + 1);
  evidence::SaltRecords(event);
  event.set_previous(kRoomForLink);
  if (auto valid = contract::ValidateEvent(event); !valid)
    return Result<EventKey>(valid.error().Wrap("event is not kept"));
  const auto room = MakeRoom(state, event);
  if (!room) return room.error();
  if (!*room) {
    return Result<EventKey>(Error{ErrorCode::kResourceExhausted,
                                  fmt::format("the spool holds its {} bytes, all of more severe events: the collector "
                                              "has not been reached for too long",
                                              options_.byte_cap)});
  }
  const UntoldGaps untold = std::exchange(state.ledger.untold, {});
  for (const v1::Gap& gap : untold.all()) {
    if (auto told = StoreGap(state, gap); !told) return told.error();
  }
  if (auto stored = Store(state, event); !stored) return stored.error();
  if (waiting.position > state.ledger.last_position) {
    state.ledger.last_position = waiting.position;
    if (auto written = state.table->WriteNumber("position", waiting.position); !written) return written.error();
  }
  return Result<EventKey>(EventKey{boot_epoch_, state.ledger.last_sequence});
}

Result<void> EventSpool::Store(State& state, v1::Event& event) {
  const EventKey key{boot_epoch_, state.ledger.last_sequence + 1};
  event.set_agent_id(options_.agent_id);
  event.set_boot_epoch(key.boot_epoch);
  event.set_sequence(key.sequence);
  event.set_previous(std::string(evidence::Bytes(state.ledger.last_digest)));
  const SealedRow row = state.table->Seal(key, event, clock_.Now());
  if (auto inserted = state.table->Insert(row); !inserted) return inserted;
  ++state.ledger.last_sequence;
  state.ledger.last_digest = evidence::EventDigestInPlace(event);
  ++state.ledger.counts.events;
  ++state.ledger.counts.appended;
  state.ledger.counts.bytes += row.body.size();
  return {};
}

Result<void> EventSpool::StoreGap(State& state, const v1::Gap& gap) {
  for (v1::Gap& part : Divide(gap)) {
    v1::Event event;
    *event.mutable_gap() = std::move(part);
    if (auto stored = Store(state, event); !stored) return stored;
  }
  return {};
}

}  // namespace vigie::agent::spool
