#pragma once

#include <functional>
#include <mutex>

#include "server/detection.h"
#include "server/store.h"

namespace vigie::server {

// The one way to change anything: a transaction of the store together with what detection made of it. Thread-safe;
// callers wait for each other, for about as long as one fsync.
class WriteLane {
 public:
  WriteLane(Store& store, Detection& detection) : store_(store), detection_(detection) {}

  // When this returns without an error everything is on the disk and the listeners have heard of it; otherwise nothing
  // happened.
  base::Result<void> Run(const std::function<base::Result<void>(StoreTransaction&)>& body);

 private:
  std::mutex mutex_;
  Store& store_;
  Detection& detection_;
};

}  // namespace vigie::server
