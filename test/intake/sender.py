"""Another implementation of MLLP: sends the files of a folder over one connection, prints MSA of every answer."""

import pathlib
import socket
import sys

host, port, folder = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
with socket.create_connection((host, port), timeout=30) as connection:
    for path in sorted(folder.glob("*.hl7")):
        connection.sendall(b"\x0b" + path.read_bytes() + b"\x1c\r")
        answer = b""
        while not answer.endswith(b"\x1c\r"):
            piece = connection.recv(4096)
            if not piece:
                sys.exit(f"no answer for {path.name}")
            answer += piece
        assert answer.startswith(b"\x0bMSH|"), answer
        fields = answer.strip(b"\x0b\x1c\r").split(b"\r")[1].split(b"|")
        print(path.name, fields[0].decode(), fields[1].decode(), fields[2].decode())
