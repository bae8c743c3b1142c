#include "platform/linux/wake_signal.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

namespace vigie::platform {

WakeSignal::WakeSignal() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
}

void WakeSignal::Give() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
}

bool WakeSignal::Await(std::span<const int> descriptors, std::chrono::milliseconds patience) const {
  std::vector<pollfd> awaited{{event_.get(), POLLIN, 0}};
  for (const int descriptor : descriptors) awaited.push_back({descriptor, POLLIN, 0});
  ::poll(awaited.data(), awaited.size(), static_cast<int>(patience.count()));
  return awaited[0].revents != 0;
}

}  // namespace vigie::platform
