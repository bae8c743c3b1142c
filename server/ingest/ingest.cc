#include "server/ingest/ingest.h"

#include <algorithm>
#include <optional>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/heartbeats.h"
#include "server/ingest/event_checks.h"

namespace vigie::server::ingest {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// A greeting that took no longer says nothing about the host's clock.
constexpr std::chrono::seconds kGreetingNoise{2};

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

std::chrono::nanoseconds EstimatedOffset(const v1::Hello& hello, base::SystemTime now) {
  const auto offset = now - contract::FromProto(hello.at());
  if (offset > contract::kMaxClockOffset || offset < -contract::kMaxClockOffset) return {};
  return offset < kGreetingNoise && offset > -kGreetingNoise ? std::chrono::nanoseconds{0} : offset;
}

Result<void> CheckGreeting(const std::string& peer_id, const v1::Hello& hello, bool trust) {
  if (auto valid = contract::ValidateHello(hello); !valid) return valid.error().Wrap("hello");
  if (hello.boot_epoch() > kMaxSequence) {
    return Error{ErrorCode::kInvalidArgument, "hello: boot_epoch: must be below 2^53"};
  }
  if (peer_id.empty() ? !trust : peer_id != hello.agent_id()) {
    return Error{ErrorCode::kPermissionDenied, "hello.agent_id: is not the one of the agent's certificate"};
  }
  return {};
}

void LogOutcome(const std::string& agent_id, const BatchOutcome& outcome) {
  const IngestCounts& counts = outcome.counts;
  if (counts.missing > 0) {
    base::LogWarning("agent {}: {} sequences before {} are missing", agent_id, counts.missing, outcome.ack.sequence());
  }
  if (counts.rejected == 0) return;
  const v1::Rejection& first = outcome.ack.rejections(0);
  base::LogWarning("agent {}: {} events refused, first {}: {}", agent_id, counts.rejected, first.sequence(),
                   first.reason());
}

// What is wrong with our disk is none of their business.
Error ForAgents(const Error& error) {
  return error.code == ErrorCode::kUnavailable
             ? error
             : Error{ErrorCode::kUnavailable, "the collector cannot store events now, try again later"};
}

// The number of a stream's next batch.
std::uint64_t NextOf(const AgentIdentity& agent) {
  return agent.order == nullptr ? 0 : agent.order->submitted++;
}

bool IsAhead(const AgentIdentity& agent, std::uint64_t batch) {
  return agent.order != nullptr && agent.order->answered < batch;
}

void NoteAnswered(const AgentIdentity& agent) {
  if (agent.order != nullptr) ++agent.order->answered;
}

void NoteFailed(const AgentIdentity& agent, std::uint64_t batch) {
  if (agent.order == nullptr) return;
  std::uint64_t first = agent.order->first_failed;
  while (batch < first && !agent.order->first_failed.compare_exchange_weak(first, batch)) {
  }
}

bool IsBehindAFailed(const AgentIdentity& agent, std::uint64_t batch) {
  return agent.order != nullptr && agent.order->first_failed < batch;
}

// One that came ahead, or was refused, says nothing of what was before it.
void NoteTaken(const AgentIdentity& agent, const v1::Ack& ack) {
  if (agent.order == nullptr || ack.sequence() == 0 || ack.rejections_size() > 0) return;
  *agent.order->taken.Lock() = {ack.boot_epoch(), ack.sequence()};
}

// So that the stream's first batch can be promised, too.
Result<void> NoteMark(const AgentIdentity& agent, StoreTransaction& transaction) {
  const auto mark = transaction.HighWaterMark(agent.agent_id, agent.boot_epoch);
  if (!mark) return mark.error();
  const auto ahead = transaction.AheadOf(agent.agent_id, agent.boot_epoch);
  if (!ahead) return ahead.error();
  const std::size_t ranges = std::min(ahead->range_count(), DeliveryLedger::kMostRanges);
  *agent.order->taken.Lock() = {agent.boot_epoch, *mark, DeliveryLedger::kMostRanges - ranges};
  return {};
}

bool IsWhollyBelieved(const CheckedBatch& batch) {
  std::uint64_t last = 0;
  for (const CheckedEvent& event : batch.events) {
    if (event.sequence <= last || !event.refusal.empty()) return false;
    last = event.sequence;
  }
  return true;
}

// What the store will answer, as far as it can be known without it.
std::optional<v1::Ack> PromiseFor(const AgentIdentity& agent, const Result<CheckedBatch>& batch) {
  if (agent.order == nullptr || !batch || !IsWhollyBelieved(*batch)) return std::nullopt;
  const StreamOrder::Taken taken = *agent.order->taken.Lock();
  const std::uint64_t last = batch->events.back().sequence;
  if (taken.boot_epoch == 0 || taken.boot_epoch != batch->boot_epoch) return std::nullopt;
  if (last > taken.sequence && last - taken.sequence > DeliveryLedger::kLongestLeap) return std::nullopt;
  if (!batch->ahead) return AckOf(*batch, last);
  if (agent.order->submitted > 0 || batch->events.size() > taken.room_ahead) return std::nullopt;
  v1::Ack ack = AckOf(*batch, 0);
  for (const CheckedEvent& event : batch->events) {
    if (event.event.has_gap()) return std::nullopt;  // what it gives up may take the room of others
    ack.add_ahead(event.sequence);
  }
  return ack;
}

// Whether the store has all of it.
Result<bool> IsTaken(const AgentIdentity& agent, const CheckedBatch& batch, StoreTransaction& transaction) {
  const auto mark = transaction.HighWaterMark(agent.agent_id, batch.boot_epoch);
  if (!mark) return mark.error();
  const auto ahead = transaction.AheadOf(agent.agent_id, batch.boot_epoch);
  if (!ahead) return ahead.error();
  return std::ranges::all_of(batch.events, [&](const CheckedEvent& event) {
    return event.sequence <= *mark || ahead->Contains(event.sequence);
  });
}

Result<void> Admitted(const std::optional<AgentRecord>& agent) {
  if (!agent) return Error{ErrorCode::kPermissionDenied, "this agent is not enrolled here"};
  if (!agent->status.has_revoked_at()) return {};
  return Error{ErrorCode::kPermissionDenied, "this agent is revoked: enrol the workstation again if it may come back"};
}

}  // namespace

