#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include "server/detection.h"
#include "server/store.h"

namespace vigie::server {

// Writes into each transaction of the lane what must stand or fall with it. On the thread that changes something.
class TransactionWitness {
 public:
  virtual ~TransactionWitness() = default;
  // After the body and detection; an error takes everything back.
  virtual base::Result<void> Witness(StoreTransaction& transaction) = 0;
  // The transaction is on the disk, or left no trace.
  virtual void Ended(bool committed) = 0;
};

// The one way to change anything: a transaction of the store together with what detection made of it. Thread-safe;
// callers wait for each other, for about as long as one fsync.
class WriteLane {
 public:
  // `witness` may be null.
  WriteLane(Store& store, Detection& detection, TransactionWitness* witness = nullptr)
      : store_(store), detection_(detection), witness_(witness) {}

  // When this returns without an error everything is on the disk and the listeners have heard of it; otherwise nothing
  // happened.
  base::Result<void> Run(const std::function<base::Result<void>(StoreTransaction&)>& body);
  // Somebody writes or waits to.
  bool busy() const { return callers_.load() > 0; }

 private:
  std::mutex mutex_;
  std::atomic<int> callers_{0};
  Store& store_;
  Detection& detection_;
  TransactionWitness* const witness_;
};

}  // namespace vigie::server
