// What a stranger may send to the HTTP side: refused with a reason, and nobody else feels it.
#include <gmock/gmock.h>

#include "server/http/http_server.h"
#include "tests/integration/http/http_test.h"

namespace vigie::server::http {
namespace {

using ::testing::HasSubstr;

class HostileHttp : public HttpTest {
 protected:
  void ServesOn() { EXPECT_EQ(NewClient().Get("/readyz").status, 200U); }
};

constexpr const char* kCall = "POST /vigie.v1.FleetService/ListAgents HTTP/1.1\r\nHost: localhost\r\n";

TEST_F(HostileHttp, NoiseIsAnsweredAndThenNotListenedTo) {
  HttpClient client = NewClient();
  const Reply reply = client.Raw("\x01\x02 what is this\r\n\r\n");
  EXPECT_EQ(reply.status, 400U);
  EXPECT_THAT(reply.body, HasSubstr("invalid_argument"));
  EXPECT_EQ(client.Raw("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status, 0U);
  ServesOn();
}

TEST_F(HostileHttp, LongHeadersAndLongRequestsAreRefusedUnread) {
  EXPECT_EQ(NewClient().Raw(std::string(kCall) + "X: " + std::string(20'000, 'x') + "\r\n\r\n").status, 431U);
  EXPECT_EQ(NewClient().Raw(std::string(kCall) + "Content-Length: 5000000\r\n\r\n").status, 413U);
  EXPECT_EQ(NewClient().Raw(std::string(kCall) + "Content-Length: 99999999999999999999999\r\n\r\n").status, 400U);
  ServesOn();
}

TEST_F(HostileHttp, WhereARequestEndsIsNeverInDoubt) {
  EXPECT_EQ(NewClient().Raw(std::string(kCall) + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status, 411U);
  for (const char* coding : {"chunked, identity", "gzip", "xchunked", "identity"}) {
    const std::string head = std::string("Content-Length: 5\r\nTransfer-Encoding: ") + coding + "\r\n\r\n0\r\n\r\n";
    EXPECT_THAT(NewClient().Raw(kCall + head).status, ::testing::AnyOf(400U, 411U)) << coding;
  }
  const std::string good =
      std::string(kCall) + "Content-Type: application/json\r\nAuthorization: Bearer " + state_.token() + "\r\n";
  EXPECT_EQ(NewClient().Raw(good + "Content-Length: 2\r\n\r\n{}").status, 200U);
  for (const char* fields : {"Content-Length: 2\r\nContent-Length: 3", "Content-Length: 2\r\nContent-Length: 2",
                             "Content-Length: 2, 2", "Content-Length: +2", "Content-Length : 2",
                             "Content-Length: 2\r\nHost: other", "Content-Length: 2\r\nAuthorization: Bearer x"}) {
    EXPECT_EQ(NewClient().Raw(good + fields + "\r\n\r\n{}").status, 400U) << fields;
  }
  ServesOn();
}

// A line that goes on (RFC 9112, 5.2) is one line to us, and may hide no header.
TEST_F(HostileHttp, AFoldedLineHidesNoHeader) {
  const std::string good =
      std::string(kCall) + "Content-Type: application/json\r\nAuthorization: Bearer " + state_.token() + "\r\n";
  HttpClient client = NewClient();
  EXPECT_EQ(client.Raw(good + "X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}").status, 200U);
  EXPECT_EQ(client.Get("/healthz").status, 200U) << "the next one begins where it should";
  EXPECT_EQ(NewClient().Raw(good + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n").status, 411U);
  ServesOn();
}

TEST_F(HostileHttp, WrongVerbsPathsAndTypesAreTold) {
  const Reply get = NewClient().Get("/vigie.v1.FleetService/ListAgents");
  EXPECT_EQ(get.status, 405U);
  EXPECT_EQ(get.allow, "POST");
  for (const char* path : {"/etc/passwd.txt", "/../../etc/passwd", "/vigie.v1.", "/%2e%2e/", "//healthz"}) {
    EXPECT_EQ(NewClient().Get(path).status, std::string(path) == "/vigie.v1." ? 405U : 404U) << path;
  }
  const std::string form = "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}";
  EXPECT_EQ(NewClient().Raw(kCall + form).status, 400U);
}

TEST_F(HostileHttp, WhoWaitsForTheWordToSendHisRequestGetsIt) {
  HttpClient client = NewClient();
  const std::string head = "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  EXPECT_EQ(client.Raw(kCall + head).status, 100U);
  EXPECT_EQ(client.Raw("{}").status, 401U);
}

TEST_F(HostileHttp, ManyRequestsInOneGoAreAnsweredOneByOne) {
  HttpClient client = NewClient();
  const std::string one = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_EQ(client.Raw(one + one + one).status, 200U);
  EXPECT_EQ(client.Raw("").status, 200U);
  EXPECT_EQ(client.Raw("").status, 200U);
}

TEST_F(HostileHttp, WhoIsRefusedHearsItThoughHeIsStillSending) {
  const std::string head = std::string(kCall) + "Content-Length: 5000000\r\n\r\n";
  EXPECT_EQ(NewClient().Raw(head + std::string(5'000'000, 'x')).status, 413U);
}

TEST_F(HostileHttp, ALargeRequestWithoutATokenIsNotRead) {
  const std::string head = std::string(kCall) + "Content-Type: application/json\r\nContent-Length: 4000000\r\n\r\n";
  std::vector<std::unique_ptr<HttpClient>> announcing;
  for (int number = 0; number < 30; ++number) {
    announcing.push_back(std::make_unique<HttpClient>(collector_->http_address(), state_.ca()));
    EXPECT_EQ(announcing.back()->Raw(head).status, 401U);
  }
}

TEST_F(HostileHttp, LargeRequestsShareWhatThereIsAndSmallOnesDoNotWaitForThem) {
  const std::string head =
      std::string(kCall) +
      "Authorization: Bearer guess\r\nContent-Type: application/json\r\nContent-Length: 4194304\r\n\r\n";
  std::vector<std::unique_ptr<HttpClient>> announcing;
  for (int number = 0; number < 16; ++number) {
    announcing.push_back(std::make_unique<HttpClient>(collector_->http_address(), state_.ca()));
    announcing.back()->Write(head);
  }
  unsigned status = 0;
  for (int attempt = 0; attempt < 50 && status != 503; ++attempt)
    status = NewClient().Raw(head + std::string(4 << 20, ' ')).status;
  EXPECT_EQ(status, 503U);
  EXPECT_EQ(NewClient().Post("/vigie.v1.FleetService/ListAgents", "{}", state_.token()).status, 200U);
}

TEST_F(HostileHttp, OneAddressHasAQuarterOfTheConnections) {
  std::vector<std::unique_ptr<HttpClient>> silent;
  for (std::size_t number = 0; number < Limits().connections_of_one_address; ++number) {
    silent.push_back(std::make_unique<HttpClient>(collector_->http_address(), state_.ca()));
  }
  EXPECT_ANY_THROW((void)NewClient());
  EXPECT_TRUE(analyst().List().empty());
  silent.clear();
  for (int attempt = 0; attempt < 1000; ++attempt) {
    try {
      EXPECT_EQ(NewClient().Get("/readyz").status, 200U);
      return;
    } catch (const boost::system::system_error&) {  // the ends of all those arrive one by one
    }
  }
  FAIL() << "nobody is let in again";
}

TEST_F(HostileHttp, WhoAsksForTheHeadOnlyGetsNoBody) {
  HttpClient client = NewClient();
  for (const char* path : {"/healthz", "/nowhere", "/vigie.v1.FleetService/ListAgents"}) {
    client.Write(std::string("HEAD ") + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(client.ReadHead(), 0U) << path;
  }
  EXPECT_EQ(client.Get("/readyz").body, "ready\n");
}

TEST_F(HostileHttp, WhoSaysNothingAfterAStreamIsLetGo) {
  HttpClient watcher = NewClient();
  watcher.Watch("/vigie.v1.IncidentService/WatchIncidents", "{}", "wrong");
  EXPECT_FALSE(watcher.NextMessage().empty());
  EXPECT_EQ(watcher.NextMessage(), "");
  watcher.AwaitEnd();  // or the test hangs
}

TEST_F(HostileHttp, ACollectorStopsInMidCall) {
  HttpClient watcher = NewClient();
  watcher.Watch("/vigie.v1.IncidentService/WatchIncidents", "{}", state_.token());
  HttpClient idle = NewClient();
  Stop();
  EXPECT_EQ(idle.Raw("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status, 0U);
  watcher.AwaitEnd();
}

}  // namespace
}  // namespace vigie::server::http
