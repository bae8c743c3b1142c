#pragma once

#include <functional>
#include <ostream>
#include <string>

namespace vigie::platform {

// How a child process ended: by itself with a status, or by a signal.
struct ChildEnd {
  int status = -1;
  int signal = 0;
  bool operator==(const ChildEnd&) const = default;
};
std::ostream& operator<<(std::ostream& stream, const ChildEnd& end);

inline constexpr int kNotConfined = 99;

enum class Starter { kAsWeAre, kAsNobody };

// Forks; the child enters the sandbox (as nobody: it gives root away before), runs `body` and exits with what it
// returns, or with kNotConfined if the sandbox could not be entered.
ChildEnd RunSandboxed(Starter starter, const std::function<int()>& body);

// The same without a sandbox: shows that the body would succeed there.
ChildEnd RunFree(const std::function<int()>& body);

}  // namespace vigie::platform
