// Turns the active handles and requests of a libuv loop into tasks.
#ifndef TASKLEAK_LIBUV_H_
#define TASKLEAK_LIBUV_H_

#include <uv.h>

#include <atomic>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "taskleak/internal/async_operation.h"
#include "taskleak/internal/task_source.h"
#include "taskleak/libuv_handle.h"
#include "taskleak/task.h"

namespace taskleak {

/// Makes tasks of a loop's handles that are active or being closed, and of its active requests.
///
/// libuv does not report when they begin and end. So the loop is walked (uv_walk) before each
/// snapshot and each check for leaks, if the checking thread is the loop's thread: the one that
/// made this object, or that called Look() last. Adds nothing to the loop.
///
/// The loop must be initialized before, and must outlive this object unless Close() closes it. What
/// is active when this object is destroyed was left behind: it stays a task until the process ends.
/// Use it on the loop's thread only.
///
/// Example:
///   uv_loop_t loop;
///   uv_loop_init(&loop);
///   taskleak::UvLoop watched(&loop);
///   ...
///   uv_run(&loop, UV_RUN_DEFAULT);
///   watched.Close();  // instead of uv_loop_close(&loop)
class UvLoop final {
 public:
  /// Watches and walks a loop that the calling thread runs.
  explicit UvLoop(uv_loop_t* loop) : loop_(loop) { Look(); }
  /// Keeps what is active now as tasks.
  ~UvLoop() {
    Update();
    try {
      for (auto& [key, entry] : tasks_) LeftBehind().push_back(std::move(entry.task));
    } catch (...) {  // no memory: the rest is registered no more
    }
  }

  /// Walks the loop now, and from now on whenever this thread checks for leaks. Call it on the
  /// thread of a loop that has a thread of its own, since only that thread may walk the loop.
  void Look() {
    thread_ = std::this_thread::get_id();
    Update();
  }

  /// Calls uv_loop_close() and returns its result. If it succeeds, this object does not use the
  /// loop any more.
  int Close() {
    const int result = uv_loop_close(loop_);
    if (result == 0) loop_ = nullptr;
    Look();
    return result;
  }

 private:
  // Identifies a handle or a request. A request that libuv only counts has the loop and a number.
  using Key = std::pair<const void*, unsigned int>;
  static constexpr unsigned int kHandle = ~0U;

  struct Entry {
    Task task;
    bool closing = false;
    std::uint64_t walk = 0;  // the last walk that found it
  };

  static std::vector<Task>& LeftBehind() {
    static auto* const tasks = new std::vector<Task>();
    return *tasks;
  }

  void Update() noexcept {
    if (thread_.load() != std::this_thread::get_id()) return;
    try {
      ++walk_;
      if (loop_ != nullptr) Walk();
      for (auto entry = tasks_.begin(); entry != tasks_.end();)
        entry = entry->second.walk == walk_ ? std::next(entry) : tasks_.erase(entry);
    } catch (...) {  // no memory: the handle or request is not registered
    }
  }

  void Walk() {
    told_requests_ = 0;
    const auto see = [](uv_handle_t* handle, void* self) {
      static_cast<UvLoop*>(self)->See(handle);
    };
    uv_walk(loop_, see, this);
    // libuv only counts requests for files, names, the thread pool and the like.
    for (unsigned int i = told_requests_; i < loop_->active_reqs.count; ++i)
      SeeRequest({loop_, i - told_requests_}, "uv_req", -1);
  }

  void See(uv_handle_t* handle) {
    const uv_handle_type type = uv_handle_get_type(handle);
    const bool closing = uv_is_closing(handle) != 0;
    if (closing || uv_is_active(handle) != 0) SeeHandle(handle, type, closing);
    if (closing || !internal::IsUvStream(type)) return;
    const auto* const stream = reinterpret_cast<const uv_stream_t*>(handle);
    const int fd = internal::UvDescriptor(handle, type);
    if (stream->connect_req != nullptr) Tell({stream->connect_req, UV_CONNECT}, "uv_connect", fd);
    if (stream->shutdown_req != nullptr)
      Tell({stream->shutdown_req, UV_SHUTDOWN}, "uv_shutdown", fd);
    if (uv_stream_get_write_queue_size(stream) != 0) Tell({stream, UV_WRITE}, "uv_write", fd);
  }

  void SeeHandle(const uv_handle_t* handle, uv_handle_type type, bool closing) {
    const Key key(handle, kHandle);
    const auto known = tasks_.find(key);
    if (known != tasks_.end()) {
      known->second.walk = walk_;
      if (std::exchange(known->second.closing, closing) != closing)
        known->second.task.SetWaiting(internal::UvDetail(handle, type));
      return;
    }
    const std::string name = std::string("uv_") + uv_handle_type_name(type);
    const std::string what = internal::UvDetail(handle, type);
    internal::Operation operation;
    operation.name = name;
    operation.state = internal::UvState(handle, type);
    operation.what = what;
    operation.descriptor = internal::UvDescriptor(handle, type);
    operation.callback = internal::UvCallback(handle, type);
    operation.hint = "close it with uv_close, and run its loop until its close callback was called";
    tasks_.emplace(key, Entry{BeginOperation(operation), closing, walk_});
  }

  void Tell(Key key, const char* name, int fd) {
    ++told_requests_;
    SeeRequest(key, name, fd);
  }

  void SeeRequest(Key key, const char* name, int fd) {
    const auto known = tasks_.find(key);
    if (known != tasks_.end()) {
      known->second.walk = walk_;
      return;
    }
    internal::Operation operation;
    operation.name = name;
    operation.descriptor = fd;
    operation.hint = "run its loop until its callback was called, or cancel it before";
    tasks_.emplace(key, Entry{BeginOperation(operation), false, walk_});
  }

  uv_loop_t* loop_;  // null once it is closed
  std::atomic<std::thread::id> thread_{};
  std::uint64_t walk_ = 0;
  unsigned int told_requests_ = 0;  // requests with an address in this walk
  std::map<Key, Entry> tasks_;
  internal::TaskSource source_{[](void* loop) noexcept { static_cast<UvLoop*>(loop)->Update(); },
                               this};
};

}  // namespace taskleak

#endif  // TASKLEAK_LIBUV_H_
