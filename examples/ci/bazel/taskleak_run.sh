#!/bin/sh
# Launches each test under taskleak. Its report is in the test's outputs: bazel-testlogs/**/test.outputs/.
export TASKLEAK_OPTIONS="on_leak=warn:json='${TEST_UNDECLARED_OUTPUTS_DIR:?}/'"
exec taskleak run -- "$@"
