#pragma once

#include <string>
#include <string_view>

#include "server/intake.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::server::ingest {

// A batch as it came, and what it was checked by: to check it again gives the same.
struct JournalEntry {
  AgentIdentity agent;  // without order and signer; with the certificate of what it has signed
  base::SystemTime received_at{};
  v1::EventBatch batch;
};

// `batch` is serialised already.
std::string EncodeEntry(const AgentIdentity& agent, base::SystemTime received_at, std::string_view batch);
// kDataLoss if it is none: another version wrote it.
base::Result<JournalEntry> DecodeEntry(std::string_view record);

}  // namespace vigie::server::ingest
