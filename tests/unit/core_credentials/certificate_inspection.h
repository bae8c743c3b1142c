#pragma once

#include <ctime>
#include <string>
#include <vector>

#include "core/credentials/certificates.h"

// What the tests ask of a certificate, through OpenSSL directly and so independent of the code under test.
namespace vigie::credentials {

enum class Purpose { kServer, kClient };

// Whether OpenSSL accepts `certificate` for the purpose under the only root `authority`, at the time `at` (0 = now).
bool ChainIsGood(const std::string& authority, const std::string& certificate, Purpose purpose, std::time_t at = 0);
// "DNS:a", "IP:127.0.0.1", "URI:…", in order.
std::vector<std::string> AlternativeNames(const std::string& certificate);
bool MatchesHost(const std::string& certificate, const std::string& host);
std::string SubjectOf(const std::string& certificate);
bool KeyMatches(const KeyAndCertificate& pair);
bool SameKey(const std::string& key_pem, const std::string& certificate);
// A request with the wish to be a CA named "root" and the alternative name "vigie:agent:somebody-else".
std::string GreedyRequest();
// A request for a key on another curve (P-384).
std::string OtherCurveRequest();
// A self-signed certificate with the given alternative names in OpenSSL's notation.
std::string CertificateWithNames(const std::string& names);

}  // namespace vigie::credentials
