#include "agent/background_work.h"

#include <thread>
#include <utility>
#include <vector>

namespace vigie::agent {
namespace {

constexpr auto kIdle = std::chrono::milliseconds(250);  // an event ends it; late accesses and gaps can wait so long
constexpr auto kForgettingPeriod = std::chrono::seconds(10);
constexpr auto kRediscoveryPeriod = std::chrono::minutes(1);
constexpr auto kPressurePeriod = std::chrono::seconds(1);
constexpr auto kMarksPeriod = std::chrono::minutes(5);
constexpr auto kGoneFilesPeriod = std::chrono::minutes(10);
constexpr double kBusy = 0.1;  // somebody waited for disk or memory in a tenth of the time
constexpr auto kFarewell = std::chrono::seconds(5);
constexpr auto kUntilRoom = std::chrono::milliseconds(5);

}  // namespace

void BackgroundWork::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) Step(stop);
  const auto farewell = base::Deadline::After(kFarewell);
  while (!farewell.expired() && parts_.pipeline.FinishOneLateAccess({})) {
  }
  TellGapsOfCarriers();
  TellGapsOfGoneFiles();
  TellGaps();
}

void BackgroundWork::Step(const std::stop_token& stop) {
  TellGapsOfCarriers();
  TellGaps();
  if (parts_.clock.SteadyNow() >= next_gone_files_) TellGapsOfGoneFiles();
  KeepVerdictsIfMany();
  ForgetEndedProcesses();
  if (parts_.pipeline.FinishOneLateAccess(stop)) return;
  const bool learns = parts_.pipeline.HasContentsToLearn() && !parts_.pipeline.SomebodyGoesThroughNewFiles();
  const bool idle = parts_.discovery.done() && !learns;
  const bool rest = idle || MachineIsBusy();
  const auto wait = rest ? std::chrono::nanoseconds(kIdle) : std::chrono::nanoseconds::zero();
  if (auto event = parts_.sensor.NextEvent(stop, wait)) return HandleEvents(*std::move(event), stop);
  if (rediscover_.exchange(false)) parts_.discovery.Restart();
  TryMarksAgain();
  if (MachineIsBusy()) return;
  if (const auto file = parts_.discovery.Next()) return parts_.pipeline.HandleDiscovered(*file);
  if (learns && parts_.pipeline.LearnOneContent()) return;
  parts_.verdicts.Flush();  // nothing else to do
  parts_.contents.Flush();
}

void BackgroundWork::KeepVerdictsIfMany() {
  parts_.verdicts.FlushIfMany();
  parts_.contents.FlushIfMany();
}

// Several while somebody goes through new files: their order is kept, and the inspections are shared.
void BackgroundWork::HandleEvents(platform::FileEvent first, const std::stop_token& stop) {
  constexpr std::size_t kTogether = 32;
  std::vector<platform::FileEvent> events;
  if (!GiveToLarge(first, stop)) events.push_back(std::move(first));
  while (events.size() < kTogether && parts_.pipeline.SomebodyGoesThroughNewFiles()) {
    auto next = parts_.sensor.NextEvent({}, std::chrono::nanoseconds::zero());
    if (!next) break;
    if (!GiveToLarge(*next, stop)) events.push_back(*std::move(next));
  }
  parts_.pipeline.HandleEvents(std::move(events), stop);
}

// What is small is opened while an archive that came before it is still being inspected. The events of one file keep
// their order: the last has the last word, and waits for room behind the others.
bool BackgroundWork::GiveToLarge(platform::FileEvent& event, const std::stop_token& stop) {
  constexpr std::size_t kMost = 64;  // each holds its content open
  const std::pair key(event.file.device, event.file.inode);
  while (!stop.stop_requested()) {
    {
      auto files = large_files_.Lock();
      const bool follows = files->contains(key);
      if (!follows && (large_.size() >= kMost || !parts_.pipeline.IsSlow(event))) return false;
      if (large_.size() < kLargeEvents) {
        ++(*files)[key];
        return large_.Push(std::move(event));
      }
    }
    std::this_thread::sleep_for(kUntilRoom);
  }
  return false;
}

void BackgroundWork::RunLarge(const std::stop_token& stop) {
  while (auto event = large_.Pop(stop)) {
    if (stop.stop_requested()) return;  // what is queued is lost, as in Run
    const std::pair key(event->file.device, event->file.inode);
    parts_.pipeline.HandleEvent(*std::move(event));
    auto files = large_files_.Lock();
    if (--files->at(key) == 0) files->erase(key);
  }
}

// What was missed in a gap may be a changed file, so all files are looked at again; not more often than makes sense.
void BackgroundWork::TellGaps() {
  auto gaps = parts_.sensor.TakeGaps();
  if (gaps.empty()) return;
  for (v1::Gap& gap : gaps) parts_.reporter.TellGap(std::move(gap));
  const auto now = parts_.clock.SteadyNow();
  if (now < next_rediscovery_) return;
  next_rediscovery_ = now + kRediscoveryPeriod;
  parts_.discovery.Restart();
}

// Marks that were refused may be had by now: others have gone. Whoever looks at all files marks again what must be.
void BackgroundWork::TryMarksAgain() {
  if (!parts_.discovery.done()) return;
  if (std::exchange(marking_again_, false)) parts_.marks.EndRound();
  const auto now = parts_.clock.SteadyNow();
  if (parts_.marks.missing() == 0 || now < next_marks_) return;
  next_marks_ = now + kMarksPeriod;
  marking_again_ = true;
  parts_.marks.BeginRound();
  parts_.discovery.Restart();
}

// Asked once a second at most: it is an average over ten.
bool BackgroundWork::MachineIsBusy() {
  const auto now = parts_.clock.SteadyNow();
  if (now < next_pressure_) return busy_;
  next_pressure_ = now + kPressurePeriod;
  busy_ = parts_.host.Pressure() > kBusy;
  return busy_;
}

// No file has changed unseen in these.
void BackgroundWork::TellGapsOfCarriers() {
  for (v1::Gap& gap : parts_.carriers.TakeGaps()) parts_.reporter.TellGap(std::move(gap));
  for (v1::Gap& gap : parts_.network.TakeGaps()) parts_.reporter.TellGap(std::move(gap));
  for (v1::Gap& gap : parts_.refused_writes.TakeGaps()) parts_.reporter.TellGap(std::move(gap));
}

// Programs remove files that they have just written all day long: many are one gap.
void BackgroundWork::TellGapsOfGoneFiles() {
  auto gaps = parts_.sensor.TakeGapsOfGoneFiles();
  if (gaps.empty()) return;
  next_gone_files_ = parts_.clock.SteadyNow() + kGoneFilesPeriod;
  for (v1::Gap& gap : gaps) parts_.reporter.TellGap(std::move(gap));
}

void BackgroundWork::ForgetEndedProcesses() {
  const auto now = parts_.clock.SteadyNow();
  if (!parts_.processes_are_live || now < next_forgetting_) return;
  next_forgetting_ = now + kForgettingPeriod;
  parts_.carriers.ForgetEnded();
}

}  // namespace vigie::agent
