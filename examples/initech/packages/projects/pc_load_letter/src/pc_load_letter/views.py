"""The pages and the JSON interface."""

from flask import Blueprint, current_app, jsonify, render_template, request, url_for

from pc_load_letter.printers import PrintQueueError

blueprint = Blueprint("print_queue", __name__, template_folder="templates")


def print_room():
    return current_app.extensions["print_room"]


def field(name, kind):
    """One field of the request's JSON object, of the type that it must have."""
    body = request.get_json(silent=True)
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise PrintQueueError(f"the request needs {name!r}, {'a number' if kind is int else 'a text'}")
    return value


@blueprint.get("/")
def overview():
    room = print_room()
    return render_template("overview.html", printers=[room.describe(name) for name in room.names()])


@blueprint.get("/healthz")
def health():
    return jsonify(status="ok", printers=len(print_room().names()))


@blueprint.get("/printers")
def printers():
    room = print_room()
    return jsonify([room.describe(name) for name in room.names()])


@blueprint.get("/printers/<name>")
def printer(name):
    return jsonify(print_room().describe(name))


@blueprint.get("/printers/<name>/display")
def display(name):
    return print_room().describe(name)["display"] + "\n", {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.post("/printers/<name>/jobs")
def submit(name):
    job = print_room().submit(name, field("document", str), field("pages", int))
    location = url_for("print_queue.printer", name=name)
    return jsonify(job=vars(job), printer=print_room().describe(name)), 201, {"Location": location}


@blueprint.post("/printers/<name>/paper")
def load(name):
    print_room().load(name, field("sheets", int))
    return jsonify(print_room().describe(name))
