#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "server/store.h"

namespace vigie::server {

// Figures of stretches of time, each worked out of its events once and kept in the store, which drops it when an event
// comes to it or leaves it: so they are exact, and ingest pays a look into an empty place. Thread-safe.
class RollupBook {
 public:
  // A stretch is kept once it has been past for so long: to a younger one events still come.
  static constexpr std::chrono::minutes kSettled{10};
  // What is worked out ahead, so that nobody waits for it.
  static constexpr std::chrono::hours kAhead{24 * 8};
  static constexpr std::chrono::minutes kPause{5};

  RollupBook(Store& store, const base::Clock& clock) : store_(store), clock_(clock) {}
  ~RollupBook() { Stop(); }

  // kCancelled once `is_over`; what was worked out by then is kept.
  using IsOver = std::function<bool()>;
  base::Result<ChannelFigures> FiguresOf(const RollupCell& cell, EventReader& reader, const IsOver& is_over);
  // Works out what is missing of the last kAhead, the latest first; rests between two stretches.
  base::Result<void> WorkAhead(const IsOver& is_over);

  // WorkAhead now and each kPause, on a thread of its own.
  void Start();
  void Stop();

 private:
  struct Worked {
    RollupCell cell;
    CellEvents seen;
    ChannelFigures figures;
  };
  // One question: what it reads with, until when, and what it has worked out.
  struct Work {
    EventReader& reader;
    const IsOver& is_over;
    std::vector<Worked> done;
  };
  base::Result<ChannelFigures> Figures(const RollupCell& cell, Work& work) const;
  static base::Result<ChannelFigures> FromEvents(const RollupCell& cell, Work& work);
  base::Result<ChannelFigures> FromParts(const std::vector<RollupCell>& parts, Work& work) const;
  void Keep(const std::vector<Worked>& done);

  Store& store_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any stopping_;
  std::jthread working_;
};

}  // namespace vigie::server
