#include "core/credentials/certificate_builder.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/ec.h>

#include <algorithm>
#include <cctype>

namespace vigie::credentials {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::chrono::minutes kClockSkew{5};
constexpr int kSerialBits = 127;  // positive, and at most 20 octets (RFC 5280, 4.1.2.2)

Result<void> SetSerial(X509* certificate) {
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_new());
  const bool done = number && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
  if (!done) return OpenSslError(ErrorCode::kInternal, "choose a serial number");
  return {};
}

Result<void> SetTimes(X509* certificate, std::chrono::hours valid_for) {
  const auto seconds = [](auto time) { return static_cast<long>(std::chrono::seconds(time).count()); };
  const bool done = X509_gmtime_adj(X509_getm_notBefore(certificate), -seconds(kClockSkew)) != nullptr &&
                    X509_gmtime_adj(X509_getm_notAfter(certificate), seconds(valid_for)) != nullptr;
  if (!done) return OpenSslError(ErrorCode::kInternal, "set the validity");
  return {};
}

Result<void> AddExtension(X509V3_CTX& context, X509* certificate, int kind, const std::string& value) {
  if (value.empty()) return {};
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
    return OpenSslError(ErrorCode::kInternal, "add a certificate extension");
  }
  return {};
}

Result<void> AddExtensions(const CertificatePlan& plan, X509* certificate, X509* issuer) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::pair<int, std::string> extensions[] = {
      {NID_basic_constraints, plan.basic_constraints},
      {NID_key_usage, plan.key_usage},
      {NID_ext_key_usage, plan.extended_key_usage},
      {NID_subject_key_identifier, "hash"},
      {NID_authority_key_identifier, issuer == certificate ? "" : "keyid:always"},
  };
  for (const auto& [kind, value] : extensions) {
    if (auto added = AddExtension(context, certificate, kind, value); !added) return added;
  }
  if (plan.alternative_names &&
      X509_add1_ext_i2d(certificate, NID_subject_alt_name, plan.alternative_names.get(), 0, X509V3_ADD_DEFAULT) != 1) {
    return OpenSslError(ErrorCode::kInternal, "add the subject alternative names");
  }
  return {};
}

bool IsDnsName(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_'; };
  return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, allowed);
}

Result<void> PushName(const Names& names, int type, ASN1_STRING* value) {
  std::unique_ptr<GENERAL_NAME, Freed<GENERAL_NAME_free>> name(GENERAL_NAME_new());
  if (!name || value == nullptr) return OpenSslError(ErrorCode::kInternal, "write a name");
  GENERAL_NAME_set0_value(name.get(), type, value);
  if (sk_GENERAL_NAME_push(names.get(), name.get()) == 0) return OpenSslError(ErrorCode::kInternal, "write a name");
  (void)name.release();
  return {};
}

ASN1_STRING* AsciiString(const std::string& text) {
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  if (value != nullptr) ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
  return value;
}

Result<void> PushHost(const Names& names, const std::string& host) {
  if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str()); address != nullptr) {
    return PushName(names, GEN_IPADD, address);
  }
  if (!IsDnsName(host))
    return Error{ErrorCode::kInvalidArgument, "server name '" + host + "': not a DNS name or address"};
  return PushName(names, GEN_DNS, AsciiString(host));
}

}  // namespace

Result<Authority> ParseAuthority(const KeyAndCertificate& authority) {
  auto key = ParseKey(authority.key_pem);
  if (!key) return key.error().Wrap("certificate authority");
  auto certificate = ParseCertificate(authority.certificate_pem);
  if (!certificate) return certificate.error().Wrap("certificate authority");
  if (X509_check_private_key(certificate->get(), key->get()) != 1) {
    return OpenSslError(ErrorCode::kInvalidArgument,
                        "use the certificate authority: its key belongs to another certificate");
  }
  return Authority{std::move(*key), std::move(*certificate)};
}

Result<Key> CreateKey() {
  Key key(EVP_EC_gen("P-256"));
  if (!key) return OpenSslError(ErrorCode::kInternal, "create a P-256 key");
  return key;
}

Result<void> SetCommonName(X509_NAME* subject, const std::string& common_name) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(common_name.data());
  const int size = static_cast<int>(common_name.size());
  if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, bytes, size, -1, 0) != 1) {
    return OpenSslError(ErrorCode::kInvalidArgument, "use the name as a common name: 1 to 64 bytes of UTF-8");
  }
  return {};
}

Result<Certificate> BuildCertificate(const CertificatePlan& plan, EVP_PKEY* subject_key, const Authority* issuer,
                                     EVP_PKEY* signing_key) {
  Certificate certificate(X509_new());
  if (!certificate) return OpenSslError(ErrorCode::kInternal, "create a certificate");
  X509* const raw = certificate.get();
  X509* const signer = issuer != nullptr ? issuer->certificate.get() : raw;
  if (auto set = SetSerial(raw); !set) return set.error();
  if (auto set = SetTimes(raw, plan.valid_for); !set) return set.error();
  if (auto set = SetCommonName(X509_get_subject_name(raw), plan.common_name); !set) return set.error();
  const bool done = X509_set_version(raw, X509_VERSION_3) == 1 &&
                    X509_set_issuer_name(raw, X509_get_subject_name(signer)) == 1 &&
                    X509_set_pubkey(raw, subject_key) == 1;
  if (!done) return OpenSslError(ErrorCode::kInternal, "fill in the certificate");
  if (auto added = AddExtensions(plan, raw, signer); !added) return added.error();
  if (X509_sign(raw, signing_key, EVP_sha256()) == 0) return OpenSslError(ErrorCode::kInternal, "sign the certificate");
  return certificate;
}

Result<Names> HostNames(const std::vector<std::string>& hosts) {
  if (hosts.empty()) return Error{ErrorCode::kInvalidArgument, "server certificate: needs at least one name"};
  Names names(GENERAL_NAMES_new());
  if (!names) return OpenSslError(ErrorCode::kInternal, "write names");
  for (const std::string& host : hosts) {
    if (auto pushed = PushHost(names, host); !pushed) return pushed.error();
  }
  return names;
}

Result<Names> UriName(const std::string& uri) {
  Names names(GENERAL_NAMES_new());
  if (!names) return OpenSslError(ErrorCode::kInternal, "write names");
  if (auto pushed = PushName(names, GEN_URI, AsciiString(uri)); !pushed) return pushed.error();
  return names;
}

}  // namespace vigie::credentials
