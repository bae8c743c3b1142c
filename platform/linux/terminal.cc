#include "platform/terminal.h"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>

namespace vigie::platform {
namespace {

// What the terminal was like; a handler of signals may read it.
termios shown_before;

constexpr std::array kEnding = {SIGINT, SIGTERM, SIGQUIT, SIGHUP};

extern "C" void ShowAgainAndEnd(int signal) {
  ::tcsetattr(STDIN_FILENO, TCSANOW, &shown_before);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void Say(const std::string& text) {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;  // a prompt only
}

// What is typed is not shown while this lives. Does nothing where standard input is no terminal.
class Hidden {
 public:
  explicit Hidden(const std::string& prompt) : terminal_(::tcgetattr(STDIN_FILENO, &shown_before) == 0) {
    if (!terminal_) return;
    Say(prompt);
    for (std::size_t i = 0; i < kEnding.size(); ++i) {
      handlers_.at(i) = ::signal(kEnding.at(i), ShowAgainAndEnd);
      if (handlers_.at(i) == SIG_IGN) ::signal(kEnding.at(i), SIG_IGN);
    }
    termios hidden = shown_before;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~Hidden() {
    if (!terminal_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown_before);
    for (std::size_t i = 0; i < kEnding.size(); ++i) ::signal(kEnding.at(i), handlers_.at(i));
    Say("\n");
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;

 private:
  const bool terminal_;
  std::array<sighandler_t, kEnding.size()> handlers_{};
};

}  // namespace

// Byte by byte: what follows the line belongs to who reads next.
base::Result<std::string> ReadSecret(const std::string& prompt) {
  const Hidden hidden(prompt);
  std::string line;
  while (line.size() <= kMostSecretBytes) {
    char letter = 0;
    const ssize_t size = ::read(STDIN_FILENO, &letter, 1);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return base::ErrnoError(errno, "read standard input");
    if (size == 0 && line.empty())
      return base::Error{base::ErrorCode::kInvalidArgument, "standard input has ended: a line was expected"};
    if (size == 0 || letter == '\n') return line;
    line += letter;
  }
  return base::Error{base::ErrorCode::kInvalidArgument, "the line on standard input is too long"};
}

}  // namespace vigie::platform
