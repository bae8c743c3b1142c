#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "platform/base/result.h"
#include "platform/linux/proc_text.h"

// The folders of /proc (https://man7.org/linux/man-pages/man5/proc.5.html).
namespace vigie::platform {

// "/proc/42"
std::string ProcessFolder(std::int32_t pid);

// kNotFound: "process 42 has ended".
base::Error ProcessEndedError(std::int32_t pid);

// kNotFound if the process has ended.
base::Result<ProcessStat> ReadProcessStat(std::int32_t pid);

// Calls `use` for the names in a directory of /proc, at most `limit`, until it returns false.
base::Result<void> ForEachName(const std::string& path, std::size_t limit,
                               const std::function<bool(const std::string&)>& use);

// The same for the processes that run.
base::Result<void> ForEachProcess(std::size_t limit, const std::function<bool(std::int32_t)>& use);

}  // namespace vigie::platform
