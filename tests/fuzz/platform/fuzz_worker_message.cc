// A worker that was taken over sends any bytes.
#include <sys/socket.h>

#include <algorithm>
#include <chrono>

#include "platform/linux/worker_socket.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  using namespace vigie;
  constexpr std::size_t kFitsTheBuffer = 64 << 10;
  auto pair = platform::MakeSocketPair();
  if (!pair) return;
  platform::StreamWorkerSocket socket(std::move(pair->first));
  ::send(pair->second.get(), input.data(), std::min(input.size(), kFitsTheBuffer), MSG_DONTWAIT | MSG_NOSIGNAL);
  pair->second.Close();
  while (const auto message = socket.Receive(base::Deadline::After(std::chrono::seconds(5)))) {
    if (message->bytes.size() > platform::kMaxWorkerMessage || !message->descriptors.empty()) __builtin_trap();
  }
}
