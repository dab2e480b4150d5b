// The program's Catch2, 3 or 2.
#ifndef TASKLEAK_TESTS_CATCH2_PLUGIN_PROGRAMS_CATCH2_H_
#define TASKLEAK_TESTS_CATCH2_PLUGIN_PROGRAMS_CATCH2_H_

#ifdef TASKLEAK_TESTS_CATCH2_V2
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#else
#include <catch2/benchmark/catch_benchmark.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#endif

#endif  // TASKLEAK_TESTS_CATCH2_PLUGIN_PROGRAMS_CATCH2_H_
