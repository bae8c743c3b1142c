// Writes as it is told: a line "VERB PATH…" on standard input, answered by "ok", a number, or "E1" for errno 1.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

namespace {

constexpr std::size_t kPage = 4096;
constexpr mode_t kFileMode = 0644;

int held = -1;
void* mapping = MAP_FAILED;
int child = -1;  // the socket of the child that was made last

std::string Answer(long result) {
  return result < 0 ? "E" + std::to_string(errno) : "ok";
}

std::string OpenAndClose(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC, kFileMode);
  const std::string answer = Answer(file);
  if (file >= 0) ::close(file);
  return answer;
}

std::string Hold(const std::string& path) {
  held = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  return Answer(held < 0 ? -1 : ::ftruncate(held, kPage));
}

std::string HoldDisk(const std::string& path) {
  held = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  return Answer(held);
}

// The last sector, where nothing is.
std::string WriteDisk() {
  constexpr std::size_t kSector = 512;
  const std::array<char, kSector> zeros{};
  const off_t end = ::lseek(held, 0, SEEK_END);
  return Answer(::pwrite(held, zeros.data(), zeros.size(), end - static_cast<off_t>(kSector)));
}

std::string Map(int protection, int flags) {
  mapping = ::mmap(nullptr, kPage, protection, flags, held, 0);
  if (mapping == MAP_FAILED) return Answer(-1);
  if ((protection & PROT_WRITE) != 0) *static_cast<volatile char*>(mapping) = 'x';
  return "ok";
}

std::string Protect() {
  const int result = ::mprotect(mapping, kPage, PROT_READ | PROT_WRITE);
  if (result == 0) *static_cast<volatile char*>(mapping) = 'x';
  return Answer(result);
}

std::string Splice() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0 || ::write(ends[1], "x", 1) != 1) return Answer(-1);
  const std::string answer = Answer(::splice(ends[0], nullptr, held, nullptr, 1, 0));
  for (const int end : ends) ::close(end);
  return answer;
}

// From a file of its own.
template <typename Copy>
std::string CopyFrom(const std::string& path, Copy copy) {
  const int source = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (source < 0) return "cannot read";
  const std::string answer = Answer(copy(source));
  ::close(source);
  return answer;
}

std::string WriteVector() {
  char byte = 'x';
  const iovec part{&byte, 1};
  return Answer(::pwritev2(held, &part, 1, 0, 0));
}

std::string Read() {
  char byte = 0;
  return Answer(::pread(held, &byte, 1, 0));
}

std::string Do(const std::string& line);

std::string ReadLine(int in) {
  std::string line;
  for (char byte = 0; ::read(in, &byte, 1) == 1; line += byte) {
    if (byte == '\n') break;
  }
  return line;
}

// Until an empty line, or the end.
void Serve(int in, int out) {
  for (std::string line = ReadLine(in); !line.empty(); line = ReadLine(in)) {
    const std::string answer = Do(line) + "\n";
    if (::write(out, answer.data(), answer.size()) < 0) return;
  }
}

// Serves what comes over the socket. Of a reader the standard input is the other's standard output.
std::string Fork(bool reader) {
  std::array<int, 2> sockets{};
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()) != 0 || ::pipe(ends.data()) != 0) return Answer(-1);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (reader) ::dup2(ends[0], STDIN_FILENO);
    for (const int end : {ends[0], ends[1], sockets[0]}) ::close(end);
    Serve(sockets[1], sockets[1]);
    ::_exit(0);
  }
  if (reader) ::dup2(ends[1], STDOUT_FILENO);
  for (const int end : {ends[0], ends[1], sockets[1]}) ::close(end);
  child = sockets[0];
  return std::to_string(pid);
}

std::string DoInChild(const std::string& command) {
  const std::string line = command + "\n";
  if (::write(child, line.data(), line.size()) < 0) return Answer(-1);
  return ReadLine(child);
}

