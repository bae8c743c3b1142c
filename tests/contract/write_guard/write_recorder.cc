#include "tests/contract/write_guard/write_recorder.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace vigie::test {

using platform::RefusedWrite;

constexpr auto kPatience = std::chrono::seconds(20);

void WriteRecorder::OnRefusedWrite(RefusedWrite refused) {
  const std::lock_guard lock(mutex_);
  refused_.push_back(std::move(refused));
  added_.notify_all();
}

void WriteRecorder::OnWriteGap(platform::FileEventGap) {
  const std::lock_guard lock(mutex_);
  ++gaps_;
}

std::optional<RefusedWrite> WriteRecorder::Await(const std::function<bool(const RefusedWrite&)>& wanted) {
  std::unique_lock lock(mutex_);
  std::optional<RefusedWrite> found;
  added_.wait_for(lock, kPatience, [&] {
    const auto refused = std::ranges::find_if(refused_, wanted);
    if (refused != refused_.end()) found = *refused;
    return found.has_value();
  });
  return found;
}

std::vector<RefusedWrite> WriteRecorder::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

std::uint64_t WriteRecorder::gaps() const {
  const std::lock_guard lock(mutex_);
  return gaps_;
}

}  // namespace vigie::test
