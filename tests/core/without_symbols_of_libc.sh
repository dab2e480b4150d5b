#!/bin/sh
# Runs a program where nothing is in /usr/lib/debug. Exit code 77 (skipped) where that cannot be hidden.
if [ ! -d /usr/lib/debug ]; then exec "$@"; fi
unshare --mount true 2>/dev/null || exit 77
exec unshare --mount sh -c 'mount -t tmpfs none /usr/lib/debug && exec "$@"' sh "$@"
