#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/result.h"
#include "platform/file_system.h"

namespace vigie::server::http {

// A file of the console, in the forms in which it can be sent.
struct Asset {
  struct Form {
    std::string bytes;
    std::string etag;  // strong, with its quotes
  };
  std::string type;
  bool lasting = false;  // its name holds its hash: it never changes
  Form plain;
  std::optional<Form> gzip;
  std::optional<Form> brotli;
};

// The built console, read once: no path that anybody asks for reaches the file system. Immutable; thread-safe.
class Assets {
 public:
  // Nothing is installed.
  Assets() = default;
  // All files below `directory`; X.gz and X.br are forms of X. What is no plain file, has a name that no build makes or
  // is of no known type is left out, and the log says so. kNotFound without an index.html, kResourceExhausted for more
  // than a console can be.
  static base::Result<Assets> Read(platform::FileSystem& files, const std::string& directory);

  bool installed() const { return !assets_.empty(); }
  // Of a path as it was asked for, without its query: the file; "/d" is /d/index.html, too; the console's own routes
  // (no dot, and of no service) are all its first page. Null for everything else.
  const Asset* Find(std::string_view path) const;

 private:
  std::map<std::string, Asset, std::less<>> assets_;
};

}  // namespace vigie::server::http
