"""Says when something is due."""

from datetime import datetime

import flask
import snaptime

app = flask.Flask("reminder")


@app.get("/")
def due():
    return flask.jsonify(due=next_friday(datetime(1999, 2, 17)))


def next_friday(now):
    return snaptime.snap(now, "@w5+7d").date().isoformat()


def main():
    print(next_friday(datetime(1999, 2, 17)))
