#ifndef EXAMPLES_REDIS_SUBSCRIBER_SUBSCRIPTION_H_
#define EXAMPLES_REDIS_SUBSCRIBER_SUBSCRIPTION_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <hiredis/hiredis.h>

namespace jobs {

using OnMessage = std::function<void(const std::string&)>;

/// Calls a function for each message on a Redis channel, in a thread of its own, until it is
/// destroyed.
class Subscription {
 public:
  /// Subscribes, and returns when Redis has confirmed it. Throws std::runtime_error if Redis cannot
  /// be reached.
  Subscription(int redis_port, const std::string& channel, OnMessage on_message);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

 private:
  std::unique_ptr<redisContext, decltype(&redisFree)> redis_;
  std::thread reader_;
};

/// The same, but without an end: it cannot be stopped.
void SubscribeForEver(int redis_port, const std::string& channel, OnMessage on_message);

}  // namespace jobs

#endif  // EXAMPLES_REDIS_SUBSCRIBER_SUBSCRIPTION_H_
