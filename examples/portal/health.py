"""Whether the portal answers on a port of this machine: ``python examples/portal/health.py 8000``.

It is asked by a name that it goes by, because it refuses others.
"""

import os
import sys
from http.client import HTTPConnection

port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
host = os.environ.get("FLASK_TRUSTED_HOSTS", "localhost").split(",")[0]
connection = HTTPConnection("127.0.0.1", port, timeout=5)

try:
    connection.request("GET", "/health", headers={"Host": host})
    status = connection.getresponse().status
except OSError as error:
    sys.exit(f"Nobody answers on port {port}: {error}")

if status != 200:
    sys.exit(f"The portal on port {port} answers with {status}.")
