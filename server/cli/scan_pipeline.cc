#include "server/cli/scan_pipeline.h"

#include <algorithm>
#include <utility>

namespace vigie::cli {
namespace {

constexpr std::size_t kUnderWayPerThread = 4;

}  // namespace

ScanPipeline::ScanPipeline(std::size_t threads, Scan scan, Emit emit)
    : capacity_(std::max<std::size_t>(threads, 1) * kUnderWayPerThread),
      scan_(std::move(scan)),
      emit_(std::move(emit)) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) threads_.emplace_back([this] { Work(); });
}

ScanPipeline::~ScanPipeline() {
  Finish();
}

void ScanPipeline::Submit(ScanItem item) {
  std::unique_lock lock(mutex_);
  // Bounded by the deadline that every scan has.
  changed_.wait(lock, [this] { return submitted_ - emitted_ < capacity_; });
  waiting_.emplace(submitted_++, std::move(item));
  changed_.notify_all();
}

void ScanPipeline::Finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_all();
  threads_.clear();
}

void ScanPipeline::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return finishing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const auto next = waiting_.extract(waiting_.begin());
    lock.unlock();
    ScanResult result = scan_(next.mapped());
    lock.lock();
    done_.emplace(next.key(), std::move(result));
    EmitReady();
  }
}

// With the lock held: results leave one after the other.
void ScanPipeline::EmitReady() {
  for (auto next = done_.find(emitted_); next != done_.end(); next = done_.find(emitted_)) {
    emit_(next->second);
    done_.erase(next);
    ++emitted_;
  }
  changed_.notify_all();
}

}  // namespace vigie::cli
