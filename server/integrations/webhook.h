#pragma once

#include "server/integrations/sender.h"
#include "server/integrations/transfer.h"

namespace vigie::server::integrations {

// "t=SECONDS,v1=HEX": HMAC-SHA256 with the secret over "SECONDS.BODY". Who receives it refuses a wrong one, and one
// whose time is more than five minutes from his own.
std::string SignatureOf(std::string_view secret, base::SystemTime at, std::string_view body);

// Whether the other side will not take this message, whenever it comes; else it is to come again.
bool IsRefusal(long status);

// Whether that may be because of this message: not of who we are, nor of how much or how busy it is.
bool IsObjection(long status);

// An HTTPS POST for each message.
class Webhook final : public Sender {
 public:
  Webhook(const Destination& destination, const base::Clock& clock, std::string version)
      : destination_(destination), clock_(clock), version_(std::move(version)), transfer_(destination.ca_pem) {}

  Delivery Send(std::span<const WaitingMessage> messages, const std::stop_token& stop) override;

 private:
  base::Result<Transfer::Answer> Post(const v1::OutboxMessage& message, const std::stop_token& stop);

  const Destination& destination_;
  const base::Clock& clock_;
  const std::string version_;
  Transfer transfer_;
};

}  // namespace vigie::server::integrations
