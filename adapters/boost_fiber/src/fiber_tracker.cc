#include <new>
#include <utility>

#include <boost/context/fiber.hpp>
#include <boost/fiber/type.hpp>
#include <boost/version.hpp>

#include "switch_probe.h"
#include "taskleak/boost_fiber.h"
#include "taskleak/internal/fiber_task.h"

namespace taskleak::internal {
namespace {

using boost::fibers::context;

// Private parts of Boost.Fiber are used only as they were seen in the versions that were tried.
#ifndef TASKLEAK_NEWEST_BOOST_VERSION
#define TASKLEAK_NEWEST_BOOST_VERSION 109299
#endif

#if BOOST_VERSION > TASKLEAK_NEWEST_BOOST_VERSION

#pragma message(                                                                        \
    "taskleak: this Boost.Fiber is newer than those that taskleak was tried with; its " \
    "fibers are reported without their stacks")

SavedStackPointer SavedIn(const context& /*fiber*/) {
  static const void* const unknown = nullptr;
  return &unknown;
}

SwitchLayout KnownLayout() {
  SwitchLayout layout;
  layout.unknown_because = "this Boost.Fiber is newer than those that taskleak was tried with";
  return layout;
}

#else

// Boost.Fiber keeps a parked fiber's stack pointer in a private member without an accessor. Names
// in an explicit instantiation are not checked for access ([temp.spec]/6).
template <boost::context::fiber context::*member>
struct SavedMember {
  friend const boost::context::fiber* SavedFiber(const context& fiber) { return &(fiber.*member); }
};
const boost::context::fiber* SavedFiber(const context& fiber);
template struct SavedMember<&context::c_>;

// boost::context::fiber contains only that pointer, which is null if there is none.
SavedStackPointer SavedIn(const context& fiber) {
  static_assert(sizeof(boost::context::fiber) == sizeof(void*));
  return reinterpret_cast<SavedStackPointer>(SavedFiber(fiber));
}

SwitchLayout KnownLayout() { return ProbeSwitch(); }

#endif

// Is called in the fiber when it ends.
class EndTask final : public boost::fibers::detail::fss_cleanup_function {
 public:
  void operator()(void* task) override { delete static_cast<FiberTask*>(task); }
};

// The key under which a fiber keeps its task, as fiber_specific_ptr keeps data.
constexpr char kKey = 0;

FiberTask* TaskOf(const context& fiber) {
  return static_cast<FiberTask*>(fiber.get_fss_data(&kKey));
}

// Registers a task for a fiber. `launcher` is as for FiberTask. Returns null if there is no memory.
template <typename... Launcher>
FiberTask* Register(context& fiber, Launcher... launcher) noexcept {
  auto* const task = new (std::nothrow) FiberTask(SavedIn(fiber), launcher...);
  if (task == nullptr) return nullptr;
  try {
    static const auto* const end_task =
        new boost::fibers::detail::fss_cleanup_function::ptr_t(new EndTask);
    fiber.set_fss_data(&kKey, *end_task, task, /*cleanup_existing=*/false);
  } catch (const std::bad_alloc&) {
    delete task;
    return nullptr;
  }
  return task;
}

// Returns false for the thread's own context and for the dispatcher.
bool IsFiber(const context& any) { return any.is_context(boost::fibers::type::worker_context); }

// Returns the task of a fiber, or null for another context or null.
FiberTask* TaskOfAny(const context* any) {
  return any != nullptr && IsFiber(*any) ? TaskOf(*any) : nullptr;
}

// Returns true if the running fiber was just dispatched. It runs at once, and its launcher is made
// ready instead.
bool IsNewlyDispatched(const context& running) {
  return IsFiber(running) && running.get_policy() == boost::fibers::launch::dispatch &&
         TaskOf(running) == nullptr;
}

}  // namespace

FiberTracker::FiberTracker(ptr_t scheduled_by) : algorithm_(std::move(scheduled_by)) {
  static const bool probed = (SetSwitchLayout(KnownLayout()), true);
  static_cast<void>(probed);
}

// After this call another thread may have the fiber, so everything is recorded before.
void FiberTracker::awakened(context* fiber) noexcept {
  context* const running = context::active();
  FiberTask* const task = TaskOfAny(fiber);
  // From Boost 1.92 on, no context is active while a thread gets its scheduler.
  if (running != nullptr && running != fiber && IsNewlyDispatched(*running)) {
    FiberTask* const dispatched = Register(*running, *SavedIn(*fiber));
    if (task != nullptr) task->Leave();
    if (dispatched != nullptr) dispatched->Enter();
  }
  if (task != nullptr) {
    task->Ready();
  } else if (IsFiber(*fiber)) {
    Register(*fiber);  // queued from the beginning
  }
  algorithm_->awakened(fiber);
}

// Parks the running fiber; the returned one continues.
context* FiberTracker::pick_next() noexcept {
  context* const next = algorithm_->pick_next();
  if (next == nullptr) return nullptr;
  if (FiberTask* const parked = TaskOfAny(context::active())) parked->Leave();
  if (!IsFiber(*next)) return next;
  FiberTask* task = TaskOf(*next);
  // A thread without this class has launched this fiber.
  if (task == nullptr) task = Register(*next, nullptr);
  if (task != nullptr) task->Enter();
  return next;
}

}  // namespace taskleak::internal
