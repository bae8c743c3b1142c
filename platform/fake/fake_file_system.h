#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/guarded.h"
#include "platform/file_system.h"

namespace vigie::platform {

// A file system in memory, with one directory "/" at first. Paths are absolute. Descriptors are real ones (of memory
// files), so that whatever reads them works. Every user may do everything. A symlink is followed only as the last part
// of a path. Thread-safe.
class FakeFileSystem final : public FileSystem {
 public:
  FakeFileSystem();
  ~FakeFileSystem() override;

  base::Result<std::string> ReadFile(const std::string& path, std::uint64_t limit) override;
  base::Result<void> WriteFileDurably(const std::string& path, std::string_view content, std::uint32_t mode) override;
  base::Result<base::FileDescriptor> OpenForReading(const std::string& path, bool follow = true) override;
  base::Result<FileStatus> Status(const base::FileDescriptor& file) override;
  base::Result<FileStatus> StatusOf(const std::string& path, bool follow = true) override;
  base::Result<void> MakeDirectories(const std::string& path, std::uint32_t mode) override;
  base::Result<void> Remove(const std::string& path) override;
  base::Result<std::vector<std::string>> List(const std::string& directory) override;
  base::Result<std::uint64_t> FreeBytes(const std::string& path) override;

  // What a test sets up; parent directories are made as needed.
  void AddFile(const std::string& path, std::string_view content, std::uint32_t owner_uid = 0);
  void AddSymlink(const std::string& path, const std::string& target);
  void AddFifo(const std::string& path);
  // The disk is full once this much was written; what is removed or replaced becomes free again.
  void SetFreeBytes(std::uint64_t bytes);
  // The next WriteFileDurably fails with this.
  void FailNextWrite(base::Error error);

 private:
  struct Node;
  using Nodes = std::map<std::string, std::shared_ptr<Node>>;
  struct State {
    Nodes nodes;  // by normal path
    std::uint64_t free_bytes = std::uint64_t{1} << 40;
    std::optional<base::Error> next_write_failure;
  };

  base::Result<std::shared_ptr<Node>> MakeNode(FileKind kind, std::string_view content, std::uint32_t mode);
  base::Result<std::shared_ptr<Node>> Find(const std::string& path, bool follow);
  base::Result<FileStatus> StatusOfNode(const Node& node);
  void Add(const std::string& path, std::shared_ptr<Node> node);

  const std::unique_ptr<FileSystem> real_;  // for the descriptors of memory files
  base::Guarded<State> state_;
};

}  // namespace vigie::platform
