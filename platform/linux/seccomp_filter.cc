#include "platform/linux/seccomp_filter.h"

#include <cerrno>

namespace vigie::platform {

using base::Error;
using base::ErrorCode;

void SeccompFilter::Add(std::uint32_t action, int call, std::span<const scmp_arg_cmp> conditions) {
  if (failure_ != 0) return;
  failure_ = context_ == nullptr ? -ENOMEM
                                 : seccomp_rule_add_array(context_.get(), action, call,
                                                          static_cast<unsigned>(conditions.size()), conditions.data());
  // An architecture may lack a call of the table (open on arm64): nothing to allow then.
  if (failure_ == -EDOM) failure_ = 0;
}

base::Result<void> SeccompFilter::Load(bool all_threads) {
  if (failure_ == 0) failure_ = seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, all_threads ? 1 : 0);
  if (failure_ == 0) failure_ = seccomp_load(context_.get());
  if (failure_ == 0) return {};
  if (failure_ == -EINVAL || failure_ == -EOPNOTSUPP) {
    return Error{ErrorCode::kUnsupported, "this kernel has no seccomp filters (CONFIG_SECCOMP_FILTER)"};
  }
  return base::ErrnoError(-failure_, "restrict the system calls");
}

}  // namespace vigie::platform
