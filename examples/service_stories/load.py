#!/usr/bin/env python3
"""Sends requests to a service, evenly spread over time.

Usage: load.py http://127.0.0.1:PORT [--requests N] [--rate PER_SECOND]
"""
import argparse
import time
import urllib.request


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--rate", type=float, default=10)
    arguments = parser.parse_args()
    for _ in range(arguments.requests):
        with urllib.request.urlopen(arguments.url + "/work", timeout=60) as response:
            response.read()
        time.sleep(1 / arguments.rate)


if __name__ == "__main__":
    main()
