#include "platform/fake/fake_service_host.h"

#include <condition_variable>
#include <mutex>

namespace vigie::platform {

void FakeServiceHost::AwaitStop() {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait(lock, stop_.get_token(), [] { return false; });
}

void FakeServiceHost::Ready(std::string_view status) {
  seen_.Lock()->ready.emplace_back(status);
}

void FakeServiceHost::Stopping() {
  seen_.Lock()->stopping = true;
}

void FakeServiceHost::Alive() {
  ++seen_.Lock()->alive;
}

}  // namespace vigie::platform
