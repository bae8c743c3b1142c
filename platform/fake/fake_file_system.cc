#include "platform/fake/fake_file_system.h"

#include <filesystem>
#include <utility>

#include "platform/linux/linux_platform.h"
#include "platform/memory_file.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::FileDescriptor;
using base::Result;

constexpr int kMaxSymlinks = 8;
constexpr std::uint32_t kDirectoryMode = 0755;
constexpr std::uint32_t kFileMode = 0644;

std::string Normal(const std::string& path) {
  std::string normal = std::filesystem::path(path).lexically_normal().string();
  if (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

std::string ParentOf(const std::string& normal) {
  return std::filesystem::path(normal).parent_path().string();
}

Error NotFound(const std::string& path) {
  return {ErrorCode::kNotFound, path + ": No such file or directory"};
}

}  // namespace

// `file` keeps the inode that identifies the node; each open makes a descriptor with an offset of its own.
struct FakeFileSystem::Node {
  FileKind kind = FileKind::kRegular;
  FileDescriptor file;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::uint32_t owner_uid = 0;
  std::uint32_t mode = 0;
  std::string target;  // kSymlink
};

FakeFileSystem::FakeFileSystem() : real_(MakeFileSystem()) {
  if (auto root = MakeNode(FileKind::kDirectory, "", kDirectoryMode)) state_.Lock()->nodes["/"] = *root;
}

FakeFileSystem::~FakeFileSystem() = default;

Result<std::shared_ptr<FakeFileSystem::Node>> FakeFileSystem::MakeNode(FileKind kind, std::string_view content,
                                                                       std::uint32_t mode) {
  auto file = MakeMemoryFile(content);
  if (!file) return file.error();
  const auto status = real_->Status(*file);
  if (!status) return status.error();
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->file = *std::move(file);
  node->inode = status->identity.inode;
  node->bytes = content.size();
  node->mode = mode;
  return node;
}

Result<std::shared_ptr<FakeFileSystem::Node>> FakeFileSystem::Find(const std::string& path, bool follow) {
  std::string current = Normal(path);
  auto state = state_.Lock();
  for (int links = 0; links <= kMaxSymlinks; ++links) {
    const auto found = state->nodes.find(current);
    if (found == state->nodes.end()) return NotFound(path);
    if (found->second->kind != FileKind::kSymlink || !follow) return found->second;
    current = Normal((std::filesystem::path(ParentOf(current)) / found->second->target).string());
  }
  return Error{ErrorCode::kFailedPrecondition, path + ": Too many levels of symbolic links"};
}

Result<FileStatus> FakeFileSystem::StatusOfNode(const Node& node) {
  auto status = real_->Status(node.file);
  if (!status) return status;
  status->kind = node.kind;
  status->owner_uid = node.owner_uid;
  status->mode = node.mode;
  return status;
}

Result<std::string> FakeFileSystem::ReadFile(const std::string& path, std::uint64_t limit) {
  const auto node = Find(path, true);
  if (!node) return node.error();
  if ((*node)->kind != FileKind::kRegular) {
    return Error{ErrorCode::kFailedPrecondition, path + " is not a regular file"};
  }
  auto content = real_->ReadFile("/proc/self/fd/" + std::to_string((*node)->file.get()), limit);
  if (!content) return content.error().Wrap(path);
  return content;
}

Result<void> FakeFileSystem::WriteFileDurably(const std::string& path, std::string_view content, std::uint32_t mode) {
  auto node = MakeNode(FileKind::kRegular, content, mode);
  if (!node) return node.error();
  const std::string normal = Normal(path);
  auto locked = state_.Lock();
  State& state = *locked;
  if (state.next_write_failure) return *std::exchange(state.next_write_failure, std::nullopt);
  const auto parent = state.nodes.find(ParentOf(normal));
  if (parent == state.nodes.end()) return NotFound(path);
  if (parent->second->kind != FileKind::kDirectory) {
    return Error{ErrorCode::kFailedPrecondition, path + ": Not a directory"};
  }
  // As on a disk, the old content takes its room until the new one is in its place.
  if (content.size() > state.free_bytes) {
    return Error{ErrorCode::kResourceExhausted, path + ": No space left on device"};
  }
  auto& place = state.nodes[normal];  // its parent is there, so that an empty place is filled below
  if (place && place->kind == FileKind::kDirectory) {
    return Error{ErrorCode::kFailedPrecondition, path + ": Is a directory"};
  }
  state.free_bytes += place ? place->bytes : 0;
  state.free_bytes -= content.size();
  place = *node;
  return {};
}

Result<FileDescriptor> FakeFileSystem::OpenForReading(const std::string& path, bool follow) {
  const auto node = Find(path, follow);
  if (!node) return node.error();
  if ((*node)->kind == FileKind::kSymlink) {
    return Error{ErrorCode::kFailedPrecondition, path + ": Too many levels of symbolic links"};
  }
  return real_->OpenForReading("/proc/self/fd/" + std::to_string((*node)->file.get()), true);
}

Result<FileStatus> FakeFileSystem::Status(const FileDescriptor& file) {
  const auto status = real_->Status(file);
  if (!status) return status;
  std::shared_ptr<Node> node;
  {
    auto state = state_.Lock();
    for (const auto& [path, candidate] : state->nodes) {
      if (candidate->inode == status->identity.inode) node = candidate;
    }
  }
  return node ? StatusOfNode(*node) : status;
}

Result<FileStatus> FakeFileSystem::StatusOf(const std::string& path, bool follow) {
  const auto node = Find(path, follow);
  if (!node) return node.error();
  return StatusOfNode(**node);
}

Result<void> FakeFileSystem::MakeDirectories(const std::string& path, std::uint32_t mode) {
  const std::string normal = Normal(path);
  if (normal != "/") {
    if (auto made = MakeDirectories(ParentOf(normal), mode); !made) return made;
  }
  if (const auto existing = Find(normal, true)) {
    if ((*existing)->kind == FileKind::kDirectory) return {};
    return Error{ErrorCode::kFailedPrecondition, path + " exists and is not a directory"};
  }
  auto node = MakeNode(FileKind::kDirectory, "", mode);
  if (!node) return node.error();
  state_.Lock()->nodes[normal] = *std::move(node);
  return {};
}

Result<void> FakeFileSystem::Remove(const std::string& path) {
  const std::string normal = Normal(path);
  auto state = state_.Lock();
  const auto found = state->nodes.find(normal);
  if (found == state->nodes.end()) return NotFound(path);
  const auto child = state->nodes.lower_bound(normal + "/");
  if (child != state->nodes.end() && child->first.starts_with(normal + "/")) {
    return Error{ErrorCode::kFailedPrecondition, path + ": Directory not empty"};
  }
  state->free_bytes += found->second->bytes;
  state->nodes.erase(found);
  return {};
}

Result<std::vector<std::string>> FakeFileSystem::List(const std::string& directory) {
  const auto node = Find(directory, true);
  if (!node) return node.error();
  if ((*node)->kind != FileKind::kDirectory) {
    return Error{ErrorCode::kFailedPrecondition, directory + ": Not a directory"};
  }
  const std::string normal = Normal(directory);
  std::vector<std::string> names;
  auto state = state_.Lock();
  for (const auto& [path, unused] : state->nodes) {
    if (path != "/" && ParentOf(path) == normal) names.push_back(std::filesystem::path(path).filename().string());
  }
  return names;
}

Result<std::uint64_t> FakeFileSystem::FreeBytes(const std::string& path) {
  if (auto node = Find(path, true); !node) return node.error();
  return state_.Lock()->free_bytes;
}

void FakeFileSystem::Add(const std::string& path, std::shared_ptr<Node> node) {
  const std::string normal = Normal(path);
  if (auto made = MakeDirectories(ParentOf(normal), kDirectoryMode); !made) return;
  state_.Lock()->nodes[normal] = std::move(node);
}

void FakeFileSystem::AddFile(const std::string& path, std::string_view content, std::uint32_t owner_uid) {
  auto node = MakeNode(FileKind::kRegular, content, kFileMode);
  if (!node) return;
  (*node)->owner_uid = owner_uid;
  Add(path, *std::move(node));
}

void FakeFileSystem::AddSymlink(const std::string& path, const std::string& target) {
  auto node = MakeNode(FileKind::kSymlink, "", kDirectoryMode);
  if (!node) return;
  (*node)->target = target;
  Add(path, *std::move(node));
}

void FakeFileSystem::AddFifo(const std::string& path) {
  if (auto node = MakeNode(FileKind::kOther, "", kFileMode)) Add(path, *std::move(node));
}

void FakeFileSystem::SetFreeBytes(std::uint64_t bytes) {
  state_.Lock()->free_bytes = bytes;
}

void FakeFileSystem::FailNextWrite(Error error) {
  state_.Lock()->next_write_failure = std::move(error);
}

}  // namespace vigie::platform
