#include "tests/fleet/simulated_agent.h"

#include <algorithm>
#include <utility>

#include "core/evidence/event_digest.h"
#include "proto/contract/time_conversion.h"

namespace vigie::fleet {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(1);  // between the host times of a life's events
constexpr const char* kSensors[] = {"file_events", "process_events", "network_guard", "spool"};

}  // namespace

std::shared_ptr<grpc::Channel> OpenChannel(const Endpoint& endpoint, const AgentCredentials& own) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // each agent its own connection
  // The fleet decides when to try again, not the channel.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  if (endpoint.insecure)
    return grpc::CreateCustomChannel(endpoint.address, grpc::InsecureChannelCredentials(), arguments);
  grpc::SslCredentialsOptions options{endpoint.ca_pem, own.key_pem, own.certificate_pem};
  return grpc::CreateCustomChannel(endpoint.address, grpc::SslCredentials(options), arguments);
}

// One stream. Lives until gRPC has told of its end.
class SimulatedAgent::Connection final : public grpc::ClientBidiReactor<v1::AgentMessage, v1::CollectorMessage> {
 public:
  Connection(SimulatedAgent& agent, const Endpoint& endpoint)
      : agent_(agent), stub_(v1::AgentService::NewStub(OpenChannel(endpoint, agent.credentials_))) {}

  void Start(std::shared_ptr<Connection> self, v1::AgentMessage hello) {
    self_ = std::move(self);
    outgoing_ = std::move(hello);
    stub_->async()->Connect(&context_, this);
    AddHold();  // others than gRPC's callbacks write, too; until nothing more can be read
    StartWrite(&outgoing_);
    StartRead(&incoming_);
    StartCall();
  }
  void Write(v1::AgentMessage message) {
    outgoing_ = std::move(message);
    StartWrite(&outgoing_);
  }
  void Cancel() { context_.TryCancel(); }

  void OnWriteDone(bool good) override {
    if (good) agent_.OnWritten(this);
  }
  void OnReadDone(bool good) override {
    if (!good) {
      agent_.OnBroken(this);
      return RemoveHold();
    }
    agent_.OnMessage(this, incoming_);
    StartRead(&incoming_);
  }
  void OnDone(const grpc::Status& status) override {
    const auto last = std::move(self_);
    agent_.OnEnded(this, status);
  }

 private:
  SimulatedAgent& agent_;
  const std::unique_ptr<v1::AgentService::Stub> stub_;
  grpc::ClientContext context_;
  v1::AgentMessage outgoing_;
  v1::CollectorMessage incoming_;
  std::shared_ptr<Connection> self_;
};

SimulatedAgent::SimulatedAgent(const FleetParts& parts, std::uint32_t number, AgentCredentials credentials)
    : parts_(parts), number_(number), credentials_(std::move(credentials)) {
  backlog_.BeginLife(parts_.clock.Now());
  if (!parts_.sign) return;
  auto sealer = evidence::BatchSealer::Make(credentials_.agent_id, credentials_.key_pem);
  if (sealer) sealer_ = *std::move(sealer);
}

SimulatedAgent::~SimulatedAgent() = default;

void SimulatedAgent::Connect() {
  const std::lock_guard lock(mutex_);
  if (connection_ || stopping_) return;
  ended_.reset();
  backlog_.SendAgain();
  in_flight_.clear();
  credits_ = 0;
  welcomed_ = false;
  broken_ = false;
  writing_ = true;
  connection_ = std::make_shared<Connection>(*this, parts_.endpoint);
  connection_->Start(connection_, Hello());
}

v1::AgentMessage SimulatedAgent::Hello() const {
  v1::AgentMessage message;
  v1::Hello& hello = *message.mutable_hello();
  hello.set_agent_id(credentials_.agent_id);
  hello.set_host(World::HostOf(number_));
  hello.set_operating_system("Debian GNU/Linux 12 (bookworm)");
  hello.set_kernel("Linux 6.1.0");
  hello.set_version("0.1.0");
  hello.set_boot_epoch(backlog_.boot_epoch());
  hello.set_policy_version(1);
  const auto error = parts_.world.ClockErrorOf(number_, backlog_.boot_epoch());
  *hello.mutable_at() = contract::ToProto(parts_.clock.Now() + error);
  return message;
}

void SimulatedAgent::Produce(std::uint64_t events) {
  const std::lock_guard lock(mutex_);
  backlog_.Produce(events);
  Pump();
}

void SimulatedAgent::Prepare(std::uint64_t events) {
  const std::lock_guard lock(mutex_);
  for (std::uint64_t first = 1; first <= events; first += parts_.batch_events) {
    const std::uint64_t last = std::min(events, first + parts_.batch_events - 1);
    prepared_.push_back(MakeBatch({backlog_.boot_epoch(), first, last, parts_.clock.Now()}));
    if (sealer_) Seal(*sealed_.emplace_back(prepared_.back()).mutable_batch());
  }
}

