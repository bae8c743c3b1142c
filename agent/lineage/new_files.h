#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/file_events.h"
#include "platform/process_events.h"
#include "platform/process_info.h"

namespace vigie::agent::lineage {

struct NewFilesLimits {
  std::size_t files = 65536;             // further new files have no author: their opens wait as any other's
  std::size_t authors = 1024;            // each keeps a descriptor; further ones are not trusted
  std::size_t births = 16384;            // latest forks, and programs begun; whose fork may be missing is not trusted
  std::chrono::seconds trust{10};        // since the file was made
  std::chrono::minutes patience{10};     // with an inspection, beyond which a reading is forgotten
  std::chrono::milliseconds news{1000};  // an older file was not made just now: it got another name (link(2))
};

// The files made a moment ago: by whom, and what they are called by now.
//
// Who made a file learns nothing by reading it back: such an open need not wait for the inspection. It is remembered,
// and told when the file turns out to hold something. Opening it to write is no reading: the open that makes a file is
// asked about, too, if its mark stands that early. Nobody counts as the author whose file somebody else has opened
// or closed, or who made another process while he had it open: that may have written through an inherited descriptor.
// Where the life of processes is not told, nobody is let through. Thread-safe; blocks on nothing but `caught_up`.
//
// A program that runs itself once more to make a file for it (`git clone` has its pack written by `git index-pack`)
// learns as little by reading it: the parent that made the author is let through to read if it runs the same program,
// by the same conditions. What the author carries its parent does not: then the parent waits.
class NewFiles {
 public:
  // Whether every fork until now was given to NoteForked. Called without a lock.
  using CaughtUpFunction = std::function<bool()>;
  // How a process opens what it waits for. Called without a lock.
  using PendingOpenModeFunction = std::function<platform::OpenMode(std::int32_t pid)>;

  NewFiles(const base::Clock& clock, CaughtUpFunction caught_up, PendingOpenModeFunction mode_of,
           NewFilesLimits limits = {})
      : clock_(clock), caught_up_(std::move(caught_up)), mode_of_(std::move(mode_of)), limits_(limits) {}

  // Each creation, closing after a write and renaming that the sensor sees, in their order. A link (link(2)) to a file
  // looks like its creation. `on_way_out`: what lies there is judged at every open, also by who made it.
  void NoteCreated(const platform::FileEvent& created, bool on_way_out = false);
  void NoteWritten(const platform::FileEvent& closed);
  void NoteRenamed(const platform::FileEvent& renamed, bool on_way_out = false);
  // Events of files were lost: what was made until now may have been linked or written by anybody.
  void NoteGap();
  // Each fork, after it.
  void NoteForked(const platform::ProcessForked& fork);
  // Forks were lost: everybody may have forked.
  void NoteForksLost();
  // Each program that a process begins to run; see sensor::ParseInvocation.
  void NoteExecuted(std::int32_t pid, std::string_view program);

  // Whether the opener is the author. Remembers the first time that he is let through to read.
  bool LetThrough(const platform::FileEvent& opening);

  // The author, if it is its parent that opens: it is worth asking who that is, and whether the author carries
  // anything.
  std::optional<platform::ProcessId> ChildThatMade(const platform::FileIdentity& file, std::int32_t opener) const;
  // Of such an opening: whether it may go on to read. Remembers it as LetThrough does.
  struct ParentOpening {
    const platform::FileEvent& event;
    platform::ProcessId process;
    std::string_view program;
    platform::OpenMode mode = platform::OpenMode::kUnknown;
    bool author_carries = false;
  };
  bool LetParentThrough(const ParentOpening& opening);

  // The file has been inspected, its opens are judged from now on. The openings that were let through meanwhile,
  // without their content: at most one of the author, and one of its parent.
  std::vector<platform::FileEvent> Settle(const platform::FileIdentity& file);

  // What a file was renamed to, or linked as, since it was made; empty if that is not known.
  std::string LatestPath(const platform::FileIdentity& file) const;

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // device, inode
  struct Author {
    std::shared_ptr<const platform::ProcessHandle> handle;
    base::SystemTime began{};      // to make files
    platform::ProcessId self{};    // known if the parent is
    platform::ProcessId parent{};  // that made it just before; pid 0: not known
    std::string program{};         // that it began to run since; empty: none, not known, or several
    int executions = 0;
    std::deque<base::SystemTime> forks;  // the last ones
    base::SystemTime forks_known_since{};
  };
  struct Stretch {  // in which the author may have the file open
    base::SystemTime from;
    base::SystemTime to = base::SystemTime::max();
  };
  struct File {
    std::int32_t pid = 0;
    std::shared_ptr<Author> author;  // null: more than one had it, or it is settled
    base::SystemTime born_at;
    base::SteadyTime made_at;
    Stretch making;                   // until it was closed
    std::optional<Stretch> reopened;  // by the author
    std::string latest_path;
    std::unique_ptr<platform::FileEvent> reading;
    std::unique_ptr<platform::FileEvent> parents_reading;
  };
  struct Execution {
    std::int32_t pid = 0;
    std::string program;
    base::SystemTime at;
  };
  struct Table {
    std::map<Key, File> files;
    std::deque<std::pair<base::SteadyTime, Key>> oldest_first;
    std::unordered_map<std::int32_t, std::weak_ptr<Author>> authors;
    std::deque<platform::ProcessForked> forks;  // by all, of the last moments
    std::deque<Execution> executions;           // the same
    base::SystemTime forks_known_since{};
    base::SystemTime files_known_since{};  // who made what was born before is not sure
  };

  static bool NoteLink(Table& table, const platform::FileEvent& created, bool on_way_out);
  static void NoteParent(Author& author, const platform::ProcessForked& fork);
  static void NoteProgram(Author& author, std::string_view program);
  std::shared_ptr<Author> AuthorOf(Table& table, const platform::FileEvent& created) const;
  bool IsBy(const File& file, const platform::FileEvent& opening) const;
  bool IsTrusted(const File& file, base::SteadyTime opened_at) const;
  bool IsOthers(const platform::FileEvent& opening);
  static bool IsParent(const File& file, std::int32_t pid);
  static bool ForkedIn(const Author& author, const Stretch& stretch);
  static void AddFork(Author& author, base::SystemTime at);
  void MakeRoom(Table& table) const;

  const base::Clock& clock_;
  const CaughtUpFunction caught_up_;
  const PendingOpenModeFunction mode_of_;
  const NewFilesLimits limits_;
  base::Guarded<Table> table_;
};

}  // namespace vigie::agent::lineage
