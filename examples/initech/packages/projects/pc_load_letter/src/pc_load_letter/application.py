"""The application factory."""

from flask import Flask, jsonify

from pc_load_letter.printers import PrintQueueError, PrintRoom
from pc_load_letter.views import blueprint

# Initech, second floor: name, trays filled with so many sheets.
PRINTERS = {"accounting": 40, "engineering": 25, "reception": 0}


def create_app(print_room=None):
    """Make the web application around one print room.

    The room lives in this process's memory: uWSGI runs one process with several
    threads (see default.nix), and a restart empties the queues.
    """
    app = Flask("pc_load_letter")
    app.json.sort_keys = False
    app.extensions["print_room"] = print_room or PrintRoom(PRINTERS)
    app.register_blueprint(blueprint)

    @app.errorhandler(PrintQueueError)
    def refuse(error):
        return jsonify(error=str(error)), error.status

    return app