// Results of a greeting or a batch stand beside the transaction: what is refused is no reason to fail it.
struct Ingest::Greeting {
  v1::Hello hello;
  base::SystemTime received_at;
  std::string certificate_pem = {};
  std::shared_ptr<const evidence::HostKey> signer = {};
  Result<AgentIdentity> answer = AgentIdentity{};
};

struct Ingest::Taking {
  AgentIdentity agent;
  std::uint64_t number = 0;  // in its stream
  bool promised = false;     // or may be: it was admitted
  Result<void> admitted = {};
  Result<CheckedBatch> batch = CheckedBatch{};
  BatchOutcome outcome;
};

Result<void> Ingest::NoteSigner(AgentPeer peer, Greeting& greeting) {
  if (peer.certificate_pem.empty()) return {};
  auto signer = evidence::HostKey::Of(peer.certificate_pem);
  if (!signer) return signer.error().Wrap("the agent's certificate");
  greeting.signer = *std::move(signer);
  greeting.certificate_pem = std::move(peer.certificate_pem);
  return {};
}

// For ever, whatever becomes of the agent: what was signed with it may be kept as long, here or in files.
Result<void> Ingest::KeepCertificate(const Greeting& greeting, StoreTransaction& transaction) {
  if (greeting.signer == nullptr) return {};
  v1::EvidenceCertificate certificate;
  certificate.set_fingerprint(greeting.signer->fingerprint());
  certificate.set_subject(greeting.signer->agent_id());
  certificate.set_pem(greeting.certificate_pem);
  return transaction.KeepCertificate(certificate);
}

Ingest::Ingest(WriteLane& lane, Detection& detection, const base::Clock& clock, IngestOptions options)
    : lane_(lane), detection_(detection), clock_(clock), options_(options) {
}

Result<AgentRecord> Ingest::KnownAgent(const v1::Hello& hello, StoreTransaction& transaction) const {
  auto known = transaction.FindAgent(hello.agent_id());
  if (!known) return known.error();
  if (*known) {
    if (auto admitted = Admitted(*known); !admitted) return admitted.error();
    return std::move(**known);
  }
  if (options_.trust_greetings) return NewAgent(hello, clock_.Now());
  return Error{ErrorCode::kPermissionDenied, "this agent is not enrolled here: run vigie-agent enroll"};
}

