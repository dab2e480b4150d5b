#ifndef EXAMPLES_REDIS_SUBSCRIBER_REDIS_SERVER_H_
#define EXAMPLES_REDIS_SUBSCRIBER_REDIS_SERVER_H_

#include <sys/types.h>

/// A separate redis-server on 127.0.0.1, which ends with this object.
class RedisServer {
 public:
  /// Starts it, and returns when it answers. Throws std::runtime_error if it cannot be started.
  RedisServer();
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] int port() const { return port_; }

 private:
  pid_t process_ = 0;
  int port_ = 0;
};

#endif  // EXAMPLES_REDIS_SUBSCRIBER_REDIS_SERVER_H_
