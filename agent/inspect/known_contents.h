#pragma once

#include <atomic>
#include <cstddef>

#include "agent/inspect/verdict_index.h"
#include "core/inspection/content_inspector.h"
#include "core/seal/host_key.h"
#include "platform/base/file_descriptor.h"

namespace vigie::agent::inspect {

// Whether what comes these days has mostly been seen before. Thread-safe.
class Familiarity {
 public:
  void Note(bool known);
  bool IsLikely() const { return score_.load(std::memory_order_relaxed) > 0; }

 private:
  std::atomic<int> score_ = 0;
};

// Inspects no content twice: a branch that is checked out again, a copy, an archive that is unpacked once more. A
// content is known by its digest under the host's key. Large ones, those with customers, those that could not be read
// to their end, and those of which not all is in memory are inspected each time: nobody here waits for a disk. What is
// inspected is a copy of the very bytes that the digest is of, so whoever writes meanwhile changes nothing of what is
// known. Where somebody waits nothing is copied while all is new: the inspector begins at once, and the content becomes
// known when it is inspected again at leisure. Thread-safe.
class KnownContents final : public inspection::ContentInspector {
 public:
  // Bytes. To copy and digest a larger one takes a part of its inspection, and what comes again is mostly small.
  static constexpr std::size_t kLargest = std::size_t{128} << 10;

  // `index` holds contents only, in place of files. It says of which version they are. Several of these may share it
  // and `familiarity`.
  KnownContents(inspection::ContentInspector& inspector, VerdictIndex& index, const seal::HostKey& key,
                Familiarity& familiarity, bool somebody_waits = false)
      : inspector_(inspector), index_(index), key_(key), familiarity_(familiarity), somebody_waits_(somebody_waits) {}

  v1::Inspection Inspect(const base::FileDescriptor& content, base::Deadline deadline) override;

 private:
  inspection::ContentInspector& inspector_;
  VerdictIndex& index_;
  const seal::HostKey key_;
  Familiarity& familiarity_;
  const bool somebody_waits_;
};

}  // namespace vigie::agent::inspect
