#include "server/proof/head_signer.h"

#include "core/evidence/collector_chain.h"
#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server::proof {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::chrono::seconds kPatience{10};

}  // namespace

void HeadSigner::Start() {
  next_head_ = deps_.clock.SteadyNow() + kHeadAfter;
  {
    const std::lock_guard lock(mutex_);
    running_ = true;
  }
  thread_ = std::thread([this] { Work(); });
}

void HeadSigner::Stop() {
  stop_.request_stop();
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

// On its own thread: what an audited call writes would be taken for a change that it makes.
Result<void> HeadSigner::SignNow() {
  std::unique_lock lock(mutex_);
  const std::uint64_t own = ++asked_;
  changed_.notify_all();
  const bool answered = changed_.wait_for(lock, kPatience, [&] { return answered_ >= own || !running_; });
  if (answered_ >= own) return outcome_;
  if (answered) return Error{ErrorCode::kUnavailable, "the collector is stopping"};
  return Error{ErrorCode::kDeadlineExceeded, "the chain of events could not be signed in time"};
}

void HeadSigner::Work() {
  const std::stop_token stop = stop_.get_token();
  bool failed_before = false;
  while (true) {
    std::uint64_t asked = 0;
    bool now = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, kEvery, [this] { return asked_ != answered_; });
      if (stop.stop_requested()) return;
      asked = asked_;
      now = asked_ != answered_;
    }
    auto done = Sign(now);
    if (!done && !failed_before) base::LogError("the chain of events cannot be signed: {}", done.error().message);
    failed_before = !done;
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(done);
    answered_ = asked;
    changed_.notify_all();
  }
}

Result<void> HeadSigner::Sign(bool now) {
  auto chain = deps_.store.ReadChain();
  if (!chain) return chain.error();
  const bool due = deps_.clock.SteadyNow() >= next_head_;
  if (due) next_head_ = deps_.clock.SteadyNow() + kHeadAfter;
  if (chain->grown && (now || due)) {
    auto added = deps_.lane.Run([&](StoreTransaction& transaction) { return transaction.AddHead(deps_.clock.Now()); });
    if (!added) return added;
    chain = deps_.store.ReadChain();
  }
  while (chain && !chain->unsigned_heads.empty()) {
    if (auto done = SignSome(chain->unsigned_heads); !done) return done;
    chain = deps_.store.ReadChain();
  }
  return chain ? Result<void>() : chain.error();
}

Result<void> HeadSigner::SignSome(const std::vector<v1::EvidenceHead>& heads) {
  std::vector<v1::EvidenceHead> made;
  for (v1::EvidenceHead head : heads) {
    // When it is signed: the certificate is good then, whenever the head was reached.
    *head.mutable_at() = contract::ToProto(deps_.clock.Now());
    head.set_certificate(deps_.key.certificate.fingerprint());
    auto signature = deps_.key.key.Sign(evidence::HeadStatement(head));
    if (!signature) return signature.error();
    head.set_signature(*std::move(signature));
    made.push_back(std::move(head));
  }
  return deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    if (auto kept = transaction.KeepCertificate(deps_.key.certificate); !kept) return kept;
    for (const v1::EvidenceHead& head : made) {
      if (auto kept = transaction.SignHead(head); !kept) return kept;
    }
    return {};
  });
}

}  // namespace vigie::server::proof
