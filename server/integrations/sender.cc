#include "server/integrations/sender.h"

#include "server/integrations/mail.h"
#include "server/integrations/syslog.h"
#include "server/integrations/webhook.h"

namespace vigie::server::integrations {

std::unique_ptr<Sender> MakeSender(const Destination& destination, const base::Clock& clock, std::string version) {
  switch (destination.kind) {
    case Kind::kWebhook:
      return std::make_unique<Webhook>(destination, clock, std::move(version));
    case Kind::kSyslog:
      return std::make_unique<Syslog>(destination, std::move(version));
    case Kind::kEmail:
      return std::make_unique<Mail>(destination);
  }
  return nullptr;
}

}  // namespace vigie::server::integrations
