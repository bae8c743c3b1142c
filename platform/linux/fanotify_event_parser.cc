#include "platform/linux/fanotify_event_parser.h"

#include <fcntl.h>
#include <sys/fanotify.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using Bytes = std::span<const std::byte>;

// Records lie unaligned in a hostile reading of the buffer: copy instead of cast.
template <typename T>
std::optional<T> CopyFront(Bytes bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

// struct file_handle has a flexible array member, which C++ cannot copy.
struct HandleHead {
  std::uint32_t byte_count;
  std::int32_t type;
};

struct FidRecord {
  FanotifyHandle handle;
  Bytes rest;  // after the handle: the name, if the record has one
};

// struct fanotify_event_info_fid: header, fsid, struct file_handle, then a name.
std::optional<FidRecord> ReadFid(Bytes record) {
  constexpr std::size_t kHandleOffset = sizeof(fanotify_event_info_header) + sizeof(std::uint64_t);
  if (record.size() < kHandleOffset + sizeof(HandleHead)) return std::nullopt;
  const auto file_system = CopyFront<std::uint64_t>(record.subspan(sizeof(fanotify_event_info_header)));
  const Bytes from_handle = record.subspan(kHandleOffset);
  const auto head = CopyFront<HandleHead>(from_handle);
  const std::size_t available = from_handle.size() - sizeof(HandleHead);
  if (head->byte_count > MAX_HANDLE_SZ || head->byte_count > available) return std::nullopt;
  const std::size_t size = sizeof(HandleHead) + head->byte_count;
  return FidRecord{{*file_system, from_handle.first(size)}, from_handle.subspan(size)};
}

std::optional<FanotifyEntry> ReadEntry(Bytes record) {
  const auto fid = ReadFid(record);
  if (!fid) return std::nullopt;
  const auto end = std::find(fid->rest.begin(), fid->rest.end(), std::byte{0});
  if (end == fid->rest.end()) return std::nullopt;
  const std::size_t length = static_cast<std::size_t>(end - fid->rest.begin());
  return FanotifyEntry{fid->handle, {reinterpret_cast<const char*>(fid->rest.data()), length}};
}

// False if the record is not what its type says. Unknown types are skipped: later kernels add some.
bool ReadRecord(std::uint8_t type, Bytes record, FanotifyEvent& event) {
  switch (type) {
    case FAN_EVENT_INFO_TYPE_FID:
      if (const auto fid = ReadFid(record)) event.target = fid->handle;
      return event.target.has_value();
    case FAN_EVENT_INFO_TYPE_DFID_NAME:
    case FAN_EVENT_INFO_TYPE_NEW_DFID_NAME:
      event.entry = ReadEntry(record);
      return event.entry.has_value();
    case FAN_EVENT_INFO_TYPE_OLD_DFID_NAME:
      event.previous_entry = ReadEntry(record);
      return event.previous_entry.has_value();
    case FAN_EVENT_INFO_TYPE_PIDFD: {
      const auto info = CopyFront<fanotify_event_info_pidfd>(record);
      if (info && info->pidfd >= 0) event.process_descriptor = info->pidfd;
      return info.has_value();
    }
    default:
      return true;
  }
}

bool ReadRecords(Bytes records, FanotifyEvent& event) {
  while (!records.empty()) {
    const auto header = CopyFront<fanotify_event_info_header>(records);
    if (!header || header->len < sizeof(*header) || header->len > records.size()) return false;
    if (!ReadRecord(header->info_type, records.first(header->len), event)) return false;
    records = records.subspan(header->len);
  }
  return true;
}

Error Malformed(std::string_view what) {
  return {ErrorCode::kDataLoss, "fanotify event: " + std::string(what)};
}

}  // namespace

FanotifyEvents ParseFanotifyEvents(Bytes buffer) {
  FanotifyEvents parsed;
  while (!buffer.empty() && !parsed.error) {
    const auto metadata = CopyFront<fanotify_event_metadata>(buffer);
    if (!metadata || metadata->event_len < metadata->metadata_len || metadata->event_len > buffer.size() ||
        metadata->metadata_len < sizeof(*metadata)) {
      parsed.error = Malformed("its lengths do not fit");
      break;
    }
    if (metadata->vers != FANOTIFY_METADATA_VERSION) {
      parsed.error = Malformed("version " + std::to_string(metadata->vers) + " is unknown");
      break;
    }
    FanotifyEvent event;
    event.mask = metadata->mask;
    event.pid = metadata->pid;
    if (metadata->fd >= 0) event.descriptor = metadata->fd;
    const auto length = static_cast<std::size_t>(metadata->event_len);
    if (!ReadRecords(buffer.first(length).subspan(metadata->metadata_len), event)) {
      parsed.error = Malformed("a record does not fit its type");
    }
    // Also an event with a broken record: it may hold descriptors, and somebody may wait for an answer.
    parsed.events.push_back(event);
    buffer = buffer.subspan(length);
  }
  return parsed;
}

}  // namespace vigie::platform
