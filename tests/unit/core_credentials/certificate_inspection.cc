#include "tests/unit/core_credentials/certificate_inspection.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "core/credentials/openssl_handles.h"

namespace vigie::credentials {
namespace {

Certificate Load(const std::string& pem) {
  return std::move(ParseCertificate(pem).value());
}

Request SignedRequest(const Key& key, const std::string& name, const std::string& alternative_name) {
  Request request(X509_REQ_new());
  X509_REQ_set_version(request.get(), X509_REQ_VERSION_1);
  X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_REQ_set_pubkey(request.get(), key.get());
  STACK_OF(X509_EXTENSION)* extensions = sk_X509_EXTENSION_new_null();
  sk_X509_EXTENSION_push(extensions,
                         X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative_name.c_str()));
  sk_X509_EXTENSION_push(extensions, X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE"));
  X509_REQ_add_extensions(request.get(), extensions);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  X509_REQ_sign(request.get(), key.get(), EVP_sha256());
  return request;
}

std::string Describe(const GENERAL_NAME* name) {
  const Memory memory(BIO_new(BIO_s_mem()));
  GENERAL_NAME_print(memory.get(), const_cast<GENERAL_NAME*>(name));
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

bool ChainIsGood(const std::string& authority, const std::string& certificate, Purpose purpose, std::time_t at) {
  const std::unique_ptr<X509_STORE, Freed<X509_STORE_free>> store(X509_STORE_new());
  const std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  const Certificate root = Load(authority);
  const Certificate leaf = Load(certificate);
  X509_STORE_add_cert(store.get(), root.get());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
  X509_STORE_CTX_set_purpose(context.get(),
                             purpose == Purpose::kServer ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT);
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT);
  if (at != 0) X509_STORE_CTX_set_time(context.get(), 0, at);
  return X509_verify_cert(context.get()) == 1;
}

std::vector<std::string> AlternativeNames(const std::string& certificate) {
  const Certificate loaded = Load(certificate);
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(loaded.get(), NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> described;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    described.push_back(Describe(sk_GENERAL_NAME_value(names.get(), i)));
  }
  return described;
}

bool MatchesHost(const std::string& certificate, const std::string& host) {
  const Certificate loaded = Load(certificate);
  return X509_check_host(loaded.get(), host.c_str(), host.size(), 0, nullptr) == 1 ||
         X509_check_ip_asc(loaded.get(), host.c_str(), 0) == 1;
}

std::string SubjectOf(const std::string& certificate) {
  const Certificate loaded = Load(certificate);
  const std::unique_ptr<char, void (*)(char*)> text(X509_NAME_oneline(X509_get_subject_name(loaded.get()), nullptr, 0),
                                                    [](char* owned) { OPENSSL_free(owned); });
  return text.get();
}

bool SameKey(const std::string& key_pem, const std::string& certificate) {
  return X509_check_private_key(Load(certificate).get(), ParseKey(key_pem).value().get()) == 1;
}

bool KeyMatches(const KeyAndCertificate& pair) {
  return SameKey(pair.key_pem, pair.certificate_pem);
}

std::string GreedyRequest() {
  const Key key(EVP_EC_gen("P-256"));
  return WriteRequest(SignedRequest(key, "root", "URI:vigie:agent:somebody-else")).value();
}

std::string OtherCurveRequest() {
  const Key key(EVP_EC_gen("P-384"));
  return WriteRequest(SignedRequest(key, "host", "URI:vigie:agent:a")).value();
}

std::string CertificateWithNames(const std::string& names) {
  const Key key(EVP_EC_gen("P-256"));
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  X509_set_pubkey(certificate.get(), key.get());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()));
  X509_add_ext(certificate.get(), extension.get(), -1);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  return WriteCertificate(certificate).value();
}

}  // namespace vigie::credentials
