#include "core/credentials/certificates.h"

#include <openssl/ec.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/credentials/certificate_builder.h"
#include "core/credentials/openssl_handles.h"

namespace vigie::credentials {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::chrono::hours kDay{24};
constexpr std::chrono::hours kAuthorityLife = 3652 * kDay;
constexpr std::chrono::hours kServerLife = 825 * kDay;
constexpr std::chrono::hours kLongestAgentLife = 397 * kDay;
constexpr std::size_t kMaxCommonName = 64;  // ub-common-name, RFC 5280 appendix A
constexpr std::string_view kAgentUri = "vigie:agent:";

bool IsAgentId(std::string_view id) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_'; };
  return !id.empty() && id.size() <= kMaxCommonName && std::ranges::all_of(id, allowed);
}

// Named P-256 only: explicit curve parameters could hide a weak curve behind a familiar size.
bool IsNamedP256(EVP_PKEY* key) {
  std::array<char, 64> group{};
  std::size_t size = 0;
  const bool known = EVP_PKEY_is_a(key, "EC") == 1 &&
                     EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1 &&
                     EVP_PKEY_get_ec_point_conv_form(key) == POINT_CONVERSION_UNCOMPRESSED;
  ERR_clear_error();
  return known && std::string_view(group.data(), size) == "prime256v1";
}

Result<KeyAndCertificate> WriteBoth(const Key& key, const Result<Certificate>& certificate) {
  if (!certificate) return certificate.error();
  auto key_pem = WriteKey(key);
  if (!key_pem) return key_pem.error();
  auto certificate_pem = WriteCertificate(*certificate);
  if (!certificate_pem) return certificate_pem.error();
  return KeyAndCertificate{std::move(*key_pem), std::move(*certificate_pem)};
}

Result<Request> BuildRequest(const Key& key, const std::string& host) {
  Request request(X509_REQ_new());
  if (!request) return OpenSslError(ErrorCode::kInternal, "create a certificate request");
  const std::string name = host.substr(0, kMaxCommonName);
  if (auto named = SetCommonName(X509_REQ_get_subject_name(request.get()), name); !named) return named.error();
  const bool done = X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
                    X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
                    X509_REQ_sign(request.get(), key.get(), EVP_sha256()) != 0;
  if (!done) return OpenSslError(ErrorCode::kInternal, "sign the certificate request");
  return request;
}

// The key of a request whose own signature proves that the sender holds it.
Result<EVP_PKEY*> ProvenKey(const Request& request) {
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  if (key == nullptr || !IsNamedP256(key)) {
    return OpenSslError(ErrorCode::kInvalidArgument, "sign the certificate request: its key is not ECDSA P-256");
  }
  if (X509_REQ_verify(request.get(), key) != 1) {
    return OpenSslError(ErrorCode::kInvalidArgument, "sign the certificate request: its own signature is wrong");
  }
  return key;
}

std::string_view TextOf(const GENERAL_NAME* name) {
  const ASN1_STRING* text = name->d.uniformResourceIdentifier;
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

}  // namespace

Result<KeyAndCertificate> CreateAuthority(const std::string& common_name) {
  const auto key = CreateKey();
  if (!key) return key.error();
  const CertificatePlan plan{.common_name = common_name,
                             .valid_for = kAuthorityLife,
                             .basic_constraints = "critical,CA:TRUE,pathlen:0",
                             .key_usage = "critical,keyCertSign,cRLSign",
                             .extended_key_usage = "",
                             .alternative_names = nullptr};
  return WriteBoth(*key, BuildCertificate(plan, key->get(), nullptr, key->get()));
}

Result<KeyAndCertificate> CreateServerCertificate(const KeyAndCertificate& authority,
                                                  const std::vector<std::string>& names) {
  const auto issuer = ParseAuthority(authority);
  if (!issuer) return issuer.error();
  const auto key = CreateKey();
  if (!key) return key.error();
  auto alternative_names = HostNames(names);
  if (!alternative_names) return alternative_names.error();
  const CertificatePlan plan{.common_name = names.front().substr(0, kMaxCommonName),
                             .valid_for = kServerLife,
                             .basic_constraints = "critical,CA:FALSE",
                             .key_usage = "critical,digitalSignature",
                             .extended_key_usage = "serverAuth",
                             .alternative_names = std::move(*alternative_names)};
  return WriteBoth(*key, BuildCertificate(plan, key->get(), &*issuer, issuer->key.get()));
}

