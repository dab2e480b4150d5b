// Asks runtimes for their tasks, if they do not report them by themselves. For adapters.
#ifndef TASKLEAK_INTERNAL_TASK_SOURCE_H_
#define TASKLEAK_INTERNAL_TASK_SOURCE_H_

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Is asked, from construction to destruction, before each snapshot and each check for leaks, so
/// that it can register and end tasks.
class TaskSource {
 public:
  TaskSource(const TaskSource&) = delete;
  TaskSource& operator=(const TaskSource&) = delete;

 protected:
  TaskSource();
  virtual ~TaskSource();

 private:
  friend void AskTaskSources();
  /// Registers and ends tasks. Called on the thread that checks, by one thread at a time. Must not
  /// check for leaks itself.
  virtual void Update() noexcept = 0;
};

/// Calls Update() of all sources. Costs one comparison if there are none. Thread-safe.
void AskTaskSources();

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_TASK_SOURCE_H_
