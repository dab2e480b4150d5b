// A server of cpp-httplib with limits for each request.
#ifndef TASKLEAK_LIVE_SERVER_SRC_BOUNDED_SERVER_H_
#define TASKLEAK_LIVE_SERVER_SRC_BOUNDED_SERVER_H_

#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <type_traits>

#include "request_stream.h"

namespace taskleak::live {

/// A server without such limits, for a version of cpp-httplib whose streams need more functions.
template <typename Stream, bool kFits>
class LimitedServer : public httplib::Server {
 public:
  void Interrupt() {}
};

/// Reads each request, and writes its answer, through a Stream of its own. Each connection carries
/// one request.
template <typename Stream>
class LimitedServer<Stream, true> : public httplib::Server {
 public:
  /// Ends the wait for requests that are not complete. Thread-safe.
  void Interrupt() { stopping_.store(true); }

 private:
  struct Closer {
    ~Closer() {
      shutdown(socket, SHUT_RDWR);
      close(socket);
    }
    const int socket;
  };

  bool process_and_close_socket(socket_t socket) override {
    const Closer closer{socket};
    Stream stream(socket, stopping_);
    return Answer(*this, stream);
  }

  // From 0.16 on, cpp-httplib receives the addresses, which the endpoint does not use.
  template <typename Self>
  static bool Answer(Self& self, Stream& stream) {
    bool closed = false;
    const std::string address;
    if constexpr (requires { self.process_request(stream, true, closed, nullptr); }) {
      return self.process_request(stream, true, closed, nullptr);
    } else {
      return self.process_request(stream, address, 0, address, 0, true, closed, nullptr);
    }
  }

  std::atomic<bool> stopping_{false};
};

using BoundedServer = LimitedServer<RequestStream, !std::is_abstract_v<RequestStream>>;

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SERVER_SRC_BOUNDED_SERVER_H_
