// Words for units that cannot continue by themselves, and for those of which nothing can be said.
#ifndef TASKLEAK_SRC_REPORT_STUCK_WORDS_H_
#define TASKLEAK_SRC_REPORT_STUCK_WORDS_H_

#include <cstddef>
#include <string>

#include "alive/stillness.h"
#include "taskleak/leak.h"

namespace taskleak::report {

/// Returns why nothing can be said of `unknown` threads and tasks: "one of them, thread 4711
/// "http", may continue by itself (waiting in epoll_wait), and may wake the others". `thread` is
/// the one of them that is in the way; null if another thread is.
std::string UnknownText(alive::Obstacle obstacle, const Unit* thread, std::size_t unknown);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_STUCK_WORDS_H_
