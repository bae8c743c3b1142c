#include "server/integrations/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>
#include <vector>

namespace vigie::server::integrations {
namespace {

using base::Deadline;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr unsigned kNapMilliseconds = 20;
constexpr std::size_t kMostAddresses = 4;
constexpr int kAny = 0;  // family of addresses, kind of socket

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Chain = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
struct FreedByOpenSsl {
  void operator()(char* text) const { OPENSSL_free(text); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

// Which step failed, and OpenSSL's word for why: its own texts, nothing of the other side.
Error TlsError(const std::string& step, ErrorCode kind = ErrorCode::kUnavailable) {
  const unsigned long code = ERR_peek_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return {kind, reason == nullptr ? step : step + ": " + reason};
}

Error LostConnection(const std::string& what) {
  return TlsError(what, ErrorCode::kFailedPrecondition);
}

Chain MemoryOf(const std::string& pem) {
  return Chain(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

bool Trust(SSL_CTX* context, const std::string& ca_pem) {
  if (ca_pem.empty()) return SSL_CTX_set_default_verify_paths(context) == 1;
  const Chain pem = MemoryOf(ca_pem);
  int known = 0;
  while (const Certificate next{PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr)}) {
    known += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), next.get());
  }
  ERR_clear_error();  // of the end of the text
  return known > 0;
}

bool Identify(SSL_CTX* context, const TlsPeer& peer) {
  if (peer.key_pem.empty()) return true;
  const Certificate certificate(PEM_read_bio_X509(MemoryOf(peer.certificate_pem).get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_bio_PrivateKey(MemoryOf(peer.key_pem).get(), nullptr, nullptr, nullptr));
  return certificate && key && SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

Result<Context> ContextOf(const TlsPeer& peer) {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (!context) return TlsError("TLS cannot be used");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (!Trust(context.get(), peer.ca_pem)) return TlsError("ca holds no certificate");
  if (!Identify(context.get(), peer)) return TlsError("the client certificate cannot be used");
  return context;
}

struct LookUp {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool done = false;
  std::vector<std::string> addresses;
};

// Of the name, as "192.0.2.1:6514".
std::vector<std::string> Resolve(const std::string& host, const std::string& port) {
  BIO_ADDRINFO* found = nullptr;
  if (BIO_lookup(host.c_str(), port.c_str(), BIO_LOOKUP_CLIENT, kAny, kAny, &found) != 1) return {};
  const std::unique_ptr<BIO_ADDRINFO, Freed<BIO_ADDRINFO_free>> list(found);
  std::vector<std::string> addresses;
  for (const BIO_ADDRINFO* each = found; each != nullptr; each = BIO_ADDRINFO_next(each)) {
    const std::unique_ptr<char, FreedByOpenSsl> text(BIO_ADDR_hostname_string(BIO_ADDRINFO_address(each), 1));
    if (!text || addresses.size() == kMostAddresses) break;
    const bool is_ipv6 = std::string_view(text.get()).find(':') != std::string_view::npos;
    const std::string address = (is_ipv6 ? "[" + std::string(text.get()) + "]" : text.get()) + (":" + port);
    if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
  }
  return addresses;
}

// The system's resolver knows neither deadline nor stop: nobody waits for its thread.
Result<std::vector<std::string>> AddressesOf(const TlsPeer& peer, Deadline deadline, const std::stop_token& stop) {
  const auto look_up = std::make_shared<LookUp>();
  std::thread([look_up, host = peer.host, port = std::to_string(peer.port)] {
    std::vector<std::string> found = Resolve(host, port);
    const std::lock_guard lock(look_up->mutex);
    look_up->addresses = std::move(found);
    look_up->done = true;
    look_up->changed.notify_all();
  }).detach();
  std::unique_lock lock(look_up->mutex);
  if (!look_up->changed.wait_until(lock, stop, deadline.at(), [&] { return look_up->done; })) {
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "the collector stops"};
    return Error{ErrorCode::kDeadlineExceeded, "looking its name up took too long"};
  }
  if (look_up->addresses.empty()) return Error{ErrorCode::kUnavailable, "its name cannot be looked up"};
  return look_up->addresses;
}

bool ExpectName(SSL* ssl, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) return true;
  ERR_clear_error();
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

}  // namespace

struct TlsStream::Connection {
  Chain chain;  // SSL over a socket, not blocking
  SSL* ssl = nullptr;

  static Result<std::unique_ptr<Connection>> To(const std::string& address, const std::string& host, SSL_CTX* context,
                                                Deadline deadline, const std::stop_token& stop);
  // Runs `step` again and again while it only waits for the other side; its last result.
  template <typename Step>
  Result<int> Await(const std::string& what, Deadline deadline, const std::stop_token& stop, Step step) {
    for (;;) {
      ERR_clear_error();
      const int result = step();
      if (result > 0 || !BIO_should_retry(chain.get())) return result;
      if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "the collector stops"};
      if (deadline.expired()) return Error{ErrorCode::kDeadlineExceeded, what + " took too long"};
      BIO_wait(chain.get(), std::time(nullptr) + 1, kNapMilliseconds);
    }
  }

