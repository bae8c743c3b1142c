#include "core/threshold/agent_names.h"

namespace vigie::threshold {
namespace {

constexpr std::size_t kFewest = 16;

}  // namespace

std::uint32_t AgentNames::NumberOf(std::string_view id) {
  if (3 * (ends_.size() + 1) > 2 * places_.size()) Grow();
  std::uint32_t& place = Find(id);
  if (place == 0) {
    ids_ += id;
    ends_.push_back(ids_.size());
    place = static_cast<std::uint32_t>(ends_.size());
  }
  return place - 1;
}

std::string_view AgentNames::IdOf(std::uint32_t number) const {
  const std::uint64_t begin = number == 0 ? 0 : ends_[number - 1];
  return std::string_view(ids_).substr(begin, ends_[number] - begin);
}

std::uint32_t& AgentNames::Find(std::string_view id) {
  const std::size_t mask = places_.size() - 1;
  std::size_t place = hasher_.Short(id) & mask;
  while (places_[place] != 0 && IdOf(places_[place] - 1) != id) place = (place + 1) & mask;
  return places_[place];
}

void AgentNames::Grow() {
  places_.assign(places_.empty() ? kFewest : 2 * places_.size(), 0);
  for (std::uint32_t number = 0; number < ends_.size(); ++number) Find(IdOf(number)) = number + 1;
}

}  // namespace vigie::threshold
