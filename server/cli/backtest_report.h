#pragma once

#include <cstdint>
#include <vector>

#include "server/cli/command.h"
#include "vigie/v1/policy_service.pb.h"

namespace vigie::cli {

// What a backtest told, taken message by message; progress is one line on a terminal.
class BacktestReport {
 public:
  BacktestReport(Context& context, bool show_progress) : context_(context), show_progress_(show_progress) {}

  void Take(const v1::BacktestPolicyResponse& message);
  // As JSON one object, for people tables. Nothing was told to the end: an error.
  base::Result<void> Write();

 private:
  void ShowProgress(const v1::BacktestProgress& progress);
  void WriteJson() const;
  void WriteTables() const;

  Context& context_;
  bool show_progress_;
  bool showing_ = false;
  bool complete_ = false;
  std::vector<v1::BacktestIncident> incidents_;
  std::vector<v1::BacktestBlock> blocks_;
  v1::BacktestSummary summary_;
};

}  // namespace vigie::cli
