// Which sanitizer this program was built with.
#ifndef TASKLEAK_TESTS_SUPPORT_SANITIZER_H_
#define TASKLEAK_TESTS_SUPPORT_SANITIZER_H_

namespace taskleak {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kUnderTsan = true;
#elif defined(__has_feature)
inline constexpr bool kUnderTsan = __has_feature(thread_sanitizer);
#else
inline constexpr bool kUnderTsan = false;
#endif

}  // namespace taskleak

#endif  // TASKLEAK_TESTS_SUPPORT_SANITIZER_H_
