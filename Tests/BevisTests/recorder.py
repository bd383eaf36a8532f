"""Stands between the commands and a custodian and writes down every byte that the custodian answers.

Arguments: the socket to listen on, the custodian's socket, the file for the bytes. Runs
until it is killed.
"""
import os, socket, sys, threading


def forward(source, target, record):
    try:
        while piece := source.recv(65536):
            if record is not None:
                os.write(record, piece)
            target.sendall(piece)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(64)
record = os.open(sys.argv[3], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
while True:
    client, _ = listener.accept()
    custodian = socket.socket(socket.AF_UNIX)
    custodian.connect(sys.argv[2])
    threading.Thread(target=forward, args=(client, custodian, None), daemon=True).start()
    threading.Thread(target=forward, args=(custodian, client, record), daemon=True).start()
