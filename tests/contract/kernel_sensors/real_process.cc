#include "tests/contract/kernel_sensors/real_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "platform/linux/descriptor_io.h"
#include "platform/linux/proc_text.h"

namespace vigie::test {
namespace {

constexpr int kPatienceMs = 20'000;

struct Pipe {
  base::FileDescriptor reading;
  base::FileDescriptor writing;
};

Pipe MakePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  return {base::FileDescriptor(ends[0]), base::FileDescriptor(ends[1])};
}

std::uint64_t InodeOf(const base::FileDescriptor& file) {
  struct stat status = {};
  return ::fstat(file.get(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

platform::ProcessId IdentifyProcess(pid_t pid) {
  const auto text = platform::ReadHead("/proc/" + std::to_string(pid) + "/stat", 4096);
  const auto stat = text ? platform::ParseProcessStat(*text) : std::nullopt;
  return {pid, stat ? stat->start_time : 0};
}

RealProcess::RealProcess(const std::string& program, const std::vector<std::string>& arguments) {
  Pipe input = MakePipe();
  Pipe output = MakePipe();
  std::vector<char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(input.reading.get(), STDIN_FILENO);
    ::dup2(output.writing.get(), STDOUT_FILENO);
    ::execv(program.c_str(), pointers.data());
    ::_exit(127);
  }
  id_ = IdentifyProcess(pid_);
  input_inode_ = InodeOf(input.reading);
  output_inode_ = InodeOf(output.writing);
  input_ = std::move(input.writing);
  output_ = std::move(output.reading);
}

RealProcess::RealProcess(RealProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      id_(other.id_),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      input_inode_(other.input_inode_),
      output_inode_(other.output_inode_) {
}

RealProcess::~RealProcess() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
  Finish();
}

void RealProcess::Write(const std::string& text) {
  if (!platform::WriteAll(input_.get(), text, "a process's input")) std::abort();
}

std::string RealProcess::ReadLine() {
  std::string line;
  pollfd readable{output_.get(), POLLIN, 0};
  for (char letter = 0; ::poll(&readable, 1, kPatienceMs) > 0 && ::read(output_.get(), &letter, 1) == 1;) {
    if (letter == '\n') break;
    line.push_back(letter);
  }
  return line;
}

int RealProcess::Finish() {
  input_ = base::FileDescriptor();
  if (pid_ <= 0) return -1;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

}  // namespace vigie::test
