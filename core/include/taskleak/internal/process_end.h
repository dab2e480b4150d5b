// Notices that the program ends the process. For taskleak::hooks.
#ifndef TASKLEAK_INTERNAL_PROCESS_END_H_
#define TASKLEAK_INTERNAL_PROCESS_END_H_

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Returns the status with which the process must end instead of `status`: a failure, with a
/// message on standard error, if a test is under way that was not checked. Call it in place of
/// _exit(2), which runs no handler. Async-signal-safe, as that is.
int StatusAtEnd(int status) noexcept;

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_PROCESS_END_H_
