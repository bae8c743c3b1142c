#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>

#include "platform/base/clock.h"
#include "server/proof/evidence_key.h"
#include "server/store.h"
#include "server/write_lane.h"

namespace vigie::server::proof {

struct HeadSignerDeps {
  Store& store;
  WriteLane& lane;
  const base::Clock& clock;
  EvidenceKey key;
};

// Signs the heads of the chain of events soon after they are stored, and one each minute where the chain stands, if it
// has grown. Thread-safe.
class HeadSigner {
 public:
  static constexpr std::chrono::seconds kEvery{1};
  static constexpr std::chrono::seconds kHeadAfter{60};

  explicit HeadSigner(HeadSignerDeps deps) : deps_(std::move(deps)) {}
  ~HeadSigner() { Stop(); }

  void Start();
  void Stop();
  // When it returns without an error, a head where the chain stood at the call is signed, and all before it.
  // kDeadlineExceeded after ten seconds, kUnavailable if it has stopped.
  base::Result<void> SignNow();

  const EvidenceKey& key() const { return deps_.key; }

 private:
  void Work();
  base::Result<void> Sign(bool now);
  base::Result<void> SignSome(const std::vector<v1::EvidenceHead>& heads);

  const HeadSignerDeps deps_;
  base::SteadyTime next_head_{};  // of the thread
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
  base::Result<void> outcome_;  // of the last that was answered
  bool running_ = false;
  std::thread thread_;
};

}  // namespace vigie::server::proof
