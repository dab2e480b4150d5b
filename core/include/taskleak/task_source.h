// Runtimes whose tasks have to be asked for, since they tell of none by themselves. For adapters.
#ifndef TASKLEAK_TASK_SOURCE_H_
#define TASKLEAK_TASK_SOURCE_H_

namespace taskleak::internal {

/// While it exists, it is asked whenever somebody takes a snapshot or looks for leaks, so that it
/// can register and end tasks first.
class TaskSource {
 public:
  TaskSource(const TaskSource&) = delete;
  TaskSource& operator=(const TaskSource&) = delete;

 protected:
  TaskSource();
  virtual ~TaskSource();

 private:
  friend void AskTaskSources();
  /// Called by the thread that looks, by one at a time. Must not look for leaks itself.
  virtual void Update() noexcept = 0;
};

/// Calls Update() of all. One comparison if there are none. Thread-safe.
void AskTaskSources();

}  // namespace taskleak::internal

#endif  // TASKLEAK_TASK_SOURCE_H_
