#include "tests/unit/platform_linux/sandboxed_child.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "platform/sandbox.h"

namespace vigie::platform {
namespace {

constexpr unsigned kNobody = 65534;

ChildEnd RunChild(const std::function<int()>& body) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int state = 0;
  if (child < 0 || ::waitpid(child, &state, 0) != child) return {};
  if (WIFSIGNALED(state)) return {.status = -1, .signal = WTERMSIG(state)};
  return {.status = WEXITSTATUS(state), .signal = 0};
}

bool Become(Starter starter) {
  if (starter == Starter::kAsWeAre || ::geteuid() != 0) return true;
  return ::setresgid(kNobody, kNobody, kNobody) == 0 && ::setresuid(kNobody, kNobody, kNobody) == 0;
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const ChildEnd& end) {
  return stream << "status " << end.status << ", signal " << end.signal;
}

ChildEnd RunSandboxed(Starter starter, const std::function<int()>& body) {
  return RunChild([&] {
    if (!Become(starter)) return kNotConfined;
    if (const auto entered = EnterSandbox({}); !entered) {
      std::fprintf(stderr, "%s\n", entered.error().message.c_str());
      return kNotConfined;
    }
    return body();
  });
}

ChildEnd RunFree(const std::function<int()>& body) {
  return RunChild(body);
}

}  // namespace vigie::platform
