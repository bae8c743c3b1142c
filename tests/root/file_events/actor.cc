#include "tests/root/file_events/actor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace vigie::test {
namespace {

using Words = std::vector<std::string>;

int ErrnoOf(int result) {
  return result < 0 ? errno : 0;
}

int OpenAndClose(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  const int error = ErrnoOf(file);
  if (file >= 0) ::close(file);
  return error;
}

int WriteWhole(const std::string& path, const std::string& content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return errno;
  const ssize_t written = ::write(file, content.data(), content.size());
  const int error = written == static_cast<ssize_t>(content.size()) ? 0 : EIO;
  ::close(file);
  return error;
}

int OpenMany(const std::string& path, int threads, int files) {
  std::atomic<int> error{0};
  std::vector<std::thread> openers;
  for (int t = 0; t < threads; ++t) {
    openers.emplace_back([&] {
      for (int i = 0; i < files; ++i) {
        if (const int failed = OpenAndClose(path + std::to_string(i), O_RDONLY)) error = failed;
      }
    });
  }
  for (auto& opener : openers) opener.join();
  return error;
}

int Churn(const std::string& path, int files) {
  for (int i = 0; i < files; ++i) {
    const std::string name = path + std::to_string(i);
    if (const int error = OpenAndClose(name, O_RDONLY | O_CREAT | O_EXCL)) return error;
    if (const int error = ErrnoOf(::unlink(name.c_str()))) return error;
  }
  return 0;
}

int WriteNameless(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return errno;
  const bool done = ::unlink(path.c_str()) == 0 && ::write(file, "x", 1) == 1;
  ::close(file);
  return done ? 0 : EIO;
}

int Do(const Words& words) {
  const std::string& verb = words[0];
  if (verb == "open") return OpenAndClose(words[1], O_RDONLY);
  if (verb == "append") return OpenAndClose(words[1], O_WRONLY | O_APPEND);
  if (verb == "write") return WriteWhole(words[1], words[2]);
  if (verb == "rename") return ErrnoOf(::rename(words[1].c_str(), words[2].c_str()));
  if (verb == "link") return ErrnoOf(::link(words[1].c_str(), words[2].c_str()));
  if (verb == "mkdir") return ErrnoOf(::mkdir(words[1].c_str(), 0755));
  if (verb == "many") return OpenMany(words[1], std::atoi(words[2].c_str()), std::atoi(words[3].c_str()));
  if (verb == "churn") return Churn(words[1], std::atoi(words[2].c_str()));
  if (verb == "nameless") return WriteNameless(words[1]);
  return ENOSYS;
}

Words Split(std::string_view message) {
  Words words;
  for (std::size_t end = 0; (end = message.find('\0')) != message.npos; message.remove_prefix(end + 1)) {
    words.emplace_back(message.substr(0, end));
  }
  return words;
}

[[noreturn]] void Serve(int socket) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<char> buffer(1 << 16);
  for (;;) {
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (count <= 0) ::_exit(0);
    const Words words = Split({buffer.data(), static_cast<std::size_t>(count)});
    if (words.empty()) ::_exit(0);
    const int error = Do(words);
    if (::send(socket, &error, sizeof error, 0) < 0) ::_exit(1);
  }
}

}  // namespace

Actor::Actor() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0) std::abort();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(ends[0]);
    Serve(ends[1]);
  }
  ::close(ends[1]);
  socket_ = base::FileDescriptor(ends[0]);
}

Actor::~Actor() {
  Kill();
}

void Actor::Kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  pid_ = 0;
}

void Actor::Begin(const Words& words) {
  std::string message;
  for (const auto& word : words) message.append(word).push_back('\0');
  if (::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0) std::perror("actor");
}

void Actor::BeginOpen(const std::string& path) {
  Begin({"open", path});
}
void Actor::BeginOpenForWriting(const std::string& path) {
  Begin({"append", path});
}
void Actor::BeginWrite(const std::string& path, const std::string& content) {
  Begin({"write", path, content});
}
void Actor::BeginRename(const std::string& from, const std::string& to) {
  Begin({"rename", from, to});
}
void Actor::BeginLink(const std::string& from, const std::string& to) {
  Begin({"link", from, to});
}
void Actor::BeginMakeDirectory(const std::string& path) {
  Begin({"mkdir", path});
}
void Actor::BeginOpenMany(const std::string& path, int threads, int files) {
  Begin({"many", path, std::to_string(threads), std::to_string(files)});
}

void Actor::BeginChurn(const std::string& path, int files) {
  Begin({"churn", path, std::to_string(files)});
}

void Actor::BeginWriteNameless(const std::string& path) {
  Begin({"nameless", path});
}

std::optional<int> Actor::Await(std::chrono::milliseconds patience) {
  pollfd answered{socket_.get(), POLLIN, 0};
  if (::poll(&answered, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
  int error = 0;
  if (::recv(socket_.get(), &error, sizeof error, 0) != sizeof error) return std::nullopt;
  return error;
}

int Actor::Open(const std::string& path) {
  BeginOpen(path);
  return Await().value_or(-1);
}

int Actor::Write(const std::string& path, const std::string& content) {
  BeginWrite(path, content);
  return Await().value_or(-1);
}

int Actor::Rename(const std::string& from, const std::string& to) {
  BeginRename(from, to);
  return Await().value_or(-1);
}

}  // namespace vigie::test
