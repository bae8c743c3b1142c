#include "server/inspector_setup.h"

#include <filesystem>

#include "proto/contract/time_conversion.h"

namespace vigie::server {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTimeLimit{40'000};

// Beside this program.
std::string UsualInspector() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "/usr/bin/vigie-inspector" : (self.parent_path() / "vigie-inspector").string();
}

}  // namespace

inspection::InspectorPoolOptions InspectorOptionsOf(const v1::CollectorConfig& config) {
  const v1::CollectorConfig::Inspector& inspector = config.inspector();
  inspection::InspectorPoolOptions options;
  options.executable = inspector.executable().empty() ? UsualInspector() : inspector.executable();
  options.processes = 1;
  for (const auto& index : config.indexes()) options.indexes.push_back({index.file(), index.key()});
  const auto limit = inspector.has_time_limit()
                         ? std::chrono::duration_cast<milliseconds>(contract::FromProto(inspector.time_limit()))
                         : kTimeLimit;
  options.budget = inspection::DefaultBudget();
  options.budget.set_milliseconds(static_cast<std::uint32_t>(limit.count()));
  return options;
}

}  // namespace vigie::server
