// Who is a carrier, and what becomes of what such a process had before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "platform/linux/descriptor_io.h"
#include "tests/root/kernel_sensors/guard_fixture.h"

namespace vigie::test {
namespace {

class Carriers : public GuardFixture {
 protected:
  std::string Curl(const LoopbackServer& server) const {
    return "curl -s -m 3 --data-binary @- http://127.0.0.1:" + std::to_string(server.port()) + "/";
  }
  // So many packets, told or not.
  bool AwaitRefusals(std::uint64_t refusals) const {
    const auto deadline = base::Deadline::After(std::chrono::seconds(20));
    while (guard_->counts().produced < refusals && !deadline.expired()) std::this_thread::yield();
    return !deadline.expired();
  }
  std::string Run(const std::string& command) { return actor_->Do("run(\"" + command + "\")"); }
};

// Its first thread has ended; others may live.
bool IsZombie(std::int32_t pid) {
  const auto text = platform::ReadHead("/proc/" + std::to_string(pid) + "/stat", 4096);
  return text && text->find(") Z ") != std::string::npos;
}

constexpr const char* kCurlCouldNotConnect = "7";
constexpr const char* kCurlTimedOut = "28";

TEST_F(Carriers, AProgramThatACarrierStartsIsOne) {
  const LoopbackServer server(Kind::kTcp, "127.0.0.1");
  EXPECT_EQ(Run("echo x | " + Curl(server)), kCurlTimedOut);  // it sent, and nobody answered
  EXPECT_GT(server.bytes(), 0U);
  const auto before = server.bytes();
  Watch(Mode::kDeny);
  EXPECT_EQ(Run("echo x | " + Curl(server)), kCurlCouldNotConnect);
  EXPECT_EQ(Run("(sleep 0; echo x | bash -c '" + Curl(server) + "')"), kCurlCouldNotConnect);
  EXPECT_EQ(server.bytes(), before);
}

// The reader of the secret becomes a carrier while it waits in open; the others of the pipeline run already.
TEST_F(Carriers, AWholePipelineThatRunsAlreadyCarries) {
  const LoopbackServer server(Kind::kTcp, "127.0.0.1");
  const auto fifo = std::filesystem::temp_directory_path() / ("vigie-secret-" + std::to_string(::getpid()));
  std::filesystem::remove(fifo);
  ASSERT_EQ(Run("mkfifo " + fifo.string()), "0");
  ASSERT_EQ(actor_->Do("globals().update(pipeline=subprocess.Popen(['/bin/bash', '-c', 'cat " + fifo.string() +
                       " | base64 | " + Curl(server) + "']))"),
            "None");
  const auto cat = [&] {
    std::string found;
    for (int i = 0; i < 2000 && found.empty(); ++i) {
      found = actor_->Do("''.join(subprocess.run(['pgrep', '-x', '-f', 'cat " + fifo.string() +
                         "'], capture_output=True, text=True).stdout.split())");
    }
    return found;
  }();
  ASSERT_FALSE(cat.empty());
  const auto watched = guard_->Watch(IdentifyProcess(std::stoi(cat)), Mode::kDeny);
  ASSERT_TRUE(watched) << watched.error().message;
  ASSERT_EQ(Run("echo secret > " + fifo.string()), "0");
  EXPECT_EQ(actor_->Do("pipeline.wait()"), kCurlCouldNotConnect);
  EXPECT_EQ(server.bytes(), 0U);
  // The shell that made the pipeline is none.
  EXPECT_EQ(actor_->Connect("a", "127.0.0.1", server.port()), "ok");
  std::filesystem::remove(fifo);
}

TEST_F(Carriers, AConnectionMadeBeforeIsCut) {
  const LoopbackServer server(Kind::kTcp, "::");
  ASSERT_EQ(actor_->Connect("a", "127.0.0.1", server.port()), "ok");
  ASSERT_EQ(actor_->Connect("b", "::1", server.port()), "ok");
  ASSERT_EQ(actor_->Send("a", 1000), "ok");
  ASSERT_EQ(actor_->Send("b", 1000), "ok");
  ASSERT_TRUE(server.AwaitBytes(2000));
  Watch(Mode::kDeny);
  actor_->Send("a", 1000);  // the kernel takes it, and keeps it
  actor_->Send("b", 1000);
  const auto attempt = AwaitAttemptAt(server.port());
  ASSERT_TRUE(attempt);
  EXPECT_TRUE(attempt->denied);
  EXPECT_NE(attempt->connection, 0U);
  EXPECT_TRUE(recorder_.AwaitAttempt([&](const auto& told) { return told.address == ParseAddress("::1"); }));
  EXPECT_TRUE(AwaitRefusals(6));  // what is sent again is refused again
  EXPECT_EQ(server.bytes(), 2000U);
}

TEST_F(Carriers, AConnectionMadeBeforeToAnAllowedPlaceGoesOn) {
  const LoopbackServer server(Kind::kTcp, "127.0.0.1");
  ASSERT_EQ(actor_->Connect("a", "127.0.0.1", server.port()), "ok");
  Allow("127.0.0.1");
  Watch(Mode::kDeny);
  ASSERT_EQ(actor_->Send("a", 1000), "ok");
  EXPECT_TRUE(server.AwaitBytes(1000));
  const auto attempt = AwaitAttemptAt(server.port());
  ASSERT_TRUE(attempt);
  EXPECT_TRUE(attempt->allowed_destination);
  EXPECT_FALSE(attempt->denied);
}

TEST_F(Carriers, ADatagramSocketConnectedBeforeIsCut) {
  const LoopbackServer server(Kind::kUdp, "127.0.0.1");
  ASSERT_EQ(actor_->ConnectUdp("u", "127.0.0.1", server.port()), "ok");
  Watch(Mode::kDeny);
  EXPECT_EQ(actor_->Send("u", 100), "E1");
  EXPECT_EQ(server.bytes(), 0U);
}

TEST_F(Carriers, AConnectionThatAChildInheritedIsCut) {
  const LoopbackServer server(Kind::kTcp, "127.0.0.1");
  ASSERT_EQ(actor_->Connect("a", "127.0.0.1", server.port()), "ok");
  const auto child = actor_->Fork();
  ASSERT_TRUE(guard_->Watch(child, Mode::kDeny));
  actor_->DoInChild("send('a', 1000)");
  const auto attempt = AwaitAttemptAt(server.port());
  ASSERT_TRUE(attempt);
  EXPECT_TRUE(attempt->denied);
  EXPECT_EQ(attempt->process, child);
  EXPECT_EQ(server.bytes(), 0U);
}

// Somebody fetches the data: the carrier itself connects to nobody.
TEST_F(Carriers, AConnectionThatACarrierAcceptsIsItsOwn) {
  const std::string port = actor_->Do("listen('l')");
  Watch(Mode::kDeny);
  PythonActor fetcher;
  ASSERT_EQ(fetcher.Connect("f", "127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))), "ok");
  ASSERT_EQ(actor_->Do("accept('l', 'a')"), "ok");
  actor_->Send("a", 1000);
  EXPECT_EQ(fetcher.Do("[sockets['f'].settimeout(0.5), sockets['f'].recv(10)]"), "timeout");
  EXPECT_TRUE(recorder_.AwaitAttempt([&](const auto& told) { return told.denied && told.process == actor_->id(); }));
}

// The walk at Watch cannot have met it: it came later, from a process that is none.
TEST_F(Carriers, AConnectionThatACarrierIsHandedIsCut) {
  const LoopbackServer server(Kind::kTcp, "127.0.0.1");
  ASSERT_EQ(actor_->Do("globals().update(pair=socket.socketpair())"), "None");
  const auto child = actor_->Fork();
  ASSERT_TRUE(guard_->Watch(child, Mode::kDeny));
  ASSERT_EQ(actor_->Connect("a", "127.0.0.1", server.port()), "ok");
  ASSERT_EQ(actor_->Do("socket.send_fds(pair[0], [b'x'], [sockets['a'].fileno()])"), "1");
  ASSERT_EQ(actor_->DoInChild("sockets.update(a=socket.socket(fileno=socket.recv_fds(pair[1], 1, 1)[1][0]))"), "None");
  actor_->DoInChild("send('a', 1000)");
  const auto attempt = AwaitAttemptAt(server.port());
  ASSERT_TRUE(attempt);
  EXPECT_TRUE(attempt->denied);
  EXPECT_EQ(server.bytes(), 0U);
}

TEST_F(Carriers, AThreadThatOutlivesTheFirstOneStaysACarrier) {
  const LoopbackServer server(Kind::kTcp, "127.0.0.1");
  RealProcess process(PythonActor::kProgram,
                      {"python3", "-u", "-c",
                       "import ctypes, socket, sys, threading, os\n"
                       "def late():\n"
                       "  sys.stdin.readline()\n"
                       "  try: socket.create_connection(('127.0.0.1', int(sys.argv[1]))); print('ok')\n"
                       "  except OSError as error: print('E%d' % error.errno)\n"
                       "  os._exit(0)\n"
                       "threading.Thread(target=late).start()\n"
                       "print('ready')\n"
                       "ctypes.CDLL(None).syscall(int(sys.argv[2]), 0)\n",
                       std::to_string(server.port()), std::to_string(SYS_exit)});
  ASSERT_EQ(process.ReadLine(), "ready");
  ASSERT_TRUE(guard_->Watch(process.id(), Mode::kDeny));
  const auto deadline = base::Deadline::After(std::chrono::seconds(20));
  while (!IsZombie(process.id().pid) && !deadline.expired()) std::this_thread::yield();
  ASSERT_TRUE(IsZombie(process.id().pid));
  process.Write("go\n");
  EXPECT_EQ(process.ReadLine(), "E1");
}

TEST_F(Carriers, ReleaseFreesTheConnectionsThatItHas) {
  const LoopbackServer server(Kind::kTcp, "127.0.0.1");
  ASSERT_EQ(actor_->Connect("a", "127.0.0.1", server.port()), "ok");
  Watch(Mode::kDeny);
  actor_->Send("a", 10);
  ASSERT_TRUE(AwaitAttemptAt(server.port()));
  guard_->Release(actor_->id());
  EXPECT_TRUE(server.AwaitBytes(10));  // retransmitted
}

TEST_F(Carriers, AProcessThatHasEndedIsNotFound) {
  const auto id = actor_->id();
  EXPECT_EQ(guard_->Watch({id.pid, id.start_time + 1}, Mode::kDeny).error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(guard_->Watch({0x7ffffff0, 1}, Mode::kDeny).error().code, base::ErrorCode::kNotFound);
  const LoopbackServer server(Kind::kTcp, "127.0.0.1");
  EXPECT_EQ(actor_->Connect("a", "127.0.0.1", server.port()), "ok");
}

}  // namespace
}  // namespace vigie::test
