#pragma once

#include "server/backtest.h"
#include "server/long_reads.h"
#include "server/store.h"

namespace vigie::server::detect {

// Streams the stored events once through both policies, each a PolicyTrial: the same counting and folding as live.
// Reads through a reader of its own, holds neither the write lane nor the detector.
class StoredBacktest final : public Backtest {
 public:
  // Both outlive it.
  StoredBacktest(Store& store, const base::Clock& clock) : store_(store), clock_(clock) {}

  base::Result<void> Run(const BacktestQuestion& question, const Tell& tell) override;

 private:
  Store& store_;
  const base::Clock& clock_;
  LongReads places_{1};
};

}  // namespace vigie::server::detect
