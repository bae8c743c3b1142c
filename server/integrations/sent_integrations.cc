#include "server/integrations/sent_integrations.h"

#include <algorithm>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "server/integrations/delivery_reasons.h"

namespace vigie::server::integrations {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

void AddOutbox(const OutboxState& state, v1::IntegrationStatus& status) {
  status.set_waiting(state.waiting);
  status.set_delivered(state.delivered);
  status.set_dropped(state.dropped);
  if (state.oldest_at) *status.mutable_oldest_waiting_at() = contract::ToProto(*state.oldest_at);
  if (state.last_delivered_at) *status.mutable_last_delivered_at() = contract::ToProto(*state.last_delivered_at);
}

v1::IntegrationStatus StatusOf(const Courier& courier, const std::vector<OutboxState>& outbox) {
  const Destination& destination = courier.destination();
  v1::IntegrationStatus status;
  status.set_name(destination.name());
  status.set_kind(KindName(destination.kind));
  status.set_target(destination.endpoint.text());
  const auto state = std::ranges::find(outbox, destination.name(), &OutboxState::destination);
  if (state != outbox.end()) AddOutbox(*state, status);
  const Courier::Attempts attempts = courier.attempts();
  status.set_failures(attempts.failures);
  if (attempts.last_error) status.set_last_error(attempts.last_error->message);
  if (auto detail = ReasonOfDelivery(status.last_error())) *status.mutable_last_error_detail() = *std::move(detail);
  if (attempts.last_error_at) *status.mutable_last_error_at() = contract::ToProto(*attempts.last_error_at);
  if (attempts.next_at) *status.mutable_next_attempt_at() = contract::ToProto(*attempts.next_at);
  return status;
}

}  // namespace

SentIntegrations::SentIntegrations(const std::vector<Destination>& destinations, SentIntegrationsDeps deps,
                                   std::chrono::nanoseconds unreachable_after)
    : destinations_(destinations),
      deps_(std::move(deps)),
      watch_({deps_.store, deps_.lane, deps_.writer, deps_.clock, deps_.connected}, unreachable_after) {
  for (const Destination& destination : destinations_) {
    couriers_.push_back(
        std::make_unique<Courier>(destination, CourierDeps{deps_.store, deps_.lane, deps_.clock, deps_.writer.bell()},
                                  MakeSender(destination, deps_.clock, deps_.version)));
  }
}

void SentIntegrations::Start() {
  ForgetOthers();
  for (const auto& courier : couriers_) courier->Start();
  if (deps_.writer.wants_health()) watch_.Start();
}

void SentIntegrations::Stop() {
  stop_.request_stop();
  for (const auto& courier : couriers_) courier->AskToStop();  // all at once: none waits for another's other side
  watch_.Stop();
  for (const auto& courier : couriers_) courier->Stop();
}

const Destination* SentIntegrations::Find(const std::string& name) const {
  const auto found = std::ranges::find(destinations_, name, &Destination::name);
  return found == destinations_.end() ? nullptr : &*found;
}

void SentIntegrations::ForgetOthers() {
  const auto outbox = deps_.store.ListOutbox();
  if (!outbox) return base::LogError("integrations: {}", outbox.error().message);
  for (const OutboxState& state : *outbox) {
    if (Find(state.destination) != nullptr) continue;
    const auto forgotten =
        deps_.lane.Run([&](StoreTransaction& transaction) { return transaction.ForgetDestination(state.destination); });
    if (!forgotten) {
      base::LogError("integrations: {}", forgotten.error().message);
    } else {
      base::LogWarning("integration {} is not configured any more: {} messages that waited for it are given up",
                       state.destination, state.waiting);
    }
  }
}

Result<v1::ListIntegrationsResponse> SentIntegrations::List() {
  const auto outbox = deps_.store.ListOutbox();
  if (!outbox) return outbox.error();
  v1::ListIntegrationsResponse response;
  for (const auto& courier : couriers_) *response.add_integrations() = StatusOf(*courier, *outbox);
  return response;
}

Result<v1::TestIntegrationResponse> SentIntegrations::Test(const std::string& name) {
  const Destination* destination = Find(name);
  if (destination == nullptr) return Error{ErrorCode::kNotFound, "there is no integration of this name"};
  const std::unique_lock one_at_a_time(testing_, std::try_to_lock);
  if (!one_at_a_time.owns_lock())
    return Error{ErrorCode::kResourceExhausted, "another test goes on: ask again in a minute"};
  const WaitingMessage message{0, TestFinding({OutboxWriter::NewId(), deps_.clock.Now(), deps_.version})};
  const auto began = deps_.clock.SteadyNow();
  const Delivery delivery =
      MakeSender(*destination, deps_.clock, deps_.version)->Send({&message, 1}, stop_.get_token());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(deps_.clock.SteadyNow() - began);
  v1::TestIntegrationResponse response;
  response.set_taken(delivery.taken == 1);
  if (delivery.error) response.set_error(delivery.error->message);
  if (delivery.refused == 1) response.set_error("the message was refused");
  if (auto detail = ReasonOfDelivery(response.error())) *response.mutable_detail() = *std::move(detail);
  response.set_id(message.message.id());
  response.set_milliseconds(static_cast<std::uint32_t>(took.count()));
  return response;
}

}  // namespace vigie::server::integrations
