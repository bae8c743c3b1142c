#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/policy/compiled_policy.h"
#include "platform/base/guarded.h"
#include "platform/base/result.h"
#include "platform/file_system.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::agent::policy {

// The policy in force. The collector's last good one outlives restarts (policy.yaml in the state directory); until it
// has sent one, the file of the configuration counts. A policy that does not compile is refused and the last good one
// stays. Thread-safe.
class ActivePolicy {
 public:
  ActivePolicy(platform::FileSystem& files, const std::string& state_directory);

  // What was kept, else `configured_file` (may be empty), else none. A damaged kept policy is reported and passed over;
  // a bad configured one is an error, for somebody has to mend it.
  base::Result<void> Load(const std::string& configured_file);

  // Puts the collector's policy in force, then keeps it. The error is that of Compile. If only keeping it failed, it is
  // in force and the failure is logged.
  base::Result<void> Adopt(v1::Policy policy);

  // Null: none yet.
  std::shared_ptr<const vigie::policy::CompiledPolicy> current() const { return *current_.Lock(); }
  // 0: none yet.
  std::uint32_t version() const;

 private:
  base::Result<void> LoadFile(const std::string& path);

  platform::FileSystem& files_;
  const std::string kept_file_;
  base::Guarded<std::shared_ptr<const vigie::policy::CompiledPolicy>> current_;
};

}  // namespace vigie::agent::policy
