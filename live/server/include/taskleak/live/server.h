// Serves the endpoint over HTTP.
#ifndef TASKLEAK_LIVE_SERVER_H_
#define TASKLEAK_LIVE_SERVER_H_

#include <memory>
#include <string>

#include "taskleak/live/endpoint.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Says where a Server listens, and what it answers.
struct ServerOptions {
  std::string address = "127.0.0.1";  ///< a numeric address, not a name
  int port = 0;                       ///< 0: any free port
  /// Allows other machines to look without a token. Stacks and names reveal much about a program.
  bool remote_without_token = false;
  EndpointOptions endpoint;  ///< which paths and requests it answers
};

/// Serves the endpoint from construction to destruction, on five threads of its own that sleep
/// between requests. Each connection carries one request. Four are answered at a time; others wait.
/// Refuses requests with a body, and requests longer than the endpoint needs. Gives up a request
/// that is longer than 32 KB in all, or not complete after ten seconds.
///
/// Without a token, answers only requests with an address or `localhost` as their Host, so a web
/// page cannot reach it under a host name of its own.
///
/// Thread-safe. Do not use it in a forked child.
///
/// Example:
///   const taskleak::live::Server server({.port = 6060});  // C++20
///   // curl http://127.0.0.1:6060/debug/tasks/?debug=1
class Server {
 public:
  /// Starts to serve. Throws std::invalid_argument if an option is bad, for example an address
  /// beyond loopback without a token. Throws std::runtime_error, with the reason, if it cannot
  /// listen at the address (for example because the port is taken). Throws std::system_error, which
  /// is a std::runtime_error too, if a thread cannot be started.
  explicit Server(ServerOptions options = {});
  /// Stops after the requests that are being answered. Does not wait for incomplete requests, and
  /// waits at most two seconds for a client that does not take its answer.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Returns the port that it listens at, even if the options said 0.
  [[nodiscard]] int port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_SERVER_H_
