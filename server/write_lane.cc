#include "server/write_lane.h"

namespace vigie::server {

base::Result<void> WriteLane::Run(const std::function<base::Result<void>(StoreTransaction&)>& body) {
  struct Counted {
    explicit Counted(std::atomic<int>& count) : callers(count) { ++callers; }
    ~Counted() { --callers; }
    std::atomic<int>& callers;
  } const counted(callers_);
  const std::lock_guard lock(mutex_);
  if (auto ready = detection_.Prepare(); !ready) return ready;
  auto written = store_.Write([&](StoreTransaction& transaction) -> base::Result<void> {
    if (auto done = body(transaction); !done) return done;
    if (auto finished = detection_.Finish(transaction); !finished) return finished;
    return witness_ == nullptr ? base::Result<void>() : witness_->Witness(transaction);
  });
  if (witness_ != nullptr) witness_->Ended(static_cast<bool>(written));
  if (written) {
    detection_.Committed();
  } else {
    detection_.RolledBack();
  }
  return written;
}

}  // namespace vigie::server
