#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <variant>

#include "platform/network_guard.h"
#include "platform/process_events.h"
#include "platform/write_guard.h"

// Parser of the records that our programs in the kernel write (records.h). Pure. What a process chooses in them, its
// arguments and the names it asks for, is foreign.
namespace vigie::platform {

using KernelEvent = std::variant<ProcessForked, ProcessExecuted, ProcessEnded, PipeReader, ConnectionAttempt,
                                 ConnectionTraffic, RefusedWrite>;

// `clock_offset` is what the wall clock is ahead of CLOCK_MONOTONIC. Nothing if the bytes are no record.
std::optional<KernelEvent> ParseRecord(std::span<const std::byte> record, std::chrono::nanoseconds clock_offset);

}  // namespace vigie::platform
