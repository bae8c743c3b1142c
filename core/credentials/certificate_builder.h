#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/credentials/certificates.h"
#include "core/credentials/openssl_handles.h"

namespace vigie::credentials {

// What goes into one certificate. Extensions follow RFC 5280, section 4.2.
struct CertificatePlan {
  std::string common_name;          // at most 64 bytes (ub-common-name)
  std::chrono::hours valid_for{0};  // from five minutes ago, for clocks that run behind
  std::string basic_constraints;    // "critical,CA:FALSE"
  std::string key_usage;
  std::string extended_key_usage;  // empty = none
  Names alternative_names;         // null = none
};

// An authority with its parts parsed; the key belongs to the certificate.
struct Authority {
  Key key;
  Certificate certificate;
};
base::Result<Authority> ParseAuthority(const KeyAndCertificate& authority);

base::Result<Key> CreateKey();  // ECDSA P-256

// Signed by `issuer`, or by itself if null. `subject_key` needs only its public half then.
base::Result<Certificate> BuildCertificate(const CertificatePlan& plan, EVP_PKEY* subject_key, const Authority* issuer,
                                           EVP_PKEY* signing_key);

// DNS names and IP addresses. Names with other characters than letters, digits, ".", "-", "_" and a leading "*." are
// refused.
base::Result<Names> HostNames(const std::vector<std::string>& names);
base::Result<Names> UriName(const std::string& uri);

base::Result<void> SetCommonName(X509_NAME* subject, const std::string& common_name);

}  // namespace vigie::credentials
