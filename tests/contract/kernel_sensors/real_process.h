#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "platform/base/file_descriptor.h"
#include "platform/process_info.h"

namespace vigie::test {

// A child of the test, between two pipes. The destructor kills it.
class RealProcess {
 public:
  // `arguments` begin with its own name.
  RealProcess(const std::string& program, const std::vector<std::string>& arguments);
  ~RealProcess();
  RealProcess(RealProcess&& other) noexcept;
  RealProcess& operator=(RealProcess&&) = delete;

  platform::ProcessId id() const { return id_; }
  std::uint64_t input_pipe() const { return input_inode_; }
  std::uint64_t output_pipe() const { return output_inode_; }

  void Write(const std::string& text);
  // Up to the next end of line; empty if nothing comes.
  std::string ReadLine();
  // Closes its standard input and waits for its end.
  int Finish();

 private:
  pid_t pid_ = 0;
  platform::ProcessId id_;
  base::FileDescriptor input_;
  base::FileDescriptor output_;
  std::uint64_t input_inode_ = 0;
  std::uint64_t output_inode_ = 0;
};

platform::ProcessId IdentifyProcess(pid_t pid);

}  // namespace vigie::test
