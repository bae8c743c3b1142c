#include "server/ingest/ingest.h"

#include <algorithm>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/ingest/event_checks.h"

namespace vigie::server::ingest {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

void CopyGreeting(const v1::Hello& hello, v1::AgentStatus& status) {
  status.set_host(hello.host());
  status.set_operating_system(hello.operating_system());
  status.set_kernel(hello.kernel());
  status.set_version(hello.version());
  status.set_policy_version(hello.policy_version());
}

AgentRecord NewAgent(const v1::Hello& hello, base::SystemTime now) {
  AgentRecord agent;
  agent.status.set_id(hello.agent_id());
  agent.enrolled_host = hello.host();
  *agent.status.mutable_enrolled_at() = contract::ToProto(now);
  return agent;
}

}  // namespace

Ingest::Ingest(WriteLane& lane, Detection& detection, const base::Clock& clock, IngestOptions options)
    : lane_(lane), detection_(detection), clock_(clock), options_(options) {
}

Result<AgentRecord> Ingest::KnownAgent(const v1::Hello& hello, StoreTransaction& transaction) const {
  auto known = transaction.FindAgent(hello.agent_id());
  if (!known) return known.error();
  if (*known) return std::move(**known);
  if (options_.trust_greetings) return NewAgent(hello, clock_.Now());
  return Error{ErrorCode::kPermissionDenied, "this agent is not enrolled here: run vigie-agent enroll"};
}

Result<AgentIdentity> Ingest::Greet(const std::string& peer_id, const v1::Hello& hello) {
  if (auto valid = contract::ValidateHello(hello); !valid) return valid.error().Wrap("hello");
  if (peer_id.empty() ? !options_.trust_greetings : peer_id != hello.agent_id()) {
    return Error{ErrorCode::kPermissionDenied, "hello.agent_id: is not the one of the agent's certificate"};
  }
  AgentIdentity identity{hello.agent_id(), "", hello.host()};
  auto greeted = lane_.Run([&](StoreTransaction& transaction) -> Result<void> {
    auto agent = KnownAgent(hello, transaction);
    if (!agent) return agent.error();
    if (hello.host() != agent->enrolled_host) {
      return Error{ErrorCode::kPermissionDenied,
                   "hello.host: is not the host that was enrolled: enroll this workstation again"};
    }
    identity.enrolled_host = agent->enrolled_host;
    CopyGreeting(hello, agent->status);
    *agent->status.mutable_last_seen_at() = contract::ToProto(clock_.Now());
    return transaction.SaveAgent(*agent);
  });
  if (!greeted) return greeted.error();
  return identity;
}

Result<v1::Ack> Ingest::Accept(const AgentIdentity& agent, v1::EventBatch batch) {
  if (auto whole = CheckBatch(batch); !whole) return whole.error();
  Outcome outcome;
  auto taken = lane_.Run([&](StoreTransaction& transaction) -> Result<void> {
    if (auto stored = TakeBatch(agent, batch, transaction, outcome); !stored) return stored;
    return CountForAgent(agent.agent_id, outcome.counts, transaction);
  });
  if (!taken) {
    base::LogError("a batch of {} could not be stored: {}", agent.agent_id, taken.error().message);
    return Error{ErrorCode::kUnavailable, "the collector cannot store events now, try again later"};
  }
  Log(agent.agent_id, outcome);
  return std::move(outcome.ack);
}

Result<void> Ingest::TakeBatch(const AgentIdentity& agent, v1::EventBatch& batch, StoreTransaction& transaction,
                               Outcome& outcome) {
  const std::uint64_t epoch = batch.events(0).boot_epoch();
  const auto mark = transaction.HighWaterMark(agent.agent_id, epoch);
  if (!mark) return mark.error();
  std::uint64_t last = *mark;
  for (v1::Event& event : *batch.mutable_events()) {
    if (event.sequence() <= last) {
      ++outcome.counts.repeated;
      continue;
    }
    outcome.counts.missing += event.sequence() - last - 1;
    last = event.sequence();
    if (auto taken = TakeEvent(agent, event, transaction, outcome); !taken) return taken;
  }
  outcome.ack.set_boot_epoch(epoch);
  // Not the mark: an agent that sends again must not be told of what it has not sent yet.
  outcome.ack.set_sequence(batch.events().rbegin()->sequence());
  outcome.ack.set_credits(static_cast<std::uint32_t>(batch.events_size()));
  return last == *mark ? Result<void>() : transaction.SetHighWaterMark(agent.agent_id, epoch, last);
}

Result<void> Ingest::TakeEvent(const AgentIdentity& agent, v1::Event& event, StoreTransaction& transaction,
                               Outcome& outcome) {
  const base::SystemTime now = clock_.Now();
  if (const auto checked = CheckEvent(event, agent, now); !checked) {
    v1::Rejection& rejection = *outcome.ack.add_rejections();
    rejection.set_sequence(event.sequence());
    rejection.set_reason(checked.error().message);
    ++outcome.counts.rejected;
    return {};
  }
  *event.mutable_received_at() = contract::ToProto(now);
  const std::string& host = event.has_activity() ? event.activity().host() : agent.host;
  if (auto appended = transaction.AppendEvent(event, host); !appended) return appended;
  ++outcome.counts.accepted;
  return detection_.Observe(event, transaction);
}

Result<void> Ingest::CountForAgent(const std::string& agent_id, const IngestCounts& counts,
                                   StoreTransaction& transaction) const {
  auto agent = transaction.FindAgent(agent_id);
  if (!agent) return agent.error();
  if (!*agent) return Error{ErrorCode::kPermissionDenied, "this agent is not enrolled here"};
  v1::AgentStatus& status = (*agent)->status;
  status.set_events(status.events() + counts.accepted);
  status.set_rejected_events(status.rejected_events() + counts.rejected);
  status.set_missing_events(status.missing_events() + counts.missing);
  status.set_repeated_events(status.repeated_events() + counts.repeated);
  *status.mutable_last_seen_at() = contract::ToProto(clock_.Now());
  return transaction.SaveAgent(**agent);
}

void Ingest::Log(const std::string& agent_id, const Outcome& outcome) {
  const IngestCounts& counts = outcome.counts;
  if (counts.missing > 0) {
    base::LogWarning("agent {}: {} sequences before {} are missing", agent_id, counts.missing, outcome.ack.sequence());
  }
  if (counts.rejected == 0) return;
  const v1::Rejection& first = outcome.ack.rejections(0);
  base::LogWarning("agent {}: {} events refused, first {}: {}", agent_id, counts.rejected, first.sequence(),
                   first.reason());
}

Result<void> Ingest::SaveHealth(const std::string& agent_id, const v1::Heartbeat& heartbeat) {
  return lane_.Run([&](StoreTransaction& transaction) -> Result<void> {
    auto agent = transaction.FindAgent(agent_id);
    if (!agent) return agent.error();
    if (!*agent) return {};
    v1::AgentStatus& status = (*agent)->status;
    *status.mutable_sensors() = heartbeat.sensors();
    status.set_spooled_events(heartbeat.spooled_events());
    status.set_policy_version(heartbeat.policy_version());
    *status.mutable_last_seen_at() = contract::ToProto(clock_.Now());
    return transaction.SaveAgent(**agent);
  });
}

}  // namespace vigie::server::ingest
