#include "platform/linux/bpf/record_parser.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

#include "platform/linux/bpf/records.h"

namespace vigie::platform {
namespace {

constexpr std::uint32_t kNoSession = 0xffffffff;
constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kIcmpV6 = 58;

struct Bytes {
  std::span<const std::byte> record;
  std::chrono::nanoseconds clock_offset;
};

// The record of this type at the beginning; nothing if there are fewer bytes. Bytes behind it are no harm: the kernel
// fills up.
template <typename Record>
std::optional<Record> Read(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(Record)) return std::nullopt;
  Record record;
  std::memcpy(&record, bytes.data(), sizeof record);
  return record;
}

ProcessId IdOf(const vigie_process& process) {
  return {static_cast<std::int32_t>(process.pid), process.start};
}

base::SystemTime TimeOf(const vigie_header& header, const Bytes& bytes) {
  return base::SystemTime(std::chrono::nanoseconds(header.at) + bytes.clock_offset);
}

CarrierMode ModeOf(const vigie_header& header) {
  return header.mode == VIGIE_DENY ? CarrierMode::kDeny : CarrierMode::kReport;
}

std::uint16_t FromNetworkOrder(std::uint16_t number) {
  if constexpr (std::endian::native == std::endian::big) return number;
  return static_cast<std::uint16_t>(number << 8 | number >> 8);
}

Transport TransportOf(std::uint8_t protocol) {
  if (protocol == kTcp) return Transport::kTcp;
  if (protocol == kUdp) return Transport::kUdp;
  return protocol == kIcmp || protocol == kIcmpV6 ? Transport::kIcmp : Transport::kOther;
}

// Cuts the next text that ends with a zero off the front; the last one may lack it.
std::string_view TakeText(std::string_view& texts) {
  const std::size_t end = std::min(texts.find('\0'), texts.size());
  const std::string_view text = texts.substr(0, end);
  texts.remove_prefix(std::min(end + 1, texts.size()));
  return text;
}

std::vector<std::string> SplitArguments(std::string_view texts) {
  std::vector<std::string> arguments;
  while (!texts.empty()) arguments.emplace_back(TakeText(texts));
  return arguments;
}

// The kernel climbs from the file to the root.
std::string JoinPath(std::string_view parts) {
  std::string path;
  while (!parts.empty()) path.insert(0, "/" + std::string(TakeText(parts)));
  return path;
}

std::optional<KernelEvent> ParseForked(const Bytes& bytes) {
  const auto record = Read<vigie_forked>(bytes.record);
  if (!record) return std::nullopt;
  return ProcessForked{IdOf(record->header.process), IdOf(record->child), TimeOf(record->header, bytes)};
}

std::optional<KernelEvent> ParseExecuted(const Bytes& bytes) {
  constexpr std::size_t kFixed = offsetof(vigie_executed, text);
  if (bytes.record.size() < kFixed) return std::nullopt;
  vigie_executed record;
  std::memcpy(&record, bytes.record.data(), kFixed);
  std::string_view text(reinterpret_cast<const char*>(bytes.record.data()) + kFixed, bytes.record.size() - kFixed);
  if (record.argument_bytes > text.size() || record.path_bytes > text.size() - record.argument_bytes) {
    return std::nullopt;
  }
  ProcessExecuted event;
  event.process = IdOf(record.header.process);
  event.parent = IdOf(record.parent);
  event.arguments = SplitArguments(text.substr(0, record.argument_bytes));
  std::string_view path = text.substr(record.argument_bytes, record.path_bytes);
  event.exe = record.path_is_whole != 0 ? JoinPath(path) : std::string(TakeText(path));
  event.uid = record.header.process.uid;
  event.login_uid = record.login_uid;
  event.session = record.session == kNoSession ? 0 : record.session;
  event.cgroup = record.cgroup;
  event.input_pipe = record.input_pipe;
  event.output_pipe = record.output_pipe;
  event.at = TimeOf(record.header, bytes);
  return event;
}

std::optional<KernelEvent> ParsePipeReader(const Bytes& bytes) {
  const auto record = Read<vigie_pipe_reader>(bytes.record);
  if (!record) return std::nullopt;
  return PipeReader{IdOf(record->header.process), record->pipe, ModeOf(record->header), TimeOf(record->header, bytes)};
}

std::optional<KernelEvent> ParseAttempt(const Bytes& bytes) {
  const auto record = Read<vigie_attempt>(bytes.record);
  if (!record) return std::nullopt;
  ConnectionAttempt attempt;
  attempt.connection = record->connection;
  attempt.process = IdOf(record->header.process);
  attempt.uid = record->header.process.uid;
  attempt.transport = TransportOf(record->protocol);
  std::ranges::copy(record->address, attempt.address.begin());
  attempt.port = FromNetworkOrder(record->port);
  attempt.allowed_destination = record->allowed != 0;
  attempt.denied = record->denied != 0;
  attempt.at = TimeOf(record->header, bytes);
  return attempt;
}

std::optional<KernelEvent> ParseTraffic(const Bytes& bytes) {
  const auto record = Read<vigie_traffic>(bytes.record);
  if (!record || record->name_bytes > sizeof record->name) return std::nullopt;
  return ConnectionTraffic{.connection = record->connection,
                           .process = IdOf(record->header.process),
                           .server_name = std::string(record->name, record->name_bytes),
                           .bytes_sent = record->bytes,
                           .closed = record->closed != 0};
}

std::optional<WriteOperation> OperationOf(std::uint32_t operation) {
  switch (operation) {
    case VIGIE_OPEN:
      return WriteOperation::kOpen;
    case VIGIE_WRITE:
      return WriteOperation::kWrite;
    case VIGIE_CREATE:
      return WriteOperation::kCreate;
    case VIGIE_RENAME:
      return WriteOperation::kRename;
    case VIGIE_LINK:
      return WriteOperation::kLink;
    case VIGIE_MAP:
      return WriteOperation::kMap;
    case VIGIE_ATTRIBUTE:
      return WriteOperation::kAttribute;
    default:
      return std::nullopt;
  }
}

// The root of a file system has no name here.
std::string PathOf(const vigie_refused_write& record) {
  std::string path;
  for (const auto& name : record.names) {
    const std::string part(name, strnlen(name, sizeof name));
    if (part.empty()) break;
    path.insert(0, "/" + part);
  }
  if (record.names_are_all == 0 && !path.empty()) path.erase(0, 1);
  return path;
}

// The kernel's way to write a device's number, as stat(2) writes it.
std::uint64_t StatDevice(std::uint32_t device) {
  constexpr unsigned kMinorBits = 20;
  return makedev(device >> kMinorBits, device & ((1U << kMinorBits) - 1));
}

std::optional<KernelEvent> ParseRefusedWrite(const Bytes& bytes) {
  const auto record = Read<vigie_refused_write>(bytes.record);
  const auto operation = record ? OperationOf(record->operation) : std::nullopt;
  if (!operation) return std::nullopt;
  return RefusedWrite{.process = IdOf(record->header.process),
                      .uid = record->header.process.uid,
                      .operation = *operation,
                      .device = StatDevice(record->device),
                      .inode = record->inode,
                      .path = PathOf(*record),
                      .at = TimeOf(record->header, bytes)};
}

}  // namespace

std::optional<KernelEvent> ParseRecord(std::span<const std::byte> record, std::chrono::nanoseconds clock_offset) {
  const Bytes bytes{record, clock_offset};
  const auto header = Read<vigie_header>(record);
  if (!header) return std::nullopt;
  switch (header->kind) {
    case VIGIE_FORKED:
      return ParseForked(bytes);
    case VIGIE_EXECUTED:
      return ParseExecuted(bytes);
    case VIGIE_ENDED:
      return ProcessEnded{IdOf(header->process)};
    case VIGIE_PIPE_READER:
      return ParsePipeReader(bytes);
    case VIGIE_ATTEMPT:
      return ParseAttempt(bytes);
    case VIGIE_TRAFFIC:
      return ParseTraffic(bytes);
    case VIGIE_REFUSED_WRITE:
      return ParseRefusedWrite(bytes);
    default:
      return std::nullopt;
  }
}

}  // namespace vigie::platform
