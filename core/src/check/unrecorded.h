// What is missing where there was no memory for what the hooks record.
#ifndef TASKLEAK_SRC_CHECK_UNRECORDED_H_
#define TASKLEAK_SRC_CHECK_UNRECORDED_H_

#include <string>

namespace taskleak::check {

/// Says which threads have no record; empty if all have one.
std::string DescribeUnrecorded();

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_UNRECORDED_H_