Result<void> Ingest::TakeGreeting(Greeting& greeting, StoreTransaction& transaction) const {
  const v1::Hello& hello = greeting.hello;
  auto agent = KnownAgent(hello, transaction);
  if (!agent && agent.error().code != ErrorCode::kPermissionDenied) return agent.error();
  if (agent && hello.host() != agent->enrolled_host) {
    agent = Error{ErrorCode::kPermissionDenied,
                  "hello.host: is not the host that was enrolled: enroll this workstation again"};
  }
  if (!agent) {
    greeting.answer = agent.error();
    return {};
  }
  if (auto kept = KeepCertificate(greeting, transaction); !kept) return kept;
  const auto offset = EstimatedOffset(hello, greeting.received_at);
  greeting.answer = AgentIdentity{
      hello.agent_id(), agent->enrolled_host, hello.host(), hello.boot_epoch(), offset, std::make_shared<StreamOrder>(),
      greeting.signer};
  if (auto known = NoteMark(*greeting.answer, transaction); !known) return known;
  CopyGreeting(hello, agent->status);
  *agent->status.mutable_last_seen_at() = contract::ToProto(greeting.received_at);
  *agent->status.mutable_clock_offset() = contract::ToProto(offset);
  return transaction.SaveAgent(*agent);
}

CommitJob Ingest::GreetJob(AgentPeer peer, v1::Hello hello, std::function<void(Result<AgentIdentity>)> done) {
  const auto greeting = std::make_shared<Greeting>(Greeting{std::move(hello), clock_.Now()});
  auto good = CheckGreeting(peer.id, greeting->hello, options_.trust_greetings);
  if (good) good = NoteSigner(std::move(peer), *greeting);
  CommitJob job{greeting->hello.agent_id(), greeting->hello.ByteSizeLong(), false, {}, {}};
  job.work = [this, greeting, good](StoreTransaction& transaction) -> Result<void> {
    if (good) return TakeGreeting(*greeting, transaction);
    greeting->answer = good.error();
    return {};
  };
  job.done = [greeting, done = std::move(done)](const Result<void>& committed) {
    committed ? done(std::move(greeting->answer)) : done(ForAgents(committed.error()));
  };
  return job;
}

CommitJob Ingest::BatchJob(AgentIdentity agent, v1::EventBatch batch, std::function<void(Result<v1::Ack>)> done) {
  const std::size_t bytes = batch.ByteSizeLong();
  const auto taking = std::make_shared<Taking>();
  taking->agent = std::move(agent);
  taking->batch = CheckBatch(std::move(batch), {taking->agent, clock_.Now()});
  return JobOf(taking, bytes, std::move(done));
}

Ingest::PromisableJob Ingest::PromisableBatchJob(AgentIdentity agent, v1::EventBatch batch,
                                                 std::function<void(Result<v1::Ack>)> done) {
  const std::size_t bytes = batch.ByteSizeLong();
  const auto taking = std::make_shared<Taking>();
  taking->agent = std::move(agent);
  const base::SystemTime received_at = clock_.Now();
  taking->batch = CheckBatch(std::move(batch), {taking->agent, received_at});
  auto promise = PromiseFor(taking->agent, taking->batch);
  taking->promised = promise.has_value();
  return {JobOf(taking, bytes, std::move(done)), std::move(promise), received_at};
}

CommitJob Ingest::FormerBatchJob(JournalEntry entry, std::function<void(const Result<void>&)> done) {
  const auto taking = std::make_shared<Taking>();
  CommitJob job{entry.agent.agent_id, entry.batch.ByteSizeLong(), false, {}, {}};
  taking->promised = true;
  taking->agent = std::move(entry.agent);
  taking->number = NextOf(taking->agent);
  taking->batch = CheckBatch(std::move(entry.batch), {taking->agent, entry.received_at});
  job.work = [this, taking](StoreTransaction& transaction) -> Result<void> {
    if (!taking->batch) return taking->batch.error();
    const auto known = IsTaken(taking->agent, *taking->batch, transaction);
    if (!known) return known.error();
    return *known ? Result<void>() : Take(*taking, transaction);
  };
  // What is not admitted is no reason to fail the transaction: there may be hundreds behind one that has failed.
  job.done = [taking, done = std::move(done)](const Result<void>& committed) {
    const Result<void> taken = committed ? taking->admitted : committed;
    if (!taken) NoteFailed(taking->agent, taking->number);
    done(taken);
  };
  return job;
}

