// What a stranger may send before it is anybody: the enrolment's certificate request; and what TLS hands us, a
// certificate.
#include <cstdlib>

#include "core/credentials/certificates.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

const vigie::credentials::KeyAndCertificate& Authority() {
  static const auto authority = vigie::credentials::CreateAuthority("fuzz").value();
  return authority;
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string text(reinterpret_cast<const char*>(input.data()), input.size());
  const auto certificate = vigie::credentials::SignAgentRequest(Authority(), text, "agent", std::chrono::hours(1));
  // Whatever was signed says who it is for, and nothing else.
  if (certificate && vigie::credentials::AgentIdOf(*certificate).value() != "agent") std::abort();
  (void)vigie::credentials::AgentIdOf(text);
  (void)vigie::credentials::ExpiryOf(text);
}
