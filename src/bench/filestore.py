"""The server of OpenHands' HTTP FileStore that Packhorse is compared with: what HTTP-FILESTORE.md asks for, in Flask, run by the
server that comes with Flask as that document runs its example.

    python3 filestore.py [--host HOST] [--port PORT] [--storage-dir FOLDER]

Without a credential and without CORS, to its advantage.
"""

import argparse
import os
import shutil

from flask import Flask, Response, abort, jsonify, request

app = Flask(__name__)


def place(path):
    """Where a path is, within the storage folder."""
    root = app.config["STORAGE_DIR"]
    full = os.path.normpath(os.path.join(root, path.strip("/")))
    if full != root and not full.startswith(root + os.sep):
        abort(400)
    return full


@app.post("/files/<path:path>")
def write(path):
    full = place(path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as file:
        file.write(request.get_data())
    return "", 201


@app.get("/files/<path:path>")
def read(path):
    try:
        with open(place(path), "rb") as file:
            return Response(file.read(), mimetype="application/octet-stream")
    except FileNotFoundError:
        abort(404)
    except IsADirectoryError:
        abort(400)


@app.get("/files/<path:path>/list")
def list_directory(path):
    prefix = path.strip("/")
    try:
        with os.scandir(place(path)) as entries:
            names = [f"{prefix}/{entry.name}" + ("/" if entry.is_dir() else "") for entry in entries]
    except FileNotFoundError:
        abort(404)
    return jsonify(sorted(names))


@app.delete("/files/<path:path>")
def delete(path):
    full = place(path)
    if os.path.isdir(full):
        shutil.rmtree(full)
    elif os.path.exists(full):
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
