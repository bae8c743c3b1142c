#pragma once

#include <istream>
#include <string>
#include <vector>

#include "core/inspection/inspector_pool.h"
#include "core/policy/compiled_policy.h"
#include "platform/file_system.h"
#include "server/cli/command.h"

namespace vigie::cli {

struct ScanRequest {
  std::vector<std::string> paths;
  const policy::CompiledPolicy* policy = nullptr;
  bool records = false;
  bool json = false;
  std::size_t jobs = 1;
  v1::InspectionBudget budget;  // what the inspector keeps to
  bool show_progress = false;
};

struct ScanParts {
  inspection::ContentInspector& inspector;
  platform::FileSystem& files;
  std::istream& input;  // what - means
};

// `vigie scan`: 0 nothing found, 1 something found (with a policy: a rule would act) or not everything evaluated, 2 a
// path that is not there.
int RunScan(const ScanRequest& request, const ScanParts& parts, Context& context);

}  // namespace vigie::cli
