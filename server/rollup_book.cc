#include "server/rollup_book.h"

#include <ranges>

#include "platform/base/logging.h"

namespace vigie::server {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kEventsBetweenLooks = 256;
constexpr std::chrono::milliseconds kRest{5};
constexpr std::int64_t kCountedAtATime = 50'000;  // events, in one transaction

Error Over() {
  return {ErrorCode::kCancelled, "the answer takes too long"};
}

}  // namespace

Result<ChannelFigures> RollupBook::FiguresOf(const RollupCell& cell, EventReader& reader, const IsOver& is_over) {
  Work work{reader, is_over, {}};
  auto figures = Figures(cell, work);
  if (!work.done.empty()) Keep(work.done);
  return figures;
}

// Where nothing happened there is nothing to keep: that is seen as fast.
Result<ChannelFigures> RollupBook::Figures(const RollupCell& cell, Work& work) const {
  auto kept = work.reader.FindRollup(cell);
  if (!kept) return kept.error();
  if (*kept) return **std::move(kept);
  const auto seen = work.reader.EventsIn(cell);
  if (!seen) return seen.error();
  if (seen->count == 0) return ChannelFigures();
  const std::vector<RollupCell> parts = PartsOf(cell);
  auto figures = parts.empty() ? FromEvents(cell, work) : FromParts(parts, work);
  if (figures && cell.until() + kSettled <= clock_.Now()) work.done.push_back({cell, *seen, *figures});
  return figures;
}

Result<ChannelFigures> RollupBook::FromEvents(const RollupCell& cell, Work& work) {
  ChannelFigures figures;
  std::uint64_t seen = 0;
  const EventRange range{.from = cell.from, .until = cell.until()};
  auto read = work.reader.EachInRange(range, [&](const v1::Event& event, base::SystemTime) -> Result<void> {
    if (++seen % kEventsBetweenLooks == 0 && work.is_over()) return Over();
    figures[event.activity().channel()].Add(event);
    return {};
  });
  if (!read) return read.error();
  return figures;
}

Result<ChannelFigures> RollupBook::FromParts(const std::vector<RollupCell>& parts, Work& work) const {
  ChannelFigures figures;
  for (const RollupCell& part : parts) {
    if (work.is_over()) return Over();
    const auto some = Figures(part, work);
    if (!some) return some.error();
    for (const auto& [channel, figure] : *some) figures[channel].Add(figure);
  }
  return figures;
}

// What is not kept is worked out again: no reason to leave somebody without an answer. The store counts the events of
// each stretch again, and others wait to write meanwhile: some at a time.
void RollupBook::Keep(const std::vector<Worked>& done) {
  for (auto next = done.begin(); next != done.end();) {
    auto kept = store_.Write([&](StoreTransaction& transaction) -> Result<void> {
      for (std::int64_t counted = 0; next != done.end() && counted < kCountedAtATime; ++next) {
        if (auto saved = transaction.SaveRollup(next->cell, next->seen, next->figures); !saved) return saved;
        counted += next->seen.count;
      }
      return {};
    });
    if (!kept) return base::LogWarning("roll-ups could not be kept: {}", kept.error().message);
  }
}

Result<void> RollupBook::WorkAhead(const IsOver& is_over) {
  const base::SystemTime now = clock_.Now();
  const auto opened = store_.OpenEvents();
  if (!opened) return opened.error();
  for (const RollupCell& cell : CellsIn(now - kAhead, now - kSettled) | std::views::reverse) {
    for (const RollupCell& part : PartsOf(cell) | std::views::reverse) {
      if (is_over()) return {};
      if (auto done = FiguresOf(part, **opened, is_over); !done) return done.error();
      std::this_thread::sleep_for(kRest);
    }
    if (auto done = FiguresOf(cell, **opened, is_over); !done) return done.error();
  }
  return {};
}

void RollupBook::Start() {
  working_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      auto done = WorkAhead([&] { return stop.stop_requested(); });
      if (!done && done.error().code != ErrorCode::kCancelled) base::LogWarning("roll-ups: {}", done.error().message);
      std::unique_lock lock(mutex_);
      stopping_.wait_for(lock, stop, kPause, [] { return false; });
    }
  });
}

void RollupBook::Stop() {
  working_ = {};
}

}  // namespace vigie::server
