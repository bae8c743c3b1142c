#include "server/api/audit_trail.h"

#include <algorithm>
#include <utility>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::chrono::minutes kMinute{1};
constexpr std::string_view kStarted = "STARTED";
constexpr std::size_t kMostLogged = 100;

std::shared_ptr<AuditedCall>& CallOfThisThread() {
  thread_local std::shared_ptr<AuditedCall> call;
  return call;
}

}  // namespace

AuditedCall::AuditedCall(const MethodRule* rule, std::string_view path, std::string address) : rule_(rule) {
  entry_.set_method(std::string(ShortName(path)));
  entry_.set_address(std::move(address));
  entry_.set_access(rule == nullptr ? v1::AUDIT_ACCESS_CHANGE : rule->access);
  entry_.set_who(entry_.method().starts_with("EnrollmentService/") && rule != nullptr && rule->caller == Caller::kAnyone
                     ? "enrolment"
                     : "unknown");
}

AuditedCall* AuditedCall::Current() {
  return CallOfThisThread().get();
}

void AuditedCall::SetCurrent(std::shared_ptr<AuditedCall> call) {
  CallOfThisThread() = std::move(call);
}

void AuditedCall::SetCaller(const std::string& name, const std::string& role) {
  entry_.set_who(name);
  entry_.set_role(role);
}

std::string CallerName() {
  const AuditedCall* call = AuditedCall::Current();
  return call == nullptr ? std::string() : call->entry().who();
}

AuditTrail::AuditTrail(Store& store, const base::Clock& clock)
    : store_(store), clock_(clock), thread_([this](const std::stop_token& stop) { Work(stop); }) {
}

AuditTrail::~AuditTrail() {
  Stop();
}

Result<void> AuditTrail::Admit() const {
  const std::lock_guard lock(mutex_);
  if (!failing_ && waiting_.size() + writing_ < kMostWaiting) return {};
  return Error{ErrorCode::kUnavailable, "the audit cannot be written, so nothing is shown: see the collector's log"};
}

void AuditTrail::Keep(v1::AuditEntry entry) {
  *entry.mutable_at() = contract::ToProto(clock_.Now());
  const std::lock_guard lock(mutex_);
  const bool refused = entry.outcome() != "OK" && entry.outcome() != kStarted;
  if (refused && waiting_.size() + writing_ >= kMostWaiting) {
    Refusals& refusals = folded_[{entry.who(), entry.method(), entry.outcome()}];
    if (++refusals.calls == 1) refusals.first = std::move(entry);
    return;
  }
  waiting_.push_back(std::move(entry));
  changed_.notify_one();
}

void AuditTrail::Began(AuditedCall& call) {
  v1::AuditEntry entry = call.entry_;
  entry.set_outcome(std::string(kStarted));
  Keep(std::move(entry));
}

// Else whoever reaches the port could fill the disk.
bool AuditTrail::TooManyStrangers(const AuditedCall& call) {
  if (call.kept_ || !call.entry_.role().empty()) return false;
  const std::lock_guard lock(mutex_);
  const base::SteadyTime now = clock_.SteadyNow();
  if (now - minute_begin_ >= kMinute) {
    if (strangers_ > kStrangersAMinute) {
      base::LogWarning("audit: {} more calls without a good token were refused within a minute",
                       strangers_ - kStrangersAMinute);
    }
    minute_begin_ = now;
    strangers_ = 0;
  }
  return ++strangers_ > kStrangersAMinute;
}

void AuditTrail::Finished(AuditedCall& call, const std::string& outcome) {
  if (TooManyStrangers(call)) return;
  if (call.rule_ != nullptr && !call.rule_->audited && outcome == "OK") return;
  v1::AuditEntry entry = call.entry_;
  entry.set_outcome(outcome);
  call.answer_.WriteTo(entry);
  // The change is kept already; what its answer told, or that it failed later, is an entry of its own.
  if (call.kept_ && outcome == "OK" && call.answer_.empty()) return;
  if (call.kept_) entry.set_access(v1::AUDIT_ACCESS_READ);
  Keep(std::move(entry));
}

