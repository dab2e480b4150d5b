// Services that leak, and the same services fixed.
#ifndef TASKLEAK_EXAMPLES_SERVICE_STORIES_STORY_H_
#define TASKLEAK_EXAMPLES_SERVICE_STORIES_STORY_H_

#include <memory>

namespace stories {

enum class Form { kLeaky, kFixed };

/// The part of a service that leaks. Thread-safe.
class Story {
 public:
  virtual ~Story() = default;
  /// Serves one request.
  virtual void Serve() = 0;
};

/// A client connects, gets a message that it does not acknowledge, and disconnects. The thread that
/// would send the message again stays.
std::unique_ptr<Story> MakePushService(Form form);

/// A job is due. It subscribes to the settings, and the next one subscribes again.
std::unique_ptr<Story> MakeCronDaemon(Form form);

/// Five checkers look at a server and send their verdicts to a queue with room for one. Only the
/// first verdict is received.
std::unique_ptr<Story> MakeSentinel(Form form);

/// A customer places an order and leaves without paying. Orders are tasks: no thread waits.
std::unique_ptr<Story> MakeShop(Form form);

}  // namespace stories

#endif  // TASKLEAK_EXAMPLES_SERVICE_STORIES_STORY_H_