Result<KeyAndRequest> CreateAgentRequest(const std::string& host) {
  const auto key = CreateKey();
  if (!key) return key.error();
  const auto request = BuildRequest(*key, host);
  if (!request) return request.error();
  auto key_pem = WriteKey(*key);
  if (!key_pem) return key_pem.error();
  auto request_pem = WriteRequest(*request);
  if (!request_pem) return request_pem.error();
  return KeyAndRequest{std::move(*key_pem), std::move(*request_pem)};
}

Result<std::string> SignAgentRequest(const KeyAndCertificate& authority, const std::string& request_pem,
                                     const std::string& agent_id, std::chrono::hours valid_for) {
  if (!IsAgentId(agent_id))
    return Error{ErrorCode::kInvalidArgument, "agent id: 1 to 64 letters, digits, '.', '-', '_'"};
  if (valid_for <= valid_for.zero() || valid_for > kLongestAgentLife) {
    return Error{ErrorCode::kInvalidArgument, "agent certificate: validity must be 1 hour to 397 days"};
  }
  const auto issuer = ParseAuthority(authority);
  if (!issuer) return issuer.error();
  const auto request = ParseRequest(request_pem);
  if (!request) return request.error();
  const auto key = ProvenKey(*request);
  if (!key) return key.error();
  auto uri = UriName(std::string(kAgentUri) + agent_id);
  if (!uri) return uri.error();
  const CertificatePlan plan{.common_name = agent_id,
                             .valid_for = valid_for,
                             .basic_constraints = "critical,CA:FALSE",
                             .key_usage = "critical,digitalSignature",
                             .extended_key_usage = "clientAuth",
                             .alternative_names = std::move(*uri)};
  const auto certificate = BuildCertificate(plan, *key, &*issuer, issuer->key.get());
  if (!certificate) return certificate.error();
  return WriteCertificate(*certificate);
}

Result<std::string> AgentIdOf(const std::string& certificate_pem) {
  const auto certificate = ParseCertificate(certificate_pem);
  if (!certificate) return certificate.error();
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate->get(), NID_subject_alt_name, nullptr, nullptr)));
  ERR_clear_error();
  if (!names || sk_GENERAL_NAME_num(names.get()) != 1) {
    return Error{ErrorCode::kInvalidArgument,
                 "certificate: needs exactly one subject alternative name, vigie:agent:ID"};
  }
  const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), 0);
  if (name->type != GEN_URI) return Error{ErrorCode::kInvalidArgument, "certificate: its alternative name is no URI"};
  return AgentIdOfUri(TextOf(name));
}

Result<std::string> AgentIdOfUri(std::string_view uri) {
  if (!uri.starts_with(kAgentUri) || !IsAgentId(uri.substr(kAgentUri.size()))) {
    return Error{ErrorCode::kInvalidArgument, "certificate: its URI is not vigie:agent:ID"};
  }
  return std::string(uri.substr(kAgentUri.size()));
}

Result<void> CheckPair(const KeyAndCertificate& pair) {
  const auto key = ParseKey(pair.key_pem);
  if (!key) return key.error();
  const auto certificate = ParseCertificate(pair.certificate_pem);
  if (!certificate) return certificate.error();
  if (X509_check_private_key(certificate->get(), key->get()) == 1) return {};
  return OpenSslError(ErrorCode::kInvalidArgument, "use the key: it belongs to another certificate");
}

Result<std::chrono::sys_seconds> ExpiryOf(const std::string& certificate_pem) {
  const auto certificate = ParseCertificate(certificate_pem);
  if (!certificate) return certificate.error();
  const std::unique_ptr<ASN1_TIME, Freed<ASN1_TIME_free>> epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0;
  int seconds = 0;
  if (!epoch || ASN1_TIME_diff(&days, &seconds, epoch.get(), X509_get0_notAfter(certificate->get())) != 1) {
    return OpenSslError(ErrorCode::kInvalidArgument, "read the certificate's end of validity");
  }
  return std::chrono::sys_seconds(std::chrono::days(days) + std::chrono::seconds(seconds));
}

}  // namespace vigie::credentials
