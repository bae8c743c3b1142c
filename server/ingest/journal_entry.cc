#include "server/ingest/journal_entry.h"

#include <cstring>

namespace vigie::server::ingest {
namespace {

constexpr std::uint64_t kWithoutCertificate = 1;
constexpr std::uint64_t kVersion = 2;

void Put(std::uint64_t number, std::string& record) {
  record.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

void Put(std::string_view text, std::string& record) {
  Put(text.size(), record);
  record.append(text);
}

// Takes from the front; `good` is false once there was too little.
struct Reading {
  std::string_view rest;
  bool good = true;

  std::uint64_t Number() {
    std::uint64_t number = 0;
    const std::string_view bytes = Take(sizeof(number));
    if (good) std::memcpy(&number, bytes.data(), sizeof(number));
    return number;
  }
  std::string_view Text() { return Take(Number()); }
  std::string_view Take(std::uint64_t bytes) {
    good = good && bytes <= rest.size();
    if (!good) return {};
    const std::string_view taken = rest.substr(0, bytes);
    rest.remove_prefix(bytes);
    return taken;
  }
};

}  // namespace

std::string EncodeEntry(const AgentIdentity& agent, base::SystemTime received_at, std::string_view batch) {
  std::string record;
  Put(kVersion, record);
  Put(agent.agent_id, record);
  Put(agent.enrolled_host, record);
  Put(agent.host, record);
  Put(agent.boot_epoch, record);
  Put(static_cast<std::uint64_t>(agent.clock_offset.count()), record);
  Put(static_cast<std::uint64_t>(received_at.time_since_epoch().count()), record);
  Put(agent.signer ? agent.signer->fingerprint() : agent.certificate, record);
  Put(batch, record);
  return record;
}

base::Result<JournalEntry> DecodeEntry(std::string_view record) {
  Reading reading{record};
  const std::uint64_t version = reading.Number();
  const bool known = version == kWithoutCertificate || version == kVersion;
  JournalEntry entry;
  entry.agent.agent_id = reading.Text();
  entry.agent.enrolled_host = reading.Text();
  entry.agent.host = reading.Text();
  entry.agent.boot_epoch = reading.Number();
  entry.agent.clock_offset = std::chrono::nanoseconds(static_cast<std::int64_t>(reading.Number()));
  entry.received_at = base::SystemTime(std::chrono::nanoseconds(static_cast<std::int64_t>(reading.Number())));
  if (version == kVersion) entry.agent.certificate = reading.Text();
  const std::string_view batch = reading.Text();
  if (known && reading.good && reading.rest.empty() && entry.batch.ParseFromString(std::string(batch))) return entry;
  return base::Error{base::ErrorCode::kDataLoss, "the journal holds a batch that this version cannot read"};
}

}  // namespace vigie::server::ingest