std::string DoInThread(const std::string& command) {
  std::string answer;
  std::thread([&] { answer = Do(command); }).join();
  return answer;
}

using Words = std::array<std::string, 2>;

const std::map<std::string, std::function<std::string(const Words&)>>& Verbs() {
  static const std::map<std::string, std::function<std::string(const Words&)>> verbs = {
      {"ready", [](const Words&) { return std::string("ok"); }},
      {"open", [](const Words& words) { return OpenAndClose(words[0], O_WRONLY); }},
      {"look", [](const Words& words) { return OpenAndClose(words[0], O_RDONLY); }},
      {"create", [](const Words& words) { return OpenAndClose(words[0], O_WRONLY | O_CREAT | O_EXCL); }},
      {"unnamed", [](const Words& words) { return OpenAndClose(words[0], O_RDWR | O_TMPFILE); }},
      {"hold", [](const Words& words) { return Hold(words[0]); }},
      {"hold-disk", [](const Words& words) { return HoldDisk(words[0]); }},
      {"write-disk", [](const Words&) { return WriteDisk(); }},
      {"write", [](const Words&) { return Answer(::write(held, "x", 1)); }},
      {"write-vector", [](const Words&) { return WriteVector(); }},
      {"read", [](const Words&) { return Read(); }},
      {"allocate", [](const Words&) { return Answer(::fallocate(held, 0, 0, kPage)); }},
      {"splice", [](const Words&) { return Splice(); }},
      {"sendfile",
       [](const Words& words) {
         return CopyFrom(words[0], [](int source) { return ::sendfile(held, source, nullptr, 1); });
       }},
      {"copy-range",
       [](const Words& words) {
         return CopyFrom(words[0], [](int source) { return ::copy_file_range(source, nullptr, held, nullptr, 1, 0); });
       }},
      {"map", [](const Words&) { return Map(PROT_READ | PROT_WRITE, MAP_SHARED); }},
      {"map-to-read", [](const Words&) { return Map(PROT_READ, MAP_SHARED); }},
      {"map-for-itself", [](const Words&) { return Map(PROT_READ | PROT_WRITE, MAP_PRIVATE); }},
      {"protect", [](const Words&) { return Protect(); }},
      {"rename", [](const Words& words) { return Answer(::rename(words[0].c_str(), words[1].c_str())); }},
      {"link", [](const Words& words) { return Answer(::link(words[0].c_str(), words[1].c_str())); }},
      {"symlink", [](const Words& words) { return Answer(::symlink("a text", words[0].c_str())); }},
      {"mkdir", [](const Words& words) { return Answer(::mkdir(words[0].c_str(), 0755)); }},
      {"mkfifo", [](const Words& words) { return Answer(::mkfifo(words[0].c_str(), kFileMode)); }},
      {"attribute",
       [](const Words& words) { return Answer(::setxattr(words[0].c_str(), "trusted.note", "a text", 6, 0)); }},
      {"fork", [](const Words&) { return Fork(false); }},
      {"reader", [](const Words&) { return Fork(true); }},
  };
  return verbs;
}

std::string Do(const std::string& line) {
  std::istringstream text(line);
  std::string verb;
  text >> verb;
  std::string rest;
  std::getline(text >> std::ws, rest);
  if (verb == "child") return DoInChild(rest);
  if (verb == "thread") return DoInThread(rest);
  if (verb == "exec") return ::execl(rest.c_str(), rest.c_str(), nullptr), Answer(-1);
  Words words;
  std::istringstream(rest) >> words[0] >> words[1];
  const auto known = Verbs().find(verb);
  return known == Verbs().end() ? "unknown verb" : known->second(words);
}

}  // namespace

int main() {
  constexpr int kFirstFree = 10;  // its standard output may become a pipe to somebody else
  Serve(STDIN_FILENO, ::fcntl(STDOUT_FILENO, F_DUPFD, kFirstFree));
  return 0;
}
