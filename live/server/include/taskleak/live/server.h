// A ready HTTP server for the endpoint.
#ifndef TASKLEAK_LIVE_SERVER_H_
#define TASKLEAK_LIVE_SERVER_H_

#include <memory>
#include <string>

#include "taskleak/live/endpoint.h"

namespace taskleak::live {

/// Where a Server listens, and what it answers.
struct ServerOptions {
  std::string address = "127.0.0.1";  ///< a number, not a name
  int port = 0;                       ///< 0: any that is free
  /// Others than this machine may look without a token. Stacks and names tell much of a program.
  bool remote_without_token = false;
  EndpointOptions endpoint;  ///< what it answers, and to whom
};

/// Serves the endpoint from construction to destruction, by five threads of its own, which sleep
/// while nobody asks. Each connection carries one request; four are answered at a time, and others
/// wait. Requests longer than the page needs, and bodies, are refused.
///
/// Without a token it answers only requests whose Host is an address or `localhost`, so no page in
/// a browser can reach it under a name of its own.
///
/// Thread-safe. Not to be used after a fork in the child.
///
/// Example:
///   const taskleak::live::Server server({.port = 6060});  // C++20
///   // curl http://127.0.0.1:6060/debug/tasks/?debug=1
class Server {
 public:
  /// Throws std::invalid_argument if an option is bad, among others an address beyond loopback
  /// without a token, and std::runtime_error if the address cannot be listened at.
  explicit Server(ServerOptions options = {});
  /// Waits for requests that are being answered.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port that it listens at, also where the options said 0.
  [[nodiscard]] int port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SERVER_H_
