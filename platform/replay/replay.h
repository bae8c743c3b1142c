#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/file_events.h"
#include "platform/process_info.h"
#include "platform/removable_media.h"

namespace vigie::platform {

// The answer that one played opening got. It is the only trace of an answer: in a replay nobody waits to be let
// through.
struct ReplayAnswer {
  std::uint64_t position = 0;  // line of the recording
  std::string path;
  Answer answer = Answer::kAllow;
};

// What a recording needs to stand in for a machine. The three parts share one played line and may be destroyed in any
// order.
struct ReplayPlatform {
  // Plays from Start on, on one thread, one line at a time: the next when the last copy of the event's `in_flight` is
  // gone. Watch and Mark have no effect: what was recorded is played. Start the media first, to hear of all of them.
  std::unique_ptr<FileEvents> files;
  // Knows the processes of the lines played so far, at most the last 1024.
  std::unique_ptr<ProcessInfo> processes;
  std::unique_ptr<RemovableMedia> media;
  // Whether the last line was played and its event let go of. Thread-safe.
  std::function<bool()> finished;
  // The answers so far, at most the last 65536. Thread-safe.
  std::function<std::vector<ReplayAnswer>()> answers;
};

// Plays the recording at `path` (README.md has the format) from the line after `after_position` on; media that the
// lines before attached are there. A malformed line anywhere is refused, as kInvalidArgument with "file:line: key and
// reason". `options` hold as for a real sensor: an answer that comes after the deadline is recorded as the default one.
base::Result<ReplayPlatform> OpenReplay(const std::string& path, std::uint64_t after_position,
                                        const FileEventOptions& options = {});

// Hands on everything that `files` reports, and appends it to the recording at `path` first (a new file gets mode
// 0600). Its own thread describes the process and writes, while the opener waits, so it costs time: for making test
// cases, not for production. At most 1024 events wait for it; more are handed on unrecorded, and degradations() says
// how many. Paths and command lines are in the clear. `processes` must outlive the result.
std::unique_ptr<FileEvents> RecordFileEvents(std::unique_ptr<FileEvents> files, ProcessInfo& processes,
                                             const std::string& path);

}  // namespace vigie::platform