CommitJob Ingest::JobOf(std::shared_ptr<Taking> taking, std::size_t bytes, std::function<void(Result<v1::Ack>)> done) {
  taking->number = NextOf(taking->agent);
  CommitJob job{taking->agent.agent_id, bytes, IsAhead(taking->agent, taking->number), {}, {}};
  if (!taking->batch) NoteFailed(taking->agent, taking->number);
  job.work = [this, taking](StoreTransaction& transaction) { return Take(*taking, transaction); };
  job.done = [taking, done = std::move(done)](const Result<void>& committed) {
    NoteAnswered(taking->agent);
    if (!committed) {
      NoteFailed(taking->agent, taking->number);
      return done(ForAgents(committed.error()));
    }
    LogOutcome(taking->agent.agent_id, taking->outcome);
    NoteTaken(taking->agent, taking->outcome.ack);
    if (!taking->admitted) return done(taking->admitted.error());
    if (!taking->batch) return done(taking->batch.error());
    done(std::move(taking->outcome.ack));
  };
  return job;
}

Result<void> Ingest::Take(Taking& taking, StoreTransaction& transaction) {
  taking.outcome = {};
  taking.admitted = {};
  if (IsBehindAFailed(taking.agent, taking.number)) {
    taking.admitted = Error{ErrorCode::kUnavailable, "a batch before this one could not be stored: send it again"};
    return {};
  }
  auto agent = transaction.FindAgent(taking.agent.agent_id);
  if (!agent) return agent.error();
  taking.admitted = taking.promised && *agent ? Result<void>() : Admitted(*agent);
  if (!taking.admitted) return {};
  if (taking.batch) {
    auto outcome = BatchTaking(taking.agent, *taking.batch, detection_, options_.witness).Run(transaction);
    if (!outcome) return outcome.error();
    taking.outcome = *std::move(outcome);
  } else {
    ++taking.outcome.counts.reasons[taking.batch.error().message];
  }
  v1::AgentStatus& status = (*agent)->status;
  AddCounts(taking.outcome.counts, status);
  *status.mutable_last_seen_at() = contract::ToProto(clock_.Now());
  return transaction.SaveAgent(**agent);
}

CommitJob Ingest::HealthJob(std::string agent_id, v1::Heartbeat heartbeat, std::string why_away) {
  CommitJob job{agent_id, heartbeat.ByteSizeLong(), false, {}, {}};
  const base::SystemTime now = clock_.Now();
  job.work = [id = agent_id, heartbeat = std::move(heartbeat), why_away = std::move(why_away),
              now](StoreTransaction& transaction) -> Result<void> {
    auto agent = transaction.FindAgent(id);
    if (!agent) return agent.error();
    if (!*agent) return {};
    v1::AgentStatus& status = (*agent)->status;
    if (heartbeat.ByteSizeLong() > 0) CopyHealth(heartbeat, status);
    *status.mutable_last_seen_at() = contract::ToProto(now);
    *status.mutable_disconnected_at() = contract::ToProto(now);
    status.set_disconnected_reason(why_away);
    return transaction.SaveAgent(**agent);
  };
  job.done = [id = std::move(agent_id)](const Result<void>& saved) {
    if (!saved) base::LogWarning("the health of {} could not be kept: {}", id, saved.error().message);
  };
  return job;
}

void Ingest::RunAlone(CommitJob job) {
  std::vector<CommitJob> jobs;
  jobs.push_back(std::move(job));
  GroupCommit(lane_).Run(jobs);
}

Result<AgentIdentity> Ingest::Greet(const std::string& peer_id, const v1::Hello& hello) {
  Result<AgentIdentity> answer = AgentIdentity{};
  RunAlone(GreetJob({peer_id}, hello, [&](Result<AgentIdentity> given) { answer = std::move(given); }));
  return answer;
}

Result<v1::Ack> Ingest::Accept(const AgentIdentity& agent, v1::EventBatch batch) {
  Result<v1::Ack> answer = v1::Ack{};
  RunAlone(BatchJob(agent, std::move(batch), [&](Result<v1::Ack> given) { answer = std::move(given); }));
  return answer;
}

Result<void> Ingest::SaveHealth(const std::string& agent_id, const v1::Heartbeat& heartbeat) {
  CommitJob job = HealthJob(agent_id, heartbeat, "");
  Result<void> answer;
  job.done = [&](const Result<void>& saved) { answer = saved; };
  RunAlone(std::move(job));
  return answer;
}

}  // namespace vigie::server::ingest
