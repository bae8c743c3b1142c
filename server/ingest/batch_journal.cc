#include "server/ingest/batch_journal.h"

#include <algorithm>
#include <utility>

#include "platform/base/logging.h"

namespace vigie::server::ingest {

BatchJournal::BatchJournal(JournalFile file, std::uint64_t former)
    : file_(std::move(file)), size_(file_.size()), former_(former), thread_([this] { Work(); }) {
}

BatchJournal::~BatchJournal() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  const bool kept = std::ranges::any_of(parts_, [](const Part& part) { return part.kept > 0; });
  if (former_ > 0 || kept || failed_) return;
  if (const auto erased = file_.Erase(); !erased) base::LogWarning("{}", erased.error().message);
}

std::uint64_t BatchJournal::part_bytes() const {
  return (size_ - JournalFile::kBegin) / kParts / JournalFile::kBlock * JournalFile::kBlock;
}

bool BatchJournal::FitsIntoLast(std::uint64_t bytes) const {
  if (pending_.empty()) return false;
  const Write& last = pending_.back();
  const std::uint64_t begin = last.place.offset - JournalFile::kBegin - last.part * part_bytes();
  return begin + JournalFile::Footprint(last.record_bytes + bytes) <= part_bytes();
}

bool BatchJournal::BeginWrite(std::uint64_t bytes) {
  const std::uint64_t needed = JournalFile::Footprint(bytes);
  const bool goes_on = last_number_ > 0 && end_ + needed <= part_bytes();
  const std::size_t next = last_number_ == 0 ? 0 : (part_ + 1) % kParts;
  if (!goes_on && (needed > part_bytes() || parts_[next].kept > 0)) return false;
  ++last_number_;
  if (!goes_on) {
    part_ = next;
    end_ = 0;
    parts_[part_].first_number = last_number_;
  }
  const std::uint64_t offset = JournalFile::kBegin + part_ * part_bytes() + end_;
  pending_.push_back({part_, {.offset = offset, .number = last_number_}, 0, {}, {}});
  return true;
}

std::optional<std::size_t> BatchJournal::Append(std::string record, Written written) {
  std::size_t part = 0;
  {
    const std::lock_guard lock(mutex_);
    if (failed_ || stopping_ || former_ > 0) return std::nullopt;
    const std::uint64_t bytes = JournalFile::BytesOf(record);
    if (!FitsIntoLast(bytes) && !BeginWrite(bytes)) return std::nullopt;
    Write& write = pending_.back();
    write.record_bytes += bytes;
    write.records.push_back(std::move(record));
    write.written.push_back(std::move(written));
    part = write.part;
    end_ = write.place.offset + JournalFile::Footprint(write.record_bytes) - JournalFile::kBegin - part * part_bytes();
    ++parts_[part].kept;
  }
  changed_.notify_one();
  return part;
}

void BatchJournal::Release(std::size_t part) {
  const std::lock_guard lock(mutex_);
  --parts_[part].kept;
}

void BatchJournal::ReleaseFormer() {
  const std::lock_guard lock(mutex_);
  --former_;
}

// Nothing from there on has been overwritten: parts follow each other. What is missing of its numbers was damaged.
std::uint64_t BatchJournal::NeededFrom(std::uint64_t number) const {
  std::uint64_t first = number;
  for (const Part& part : parts_) {
    if (part.kept > 0) first = std::min(first, part.first_number);
  }
  return first;
}

void BatchJournal::Perform(const Write& write) {
  const auto done = file_.Append(write.records, write.place);
  if (!done) {
    base::LogError("{}: acknowledgements wait for the store until the next start", done.error().message);
    const std::lock_guard lock(mutex_);
    failed_ = true;
  }
  for (const Written& written : write.written) written(static_cast<bool>(done));
}

// What is pending at the end is still written.
void BatchJournal::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !pending_.empty(); });
    if (pending_.empty()) return;
    Write write = std::move(pending_.front());
    pending_.pop_front();
    write.place.needed_from = NeededFrom(write.place.number);
    const bool failed = failed_;
    lock.unlock();
    if (failed) {
      for (const Written& written : write.written) written(false);
    } else {
      Perform(write);
    }
    lock.lock();
  }
}

}  // namespace vigie::server::ingest
