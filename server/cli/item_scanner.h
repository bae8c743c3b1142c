#pragma once

#include "server/cli/scan_command.h"
#include "server/cli/scan_report.h"
#include "server/cli/scan_walk.h"

namespace vigie::cli {

// One item: opened, inspected and, with a policy, judged. Thread-safe as far as `parts` are; standard input is for one
// item. Both arguments outlive it.
class ItemScanner {
 public:
  ItemScanner(const ScanRequest& request, const ScanParts& parts) : request_(request), parts_(parts) {}

  ScanResult Scan(const ScanItem& item) const;

 private:
  void Inspect(const ScanItem& item, ScanResult& result) const;

  const ScanRequest& request_;
  const ScanParts& parts_;
};

}  // namespace vigie::cli