  // A full connection takes no more for now.
  Result<void> SayEnd(Deadline deadline, const std::stop_token& stop) {
    for (;;) {
      ERR_clear_error();
      const int said = SSL_shutdown(ssl);
      if (said >= 0) return {};
      if (SSL_get_error(ssl, said) != SSL_ERROR_WANT_WRITE) return LostConnection("the connection was lost");
      if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "the collector stops"};
      if (deadline.expired()) return Error{ErrorCode::kDeadlineExceeded, "writing took too long"};
      std::this_thread::sleep_for(std::chrono::milliseconds(kNapMilliseconds));
    }
  }
};

Result<std::unique_ptr<TlsStream::Connection>> TlsStream::Connection::To(const std::string& address,
                                                                         const std::string& host, SSL_CTX* context,
                                                                         Deadline deadline,
                                                                         const std::stop_token& stop) {
  auto connection = std::make_unique<Connection>();
  connection->chain.reset(BIO_new_ssl_connect(context));
  if (!connection->chain) return TlsError("TLS cannot be used");
  BIO* const chain = connection->chain.get();
  BIO_get_ssl(chain, &connection->ssl);
  BIO_set_conn_hostname(chain, address.c_str());
  BIO_set_nbio(chain, 1);
  if (!ExpectName(connection->ssl, host)) return TlsError("its name cannot be checked");
  const auto connected =
      connection->Await("connecting", deadline, stop, [&] { return static_cast<int>(BIO_do_connect(chain)); });
  if (!connected) return connected.error();
  if (*connected > 0) return connection;
  const long verified = SSL_get_verify_result(connection->ssl);
  if (verified == X509_V_OK) return TlsError("cannot connect");
  return Error{ErrorCode::kUnavailable, std::string("its certificate: ") + X509_verify_cert_error_string(verified)};
}

TlsStream::TlsStream(std::unique_ptr<Connection> connection, bool accept_unclean_close)
    : connection_(std::move(connection)), accept_unclean_close_(accept_unclean_close) {
}
TlsStream::~TlsStream() = default;

Result<std::unique_ptr<TlsStream>> TlsStream::Connect(const TlsPeer& peer, Deadline deadline,
                                                      const std::stop_token& stop) {
  const auto context = ContextOf(peer);
  if (!context) return context.error();
  const auto addresses = AddressesOf(peer, deadline, stop);
  if (!addresses) return addresses.error();
  for (std::size_t left = addresses->size();; --left) {
    // A share of the time for each: one that is silent leaves the next its own.
    const auto share = Deadline::After(deadline.remaining() / left);
    auto connected = Connection::To((*addresses)[addresses->size() - left], peer.host, context->get(), share, stop);
    if (connected) return std::unique_ptr<TlsStream>(new TlsStream(*std::move(connected), peer.accept_unclean_close));
    if (left == 1 || stop.stop_requested()) return connected.error();
  }
}

Result<void> TlsStream::Write(std::string_view bytes, Deadline deadline, const std::stop_token& stop) {
  while (!bytes.empty()) {
    const auto written = connection_->Await("writing", deadline, stop, [&] {
      return BIO_write(connection_->chain.get(), bytes.data(), static_cast<int>(bytes.size()));
    });
    if (!written) return written.error();
    if (*written <= 0) return LostConnection("the connection was lost");
    bytes.remove_prefix(static_cast<std::size_t>(*written));
  }
  return {};
}

// Whoever is killed ends the same way, with what he had read and not yet kept.
Result<void> TlsStream::EndWithoutNotice() const {
  if (accept_unclean_close_) return {};
  return Error{ErrorCode::kFailedPrecondition,
               "the receiver ended the connection without TLS's close_notify: nobody knows what it has kept "
               "(if it never sends one: accept_unclean_close: true)"};
}

Result<void> TlsStream::Finish(Deadline deadline, const std::stop_token& stop) {
  SSL* const ssl = connection_->ssl;
  if (auto said = connection_->SayEnd(deadline, stop); !said) return said;
  char ignored[256];
  for (;;) {
    const auto read = connection_->Await("waiting for the end", deadline, stop,
                                         [&] { return BIO_read(connection_->chain.get(), ignored, sizeof ignored); });
    if (!read) return read.error();
    if (*read > 0) continue;
    if ((SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0) return {};
    if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      ERR_clear_error();
      return EndWithoutNotice();
    }
    return LostConnection("the connection was lost before all was read");
  }
}

}  // namespace vigie::server::integrations
