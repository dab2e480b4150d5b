#include "taskleak/live/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "bounded_server.h"
#include "taskleak/internal/own_thread.h"
#include "worker_pool.h"

namespace taskleak::live {
namespace {

constexpr std::size_t kWorkers = 4;
constexpr std::size_t kMostQueued = 64;
constexpr int kBacklog = 1024;
constexpr std::size_t kMostBody = 1024;
constexpr std::time_t kTimeoutSeconds = 5;

bool IsNumeric(const std::string& address) {
  in6_addr parsed{};
  return inet_pton(AF_INET, address.c_str(), &parsed) == 1 ||
         inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

bool IsLoopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

// Returns true for "localhost:6060", "127.0.0.1", "[::1]:6060" and the like. Others may give this
// machine any other name.
bool IsOwnName(const std::string& host) {
  if (!host.empty() && host.front() == '[') return IsNumeric(host.substr(1, host.find(']') - 1));
  const std::string name = host.substr(0, host.find(':'));
  return name == "localhost" || IsNumeric(name);
}

ServerOptions Checked(ServerOptions options) {
  if (!IsNumeric(options.address))
    throw std::invalid_argument("the address \"" + options.address + "\" must be a number");
  if (options.port < 0 || options.port > 65535)
    throw std::invalid_argument("the port must be between 0 and 65535");
  if (!IsLoopback(options.address) && options.endpoint.token.empty() &&
      !options.remote_without_token)
    throw std::invalid_argument("to listen at " + options.address +
                                ", beyond this machine, needs a token or remote_without_token");
  return options;
}

}  // namespace

struct Server::Impl {
  explicit Impl(ServerOptions given)
      : options(Checked(std::move(given))),
        endpoint(std::make_shared<Endpoint>(options.endpoint)),
        workers(std::make_unique<WorkerPool>(kWorkers, kMostQueued)) {
    // This is called on the listening thread, from which no error would reach the caller. So the
    // workers exist already.
    server.new_task_queue = [this] { return workers.release(); };
    // The port is not shared with other processes, as it would be by default in cpp-httplib.
    server.set_socket_options([this](int socket) {
      const int on = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
      listening = socket;
    });
    server.set_keep_alive_max_count(1);  // an idle client does not keep a worker
    server.set_payload_max_length(kMostBody);
    server.set_read_timeout(kTimeoutSeconds);  // for a server without limits of its own
    server.set_write_timeout(kTimeoutSeconds);
    if (options.endpoint.token.empty()) {
      server.set_pre_routing_handler(
          [](const httplib::Request& request, httplib::Response& response) {
            if (IsOwnName(request.get_header_value("Host")))
              return httplib::Server::HandlerResponse::Unhandled;
            response.status = 403;
            response.set_content("the Host must be an address or localhost\n", "text/plain");
            return httplib::Server::HandlerResponse::Handled;
          });
    }
    Mount(server, endpoint);
    // Answers all other paths, for which cpp-httplib has no text.
    server.set_error_handler([this](const httplib::Request& request, httplib::Response& response) {
      if (response.status == 404 && response.body.empty())
        AnswerRequest(*endpoint, request, response);
    });
    Bind();
    listen(listening, kBacklog);  // again, since cpp-httplib has asked for room for five
    StartListener();
  }

  ~Impl() {
    endpoint->Stop();
    server.Interrupt();
    server.stop();
    listener->Join();
  }

  void Bind() {
    const char* const address = options.address.c_str();
    errno = 0;
    port = options.port != 0 ? options.port : server.bind_to_any_port(address);
    if (port > 0 && (options.port == 0 || server.bind_to_port(address, port))) return;
    const int error = errno;  // of the last call that failed in cpp-httplib
    std::string text =
        "cannot listen at " + options.address + ", port " + std::to_string(options.port);
    if (error != 0) text += ": " + std::generic_category().message(error);
    throw std::runtime_error(text);
  }

  void StartListener() {
    try {
      listener.emplace("taskleak-http", [this] { server.listen_after_bind(); });
    } catch (...) {
      close(listening);  // which cpp-httplib leaves open
      throw;
    }
    while (!server.is_running()) std::this_thread::yield();
  }

  const ServerOptions options;
  std::shared_ptr<Endpoint> endpoint;
  std::unique_ptr<WorkerPool> workers;  // until the server takes them
  BoundedServer server;
  int listening = -1;
  int port = 0;
  std::optional<internal::OwnThread> listener;
};

Server::Server(ServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Server::~Server() = default;

int Server::port() const { return impl_->port; }

}  // namespace taskleak::live
