#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/process_info.h"

// Parsers of the texts in /proc/PID (https://man7.org/linux/man-pages/man5/proc.5.html). Pure; nothing if the text is
// not one. A process chooses parts of them freely, its name and its arguments.
namespace vigie::platform {

struct ProcessStat {
  std::int32_t parent = 0;
  std::int32_t session = 0;      // setsid(2)
  std::uint64_t start_time = 0;  // clock ticks since boot
};
std::optional<ProcessStat> ParseProcessStat(std::string_view text);  // /proc/PID/stat

// The real user id of /proc/PID/status.
std::optional<std::uint32_t> ParseRealUid(std::string_view text);

// A file with one number, such as /proc/PID/loginuid.
std::optional<std::uint32_t> ParseNumberFile(std::string_view text);

// /proc/PID/cmdline: arguments joined by one space, cut after `limit` bytes.
std::string JoinArguments(std::string_view text, std::size_t limit);

// /proc/PID/fdinfo/N: the open flags of open(2).
std::optional<std::uint32_t> ParseDescriptorFlags(std::string_view text);

// /proc/PID/task/TID/syscall of a thread that waits in a system call; nothing for one that runs or waits elsewhere.
struct SystemCall {
  std::int64_t number = 0;
  std::array<std::uint64_t, 6> arguments{};
};
std::optional<SystemCall> ParseSystemCall(std::string_view text);

// How this call opens a file, if it is one that may; kUnknown if its flags are in memory of the process.
std::optional<OpenMode> OpenModeOf(const SystemCall& call);

// The share (0 to 1) of the last ten seconds in which some task was stalled, of a file in /proc/pressure:
// "some avg10=0.42 avg60=…", in percent.
std::optional<double> ParsePressure(std::string_view text);

// "/usr/bin/cat (deleted)" of a /proc link, without the note.
std::string WithoutDeletedNote(std::string_view path);

}  // namespace vigie::platform
