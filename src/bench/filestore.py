"""The server of OpenHands' HTTP FileStore that Packhorse is compared with: what HTTP-FILESTORE.md asks for, in Flask, run by the
server that comes with Flask as that document runs its example.

    python3 filestore.py [--host HOST] [--port PORT] [--storage-dir FOLDER]

It does what the published example does, by the same means: paths are objects of pathlib, files are sent by send_file, and a listing
asks of each entry whether it is a directory. Without a credential and without CORS, to its advantage; its paths may not leave the
folder because nobody here asks for that.
"""

import argparse
import json
import os
import shutil
from pathlib import Path

from flask import Flask, Response, abort, request, send_file

app = Flask(__name__)


def place(path):
    """Where a path is."""
    return Path(app.config["STORAGE_DIR"]) / path.lstrip("/")


@app.post("/files/<path:path>")
def write(path):
    full = place(path)
    os.makedirs(full.parent, exist_ok=True)
    with open(full, "wb") as file:
        file.write(request.get_data())
    return "", 201


@app.get("/files/<path:path>")
def read(path):
    full = place(path)
    if not full.exists():
        abort(404)
    if not full.is_file():
        abort(400)
    return send_file(full)


@app.get("/files/<path:path>/list")
def list_directory(path):
    full = place(path)
    if not full.exists():
        abort(404)
    if not full.is_dir():
        abort(400)
    names = [os.path.join(path, entry.name) + ("/" if entry.is_dir() else "") for entry in full.iterdir()]
    return Response(json.dumps(names), mimetype="application/json")


@app.delete("/files/<path:path>")
def delete(path):
    full = place(path)
    if full.is_dir():
        shutil.rmtree(full)
    elif full.exists():
        os.remove(full)
    return "", 204


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=8000)
    arguments.add_argument("--storage-dir", default=os.environ.get("STORAGE_DIR", "/tmp/filestore"))
    given = arguments.parse_args()
    app.config["STORAGE_DIR"] = os.path.abspath(given.storage_dir)
    app.run(host=given.host, port=given.port)
