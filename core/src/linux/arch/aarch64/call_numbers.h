// Numbers of system calls that aarch64 lacks (include/uapi/asm-generic/unistd.h): no call has them.
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_CALL_NUMBERS_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_CALL_NUMBERS_H_

namespace taskleak::platform {

inline constexpr long kPollCall = -1001;
inline constexpr long kEpollWaitCall = -1002;
inline constexpr long kSelectCall = -1003;
inline constexpr long kPauseCall = -1004;
inline constexpr long kOpenCall = -1005;
inline constexpr long kCreatCall = -1006;
inline constexpr long kVforkCall = -1007;
inline constexpr long kStatCall = -1008;
inline constexpr long kUnlinkCall = -1009;

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_CALL_NUMBERS_H_
