#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/file_descriptor.h"

namespace vigie::test {

// Another process that does what it is told to files. Made before the sensor, it holds none of the sensor's
// descriptors, so that it is a stranger to it. One command at a time. The destructor kills it.
class Actor {
 public:
  Actor();
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;
  ~Actor();

  // Begins, and does not wait for the end: an open may have to wait.
  void BeginOpen(const std::string& path);                               // for reading, and closes again
  void BeginOpenForWriting(const std::string& path);                     // existing file, appends nothing
  void BeginWrite(const std::string& path, const std::string& content);  // creates or replaces, writes, closes
  void BeginRename(const std::string& from, const std::string& to);
  void BeginLink(const std::string& from, const std::string& to);
  void BeginMakeDirectory(const std::string& path);
  // `threads` threads open `files` files PATH0, PATH1 … each; the result is 0 if all could be opened.
  void BeginOpenMany(const std::string& path, int threads, int files);
  // Creates and removes PATH0, PATH1 ….
  void BeginChurn(const std::string& path, int files);
  // Creates a file, removes its name, writes to it and closes it.
  void BeginWriteNameless(const std::string& path);

  // The errno of what was begun, 0 for success; nothing if it is still waiting after `patience`.
  std::optional<int> Await(std::chrono::milliseconds patience = std::chrono::seconds(20));

  // Begin and Await; -1 for "still waiting".
  int Open(const std::string& path);
  int Write(const std::string& path, const std::string& content);
  int Rename(const std::string& from, const std::string& to);

  pid_t pid() const { return pid_; }
  void Kill();

 private:
  void Begin(const std::vector<std::string>& words);

  base::FileDescriptor socket_;
  pid_t pid_ = 0;
};

}  // namespace vigie::test
