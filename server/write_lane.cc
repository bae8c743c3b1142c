#include "server/write_lane.h"

namespace vigie::server {

base::Result<void> WriteLane::Run(const std::function<base::Result<void>(StoreTransaction&)>& body) {
  const std::lock_guard lock(mutex_);
  if (auto ready = detection_.Prepare(); !ready) return ready;
  auto written = store_.Write([&](StoreTransaction& transaction) -> base::Result<void> {
    if (auto done = body(transaction); !done) return done;
    return detection_.Finish(transaction);
  });
  if (written) {
    detection_.Committed();
  } else {
    detection_.RolledBack();
  }
  return written;
}

}  // namespace vigie::server
