// Asks runtimes for their tasks, if they do not report them by themselves. For adapters.
#ifndef TASKLEAK_INTERNAL_TASK_SOURCE_H_
#define TASKLEAK_INTERNAL_TASK_SOURCE_H_

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Lets its owner register and end tasks before each snapshot and each check for leaks. Must be the
/// owner's last member: then the owner is complete whenever another thread checks.
class TaskSource {
 public:
  /// Registers and ends the tasks of `owner`. Called from construction to destruction, on the
  /// thread that checks, by one thread at a time. Must not check for leaks itself.
  using Update = void (*)(void* owner) noexcept;

  TaskSource(Update update, void* owner);
  ~TaskSource();
  TaskSource(const TaskSource&) = delete;
  TaskSource& operator=(const TaskSource&) = delete;

 private:
  friend void AskTaskSources();

  const Update update_;
  void* const owner_;
};

/// Calls the function of each source. Costs one comparison if there are none. Thread-safe.
void AskTaskSources();

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_TASK_SOURCE_H_
