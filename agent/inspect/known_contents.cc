#include "agent/inspect/known_contents.h"

#include <algorithm>
#include <utility>

#include "platform/base/file_reading.h"
#include "platform/base/logging.h"
#include "platform/memory_file.h"

namespace vigie::agent::inspect {
namespace {

// A row of the index: the whole digest must agree.
platform::FileIdentity AsRow(const seal::HostKey::Digest& digest) {
  return {.device = digest[0],
          .inode = digest[1],
          .change_time_ns = static_cast<std::int64_t>(digest[2]),
          .bytes = digest[3]};
}

// Files of customers are few, and copies of them fewer.
bool IsWorthKnowing(const v1::Inspection& inspection) {
  return inspection.evaluated() == v1::EVALUATED_FULL && inspection.customers().distinct() == 0 &&
         inspection.customers_of_other_ledgers().empty();
}

}  // namespace

void Familiarity::Note(bool known) {
  constexpr int kOfAKnownOne = 8;  // what is new must come so many times as often
  constexpr int kMost = 64;
  const int before = score_.load(std::memory_order_relaxed);
  const int after = known ? before + kOfAKnownOne : before - 1;
  score_.store(std::clamp(after, 0, kMost), std::memory_order_relaxed);  // a note that gets lost does no harm
}

v1::Inspection KnownContents::Inspect(const base::FileDescriptor& content, base::Deadline deadline) {
  if (somebody_waits_ && !familiarity_.IsLikely()) return inspector_.Inspect(content, deadline);
  const auto bytes = base::ReadCached(content, kLargest);
  if (!bytes || bytes->empty()) return inspector_.Inspect(content, deadline);
  const auto row = AsRow(key_.DigestOf(*bytes, "known contents"));
  auto known = index_.Find(row);
  familiarity_.Note(known.has_value());
  if (known) return *std::move(known);
  const auto copy = platform::MakeMemoryFile(*bytes);
  if (!copy) return inspector_.Inspect(content, deadline);
  const auto versions = index_.versions();
  auto inspection = inspector_.Inspect(*copy, deadline);
  if (!IsWorthKnowing(inspection)) return inspection;
  const auto recorded = index_.Record(row, "", inspection, false, versions);
  if (!recorded) base::LogWarning("known contents: {}", recorded.error().message);  // it is inspected again
  return inspection;
}

}  // namespace vigie::agent::inspect
