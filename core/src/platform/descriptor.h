// What a file descriptor of this process is.
#ifndef TASKLEAK_SRC_PLATFORM_DESCRIPTOR_H_
#define TASKLEAK_SRC_PLATFORM_DESCRIPTOR_H_

#include <string>
#include <vector>

namespace taskleak::platform {

/// In words: "listening TCP 127.0.0.1:8080", "TCP 127.0.0.1:41000 -> 127.0.0.1:6379", "pipe",
/// "eventfd", a file's path. Empty when it is not open. Neither blocks nor changes anything about
/// the descriptor. Thread-safe.
std::string DescribeDescriptor(int fd);

/// True if it is a socket that accepts connections.
bool IsListening(int fd);

/// The descriptors an epoll descriptor watches (proc_pid_fdinfo(5)); empty if it is none.
std::vector<int> WatchedByEpoll(int fd);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_PLATFORM_DESCRIPTOR_H_
