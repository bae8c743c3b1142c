#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace vigie::server::integrations {

struct TlsPeer {
  std::string host;
  std::uint16_t port = 0;
  std::string ca_pem;           // empty = whom this machine trusts
  std::string certificate_pem;  // of ours; empty = none
  std::string key_pem;
  // RFC 8446, section 6.1: who ends without close_notify may have been cut off, or killed.
  bool accept_unclean_close = false;
};

// Bytes one way to a TLS server (OpenSSL), TLS 1.2 or newer, certificate and name verified. Every call ends by
// `deadline`, to about a second, and soon after `stop`. kFailedPrecondition if the other side ends the connection
// before it has read all of it. One thread.
class TlsStream {
 public:
  // Tries the addresses of the name, in the system's order.
  static base::Result<std::unique_ptr<TlsStream>> Connect(const TlsPeer& peer, base::Deadline deadline,
                                                          const std::stop_token& stop);
  ~TlsStream();

  base::Result<void> Write(std::string_view bytes, base::Deadline deadline, const std::stop_token& stop);
  // Says that nothing more comes, and waits until the other side has read all of it and says the same (close_notify, or
  // a mere end if the peer may do that): only then is it known that what was written has arrived.
  base::Result<void> Finish(base::Deadline deadline, const std::stop_token& stop);

 private:
  struct Connection;
  TlsStream(std::unique_ptr<Connection> connection, bool accept_unclean_close);
  base::Result<void> EndWithoutNotice() const;

  std::unique_ptr<Connection> connection_;
  bool accept_unclean_close_;
};

}  // namespace vigie::server::integrations
