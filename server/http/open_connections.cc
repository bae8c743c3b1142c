#include "server/http/open_connections.h"

#include <utility>

namespace vigie::server::http {

std::uint64_t OpenConnections::Add(std::function<void()> end) {
  std::unique_lock lock(mutex_);
  const std::uint64_t number = ++last_;
  ends_.emplace(number, end);
  const bool ended = ended_;
  lock.unlock();
  if (ended) end();
  return number;
}

void OpenConnections::Forget(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  ends_.erase(number);
}

void OpenConnections::EndAll() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  for (const auto& [number, end] : ends_) end();
}

bool AddressCounts::Add(const std::string& address) {
  auto counts = counts_.Lock();
  std::size_t& count = (*counts)[address];
  if (count >= most_) return false;
  ++count;
  return true;
}

void AddressCounts::Remove(const std::string& address) {
  auto counts = counts_.Lock();
  const auto found = counts->find(address);
  if (found != counts->end() && --found->second == 0) counts->erase(found);
}

}  // namespace vigie::server::http
