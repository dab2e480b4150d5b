#!/usr/bin/env python3
"""A Prometheus server scrapes a service that leaks and the same service fixed, each second. Its API has
their metrics. The alert fires for the first one and not for the second one.

Usage: prometheus_test.py SERVICE_STORIES FOLDER_OF_LIVE

Without a Prometheus server it exits with 77, which CTest takes for a skipped test.
"""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

SKIPPED = 77
PROGRAM = ""
LIVE = pathlib.Path()
HERE = pathlib.Path(__file__).parent
DEADLINE = 150


def get(url):
    with urllib.request.urlopen(url, timeout=DEADLINE) as response:
        return response.read().decode()


def await_true(condition):
    end = time.monotonic() + DEADLINE
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError("it did not happen")
        time.sleep(0.2)
    return result


class Service:
    def __init__(self, form, folder):
        self.process = subprocess.Popen([PROGRAM, "push", form, "0", folder, "1000"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.address = f"127.0.0.1:{int(self.process.stdout.readline())}"

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=DEADLINE)
        self.process.stdin.close()
        self.process.stdout.close()


class Load(threading.Thread):
    """Sends ten requests per second to each of the services."""

    def __init__(self, services):
        super().__init__()
        self.services, self.ended = services, threading.Event()
        self.start()

    def run(self):
        while not self.ended.wait(0.1):
            for service in self.services:
                get(f"http://{service.address}/work")

    def end(self):
        self.ended.set()
        self.join()


class Prometheus:
    def __init__(self, folder, services):
        # The alerts of live/, in seconds instead of minutes.
        rules = (LIVE / "alerts.yml").read_text()
        for minutes, seconds in (("5m", "3s"), ("15m", "9s")):
            rules = re.sub(rf"\b{minutes}\b", seconds, rules)
        (folder / "alerts.yml").write_text(rules)
        targets = json.dumps([service.address for service in services])
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [alerts.yml]\nscrape_configs:\n"
            f"- {{job_name: stories, metrics_path: /debug/tasks/metrics, static_configs: [{{targets: {targets}}}]}}\n")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.api, self.ready = f"http://{address}/api/v1/", f"http://{address}/-/ready"
        self.log = (folder / "prometheus.log").open("w")
        self.process = subprocess.Popen(["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                                         f"--web.listen-address={address}"], stdout=self.log, stderr=self.log)

    def ask(self, what, **parameters):
        try:
            answer = json.loads(get(f"{self.api}{what}?{urllib.parse.urlencode(parameters)}"))
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {error.read().decode()}") from error
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression):
        return self.ask("query", query=expression)["result"]

    def is_ready(self):
        try:
            return get(self.ready)
        except OSError:
            assert self.process.poll() is None, "Prometheus has ended"
            return False

    def kill(self):
        self.process.terminate()
        self.process.wait(timeout=DEADLINE)
        self.log.close()


class AlertsTest(unittest.TestCase):
    def test_they_tell_a_leak_from_a_jump_and_a_pool_that_warms_up(self):
        result = subprocess.run(["promtool", "test", "rules", HERE / "alerts_test.yml"], capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


class PrometheusTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(temporary.cleanup)
        cls.leaky, cls.fixed = services = [Service(form, temporary.name) for form in ("leaky", "fixed")]
        for service in services:
            cls.addClassCleanup(service.kill)
        load = Load(services)
        cls.addClassCleanup(load.end)
        cls.server = Prometheus(pathlib.Path(temporary.name), services)
        cls.addClassCleanup(cls.server.kill)
        await_true(cls.server.is_ready)

    def await_samples(self, service, count):
        expression = f'count_over_time(taskleak_threads{{instance="{service.address}"}}[10m])'
        await_true(lambda: (found := self.server.query(expression)) and int(found[0]["value"][1]) >= count)

    def alerts(self, service, state):
        return [alert["labels"]["alertname"] for alert in self.server.ask("alerts")["alerts"]
                if alert["labels"].get("instance") == service.address and alert["state"] == state]

    def test_it_has_what_the_services_tell(self):
        for service in (self.leaky, self.fixed):
            self.await_samples(service, 3)
            self.assertEqual(self.server.query(f'up{{instance="{service.address}"}}')[0]["value"][1], "1")
        site = f'taskleak_units_by_site{{instance="{self.leaky.address}",site="push::Connection::Connection"}}'
        await_true(lambda: (found := self.server.query(site)) and int(found[0]["value"][1]) > 20)
        self.assertEqual(self.server.query(site)[0]["metric"]["kind"], "thread")
        types = {name: [each["type"] for each in known] for name, known in self.server.ask("metadata").items()}
        self.assertEqual(types["taskleak_threads"], ["gauge"])
        self.assertEqual(types["taskleak_threads_born"], ["counter"])

    def test_the_alerts_fire_on_the_leaky_service_and_not_on_the_fixed_one(self):
        await_true(lambda: "TaskleakSiteGrows" in self.alerts(self.leaky, "firing"))
        await_true(lambda: "TaskleakSuspected" in self.alerts(self.leaky, "firing"))
        self.await_samples(self.fixed, 30)  # enough to have fired
        self.assertEqual(self.alerts(self.fixed, "firing"), [])

    def test_it_can_answer_the_queries_of_the_dashboard(self):
        self.await_samples(self.leaky, 3)
        dashboard = json.loads((LIVE / "grafana/taskleak.json").read_text())
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                expression = target["expr"].replace("$job", ".*").replace("$instance", ".*")
                with self.subTest(panel["title"]):
                    await_true(lambda: self.server.query(expression))


if __name__ == "__main__":
    PROGRAM, LIVE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
    if shutil.which("prometheus") is None:
        print("skipped: there is no Prometheus server here (Debian's package prometheus)")
        sys.exit(SKIPPED)
    unittest.main()
