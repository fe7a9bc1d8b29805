"""Start uWSGI with the given command, ask it once, end it, see that all is gone."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time

SOCKET = "server.socket"


class UnixConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(SOCKET)


def ask(path):
    connection = UnixConnection("server")
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read().decode()


def wait_until(what, condition, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    sys.exit(f"{what}: not within {seconds} s")


def group_is_gone(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


server = subprocess.Popen(sys.argv[1:], start_new_session=True)
try:
    wait_until("the socket", lambda: os.path.exists(SOCKET) or server.poll() is not None)
    status, body = ask("/")
    assert (status, body.strip()) == (200, '{"due":"1999-02-19"}'), (status, body)
    # What Ctrl-C does: the whole group gets it.
    os.killpg(server.pid, signal.SIGINT)
    wait_until("the end", lambda: server.poll() is not None)
    wait_until("the end of all processes", lambda: group_is_gone(server.pid))
finally:
    if not group_is_gone(server.pid):
        os.killpg(server.pid, signal.SIGKILL)
