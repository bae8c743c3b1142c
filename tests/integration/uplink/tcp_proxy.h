#pragma once

#include <atomic>
#include <list>
#include <thread>
#include <vector>

namespace vigie::agent::uplink {

// A network between an agent and its collector that a test can break without closing anything. Listens on a loopback
// port and passes on what comes, each connection over one of its own.
class TcpProxy {
 public:
  enum class Way {
    kOpen,
    kBlackhole,  // nothing passes in either direction, and no connection closes
    kHalfOpen    // what the agent sends passes, and nothing comes back
  };

  explicit TcpProxy(int target_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  // Connections that were made before a change to kOpen stay as dead as they were: bytes of them are lost.
  void Set(Way way) { way_ = way; }

 private:
  struct Link {
    int agent = -1;
    int collector = -1;
    Way way = Way::kOpen;
  };

  void Work(const std::stop_token& stop);
  void Accept();
  void Serve(Link& link);

  const int target_port_;
  int port_ = 0;
  int listener_ = -1;
  std::atomic<Way> way_ = Way::kOpen;
  std::list<Link> links_;  // of the thread
  std::jthread thread_;
};

}  // namespace vigie::agent::uplink
