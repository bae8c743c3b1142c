#pragma once

#include <memory>
#include <string>

#include "platform/sqlite/database_image.h"

struct sqlite3_vfs;

namespace vigie::sqlite {

// SQLite's view of one image as a file system with one read-only file, registered under a name of its own while this
// lives (https://sqlite.org/vfs.html). Not thread-safe.
class ImageFileSystem {
 public:
  explicit ImageFileSystem(ImageSource& source);
  ~ImageFileSystem();
  ImageFileSystem(const ImageFileSystem&) = delete;
  ImageFileSystem& operator=(const ImageFileSystem&) = delete;

  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace vigie::sqlite