void SimulatedAgent::Beat() {
  const std::lock_guard lock(mutex_);
  beat_due_ = true;
  Pump();
}

void SimulatedAgent::Drop() {
  const std::lock_guard lock(mutex_);
  if (connection_) connection_->Cancel();
}

void SimulatedAgent::Crash(std::uint64_t forgotten_acknowledgements) {
  const std::lock_guard lock(mutex_);
  backlog_.Unacknowledge(forgotten_acknowledgements);
  backlog_.BeginLife(parts_.clock.Now());
  if (connection_) connection_->Cancel();
}

void SimulatedAgent::Stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  if (connection_) connection_->Cancel();
}

void SimulatedAgent::Pump() {
  if (!welcomed_ || writing_ || broken_) return;
  v1::AgentMessage message;
  if (!NextMessage(message)) return;
  writing_ = true;
  connection_->Write(std::move(message));
}

bool SimulatedAgent::NextMessage(v1::AgentMessage& message) {
  if (std::exchange(ahead_due_, false) && NextAhead(message)) return true;
  if (!std::exchange(beat_due_, false)) return NextBatch(message);
  v1::Heartbeat& heartbeat = *message.mutable_heartbeat();
  *heartbeat.mutable_at() = contract::ToProto(parts_.clock.Now());
  for (const char* name : kSensors) {
    v1::SensorHealth& sensor = *heartbeat.add_sensors();
    sensor.set_name(name);
    sensor.set_state(v1::SENSOR_STATE_RUNNING);
    sensor.set_produced(1000);
    sensor.set_delivered(1000);
  }
  heartbeat.set_spooled_events(backlog_.waiting());
  heartbeat.set_policy_version(1);
  return true;
}

bool SimulatedAgent::NextBatch(v1::AgentMessage& message) {
  const auto span = backlog_.Next(std::min<std::uint64_t>(credits_, parts_.batch_events));
  if (!span) return false;
  const std::uint64_t place = (span->first - 1) / parts_.batch_events;
  const bool is_prepared = span->boot_epoch == 1 && place < prepared_.size() && span->first % parts_.batch_events == 1;
  if (is_prepared) {
    message = std::move(prepared_[place]);
  } else {
    message = MakeBatch(*span);
  }
  // All of it was lost on the workstation; the events after it will betray that, and if there are none nothing can.
  if (message.batch().events().empty()) {
    if (in_flight_.empty()) {
      backlog_.Acknowledge(span->boot_epoch, span->last);
      return NextBatch(message);
    }
    backlog_.Return(*span);
    return false;
  }
  if (!Afford(message.batch())) {
    if (place < prepared_.size()) prepared_[place] = std::move(message);
    backlog_.Return(*span);
    return false;
  }
  const std::uint64_t bytes = message.batch().ByteSizeLong();
  credits_ -= static_cast<std::uint64_t>(message.batch().events_size());
  credit_bytes_ -= std::min(credit_bytes_, bytes);
  in_flight_.push_back({*span, message.batch().events().rbegin()->sequence()});
  NoteSent(message.batch());
  if (is_prepared && place < sealed_.size()) {
    message = std::move(sealed_[place]);
  } else {
    Seal(*message.mutable_batch());
  }
  // What it takes to sign is not the collector's time.
  in_flight_.back().sent = parts_.clock.SteadyNow();
  return true;
}

void SimulatedAgent::Seal(v1::EventBatch& batch) const {
  if (!sealer_ || batch.events().empty()) return;
  batch.set_boot_epoch(batch.events(0).boot_epoch());
  for (v1::Event& event : *batch.mutable_events()) {
    evidence::SaltRecords(event);
    batch.add_sequences(event.sequence());
    batch.add_encoded(event.SerializeAsString());
  }
  batch.clear_events();
  if (!sealer_->Seal(batch)) batch.clear_seal();
}

// A message may be larger than what is left only if nothing else is on its way.
bool SimulatedAgent::Afford(const v1::EventBatch& batch) const {
  return !counts_bytes_ || in_flight_.empty() || batch.ByteSizeLong() <= credit_bytes_;
}

bool SimulatedAgent::NextAhead(v1::AgentMessage& message) {
  const auto ahead = backlog_.Urgent(
      std::min<std::uint64_t>(credits_, parts_.batch_events), [this](std::uint64_t boot_epoch, std::uint64_t sequence) {
        const EventName name{number_, boot_epoch, sequence};
        return parts_.world.FateOf(name) != Fate::kSkipped && parts_.world.IsUrgent(name);
      });
  if (ahead.sequences.empty()) return false;
  v1::EventBatch& batch = *message.mutable_batch();
  batch.set_ahead(true);
  for (const std::uint64_t sequence : ahead.sequences) Add({number_, ahead.boot_epoch, sequence}, ahead.begun, batch);
  credits_ -= static_cast<std::uint64_t>(batch.events_size());
  credit_bytes_ -= std::min<std::uint64_t>(credit_bytes_, batch.ByteSizeLong());
  NoteSent(batch);
  Seal(batch);
  return true;
}

