#ifndef EXAMPLES_REDIS_SUBSCRIBER_REDIS_SERVER_H_
#define EXAMPLES_REDIS_SUBSCRIBER_REDIS_SERVER_H_

#include <sys/types.h>

/// A redis-server of its own on 127.0.0.1, ended with the object.
class RedisServer {
 public:
  /// Returns when it answers. Throws std::runtime_error if it cannot be started.
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
