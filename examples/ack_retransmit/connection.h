#ifndef EXAMPLES_ACK_RETRANSMIT_CONNECTION_H_
#define EXAMPLES_ACK_RETRANSMIT_CONNECTION_H_

#include <memory>
#include <string>
#include <thread>

#include "message_queue.h"

namespace push {

/// What happens at a connection's end to messages that the client has not acknowledged.
enum class Unacknowledged {
  kForgotten,  ///< no thread waits for them any longer
  kAwaited,    ///< the thread that sends them again still waits
};

/// One client. One thread reads its acknowledgements, one writes messages, and one sends messages
/// again that were not acknowledged.
class Connection {
 public:
  /// Talks to the client over `socket`, which it owns.
  Connection(int socket, Unacknowledged unacknowledged);
  /// Closes it.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Push(std::string message) { outgoing_->Put(std::move(message)); }

 private:
  int socket_;
  Unacknowledged unacknowledged_;
  std::shared_ptr<MessageQueue> outgoing_ = std::make_shared<MessageQueue>();
  std::shared_ptr<MessageQueue> to_retransmit_ = std::make_shared<MessageQueue>();
  std::thread reader_;
  std::thread writer_;
  std::thread retransmitter_;
};

}  // namespace push

#endif  // EXAMPLES_ACK_RETRANSMIT_CONNECTION_H_
