#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "platform/base/guarded.h"
#include "platform/file_events.h"
#include "platform/process_info.h"

namespace vigie::agent::sensor {

// Who did it. While an open waits, its process can be described without a race; the description is kept, so that a
// short-lived writer (cp) is still known when its file was closed. Bounded: the process seen longest ago is forgotten.
// Thread-safe.
class ProcessTable {
 public:
  explicit ProcessTable(platform::ProcessInfo& processes, std::size_t capacity = 4096);

  // Of the process that waits in `event`'s open call. A process that is gone (killed while it waited) is described as
  // far as it is known.
  platform::ProcessDescription Observe(const platform::FileEvent& event);

  // Of the process that caused `event`, which may have ended: itself if it still runs, else what was kept of it, else
  // the owner of the file as user.
  platform::ProcessDescription Recall(const platform::FileEvent& event);

  // It runs another program from now on. Only of processes that are known already: not each one that runs matters.
  void NoteExecuted(platform::ProcessId id, const std::string& exe, const std::string& command_line);

  // A process that matters has begun to run this program, and may be gone before anybody can describe it: kept if it is
  // not known yet. Its user and parents are filled in as far as they are known. Opens nothing.
  void Introduce(platform::ProcessDescription process, platform::ProcessId parent);

  // True if this very process, not another with its pid, still runs.
  bool Runs(platform::ProcessId id);

 private:
  struct Table {
    std::list<platform::ProcessDescription> latest_first;
    std::unordered_map<std::int32_t, std::list<platform::ProcessDescription>::iterator> by_pid;
    std::unordered_map<std::uint32_t, std::string> user_names;  // learned; by user id
  };

  void Keep(const platform::ProcessDescription& description);
  static std::string UserName(const Table& table, std::uint32_t uid);
  void Insert(Table& table, const platform::ProcessDescription& description) const;
  std::optional<platform::ProcessDescription> Kept(platform::ProcessId id) const;
  platform::ProcessDescription OwnerOf(const platform::FileEvent& event) const;

  platform::ProcessInfo& processes_;
  const std::size_t capacity_;
  base::Guarded<Table> table_;
};

}  // namespace vigie::agent::sensor
