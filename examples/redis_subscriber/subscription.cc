#include "subscription.h"

#include <pthread.h>
#include <sys/socket.h>

#include <stdexcept>
#include <utility>

namespace jobs {

namespace {

using Redis = std::unique_ptr<redisContext, decltype(&redisFree)>;
using Reply = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;

Redis Subscribe(int port, const std::string& channel) {
  Redis redis(redisConnect("127.0.0.1", port), &redisFree);
  if (redis == nullptr || redis->err != 0) throw std::runtime_error("Redis cannot be reached");
  const Reply confirmed(
      static_cast<redisReply*>(redisCommand(redis.get(), "SUBSCRIBE %s", channel.c_str())),
      &freeReplyObject);
  if (confirmed == nullptr) throw std::runtime_error("Redis does not confirm the subscription");
  return redis;
}

// Reads messages until the connection ends.
void ReadMessages(redisContext* redis, const OnMessage& on_message) {
  pthread_setname_np(pthread_self(), "redis-reader");
  void* reply = nullptr;
  while (redisGetReply(redis, &reply) == REDIS_OK) {
    const Reply message(static_cast<redisReply*>(reply), &freeReplyObject);
    constexpr std::size_t kText = 2;  // "message", the channel, the text
    if (message->elements > kText) on_message(message->element[kText]->str);
  }
}

}  // namespace

Subscription::Subscription(int redis_port, const std::string& channel, OnMessage on_message)
    : redis_(Subscribe(redis_port, channel)),
      reader_([redis = redis_.get(), on_message = std::move(on_message)] {
        ReadMessages(redis, on_message);
      }) {}

Subscription::~Subscription() {
  shutdown(redis_->fd, SHUT_RDWR);  // so that the reader's recv returns
  reader_.join();
}

void SubscribeForEver(int redis_port, const std::string& channel, OnMessage on_message) {
  std::thread([redis = std::shared_ptr<redisContext>(Subscribe(redis_port, channel)),
               on_message = std::move(on_message)] {
    ReadMessages(redis.get(), on_message);
  }).detach();
}

}  // namespace jobs
