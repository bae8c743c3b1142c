#include "server/integrations/transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>

namespace vigie::server::integrations {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr long kConnectSeconds = 10;
constexpr long kAllSeconds = 30;

// libcurl wants it once a process, before any thread uses it.
bool StartLibrary() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return started;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

List ListOf(const std::vector<std::string>& items) {
  curl_slist* list = nullptr;
  for (const std::string& item : items) list = curl_slist_append(list, item.c_str());
  return List(list);
}

std::size_t Ignore(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

int IsStopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

struct Text {
  const std::string& all;
  std::size_t read = 0;
};

std::size_t ReadText(char* buffer, std::size_t size, std::size_t count, void* from) {
  auto& text = *static_cast<Text*>(from);
  const std::size_t bytes = std::min(size * count, text.all.size() - text.read);
  std::memcpy(buffer, text.all.data() + text.read, bytes);
  text.read += bytes;
  return bytes;
}

// A connection that ends without an answer, or what is said of a mail that was sent whole; what is said of its sender,
// its recipients and the login has other codes.
bool MayBeOfTheText(CURLcode code, long answered) {
  constexpr long kSmtpPermanent = 500;
  return code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_HTTP2_STREAM ||
         (code == CURLE_WEIRD_SERVER_REPLY && answered >= kSmtpPermanent);
}

// libcurl's own words for the kind of failure: they hold nothing of the other side.
Error ErrorOf(CURLcode code, long answered) {
  const ErrorCode kind = code == CURLE_OPERATION_TIMEDOUT    ? ErrorCode::kDeadlineExceeded
                         : code == CURLE_ABORTED_BY_CALLBACK ? ErrorCode::kCancelled
                         : code == CURLE_LOGIN_DENIED        ? ErrorCode::kPermissionDenied
                         : MayBeOfTheText(code, answered)    ? ErrorCode::kFailedPrecondition
                                                             : ErrorCode::kUnavailable;
  std::string message = curl_easy_strerror(code);
  if (answered > 0) message += " (answer " + std::to_string(answered) + ")";
  return {kind, std::move(message)};
}

}  // namespace

struct Transfer::Handle {
  Handle() : curl(StartLibrary() ? curl_easy_init() : nullptr) {}
  ~Handle() { curl_easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  template <typename Value>
  void Set(CURLoption option, Value value) {
    if (const CURLcode set = curl_easy_setopt(curl, option, value); set != CURLE_OK) failure = set;
  }

  CURL* const curl;
  CURLcode failure = CURLE_OK;  // of an option: nothing may be sent without it
};

Transfer::Transfer(std::string ca_pem) : ca_pem_(std::move(ca_pem)), handle_(std::make_unique<Handle>()) {
}
Transfer::~Transfer() = default;

void Transfer::Prepare(const std::string& url) {
  curl_easy_reset(handle_->curl);
  handle_->failure = CURLE_OK;
  handle_->Set(CURLOPT_URL, url.c_str());
  handle_->Set(CURLOPT_PROTOCOLS_STR, "https,smtp,smtps");
  handle_->Set(CURLOPT_PROXY, "");
  handle_->Set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  handle_->Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  handle_->Set(CURLOPT_SSL_VERIFYPEER, 1L);
  handle_->Set(CURLOPT_SSL_VERIFYHOST, 2L);
  handle_->Set(CURLOPT_NOSIGNAL, 1L);
  handle_->Set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  handle_->Set(CURLOPT_TIMEOUT, kAllSeconds);
  handle_->Set(CURLOPT_QUICK_EXIT, 1L);  // waits for no name server beyond that
  handle_->Set(CURLOPT_WRITEFUNCTION, &Ignore);
  if (ca_pem_.empty()) return;
  curl_blob ca{const_cast<char*>(ca_pem_.data()), ca_pem_.size(), CURL_BLOB_COPY};
  handle_->Set(CURLOPT_CAINFO_BLOB, &ca);
  handle_->Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
}

Result<long> Transfer::Perform(const std::stop_token& stop) {
  handle_->Set(CURLOPT_NOPROGRESS, 0L);
  handle_->Set(CURLOPT_XFERINFOFUNCTION, &IsStopped);
  handle_->Set(CURLOPT_XFERINFODATA, &stop);
  if (handle_->failure != CURLE_OK) return ErrorOf(handle_->failure, 0);
  const CURLcode done = curl_easy_perform(handle_->curl);
  long answered = 0;
  curl_easy_getinfo(handle_->curl, CURLINFO_RESPONSE_CODE, &answered);
  if (done != CURLE_OK) return ErrorOf(done, answered);
  return answered;
}

Result<Transfer::Answer> Transfer::Run(const Post& post, const std::stop_token& stop) {
  if (handle_->curl == nullptr) return Error{ErrorCode::kInternal, "libcurl cannot be used"};
  Prepare(post.url);
  const List headers = ListOf(post.headers);
  handle_->Set(CURLOPT_HTTPHEADER, headers.get());
  handle_->Set(CURLOPT_POST, 1L);
  handle_->Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.body.size()));
  handle_->Set(CURLOPT_POSTFIELDS, post.body.data());
  const auto status = Perform(stop);
  if (!status) return status.error();
  curl_off_t seconds = 0;
  curl_easy_getinfo(handle_->curl, CURLINFO_RETRY_AFTER, &seconds);
  return Answer{*status, std::chrono::seconds(seconds)};
}

Result<void> Transfer::Run(const Mail& mail, const std::stop_token& stop) {
  if (handle_->curl == nullptr) return Error{ErrorCode::kInternal, "libcurl cannot be used"};
  Prepare(mail.url);
  const List recipients = ListOf(mail.to);
  Text text{mail.message};
  if (!mail.user.empty()) {
    handle_->Set(CURLOPT_USERNAME, mail.user.c_str());
    handle_->Set(CURLOPT_PASSWORD, mail.password.c_str());
  }
  handle_->Set(CURLOPT_MAIL_FROM, mail.from.c_str());
  handle_->Set(CURLOPT_MAIL_RCPT, recipients.get());
  handle_->Set(CURLOPT_UPLOAD, 1L);
  handle_->Set(CURLOPT_READFUNCTION, &ReadText);
  handle_->Set(CURLOPT_READDATA, &text);
  auto done = Perform(stop);
  return done ? Result<void>() : Result<void>(done.error());
}

}  // namespace vigie::server::integrations
