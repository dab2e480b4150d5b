#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "ack_retransmit/connection.h"
#include "story.h"

namespace stories {
namespace {

class PushService : public Story {
 public:
  explicit PushService(Form form)
      : unacknowledged_(form == Form::kLeaky ? push::Unacknowledged::kAwaited
                                             : push::Unacknowledged::kForgotten) {}

  void Serve() override {
    std::array<int, 2> sockets{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
      throw std::runtime_error("no more sockets");
    push::Connection connection(sockets[0], unacknowledged_);
    connection.Push("news");
    close(sockets[1]);
  }

 private:
  push::Unacknowledged unacknowledged_;
};

}  // namespace

std::unique_ptr<Story> MakePushService(Form form) { return std::make_unique<PushService>(form); }

}  // namespace stories
