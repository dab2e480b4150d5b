#ifndef EXAMPLES_HTTP_SERVER_GREETING_SERVER_H_
#define EXAMPLES_HTTP_SERVER_GREETING_SERVER_H_

#include <memory>
#include <thread>

#include <httplib.h>

namespace greeting {

/// An HTTP server on 127.0.0.1 that answers GET /greet?name=NAME with "Hello, NAME!".
///
/// It listens in a thread of its own, which keeps it alive. Stop() ends both.
class GreetingServer {
 public:
  /// Returns a server that accepts connections at a port that the system chooses. Throws
  /// std::runtime_error if there is none.
  static std::shared_ptr<GreetingServer> Start();

  GreetingServer(const GreetingServer&) = delete;
  GreetingServer& operator=(const GreetingServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// Stops listening and joins the thread. Call it once.
  void Stop();

 private:
  GreetingServer();

  httplib::Server server_;
  int port_;
  std::thread listener_;
};

}  // namespace greeting

#endif  // EXAMPLES_HTTP_SERVER_GREETING_SERVER_H_