void SimulatedAgent::Add(const EventName& name, base::SystemTime life_begun, v1::EventBatch& batch) const {
  const auto at = life_begun + kInterval * static_cast<std::int64_t>(name.sequence);
  *batch.add_events() = parts_.world.Make(name, credentials_.agent_id, at);
}

// The last one that is not skipped is sent even if it was taken ahead: else nothing would betray those before it.
v1::AgentMessage SimulatedAgent::MakeBatch(const Backlog::Span& span) const {
  EventName last{number_, span.boot_epoch, span.last};
  while (last.sequence > span.first && parts_.world.FateOf(last) == Fate::kSkipped) --last.sequence;
  v1::AgentMessage message;
  for (EventName name{number_, span.boot_epoch, span.first}; name.sequence <= last.sequence; ++name.sequence) {
    const bool taken = backlog_.TakenAhead(span.boot_epoch, name.sequence) && name.sequence != last.sequence;
    if (!taken && parts_.world.FateOf(name) != Fate::kSkipped) Add(name, span.begun, *message.mutable_batch());
  }
  return message;
}

void SimulatedAgent::NoteSent(const v1::EventBatch& batch) {
  if (parts_.world.plan().probe_every == 0) return;
  for (const v1::Event& event : batch.events()) {
    const std::string& user = event.activity().user();
    if (World::IsProbeUser(user)) parts_.measurements.NoteProbeSent(user);
  }
}

void SimulatedAgent::OnMessage(const Connection* from, const v1::CollectorMessage& message) {
  const std::lock_guard lock(mutex_);
  if (connection_.get() != from) return;
  if (message.has_welcome()) TakeWelcome(message.welcome());
  if (message.has_ack()) TakeAck(message.ack());
  Pump();
}

void SimulatedAgent::TakeWelcome(const v1::Welcome& welcome) {
  welcomed_ = true;
  credits_ = welcome.credits();
  credit_bytes_ = welcome.credit_bytes();
  counts_bytes_ = credit_bytes_ > 0;
  beat_due_ = true;
  ahead_due_ = true;
  parts_.measurements.NoteConnected();
}

void SimulatedAgent::TakeAck(const v1::Ack& ack) {
  credits_ += ack.credits();
  credit_bytes_ += ack.credit_bytes();
  if (ack.ahead_size() > 0) {
    parts_.measurements.NoteAhead(static_cast<std::uint64_t>(ack.ahead_size()));
    backlog_.AcknowledgeAhead(ack.boot_epoch(), {ack.ahead().begin(), ack.ahead().end()});
  }
  if (ack.rejections_size() > 0) parts_.measurements.NoteRejected(static_cast<std::uint64_t>(ack.rejections_size()));
  while (!in_flight_.empty() && in_flight_.front().span.boot_epoch == ack.boot_epoch() &&
         in_flight_.front().last_sent <= ack.sequence()) {
    const InFlight done = in_flight_.front();
    in_flight_.pop_front();
    const std::uint64_t fresh = backlog_.Acknowledge(done.span.boot_epoch, done.span.last);
    parts_.measurements.NoteAcknowledged(fresh, done.sent);
  }
}

void SimulatedAgent::OnWritten(const Connection* from) {
  const std::lock_guard lock(mutex_);
  if (connection_.get() != from) return;
  writing_ = false;
  Pump();
}

void SimulatedAgent::OnBroken(const Connection* from) {
  const std::lock_guard lock(mutex_);
  if (connection_.get() == from) broken_ = true;
}

void SimulatedAgent::OnEnded(const Connection* from, const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  if (connection_.get() != from) return;
  const bool welcomed = std::exchange(welcomed_, false);
  if (welcomed) {
    parts_.measurements.NoteLost(status.error_message());
  } else {
    parts_.measurements.NoteRefused(status.error_message());
  }
  // Before anybody can see that the connection is gone: the fleet may end then.
  parts_.on_lost(number_, welcomed);
  ended_ = std::move(connection_);
}

bool SimulatedAgent::connected() const {
  const std::lock_guard lock(mutex_);
  return connection_ != nullptr;
}

bool SimulatedAgent::drained() const {
  const std::lock_guard lock(mutex_);
  return backlog_.empty();
}

std::uint64_t SimulatedAgent::waiting() const {
  const std::lock_guard lock(mutex_);
  return backlog_.waiting();
}

std::vector<LifeLength> SimulatedAgent::lives() const {
  const std::lock_guard lock(mutex_);
  return backlog_.lives();
}

}  // namespace vigie::fleet