Result<void> AuditTrail::RecordNow(v1::AuditEntry entry) {
  *entry.mutable_at() = contract::ToProto(clock_.Now());
  return store_.Write([&](StoreTransaction& transaction) { return transaction.AppendAudit(entry); });
}

Result<void> AuditTrail::Witness(StoreTransaction& transaction) {
  AuditedCall* call = AuditedCall::Current();
  if (call == nullptr || call->kept_) return {};
  v1::AuditEntry entry = call->entry_;
  *entry.mutable_at() = contract::ToProto(clock_.Now());
  entry.set_outcome("OK");
  call->witnessed_ = true;
  return transaction.AppendAudit(entry);
}

void AuditTrail::Ended(bool committed) {
  AuditedCall* call = AuditedCall::Current();
  if (call == nullptr || !call->witnessed_) return;
  call->witnessed_ = false;
  call->kept_ = call->kept_ || committed;
}

void AuditTrail::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void AuditTrail::Work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
      // The first entry waits for others: one fsync for all of them.
      changed_.wait_for(lock, stop, kWriteEvery, [] { return false; });
    }
    WriteWaiting();
  }
  WriteWaiting();
  LogLost();
}

v1::AuditEntry AuditTrail::EntryOf(const Refusals& refusals) {
  v1::AuditEntry entry = refusals.first;
  if (refusals.calls > 1) entry.set_asked("{\"calls\": " + std::to_string(refusals.calls) + "}");
  return entry;
}

Result<void> AuditTrail::Write(const std::vector<v1::AuditEntry>& entries, const Folded& folded) {
  return store_.Write([&](StoreTransaction& transaction) -> Result<void> {
    for (const v1::AuditEntry& entry : entries) {
      if (auto appended = transaction.AppendAudit(entry); !appended) return appended;
    }
    for (const auto& [as, refusals] : folded) {
      if (auto appended = transaction.AppendAudit(EntryOf(refusals)); !appended) return appended;
    }
    return {};
  });
}

void AuditTrail::PutBack(std::vector<v1::AuditEntry> entries, Folded folded) {
  entries.insert(entries.end(), std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
  waiting_.swap(entries);
  for (auto& [as, refusals] : folded_) {
    const auto [found, is_new] = folded.try_emplace(as, refusals);
    if (!is_new) found->second.calls += refusals.calls;
  }
  folded_.swap(folded);
}

void AuditTrail::WriteWaiting() {
  std::vector<v1::AuditEntry> entries;
  Folded folded;
  {
    const std::lock_guard lock(mutex_);
    entries.swap(waiting_);
    folded.swap(folded_);
    writing_ = entries.size();
  }
  if (entries.empty() && folded.empty()) return;
  const auto written = Write(entries, folded);
  const std::lock_guard lock(mutex_);
  writing_ = 0;
  if (!written) {
    if (!failing_)
      base::LogError("the audit cannot be written, nothing is shown any more: {}", written.error().message);
    PutBack(std::move(entries), std::move(folded));
  } else if (failing_) {
    base::LogInfo("the audit is written again");
  }
  failing_ = !written;
}

void AuditTrail::LogLost() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty() && folded_.empty()) return;
  std::vector<v1::AuditEntry> lost = waiting_;
  for (const auto& [as, refusals] : folded_) lost.push_back(EntryOf(refusals));
  base::LogError("audit: {} entries could not be written and are lost, the first of them:", lost.size());
  for (std::size_t i = 0; i < std::min(lost.size(), kMostLogged); ++i) {
    base::LogError("audit lost: {} {} {} at {}", lost[i].who(), lost[i].method(), lost[i].outcome(),
                   lost[i].at().seconds());
  }
}

}  // namespace vigie::server::api
