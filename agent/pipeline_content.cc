// The pipeline's part about getting at what a file holds now.
#include <utility>

#include "agent/pipeline.h"

namespace vigie::agent {

using platform::FileEvent;

// Beyond some number of waiting events the sensor keeps paths only. The file at the path must still be the one that was
// meant.
bool Pipeline::EnsureContent(FileEvent& event) {
  if (event.content || OpenAt(event.path, event)) return true;
  const std::string other_name = stages_.new_files.LatestPath(event.file);
  if (other_name.empty() || !OpenAt(other_name, event)) return false;
  event.path = other_name;
  return true;
}

bool Pipeline::OpenAt(const std::string& path, FileEvent& event) {
  auto file = stages_.files.OpenForReading(path, false);
  if (!file) return false;
  const auto status = stages_.files.Status(*file);
  if (!status || status->kind != platform::FileKind::kRegular) return false;
  const bool other = event.file.inode != 0 &&
                     (event.file.inode != status->identity.inode || event.file.device != status->identity.device);
  if (other) return false;
  event.content = *std::move(file);
  event.file = status->identity;
  return true;
}

// A file is closed under one name and renamed at once: what is remembered of it is found under its new change time.
void Pipeline::LookAgain(FileEvent& event) {
  const auto status = stages_.files.Status(event.content);
  if (status) event.file = status->identity;
}

}  // namespace vigie::agent
