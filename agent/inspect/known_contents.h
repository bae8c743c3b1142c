#pragma once

#include "agent/inspect/verdict_index.h"
#include "core/inspection/content_inspector.h"
#include "core/seal/host_key.h"
#include "platform/base/file_descriptor.h"

namespace vigie::agent::inspect {

// Inspects no content twice: a branch that is checked out again, a copy, an archive that is unpacked once more. A
// content is known by its digest under the host's key. Large ones, those with customers, those that could not be read
// to their end, and those of which not all is in memory are inspected each time: nobody here waits for a disk. What is
// inspected is a copy of the very bytes that the digest is of, so whoever writes meanwhile changes nothing of what is
// known. Thread-safe.
class KnownContents final : public inspection::ContentInspector {
 public:
  // `index` holds contents only, in place of files; several of these may share it. It says of which version they are.
  KnownContents(inspection::ContentInspector& inspector, VerdictIndex& index, const seal::HostKey& key)
      : inspector_(inspector), index_(index), key_(key) {}

  v1::Inspection Inspect(const base::FileDescriptor& content, base::Deadline deadline) override;

 private:
  inspection::ContentInspector& inspector_;
  VerdictIndex& index_;
  const seal::HostKey key_;
};

}  // namespace vigie::agent::inspect
