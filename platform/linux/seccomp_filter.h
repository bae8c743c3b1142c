#pragma once

#include <seccomp.h>

#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>

#include "platform/base/result.h"

namespace vigie::platform {

// The rules of one seccomp filter; the first failure is kept and returned by Load.
class SeccompFilter {
 public:
  // What happens to calls without a rule: SCMP_ACT_KILL_PROCESS, SCMP_ACT_ERRNO(EPERM)…
  explicit SeccompFilter(std::uint32_t otherwise) : context_(seccomp_init(otherwise)) {}

  void Add(std::uint32_t action, int call, std::span<const scmp_arg_cmp> conditions = {});
  // For good; `all_threads`: not only for the calling one. Needs no_new_privs. kUnsupported on a kernel without
  // filters.
  base::Result<void> Load(bool all_threads);

 private:
  struct Release {
    void operator()(void* context) const { seccomp_release(context); }
  };
  std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, Release> context_;
  int failure_ = 0;
};

// Conditions on the argument of this position.
inline scmp_arg_cmp Masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

inline scmp_arg_cmp Equal(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}

// Descriptors are 32 bits wide; what stands in the upper half of their register means nothing.
inline scmp_arg_cmp IsDescriptor(unsigned argument, int number) {
  return Masked(argument, 0xffffffff, static_cast<std::uint64_t>(number));
}

}  // namespace vigie::platform
