#include "tests/contract/kernel_sensors/python_actor.h"

#include <sstream>

namespace vigie::test {
namespace {

// Errors come back as numbers; whatever else goes wrong ends the actor, and with it the test.
constexpr const char* kScript = R"python(
import os, socket, ssl, subprocess, sys

sockets = {}

def family(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET

def connect(name, address, port, kind=socket.SOCK_STREAM):
    opened = socket.socket(family(address), kind)
    opened.settimeout(10)
    sockets[name] = opened
    opened.connect((address, port))
    return 'ok'

def send(name, count):
    sockets[name].sendall(b'x' * count)
    return 'ok'

def send_to(address, port, count):
    with socket.socket(family(address), socket.SOCK_DGRAM) as opened:
        return opened.sendto(b'x' * count, (address, port))

def listen(name):
    opened = socket.create_server(('127.0.0.1', 0))
    opened.settimeout(10)
    sockets[name] = opened
    return opened.getsockname()[1]

def accept(listener, name):
    sockets[name] = sockets[listener].accept()[0]
    return 'ok'

def close(name):
    sockets.pop(name).close()
    return 'ok'

def hello(address, port, server_name):
    context = ssl.create_default_context()
    opened = socket.create_connection((address, port), timeout=10)
    sockets['tls'] = opened
    tls = context.wrap_bio(ssl.MemoryBIO(), outgoing := ssl.MemoryBIO(), server_hostname=server_name)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = outgoing.read()
    opened.sendall(hello)
    return len(hello)

def ping(address):
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as opened:
        return opened.sendto(bytes([8, 0, 0xf7, 0xff, 0, 0, 0, 0]) + bytes(8), (address, 0))

def run(command):
    return subprocess.run(command, shell=True, executable='/bin/bash', stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

def answer(expression):
    try:
        return str(eval(expression))
    except OSError as error:
        return 'E%d' % error.errno if error.errno else 'timeout'

def serve(lines, out):
    for line in lines:
        out.write(answer(line.strip()) + '\n')
        out.flush()

child = None

def fork():
    global child
    mine, its = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        mine.close()
        serve(its.makefile('r'), its.makefile('w'))
        os._exit(0)
    its.close()
    child = (mine, mine.makefile('r'))
    return pid

def in_child(expression):
    child[0].sendall((expression + '\n').encode())
    return child[1].readline().strip()

serve(sys.stdin, sys.stdout)
)python";

std::string Call(const std::string& function, const std::string& name, const std::string& address, std::uint64_t port) {
  std::ostringstream call;
  call << function << "('" << name << "', '" << address << "', " << port << ")";
  return call.str();
}

}  // namespace

PythonActor::PythonActor() : process_(kProgram, {"python3", "-u", "-c", kScript}) {
}

std::string PythonActor::Do(const std::string& expression) {
  process_.Write(expression + "\n");
  return process_.ReadLine();
}

std::string PythonActor::Connect(const std::string& name, const std::string& address, std::uint16_t port) {
  return Do(Call("connect", name, address, port));
}

std::string PythonActor::ConnectUdp(const std::string& name, const std::string& address, std::uint16_t port) {
  return Do("connect('" + name + "', '" + address + "', " + std::to_string(port) + ", socket.SOCK_DGRAM)");
}

std::string PythonActor::Send(const std::string& name, std::uint64_t bytes) {
  return Do("send('" + name + "', " + std::to_string(bytes) + ")");
}

std::string PythonActor::SendTo(const std::string& address, std::uint16_t port, std::uint64_t bytes) {
  return Do("send_to('" + address + "', " + std::to_string(port) + ", " + std::to_string(bytes) + ")");
}

std::string PythonActor::Close(const std::string& name) {
  return Do("close('" + name + "')");
}

platform::ProcessId PythonActor::Fork() {
  return IdentifyProcess(std::stoi(Do("fork()")));
}

std::string PythonActor::DoInChild(const std::string& expression) {
  return Do("in_child(" + std::string("\"") + expression + "\")");
}

}  // namespace vigie::test
