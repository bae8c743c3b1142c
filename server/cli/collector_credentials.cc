#include "server/cli/collector_credentials.h"

#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/credentials/certificates.h"
#include "proto/contract/tls_floor.h"
#include "server/cli/text_file.h"

namespace vigie::cli {
namespace {

constexpr std::size_t kMaxTokenBytes = 4096;
constexpr std::size_t kMaxCertificateBytes = std::size_t{1} << 20;

base::Error Usage(std::string message) {
  return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

std::string Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

}  // namespace

base::Result<std::string> ReadToken(const std::string& path) {
  if (path.empty()) return std::string();
  const auto text = ReadTextFile(path, kMaxTokenBytes);
  if (!text) return text.error().Wrap("token file");
  const std::string token = Trim(*text);
  const bool good = std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
  if (token.empty() || !good) return Usage("token file: " + path + " does not hold one token");
  return token;
}

base::Result<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const Context& context,
                                                                        const CollectorAddress& address) {
  if (context.insecure_loopback) {
    if (!address.is_loopback())
      return Usage("--insecure-loopback is refused: " + address.host + " is not this machine");
    return grpc::InsecureChannelCredentials();
  }
  if (context.ca_file.empty()) {
    return Usage("give the certificate authority of the collector: --ca FILE or VIGIE_CA");
  }
  auto authority = ReadTextFile(context.ca_file, kMaxCertificateBytes);
  if (!authority) return authority.error().Wrap("certificate authority");
  const auto expiry = credentials::ExpiryOf(*authority);
  if (!expiry) return expiry.error().Wrap("certificate authority: " + context.ca_file);
  contract::UseTls13Only();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = *std::move(authority);
  return grpc::SslCredentials(options);
}

}  // namespace vigie::cli
