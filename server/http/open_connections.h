#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "platform/base/guarded.h"

namespace vigie::server::http {

// The connections that are open, so that they can be ended. Thread-safe.
class OpenConnections {
 public:
  // What ends one, from any thread; kept until the given number is forgotten. At once if all were ended already.
  std::uint64_t Add(std::function<void()> end);
  void Forget(std::uint64_t number);
  // Those that are open, and those to come.
  void EndAll();

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, std::function<void()>> ends_;
  std::uint64_t last_ = 0;
  bool ended_ = false;
};

// How many connections each address has. Thread-safe.
class AddressCounts {
 public:
  explicit AddressCounts(std::size_t most) : most_(most) {}

  // False: it has as many as it may. What was added is to be removed.
  bool Add(const std::string& address);
  void Remove(const std::string& address);

 private:
  const std::size_t most_;
  base::Guarded<std::map<std::string, std::size_t>> counts_;
};

// One of those that its address may have.
struct Counted {
  Counted(AddressCounts& all, std::string whose) : counts(all), address(std::move(whose)), good(counts.Add(address)) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    if (good) counts.Remove(address);
  }

  AddressCounts& counts;
  const std::string address;
  const bool good;
};

}  // namespace vigie::server::http
