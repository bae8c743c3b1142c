#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace vigie::server::integrations {

// One libcurl handle (https://curl.se/libcurl/c/), which keeps its connection for the next transfer. TLS 1.2 or newer,
// certificate and name verified; no proxy, no redirects, no cookies. One thread.
class Transfer {
 public:
  // `ca_pem` empty = whom this machine trusts.
  explicit Transfer(std::string ca_pem);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  struct Post {
    std::string url;
    std::vector<std::string> headers;
    const std::string& body;
  };
  struct Answer {
    long status = 0;
    std::chrono::seconds retry_after{};  // RFC 9110, section 10.2.3; 0 = not said
  };
  // What else is answered is not read.
  base::Result<Answer> Run(const Post& post, const std::stop_token& stop);

  struct Mail {
    std::string url;  // smtp:// with STARTTLS, or smtps://
    std::string user;
    std::string password;
    std::string from;
    std::vector<std::string> to;
    std::string message;  // headers and body, lines ended by CRLF
  };
  base::Result<void> Run(const Mail& mail, const std::stop_token& stop);

 private:
  struct Handle;
  base::Result<long> Perform(const std::stop_token& stop);
  void Prepare(const std::string& url);

  const std::string ca_pem_;
  const std::unique_ptr<Handle> handle_;
};

}  // namespace vigie::server::integrations
