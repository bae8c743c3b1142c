#include "platform/linux/process_pipes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/clock.h"
#include "platform/linux/proc_folder.h"
#include "platform/linux/socket_pairs.h"

namespace vigie::platform {
namespace {

using base::Result;

constexpr auto kLongest = std::chrono::milliseconds(150);
constexpr std::size_t kMaxProcesses = 8192;
constexpr std::size_t kMaxDescriptors = 4096;
constexpr std::size_t kMaxReaders = 64;

enum class Kind { kPipe, kSocket };

// A pipe, a FIFO (its device is not 0) or a socket.
struct Conduit {
  Kind kind = Kind::kPipe;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const Conduit&) const = default;
};

struct Ends {
  std::set<Conduit> reads;
  std::set<Conduit> writes;
};

struct Seen {
  ProcessId id;
  Ends ends;
};

std::optional<std::uint64_t> Inode(std::string_view target, std::string_view prefix) {
  if (!target.starts_with(prefix)) return std::nullopt;
  std::uint64_t inode = 0;
  const auto [end, failure] = std::from_chars(target.data() + prefix.size(), target.data() + target.size(), inode);
  if (failure != std::errc() || end == target.data() + target.size() || *end != ']') return std::nullopt;
  return inode;
}

// A status that is not fetched from a server: a dead one must not hold us up.
std::optional<Conduit> AsFifo(const std::string& link) {
  struct statx status = {};
  if (::statx(AT_FDCWD, link.c_str(), AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &status) != 0) return std::nullopt;
  if (!S_ISFIFO(status.stx_mode)) return std::nullopt;
  return Conduit{Kind::kPipe, (std::uint64_t{status.stx_dev_major} << 32) + status.stx_dev_minor + 1, status.stx_ino};
}

std::optional<Conduit> AsConduit(const std::string& link, bool fifos) {
  std::array<char, 64> target{};
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  if (size <= 0) return std::nullopt;
  const std::string_view text(target.data(), static_cast<std::size_t>(size));
  if (const auto pipe = Inode(text, "pipe:[")) return Conduit{Kind::kPipe, 0, *pipe};
  if (const auto socket = Inode(text, "socket:[")) return Conduit{Kind::kSocket, 0, *socket};
  return fifos && text.front() == '/' ? AsFifo(link) : std::nullopt;
}

class Search {
 public:
  Result<Outflow> Run(std::int32_t pid) {
    const auto stat = ReadProcessStat(pid);
    if (!stat) return stat.error();
    const Ends own = ReadEnds(pid, true);
    follow_fifos_ = std::ranges::any_of(own.writes, [](const Conduit& conduit) { return conduit.device != 0; });
    if (!HasOutput(own)) return outflow_;
    ReadOthers(pid, stat->session);
    taken_.insert({pid, stat->start_time});
    std::vector<const Ends*> writers = {&own};
    for (std::size_t i = 0; i < writers.size(); ++i) AddReadersOf(*writers[i], writers);
    return std::move(outflow_);
  }

 private:
  // The permissions of the link are how the descriptor was opened.
  Ends ReadEnds(std::int32_t pid, bool fifos) {
    Ends ends;
    const std::string folder = ProcessFolder(pid) + "/fd/";
    std::size_t count = 0;
    (void)ForEachName(folder, kMaxDescriptors + 1, [&](const std::string& number) {
      const std::string link = folder + number;
      if (++count > kMaxDescriptors) outflow_.complete = false;
      const auto conduit = AsConduit(link, fifos);
      struct stat status = {};
      if (!conduit || ::lstat(link.c_str(), &status) != 0) return !deadline_.expired();
      if ((status.st_mode & S_IRUSR) != 0) ends.reads.insert(*conduit);
      if ((status.st_mode & S_IWUSR) != 0) ends.writes.insert(*conduit);
      return !deadline_.expired();
    });
    return ends;
  }

  // A connected socket may be a connection to anywhere; whether it is one of a pair shows later.
  static bool HasOutput(const Ends& ends) {
    return std::ranges::any_of(ends.writes, [&](const Conduit& conduit) {
      return conduit.kind == Kind::kSocket || !ends.reads.contains(conduit);
    });
  }

  void ReadOthers(std::int32_t pid, std::int32_t session) {
    struct stat owner = {};
    if (::stat(ProcessFolder(pid).c_str(), &owner) != 0) return;
    const std::int32_t self = ::getpid();
    std::size_t count = 0;
    (void)ForEachProcess(kMaxProcesses + 1, [&](std::int32_t other) {
      if (++count > kMaxProcesses || deadline_.expired()) outflow_.complete = false;
      if (!outflow_.complete) return false;
      if (other != pid && other != self) ReadOther(other, session, owner.st_uid);
      return true;
    });
  }

  void ReadOther(std::int32_t pid, std::int32_t session, uid_t uid) {
    struct stat owner = {};
    if (::stat(ProcessFolder(pid).c_str(), &owner) != 0) return;
    const auto stat = ReadProcessStat(pid);
    if (!stat || (stat->session != session && owner.st_uid != uid)) return;
    Ends ends = ReadEnds(pid, follow_fifos_);
    if (!ends.reads.empty()) others_.push_back({{pid, stat->start_time}, std::move(ends)});
  }

  // The other end of a socket pair; a pipe is its own.
  std::optional<Conduit> OtherEnd(const Conduit& conduit) {
    if (conduit.kind == Kind::kPipe) return conduit;
    if (!pairs_) pairs_ = SocketPairs();
    const auto peer = pairs_->find(conduit.inode);
    if (peer == pairs_->end()) return std::nullopt;
    return Conduit{Kind::kSocket, 0, peer->second};
  }

  void AddReadersOf(const Ends& writer, std::vector<const Ends*>& writers) {
    for (const Conduit& output : writer.writes) {
      const bool pipe = output.kind == Kind::kPipe;
      if (pipe && writer.reads.contains(output)) continue;
      const auto input = OtherEnd(output);
      if (!input) continue;
      if (pipe && std::ranges::find(outflow_.pipes, output.inode) == outflow_.pipes.end()) {
        outflow_.pipes.push_back(output.inode);
      }
      for (const Seen& other : others_) Take(other, *input, writers);
    }
  }

  void Take(const Seen& reader, const Conduit& input, std::vector<const Ends*>& writers) {
    if (!reader.ends.reads.contains(input) || taken_.contains(reader.id)) return;
    if (outflow_.readers.size() >= kMaxReaders) {
      outflow_.complete = false;
      return;
    }
    taken_.insert(reader.id);
    outflow_.readers.push_back({reader.id, input.kind == Kind::kPipe ? input.inode : 0});
    writers.push_back(&reader.ends);
  }

  const base::Deadline deadline_ = base::Deadline::After(kLongest);
  bool follow_fifos_ = false;
  std::vector<Seen> others_;
  std::optional<std::map<std::uint64_t, std::uint64_t>> pairs_;
  std::set<ProcessId> taken_;
  Outflow outflow_;
};

}  // namespace

Result<Outflow> FindOutflow(std::int32_t pid) {
  return Search().Run(pid);
}

}  // namespace vigie::platform
