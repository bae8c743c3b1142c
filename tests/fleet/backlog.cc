#include "tests/fleet/backlog.h"

#include <algorithm>

namespace vigie::fleet {

void Backlog::BeginLife(base::SystemTime now) {
  Life life;
  life.boot_epoch = lives_.empty() ? 1 : lives_.back().boot_epoch + 1;
  life.begun = now;
  lives_.push_back(life);
}

std::optional<Backlog::Span> Backlog::Next(std::uint64_t most) {
  const auto life = std::ranges::find_if(lives_, [](const Life& each) { return each.sent < each.produced; });
  if (life == lives_.end() || most == 0) return std::nullopt;
  const Span span{life->boot_epoch, life->sent + 1, std::min(life->produced, life->sent + most), life->begun};
  life->sent = span.last;
  return span;
}

void Backlog::Return(const Span& span) {
  const auto life = std::ranges::find(lives_, span.boot_epoch, &Life::boot_epoch);
  life->sent = span.first - 1;
}

std::uint64_t Backlog::Acknowledge(std::uint64_t boot_epoch, std::uint64_t sequence) {
  const auto life = std::ranges::find(lives_, boot_epoch, &Life::boot_epoch);
  if (life == lives_.end() || sequence <= life->acknowledged) return 0;
  const std::uint64_t fresh = sequence - life->acknowledged;
  life->acknowledged = sequence;
  return fresh;
}

Backlog::Ahead Backlog::Urgent(std::size_t most,
                               const std::function<bool(std::uint64_t, std::uint64_t)>& urgent) const {
  for (auto life = lives_.rbegin(); life != lives_.rend(); ++life) {
    Ahead ahead{life->boot_epoch, life->begun, {}};
    for (std::uint64_t i = life->acknowledged + 1; i <= life->produced && ahead.sequences.size() < most; ++i) {
      if (!life->taken_ahead.contains(i) && urgent(life->boot_epoch, i)) ahead.sequences.push_back(i);
    }
    if (!ahead.sequences.empty()) return ahead;
  }
  return {};
}

void Backlog::AcknowledgeAhead(std::uint64_t boot_epoch, const std::vector<std::uint64_t>& sequences) {
  const auto life = std::ranges::find(lives_, boot_epoch, &Life::boot_epoch);
  if (life != lives_.end()) life->taken_ahead.insert(sequences.begin(), sequences.end());
}

bool Backlog::TakenAhead(std::uint64_t boot_epoch, std::uint64_t sequence) const {
  const auto life = std::ranges::find(lives_, boot_epoch, &Life::boot_epoch);
  return life != lives_.end() && life->taken_ahead.contains(sequence);
}

void Backlog::SendAgain() {
  for (Life& life : lives_) life.sent = life.acknowledged;
}

void Backlog::Unacknowledge(std::uint64_t events) {
  Life& life = lives_.back();
  life.acknowledged -= std::min(life.acknowledged, events);
  life.taken_ahead.clear();
}

bool Backlog::empty() const {
  return std::ranges::all_of(lives_, [](const Life& life) { return life.acknowledged == life.produced; });
}

std::uint64_t Backlog::waiting() const {
  std::uint64_t events = 0;
  for (const Life& life : lives_) events += life.produced - life.acknowledged;
  return events;
}

std::vector<LifeLength> Backlog::lives() const {
  std::vector<LifeLength> lengths;
  for (const Life& life : lives_) lengths.push_back({life.boot_epoch, life.produced});
  return lengths;
}

}  // namespace vigie::fleet
