#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <semaphore>
#include <string>

#include "platform/base/result.h"

namespace vigie::server::api {

// Works with passwords for those who call; each piece of work takes about a tenth of a second and 64 MiB. So kAtATime
// run, kWaiting wait, each for kPatience at most, and who comes beyond that is told to come again: strangers cannot
// make it take more memory, nor keep more threads. On the threads of calls, never on one that reads connections.
// Thread-safe.
class PasswordChecks {
 public:
  static constexpr int kAtATime = 2;
  static constexpr int kWaiting = 16;
  static constexpr std::chrono::seconds kPatience{5};

  // As core/credentials/passwords.h has them; kUnavailable while too many others ask.
  base::Result<bool> Matches(const std::string& hash, const std::string& password);
  base::Result<std::string> Hash(const std::string& password);
  // Whatever is as slow.
  base::Result<void> Run(const std::function<void()>& work);
  int callers() const { return callers_.load(); }  // who are at work, wait, or are being turned away

 private:
  std::counting_semaphore<kAtATime> places_{kAtATime};
  std::atomic<int> callers_{0};
};

}  // namespace vigie::server::api
