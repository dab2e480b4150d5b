// The main() of taskleak::catch2_main, similar to Catch2's own. Catch2 2 is compiled into this
// file.
#define CATCH_CONFIG_RUNNER
#include "framework.h"
#if __has_include(<catch2/catch_session.hpp>) && CATCH_VERSION_MAJOR != 2
#include <catch2/catch_session.hpp>
#endif

int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }
