#include "redis_server.h"

#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

// Returns a port that was free a moment ago.
int FreePort() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(listener);
  if (!bound) throw std::runtime_error("no free port on 127.0.0.1");
  return ntohs(address.sin_port);
}

pid_t Spawn(int port) {
  std::vector<std::string> words = {"redis-server",
                                    "--port",
                                    std::to_string(port),
                                    "--bind",
                                    "127.0.0.1",
                                    "--save",
                                    "",
                                    "--appendonly",
                                    "no",
                                    "--logfile",
                                    "/dev/null",
                                    "--dir",
                                    "/tmp",
                                    "--daemonize",
                                    "no"};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t process = 0;
  if (posix_spawnp(&process, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0)
    throw std::runtime_error("redis-server could not be started: is it installed?");
  return process;
}

bool Answers(int port) {
  redisContext* const redis = redisConnect("127.0.0.1", port);
  auto* const reply = redis == nullptr || redis->err != 0 ? nullptr : redisCommand(redis, "PING");
  if (reply != nullptr) freeReplyObject(reply);
  if (redis != nullptr) redisFree(redis);
  return reply != nullptr;
}

}  // namespace

RedisServer::RedisServer() {
  constexpr int kAttempts = 5;  // another process may take the port first
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    port_ = FreePort();
    process_ = Spawn(port_);
    while (waitpid(process_, nullptr, WNOHANG) == 0) {
      if (Answers(port_)) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  throw std::runtime_error("redis-server ends as soon as it is started");
}

RedisServer::~RedisServer() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}
