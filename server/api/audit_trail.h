#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "platform/base/clock.h"
#include "server/api/audit_text.h"
#include "server/api/method_table.h"
#include "server/write_lane.h"

namespace vigie::server::api {

// One call of the API while it runs. The call has one thread at a time; AuditedCall::Current is that thread's.
class AuditedCall {
 public:
  AuditedCall(const MethodRule* rule, std::string_view path, std::string address);

  // Of the call that this thread answers; null outside of one.
  static AuditedCall* Current();
  static void SetCurrent(std::shared_ptr<AuditedCall> call);  // null = none

  const MethodRule* rule() const { return rule_; }
  const v1::AuditEntry& entry() const { return entry_; }
  void SetRequest(const google::protobuf::Message& request) { entry_.set_asked(AuditText(request)); }
  void SetCaller(const std::string& name, const std::string& role);
  AnswerCount& answer() { return answer_; }

 private:
  friend class AuditTrail;
  const MethodRule* const rule_;
  v1::AuditEntry entry_;
  AnswerCount answer_;
  bool witnessed_ = false;  // its entry is in the transaction that runs
  bool kept_ = false;       // its entry is on the disk
};

// Whom the audit names for the call that this thread answers; empty outside of one.
std::string CallerName();

// Keeps the audit. A change's entry is in the transaction of the change: both are on the disk, or neither. What was
// refused or changed nothing, and reads, are written together within kWriteEvery, and before Stop returns: a kill loses
// at most the reads of that time. When entries cannot be written (a full disk), nothing may be read any more; refused
// calls wait on, above kMostWaiting as one entry with their number for each caller, method and outcome: {"calls": N}.
// Thread-safe.
class AuditTrail final : public TransactionWitness {
 public:
  static constexpr std::chrono::milliseconds kWriteEvery{500};
  static constexpr std::size_t kMostWaiting = 10'000;
  // Refused calls of nobody known that are kept one by one in a minute; above that they are only counted.
  static constexpr std::uint64_t kStrangersAMinute = 100;

  // `clock` and `store` outlive it.
  AuditTrail(Store& store, const base::Clock& clock);
  ~AuditTrail() override;

  // Before anything is answered: kUnavailable while the audit cannot be written.
  base::Result<void> Admit() const;
  // A stream has begun. / The call has ended with this code ("OK").
  void Began(AuditedCall& call);
  void Finished(AuditedCall& call, const std::string& outcome);
  // On the disk when it returns; for what the collector does by itself.
  base::Result<void> RecordNow(v1::AuditEntry entry);
  // Writes what waits; what cannot be written is lost, and named in the log.
  void Stop();

  base::Result<void> Witness(StoreTransaction& transaction) override;
  void Ended(bool committed) override;

 private:
  // Refused calls of one caller, to one method, for one reason.
  struct Refusals {
    v1::AuditEntry first;
    std::uint64_t calls = 0;
  };
  using RefusedAs = std::tuple<std::string, std::string, std::string>;  // who, method, outcome
  using Folded = std::map<RefusedAs, Refusals>;

  void Keep(v1::AuditEntry entry);
  static v1::AuditEntry EntryOf(const Refusals& refusals);
  base::Result<void> Write(const std::vector<v1::AuditEntry>& entries, const Folded& folded);
  // Takes back what could not be written. Under the lock.
  void PutBack(std::vector<v1::AuditEntry> entries, Folded folded);
  void LogLost();
  bool TooManyStrangers(const AuditedCall& call);
  void Work(const std::stop_token& stop);
  void WriteWaiting();

  Store& store_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<v1::AuditEntry> waiting_;
  std::size_t writing_ = 0;  // taken out of waiting_, and not on the disk yet
  Folded folded_;            // above kMostWaiting
  bool failing_ = false;
  base::SteadyTime minute_begin_{};
  std::uint64_t strangers_ = 0;  // in this minute
  std::jthread thread_;
};

}  // namespace vigie::server::api
