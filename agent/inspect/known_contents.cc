#include "agent/inspect/known_contents.h"

#include <utility>

#include "platform/base/file_reading.h"
#include "platform/base/logging.h"
#include "platform/memory_file.h"

namespace vigie::agent::inspect {
namespace {

// To copy and digest a larger one takes a part of its inspection, and what comes again is mostly small.
constexpr std::size_t kLargest = std::size_t{128} << 10;

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

v1::Inspection KnownContents::Inspect(const base::FileDescriptor& content, base::Deadline deadline) {
  const auto bytes = base::ReadCached(content, kLargest);
  if (!bytes || bytes->empty()) return inspector_.Inspect(content, deadline);
  const auto row = AsRow(key_.DigestOf(*bytes, "known contents"));
  if (auto known = index_.Find(row)) return *std::move(known);
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
