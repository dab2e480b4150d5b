// Leaks that are specific to C++: coroutines that are neither resumed to their end nor destroyed.
#include <coroutine>
#include <deque>
#include <exception>
#include <utility>

#include "corpus/support/kernel.h"
#include "taskleak/coroutine.h"

namespace corpus {
namespace {

/// A coroutine that runs at once. The owner of this object destroys it; a move assignment does so
/// only if `kDestroysOnAssignment`.
template <bool kDestroysOnAssignment>
class Eager {
 public:
  struct promise_type : taskleak::TrackedPromise<promise_type> {
    Eager get_return_object() { return Eager(Handle::from_promise(*this)); }
    auto initial_suspend() { return this->Initial(std::suspend_never()); }
    auto final_suspend() noexcept { return this->Final(std::suspend_always()); }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  using Handle = std::coroutine_handle<promise_type>;

  explicit Eager(Handle handle) : handle_(handle) {}
  Eager(Eager&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Eager& operator=(Eager&& other) noexcept {
    if (kDestroysOnAssignment && handle_) handle_.destroy();
    handle_ = std::exchange(other.handle_, nullptr);
    return *this;
  }
  ~Eager() {
    if (handle_) handle_.destroy();
  }

  Handle Release() { return std::exchange(handle_, nullptr); }

 private:
  Handle handle_;
};
using Owned = Eager<true>;

/// A coroutine that runs at once and destroys itself at its end.
struct Detached {
  struct promise_type : taskleak::TrackedPromise<promise_type> {
    Detached get_return_object() { return {}; }
    auto initial_suspend() { return Initial(std::suspend_never()); }
    auto final_suspend() noexcept { return Final(std::suspend_never()); }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

/// The coroutines that wait, in their order. `co_await queue` adds one.
struct WaitQueue {
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) { handles.push_back(handle); }
  void await_resume() const {}
  std::deque<std::coroutine_handle<>> handles;
};

// A move assignment forgets the frame that the object had.
struct FrameDroppedByMoveAssignment : Kernel<FrameDroppedByMoveAssignment> {
  using Kernel::Kernel;

  void Body() {
    if (fixed()) {
      Repeat<true>();
    } else {
      Repeat<false>();
    }
  }
  template <bool kDestroysOnAssignment>
  void Repeat() {
    auto request = Fetch<kDestroysOnAssignment>();
    request = Fetch<kDestroysOnAssignment>();
  }
  template <bool kDestroysOnAssignment>
  static Eager<kDestroysOnAssignment> Fetch() {
    co_await std::suspend_always();
  }
};
CORPUS_KERNEL(FrameDroppedByMoveAssignment);

// A context that shuts down clears its queue of handles, but does not destroy the frames.
struct FramesAbandonedAtShutdown : Kernel<FramesAbandonedAtShutdown> {
  using Kernel::Kernel;
  WaitQueue timers;

  void Body() {
    for (int i = 0; i < 3; ++i) Session();
    Shutdown();
  }
  Detached Session() { co_await timers; }
  void Shutdown() {
    for (const std::coroutine_handle<> handle : timers.handles) {
      if (fixed()) handle.destroy();
    }
    timers.handles.clear();
  }
};
CORPUS_KERNEL(FramesAbandonedAtShutdown);

// An event resumes only the first coroutine that waits.
struct EventResumesOne : Kernel<EventResumesOne> {
  using Kernel::Kernel;
  WaitQueue waiting;

  void Body() {
    for (int i = 0; i < 2; ++i) AwaitEvent();
    Set();
  }
  Detached AwaitEvent() { co_await waiting; }
  void Set() {
    do {
      const std::coroutine_handle<> first = waiting.handles.front();
      waiting.handles.pop_front();
      first.resume();
    } while (fixed() && !waiting.handles.empty());
  }
};
CORPUS_KERNEL(EventResumesOne);

// A handle is released so that the coroutine can free itself. But the coroutine is suspended at its
// end.
struct FinishedFrameNotDestroyed : Kernel<FinishedFrameNotDestroyed> {
  using Kernel::Kernel;

  void Body() {
    const Owned::Handle handle = Compute().Release();
    if (fixed()) handle.destroy();
  }
  static Owned Compute() { co_return; }
};
CORPUS_KERNEL(FinishedFrameNotDestroyed);

}  // namespace
}  // namespace corpus
