#pragma once

#include <utility>

namespace vigie::base {

// Owns one open handle of the operating system and closes it. Move-only. Not thread-safe.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      Close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { Close(); }

  // -1 if empty.
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  // Gives the handle away.
  [[nodiscard]] int Release() { return std::exchange(number_, -1); }
  void Close();  // body in platform/<os>/file_descriptor.cc

 private:
  int number_ = -1;
};

}  // namespace vigie::base
