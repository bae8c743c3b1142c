#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/guarded.h"
#include "platform/service_host.h"

namespace vigie::platform {

// A service manager played by a test. Thread-safe.
class FakeServiceHost final : public ServiceHost {
 public:
  std::stop_token stop_token() const override { return stop_.get_token(); }
  void AwaitStop() override;
  void Ready(std::string_view status) override;
  void Stopping() override;
  void Alive() override;
  std::uint64_t AllowDescriptors(std::uint64_t wanted) override { return wanted; }

  void RequestStop() { stop_.request_stop(); }

  struct Seen {
    std::vector<std::string> ready;  // the status of each Ready
    bool stopping = false;
    std::uint64_t alive = 0;  // calls
  };
  Seen seen() const { return *seen_.Lock(); }

 private:
  std::stop_source stop_;
  base::Guarded<Seen> seen_;
};

}  // namespace vigie::platform
