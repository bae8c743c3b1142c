// Whatever bytes an agent sends as an event or as a batch: each event is believed or refused, with a reason, and what
// is believed is its agent's own.
#include <google/protobuf/stubs/logging.h>

#include <cstdlib>
#include <limits>

#include "core/evidence/event_digest.h"
#include "proto/contract/validation.h"
#include "server/ingest/delivery_ledger.h"
#include "server/ingest/event_checks.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using vigie::server::AgentIdentity;

constexpr vigie::base::SystemTime kNow{std::chrono::seconds(1'732'269'600)};

void Demand(bool holds) {
  if (!holds) std::abort();
}

// However it came: what is kept has this digest, written and read again, too.
void DemandSameDigest(const vigie::server::ingest::CheckedEvent& checked) {
  vigie::v1::Event kept;
  const std::string bytes = checked.event.SerializeAsString();
  Demand(kept.ParseFromString(bytes) && kept.SerializeAsString() == bytes);
  Demand(vigie::evidence::EventDigest(kept) == checked.digest);
  vigie::evidence::Conceal(kept);
  Demand(vigie::evidence::EventDigest(kept) == checked.digest);
}

void CheckAll(const vigie::v1::EventBatch& batch, const AgentIdentity& agent) {
  const auto checked = vigie::server::ingest::CheckBatch(batch, {agent, kNow});
  if (!checked) return Demand(!checked.error().message.empty());
  const auto count = static_cast<std::size_t>(batch.events_size() + batch.encoded_size());
  Demand(checked->events.size() == count);
  vigie::server::ingest::DeliveryLedger ledger;
  for (const auto& event : checked->events) {
    (void)(batch.ahead() ? ledger.TakeAhead(event.sequence) : ledger.Take(event.sequence));
    if (!event.refusal.empty()) continue;
    Demand(event.event.agent_id() == agent.agent_id && event.event.boot_epoch() == checked->boot_epoch);
    Demand(event.event.sequence() == event.sequence && event.event.has_received_at());
    Demand(vigie::contract::HappenedAt(event.event) <= kNow);
    DemandSameDigest(event);
  }
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  if (input.size() > std::size_t{std::numeric_limits<int>::max()}) return;
  const google::protobuf::LogSilencer silence;
  const std::string bytes(reinterpret_cast<const char*>(input.data()), input.size());
  vigie::v1::EventBatch batch;
  AgentIdentity former{"desk-7", "w1", "w1", 5};
  former.certificate = "of a former life";
  if (batch.ParseFromString(bytes)) CheckAll(batch, former);
  vigie::v1::Event event;
  AgentIdentity agent{"desk-7", "w1", "w1", 0, std::chrono::hours(24)};
  vigie::v1::EventBatch encoded;
  encoded.add_encoded(bytes);
  encoded.add_sequences(1);
  encoded.set_boot_epoch(1);
  if (event.ParseFromString(bytes)) {
    agent = {event.agent_id(), event.activity().host(), event.activity().host(), 0, std::chrono::hours(-24)};
    encoded.set_sequences(0, event.sequence());
    encoded.set_boot_epoch(event.boot_epoch());
  }
  CheckAll(encoded, agent);
}
