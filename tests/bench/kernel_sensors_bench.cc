// What the programs in the kernel cost those who are no carriers: the same work without them and with them, process
// events told and one carrier watched, in turn. Processor seconds of the work and of the sensor's own thread together.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/base/file_descriptor.h"
#include "platform/linux/linux_platform.h"
#include "tests/bench/bench_row.h"

namespace vigie::bench {
namespace {

constexpr int kRounds = 15;

double ProcessorSeconds() {
  double total = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage = {};
    ::getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
      total += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    }
  }
  return total;
}

class Listener final : public platform::ProcessEventHandler, public platform::NetworkHandler {
 public:
  void OnForked(const platform::ProcessForked&) override {}
  void OnExecuted(platform::ProcessExecuted) override {}
  void OnEnded(const platform::ProcessEnded&) override {}
  void OnProcessGap(platform::FileEventGap) override {}
  void OnAttempt(const platform::ConnectionAttempt&) override {}
  void OnTraffic(const platform::ConnectionTraffic&) override {}
  void OnNetworkGap(platform::FileEventGap) override {}
};

// The sensors as in the agent, with another process as a carrier.
class Sensors {
 public:
  explicit Sensors(pid_t carrier)
      : programs_(platform::LoadKernelPrograms()),
        events_(platform::MakeProcessEvents(programs_)),
        guard_(platform::MakeNetworkGuard(programs_)) {
    ready_ = events_->source() == "bpf" && events_->Start(listener_) && guard_->Start(listener_) &&
             guard_->Watch({carrier, 0}, platform::CarrierMode::kDeny);
  }
  bool ready() const { return ready_; }

 private:
  Listener listener_;
  std::shared_ptr<platform::KernelPrograms> programs_;
  std::unique_ptr<platform::ProcessEvents> events_;
  std::unique_ptr<platform::NetworkGuard> guard_;
  bool ready_ = false;
};

void OpenAndClose() {
  for (int i = 0; i < 100'000; ++i) ::close(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
}

void StartPrograms() {
  std::array<char*, 2> arguments{const_cast<char*>("true"), nullptr};
  for (int i = 0; i < 200; ++i) {
    pid_t pid = 0;
    if (::posix_spawn(&pid, "/bin/true", nullptr, nullptr, arguments.data(), environ) == 0) ::waitpid(pid, nullptr, 0);
  }
}

// A socket that listens on loopback, and its address.
class Server {
 public:
  explicit Server(int type) : socket_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    ::bind(socket_.get(), name(), size);
    ::getsockname(socket_.get(), name(), &size);
    if (type == SOCK_STREAM) ::listen(socket_.get(), 64);
  }
  sockaddr* name() { return reinterpret_cast<sockaddr*>(&address_); }
  int socket() const { return socket_.get(); }

 private:
  base::FileDescriptor socket_;
  sockaddr_in address_ = {};
};

void ConnectAndClose() {
  Server server(SOCK_STREAM);
  for (int i = 0; i < 3000; ++i) {
    const base::FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::connect(client.get(), server.name(), sizeof(sockaddr_in));
    const base::FileDescriptor accepted(::accept4(server.socket(), nullptr, nullptr, SOCK_CLOEXEC));
  }
}

void SendDatagrams() {
  Server server(SOCK_DGRAM);
  std::array<char, 100> buffer{};
  const base::FileDescriptor client(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  for (int i = 0; i < 30'000; ++i) {
    ::sendto(client.get(), buffer.data(), buffer.size(), 0, server.name(), sizeof(sockaddr_in));
    ::recv(server.socket(), buffer.data(), buffer.size(), 0);
  }
}

void SendStream() {
  Server server(SOCK_STREAM);
  const base::FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ::connect(client.get(), server.name(), sizeof(sockaddr_in));
  const base::FileDescriptor accepted(::accept4(server.socket(), nullptr, nullptr, SOCK_CLOEXEC));
  std::vector<char> buffer(64 << 10);
  for (int i = 0; i < 3000; ++i) {
    ::send(client.get(), buffer.data(), buffer.size(), 0);
    ::recv(accepted.get(), buffer.data(), buffer.size(), MSG_WAITALL);
  }
}

struct Work {
  std::string id;
  std::string what;
  std::function<void()> run;
  double at_least;
};

const std::vector<Work> kWorks = {
    {"kernel_sensors_open", "100,000 opens", OpenAndClose, 1.05},
    {"kernel_sensors_exec", "200 programs started", StartPrograms, 1.10},
    {"kernel_sensors_connect", "3,000 connections on loopback", ConnectAndClose, 1.15},
    {"kernel_sensors_datagrams", "30,000 datagrams on loopback", SendDatagrams, 1.30},
    {"kernel_sensors_stream", "190 MB over one connection on loopback", SendStream, 1.15},
};

double Measure(const std::function<void()>& run) {
  const double before = ProcessorSeconds();
  run();
  return ProcessorSeconds() - before;
}

double MedianOf(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

Row RowOf(const Work& work) {
  return {.id = work.id,
          .what = work.what + ", BPF programs loaded",
          .unit = "ms",
          .peer = "not loaded",
          .at_least = work.at_least,
          .aim = 1.0,
          .lower_is_better = true};
}

int Run() {
  const pid_t carrier = ::fork();
  if (carrier == 0) {
    ::pause();
    ::_exit(0);
  }
  std::vector<std::vector<double>> without(kWorks.size()), with(kWorks.size());
  bool ready = true;
  for (int round = 0; round < kRounds && ready; ++round) {
    for (std::size_t i = 0; i < kWorks.size(); ++i) without[i].push_back(Measure(kWorks[i].run));
    const Sensors sensors(carrier);
    ready = sensors.ready();
    for (std::size_t i = 0; i < kWorks.size(); ++i) with[i].push_back(Measure(kWorks[i].run));
  }
  for (std::size_t i = 0; i < kWorks.size(); ++i) {
    Row row = RowOf(kWorks[i]);
    if (ready) {
      row.value = MedianOf(with[i]) * 1000;
      row.ratio = MedianOf(with[i]) / MedianOf(without[i]);
    } else {
      row.reason = "the BPF programs do not load here";
    }
    Print(row);
  }
  ::kill(carrier, SIGKILL);
  ::waitpid(carrier, nullptr, 0);
  return 0;
}

}  // namespace
}  // namespace vigie::bench

int main() {
  return vigie::bench::Run();
}
