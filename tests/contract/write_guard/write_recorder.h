#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "platform/write_guard.h"

namespace vigie::test {

// Keeps what a write guard tells. Await waits for it with a deadline that only a broken guard reaches.
class WriteRecorder final : public platform::WriteHandler {
 public:
  void OnRefusedWrite(platform::RefusedWrite refused) override;
  void OnWriteGap(platform::FileEventGap gap) override;

  std::optional<platform::RefusedWrite> Await(const std::function<bool(const platform::RefusedWrite&)>& wanted);
  std::vector<platform::RefusedWrite> refused() const;
  std::uint64_t gaps() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable added_;
  std::vector<platform::RefusedWrite> refused_;
  std::uint64_t gaps_ = 0;
};

}  // namespace vigie::test
