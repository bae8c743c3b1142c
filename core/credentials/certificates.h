#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

// X.509 (RFC 5280) for a site that brings no PKI of its own: ECDSA P-256 keys, SHA-256, PEM everywhere (OpenSSL 3).
// Pure functions; private keys never appear in errors.
namespace vigie::credentials {

struct KeyAndCertificate {
  std::string key_pem;  // PKCS #8
  std::string certificate_pem;
};

// A CA of its own, valid for ten years.
base::Result<KeyAndCertificate> CreateAuthority(const std::string& common_name);

// A server certificate with `names` (DNS names or IP addresses) as subject alternative names, valid for 825 days.
base::Result<KeyAndCertificate> CreateServerCertificate(const KeyAndCertificate& authority,
                                                        const std::vector<std::string>& names);

struct KeyAndRequest {
  std::string key_pem;
  std::string request_pem;  // PKCS #10 (RFC 2986)
};
base::Result<KeyAndRequest> CreateAgentRequest(const std::string& host);

// Client certificate for the key of the request, with the URI "vigie:agent:ID" as its only subject alternative name;
// nothing else of the request is believed. Refuses a request whose own signature is wrong. `valid_for` at most 397
// days.
base::Result<std::string> SignAgentRequest(const KeyAndCertificate& authority, const std::string& request_pem,
                                           const std::string& agent_id, std::chrono::hours valid_for);

// The ID of "vigie:agent:ID" in a certificate.
base::Result<std::string> AgentIdOf(const std::string& certificate_pem);
// The ID of an agent's URI, "vigie:agent:ID"; kInvalidArgument for any other.
base::Result<std::string> AgentIdOfUri(std::string_view uri);

// Whether key and certificate can be read and belong together.
base::Result<void> CheckPair(const KeyAndCertificate& pair);

// Seconds since the epoch at which the certificate ends.
base::Result<std::chrono::sys_seconds> ExpiryOf(const std::string& certificate_pem);

// 32 random bytes in URL-safe base64: a bearer token. Store only TokenHash of it.
std::string CreateToken();
std::string TokenHash(std::string_view token);  // SHA-256, hex

}  // namespace vigie::credentials
