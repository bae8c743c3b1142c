#include "platform/linux/descriptor_limit.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>

#include "platform/base/file_descriptor.h"

namespace vigie::platform {

std::uint64_t RaiseDescriptorLimit(std::uint64_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return 0;
  const rlim_t before = limit.rlim_cur;
  if (before >= wanted) return before;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

bool ReserveDescriptors(std::uint32_t count) {
  const base::FileDescriptor any(::open("/", O_PATH | O_CLOEXEC));
  if (!any || count == 0) return false;
  const base::FileDescriptor last(::fcntl(any.get(), F_DUPFD_CLOEXEC, static_cast<int>(count) - 1));
  return static_cast<bool>(last);
}

}  // namespace vigie::platform
