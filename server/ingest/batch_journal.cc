#include "server/ingest/batch_journal.h"

#include <utility>

#include "platform/base/logging.h"

namespace vigie::server::ingest {

BatchJournal::BatchJournal(JournalFile file, std::uint64_t former)
    : file_(std::move(file)), used_(former > 0 ? file_.size() : 0), kept_(former), thread_([this] { Work(); }) {
}

BatchJournal::~BatchJournal() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  if (kept_ > 0 || failed_ || used_ == 0) return;
  if (const auto erased = file_.Erase(); !erased) base::LogWarning("{}", erased.error().message);
}

bool BatchJournal::Append(std::string record, Written written) {
  {
    const std::lock_guard lock(mutex_);
    if (failed_ || stopping_) return false;
    if (kept_ == 0 && pending_.empty() && !writing_) {
      start_over_ = true;
      used_ = 0;
    }
    const std::uint64_t bytes = JournalFile::Footprint(record.size());
    if (bytes > file_.size() - used_) return false;
    used_ += bytes;
    ++kept_;
    pending_.push_back({std::move(record), std::move(written)});
  }
  changed_.notify_one();
  return true;
}

void BatchJournal::Release() {
  const std::lock_guard lock(mutex_);
  --kept_;
}

void BatchJournal::Write(std::vector<Pending> group, bool start_over) {
  if (start_over) file_.StartOver();
  std::vector<std::string> records;
  records.reserve(group.size());
  for (Pending& each : group) records.push_back(std::move(each.record));
  const auto written = file_.Append(records);
  if (!written) {
    base::LogError("{}: acknowledgements wait for the store until the next start", written.error().message);
    const std::lock_guard lock(mutex_);
    failed_ = true;
  }
  for (const Pending& each : group) each.written(static_cast<bool>(written));
}

// What is pending at the end is still written.
void BatchJournal::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !pending_.empty(); });
    if (pending_.empty()) return;
    auto group = std::exchange(pending_, {});
    const bool start_over = std::exchange(start_over_, false);
    if (failed_) {
      lock.unlock();
      for (const Pending& each : group) each.written(false);
      lock.lock();
      continue;
    }
    writing_ = true;
    lock.unlock();
    Write(std::move(group), start_over);
    lock.lock();
    writing_ = false;
  }
}

}  // namespace vigie::server::ingest
